package compiler

import (
	"fmt"
	"maps"

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
	met := map[string]*ir.Test{}
	for _, p := range x {
		t, ok := p.(*ir.Test)
		if !ok || t.Field == nil || !onValues(t.Any) {
			out = append(out, p)
			continue
		}
		key := ir.FieldText(t.Field)
		first := met[key]
		if first == nil {
			own := *t
			own.Any = t.Any[:len(t.Any):len(t.Any)] // may grow, and not into another's
			met[key] = &own
			out = append(out, &own)
			continue
		}
		first.Any = append(first.Any, t.Any...)
		first.At.Start, first.At.End = min(first.At.Start, t.At.Start), max(first.At.End, t.At.End)
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
	if len(p.X) < 2 {
		return p
	}
	shared := keys(p.X[0])
	for _, x := range p.X[1:] {
		if len(shared) == 0 {
			return p
		}
		own := keys(x)
		maps.DeleteFunc(shared, func(key string, _ bool) bool { return !own[key] })
	}
	common, _ := split(p.X[0], shared)
	if len(common) == 0 {
		return p
	}
	rest := make([]ir.Pred, len(p.X))
	for i, x := range p.X {
		_, own := split(x, shared)
		rest[i] = &ir.And{X: own, At: x.From()} // of none: true
	}
	return &ir.And{X: append(common, &ir.Or{X: rest, At: p.At}), At: p.At}
}

// keys gives the conjuncts of an alternative.
func keys(p ir.Pred) map[string]bool {
	out := map[string]bool{}
	var key []byte
	for _, c := range conjuncts(p) {
		key = ir.AppendKey(key[:0], c)
		out[string(key)] = true
	}
	return out
}

// split gives the conjuncts of an alternative that are shared, and its own.
func split(p ir.Pred, shared map[string]bool) (common, own []ir.Pred) {
	var key []byte
	for _, c := range conjuncts(p) {
		if key = ir.AppendKey(key[:0], c); shared[string(key)] {
			common = append(common, c)
		} else {
			own = append(own, c)
		}
	}
	return common, own
}

func conjuncts(p ir.Pred) []ir.Pred {
	if a, ok := p.(*ir.And); ok {
		return a.X
	}
	return []ir.Pred{p}
}
