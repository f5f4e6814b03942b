package tree

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/sigma"
)

// Prune takes the searches that are not live out of a condition. As in pySigma
// they are left out, whatever they were joined by. It gives nil if nothing is
// left, and a quantifier that asks for more than what is.
//
//	gone and x      ->  x
//	gone or x       ->  x
//	not gone        ->  (nothing)
//	1 of gone_*     ->  (nothing)
func Prune(c *sigma.Condition, live []string) (*sigma.Condition, *sigma.Quantified) {
	p := &pruner{live: live}
	switch x := p.expr(c.Expr); x {
	case nil:
		return nil, p.few
	case c.Expr:
		return c, p.few
	default:
		text := sigma.Text{Value: sigma.PrintExpr(x), At: c.Text.At}
		return &sigma.Condition{Text: text, Expr: x, Aggregate: c.Aggregate}, p.few
	}
}

type pruner struct {
	live []string
	few  *sigma.Quantified
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
		panic(fmt.Sprintf("tree: unknown expression %T", x))
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
		p.few = x
	}
	if left == 0 {
		return nil
	}
	return x
}
