package eval

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigproof/sigproof/compiler/ir"
)

// A glob matches text against the parts of an ir.Text.
type glob struct {
	elements []element
	cased    bool
}

// An element stands for one rune, or for any run of them.
type element struct {
	kind ir.PartKind
	r    rune // of a Literal; folded unless cased
}

func newGlob(t *ir.Text) *glob {
	size := 0
	for _, p := range t.Parts {
		size += max(1, len(p.Text))
	}
	g := &glob{cased: t.Cased, elements: make([]element, 0, size)}
	for _, p := range t.Parts {
		if p.Kind != ir.Literal {
			g.elements = append(g.elements, element{kind: p.Kind})
			continue
		}
		for _, r := range p.Text {
			g.elements = append(g.elements, element{ir.Literal, g.fold(r)})
		}
	}
	return g
}

// fold gives the least rune of the orbit of simple folding, which is equal for
// two runes if and only if EqualFold takes them for equal.
func (g *glob) fold(r rune) rune {
	if g.cased {
		return r
	}
	return Fold(r)
}

// Fold gives the rune that stands for all runes that differ from r in case
// alone: the least one.
func Fold(r rune) rune {
	if r < utf8.RuneSelf && !('a' <= r && r <= 'z') && !('A' <= r && r <= 'Z') {
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

// match walks pattern and text once; at a mismatch it goes back to the last
// run, which then takes one rune more. No earlier run needs to be tried again.
func (g *glob) match(s string) bool {
	p, i, run, mark := 0, 0, -1, 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case p < len(g.elements) && g.elements[p].kind == ir.AnyRun:
			run, mark = p, i
			p++
		case p < len(g.elements) && g.one(g.elements[p], r):
			p++
			i += size
		case run >= 0:
			_, size := utf8.DecodeRuneInString(s[mark:])
			mark += size
			p, i = run+1, mark
		default:
			return false
		}
	}
	for p < len(g.elements) && g.elements[p].kind == ir.AnyRun {
		p++
	}
	return p == len(g.elements)
}

func (g *glob) one(e element, r rune) bool {
	switch e.kind {
	case ir.AnyOne:
		return true
	case ir.Dash:
		return strings.ContainsRune(ir.Dashes, r)
	}
	return e.r == r || !g.cased && e.r == Fold(r)
}
