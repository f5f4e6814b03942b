package spl

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// where writes a predicate as an expression. A where drops a row whose
// expression is null, and NOT of null is null: under a NOT each test is made
// never to be null.
func (s *scope) where(p ir.Pred, negated bool) write.Expr {
	switch p := p.(type) {
	case *ir.And:
		return s.join(p.X, opAnd, negated)
	case *ir.Or:
		return s.join(p.X, opOr, negated)
	case *ir.Not:
		return write.Expr{Text: s.where(p.X, true).In(levelAtom).Wrap(opNot, ""), Level: levelNot}
	case *ir.Const:
		return write.Expr{Text: write.Of(fmt.Sprintf("%t()", p.Value)), Level: levelAtom}
	case *ir.Member:
		return write.Expr{Text: s.memberTest(p), Level: levelAtom}
	case *ir.Test:
		return s.test(p, negated)
	default:
		panic(fmt.Sprintf("spl: unknown predicate %T", p))
	}
}

func (s *scope) join(x []ir.Pred, op string, negated bool) write.Expr {
	parts := make([]write.Text, len(x))
	for i, p := range x {
		parts[i] = s.where(p, negated).In(levelNot)
	}
	return write.Expr{Text: write.Join(parts, op), Level: levelJoin}
}

// test writes one test: what it asks of the field as a whole, then what it
// asks of the field's values.
func (s *scope) test(t *ir.Test, negated bool) write.Expr {
	c := s.testCond(t, negated)
	return write.Expr{Text: s.link(t, c.text), Level: c.level()}
}

func (s *scope) testCond(t *ir.Test, negated bool) cond {
	defer s.within(t.In)()
	if t.Field == nil {
		return call("isnotnull", s.met[t])
	}
	s.fieldLimits(t)
	v := s.value(t.Field)
	var parts []cond
	var onValue []ir.Match
	for _, m := range t.Any {
		s.valueLimits(t, m)
		switch m := m.(type) {
		case *ir.Null:
			parts = append(parts, call("isnull", v.whole()))
		case *ir.Present, *ir.Exists:
			parts = append(parts, call("isnotnull", v.whole()))
		case *ir.FieldRef:
			parts = append(parts, s.fieldRef(v, m, negated))
		default:
			onValue = append(onValue, m)
		}
	}
	if len(onValue) > 0 {
		parts = append(parts, v.ask(onValue, negated))
	}
	return anyOf(parts)
}

// A cond is a boolean expression of where. Its op is what joins it, or NOT, or
// nothing if it stands anywhere without parentheses.
type cond struct{ text, op string }

func (c cond) level() int {
	switch c.op {
	case "":
		return levelAtom
	case opNot:
		return levelNot
	}
	return levelJoin
}

const (
	opOr  = " OR "
	opAnd = " AND "
	opNot = "NOT "
)

func call(function, arguments string) cond { return cond{text: function + "(" + arguments + ")"} }

func compare(text string) cond { return cond{text: text} }

func anyOf(parts []cond) cond { return joined(parts, opOr) }

func allOf(parts ...cond) cond { return joined(parts, opAnd) }

func joined(parts []cond, op string) cond {
	if len(parts) == 1 {
		return parts[0]
	}
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.text
		if p.level() == levelJoin && p.op != op {
			texts[i] = "(" + p.text + ")"
		}
	}
	return cond{strings.Join(texts, op), op}
}

func not(c cond) cond {
	if c.op != "" {
		c.text = "(" + c.text + ")"
	}
	return cond{opNot + c.text, opNot}
}
