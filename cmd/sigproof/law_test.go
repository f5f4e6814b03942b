package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sigproof/sigproof"

// rooms in the order in which data moves: imports point to the left.
var rooms = []string{"sigma", "compiler", "targets", "fixtures", "cmd"}

// independent packages import nothing of ours but what is as independent and
// theirs alone: they are second opinions.
var independent = []string{
	"targets/kql/kqleval", "targets/spl/spleval", "targets/aql/aqleval", "targets/sumo/sumoeval", "targets/arcsight/arcsighteval", evaluatorsOwn,
}

// evaluatorsOwn is what the evaluators of flat languages share.
const evaluatorsOwn = "targets/internal/logic"

// importers names the packages that may import a module, by path prefix. A
// module that is not listed may not be imported.
var importers = map[string][]string{
	"github.com/alecthomas/participle/v2":      {"sigma", "targets/kql/kqleval", "targets/spl/spleval"},
	"gopkg.in/yaml.v3":                         {"sigma", "compiler/schema", "targets/sentinel", "targets/splunk", "fixtures"},
	"github.com/spf13/cobra":                   {"cmd"},
	"github.com/google/uuid":                   {"sigma", "compiler/lint", "targets/pack", "targets/sentinel", "targets/splunk", "fixtures", "cmd"},
	"aead.dev/minisign":                        {"targets/pack"},
	"github.com/google/go-cmp":                 {"sigma", "compiler", "targets", "fixtures", "cmd"},
	"github.com/rogpeppe/go-internal":          {"sigma", "compiler", "targets", "fixtures", "cmd"},
	"github.com/owenrumney/go-sarif/v3":        {"fixtures/report"},
	"github.com/chromedp":                      {"fixtures/report/html"},
	"github.com/santhosh-tekuri/jsonschema/v6": {"sigma/jsonschema"},
	"pgregory.net/rapid":                       {"sigma", "compiler", "targets", "fixtures", "cmd"},
	"github.com/bradleyjkemp/sigma-go":         {"sigma/sigmago", "fixtures/oracle"},
}

// A goPackage is what `go list -json` says of a package, as far as it matters.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestImportsPointLeft(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, imported := range slices.Concat(p.Imports, p.TestImports) {
			if err := mayImport(path, imported); err != nil {
				t.Error(err)
			}
		}
	}
}

func mayImport(path, imported string) error {
	own, isOwn := strings.CutPrefix(imported, module+"/")
	switch {
	case own == evaluatorsOwn && slices.Contains(independent, path):
		return nil
	case own == evaluatorsOwn:
		return fmt.Errorf("%s imports %s: only evaluators may", path, own)
	case isOwn && slices.Contains(independent, path) && own != path && !strings.HasPrefix(own, path+"/"):
		return fmt.Errorf("%s imports %s: it must import nothing of ours", path, own)
	case isOwn && room(own) > room(path):
		return fmt.Errorf("%s imports %s: imports point left, %s", path, own, strings.Join(rooms, " <- "))
	case isOwn || !strings.Contains(strings.Split(imported, "/")[0], "."):
		return nil
	}
	for mod, who := range importers {
		if imported == mod || strings.HasPrefix(imported, mod+"/") {
			if slices.ContainsFunc(who, func(w string) bool { return path == w || strings.HasPrefix(path, w+"/") }) {
				return nil
			}
			return fmt.Errorf("%s imports %s: only %s may", path, imported, strings.Join(who, ", "))
		}
	}
	return fmt.Errorf("%s imports %s: no module that the law lists", path, imported)
}

func room(path string) int {
	return slices.Index(rooms, strings.Split(path, "/")[0])
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p goPackage
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < len(rooms) {
		t.Fatalf("go list found %d packages", len(all))
	}
	return all
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// topLevel is all that may stand in the project's folder.
var topLevel = []string{
	"compiler", "sigma", "targets", "fixtures", "cmd", "docs", "go.mod", "go.sum", "Makefile", "README.md", "LICENSE",
	"CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "Dockerfile", "action.yml",
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", root(t), "ls-files").Output()
	if err != nil {
		t.Skip("no git repository here:", err)
	}
	for line := range strings.Lines(string(out)) {
		name := strings.Split(strings.TrimSpace(line), "/")[0]
		if !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) {
			t.Errorf("%s stands at the top level", name)
		}
	}
}

// The sizes at which STYLE says to stop and think, and what has been thought
// about: a table or a family of functions may run longer.
const (
	longestFile     = 650
	longestFunction = 60
	longestPackage  = 4000
)

var longPackages = map[string]string{
	"cmd/sigproof":        "a file a command, each a thin shell over a room",
	"compiler/lint":       "a family of functions: each check is data and a few lines, and knows no other check",
	"sigma":               "the tree, its reader and its printer know each other's every node",
	"targets/kql/kqleval": "a whole query language: its grammar, types, operators and functions",
	"targets/spl/spleval": "a whole query language: its grammar, commands and functions",
}

var longFiles = map[string]string{}

var longFunctions = map[string]string{
	"sigma/walk.go:Children":                           "a flat switch over the types of the tree",
	"targets/kql/kqleval/fn_math.go:mathFunctions":     "a table of functions",
	"targets/kql/kqleval/fn_series.go:seriesFunctions": "a table of functions",
	"targets/kql/kqleval/op_row.go:operator":           "a flat switch over the operators",
}

func TestSizes(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	packages := map[string]int{}
	eachFile(t, func(path string, fset *token.FileSet, file *ast.File) {
		if ast.IsGenerated(file) {
			return
		}
		lines := fset.Position(file.FileEnd).Line
		packages[filepath.ToSlash(filepath.Dir(path))] += lines
		if lines > longestFile {
			if met[path] = true; longFiles[path] == "" {
				t.Errorf("%s has %d lines, over %d: split it, or list it with the reason", path, lines, longestFile)
			}
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			name := path + ":" + f.Name.Name
			lines := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1
			if lines > longestFunction {
				if met[name] = true; longFunctions[name] == "" {
					t.Errorf("%s has %d lines, over %d", name, lines, longestFunction)
				}
			}
		}
	})
	for path, lines := range packages {
		if lines > longestPackage {
			if met[path] = true; longPackages[path] == "" {
				t.Errorf("package %s has %d lines, over %d: it does more than one job", path, lines, longestPackage)
			}
		}
	}
	for _, list := range []map[string]string{longFiles, longFunctions, longPackages} {
		for name := range list {
			if !met[name] {
				t.Errorf("%s is listed as long, and is not", name)
			}
		}
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	t.Parallel()
	eachFile(t, func(path string, _ *token.FileSet, file *ast.File) {
		for _, d := range file.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no doc comment", path, name)
			}
		}
	})
}

func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && !isKnownMethod(d) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			names = append(names, undocumentedSpec(d, s)...)
		}
		return names
	}
	return nil
}

// isKnownMethod knows the methods of unexported types, and those whose meaning
// their interface tells.
func isKnownMethod(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if name, ok := t.(*ast.Ident); ok && !name.IsExported() {
		return true
	}
	return slices.Contains([]string{"Span", "From", "String", "Error", "Unwrap"}, d.Name.Name)
}

func undocumentedSpec(d *ast.GenDecl, s ast.Spec) []string {
	var names []string
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
			names = append(names, s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

func eachFile(t *testing.T, visit func(path string, fset *token.FileSet, file *ast.File)) {
	t.Helper()
	top := root(t)
	for _, room := range rooms {
		err := filepath.WalkDir(filepath.Join(top, room), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
				return err
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(top, path)
			if err != nil {
				return err
			}
			visit(filepath.ToSlash(rel), fset, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
