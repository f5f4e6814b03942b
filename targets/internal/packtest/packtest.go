// Package packtest compiles the rules that the tests of packs put into them:
// the embedded pack, the public rules for Azure, and those that a test writes.
package packtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
)

// Entra compiles the embedded rules, edited by the caller; edit may be nil, and
// they are compiled once then, for all tests.
func Entra(t *testing.T, edit func(name string, src []byte) []byte) []*ir.Program {
	t.Helper()
	if edit == nil {
		compiled.Do(func() { embedded = programsIn(t, entra.FS(), nil) })
		return slices.Clone(embedded)
	}
	return programsIn(t, entra.FS(), edit)
}

var (
	compiled sync.Once
	embedded []*ir.Program
)

// AzureCorpus compiles the public rules for Azure; without them it skips the
// test.
func AzureCorpus(t *testing.T) []*ir.Program {
	t.Helper()
	return Corpus(t, "cloud/azure")
}

// Corpus compiles the public rules of a folder; without them it skips the test.
func Corpus(t *testing.T, folder string) []*ir.Program {
	t.Helper()
	root := os.Getenv("SIGPROOF_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	dir := filepath.Join(root, "corpus", "sigma", "rules", filepath.FromSlash(folder))
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the public rules are not here: ", err)
	}
	return programsIn(t, os.DirFS(dir), nil)
}

// Compile compiles rules that a test writes.
func Compile(t *testing.T, src string) []*ir.Program {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, nil)
	if diags = append(diags, more...); sigma.HasErrors(diags) {
		t.Fatal(diags[0].Render())
	}
	return programs
}

// Placeholders gives the values of the embedded rules' placeholders.
func Placeholders() map[string][]string {
	define := map[string][]string{}
	for _, p := range entra.Placeholders() {
		define[p.Name] = p.Values
	}
	return define
}

func programsIn(t *testing.T, fsys fs.FS, edit func(string, []byte) []byte) []*ir.Program {
	t.Helper()
	var docs []sigma.Document
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".test.yml") || name == "defaults.yml" {
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
	programs, _ := compiler.Compile(docs, &compiler.Options{Define: Placeholders()})
	return programs
}
