package azuremonitor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/armtest"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
	"github.com/sigproof/sigproof/targets/pack"
)

// TestTemplates holds each template against the reference, and each query against
// what Azure Monitor takes of one; one template holds 800 rules.
func TestTemplates(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	n := 801
	if testing.Short() {
		n = 1
	}
	for i := range n {
		fmt.Fprintf(&many, "title: Rule %d\nlogsource: {product: azure, service: signinlogs}\ndetection: {sel: {userId: a}, condition: sel}\n---\n", i)
	}
	lots := packtest.Compile(t, strings.TrimSuffix(many.String(), "---\n"))
	for name, programs := range map[string][]*ir.Program{"entra": packtest.Entra(t, nil), "corners": packtest.Compile(t, rule), "many": lots} {
		p, diags := Build(programs, &pack.Options{Name: name})
		if len(diags) > 0 {
			t.Fatal(diags[0].Render())
		}
		for _, f := range p.Files {
			if strings.HasPrefix(f.Path, "ARM/") {
				armtest.Check(t, f.Path, f.Data)
			}
		}
		objects, err := Objects(p)
		if err != nil || len(objects) != len(p.Manifest.Rules) {
			t.Errorf("%s: %d rules in templates, %d in the manifest: %v", name, len(objects), len(p.Manifest.Rules), err)
		}
		for _, o := range objects {
			if word := forbidden.FindString(o.Field("query")); word != "" {
				t.Errorf("%s: a query has %s", o.Title, word)
			}
		}
		if more := p.File("ARM/all_2.json"); (more != nil) != (len(objects) > 800) {
			t.Errorf("%s: %d rules, and a second template of %d bytes", name, len(objects), len(more))
		}
		if wrong := Verify(p); len(wrong) > 0 {
			t.Error(wrong)
		}
	}
}

// TestDimensions wants the groups of a correlation to be columns of its rows, as
// texts: the service takes six.
func TestDimensions(t *testing.T) {
	t.Parallel()
	programs := packtest.Compile(t, strings.Replace(rule, "level:", "name: a\nlevel:", 1)+`---
title: Many
correlation:
  type: value_count
  rules: [a]
  group-by: [actor.id, actor.name, category, result, loggedByService, operationType, correlationId]
  timespan: 1h
  condition: {field: subject.id, gte: 3}
`)
	p, diags := Build(programs[1:], &pack.Options{})
	if len(diags) > 0 {
		t.Fatal(diags[0].Render())
	}
	var template struct{ Resources []queryRule }
	if err := json.Unmarshal(p.File(everything), &template); err != nil {
		t.Fatal(err)
	}
	c := template.Resources[0].Properties.Criteria.AllOf[0]
	q, err := kqleval.Parse(c.Query)
	if err != nil {
		t.Fatal(err)
	}
	columns := []kqleval.Column{{Name: kqleval.IngestionColumn, Type: kqleval.TDateTime}}
	for _, c := range schema.ByName("entra_audit").KQL.Columns {
		typ, _ := kqleval.ParseType(c.Type)
		columns = append(columns, kqleval.Column{Name: c.Name, Type: typ})
	}
	plan, err := q.Bind(kqleval.Schema{"AuditLogs": columns})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range c.Dimensions {
		if !slices.Contains(plan.Columns(), kqleval.Column{Name: d.Name, Type: kqleval.TString}) {
			t.Errorf("the result has no column %s: %v", d.Name, plan.Columns())
		}
	}
	if len(c.Dimensions) != 6 {
		t.Errorf("got %v", c.Dimensions)
	}
}

// forbidden is what queries of alert rules may not have: these operators, a
// reserved name, watchlists, which are Sentinel's, and an ago of anything but a
// literal.
var forbidden = regexp.MustCompile(`bag_unpack|pivot|\bnarrow\b|AggregatedValue|_GetWatchlist|ago\([^0-9]`)

// TestPack wants each rule of the embedded pack to be one that Azure Monitor
// takes, with the query that package kql writes.
func TestPack(t *testing.T) {
	t.Parallel()
	programs := packtest.Entra(t, nil)
	p, diags := Build(programs, &pack.Options{Name: "Entra PIM"})
	if len(diags) > 0 {
		t.Fatal(diags[0].Render())
	}
	var template struct{ Resources []queryRule }
	if err := json.Unmarshal(p.File(everything), &template); err != nil {
		t.Fatal(err)
	}
	packed := map[string]queryRule{}
	for _, r := range template.Resources {
		packed[r.Properties.Criteria.AllOf[0].Query] = r
	}
	for _, program := range programs {
		if program.Silent {
			continue
		}
		q, _ := targets.Write(kql.Emitter{Scheduled: true}, program)
		r, ok := packed[q.Text]
		if !ok {
			t.Errorf("%s is not packed as it is written", program.Title)
			continue
		}
		delete(packed, q.Text)
		if window := isoMinutes(t, r.Properties.WindowSize); window < q.Schedule.Period.Minutes() {
			t.Errorf("%s looks back over %s, and must over %s", program.Title, r.Properties.WindowSize, q.Schedule.Period)
		}
		if !slices.Contains([]string{"PT5M", "PT1H"}, r.Properties.EvaluationFrequency) {
			t.Errorf("%s runs every %s", program.Title, r.Properties.EvaluationFrequency)
		}
	}
	if len(packed) > 0 {
		t.Errorf("%d rules are packed that nobody wrote", len(packed))
	}
	if wrong := Verify(p); len(wrong) > 0 {
		t.Error(wrong)
	}
}

// isoMinutes reads the values that the reference lists for windowSize.
func isoMinutes(t *testing.T, s string) float64 {
	t.Helper()
	for listed, minutes := range map[string]float64{
		"PT5M": 5, "PT10M": 10, "PT15M": 15, "PT30M": 30, "PT45M": 45, "PT1H": 60, "PT2H": 120, "PT3H": 180, "PT4H": 240, "PT5H": 300,
		"PT6H": 360, "P1D": 1440, "P2D": 2880,
	} {
		if s == listed {
			return minutes
		}
	}
	t.Errorf("%q is no window that Azure Monitor takes", s)
	return 0
}

const rule = `title: '[Alert disabled]'
id: 5d0b9c67-3a0e-4a53-9c3e-0f6a1f2be714
level: high
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: Disable PIM alert}, condition: sel}
`

// TestRule shows the whole of one rule.
func TestRule(t *testing.T) {
	t.Parallel()
	p, _ := Build(packtest.Compile(t, rule), &pack.Options{})
	var template struct{ Resources []json.RawMessage }
	if err := json.Unmarshal(p.File("ARM/AlertDisabled.json"), &template); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, template.Resources[0], "", "  "); err != nil {
		t.Fatal(err)
	}
	want := `{
  "type": "Microsoft.Insights/scheduledQueryRules",
  "apiVersion": "2023-12-01",
  "name": "NAME",
  "location": "[parameters('location')]",
  "kind": "LogAlert",
  "properties": {
    "displayName": "[[Alert disabled]",
    "description": "[Alert disabled]\n\nSigma rule 5d0b9c67-3a0e-4a53-9c3e-0f6a1f2be714.",
    "severity": 1,
    "enabled": true,
    "evaluationFrequency": "PT5M",
    "windowSize": "PT30M",
    "scopes": [
      "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace'))]"
    ],
    "targetResourceTypes": [
      "Microsoft.OperationalInsights/workspaces"
    ],
    "criteria": {
      "allOf": [
        {
          "query": "AuditLogs\n| where ingestion_time() > ago(5m) and ingestion_time() <= now()\n| where OperationName =~ \"Disable PIM alert\"",
          "timeAggregation": "Count",
          "operator": "GreaterThan",
          "threshold": 0,
          "failingPeriods": {
            "numberOfEvaluationPeriods": 1,
            "minFailingPeriodsToAlert": 1
          }
        }
      ]
    },
    "autoMitigate": false,
    "actions": {
      "actionGroups": "[parameters('actionGroups')]",
      "customProperties": {
        "sigmaRule": "5d0b9c67-3a0e-4a53-9c3e-0f6a1f2be714",
        "version": "1.0.0"
      }
    }
  }
}`
	want = strings.Replace(want, "NAME", p.Manifest.Rules[0].Artifact, 1)
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRefused names what Azure Monitor does not take.
func TestRefused(t *testing.T) {
	t.Parallel()
	counted := func(span string) string {
		return strings.Replace(rule, "level:", "name: a\nlevel:", 1) +
			"---\ntitle: Many\ncorrelation: {type: event_count, rules: [a], group-by: [actor.id], timespan: " + span + ", condition: {gte: 3}}\n"
	}
	for _, test := range []struct{ src, log, want string }{
		{rule, "generic", "rule.yml:1:1: error: log generic is no table of a workspace; the rule must name a log that is [azure-monitor/log]"},
		{strings.Replace(rule, "[Alert", "[Alert"+strings.Repeat("x", 300), 1), "", "rule.yml:1:1: error: the title has 316 characters, and a rule of Azure Monitor takes 260 [azure-monitor/title]"},
		{
			strings.Replace(rule, "level:", "description: "+strings.Repeat("word ", 1000)+"\nlevel:", 1), "",
			"rule.yml:1:1: error: what is said of the rule has 5049 characters, and Azure Monitor takes 4096: the description with the false positives must be shorter [azure-monitor/description]",
		},
		{counted("3d"), "", "rule.yml:8:1: error: a run would look back over 73h15m0s, and Azure Monitor takes 2 days: the timespan must be shorter [azure-monitor/period]"},
		{counted("1d"), "", ""},
	} {
		docs, _ := sigma.Parse("rule.yml", []byte(test.src))
		programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.ByName(test.log)})
		_, diags := Build(programs, &pack.Options{})
		got := ""
		for _, d := range diags {
			got += d.String()
		}
		if got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// TestDrift reads what a resource group exports.
func TestDrift(t *testing.T) {
	t.Parallel()
	p, _ := Build(packtest.Compile(t, rule), &pack.Options{})
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	single := p.File("ARM/AlertDisabled.json")
	changed := strings.NewReplacer("PT5M", "PT1H", `\n| where`, `\r\n| where`).Replace(string(single))
	var template struct{ Resources []json.RawMessage }
	if err := json.Unmarshal([]byte(changed), &template); err != nil {
		t.Fatal(err)
	}
	for name, export := range map[string]string{
		"template": changed, "list": fmt.Sprintf(`{"value": [%s]}`, template.Resources[0]),
		"resource": string(template.Resources[0]), "array": fmt.Sprintf("\ufeff [%s, {\"type\": \"other\"}]", template.Resources[0]),
	} {
		have, err := Exported([]byte(export))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		diff := pack.Compare(want, have)
		if len(diff.Missing)+len(diff.Extra) > 0 || len(diff.Changed) != 1 || diff.Changed[0].Field != "frequency" {
			t.Errorf("%s: got %+v", name, diff)
		}
	}
	for _, wrong := range []string{"", "{", "[1]"} {
		if _, err := Exported([]byte(wrong)); err == nil {
			t.Errorf("%q is read", wrong)
		}
	}
}
