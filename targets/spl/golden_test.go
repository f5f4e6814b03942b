package spl

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestGoldens writes the rules in testdata: after each .yml of an archive
// stands its query. A rule of category test reads an open log.
func TestGoldens(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if strings.HasSuffix(f.Name, ".yml") {
					got.Files = append(got.Files, f, txtar.File{
						Name: strings.TrimSuffix(f.Name, ".yml") + ".spl",
						Data: []byte(golden(t, string(f.Data))),
					})
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(got), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := txtar.Format(archive); !bytes.Equal(want, txtar.Format(got)) {
				t.Errorf("(-want +got):\n%s", cmp.Diff(string(want), string(txtar.Format(got))))
			}
		})
	}
}

// golden gives the query of the last program, and the limits that apply.
func golden(t *testing.T, src string) string {
	t.Helper()
	var log *schema.Log
	if strings.Contains(src, "category: test") {
		log = schema.Generic
	}
	programs := slices.DeleteFunc(compile(t, log, src), func(p *ir.Program) bool { return p.Silent })
	q := emit(t, programs[0])
	var macros []spleval.Macro
	for _, l := range schema.Logs() {
		for _, m := range Macros(l) {
			macros = append(macros, spleval.Macro{Name: m.Name, Args: m.Args, Definition: m.Definition})
		}
	}
	if _, err := spleval.Parse(q.Text, &spleval.Options{Macros: macros}); err != nil {
		t.Errorf("%v\n%s", err, q.Text)
	}
	out := q.Text + "\n"
	for _, l := range q.Limits {
		out += "``` " + l.Code + " ```\n"
	}
	return out
}
