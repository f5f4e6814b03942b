package kql_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/kql"
)

// divergent are the events, by number, for which a table can't give the
// matcher's verdict, and the limit that says so.
var divergent = map[string]struct {
	events []int
	limit  string
}{
	"x01-exists-null":        {[]int{0, 1}, "kql/null-is-empty"},
	"z01-null":               {[]int{2}, "kql/null-is-empty"},
	"z07-star-only":          {[]int{1}, "kql/null-is-empty"},
	"c07-contains-ci-long-s": {[]int{0}, "kql/case-folding"},
	"l03-array-value":        {[]int{0}, "kql/open-array"},
	"l05-array-obj":          {[]int{0}, "kql/open-array"},
	"l07-all-array":          {[]int{0}, "kql/open-array"},
}

// TestDisagreements holds the query of each mini rule against the reference
// matcher. What differs must be listed, and what is listed must differ.
func TestDisagreements(t *testing.T) {
	t.Parallel()
	eachLine(t, shared(t, "oracle", "disagreements.jsonl"), func(d struct {
		ID        string
		Detection string
		Events    []json.RawMessage
	}) {
		src := "title: " + d.ID + "\nlogsource: {category: test}\ndetection:\n" + indent(d.Detection)
		docs, diags := sigma.Parse(d.ID, []byte(src))
		programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
		if sigma.HasErrors(append(diags, more...)) {
			return
		}
		m := eval.NewMatcher(programs[0].Pred)
		var want []bool
		var rows [][]byte
		for _, e := range d.Events {
			event, err := eval.ParseJSON(e)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, m.Match(event))
			rows = append(rows, e)
		}
		q := emit(t, programs[0])
		if known, ok := divergent[d.ID]; ok {
			declares(t, q, known.limit)
			for _, i := range known.events {
				want[i] = !want[i]
			}
		}
		if diff := cmp.Diff(want, verdicts(t, q.Text, schema.Generic, rows)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", d.ID, diff, q.Text)
		}
	})
}

// divergentRules are the rules of the corpus with events for which a table
// can't give the wanted verdict.
var divergentRules = map[string]struct {
	event int
	limit string
}{
	"rules/application/kubernetes/audit/kubernetes_audit_privileged_pod_creation.yml": {0, "kql/null-is-empty"},
	"rules/windows/builtin/iis-configuration/win_iis_module_added.yml":                {0, "kql/null-is-empty"},
}

// TestCorpusVerdicts runs the rules of the corpus over the events made for
// them.
func TestCorpusVerdicts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the corpus takes its time")
	}
	rules, events := 0, 0
	eachLine(t, shared(t, "oracle", "rule-verdicts.jsonl"), func(d struct {
		Path   string
		Events []json.RawMessage
		Want   []bool
	}) {
		docs, diags := sigma.Parse(d.Path, read(t, "corpus", "sigma", d.Path))
		programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
		if sigma.HasErrors(append(diags, more...)) || len(programs) != 1 {
			return
		}
		var rows [][]byte
		for _, e := range d.Events {
			rows = append(rows, e)
		}
		rules, events = rules+1, events+len(rows)
		q := emit(t, programs[0])
		if known, ok := divergentRules[d.Path]; ok {
			d.Want[known.event] = !d.Want[known.event]
			declares(t, q, known.limit)
		}
		if diff := cmp.Diff(d.Want, verdicts(t, q.Text, schema.Generic, rows)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", d.Path, diff, q.Text)
		}
	})
	t.Logf("%d rules, %d events", rules, events)
}

// declares checks that a query names the limit, or that it holds for all.
func declares(t *testing.T, q *targets.Query, code string) {
	t.Helper()
	declared := slices.ContainsFunc(q.Limits, func(l targets.Limit) bool { return l.Code == code })
	general := slices.ContainsFunc(kql.Limits(), func(l targets.LimitKind) bool { return l.Code == code && l.General })
	if !declared && !general {
		t.Errorf("the limit %s is not declared:\n%s", code, q.Text)
	}
}
