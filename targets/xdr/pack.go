package xdr

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/internal/mitre"
	"github.com/sigproof/sigproof/targets/pack"
)

// everything is the file that holds all rules of the pack, as Graph lists them.
const everything = "detectionRules.json"

// The kinds of what a document becomes.
const (
	overDefender = "Defender"   // reads tables of Defender itself
	overSentinel = "Sentinel"   // reads tables of a workspace that is connected
	onEach       = "Continuous" // looks at each event of a table of Defender as it comes in
)

// Build makes the pack of programs. What Defender does not take is left out,
// with an error that says why.
func Build(programs []*ir.Program, opts *pack.Options) (*pack.Pack, []*sigma.Diagnostic) {
	return maker.Build(programs, opts)
}

var maker = &pack.Maker{
	Product: Product, Emitter: Emitter{}, Engine: "kql", Check: check,
	Kind: kindOf,
	Path: func(a *pack.Artifact) string { return "rules/" + a.Name + ".json" },
	File: func(a *pack.Artifact) []byte { return pack.JSON(rule(a)) },
	Whole: func(all []*pack.Artifact) []pack.File {
		list := struct {
			Value []detectionRule `json:"value"`
		}{[]detectionRule{}}
		for _, a := range all {
			list.Value = append(list.Value, rule(a))
		}
		return []pack.File{{Path: everything, Data: pack.JSON(list)}}
	},
}

func kindOf(a *pack.Artifact) string {
	switch {
	case fitsContinuous(a.Program, a.Query.Text):
		return onEach
	case allNative(a.Program):
		return overDefender
	}
	return overSentinel
}

// How often detections run, and how far they look back. Learn, Create custom
// detection rules: an hourly run looks back over 4 hours if nothing is said, and
// over 14 days at most; what runs that overlap find twice is told once.
const (
	frequency     = time.Hour
	defaultPeriod = 4 * time.Hour
	longestPeriod = 14 * 24 * time.Hour
)

// lookback is how far a run must look back; zero if the default is enough.
func lookback(a *pack.Artifact) time.Duration {
	s := a.Query.Schedule
	if need := s.Period - s.Frequency + frequency; s.Period > 0 && need > defaultPeriod {
		return need
	}
	return 0
}

// check says what Defender would not take of a rule.
func check(a *pack.Artifact) []*sigma.Diagnostic {
	if d := lookback(a); d > longestPeriod {
		return []*sigma.Diagnostic{pack.Refuse(Product, a.Program.Doc, "period",
			"a run would look back over %s, and Defender takes 14 days: the timespan must be shorter", d)}
	}
	return nil
}

// A detectionRule is a custom detection as Graph has it: the properties of
// microsoft.graph.security.detectionRule that may be written.
type detectionRule struct {
	Type        string    `json:"@odata.type"`
	ID          string    `json:"id"`
	DisplayName string    `json:"displayName"`
	Description string    `json:"description"`
	Status      string    `json:"status"`
	Condition   condition `json:"queryCondition"`
	Schedule    schedule  `json:"schedule"`
	Action      action    `json:"detectionAction"`
}

type condition struct {
	Text string `json:"queryText"`
}

type schedule struct {
	Frequency string `json:"frequency"`
	Lookback  string `json:"lookback,omitempty"`
}

type action struct {
	Alert alert `json:"alertTemplate"`
}

type alert struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Severity    string   `json:"severity"`
	Entities    entities `json:"entityMappings"`
	Tactics     []tactic `json:"tactics"`
}

type tactic struct {
	Tactic     string      `json:"tactic"`
	Techniques []technique `json:"techniques"`
}

type technique struct {
	Technique string `json:"technique"`
}

// rule is the detection that an artifact is. The description ends with its
// version, since Graph has no other place for it.
func rule(a *pack.Artifact) detectionRule {
	r := detectionRule{
		Type: "#microsoft.graph.security.detectionRule", ID: a.ID, DisplayName: title(a), Description: a.Description, Status: "enabled",
		Condition: condition{a.Query.Text}, Schedule: schedule{Frequency: arm.Duration(frequency)},
		Action: action{alert{title(a), a.Description, severity(a.Program.Level), mapped(a.Program), attack(a)}},
	}
	if a.Kind == onEach {
		r.Schedule.Frequency = arm.Duration(0)
	}
	if a.Version != "" {
		r.Description += "\n\nVersion " + a.Version + "."
	}
	if d := lookback(a); d > 0 {
		r.Schedule.Lookback = arm.Duration(d)
	}
	return r
}

// title is the title of a rule. Defender refuses a second detection of one name,
// and a second alert of one title: what marks the name of the file marks these.
func title(a *pack.Artifact) string {
	if _, mark, marked := strings.Cut(a.Name, "_"); marked {
		return a.Title + " (" + mark + ")"
	}
	return a.Title
}

// severity is Defender's word for a level. A document without one is as bad as
// most.
func severity(level string) string {
	switch level {
	case "informational", "low":
		return level
	case "high", "critical":
		return "high"
	}
	return "medium"
}

// attack gives the tactics of a rule with its techniques, each where it belongs.
func attack(a *pack.Artifact) []tactic {
	var tags []string
	for _, t := range a.Program.Doc.Info().Tags {
		tags = append(tags, t.Value)
	}
	names, ids := mitre.Attack(tags)
	out := []tactic{}
	for _, name := range names {
		t := tactic{name, []technique{}}
		for _, id := range ids {
			if slices.Contains(mitre.TacticsOf(id), name) {
				t.Techniques = append(t.Techniques, technique{id})
			}
		}
		out = append(out, t)
	}
	return out
}

// Verify holds the queries of a pack against the hashes in its manifest.
func Verify(p *pack.Pack) []error { return pack.VerifyQueries(p, everything, Exported) }

// Objects gives the rules of a pack as a tenant should hold them.
func Objects(p *pack.Pack) ([]pack.Object, error) {
	return pack.Whole(p, everything, Exported)
}

// Exported reads what Graph gives: a list of rules, an array of them, or one.
func Exported(data []byte) ([]pack.Object, error) { return exports.Read(data) }

var exports = &pack.Export{
	Wants: `JSON of detectionRules of Microsoft Graph: {"value": []}, one of them or an array`,
	Lists: []string{"value"},
	Object: func(data json.RawMessage) ([]pack.Object, bool, error) {
		var r detectionRule
		if pack.Keys(data)["queryCondition"] == nil {
			return nil, false, nil
		}
		if err := pack.Decode(data, &r); err != nil {
			return nil, true, err
		}
		if r.Condition.Text == "" {
			return nil, true, nil
		}
		return []pack.Object{r.object()}, true, nil
	},
}

// object puts a detection in one form.
func (r *detectionRule) object() pack.Object {
	alert := r.Action.Alert
	var tactics []string
	for _, t := range alert.Tactics {
		line := t.Tactic
		for _, x := range t.Techniques {
			line += " " + x.Technique
		}
		tactics = append(tactics, line)
	}
	slices.Sort(tactics)
	return pack.Object{ID: strings.ToLower(r.ID), Title: r.DisplayName, Fields: []pack.Field{
		{Name: "name", Value: r.DisplayName}, {Name: "status", Value: r.Status}, {Name: "query", Value: lines(r.Condition.Text)},
		{Name: "frequency", Value: r.Schedule.Frequency}, {Name: "lookback", Value: r.Schedule.Lookback},
		{Name: "title", Value: alert.Title}, {Name: "description", Value: lines(alert.Description)}, {Name: "severity", Value: alert.Severity},
		{Name: "entities", Value: strings.TrimSpace(string(pack.JSON(alert.Entities)))}, {Name: "tactics", Value: strings.Join(tactics, "\n")},
	}}
}

// lines takes a text as it was before it went through the portal.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
