package compiler_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/sigma"
)

// decided are the verdicts where the specification is silent and our semantics
// decide: docs/semantics.md has the reasons.
var decided = map[string][]bool{
	"c07-contains-ci-long-s": {true},
	"r08-re-dollar-nl":       {false},
	"n03-neq-missing":        {true},
	"z07-star-only":          {true, true, false},
	"t01-int-vs-str":         {true, true, false, true},
	"t03-bool":               {true, true, true, false, false},
	"t06-yaml-octal":         {false, true, true},
	"t07-yaml-hex":           {true, true},
	"t08-yaml-exp":           {true, true},
	"t11-contains-int":       {true},
	"t12-float":              {true, true, true},
	"d02-windash-inner":      {true, false, true},
	"b14-base64-case":        {true},
	"i02-cidr-hostbits":      {true},
	"i07-cidr-port":          {false},
	"q12-ident-dash":         {true},
	"q22-digit-ident":        {true},
	"k06-kw-scalar":          {true},
	"l03-array-value":        {true},
	"l05-array-obj":          {true},
	"l06-field-case":         {false},
	"l07-all-array":          {true},
	"p04-fieldref-contains":  {true},
	"p08-hour-gte":           {true},
}

// refused are the mini rules whose mistake our semantics make an error.
var refused = map[string]bool{"g02-gt-str-rule": true, "m05-mod-upper": true}

type disagreement struct {
	ID        string
	Detection string
	Events    []json.RawMessage
	Spec      any
}

func TestDisagreements(t *testing.T) {
	t.Parallel()
	eachLine(t, shared(t, "oracle", "disagreements.jsonl"), func(d disagreement) {
		src := "title: " + d.ID + "\nlogsource: {category: test}\ndetection:\n" + indent(d.Detection)
		programs, diags := generic(t, d.ID, []byte(src))
		if d.Spec == "reject" || refused[d.ID] {
			if !sigma.HasErrors(diags) {
				t.Errorf("%s: accepted; it must be refused", d.ID)
			}
			return
		}
		if sigma.HasErrors(diags) || len(programs) != 1 {
			t.Errorf("%s: %s\n%s", d.ID, src, render(diags))
			return
		}
		m := eval.NewMatcher(programs[0].Pred)
		var got []bool
		for _, e := range d.Events {
			got = append(got, m.Match(event(t, e)))
		}
		if diff := cmp.Diff(wanted(d), got); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", d.ID, d.Detection, diff)
		}
	})
}

// wanted takes the specification's verdict, and ours where it has none.
func wanted(d disagreement) []bool {
	spec, _ := d.Spec.([]any)
	var out []bool
	for i := range d.Events {
		if i < len(spec) {
			if v, ok := spec[i].(bool); ok {
				out = append(out, v)
				continue
			}
		}
		if own := decided[d.ID]; i < len(own) {
			out = append(out, own[i])
		}
	}
	return out
}

func indent(s string) string {
	out := "  "
	for _, r := range s {
		out += string(r)
		if r == '\n' {
			out += "  "
		}
	}
	return out + "\n"
}

func render(diags []*sigma.Diagnostic) string {
	out := ""
	for _, d := range diags {
		out += d.Render()
	}
	return out
}

type ruleVerdicts struct {
	Path   string
	ID     string
	Events []json.RawMessage
	Want   []bool
}

func TestRuleVerdicts(t *testing.T) {
	t.Parallel()
	corpus := shared(t, "corpus", "sigma")
	events, wrong := 0, 0
	eachLine(t, shared(t, "oracle", "rule-verdicts.jsonl"), func(r ruleVerdicts) {
		src, err := os.ReadFile(filepath.Join(corpus, r.Path))
		if err != nil {
			t.Fatal(err)
		}
		programs, diags := generic(t, r.Path, src)
		for _, p := range programs {
			if p.ID != r.ID {
				continue
			}
			m := eval.NewMatcher(p.Pred)
			for i, e := range r.Events {
				events++
				if got := m.Match(event(t, e)); got != r.Want[i] {
					wrong++
					t.Errorf("%s: %s: got %t", r.Path, e, got)
				}
			}
			return
		}
		t.Errorf("%s: not compiled\n%s", r.Path, render(diags))
	})
	t.Logf("%d events, %d wrong", events, wrong)
}
