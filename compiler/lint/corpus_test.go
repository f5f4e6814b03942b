package lint

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/sigma"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// everything looks for all that the catalogue has.
var everything = &Options{Enable: []string{"all"}}

// TestCorpusCounts counts the findings of each check on the corpus, so that a
// check that begins to cry wolf is seen.
func TestCorpusCounts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	counts := map[string]int{}
	for _, d := range Run(corpus(t), everything).Diags {
		counts[d.Code]++
	}
	var b strings.Builder
	for _, c := range Catalogue() {
		// Of what other rooms report only what is met stands there, and nothing
		// of the compiler, which knows more logs every day.
		if c.From == "" || c.From == "sigma" && counts[c.Code] > 0 {
			fmt.Fprintf(&b, "%s %s %d\n", c.Code, c.Severity, counts[c.Code])
		}
	}
	got := b.String()
	const name = "testdata/corpus.txt"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("findings by code; -update rewrites %s (-want +got):\n%s", name, diff)
	}
}

// TestCorpusFix mends the corpus: nothing that can be mended is left, what is
// mended parses, no error is there that was not, and safe fixes change no
// verdict.
func TestCorpusFix(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	sources := corpus(t)
	before := Run(sources, everything)
	for _, unsafe := range []bool{false, true} {
		opts := &Options{Enable: []string{"all"}, Unsafe: unsafe}
		fixed, left := Fix(sources, opts)
		changed := 0
		for i := range fixed {
			if string(fixed[i].Src) != string(sources[i].Src) {
				changed++
			}
		}
		if changed < 300 {
			t.Errorf("unsafe %t: %d files changed", unsafe, changed)
		}
		for _, d := range left.Diags {
			if choose(d, opts) >= 0 {
				t.Errorf("unsafe %t: not mended:\n%s", unsafe, d.Render())
			}
		}
		had, has := countErrors(before.Diags), countErrors(left.Diags)
		for name, n := range has {
			if n > had[name] {
				t.Errorf("unsafe %t: %s has %d errors, and had %d", unsafe, name, n, had[name])
			}
		}
		if len(left.Docs) < len(before.Docs) { // an aggregation is mended into a correlation beside its rule
			t.Errorf("unsafe %t: %d documents, and there were %d", unsafe, len(left.Docs), len(before.Docs))
		}
		if !unsafe {
			checkVerdicts(t, sources, fixed)
		}
		again := Run(fixed, opts)
		if diff := cmp.Diff(texts(left.Diags), texts(again.Diags)); diff != "" {
			t.Errorf("unsafe %t: what is left (-said +found):\n%s", unsafe, diff)
		}
	}
}

func texts(diags []*sigma.Diagnostic) []string {
	out := make([]string, len(diags))
	for i, d := range diags {
		out[i] = d.String()
	}
	return out
}
