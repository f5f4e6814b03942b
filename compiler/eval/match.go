package eval

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
)

// A Matcher tells whether events match a predicate. It may be used by many
// goroutines at once.
type Matcher struct {
	test predicate
}

type predicate func(event Value) bool

// NewMatcher makes the matcher of a rule's predicate. A regular expression
// that does not compile is a broken invariant: lowering has read it.
func NewMatcher(p ir.Pred) *Matcher { return &Matcher{compile(p)} }

// Match tells whether the event matches.
func (m *Matcher) Match(event Value) bool { return m.test(event) }

func compile(p ir.Pred) predicate {
	switch p := p.(type) {
	case *ir.And:
		x := compileAll(p.X)
		return func(event Value) bool { return allHold(x, event) }
	case *ir.Or:
		x := compileAll(p.X)
		return func(event Value) bool { return oneHolds(x, event) }
	case *ir.Not:
		x := compile(p.X)
		return func(event Value) bool { return !x(event) }
	case *ir.Const:
		return func(Value) bool { return p.Value }
	case *ir.Member:
		return compileMember(p)
	case *ir.Test:
		return compileTest(p)
	default:
		panic(fmt.Sprintf("eval: unknown predicate %T", p))
	}
}

func compileAll(x []ir.Pred) []predicate {
	out := make([]predicate, len(x))
	for i, p := range x {
		out[i] = compile(p)
	}
	return out
}

func allHold(x []predicate, event Value) bool {
	for _, p := range x {
		if !p(event) {
			return false
		}
	}
	return true
}

func oneHolds(x []predicate, event Value) bool {
	for _, p := range x {
		if p(event) {
			return true
		}
	}
	return false
}

func compileMember(p *ir.Member) predicate {
	x := compile(p.X)
	return func(event Value) bool {
		o, ok := event.(*Object)
		if !ok {
			return false
		}
		for m := range Members(o, p.Step) {
			if x(m) {
				return true
			}
		}
		return false
	}
}

// compileTest asks each value of the field each question; Null, Exists and
// FieldRef need to know the field as a whole.
func compileTest(t *ir.Test) predicate {
	if t.Field == nil {
		return compileKeywords(t)
	}
	var onField []func(event Value, values []Value, found bool) bool
	var onValue []func(Value) bool
	for _, m := range t.Any {
		switch m := m.(type) {
		case *ir.Null:
			onField = append(onField, isNull)
		case *ir.Exists:
			onField = append(onField, func(_ Value, _ []Value, found bool) bool { return found })
		case *ir.FieldRef:
			onField = append(onField, refMatcher(m))
		default:
			onValue = append(onValue, valueMatcher(m))
		}
	}
	return func(event Value) bool {
		values, found := Lookup(event, t.Field)
		for _, f := range onField {
			if f(event, values, found) {
				return true
			}
		}
		for _, v := range values {
			for _, f := range onValue {
				if f(v) {
					return true
				}
			}
		}
		return false
	}
}

func compileKeywords(t *ir.Test) predicate {
	var on []func(Value) bool
	for _, m := range t.Any {
		on = append(on, valueMatcher(m))
	}
	return func(event Value) bool {
		return Leaves(event, func(v Value) bool {
			for _, f := range on {
				if f(v) {
					return true
				}
			}
			return false
		})
	}
}

// isNull holds for a missing field, and if one of the values is null.
func isNull(_ Value, values []Value, found bool) bool {
	if !found {
		return true
	}
	for _, v := range values {
		if _, ok := v.(Null); ok {
			return true
		}
	}
	return false
}

func valueMatcher(m ir.Match) func(Value) bool {
	switch m := m.(type) {
	case *ir.Text:
		return onText(newGlob(m).match)
	case *ir.Number:
		return numberMatcher(m)
	case *ir.Bool:
		return boolMatcher(m.Value)
	case *ir.Present:
		return func(v Value) bool { _, null := v.(Null); return !null }
	case *ir.Regex:
		return onText(Regexp(m).MatchString)
	case *ir.Compare:
		return func(v Value) bool {
			d, ok := decimalOf(v)
			return ok && m.Op.Holds(d.Compare(m.Value))
		}
	case *ir.CIDR:
		return onText(func(s string) bool { return inNetwork(m.Prefix, s) })
	case *ir.TimePart:
		return timeMatcher(m)
	default:
		panic(fmt.Sprintf("eval: unknown match %T", m))
	}
}

// onText asks the text of a value; that of an object is its JSON, in which the
// names and texts of what it holds can be found.
func onText(f func(string) bool) func(Value) bool {
	return func(v Value) bool {
		s, ok := Text(v)
		if o, isObject := v.(*Object); isObject {
			s, ok = JSON(o), true
		}
		return ok && f(s)
	}
}

// Regexp compiles a Regex for package regexp, which is RE2 as the ir means it.
func Regexp(m *ir.Regex) *regexp.Regexp {
	source := m.Source
	if m.Flags != "" {
		source = "(?" + m.Flags + ")" + source
	}
	return regexp.MustCompile(source)
}

// numberMatcher takes the number as a number, or a string that is its text as
// the rule writes it or in canonical form: "04624" is not 4624.
func numberMatcher(m *ir.Number) func(Value) bool {
	canonical := m.Value.String()
	return func(v Value) bool {
		switch v := v.(type) {
		case Number:
			d, ok := ir.ParseDecimal(string(v))
			return ok && d == m.Value
		case String:
			return string(v) == m.Written || string(v) == canonical
		}
		return false
	}
}

func boolMatcher(want bool) func(Value) bool {
	word := "false"
	if want {
		word = "true"
	}
	return func(v Value) bool {
		switch v := v.(type) {
		case Bool:
			return bool(v) == want
		case String:
			return strings.EqualFold(string(v), word)
		}
		return false
	}
}

func decimalOf(v Value) (ir.Decimal, bool) {
	switch v := v.(type) {
	case Number:
		return ir.ParseDecimal(string(v))
	case String:
		return ir.ParseDecimal(string(v))
	}
	return ir.Decimal{}, false
}

// inNetwork reads an address without a port; an IPv4-mapped one counts as
// IPv4, and a zone is no part of it.
func inNetwork(network netip.Prefix, s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == "" && network.Contains(a.Unmap())
}

func refMatcher(m *ir.FieldRef) func(event Value, values []Value, found bool) bool {
	return func(event Value, values []Value, _ bool) bool {
		others, _ := Lookup(event, m.Other)
		for _, v := range values {
			a, ok := Text(v)
			if !ok {
				continue
			}
			for _, o := range others {
				if b, ok := Text(o); ok && refHolds(m, a, b) {
					return true
				}
			}
		}
		return false
	}
}

func refHolds(m *ir.FieldRef, a, b string) bool {
	parts := []ir.Part{{Kind: ir.Literal, Text: b}}
	run := ir.Part{Kind: ir.AnyRun}
	switch m.Kind {
	case ir.RefEqual:
		return EqualText(a, b, m.Cased)
	case ir.RefContains:
		parts = []ir.Part{run, parts[0], run}
	case ir.RefStartsWith:
		parts = append(parts, run)
	case ir.RefEndsWith:
		parts = []ir.Part{run, parts[0]}
	}
	return newGlob(&ir.Text{Parts: parts, Cased: m.Cased}).match(a)
}
