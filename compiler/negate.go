package compiler

import (
	"fmt"

	"github.com/sigproof/sigproof/compiler/ir"
)

// pushNegations leaves not over tests and members alone.
//
//	not not p         ->  p
//	not (p and q)     ->  not p or not q
//	not (p or q)      ->  not p and not q
//	not true          ->  false
//	not (m has p)     stays: no member has p
func pushNegations(u *unit) { u.pred = push(u.pred, false) }

func push(p ir.Pred, negated bool) ir.Pred {
	switch p := p.(type) {
	case *ir.Not:
		return push(p.X, !negated)
	case *ir.And:
		x := pushAll(p.X, negated)
		if negated {
			return &ir.Or{X: x, At: p.At}
		}
		return &ir.And{X: x, At: p.At}
	case *ir.Or:
		x := pushAll(p.X, negated)
		if negated {
			return &ir.And{X: x, At: p.At}
		}
		return &ir.Or{X: x, At: p.At}
	case *ir.Const:
		return &ir.Const{Value: p.Value != negated, At: p.At}
	case *ir.Member:
		return not(&ir.Member{Step: p.Step, X: push(p.X, false), At: p.At}, negated)
	case *ir.Test:
		return not(p, negated)
	default:
		panic(fmt.Sprintf("compiler: unknown predicate %T", p))
	}
}

func pushAll(x []ir.Pred, negated bool) []ir.Pred {
	out := make([]ir.Pred, len(x))
	for i, p := range x {
		out[i] = push(p, negated)
	}
	return out
}

func not(p ir.Pred, negated bool) ir.Pred {
	if !negated {
		return p
	}
	return &ir.Not{X: p, At: p.From()}
}
