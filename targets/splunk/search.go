package splunk

import (
	"encoding/json"
	"strings"

	"github.com/sigproof/sigproof/targets/pack"
)

// savedSearch writes the stanza of a rule. It says nothing of the version of
// the pack, so that a rule that did not change has the same stanza.
func (r *rule) savedSearch(noES bool) stanza {
	number, _ := r.severity()
	s := stanza{name: r.name}
	s.set("description", tidy(r.description))
	s.set("search", r.query)
	if r.kind == Hunting {
		s.set("dispatch.earliest_time", longAgo)
		s.set("dispatch.latest_time", ahead)
		return s
	}
	s.schedule(r.timing)
	s.set("alert.track", "1")
	s.set("alert.severity", number)
	if !noES {
		r.correlationSearch(&s)
	}
	return s
}

// schedule says when the search runs. Continuous scheduling leaves out no run,
// and each run that finds a row tells of each row.
func (s *stanza) schedule(t timing) {
	s.set("disabled", "0")
	s.set("enableSched", "1")
	s.set("cron_schedule", t.cron)
	s.set("realtime_schedule", "0")
	s.set("schedule_window", "auto")
	s.set("dispatch.earliest_time", t.earliest)
	s.set("dispatch.latest_time", t.latest)
	if t.since != "" {
		s.set("dispatch.index_earliest", t.since)
		s.set("dispatch.index_latest", t.until)
	}
	s.set("counttype", "number of events")
	s.set("relation", "greater than")
	s.set("quantity", "0")
	s.set("alert.digest_mode", "0")
	if t.once == "" {
		s.set("alert.suppress", "0")
		return
	}
	s.set("alert.suppress", "1")
	s.set("alert.suppress.period", t.once)
	s.set("alert.suppress.fields", strings.Join(t.by, ","))
}

// correlationSearch adds what Enterprise Security takes: a finding, unless the
// level is low, and risk for whom the alert is about. Without it Splunk ignores
// the settings.
func (r *rule) correlationSearch(s *stanza) {
	title := noTokens(r.title)
	s.set("action.correlationsearch.enabled", "1")
	s.set("action.correlationsearch.label", r.name)
	s.set("action.correlationsearch.annotations", r.annotations())
	objects := r.riskObjects()
	if r.level != "low" {
		_, severity := r.severity()
		s.set("action.notable", "1")
		s.set("action.notable.param.rule_title", title)
		s.set("action.notable.param.rule_description", noTokens(tidy(r.description)))
		s.set("action.notable.param.security_domain", r.domain)
		s.set("action.notable.param.severity", severity)
		s.set("action.notable.param.nes_fields", r.fields())
		s.set("action.notable.param.drilldown_searches", r.drilldown())
	}
	if len(objects) > 0 {
		s.set("action.risk", "1")
		s.set("action.risk.param._risk", compact(objects))
		s.set("action.risk.param._risk_message", title)
		s.set("action.risk.param._risk_score", "0")
	}
}

// annotations name the techniques of ATT&CK, and the document.
func (r *rule) annotations() string {
	return compact(struct {
		Mitre []string `json:"mitre_attack,omitempty"`
		Sigma []string `json:"sigma"`
	}{r.techniques, []string{pack.DocumentID(r.doc)}})
}

// A riskObject is whom an alert makes more suspicious, or a threatObject what
// came with it.
type riskObject struct {
	Field string `json:"risk_object_field"`
	Type  string `json:"risk_object_type"`
	Score int    `json:"risk_score"`
}

type threatObject struct {
	Field string `json:"threat_object_field"`
	Type  string `json:"threat_object_type"`
}

// scores are what an alert of a level adds to a risk.
var scores = map[string]int{"low": 40, "medium": 60, "high": 80, "critical": 100}

func (r *rule) riskObjects() []any {
	_, level := r.severity()
	var objects, threats []any
	for _, s := range r.subjects {
		if s.kind == threat {
			threats = append(threats, threatObject{s.field, s.kind})
		} else {
			objects = append(objects, riskObject{s.field, s.kind, scores[level]})
		}
	}
	if objects == nil {
		return nil
	}
	return append(objects, threats...)
}

// fields are those that a finding is known by.
func (r *rule) fields() string {
	var names []string
	for _, s := range r.subjects {
		names = append(names, s.field)
	}
	return strings.Join(names, ",")
}

// drilldown is a link to the events: the same search over the same time. There
// is none for a query in which Enterprise Security would look for tokens.
func (r *rule) drilldown() string {
	type link struct {
		Name     string `json:"name"`
		Search   string `json:"search"`
		Earliest string `json:"earliest_offset"`
		Latest   string `json:"latest_offset"`
	}
	links := []link{}
	if noTokens(r.query) == r.query {
		links = append(links, link{"What the search finds", r.query, "$info_min_time$", "$info_max_time$"})
	}
	return compact(links)
}

// noTokens takes away the signs between which Splunk would put the value of a
// field in.
func noTokens(s string) string {
	if strings.Count(s, "$") < 2 {
		return s
	}
	return strings.ReplaceAll(s, "$", "")
}

// tidy makes a text for people one that a .conf file keeps.
func tidy(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, `\`)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// compact writes JSON on one line, without HTML escapes.
func compact(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("splunk: " + err.Error()) // values of ours, which all have a JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}
