package pipeline

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/sigma"
)

// prune takes the searches that are gone out of the conditions. As in pySigma
// they are left out, whatever they were joined by.
//
//	gone and x      ->  x
//	gone or x       ->  x
//	not gone        ->  (nothing)
//	1 of gone_*     ->  (nothing)
func (r *run) prune(s *section, live []string) []*sigma.Condition {
	var out []*sigma.Condition
	for _, c := range s.conditions {
		p := &pruner{run: r, section: s, live: live}
		switch x := p.expr(c.Expr); {
		case x == nil:
		case x == c.Expr:
			out = append(out, c)
		default:
			out = append(out, withExpr(c, x))
		}
	}
	return out
}

// withExpr gives a condition of another expression at the same place.
func withExpr(c *sigma.Condition, x sigma.Expr) *sigma.Condition {
	return &sigma.Condition{Text: sigma.Text{Value: sigma.PrintExpr(x), At: c.Text.At}, Expr: x, Aggregate: c.Aggregate}
}

type pruner struct {
	*run
	section *section
	live    []string
}

func (p *pruner) expr(x sigma.Expr) sigma.Expr {
	switch x := x.(type) {
	case *sigma.And:
		kept, same := p.exprs(x.X)
		return joinExprs(x, kept, same, func(y []sigma.Expr) sigma.Expr { return &sigma.And{X: y, At: x.At} })
	case *sigma.Or:
		kept, same := p.exprs(x.X)
		return joinExprs(x, kept, same, func(y []sigma.Expr) sigma.Expr { return &sigma.Or{X: y, At: x.At} })
	case *sigma.Not:
		switch y := p.expr(x.X); y {
		case nil:
			return nil
		case x.X:
			return x
		default:
			return &sigma.Not{X: y, At: x.At}
		}
	case *sigma.Ref:
		if !slices.Contains(p.live, x.Name) {
			return nil
		}
		return x
	case *sigma.Quantified:
		return p.quantified(x)
	default:
		panic(fmt.Sprintf("pipeline: unknown expression %T", x))
	}
}

func (p *pruner) exprs(x []sigma.Expr) (kept []sigma.Expr, same bool) {
	same = true
	for _, e := range x {
		y := p.expr(e)
		same = same && y == e
		if y != nil {
			kept = append(kept, y)
		}
	}
	return kept, same
}

func joinExprs(x sigma.Expr, kept []sigma.Expr, same bool, build func([]sigma.Expr) sigma.Expr) sigma.Expr {
	switch {
	case same:
		return x
	case len(kept) == 0:
		return nil
	case len(kept) == 1:
		return kept[0]
	default:
		return build(kept)
	}
}

func (p *pruner) quantified(x *sigma.Quantified) sigma.Expr {
	left := 0
	for _, name := range p.live {
		if sigma.MatchesPattern(x.Pattern, name) {
			left++
		}
	}
	if left > 0 && x.N > left {
		p.errorAt(nil, p.section.file, x.At, "nothing-left", fmt.Sprintf(
			"the condition asks for %d searches named like %q, and the pipeline leaves %d", x.N, x.Pattern, left))
	}
	if left == 0 {
		return nil
	}
	return x
}
