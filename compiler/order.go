package compiler

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// condition says when the window of a temporal correlation holds: by a
// condition over the names of the inputs, or by the order in which they occur.
func (b *correlating) condition() {
	ordered := b.doc.Type.Value == "temporal_ordered"
	extended := b.doc.Extended
	switch {
	case ordered && extended != nil:
		b.out.Chains = b.chains(b.spelledOut(extended.Expr))
	case ordered:
		b.out.Chains = b.chains(b.atLeastInOrder())
	case extended != nil:
		b.out.Extended = b.renamed(extended.Expr)
	}
}

// renamed calls the inputs in a condition by the names that the program has for
// them: the author may use an id, a name or a title.
func (b *correlating) renamed(e sigma.Expr) sigma.Expr {
	switch e := e.(type) {
	case *sigma.And:
		return &sigma.And{X: b.renamedAll(e.X), At: e.At}
	case *sigma.Or:
		return &sigma.Or{X: b.renamedAll(e.X), At: e.At}
	case *sigma.Not:
		return &sigma.Not{X: b.renamed(e.X), At: e.At}
	case *sigma.Ref:
		return &sigma.Ref{Name: b.out.Inputs[b.input(e)].Name, At: e.At}
	case *sigma.Quantified:
		return e
	default:
		panic(fmt.Sprintf("compiler: unknown expression %T", e))
	}
}

func (b *correlating) renamedAll(x []sigma.Expr) []sigma.Expr {
	out := make([]sigma.Expr, len(x))
	for i, e := range x {
		out[i] = b.renamed(e)
	}
	return out
}

// input finds the input that a condition names; 0 if it is none, which the
// collection has reported.
func (b *correlating) input(ref *sigma.Ref) int {
	p := b.programs[b.Lookup(ref.Name)]
	i := slices.IndexFunc(b.out.Inputs, func(in ir.Input) bool { return in.Program == p })
	if i < 0 {
		b.failed = true
		return 0
	}
	return i
}

// mostChains bounds the orders that one correlation may stand for: each is a
// part of the query.
const mostChains = 50

// A choice is a condition over inputs without quantifiers: an input, all of
// some, one of some.
type choice struct {
	input   int // of a leaf
	negated bool
	all     bool // of an inner node: all of, else one of
	of      []choice
}

// spelledOut writes quantifiers out and moves negations to the leaves.
func (b *correlating) spelledOut(e sigma.Expr) choice { return b.spell(e, false) }

func (b *correlating) spell(e sigma.Expr, negated bool) choice {
	switch e := e.(type) {
	case *sigma.And:
		return choice{all: !negated, of: b.spellAll(e.X, negated)}
	case *sigma.Or:
		return choice{all: negated, of: b.spellAll(e.X, negated)}
	case *sigma.Not:
		return b.spell(e.X, !negated)
	case *sigma.Ref:
		return choice{input: b.input(e), negated: negated}
	case *sigma.Quantified:
		return b.spellQuantified(e, negated)
	default:
		panic(fmt.Sprintf("compiler: unknown expression %T", e))
	}
}

func (b *correlating) spellAll(x []sigma.Expr, negated bool) []choice {
	out := make([]choice, len(x))
	for i, e := range x {
		out[i] = b.spell(e, negated)
	}
	return out
}

// spellQuantified writes "N of" as all its ways: not N of M is M-N+1 that are
// not.
func (b *correlating) spellQuantified(q *sigma.Quantified, negated bool) choice {
	var inputs []int
	for i, in := range b.out.Inputs {
		if sigma.MatchesPattern(q.Pattern, in.Name) {
			inputs = append(inputs, i)
		}
	}
	n := q.N
	if q.All {
		n = len(inputs)
	}
	if negated {
		n = len(inputs) - n + 1
	}
	return b.someOf(n, inputs, negated, q.At)
}

// someOf asks for n of the inputs.
func (b *correlating) someOf(n int, inputs []int, negated bool, at sigma.Span) choice {
	if n < 1 || n > len(inputs) || combinations(len(inputs), n) > mostChains {
		b.tooMany(at, fmt.Sprintf("%d of %d rules can follow each other in more than %d ways", n, len(inputs), mostChains))
		return choice{}
	}
	one := choice{}
	for _, subset := range subsets(n, inputs) {
		way := choice{all: true}
		for _, i := range subset {
			way.of = append(way.of, choice{input: i, negated: negated})
		}
		one.of = append(one.of, way)
	}
	return one
}

func subsets(n int, of []int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for i := 0; i+n <= len(of); i++ {
		for _, rest := range subsets(n-1, of[i+1:]) {
			out = append(out, append([]int{of[i]}, rest...))
		}
	}
	return out
}

// atLeastInOrder is what an order without a condition over names asks for: all
// rules, or as many as the threshold says. Fewer than so many, or just so many,
// is no question about an order.
func (b *correlating) atLeastInOrder() choice {
	all := make([]int, len(b.out.Inputs))
	for i := range all {
		all[i] = i
	}
	n := len(all)
	if len(b.out.Where) > 0 {
		bound := b.out.Where[0]
		whole, ok := bound.Value.Integer()
		if bound.Op == ir.Gt {
			whole++
		}
		at := b.doc.Threshold[0].Span()
		if len(b.out.Where) > 1 || !ok || bound.Op != ir.Gt && bound.Op != ir.Gte {
			b.fail("correlation/condition", at, `temporal_ordered asks that rules follow each other: at least so many of them, by "gte" or "gt" and a whole number`)
			return choice{}
		}
		if n = int(min(whole, int64(len(all)+1))); n < 1 || n > len(all) {
			b.fail("correlation/condition", at, fmt.Sprintf("there are %d rules; the condition must ask for 1 to %d of them", len(all), len(all)))
			return choice{}
		}
	}
	b.out.Where = nil
	return b.someOf(n, all, false, b.doc.Type.At)
}

// chains gives the ways in which a choice can hold.
//
//	(a or b) and c   ->  a then c; b then c
//	a and not b      ->  a, without b
func (b *correlating) chains(c choice) []ir.Chain {
	if b.failed {
		return nil
	}
	chains := b.ways(c)
	if len(chains) == 0 && !b.failed {
		b.fail("correlation/condition", b.doc.Extended.Text.At, "the condition never holds: it asks for a rule that it rules out")
	}
	return chains
}

func (b *correlating) ways(c choice) []ir.Chain {
	switch {
	case c.of == nil && c.negated:
		return []ir.Chain{{Without: []int{c.input}}}
	case c.of == nil:
		return []ir.Chain{{Inputs: []int{c.input}}}
	case c.all:
		return b.together(c.of)
	}
	var out []ir.Chain
	for _, x := range c.of {
		for _, way := range b.ways(x) {
			out = b.addWay(out, way)
		}
	}
	return out
}

// together joins each way of one part with each of the others.
func (b *correlating) together(parts []choice) []ir.Chain {
	out := []ir.Chain{{}}
	for _, part := range parts {
		var joined []ir.Chain
		for _, before := range out {
			for _, way := range b.ways(part) {
				inputs, without := union(before.Inputs, way.Inputs), union(before.Without, way.Without)
				if !slices.ContainsFunc(without, func(i int) bool { return slices.Contains(inputs, i) }) {
					joined = b.addWay(joined, ir.Chain{Inputs: inputs, Without: without})
				}
			}
		}
		out = joined
	}
	return out
}

func (b *correlating) addWay(ways []ir.Chain, way ir.Chain) []ir.Chain {
	same := func(w ir.Chain) bool {
		return slices.Equal(w.Inputs, way.Inputs) && slices.Equal(w.Without, way.Without)
	}
	switch {
	case b.failed || slices.ContainsFunc(ways, same):
		return ways
	case len(ways) == mostChains:
		b.tooMany(b.doc.Extended.Text.At, fmt.Sprintf("the condition can hold in more than %d orders", mostChains))
		return ways
	}
	return append(ways, way)
}

func (b *correlating) tooMany(at sigma.Span, message string) {
	b.fail("correlation/too-many", at, message+"; split the correlation")
}

func union(a, b []int) []int {
	out := slices.Concat(a, b)
	slices.SortFunc(out, cmp.Compare[int])
	return slices.Compact(out)
}
