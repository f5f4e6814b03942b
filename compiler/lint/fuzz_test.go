package lint

import (
	"slices"
	"testing"

	"github.com/sigproof/sigproof/sigma"
)

// FuzzFix holds that no text makes a check or a fix panic, that findings have a
// place, and that a mended file has no more errors than it had and says of
// itself what Fix said of it.
func FuzzFix(f *testing.F) {
	for _, c := range catalogue {
		for _, src := range sourcesOf(c.Before) {
			f.Add(string(src.Src))
		}
	}
	opts := &Options{Enable: []string{"all"}, Unsafe: true, Jobs: 1}
	f.Fuzz(func(t *testing.T, src string) {
		before := []Source{{"a.yml", []byte(src)}}
		checkPlaces(t, Run(before, opts))
		after, left := Fix(before, opts)
		checkPlaces(t, left)
		if had, has := countErrors(Run(before, opts).Diags), countErrors(left.Diags); has["a.yml"] > had["a.yml"] {
			t.Fatalf("%d errors became %d\n%s", had["a.yml"], has["a.yml"], after[0].Src)
		}
		if got, want := saidOf(Run(after, opts)), saidOf(left); !slices.Equal(got, want) {
			t.Fatalf("Fix leaves %q, and Run finds %q", want, got)
		}
	})
}

// checkPlaces holds that each finding stands in its file.
func checkPlaces(t *testing.T, r *Result) {
	t.Helper()
	for _, d := range r.Diags {
		if d.At.Start < 0 || d.At.Start > d.At.End || d.At.End > len(d.File.Src) {
			t.Fatalf("%s stands at %v", d, d.At)
		}
		_ = d.Render()
	}
}

func saidOf(r *Result) []string {
	var out []string
	for _, d := range sigma.SortDiagnostics(r.Diags) {
		out = append(out, d.String())
	}
	return out
}
