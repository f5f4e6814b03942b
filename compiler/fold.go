package compiler

import (
	"fmt"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// foldConstants removes what cannot change the answer.
//
//	x in ()              ->  false
//	p and true           ->  p
//	p and false          ->  false
//	p or true            ->  true
//	p or false           ->  p
//	p and (q and r)      ->  p and q and r
//	p and p              ->  p
//	not true             ->  false
//	a member has false   ->  false
func foldConstants(u *unit) { u.pred = fold(u.pred) }

func fold(p ir.Pred) ir.Pred {
	switch p := p.(type) {
	case *ir.And:
		return foldList(p.X, p.At, false)
	case *ir.Or:
		return foldList(p.X, p.At, true)
	case *ir.Not:
		x := fold(p.X)
		if c, ok := x.(*ir.Const); ok {
			return &ir.Const{Value: !c.Value, At: p.At}
		}
		return &ir.Not{X: x, At: p.At}
	case *ir.Member:
		x := fold(p.X)
		if c, ok := x.(*ir.Const); ok && !c.Value {
			return x
		}
		return &ir.Member{Step: p.Step, X: x, At: p.At}
	case *ir.Test:
		if len(p.Any) == 0 {
			return &ir.Const{At: p.At}
		}
		return p
	case *ir.Const:
		return p
	default:
		panic(fmt.Sprintf("compiler: unknown predicate %T", p))
	}
}

// foldList folds an or, or else an and. The constant that decides it is true
// for an or and false for an and; the other one says nothing.
func foldList(x []ir.Pred, at sigma.Span, isOr bool) ir.Pred {
	var out []ir.Pred
	seen := map[string]bool{}
	var key []byte
	for _, p := range flatten(x, isOr) {
		if c, ok := p.(*ir.Const); ok {
			if c.Value == isOr {
				return c
			}
			continue
		}
		if key = ir.AppendKey(key[:0], p); !seen[string(key)] {
			seen[string(key)] = true
			out = append(out, p)
		}
	}
	switch {
	case len(out) == 0:
		return &ir.Const{Value: !isOr, At: at}
	case isOr:
		return or(out, at)
	}
	return and(out, at)
}

// flatten folds the members of a list and lifts those of lists of its kind.
func flatten(x []ir.Pred, isOr bool) []ir.Pred {
	var out []ir.Pred
	for _, p := range x {
		p = fold(p)
		switch q := p.(type) {
		case *ir.And:
			if !isOr {
				out = append(out, q.X...)
				continue
			}
		case *ir.Or:
			if isOr {
				out = append(out, q.X...)
				continue
			}
		}
		out = append(out, p)
	}
	return out
}
