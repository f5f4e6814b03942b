package sentinel

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/targets/pack"
)

// A template is a rule as the Azure-Sentinel repository writes it, its keys in
// the order that is usual there.
type template struct {
	ID                     string             `yaml:"id"`
	Name                   string             `yaml:"name"`
	Description            block              `yaml:"description"`
	Severity               string             `yaml:"severity,omitempty"`
	Status                 string             `yaml:"status,omitempty"`
	RequiredDataConnectors []connector        `yaml:"requiredDataConnectors"`
	QueryFrequency         string             `yaml:"queryFrequency,omitempty"`
	QueryPeriod            string             `yaml:"queryPeriod,omitempty"`
	TriggerOperator        string             `yaml:"triggerOperator,omitempty"`
	TriggerThreshold       *int               `yaml:"triggerThreshold,omitempty"`
	Tactics                []string           `yaml:"tactics"`
	RelevantTechniques     []string           `yaml:"relevantTechniques"`
	Tags                   []string           `yaml:"tags,omitempty"`
	Query                  block              `yaml:"query"`
	EntityMappings         []entity           `yaml:"entityMappings,omitempty"`
	CustomDetails          details            `yaml:"customDetails,omitempty"`
	AlertDetailsOverride   *alertDetails      `yaml:"alertDetailsOverride,omitempty"`
	EventGroupingSettings  *eventGrouping     `yaml:"eventGroupingSettings,omitempty"`
	IncidentConfiguration  *incidentGroupings `yaml:"incidentConfiguration,omitempty"`
	Version                string             `yaml:"version"`
	Kind                   string             `yaml:"kind,omitempty"`
}

// alertDetails makes the name of an alert from its row.
type alertDetails struct {
	DisplayName string `yaml:"alertDisplayNameFormat,omitempty" json:"alertDisplayNameFormat,omitempty"`
	Description string `yaml:"alertDescriptionFormat,omitempty" json:"alertDescriptionFormat,omitempty"`

	// What else a workspace may have there.
	Severity   string          `yaml:"alertSeverityColumnName,omitempty" json:"alertSeverityColumnName,omitempty"`
	Tactics    string          `yaml:"alertTacticsColumnName,omitempty" json:"alertTacticsColumnName,omitempty"`
	Properties []alertProperty `yaml:"alertDynamicProperties,omitempty" json:"alertDynamicProperties,omitempty"`
}

// alertProperty takes a property of an alert from a column.
type alertProperty struct {
	Property string `yaml:"alertProperty" json:"alertProperty"`
	Column   string `yaml:"value" json:"value"`
}

// eventGrouping says how many alerts a run gives.
type eventGrouping struct {
	Kind string `yaml:"aggregationKind" json:"aggregationKind"`
}

// incidentGroupings say which alerts become one incident.
type incidentGroupings struct {
	Create   bool             `yaml:"createIncident" json:"createIncident"`
	Grouping incidentGrouping `yaml:"groupingConfiguration" json:"groupingConfiguration"`
}

type incidentGrouping struct {
	Enabled  bool     `yaml:"enabled" json:"enabled"`
	Reopen   bool     `yaml:"reopenClosedIncident" json:"reopenClosedIncident"`
	Lookback string   `yaml:"lookbackDuration" json:"lookbackDuration"`
	Method   string   `yaml:"matchingMethod" json:"matchingMethod"`
	Entities []string `yaml:"groupByEntities" json:"groupByEntities"`
	Alerts   []string `yaml:"groupByAlertDetails" json:"groupByAlertDetails"`
	Details  []string `yaml:"groupByCustomDetails" json:"groupByCustomDetails"`
}

// A block is a text over lines of its own.
type block string

// MarshalYAML writes a literal block.
func (b block) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.LiteralStyle, Value: string(b)}, nil
}

// details keep the order of their keys.
type details []detail

// MarshalYAML writes a map.
func (d details) MarshalYAML() (any, error) {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, x := range d {
		node.Content = append(node.Content,
			&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: x.key}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: x.column})
	}
	return node, nil
}

// UnmarshalYAML reads a map.
func (d *details) UnmarshalYAML(node *yaml.Node) error {
	var byKey map[string]string
	if err := node.Decode(&byKey); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		*d = append(*d, detail{key, byKey[key]})
	}
	return nil
}

func (d details) byKey() map[string]string {
	out := map[string]string{}
	for _, x := range d {
		out[x.key] = x.column
	}
	return out
}

// yaml writes the rule for the repository. Descriptions stand there in single
// quotes within their block.
func (r *rule) yaml() []byte {
	t := template{
		ID: r.id, Name: r.title, Description: block("'" + r.description + "'\n"),
		RequiredDataConnectors: nonNil(r.connectors), Tactics: nonNil(r.tactics), RelevantTechniques: nonNil(r.techniques),
		Tags: []string{"Sigma", pack.DocumentID(r.doc)}, Query: block(r.query + "\n"), EntityMappings: r.entities, Version: r.version,
	}
	if r.kind != Hunting {
		t.Severity, t.Status, t.Kind = r.severity, "Available", r.kind
		t.CustomDetails, t.AlertDetailsOverride = r.details, r.override()
		t.EventGroupingSettings, t.IncidentConfiguration = &eventGrouping{"AlertPerResult"}, r.incidents("1d")
	}
	if r.kind == Scheduled {
		t.QueryFrequency, t.QueryPeriod = short(r.schedule.Frequency), short(r.schedule.Period)
		t.TriggerOperator, t.TriggerThreshold = "gt", new(int)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(t); err != nil {
		panic(fmt.Sprintf("sentinel: %v", err)) // a struct of ours
	}
	return b.Bytes()
}

func (r *rule) override() *alertDetails {
	if r.display == "" {
		return nil
	}
	return &alertDetails{DisplayName: r.display}
}

// incidents joins what a rule says of the same entities, and of the same role,
// within a day: PIM repeats some of its events every two hours, and a collector
// reads what stands each time.
func (r *rule) incidents(day string) *incidentGroupings {
	g := incidentGrouping{Enabled: true, Lookback: day, Method: "AllEntities", Entities: []string{}, Alerts: []string{}, Details: []string{}}
	for _, d := range r.details {
		switch d.key {
		case "Role", "Alert", "Policy":
			g.Details = append(g.Details, d.key)
		}
	}
	if len(g.Details) > 0 {
		g.Method = "Selected"
		seen := map[string]bool{}
		for _, e := range r.entities {
			if !seen[e.Type] {
				g.Entities = append(g.Entities, e.Type)
			}
			seen[e.Type] = true
		}
	}
	if len(r.entities) == 0 && len(g.Details) == 0 {
		g.Enabled = false // there is nothing to tell alerts apart by
	}
	return &incidentGroupings{Create: true, Grouping: g}
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// short writes a duration as the repository does: 5m, 1h, 14d.
func short(d time.Duration) string {
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}} {
		if d%u.size == 0 {
			return fmt.Sprintf("%d%s", d/u.size, u.name)
		}
	}
	return fmt.Sprintf("%dm", (d+time.Minute-1)/time.Minute) // rounded up: nothing may be missed
}
