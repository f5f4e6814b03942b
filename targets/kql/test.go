package kql

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// A cond is one question asked of one value.
type cond struct {
	text     string
	level    int
	operator int    // where in text the operator starts that ! turns over; 0 if there is none
	not      string // the question turned over; empty if operator says it, or only not()
	null     bool   // the answer may be null
}

func asks(text string) cond        { return cond{text: text, level: levelCompare} }
func either(text, not string) cond { return cond{text: text, level: levelCompare, not: not} }

// worded asks with an operator that ! turns over: "in" is "!in" then, "=~" "!~".
func worded(value, operator, operand string) cond {
	return cond{text: value + " " + operator + " " + operand, level: levelCompare, operator: len(value) + len(" ")}
}

func eitherCall(text, not string) cond { return cond{text: text, level: levelPrimary, not: not} }
func never() cond                      { return cond{text: "false", level: levelPrimary, not: "true"} }

// turned is the question turned over; empty if only not() says so.
func (c cond) turned() string {
	if c.operator == 0 {
		return c.not
	}
	return c.text[:c.operator] + "!" + strings.TrimPrefix(c.text[c.operator:], "=")
}

// expr writes the question where null is as good as false, or where it is not.
func (c cond) expr(negated bool) write.Expr {
	if negated && c.null {
		return primary("coalesce(" + c.text + ", false)")
	}
	return write.Expr{Text: write.Of(c.text), Level: c.level}
}

func (s *scope) test(t *ir.Test, negated bool) write.Expr {
	return chain(s.tests(t, negated), "or", levelOr)
}

// tests writes the questions of a test, of which one must be answered by yes.
func (s *scope) tests(t *ir.Test, negated bool) []write.Expr {
	conds := s.conds(t)
	exprs := make([]write.Expr, len(conds))
	for i, c := range conds {
		exprs[i] = c.expr(negated)
	}
	return exprs
}

func (s *scope) notTest(t *ir.Test) write.Expr {
	if conds := s.conds(t); len(conds) == 1 {
		if turned := conds[0].turned(); turned != "" {
			return compared(turned)
		}
	}
	return write.Expr{Text: s.test(t, true).Wrap("not(", ")"), Level: levelPrimary}
}

// conds gives the questions of a test, one of which must be answered by yes.
func (s *scope) conds(t *ir.Test) []cond {
	defer s.within(t.In)()
	if t.Field == nil {
		return s.keywords(t)
	}
	p, ok := s.place(t.Field, t.Any)
	switch {
	case !ok:
		return []cond{never()}
	case p.list != nil:
		return s.listConds(t, p)
	}
	return s.valueConds(p.value, t.Any)
}

// place finds the value or list that a field means in this scope.
func (s *scope) place(f *ir.Field, any []ir.Match) (place, bool) {
	switch {
	case f.First != nil:
		column, ok := s.derivedColumn(f)
		s.needsLists = true
		return place{value: operand{expr: column, typ: "string", field: f, kind: derivedValue, query: s.query}}, ok
	case f.Path == nil:
		return place{value: operand{expr: s.openColumn(f, comparesNumbers(any)), typ: "string", field: f, kind: openField, query: s.query}}, true
	}
	if made := s.made(f); made != nil {
		s.needsLists = true
		return place{value: operand{expr: s.madeColumn(f, made), typ: "string", field: f, kind: derivedValue, query: s.query}}, true
	}
	p, ok := s.reach(f, f.Path)
	if !ok {
		s.unsupported(s.file(), f.At, "kql/no-column",
			fmt.Sprintf("table %s has no column for %q", s.log.KQL.Name, f.Name))
	}
	return p, ok
}

func comparesNumbers(any []ir.Match) bool {
	for _, m := range any {
		switch m.(type) {
		case *ir.Number, *ir.Compare:
			return true
		}
	}
	return false
}

// listConds counts the members of which a value passes. Null is asked of the
// list as a whole: no member has a value, or one has null.
func (s *scope) listConds(t *ir.Test, p place) []cond {
	var out []cond
	var onValue []ir.Match
	for _, m := range t.Any {
		switch m := m.(type) {
		case *ir.Exists:
			if !p.whole {
				onValue = append(onValue, m)
				continue
			}
			out = append(out, s.exists(p.value))
		case *ir.Null:
			out = append(out, s.nullMember(t, p)...)
		case *ir.FieldRef:
			out = append(out, s.refMember(t, p, m))
		default:
			onValue = append(onValue, m)
		}
	}
	if len(onValue) == 0 {
		return out
	}
	e := p.list.members.test(ofMember(t, p, onValue...), false)
	return append(out, s.counted(p, e))
}

// ofMember is the test that a member must pass.
func ofMember(t *ir.Test, p place, any ...ir.Match) *ir.Test {
	f := *t.Field
	f.Path = p.rest
	return &ir.Test{Field: &f, Any: any, At: t.At}
}

func (s *scope) counted(p place, e write.Expr) cond {
	n := p.list.sum(s.countName(p.list, p.step), p.list.countif(p.step, []write.Expr{e}, false))
	s.needsLists = true
	return either(n+" > 0", n+" == 0")
}

func (s *scope) nullMember(t *ir.Test, p place) []cond {
	if p.whole {
		return []cond{s.cond(p.value, &ir.Null{})}
	}
	found := s.counted(p, p.list.members.test(ofMember(t, p, &ir.Present{}), false))
	none := either(found.not, found.text)
	if !p.step.Every || len(p.rest) != 1 {
		return []cond{none}
	}
	item := p.list.members.item
	isNull := "bag_has_key(" + item + ", " + quote(p.rest[0].Key) + ") and isnull(" + item + property(p.rest[0].Key) + ")"
	return []cond{none, s.counted(p, write.Expr{Text: write.Of(isNull), Level: levelAnd})}
}

// refMember compares the values of a list with a field outside of it.
func (s *scope) refMember(t *ir.Test, p place, m *ir.FieldRef) cond {
	other, ok := s.place(m.Other, nil)
	if !ok {
		return never()
	}
	own, ok := p.list.members.reach(t.Field, p.rest)
	if other.list != nil || !ok || own.list != nil {
		s.unsupported(s.file(), t.At, "kql/fieldref-lists", "KQL can't compare a list with a list, or with one in its members")
		return never()
	}
	return s.counted(p, s.refCond(own.value, other.value, m).expr(false))
}

// fieldRef compares a value with another field of the scope.
func (s *scope) fieldRef(o operand, m *ir.FieldRef) cond {
	other, ok := s.place(m.Other, nil)
	if !ok {
		return never()
	}
	if other.list == nil {
		return s.refCond(o, other.value, m)
	}
	in, ok := other.list.members.reach(m.Other, other.rest)
	if !ok || in.list != nil {
		s.unsupported(s.file(), m.Other.At, "kql/fieldref-lists", "KQL can't compare with a list in the members of a list")
		return never()
	}
	return s.counted(other, s.refCond(o, in.value, m).expr(false))
}

var refWords = map[ir.RefKind]string{
	ir.RefEqual: "=~", ir.RefContains: "contains", ir.RefStartsWith: "startswith", ir.RefEndsWith: "endswith",
}

// refCond compares two texts. Both must be there: what is missing is an empty
// text, and would equal another one.
func (s *scope) refCond(a, b operand, m *ir.FieldRef) cond {
	word := refWords[m.Kind]
	switch {
	case m.Cased && m.Kind == ir.RefEqual:
		word = "=="
	case m.Cased:
		word += "_cs"
	}
	text := s.present(a).text
	if m.Kind != ir.RefEqual || a.typ != "string" && b.typ != "string" {
		text += " and " + s.present(b).text
	}
	return cond{text: text + " and " + a.text() + " " + word + " " + b.text(), level: levelAnd}
}
