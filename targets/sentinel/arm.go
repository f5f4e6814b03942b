package sentinel

import (
	"strings"

	"github.com/sigproof/sigproof/targets/pack"
)

const (
	workspaces = "Microsoft.OperationalInsights/workspaces"
	insights   = "Microsoft.SecurityInsights"
)

// A deployment is an ARM template.
type deployment struct {
	Schema     string               `json:"$schema"`
	Version    string               `json:"contentVersion"`
	Parameters map[string]parameter `json:"parameters"`
	Resources  []any                `json:"resources"`
}

type parameter struct {
	Type     string    `json:"type"`
	Default  string    `json:"defaultValue,omitempty"`
	Metadata *metadata `json:"metadata,omitempty"`
}

type metadata struct {
	Description string `json:"description"`
}

// deploy writes a template over a workspace.
func deploy(resources ...any) []byte {
	return pack.JSON(deployment{
		"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "1.0.0.0",
		map[string]parameter{"workspace": {Type: "string", Metadata: &metadata{"Name of the Log Analytics workspace of Sentinel"}}},
		resources,
	})
}

// An alertRule is an analytics rule as a resource.
type alertRule struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Kind       string         `json:"kind"`
	APIVersion string         `json:"apiVersion"`
	Properties ruleProperties `json:"properties"`
}

// ruleProperties are those of an analytics rule. NRT rules have no schedule.
type ruleProperties struct {
	DisplayName           string             `json:"displayName"`
	Description           string             `json:"description"`
	Severity              string             `json:"severity"`
	Enabled               bool               `json:"enabled"`
	Query                 string             `json:"query"`
	QueryFrequency        string             `json:"queryFrequency,omitempty"`
	QueryPeriod           string             `json:"queryPeriod,omitempty"`
	TriggerOperator       string             `json:"triggerOperator,omitempty"`
	TriggerThreshold      *int               `json:"triggerThreshold,omitempty"`
	SuppressionDuration   string             `json:"suppressionDuration"`
	SuppressionEnabled    bool               `json:"suppressionEnabled"`
	Tactics               []string           `json:"tactics"`
	Techniques            []string           `json:"techniques"`
	SubTechniques         []string           `json:"subTechniques"`
	AlertRuleTemplateName *string            `json:"alertRuleTemplateName"`
	TemplateVersion       string             `json:"templateVersion,omitempty"`
	IncidentConfiguration *incidentGroupings `json:"incidentConfiguration"`
	EventGroupingSettings *eventGrouping     `json:"eventGroupingSettings"`
	AlertDetailsOverride  *alertDetails      `json:"alertDetailsOverride"`
	CustomDetails         map[string]string  `json:"customDetails"`
	EntityMappings        []entity           `json:"entityMappings"`
}

// A savedSearch is a hunting query as a resource.
type savedSearch struct {
	Name       string           `json:"name"`
	Type       string           `json:"type"`
	APIVersion string           `json:"apiVersion"`
	Properties searchProperties `json:"properties"`
}

type searchProperties struct {
	Category    string `json:"category"`
	DisplayName string `json:"displayName"`
	Query       string `json:"query"`
	Version     int    `json:"version"`
	Tags        []tag  `json:"tags"`
}

type tag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// resource gives the rule as ARM deploys it. The version is that of the rule's
// template, and may be empty.
func (r *rule) resource() any {
	if r.kind == Hunting {
		return savedSearch{
			"[concat(parameters('workspace'),'/" + r.id + "')]", workspaces + "/savedSearches", "2020-08-01",
			searchProperties{"Hunting Queries", escape(r.title), escape(r.query), 2, []tag{
				{"description", escape(r.description)}, {"tactics", strings.Join(r.tactics, ",")}, {"techniques", strings.Join(r.techniques, ",")},
			}},
		}
	}
	return alertRule{
		ID:         "[concat(resourceId('" + workspaces + "/providers', parameters('workspace'), '" + insights + "'),'/alertRules/" + r.id + "')]",
		Name:       "[concat(parameters('workspace'),'/" + insights + "/" + r.id + "')]",
		Type:       workspaces + "/providers/alertRules",
		Kind:       r.kind,
		APIVersion: "2023-02-01-preview",
		Properties: r.properties(),
	}
}

func (r *rule) properties() ruleProperties {
	techniques, subs := parents(r.techniques)
	p := ruleProperties{
		DisplayName: escape(r.title), Description: escape(r.description), Severity: r.severity, Enabled: true, Query: escape(r.query),
		SuppressionDuration: "PT5H", Tactics: nonNil(r.tactics), Techniques: nonNil(techniques), SubTechniques: nonNil(subs),
		TemplateVersion: r.version, IncidentConfiguration: r.incidents("P1D"), EventGroupingSettings: &eventGrouping{"AlertPerResult"},
		AlertDetailsOverride: r.override(), EntityMappings: r.entities,
	}
	if o := p.AlertDetailsOverride; o != nil {
		o.DisplayName = escape(o.DisplayName)
	}
	if r.kind == Scheduled {
		p.QueryFrequency, p.QueryPeriod = iso(r.schedule.Frequency), iso(r.schedule.Period)
		p.TriggerOperator, p.TriggerThreshold = "GreaterThan", new(int)
	}
	if len(r.details) > 0 {
		p.CustomDetails = details(r.details).byKey()
	}
	return p
}

// escape keeps ARM from taking a text for an expression: one between brackets.
// A text that only begins with one must stay as it is, since nothing takes the
// second bracket away again.
func escape(s string) string {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return "[" + s
	}
	return s
}

// unescape reads a text of a template.
func unescape(s string) string {
	if strings.HasPrefix(s, "[[") && strings.HasSuffix(s, "]") {
		return s[1:]
	}
	return s
}
