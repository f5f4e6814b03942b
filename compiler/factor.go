package compiler

import (
	"fmt"

	"github.com/sigproof/sigproof/compiler/ir"
)

// factorCommon writes what alternatives share once.
//
//	f in (a) or f in (b)            ->  f in (a, b)
//	(p and q) or (p and r)          ->  p and (q or r)
//	p or (p and q)                  ->  p
func factorCommon(u *unit) { u.pred = fold(factor(u.pred)) }

func factor(p ir.Pred) ir.Pred {
	switch p := p.(type) {
	case *ir.And:
		return &ir.And{X: factorAll(p.X), At: p.At}
	case *ir.Or:
		return factorOr(&ir.Or{X: mergeTests(factorAll(p.X)), At: p.At})
	case *ir.Not:
		return &ir.Not{X: factor(p.X), At: p.At}
	case *ir.Member:
		return &ir.Member{Step: p.Step, X: factor(p.X), At: p.At}
	case *ir.Test, *ir.Const:
		return p
	default:
		panic(fmt.Sprintf("compiler: unknown predicate %T", p))
	}
}

func factorAll(x []ir.Pred) []ir.Pred {
	out := make([]ir.Pred, len(x))
	for i, p := range x {
		out[i] = factor(p)
	}
	return out
}

// mergeTests joins the tests of one field, at the place of the first. Null,
// Exists and FieldRef ask about the field as a whole and stay by themselves.
func mergeTests(x []ir.Pred) []ir.Pred {
	var out []ir.Pred
	at := map[string]int{}
	for _, p := range x {
		t, ok := p.(*ir.Test)
		if !ok || t.Field == nil || !onValues(t.Any) {
			out = append(out, p)
			continue
		}
		key := ir.TestText(&ir.Test{Field: t.Field})
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, t)
			continue
		}
		first := out[i].(*ir.Test)
		merged := *first
		merged.Any = append(first.Any[:len(first.Any):len(first.Any)], t.Any...)
		merged.At.Start, merged.At.End = min(merged.At.Start, t.At.Start), max(merged.At.End, t.At.End)
		out[i] = &merged
	}
	return out
}

func onValues(matches []ir.Match) bool {
	for _, m := range matches {
		switch m.(type) {
		case *ir.Null, *ir.Exists, *ir.FieldRef:
			return false
		}
	}
	return true
}

// factorOr takes the conjuncts that all alternatives share out of the or.
func factorOr(p *ir.Or) ir.Pred {
	counts := map[string]int{}
	for _, x := range p.X {
		for _, c := range conjuncts(x) {
			counts[ir.Key(c)]++ // folded: none stands twice in one alternative
		}
	}
	var common []ir.Pred
	for _, c := range conjuncts(p.X[0]) {
		if counts[ir.Key(c)] == len(p.X) {
			common = append(common, c)
		}
	}
	if len(common) == 0 || len(p.X) < 2 {
		return p
	}
	rest := make([]ir.Pred, len(p.X))
	for i, x := range p.X {
		var own []ir.Pred
		for _, c := range conjuncts(x) {
			if counts[ir.Key(c)] < len(p.X) {
				own = append(own, c)
			}
		}
		rest[i] = &ir.And{X: own, At: x.From()} // of none: true
	}
	return &ir.And{X: append(common, &ir.Or{X: rest, At: p.At}), At: p.At}
}

func conjuncts(p ir.Pred) []ir.Pred {
	if a, ok := p.(*ir.And); ok {
		return a.X
	}
	return []ir.Pred{p}
}
