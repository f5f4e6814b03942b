package sentinel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/internal/mitre"
	"github.com/sigproof/sigproof/targets/pack"
)

// Objects gives the rules of a pack as a workspace should hold them.
func Objects(p *pack.Pack) ([]pack.Object, error) {
	return pack.Whole(p, everything, Exported)
}

// Verify holds the queries of a pack against the hashes in its manifest: those
// in the templates are the ones that were replayed.
func Verify(p *pack.Pack) []error { return pack.VerifyQueries(p, everything, Exported) }

// Exported reads what a workspace or the portal exports: a template of ARM, a
// list of the REST API, one resource or an array of them; or the YAML of the
// repository, one rule a document. Resources of other kinds are left out.
func Exported(data []byte) ([]pack.Object, error) {
	data = pack.Trimmed(data)
	if len(data) > 0 && data[0] != '{' && data[0] != '[' {
		return exportedYAML(data)
	}
	return exports.Read(data)
}

// exports are the forms of JSON.
var exports = &pack.Export{
	Wants:  `JSON of Sentinel's alertRules or savedSearches (the REST API's {"value": []}, a template's {"resources": []}, one of them or an array), or the YAML of the Azure-Sentinel repository`,
	Lists:  []string{"resources", "value"},
	Object: readResource,
}

// An exported resource, with the properties of rules and of hunting queries.
type exported struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Kind       string `json:"kind"`
	Properties *struct {
		ruleProperties
		Category string `json:"category"`
		Tags     []tag  `json:"tags"`
	} `json:"properties"`
}

// ruleKinds are the kinds of analytics rules.
var ruleKinds = []string{Scheduled, NRT, "Fusion", "MLBehaviorAnalytics", "MicrosoftSecurityIncidentCreation", "ThreatIntelligence"}

// readResource reads one resource. Rules of kinds that packs have none of, and
// saved searches that nobody hunts with, are of Sentinel too.
func readResource(data json.RawMessage) ([]pack.Object, bool, error) {
	keys := pack.Keys(data)
	kind := pack.Text(keys["type"])
	kind = strings.ToLower(kind[strings.LastIndexByte(kind, '/')+1:])
	if keys["properties"] == nil || kind != "" && kind != "alertrules" && kind != "savedsearches" {
		return nil, false, nil
	}
	var e exported
	if err := pack.Decode(data, &e); err != nil {
		return nil, false, err
	}
	o, ok := e.object()
	if !ok {
		return nil, kind != "" || slices.Contains(ruleKinds, e.Kind), nil
	}
	return []pack.Object{o}, true, nil
}

var guidForm = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// object gives the rule or hunting query that a resource is.
func (e *exported) object() (pack.Object, bool) {
	if e.Properties == nil {
		return pack.Object{}, false
	}
	p := e.Properties
	id := e.Name
	if guids := guidForm.FindAllString(e.Name, -1); len(guids) > 0 {
		id = guids[len(guids)-1]
	}
	if p.AlertRuleTemplateName != nil && *p.AlertRuleTemplateName != "" {
		id = *p.AlertRuleTemplateName // a rule that was made of a template has an id of its own
	}
	o := pack.Object{ID: strings.ToLower(id), Title: read(p.DisplayName)}
	switch {
	case e.Kind == Scheduled || e.Kind == NRT:
		o.Fields = p.fields(e.Kind)
	case p.Category == "Hunting Queries":
		o.Fields = huntingFields(o.Title, read(p.Query), p.Tags)
	default:
		return pack.Object{}, false
	}
	return o, true
}

// fields puts the properties of an analytics rule in one form.
func (p *ruleProperties) fields(kind string) []pack.Field {
	out := []pack.Field{
		{Name: "kind", Value: kind}, {Name: "enabled", Value: strconv.FormatBool(p.Enabled)}, {Name: "name", Value: read(p.DisplayName)},
		{Name: "description", Value: read(p.Description)}, {Name: "severity", Value: p.Severity}, {Name: "query", Value: read(p.Query)},
		{Name: "suppression", Value: suppression(p.SuppressionEnabled, p.SuppressionDuration)},
		{Name: "tactics", Value: sorted(p.Tactics)}, {Name: "techniques", Value: sorted(parents(p.Techniques, p.SubTechniques))},
		{Name: "entities", Value: entityText(p.EntityMappings)}, {Name: "details", Value: detailText(p.CustomDetails)},
		{Name: "alert name", Value: overrideText(p.AlertDetailsOverride)}, {Name: "incidents", Value: incidentText(p.IncidentConfiguration)},
	}
	if p.SubTechniques != nil { // only previews of the API tell of them
		out = append(out, pack.Field{Name: "sub-techniques", Value: sorted(p.SubTechniques)})
	}
	switch {
	case p.EventGroupingSettings != nil:
		out = append(out, pack.Field{Name: "alerts", Value: p.EventGroupingSettings.Kind})
	case kind == Scheduled: // what a rule does that says nothing of it
		out = append(out, pack.Field{Name: "alerts", Value: "SingleAlert"})
	}
	if kind == Scheduled {
		out = append(out, scheduleFields(p.QueryFrequency, p.QueryPeriod, p.TriggerOperator, p.TriggerThreshold)...)
	}
	return out
}

func scheduleFields(frequency, period, operator string, threshold *int) []pack.Field {
	n := 0
	if threshold != nil {
		n = *threshold
	}
	return []pack.Field{
		{Name: "frequency", Value: duration(frequency)}, {Name: "period", Value: duration(period)},
		{Name: "trigger", Value: fmt.Sprintf("%s %d", operators[strings.ToLower(operator)], n)},
	}
}

// operators are written in two ways.
var operators = map[string]string{
	"gt": "more than", "greaterthan": "more than", "lt": "fewer than", "lessthan": "fewer than",
	"eq": "exactly", "equal": "exactly", "ne": "other than", "notequal": "other than",
}

func suppression(enabled bool, d string) string {
	if !enabled {
		return "none" // the duration says nothing then
	}
	return duration(d)
}

func huntingFields(title, query string, tags []tag) []pack.Field {
	out := []pack.Field{{Name: "kind", Value: Hunting}, {Name: "name", Value: title}, {Name: "query", Value: query}}
	for _, t := range tags {
		switch t.Name {
		case "description":
			out = append(out, pack.Field{Name: "description", Value: read(t.Value)})
		case "tactics":
			out = append(out, pack.Field{Name: t.Name, Value: sorted(words(t.Value))})
		case "techniques":
			out = append(out, techniqueFields(words(t.Value))...)
		}
	}
	return out
}

// words splits what is joined by commas.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// exportedYAML reads rules as the repository has them. They say nothing of
// whether a rule runs.
func exportedYAML(data []byte) ([]pack.Object, error) {
	var out []pack.Object
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var t template
		err := dec.Decode(&t)
		var types *yaml.TypeError
		if errors.As(err, &types) || errors.Is(err, io.EOF) && out == nil {
			return nil, &pack.Foreign{Looks: "text without a rule that has a query", Wants: exports.Wants}
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if t.Query == "" {
			continue
		}
		out = append(out, t.object())
	}
}

func (t *template) object() pack.Object {
	o := pack.Object{ID: strings.ToLower(t.ID), Title: t.Name}
	description, query := unquote(string(t.Description)), strings.TrimSuffix(read(string(t.Query)), "\n")
	if t.Kind == "" && t.Severity == "" {
		o.Fields = huntingFields(t.Name, query, []tag{
			{"description", description}, {"tactics", strings.Join(t.Tactics, ",")}, {"techniques", strings.Join(t.RelevantTechniques, ",")},
		})
		return o
	}
	kind := NRT
	if !strings.EqualFold(t.Kind, NRT) {
		kind = Scheduled
	}
	o.Fields = []pack.Field{
		{Name: "kind", Value: kind}, {Name: "name", Value: t.Name}, {Name: "description", Value: description}, {Name: "severity", Value: t.Severity},
		{Name: "query", Value: query}, {Name: "tactics", Value: sorted(t.Tactics)},
		{Name: "entities", Value: entityText(t.EntityMappings)}, {Name: "details", Value: detailText(t.CustomDetails.byKey())},
		{Name: "alert name", Value: overrideText(t.AlertDetailsOverride)},
	}
	o.Fields = append(o.Fields, techniqueFields(t.RelevantTechniques)...)
	if t.IncidentConfiguration != nil {
		o.Fields = append(o.Fields, pack.Field{Name: "incidents", Value: incidentText(t.IncidentConfiguration)})
	}
	if t.EventGroupingSettings != nil {
		o.Fields = append(o.Fields, pack.Field{Name: "alerts", Value: t.EventGroupingSettings.Kind})
	}
	if kind == Scheduled {
		o.Fields = append(o.Fields, scheduleFields(t.QueryFrequency, t.QueryPeriod, t.TriggerOperator, t.TriggerThreshold)...)
	}
	return o
}

// unquote takes away the quotes in which descriptions stand in the repository.
func unquote(s string) string {
	s = strings.TrimSpace(read(s))
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return s[1 : len(s)-1]
	}
	return s
}

// read takes a text as it was before it was put into a template, or through the
// editor of the portal.
func read(s string) string { return strings.ReplaceAll(arm.Unescape(s), "\r\n", "\n") }

func sorted(list []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(list))), ", ")
}

// techniqueFields tell of techniques that stand in one list.
func techniqueFields(list []string) []pack.Field {
	techniques, subs := mitre.Parents(list)
	return []pack.Field{{Name: "techniques", Value: sorted(techniques)}, {Name: "sub-techniques", Value: sorted(subs)}}
}

// parents are the techniques with those that sub-techniques are of.
func parents(techniques, subs []string) []string {
	all, _ := mitre.Parents(slices.Concat(techniques, subs))
	return all
}

func entityText(list []entity) string {
	var lines []string
	for _, e := range list {
		var fields []string
		for _, f := range e.Fields {
			fields = append(fields, f.Identifier+"="+f.Column)
		}
		slices.Sort(fields)
		lines = append(lines, e.Type+" "+strings.Join(fields, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func detailText(details map[string]string) string {
	var lines []string
	for key, column := range details {
		lines = append(lines, key+"="+column)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func overrideText(o *alertDetails) string {
	if o == nil {
		return ""
	}
	lines := []string{read(o.DisplayName), read(o.Description)}
	for _, x := range [][2]string{{"severity", o.Severity}, {"tactics", o.Tactics}} {
		if x[1] != "" {
			lines = append(lines, x[0]+" of "+x[1])
		}
	}
	for _, x := range o.Properties {
		lines = append(lines, x.Property+"="+x.Column)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func incidentText(g *incidentGroupings) string {
	switch {
	case g == nil || !g.Create:
		return "none"
	case !g.Grouping.Enabled:
		return "one an alert"
	}
	by := slices.Concat(g.Grouping.Entities, g.Grouping.Alerts, g.Grouping.Details)
	return fmt.Sprintf("%s %s for %s, reopened %t", g.Grouping.Method, sorted(by), duration(g.Grouping.Lookback), g.Grouping.Reopen)
}

var durationForm = regexp.MustCompile(`^(?i:P?(\d+D)?T?(\d+H)?(\d+M)?)$`)

// duration puts both ways to write one in one form; what is neither stays as
// it is.
func duration(s string) string {
	parts := durationForm.FindStringSubmatch(s)
	if parts == nil || s == "" {
		return s
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		if digits := strings.TrimRight(strings.ToLower(parts[i+1]), "dhm"); digits != "" {
			n, err := strconv.Atoi(digits)
			if err != nil || n > 1_000_000 {
				return s
			}
			d += time.Duration(n) * unit
		}
	}
	return short(d)
}
