package gomatch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sigproof/sigproof/targets/gomatch/standalone"
)

// A piece is one declaration of the run-time part.
type piece struct {
	source string
	names  []string        // that it declares; the receiver's type for a method
	uses   map[string]bool // identifiers in it, also those of packages
}

// A runtime is the run-time part, cut into pieces.
type runtime struct {
	pieces  []piece
	imports map[string]string // name of a package -> its path
}

// loadRuntime cuts the source; the source is ours, so it parses.
var loadRuntime = sync.OnceValue(func() *runtime {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "standalone.go", standalone.Source, parser.ParseComments)
	if err != nil {
		panic(err)
	}
	r := &runtime{imports: map[string]string{}}
	for _, i := range file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		r.imports[path[strings.LastIndexByte(path, '/')+1:]] = path
	}
	for _, d := range file.Decls {
		names := declared(d)
		if names == nil {
			continue // imports
		}
		start := d.Pos()
		if doc := docOf(d); doc != nil {
			start = doc.Pos()
		}
		text := standalone.Source[fset.Position(start).Offset:fset.Position(d.End()).Offset]
		r.pieces = append(r.pieces, piece{text, names, identifiers(d)})
	}
	return r
})

// declared gives the names of a declaration, nil for imports.
func declared(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		t := d.Recv.List[0].Type
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		return []string{t.(*ast.Ident).Name}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			}
		}
		return names
	}
	return nil
}

func docOf(d ast.Decl) *ast.CommentGroup {
	if f, ok := d.(*ast.FuncDecl); ok {
		return f.Doc
	}
	return d.(*ast.GenDecl).Doc
}

func identifiers(n ast.Node) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			found[id.Name] = true
		}
		return true
	})
	return found
}

// runtimeFor gives the imports and the pieces that generated variables and an
// expression need, in the order of the source.
func runtimeFor(vars []string, expression string) (imports []string, source string) {
	r := loadRuntime()
	needed := words(vars, expression)
	taken := make([]bool, len(r.pieces))
	for changed := true; changed; {
		changed = false
		for i, p := range r.pieces {
			if !taken[i] && slices.ContainsFunc(p.names, func(n string) bool { return needed[n] }) {
				taken[i], changed = true, true
				maps.Copy(needed, p.uses)
			}
		}
	}
	var pieces []string
	for i, p := range r.pieces {
		if taken[i] {
			pieces = append(pieces, p.source)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.imports)) {
		if needed[name] {
			imports = append(imports, strconv.Quote(r.imports[name]))
		}
	}
	slices.Sort(imports)
	return imports, strings.Join(pieces, "\n\n") + "\n"
}

// words finds the identifiers of generated source.
func words(vars []string, expression string) map[string]bool {
	text := "package p\nvar (\n" + strings.Join(vars, "\n") + "\n)\nvar _ = " + expression
	file, err := parser.ParseFile(token.NewFileSet(), "", text, 0)
	if err != nil {
		panic(err)
	}
	return identifiers(file)
}
