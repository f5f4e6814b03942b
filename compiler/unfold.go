package compiler

import (
	"cmp"
	"fmt"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// The bounds of what a rule may unfold to. They stand far above what a person
// writes and far below what fills a memory.
const (
	// MaxUnfolded is how many tests and values a rule may have with its filters:
	// those of a search count each time that a condition takes it in, and each
	// text that a placeholder stands for.
	MaxUnfolded = 500_000

	// MaxCombinations is in how many ways "N of" may choose its searches, which
	// are written out.
	MaxCombinations = 5_000

	// MaxFilters is how many filters may apply to one rule.
	MaxFilters = 1_000

	// MaxInputs is how many documents a correlation may look at, those that its
	// inputs look at counted each time: a query says each of them.
	MaxInputs = 1_000

	// MaxCorrelations is how deep correlations may look at each other.
	MaxCorrelations = 20

	// MaxExpanded is how many texts the placeholders of one value may stand for.
	MaxExpanded = 10_000
)

func (o *Options) maxUnfolded() int { return cmp.Or(o.MaxUnfolded, MaxUnfolded) }

// A weight is what a document costs those who look at it.
type weight struct {
	inputs   int // documents that it looks at
	unfolded int // tests and values
	depth    int // correlations within each other
}

// unfolds counts tests and values, and tells whether there is room for them.
// The first that is too much is an error at its place; what follows is not
// worth a word.
func (l *lowering) unfolds(n int, at sigma.Span) bool {
	most := l.opts.maxUnfolded()
	if l.unfolded > most {
		return false
	}
	if l.unfolded += n; l.unfolded <= most {
		return true
	}
	l.errorAt(l.file, at, "condition/too-large",
		fmt.Sprintf("the rule unfolds to more than %d tests and values; split it", most))
	return false
}

// size counts the tests and values of a predicate and what joins them.
func size(p ir.Pred) int {
	switch p := p.(type) {
	case *ir.And:
		return sizes(p.X)
	case *ir.Or:
		return sizes(p.X)
	case *ir.Not:
		return 1 + size(p.X)
	case *ir.Member:
		return 1 + size(p.X)
	case *ir.Test:
		n := 1 + len(p.Any)
		for _, m := range p.Any {
			if t, ok := m.(*ir.Text); ok {
				n += len(t.Parts) / 4 // few, but in a value that is all wildcards
			}
		}
		return n
	case *ir.Const:
		return 1
	default:
		panic(fmt.Sprintf("compiler: unknown predicate %T", p))
	}
}

func sizes(x []ir.Pred) int {
	n := 1
	for _, p := range x {
		n += size(p)
	}
	return n
}
