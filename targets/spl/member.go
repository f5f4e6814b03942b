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
	if s.log.Open {
		s.unsupported(p.At, "log "+s.log.Name+" has no lists whose members could be selected")
	}
	x := inner.where(p.X, false)
	if p.Step.Every {
		return x.Wrap("isnotnull(mvfilter(", "))")
	}
	pick := selects(field(p.Step.Key), p.Step) + " AND "
	return x.In(levelNot).Wrap("isnotnull(mvfilter("+pick, "))")
}

// nestedMember asks the same of a list within the members. mvmap goes through
// it under the name of the outer list's field.
func (s *scope) nestedMember(p *ir.Member) write.Text {
	at := field(s.member)
	list := "json_array_to_mv(" + jsonGet(at, p.Step.Key) + ")"
	x := s.where(p.X, false)
	pick := ""
	if !p.Step.Every {
		pick = selects(at, p.Step) + " AND "
	}
	return x.In(levelNot).Wrap("isnotnull(mvmap("+list+", if("+pick, ", 1, null())))")
}

// fieldRef compares the values of two fields of the event, each with each.
func (s *scope) fieldRef(v value, m *ir.FieldRef, negated bool) cond {
	other := s.value(m.Other)
	a, b := v.text, other.text
	if !m.Cased {
		a, b = "lower("+a+")", "lower("+b+")"
	}
	c := refCond(a, b, m.Kind)
	switch {
	case v.many && v.text == other.text:
		// A mvmap in a mvmap over one field would compare each value with itself.
		return call("isnotnull", v.text)
	case v.many:
		each := "mvmap(" + other.text + ", if(" + c.text + ", 1, null()))"
		return call("isnotnull", "mvmap("+v.text+", "+each+")")
	case negated:
		return allOf(call("isnotnull", v.text), call("isnotnull", other.text), c)
	}
	return c
}

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
