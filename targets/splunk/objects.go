package splunk

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/targets/pack"
)

// SavedSearchesName is the file that holds saved searches.
const SavedSearchesName = "savedsearches.conf"

// Objects gives the searches of a pack as a search head should hold them.
func Objects(p *pack.Pack) ([]pack.Object, error) {
	data := appFile(p, "default/"+SavedSearchesName)
	if data == nil {
		return nil, fmt.Errorf("the pack has no app with default/%s", SavedSearchesName)
	}
	return Exported(data)
}

// Verify holds the searches of a pack against the hashes in its manifest: those
// in the app are the ones that were replayed.
func Verify(p *pack.Pack) []error {
	data := appFile(p, "default/"+SavedSearchesName)
	stanzas, err := readConf(data)
	if data == nil || err != nil {
		return []error{fmt.Errorf("the pack has no app with a default/%s that can be read", SavedSearchesName)}
	}
	var wrong []error
	byName := map[string]stanza{}
	for _, s := range stanzas {
		byName[s.name] = s
	}
	for _, r := range p.Manifest.Rules {
		s, there := byName[r.Artifact]
		if !there {
			wrong = append(wrong, fmt.Errorf("rule %s is not in %s: no search is called %q", r.ID, SavedSearchesName, r.Artifact))
			continue
		}
		if search, _ := s.get("search"); pack.Hash([]byte(search)) != r.Query {
			wrong = append(wrong, fmt.Errorf("rule %s has another search in %s than the one that was replayed", r.ID, SavedSearchesName))
		}
		wrong = append(wrong, verifyContent(p, r)...)
	}
	return wrong
}

// addedLines are those that follow the query in a detection for contentctl.
var addedLines = regexp.MustCompile("(\n\\| eval [^\n|]*)?\n\\| `[a-z0-9_]+_filter`$")

// verifyContent holds the detections for contentctl against the hash of their
// rule's query.
func verifyContent(p *pack.Pack, r pack.Rule) []error {
	var wrong []error
	for _, path := range r.Files {
		var d struct{ Search string }
		if !strings.HasSuffix(path, ".yml") {
			continue
		}
		if err := yaml.Unmarshal(p.File(path), &d); err != nil {
			wrong = append(wrong, fmt.Errorf("%s is no detection: %w", path, err))
		} else if pack.Hash([]byte(addedLines.ReplaceAllString(d.Search, ""))) != r.Query {
			wrong = append(wrong, fmt.Errorf("%s has another search than the one that was replayed", path))
		}
	}
	return wrong
}

// IsExport picks the files of a folder that may hold saved searches.
func IsExport(name string) bool {
	base := path.Base(name)
	return base == SavedSearchesName || path.Ext(base) == ".json" && base != pack.ManifestName
}

var ruleLine = regexp.MustCompile(`(?m)^Sigma rule (.+)\.$`)

// object gives a search in the form that is compared. The rule is known by what
// its description says, else by its name; an export that leaves descriptions out
// does not say which rule it is.
func (s *stanza) object() pack.Object {
	o := pack.Object{Title: s.name}
	if d, told := s.get("description"); told {
		o.ID = strings.ToLower(s.name)
		if m := ruleLine.FindAllStringSubmatch(d, -1); m != nil {
			o.ID = m[len(m)-1][1]
		}
	}
	o.Fields = []pack.Field{{Name: "name", Value: s.name}}
	for _, c := range compared {
		if v, ok := s.get(c.key); ok {
			o.Fields = append(o.Fields, pack.Field{Name: c.name, Value: c.form(v)})
		}
	}
	return o
}

// compared are the settings that drift looks at, each with its name for people
// and the form that all its spellings have.
var compared = []struct {
	key, name string
	form      func(string) string
}{
	{"description", "description", plain}, {"search", "search", plain},
	{"disabled", "disabled", boolean}, {"enableSched", "scheduled", boolean}, {"cron_schedule", "cron", plain},
	{"realtime_schedule", "runs may be skipped", boolean}, {"schedule_window", "schedule window", plain},
	{"dispatch.earliest_time", "earliest", plain}, {"dispatch.latest_time", "latest", plain},
	{"dispatch.index_earliest", "indexed since", plain}, {"dispatch.index_latest", "indexed until", plain},
	{"counttype", "trigger", plain}, {"relation", "trigger relation", plain}, {"quantity", "trigger quantity", plain},
	{"alert.digest_mode", "one alert for all rows", boolean}, {"alert.suppress", "suppressed", boolean},
	{"alert.suppress.period", "suppressed for", plain}, {"alert.suppress.fields", "suppressed by", list},
	{"alert.severity", "severity", plain}, {"alert.track", "listed as triggered", boolean},
	{"action.correlationsearch.enabled", "correlation search", boolean}, {"action.correlationsearch.annotations", "annotations", asJSON},
	{"action.correlationsearch.label", "correlation search label", plain},
	{"action.notable", "finding", boolean}, {"action.notable.param.rule_title", "finding title", plain},
	{"action.notable.param.rule_description", "finding description", plain}, {"action.notable.param.nes_fields", "finding fields", list},
	{"action.notable.param.drilldown_searches", "drilldowns", asJSON},
	{"action.notable.param.severity", "finding severity", plain}, {"action.notable.param.security_domain", "security domain", plain},
	{"action.risk", "risk", boolean}, {"action.risk.param._risk", "risk objects", asJSON},
	{"action.risk.param._risk_message", "risk message", plain}, {"action.risk.param._risk_score", "risk score", plain},
}

func plain(s string) string { return s }

// boolean puts the words that Splunk takes in one form.
func boolean(s string) string {
	switch strings.ToLower(s) {
	case "1", "true", "t", "yes":
		return "true"
	case "0", "false", "f", "no", "":
		return "false"
	}
	return s
}

// list puts names that commas join in one form.
func list(s string) string {
	names := strings.Split(s, ",")
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
	}
	return strings.Join(names, ",")
}

// asJSON puts JSON in one form; what is none stays as it is.
func asJSON(s string) string {
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return s
	}
	return compact(v)
}

// Merge puts what several files say of one search together, as Splunk does with
// default and local: the later one counts.
func Merge(objects []pack.Object) []pack.Object {
	var out []pack.Object
	at := map[string]int{}
	for _, o := range objects {
		i, known := at[o.Title]
		if !known {
			at[o.Title] = len(out)
			out = append(out, o)
			continue
		}
		before := &out[i]
		if o.ID != "" {
			before.ID = o.ID
		}
		for _, f := range o.Fields {
			j := slices.IndexFunc(before.Fields, func(b pack.Field) bool { return b.Name == f.Name })
			if j < 0 {
				before.Fields = append(before.Fields, f)
			} else {
				before.Fields[j] = f
			}
		}
	}
	return out
}
