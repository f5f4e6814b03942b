package kql

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// The levels of precedence, the loosest first.
const (
	levelOr = iota + 1
	levelAnd
	levelCompare
	levelPrimary
)

const (
	maxLine = 110 // beyond it the operands of and and or stand on lines of their own

	// maxChain is how many operands may stand beside each other. Microsoft's
	// analyser refuses a flat chain of 500, since each nests the ones before.
	maxChain = 250
)

// pred writes a predicate. Under a negation nothing may be null: a null that
// is turned over stays null, and drops the row.
func (s *scope) pred(p ir.Pred, negated bool) write.Expr {
	switch p := p.(type) {
	case *ir.And:
		return s.join(p.X, "and", levelAnd, negated)
	case *ir.Or:
		return s.join(p.X, "or", levelOr, negated)
	case *ir.Not:
		return s.not(p)
	case *ir.Const:
		return primary(fmt.Sprint(p.Value))
	case *ir.Member:
		return s.member(p, "> 0")
	case *ir.Test:
		return s.linked(p, s.test(p, negated))
	default:
		panic(fmt.Sprintf("kql: unknown predicate %T", p))
	}
}

func primary(text string) write.Expr  { return write.Expr{Text: write.Of(text), Level: levelPrimary} }
func compared(text string) write.Expr { return write.Expr{Text: write.Of(text), Level: levelCompare} }

// linked links a test to where it stands, which may be in a filter.
func (s *scope) linked(t *ir.Test, e write.Expr) write.Expr {
	defer s.within(t.In)()
	e.Text = e.Linked(s.file(), t.At)
	return e
}

func (s *scope) join(x []ir.Pred, word string, level int, negated bool) write.Expr {
	var operands []write.Expr
	for _, p := range x {
		if t, ok := p.(*ir.Test); ok && level == levelOr {
			for _, e := range s.tests(t, negated) {
				operands = append(operands, s.linked(t, e))
			}
			continue
		}
		operands = append(operands, s.pred(p, negated))
	}
	return chain(operands, word, level)
}

// chain joins operands. Many are put in parentheses by the hundred, so that
// the query does not nest too deep.
func chain(operands []write.Expr, word string, level int) write.Expr {
	switch len(operands) {
	case 0:
		return primary(fmt.Sprint(word == "and"))
	case 1:
		return operands[0]
	}
	for len(operands) > maxChain {
		var groups []write.Expr
		for part := range slices.Chunk(operands, maxChain/2) {
			groups = append(groups, write.Expr{Text: chain(part, word, level).In(levelPrimary), Level: levelPrimary})
		}
		operands = groups
	}
	texts := make([]write.Text, len(operands))
	length, lines := 0, false
	for i, e := range operands {
		texts[i] = e.In(level + 1)
		length += texts[i].Len() + len(word) + 2
		lines = lines || texts[i].Lines()
	}
	if !lines && length <= maxLine {
		return write.Expr{Text: write.Join(texts, " "+word+" "), Level: level}
	}
	for i := range texts {
		texts[i] = texts[i].Indent("    ")
	}
	return write.Expr{Text: write.Join(texts, "\n    "+word+" "), Level: level}
}

// not writes a negation, by an operator of its own where there is one: what
// these give for null is true, as wanted.
func (s *scope) not(p *ir.Not) write.Expr {
	switch x := p.X.(type) {
	case *ir.Not:
		return s.pred(x.X, true)
	case *ir.Const:
		return primary(fmt.Sprint(!x.Value))
	case *ir.Member:
		return s.member(x, "== 0")
	case *ir.Test:
		return s.linked(x, s.notTest(x))
	}
	return write.Expr{Text: s.pred(p.X, true).Wrap("not(", ")"), Level: levelPrimary}
}

// member counts the members that the step selects and that satisfy X.
func (s *scope) member(p *ir.Member, compare string) write.Expr {
	at, ok := s.reach(nil, schema.Path{p.Step})
	if !ok {
		defer s.within(ir.PlaceOf(p))()
		s.unsupported(s.file(), p.At, "kql/no-column",
			fmt.Sprintf("table %s has no column for %q", s.log.KQL.Name, p.Step.Key))
		return primary("false")
	}
	var all []write.Expr
	for _, x := range conjuncts(p.X) {
		all = append(all, at.list.members.pred(x, false))
	}
	count := at.list.countif(p.Step, all, holdsOnMissing(p.X))
	s.needsLists = true
	return compared(at.list.sum(s.countName(at.list, p.Step), count) + " " + compare)
}

// countName names the count of a step's members.
func (s *scope) countName(l *list, step schema.Step) string {
	if step.Every {
		return "Any" + plural(l.members.item)
	}
	return pascal(step.Is) + plural(l.members.item)
}

// countif counts the members that a step selects, of which all of the
// conditions hold. An empty list has a null member here, which must not count.
func (l *list) countif(step schema.Step, all []write.Expr, onMissing bool) write.Text {
	if sel := l.selector(step); sel != "" {
		all = append([]write.Expr{compared(sel)}, all...)
	} else if onMissing {
		all = append([]write.Expr{primary("isnotnull(" + l.members.item + ")")}, all...)
	}
	return chain(all, "and", levelAnd).Wrap("countif(", ")")
}

// holdsOnMissing tells whether a predicate may hold of a member that has no
// fields. It may say so too often.
func holdsOnMissing(p ir.Pred) bool {
	switch p := p.(type) {
	case *ir.And:
		return !slices.ContainsFunc(p.X, func(x ir.Pred) bool { return !holdsOnMissing(x) })
	case *ir.Or:
		return slices.ContainsFunc(p.X, holdsOnMissing)
	case *ir.Test:
		return slices.ContainsFunc(p.Any, func(m ir.Match) bool { _, null := m.(*ir.Null); return null })
	case *ir.Member:
		return false
	}
	return true
}
