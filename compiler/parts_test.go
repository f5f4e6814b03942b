package compiler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// TestJobs holds that the same comes out however many rules are compiled at
// once, also where a filter that all rules share is reported more often than
// is kept.
func TestJobs(t *testing.T) {
	t.Parallel()
	var docs []sigma.Document
	for i := range 40 {
		text := strings.Repeat(fmt.Sprintf("title: R%d\nlogsource: {category: c}\ndetection:\n  a:\n    F[x]: %d\n  condition: a\n---\n", i, i), 3)
		docs = append(docs, parsed(t, fmt.Sprintf("r%d.yml", i), text)...)
	}
	var items strings.Builder
	for i := range 60 {
		fmt.Fprintf(&items, "    G[%d]: 1\n", i)
	}
	docs = append(docs, parsed(t, "filter.yml", "title: F\nlogsource: {category: c}\nfilter:\n  rules: any\n  a:\n"+items.String()+"  condition: not a\n")...)

	want, wantDiags := compiledBy(docs, 1)
	if !slices.ContainsFunc(wantDiags, func(d string) bool { return strings.Contains(d, "are not shown") }) {
		t.Fatal("all diagnostics are kept; the test wants more of them")
	}
	for _, jobs := range []int{2, 7} {
		got, diags := compiledBy(docs, jobs)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("programs of %d jobs (-one +several):\n%s", jobs, diff)
		}
		if diff := cmp.Diff(wantDiags, diags); diff != "" {
			t.Errorf("diagnostics of %d jobs (-one +several):\n%s", jobs, diff)
		}
	}
}

func parsed(t *testing.T, name, text string) []sigma.Document {
	t.Helper()
	docs, diags := sigma.Parse(name, []byte(text))
	if sigma.HasErrors(diags) {
		t.Fatal(diags[0])
	}
	return docs
}

func compiledBy(docs []sigma.Document, jobs int) (programs, said []string) {
	made, diags := compiler.Compile(docs, &compiler.Options{Log: schema.Generic, Jobs: jobs})
	for _, p := range made {
		programs = append(programs, ir.Print(p))
	}
	for _, d := range diags {
		said = append(said, d.String())
	}
	return programs, said
}
