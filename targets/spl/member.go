package spl

import (
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// memberTest asks whether one member of a list satisfies a predicate. The macro
// gives the list as a multivalue field of JSON objects; mvfilter goes through
// it, so that all tests of the predicate look at the same member. Manual,
// mvfilter: "The Boolean expression can reference ONLY ONE field at a time",
// which the members' field is.
func (s *scope) memberTest(p *ir.Member) write.Text {
	if s.member != "" {
		return s.nestedMember(p)
	}
	inner := *s
	inner.member = p.Step.Key
	defer s.within(ir.PlaceOf(p))()
	if s.log.Open {
		s.unsupported(p.At, "log "+s.log.Name+" has no lists whose members could be selected")
	}
	return inner.picked(field(p.Step.Key), p).Wrap("isnotnull(mvfilter(", "))")
}

// picked is the condition that a member is selected and satisfies the
// predicate.
func (s *scope) picked(member string, p *ir.Member) write.Text {
	x := s.where(p.X, false)
	if p.Step.Every {
		return x.Text
	}
	then := x.In(levelNot)
	if _, and := p.X.(*ir.And); and {
		then = x.Text
	}
	return then.Wrap(selects(member, p.Step)+opAnd, "")
}

// nestedMember asks the same of a list within the members. mvmap goes through
// it under the name of the outer list's field.
func (s *scope) nestedMember(p *ir.Member) write.Text {
	at := field(s.member)
	list := "json_array_to_mv(" + jsonGet(at, p.Step.Key) + ")"
	return s.picked(at, p).Wrap("isnotnull(mvmap("+list+", if(", ", 1, null())))")
}

// fieldRef compares the values of two fields of the event, each with each.
func (s *scope) fieldRef(v value, m *ir.FieldRef, negated bool) cond {
	other := s.value(m.Other)
	a, b := "lower("+v.text+")", "lower("+other.text+")"
	if m.Cased {
		a, b = asText(v.text), asText(other.text)
	}
	c := refCond(a, b, m.Kind)
	switch {
	case s.member == "" && v.list != "" && other.list != "":
		s.unsupported(m.Other.At, "SPL has no way to compare each value below an object with each below another")
	case s.member == "" && (v.list != "" || other.list != ""):
		// A mvmap goes through the values under the name of the object's field.
		return call("isnotnull", "mvmap("+v.list+other.list+", if("+c.text+", 1, null()))")
	case v.many && v.text == other.text:
		// A mvmap in a mvmap over one field would compare each value with itself.
		return call("isnotnull", v.text)
	case (v.many || other.many) && !(columnar(v) && columnar(other)):
		s.unsupported(m.Other.At, "SPL has no way to compare each value of a list with a property found by its name")
	case v.many || other.many:
		each := "mvmap(" + other.text + ", if(" + c.text + ", 1, null()))"
		return call("isnotnull", "mvmap("+v.text+", "+each+")")
	case negated:
		return allOf(call("isnotnull", v.text), call("isnotnull", other.text), c)
	}
	return c
}

// asText keeps = from comparing digits as numbers, as lower does as well: 05 is
// not 5.
func asText(v string) string { return "(" + v + ` . "")` }

// columnar tells whether a value is a field, not an expression over one.
func columnar(v value) bool { return !strings.Contains(v.text, "(") }

// refCond compares two texts. split tells whether one holds the other, for it
// takes its second argument literally, where like and match read patterns.
func refCond(a, b string, kind ir.RefKind) cond {
	empty := compare(b + `=""`)
	switch kind {
	case ir.RefContains:
		return anyOf([]cond{empty, compare("mvcount(split(" + a + ", " + b + "))>1")})
	case ir.RefStartsWith:
		return compare("substr(" + a + ", 1, len(" + b + "))=" + b)
	case ir.RefEndsWith:
		tail := "substr(" + a + ", len(" + a + ")-len(" + b + ")+1)"
		return anyOf([]cond{empty, allOf(compare("len("+a+")>=len("+b+")"), compare(tail+"="+b))})
	}
	return compare(strings.Join([]string{a, b}, "="))
}
