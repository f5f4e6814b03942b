package kql

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// occurs asks whether the window has an event of an input.
func (c *correlation) occurs(i int) write.Expr { return compared(name(c.inputs[i]) + " > 0") }

// extended writes a boolean condition over the names of the inputs.
func (c *correlation) extended(e sigma.Expr) write.Expr {
	switch e := e.(type) {
	case *sigma.And:
		return chain(c.extendedAll(e.X), "and", levelAnd)
	case *sigma.Or:
		return chain(c.extendedAll(e.X), "or", levelOr)
	case *sigma.Not:
		return write.Expr{Text: c.extended(e.X).Wrap("not(", ")"), Level: levelPrimary}
	case *sigma.Ref:
		return chain(c.named(func(name string) bool { return name == e.Name }), "or", levelOr)
	case *sigma.Quantified:
		return c.quantified(e)
	default:
		panic(fmt.Sprintf("kql: unknown expression %T", e))
	}
}

func (c *correlation) extendedAll(x []sigma.Expr) []write.Expr {
	out := make([]write.Expr, len(x))
	for i, e := range x {
		out[i] = c.extended(e)
	}
	return out
}

func (c *correlation) named(wanted func(string) bool) []write.Expr {
	var out []write.Expr
	for i, in := range c.Inputs {
		if wanted(in.Name) {
			out = append(out, c.occurs(i))
		}
	}
	return out
}

func (c *correlation) quantified(q *sigma.Quantified) write.Expr {
	occurs := c.named(func(name string) bool { return sigma.MatchesPattern(q.Pattern, name) })
	switch {
	case q.All:
		return chain(occurs, "and", levelAnd)
	case q.N == 1:
		return chain(occurs, "or", levelOr)
	}
	terms := make([]string, len(occurs))
	for i, e := range occurs {
		terms[i] = "toint(" + e.String() + ")"
	}
	return compared(strings.Join(terms, " + ") + fmt.Sprintf(" >= %d", q.N))
}
