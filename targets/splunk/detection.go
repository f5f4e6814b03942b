package splunk

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
)

// A detection is a rule as contentctl wants it, its keys in the order that is
// usual there.
type detection struct {
	Name           string      `yaml:"name"`
	ID             string      `yaml:"id"`
	Version        int         `yaml:"version"`
	Date           string      `yaml:"date"`
	Author         string      `yaml:"author"`
	Status         string      `yaml:"status"`
	Type           string      `yaml:"type"`
	Description    block       `yaml:"description"`
	DataSource     []string    `yaml:"data_source"`
	Search         block       `yaml:"search"`
	HowTo          string      `yaml:"how_to_implement"`
	FalsePositives string      `yaml:"known_false_positives"`
	References     []string    `yaml:"references"`
	Drilldowns     []drilldown `yaml:"drilldown_searches,omitempty"`
	RBA            *rba        `yaml:"rba,omitempty"`
	Tags           contentTags `yaml:"tags"`
	Deployment     deployment  `yaml:"deployment"`
	Tests          []unitTest  `yaml:"tests,omitempty"`
}

type drilldown struct {
	Name     string `yaml:"name"`
	Search   string `yaml:"search"`
	Earliest string `yaml:"earliest_offset"`
	Latest   string `yaml:"latest_offset"`
}

type rba struct {
	Message string       `yaml:"message"`
	Risk    []rbaObject  `yaml:"risk_objects"`
	Threat  []rbaSubject `yaml:"threat_objects"`
}

type rbaObject struct {
	Field string `yaml:"field"`
	Type  string `yaml:"type"`
	Score int    `yaml:"score"`
}

type rbaSubject struct {
	Field string `yaml:"field"`
	Type  string `yaml:"type"`
}

type contentTags struct {
	Story      []string    `yaml:"analytic_story"`
	Asset      string      `yaml:"asset_type"`
	Techniques []string    `yaml:"mitre_attack_id"`
	Product    []string    `yaml:"product"`
	Domain     string      `yaml:"security_domain"`
	Throttling *throttling `yaml:"throttling,omitempty"`
}

type throttling struct {
	Fields []string `yaml:"fields"`
	Period string   `yaml:"period"`
}

type deployment struct {
	Scheduling struct {
		Cron     string `yaml:"cron_schedule"`
		Earliest string `yaml:"earliest_time"`
		Latest   string `yaml:"latest_time"`
		Window   string `yaml:"schedule_window"`
	} `yaml:"scheduling"`
	Action struct {
		Notable *notable `yaml:"notable,omitempty"`
		RBA     struct {
			Enabled bool `yaml:"enabled"`
		} `yaml:"rba"`
	} `yaml:"alert_action"`
}

type notable struct {
	Description string   `yaml:"rule_description"`
	Title       string   `yaml:"rule_title"`
	Fields      []string `yaml:"nes_fields"`
}

// detection makes the detection of a rule. One without a test is experimental:
// contentctl takes no other.
func (a *app) detection(r *rule, tests []unitTest) *detection {
	head := r.doc.Info()
	d := &detection{
		Name: r.content, ID: contentID(r.doc), Version: contentVersion(r.version), Date: dateOf(head),
		Author: cmp.Or(pack.OneLine(head.Author.Value), "sigproof"), Status: "experimental", Type: r.contentType(),
		Description: block(r.description), DataSource: r.dataSources(), Search: block(r.contentSearch()),
		HowTo: r.howTo(), FalsePositives: falsePositives(head), References: references(head),
		Tags: contentTags{
			Story: []string{a.story()}, Asset: "Azure Active Directory", Techniques: leaves(r.techniques), Product: products, Domain: r.domain,
			Throttling: r.throttling(),
		},
		Deployment: r.deployment(),
	}
	if tests != nil {
		d.Status, d.Tests = "production", tests
	}
	if r.kind == Alert {
		d.Drilldowns, d.RBA = r.drilldowns(), r.rba()
		d.Deployment.Action.RBA.Enabled = d.RBA != nil
	}
	return d
}

// contentID is the id of a document if it is one that contentctl takes.
func contentID(d sigma.Document) string {
	id := pack.DocumentID(d)
	if parsed, err := uuid.Parse(id); err == nil && parsed.String() == id {
		return id
	}
	return artifactID("rule", id)
}

// contentVersion makes one number of a version, which grows with it.
func contentVersion(v string) int {
	var major, minor, patch int
	if _, err := fmt.Sscanf(v, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return 1
	}
	return (major-1)*10_000 + minor*100 + patch + 1
}

func (r *rule) contentType() string {
	switch {
	case r.kind == Hunting:
		return "Hunting"
	case r.level == "low":
		return "Anomaly"
	}
	return "TTP"
}

// contentSearch is the search with the two lines that contentctl asks for: the
// fields by which risk is known, in the words of the information model, and the
// macro with which a team filters.
func (r *rule) contentSearch() string {
	lines := r.query
	var evals []string
	if id := r.eventID(); id != "" {
		evals = append(evals, "event_id='"+id+"'")
	}
	for _, s := range r.named() {
		evals = append(evals, inModel[s.of]+"='"+s.field+"'")
	}
	if len(evals) > 0 {
		lines += "\n| eval " + strings.Join(evals, ", ")
	}
	return lines + "\n| `" + macroName(r.content) + "_filter`"
}

// eventID names the field that identifies an event of a rule; empty if none
// does. Alerts of a correlation are known by its columns.
func (r *rule) eventID() string {
	if r.correlates {
		return ""
	}
	return r.logs[0].ID
}

// inModel names the fields of the information model for whom an alert is about.
var inModel = map[string]string{
	"actor": "src_user", "subject": "user", "computer": "dest", "object": "object", "application": "app", "address": "src",
}

var plainField = regexp.MustCompile(`^[A-Za-z0-9_.]+$`)

// named lists the subjects whose fields can be written plainly.
func (r *rule) named() []subject {
	return slices.DeleteFunc(slices.Clone(r.subjects), func(s subject) bool { return !plainField.MatchString(s.field) })
}

func (r *rule) dataSources() []string {
	var out []string
	for _, log := range r.logs {
		for _, sourcetype := range log.SPL.Sourcetypes {
			out = append(out, dataSource(log, sourcetype).Name)
		}
	}
	return out
}

func (r *rule) howTo() string {
	var macros, sourcetypes []string
	for _, log := range r.logs {
		macros = append(macros, log.SPL.Macro)
		if log.SPL.Tagged() {
			sourcetypes = append(sourcetypes, "that "+log.SPL.Find+" finds")
			continue
		}
		sourcetypes = append(sourcetypes, log.SPL.Sourcetypes...)
	}
	return fmt.Sprintf("The events must come in as one of the sourcetypes %s. The macro %s finds them and names their fields; narrow its index.",
		strings.Join(sourcetypes, ", "), strings.Join(macros, ", "))
}

func falsePositives(head *sigma.Head) string {
	var out []string
	for _, t := range head.FalsePositives {
		out = append(out, pack.OneLine(t.Value))
	}
	if text := strings.Join(out, "; "); len(text) >= 4 { // contentctl takes no shorter one
		return text
	}
	return "None are known."
}

func references(head *sigma.Head) []string {
	out := []string{}
	for _, t := range head.References {
		if strings.HasPrefix(t.Value, "https://") || strings.HasPrefix(t.Value, "http://") {
			out = append(out, t.Value)
		}
	}
	return out
}

// leaves leaves out techniques of which a sub-technique is there as well.
func leaves(techniques []string) []string {
	return slices.DeleteFunc(slices.Clone(techniques), func(t string) bool {
		return slices.ContainsFunc(techniques, func(s string) bool { return strings.HasPrefix(s, t+".") })
	})
}

// throttling tells a row once. contentctl knows no time of indexing, so that
// each run looks back over a day of events.
func (r *rule) throttling() *throttling {
	switch {
	case r.kind == Hunting:
		return nil
	case r.timing.once != "":
		return &throttling{r.timing.by, r.timing.once}
	case r.eventID() != "":
		return &throttling{[]string{"event_id"}, short(polledAgain)}
	}
	return nil
}

func (r *rule) deployment() deployment {
	var d deployment
	s := &d.Scheduling
	s.Cron, s.Earliest, s.Latest, s.Window = r.timing.cron, r.timing.earliest, "now", "auto"
	if r.kind == Alert && r.throttling() == nil { // then no two runs may see an event
		s.Earliest, s.Latest = r.timing.since, r.timing.until
	}
	if r.kind == Alert && r.level != "low" {
		var fields []string
		for _, s := range r.named() {
			fields = append(fields, inModel[s.of])
		}
		d.Action.Notable = &notable{"%description%", "%name%", fields}
	}
	return d
}

// rba is the risk that an alert adds; nil if it is about nobody who is known.
func (r *rule) rba() *rba {
	_, level := r.severity()
	out := &rba{Message: noTokens(r.title), Threat: []rbaSubject{}}
	for _, s := range r.named() {
		if s.kind == threat {
			out.Threat = append(out.Threat, rbaSubject{inModel[s.of], s.kind})
		} else {
			out.Risk = append(out.Risk, rbaObject{inModel[s.of], s.kind, scores[level]})
		}
	}
	if out.Risk == nil {
		return nil
	}
	return out
}

// drilldowns are the two that contentctl asks for.
func (r *rule) drilldowns() []drilldown {
	filter, risk := "", ""
	for _, s := range r.named() {
		if s.kind != threat {
			name := inModel[s.of]
			filter = fmt.Sprintf(` | search %s="$%s$"`, name, name)
			risk = fmt.Sprintf(` | search normalized_risk_object="$%s$"`, name)
			break
		}
	}
	return []drilldown{
		{"What the search finds", "%original_detection_search%" + filter, "$info_min_time$", "$info_max_time$"},
		{"Risk of the last 7 days", "| from datamodel:Risk.All_Risk" + risk + " | stats count by search_name, risk_message", "-7d", "now"},
	}
}
