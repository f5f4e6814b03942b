package splunk_test

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/spl"
	"github.com/sigproof/sigproof/targets/spl/spleval"
	"github.com/sigproof/sigproof/targets/splunk"
)

// A packed emitter gives the searches of an app, as a search head reads them.
type packed map[string]string // by the id of the rule

func (packed) Language() string { return "spl" }

// Emit gives what is packed, with the limits that the language forces. A rule
// that only a correlation counts is a part of its search, and none by itself.
func (p packed) Emit(of *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	q, diags := targets.Write(spl.Emitter{}, of)
	if text, ok := p[pack.DocumentID(of.Doc)]; ok {
		return &targets.Query{Language: "spl", Text: text, Limits: q.Limits}, diags
	}
	return q, diags
}

// TestPackedSearches runs the searches in savedsearches.conf with the macros in
// macros.conf, and wants the verdicts of all suites. A suite that gives
// placeholders other values has a pack of its own.
func TestPackedSearches(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("replays a thousand cases")
	}
	all := suites(t)
	plain := *all
	plain.Suites = slices.DeleteFunc(slices.Clone(all.Suites), func(s *fixtures.Suite) bool { return len(s.Define) > 0 })
	cases := replay(t, &plain)
	for _, s := range all.Suites {
		if len(s.Define) == 0 {
			continue
		}
		own := *all
		own.Suites = []*fixtures.Suite{s}
		own.Compile = &compiler.Options{Define: maps.Clone(all.Compile.Define)}
		maps.Copy(own.Compile.Define, s.Define)
		cases += replay(t, &own)
	}
	if cases < 500 {
		t.Errorf("%d cases replayed", cases)
	}
}

// replay packs the documents, and runs the suites over what is packed.
func replay(t *testing.T, in *fixtures.Input) (cases int) {
	t.Helper()
	programs, _ := compiler.Compile(in.Documents, in.Compile)
	p, diags := splunk.Build(programs, &splunk.Options{Name: "Entra PIM"})
	for _, d := range diags {
		if d.Severity == sigma.Error {
			t.Fatal(d.Render())
		}
	}
	app := readApp(t, p)
	macros, err := spleval.ParseMacros(string(p.File("sigproof_entra_pim/default/macros.conf")))
	if err != nil || len(macros) == 0 {
		t.Fatal(len(macros), err)
	}
	in.Engines = []fixtures.Engine{fixtures.SPL{Emitter: app, Macros: macros}}
	report, err := fixtures.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Diags {
		t.Error(d.Render())
	}
	for _, s := range report.Suites {
		for _, c := range s.Cases {
			for _, v := range c.Verdicts {
				if cases++; v.Status != fixtures.Pass {
					t.Errorf("%s: %s: %s: %s", s.Suite.File.Name, c.Case.Name.Value, v.Status, v.Detail)
				}
			}
		}
	}
	return cases
}

// readApp reads the searches of a pack.
func readApp(t *testing.T, p *pack.Pack) packed {
	t.Helper()
	objects, err := splunk.Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	app := packed{}
	for _, o := range objects {
		for _, f := range o.Fields {
			if f.Name == "search" {
				app[o.ID] = f.Value
			}
		}
	}
	if len(app) != len(p.Manifest.Rules) || len(app) == 0 {
		t.Fatalf("%d searches of %d rules", len(app), len(p.Manifest.Rules))
	}
	return app
}

// suites reads the embedded pack with its suites.
func suites(t *testing.T) *fixtures.Input {
	t.Helper()
	in := &fixtures.Input{Compile: &compiler.Options{Define: map[string][]string{}}, ReadFile: func(name string) ([]byte, error) {
		return fs.ReadFile(entra.FS(), name)
	}}
	for _, p := range entra.Placeholders() {
		in.Compile.Define[p.Name] = p.Values
	}
	err := fs.WalkDir(entra.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(name, "/") {
			return err
		}
		src, err := fs.ReadFile(entra.FS(), name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".test.yml") {
			more, _ := fixtures.ParseSuites(name, src)
			in.Suites = append(in.Suites, more...)
			return nil
		}
		docs, _ := sigma.Parse(name, src)
		in.Documents = append(in.Documents, docs...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}
