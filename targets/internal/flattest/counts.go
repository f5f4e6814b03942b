package flattest

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
)

// Correlation compiles a correlation of rule a, or of those that it names itself.
func Correlation(t *testing.T, log, correlation string) *ir.Program {
	t.Helper()
	if !strings.Contains(correlation, "rules:") {
		correlation += ", rules: [a]"
	}
	src := "title: A\nname: a\nlogsource: {category: test}\ndetection: {sel: {result: x}, condition: sel}\n---\n" +
		"title: B\nname: b\nlogsource: {category: test}\ndetection: {sel: {result: z}, condition: sel}\n---\n" +
		"title: C\ncorrelation: {" + correlation + "}\n"
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.ByName(log)})
	if diags = append(diags, more...); sigma.HasErrors(diags) {
		t.Fatal(diags[0].Render())
	}
	return programs[len(programs)-1]
}

// Counts wants counts to declare a limit, and the other correlations to be refused.
func Counts(t *testing.T, e targets.Emitter, title, limit string) {
	t.Helper()
	q, diags := e.Emit(Correlation(t, "entra_audit", "type: event_count, timespan: 1h, condition: {gte: 4}"))
	if q == nil || !slices.ContainsFunc(q.Limits, func(l targets.Limit) bool { return l.Code == limit }) {
		t.Errorf("no limit %s: %v", limit, diags)
	}
	for correlation, want := range map[string]string{
		"type: event_count, timespan: 1h, condition: {lt: 4}":                   "correlations that want fewer than a number: each run of a search would tell of them",
		"type: value_sum, timespan: 1h, condition: {gte: 4, field: durationMs}": "correlations of type value_sum: it counts events, or the different values of one field",
		"type: temporal, rules: [a, b], timespan: 1h":                           "correlations of more than the events of one rule",
	} {
		p := Correlation(t, "entra_audit", correlation)
		if q, diags := e.Emit(p); q != nil || len(diags) == 0 || diags[0].Message != title+" has no "+want {
			t.Errorf("%s: got %v, want %s", correlation, diags, want)
		}
	}
}
