package spl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// limited are the events of oracle/disagreements.jsonl where SPL says
// otherwise, each with the limit that says why.
var limited = map[string]string{
	"c07-contains-ci-long-s/0": "spl/case-folding",
	"x01-exists-null/0":        "spl/null-is-absent",
	"t01-int-vs-str/3":         "spl/number-text",
}

// TestDisagreements runs each mini rule natively and as SPL. They agree but
// where a declared limit says why not; a limit that no longer shows is a fault
// too.
func TestDisagreements(t *testing.T) {
	t.Parallel()
	type row struct {
		ID        string
		Detection string
		Events    []json.RawMessage
	}
	seen := map[string]bool{}
	eachLine(t, shared(t, "oracle", "disagreements.jsonl"), func(r row) {
		src := "title: t\nlogsource: {category: test}\ndetection:\n  " + strings.ReplaceAll(r.Detection, "\n", "\n  ")
		docs, diags := sigma.Parse("rule.yml", []byte(src))
		programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
		if slices.ContainsFunc(append(diags, more...), func(d *sigma.Diagnostic) bool { return d.Severity == sigma.Error }) {
			return // refused before a language is asked
		}
		q := emit(t, programs[0])
		native := eval.NewMatcher(programs[0].Pred)
		for i, raw := range r.Events {
			event := parseJSON(t, string(raw))
			want, got := native.Match(event), matches(t, schema.Generic, q.Text, openEvent(event))
			key := fmt.Sprintf("%s/%d", r.ID, i)
			code, declared := limited[key]
			switch {
			case want == got && declared:
				t.Errorf("%s: the limit %s does not show any more", key, code)
			case want != got && !declared:
				t.Errorf("%s: %s: SPL says %t, native %t\n%s", key, raw, got, want, q.Text)
			case want != got && !hasLimit(q.Limits, code):
				t.Errorf("%s: the query does not declare %s", key, code)
			}
			seen[key] = true
		}
	})
	for key := range limited {
		if !seen[key] {
			t.Errorf("no event %s", key)
		}
	}
}
