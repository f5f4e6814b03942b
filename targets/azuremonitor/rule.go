package azuremonitor

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/pack"
)

const (
	resourceType = "Microsoft.Insights/scheduledQueryRules"
	apiVersion   = "2023-12-01"
	kind         = "LogAlert"
	workspaces   = "Microsoft.OperationalInsights/workspaces"
)

// A queryRule is a scheduled query rule as a resource.
type queryRule struct {
	Type       string     `json:"type"`
	APIVersion string     `json:"apiVersion"`
	Name       string     `json:"name"`
	Location   string     `json:"location"`
	Kind       string     `json:"kind"`
	Properties properties `json:"properties"`
}

type properties struct {
	DisplayName         string   `json:"displayName"`
	Description         string   `json:"description"`
	Severity            int      `json:"severity"` // 0 is the worst, 4 the least
	Enabled             bool     `json:"enabled"`
	EvaluationFrequency string   `json:"evaluationFrequency"`
	WindowSize          string   `json:"windowSize"`
	Scopes              any      `json:"scopes"`
	TargetResourceTypes []string `json:"targetResourceTypes"`
	Criteria            criteria `json:"criteria"`
	AutoMitigate        bool     `json:"autoMitigate"`
	Actions             actions  `json:"actions"`
}

type criteria struct {
	AllOf []condition `json:"allOf"`
}

type condition struct {
	Query           string      `json:"query"`
	TimeAggregation string      `json:"timeAggregation"`
	Dimensions      []dimension `json:"dimensions,omitempty"`
	Operator        string      `json:"operator"`
	Threshold       float64     `json:"threshold"`
	FailingPeriods  periods     `json:"failingPeriods"`
}

// A dimension is a column by whose values alerts are told apart.
type dimension struct {
	Name     string   `json:"name"`
	Operator string   `json:"operator"`
	Values   []string `json:"values"`
}

type periods struct {
	Evaluated int `json:"numberOfEvaluationPeriods"`
	Failing   int `json:"minFailingPeriodsToAlert"`
}

type actions struct {
	Groups any               `json:"actionGroups"`
	Custom map[string]string `json:"customProperties"`
}

// resource is the rule as ARM deploys it. Its name is its id, since a title may
// have characters that the name of a resource may not. An alert does not
// resolve by itself: that no further event came does not undo the first.
func resource(a *pack.Artifact) any {
	return queryRule{
		Type: resourceType, APIVersion: apiVersion, Name: a.ID, Location: "[parameters('location')]", Kind: kind,
		Properties: properties{
			DisplayName: arm.Escape(a.Title), Description: arm.Escape(a.Description), Severity: severity(a.Program.Level), Enabled: true,
			EvaluationFrequency: arm.Duration(a.Query.Schedule.Frequency), WindowSize: arm.Duration(window(a.Query.Schedule.Period)),
			Scopes:              []string{"[resourceId('" + workspaces + "', parameters('workspace'))]"},
			TargetResourceTypes: []string{workspaces},
			Criteria:            criteria{[]condition{{arm.Escape(a.Query.Text), "Count", dimensions(a.Program), "GreaterThan", 0, periods{1, 1}}}},
			Actions: actions{
				"[parameters('actionGroups')]",
				map[string]string{"sigmaRule": arm.Escape(pack.DocumentID(a.Program.Doc)), "version": a.Version},
			},
		},
	}
}

// maxDimensions is how many a rule may have.
const maxDimensions = 6

// dimensions are the groups of a correlation: each fires by itself, and its alert
// says which it is.
func dimensions(p *ir.Program) []dimension {
	if p.Correlation == nil {
		return nil
	}
	var out []dimension
	for _, g := range p.Correlation.GroupBy[:min(len(p.Correlation.GroupBy), maxDimensions)] {
		out = append(out, dimension{kql.Column(g.Name), "Include", []string{"*"}})
	}
	return out
}

// severity is Azure Monitor's number for a level. A document without one is as
// bad as most.
func severity(level string) int {
	switch level {
	case "critical":
		return 0
	case "high":
		return 1
	case "low":
		return 3
	case "informational":
		return 4
	}
	return 2
}

// parameters are those of all templates. A deployment needs the workspace only.
var parameters = map[string]arm.Parameter{
	"workspace":    {Type: "string", Metadata: &arm.Metadata{Description: "Name of the Log Analytics workspace, in this resource group"}},
	"location":     {Type: "string", Default: "[resourceGroup().location]", Metadata: &arm.Metadata{Description: "Region of the rules"}},
	"actionGroups": {Type: "array", Default: []string{}, Metadata: &arm.Metadata{Description: "Ids of the action groups that alerts call"}},
}

// deploy writes a template over a resource group.
func deploy(resources ...any) []byte { return arm.Template(parameters, resources) }

// Verify holds the queries of a pack against the hashes in its manifest.
func Verify(p *pack.Pack) []error { return pack.VerifyQueries(p, everything, Exported) }

// Objects gives the rules of a pack as a resource group should hold them.
func Objects(p *pack.Pack) ([]pack.Object, error) {
	return pack.Whole(p, everything, Exported)
}

// Exported reads what a resource group exports: a template, a list of the REST
// API, one resource or an array of them. Resources of other kinds are left out.
func Exported(data []byte) ([]pack.Object, error) { return exports.Read(data) }

var exports = &pack.Export{
	Wants: `JSON of scheduledQueryRules: the REST API's {"value": []}, a template's {"resources": []}, one of them or an array`,
	Lists: []string{"resources", "value"},
	Object: func(data json.RawMessage) ([]pack.Object, bool, error) {
		var r queryRule
		if !strings.EqualFold(pack.Text(pack.Keys(data)["type"]), resourceType) {
			return nil, false, nil
		}
		if err := pack.Decode(data, &r); err != nil {
			return nil, true, err
		}
		if r.Properties.Criteria.AllOf == nil {
			return nil, true, nil
		}
		return []pack.Object{r.object()}, true, nil
	},
}

// object puts a rule in one form. Whom it calls is left to who deployed it.
func (r *queryRule) object() pack.Object {
	p := r.Properties
	fields := []pack.Field{
		{Name: "name", Value: arm.Unescape(p.DisplayName)}, {Name: "description", Value: lines(p.Description)},
		{Name: "enabled", Value: strconv.FormatBool(p.Enabled)}, {Name: "severity", Value: strconv.Itoa(p.Severity)},
		{Name: "frequency", Value: p.EvaluationFrequency}, {Name: "window", Value: p.WindowSize},
		{Name: "resolves by itself", Value: strconv.FormatBool(p.AutoMitigate)},
	}
	var queries, triggers []string
	for _, c := range p.Criteria.AllOf {
		queries = append(queries, lines(c.Query))
		trigger := fmt.Sprintf("%s %s %g in %d of %d", c.TimeAggregation, c.Operator, c.Threshold, c.FailingPeriods.Failing, c.FailingPeriods.Evaluated)
		for _, d := range c.Dimensions {
			trigger += fmt.Sprintf(", by %s (%s %s)", d.Name, d.Operator, strings.Join(d.Values, ", "))
		}
		triggers = append(triggers, trigger)
	}
	fields = append(fields, pack.Field{Name: "query", Value: strings.Join(queries, "\n\n")}, pack.Field{Name: "trigger", Value: strings.Join(triggers, "\n")})
	return pack.Object{ID: strings.ToLower(r.Name), Title: arm.Unescape(p.DisplayName), Fields: fields}
}

// lines takes a text as it was before it went through the portal.
func lines(s string) string { return strings.ReplaceAll(arm.Unescape(s), "\r\n", "\n") }
