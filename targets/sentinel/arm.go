package sentinel

import (
	"strings"

	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/internal/mitre"
)

const (
	workspaces = "Microsoft.OperationalInsights/workspaces"
	insights   = "Microsoft.SecurityInsights"
)

// parameters are those of all templates: a deployment needs the workspace only.
var parameters = map[string]arm.Parameter{
	"workspace": {Type: "string", Metadata: &arm.Metadata{Description: "Name of the Log Analytics workspace of Sentinel"}},
}

// deploy writes a template over a workspace.
func deploy(resources ...any) []byte { return arm.Template(parameters, resources) }

// An alertRule is an analytics rule as a resource.
type alertRule struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Kind       string         `json:"kind"`
	APIVersion string         `json:"apiVersion"`
	Properties ruleProperties `json:"properties"`
}

// ruleProperties are those of an analytics rule. NRT rules have no schedule. None
// has a version: the service takes templateVersion only beside the name of a
// template of its own.
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

// rulesVersion is that of the API for analytics rules. The stable ones know
// neither NRT rules nor sub-techniques; this is the one that the repository's
// tool writes.
const rulesVersion = "2023-02-01-preview"

// resource gives the rule as ARM deploys it.
func (r *rule) resource() any {
	if r.kind == Hunting {
		return savedSearch{
			"[concat(parameters('workspace'),'/" + r.id + "')]", workspaces + "/savedSearches", "2020-08-01",
			searchProperties{"Hunting Queries", arm.Escape(r.title), arm.Escape(r.query), 2, []tag{
				{"description", arm.Escape(r.description)}, {"tactics", strings.Join(r.tactics, ",")}, {"techniques", strings.Join(r.techniques, ",")},
			}},
		}
	}
	return alertRule{
		ID:         "[concat(resourceId('" + workspaces + "/providers', parameters('workspace'), '" + insights + "'),'/alertRules/" + r.id + "')]",
		Name:       "[concat(parameters('workspace'),'/" + insights + "/" + r.id + "')]",
		Type:       workspaces + "/providers/alertRules",
		Kind:       r.kind,
		APIVersion: rulesVersion,
		Properties: r.properties(),
	}
}

func (r *rule) properties() ruleProperties {
	techniques, subs := mitre.Parents(r.techniques)
	p := ruleProperties{
		DisplayName: arm.Escape(r.title), Description: arm.Escape(r.description), Severity: r.severity, Enabled: true, Query: arm.Escape(r.query),
		SuppressionDuration: "PT5H", Tactics: nonNil(r.tactics), Techniques: nonNil(techniques), SubTechniques: nonNil(subs),
		IncidentConfiguration: r.incidents("P1D"), EventGroupingSettings: &eventGrouping{"AlertPerResult"},
		AlertDetailsOverride: r.override(), EntityMappings: r.entities,
	}
	if o := p.AlertDetailsOverride; o != nil {
		o.DisplayName = arm.Escape(o.DisplayName)
	}
	if r.kind == Scheduled {
		p.QueryFrequency, p.QueryPeriod = arm.Duration(r.schedule.Frequency), arm.Duration(r.schedule.Period)
		p.TriggerOperator, p.TriggerThreshold = "GreaterThan", new(int)
	}
	if len(r.details) > 0 {
		p.CustomDetails = details(r.details).byKey()
	}
	return p
}
