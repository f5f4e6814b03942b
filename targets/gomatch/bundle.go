package gomatch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sigproof/sigproof/targets/gomatch/standalone"
)

// Pieces are a set of declarations of the run-time part, a bit each.
type pieces uint64

// maxPieces is how many declarations the set has room for.
const maxPieces = 64

// A runtime is the run-time part, cut into declarations.
type runtime struct {
	sources []string          // of the declarations, in order
	needs   map[string]pieces // a name -> the declarations that it can't do without
	imports []imported        // in the order of their paths
}

// An imported is a package that declarations use.
type imported struct {
	path string
	by   pieces
}

// loadRuntime cuts the source; the source is ours, so it parses.
var loadRuntime = sync.OnceValue(func() *runtime {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "standalone.go", standalone.Source, parser.ParseComments)
	if err != nil {
		panic(err)
	}
	r := &runtime{needs: map[string]pieces{}}
	var uses []map[string]bool // of each declaration
	for _, d := range file.Decls {
		names := declared(d)
		if names == nil {
			continue // imports
		}
		if len(uses) == maxPieces {
			panic("gomatch: the run-time part has more declarations than a set of pieces holds")
		}
		for _, name := range names {
			r.needs[name] |= 1 << len(uses)
		}
		uses = append(uses, identifiers(d))
		r.sources = append(r.sources, textOf(fset, d))
	}
	for _, i := range file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		r.imports = append(r.imports, imported{path, usedBy(path[strings.LastIndexByte(path, '/')+1:], uses)})
	}
	slices.SortFunc(r.imports, func(a, b imported) int { return strings.Compare(a.path, b.path) })
	r.close(uses)
	return r
})

// textOf is the source of a declaration with its comment.
func textOf(fset *token.FileSet, d ast.Decl) string {
	start := d.Pos()
	if doc := docOf(d); doc != nil {
		start = doc.Pos()
	}
	return standalone.Source[fset.Position(start).Offset:fset.Position(d.End()).Offset]
}

// usedBy gives the declarations that use a name.
func usedBy(name string, uses []map[string]bool) pieces {
	var by pieces
	for i := range uses {
		if uses[i][name] {
			by |= 1 << i
		}
	}
	return by
}

// close adds to what each name needs what that needs in turn, as Warshall does:
// by way of one declaration after the other.
func (r *runtime) close(uses []map[string]bool) {
	direct := make([]pieces, len(uses))
	for name, declaring := range r.needs {
		for i := range uses {
			if uses[i][name] {
				direct[i] |= declaring
			}
		}
	}
	for via := range direct {
		for i := range direct {
			if direct[i]&(1<<via) != 0 {
				direct[i] |= direct[via]
			}
		}
	}
	for name, declaring := range r.needs {
		for i := range direct {
			if declaring&(1<<i) != 0 {
				r.needs[name] |= direct[i]
			}
		}
	}
}

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

// size is the length of what write writes.
func (r *runtime) size(needs pieces) int {
	size := 0
	for i, source := range r.sources {
		if needs&(1<<i) != 0 {
			size += len("\n") + len(source) + len("\n")
		}
	}
	return size
}

// write writes declarations in the order of the source, each below an empty
// line.
func (r *runtime) write(b *strings.Builder, needs pieces) {
	for i, source := range r.sources {
		if needs&(1<<i) != 0 {
			b.WriteByte('\n')
			b.WriteString(source)
			b.WriteByte('\n')
		}
	}
}

// writeImports writes the imports of declarations.
func (r *runtime) writeImports(b *strings.Builder, needs pieces) {
	open := false
	for _, i := range r.imports {
		if i.by&needs == 0 {
			continue
		}
		if !open {
			open = true
			b.WriteString("import (\n")
		}
		b.WriteString("\t\"" + i.path + "\"\n")
	}
	if open {
		b.WriteString(")\n\n")
	}
}
