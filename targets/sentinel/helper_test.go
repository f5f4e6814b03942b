package sentinel

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/targets/pack"
)

// entraPrograms compiles the embedded rules, edited by the caller.
func entraPrograms(t *testing.T, edit func(name string, src []byte) []byte) []*ir.Program {
	t.Helper()
	return programsIn(t, entra.FS(), edit, func(name string) bool {
		return strings.HasSuffix(name, ".yml") && !strings.HasSuffix(name, ".test.yml") && name != "defaults.yml"
	})
}

func programsIn(t *testing.T, fsys fs.FS, edit func(string, []byte) []byte, want func(string) bool) []*ir.Program {
	t.Helper()
	var docs []sigma.Document
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !want(name) {
			return err
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if edit != nil {
			src = edit(name, src)
		}
		parsed, _ := sigma.Parse(name, src)
		docs = append(docs, parsed...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	define := map[string][]string{}
	for _, p := range entra.Placeholders() {
		define[p.Name] = p.Values
	}
	programs, _ := compiler.Compile(docs, &compiler.Options{Define: define})
	return programs
}

// compile compiles a rule that a test writes.
func compile(t *testing.T, src string) []*ir.Program {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, nil)
	if diags = append(diags, more...); sigma.HasErrors(diags) {
		t.Fatal(diags[0].Render())
	}
	return programs
}

// build makes a pack of which nothing is refused.
func build(t *testing.T, programs []*ir.Program, opts *Options) *pack.Pack {
	t.Helper()
	if opts == nil {
		opts = &Options{}
	}
	if opts.Name == "" {
		opts.Name = "Entra PIM"
	}
	p, diags := Build(programs, opts)
	for _, d := range diags {
		if d.Severity == sigma.Error {
			t.Error(d.Render())
		}
	}
	return p
}

// azureCorpus compiles the public rules for Azure, if they are here.
func azureCorpus(t *testing.T) []*ir.Program {
	t.Helper()
	root := os.Getenv("SIGPROOF_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	dir := filepath.Join(root, "corpus", "sigma", "rules", "cloud", "azure")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the public rules are not here: ", err)
	}
	return programsIn(t, os.DirFS(dir), nil, func(name string) bool { return strings.HasSuffix(name, ".yml") })
}
