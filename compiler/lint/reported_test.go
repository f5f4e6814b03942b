package lint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEachReportedCodeIsExplained reads the sources of the other rooms: each
// code that they report stands in the catalogue under their name, and each row
// of theirs is a code that they report.
func TestEachReportedCodeIsExplained(t *testing.T) {
	t.Parallel()
	for room, dir := range map[string]string{"sigma": "../../sigma", "compiler": ".."} {
		codes := codesIn(t, dir)
		explained := func(c *Check) bool {
			return slices.ContainsFunc(codes, func(code string) bool { return means(code, c.Code) })
		}
		for _, code := range codes {
			if !slices.ContainsFunc(catalogue, func(c *Check) bool { return means(code, c.Code) }) {
				t.Errorf("%s reports %q, which the catalogue does not explain", room, code)
			}
		}
		for _, c := range catalogue {
			if c.From == room && !explained(c) {
				t.Errorf("the catalogue explains %q, which %s does not report", c.Code, room)
			}
		}
	}
}

// means tells whether a literal of a source is the code, or the beginning of
// codes that are put together.
func means(literal, code string) bool {
	if last := literal[len(literal)-1]; last == '/' || last == '-' {
		return strings.HasPrefix(code, literal)
	}
	return literal == code
}

var (
	codeForm = regexp.MustCompile(`^[a-z]+/[a-z0-9-]*$`)
	wordForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

// codesIn lists the literals that are codes: by their form, or since they are
// what report is given behind the severity, or what a field Code is set to.
func codesIn(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	add := func(x ast.Expr, form *regexp.Regexp) {
		if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && form.MatchString(s) {
				codes = append(codes, s)
			}
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for n := range ast.Preorder(file) {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "report" && len(n.Args) > 1 {
					add(n.Args[1], wordForm)
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
					add(n.Value, wordForm)
				}
			case *ast.BasicLit:
				if !slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path == n }) {
					add(n, codeForm)
				}
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
