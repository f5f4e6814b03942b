package spl

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

// pack compiles the embedded pack.
func pack(t testing.TB) []*ir.Program {
	t.Helper()
	var docs []sigma.Document
	err := fs.WalkDir(entra.FS(), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yml") || strings.HasSuffix(path, ".test.yml") || path == "defaults.yml" {
			return err
		}
		src, err := fs.ReadFile(entra.FS(), path)
		parsed, _ := sigma.Parse(path, src)
		docs = append(docs, parsed...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	define := map[string][]string{}
	for _, p := range entra.Placeholders() {
		define[p.Name] = p.Values
	}
	programs, diags := compiler.Compile(docs, &compiler.Options{Define: define})
	for _, d := range diags {
		if d.Severity == sigma.Error {
			t.Error(d.Render())
		}
	}
	return programs
}

// TestPackParses writes the whole pack, and reads each query with the macros
// of its log.
func TestPackParses(t *testing.T) {
	t.Parallel()
	for _, p := range pack(t) {
		q := emit(t, p)
		var macros []spleval.Macro
		for _, m := range Macros(p.Log) {
			macros = append(macros, spleval.Macro{Name: m.Name, Args: m.Args, Definition: m.Definition})
		}
		if _, err := spleval.Parse(q.Text, &spleval.Options{Macros: macros}); err != nil {
			t.Errorf("%s: %v\n%s", p.Title, err, q.Text)
		}
		t.Logf("%s\n%s", p.Title, q.Text)
	}
}
