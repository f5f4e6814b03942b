package spl

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// onValue is the condition that one value satisfies one of the matches.
// Equalities stand in one list, and texts of one shape in one pattern.
func onValue(v string, typ schema.Type, matches []ir.Match) cond {
	var parts []cond
	var equal, equalCased []string
	var patterns patternList
	for _, m := range matches {
		switch m := m.(type) {
		case *ir.Text:
			shape, s := m.Shape()
			switch {
			case anything(m):
				parts = append(parts, call("isnotnull", v))
			case shape != ir.Equals || !equatable(s, m.Cased):
				patterns.add(m)
			case m.Cased:
				equalCased = append(equalCased, text(s))
			default:
				equal = append(equal, text(lower(s)))
			}
		case *ir.Number:
			equal = append(equal, quotedNumbers(m)...)
		case *ir.Bool:
			equal = append(equal, text(fmt.Sprint(m.Value)))
		case *ir.Regex:
			parts = append(parts, match(v, regexSource(m)))
		case *ir.Compare:
			if typ == schema.Number {
				parts = append(parts, compareNumber(v, m))
			} else {
				parts = append(parts, compareCond(v, m))
			}
		case *ir.CIDR:
			parts = append(parts, cidrCond(v, m.Prefix))
		case *ir.TimePart:
			parts = append(parts, timeCond(v, m))
		default:
			panic(fmt.Sprintf("spl: unknown match %T", m))
		}
	}
	// Manual, lower: it gives a string, so that a field of digits is compared
	// as text and 04624 is not 4624.
	all := append(oneOf("lower("+v+")", equal), oneOf(v, equalCased)...)
	for _, p := range patterns {
		all = append(all, match(v, p.String()))
	}
	return anyOf(append(all, parts...))
}

func oneOf(v string, values []string) []cond {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return []cond{compare(v + "=" + values[0])}
	}
	return []cond{call("in", v+", "+strings.Join(values, ", "))}
}

func quotedNumbers(m *ir.Number) []string {
	canonical := m.Value.String()
	if m.Written == canonical || m.Written == "" {
		return []string{text(canonical)}
	}
	return []string{text(canonical), text(lower(m.Written))}
}

// equatable tells whether = can be trusted with a text: what looks like a number
// might be compared as one, unless lower has made text of the other side, and a
// line break would break the line of the query.
func equatable(s string, cased bool) bool {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return false
	}
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err != nil || !cased
}

// lower lowers each letter by itself, as Splunk does: İ stays one character.
func lower(s string) string { return strings.Map(unicode.ToLower, s) }

// match is true if a regular expression is found anywhere in the text.
func match(v, pattern string) cond { return call("match", v+", "+text(pattern)) }

// anything tells whether a text is nothing but stars.
func anything(m *ir.Text) bool {
	for _, p := range m.Parts {
		if p.Kind != ir.AnyRun {
			return false
		}
	}
	return len(m.Parts) > 0
}

// onePattern gives the regular expression that alone says the matches.
func onePattern(matches []ir.Match) (string, bool) {
	var patterns patternList
	for _, m := range matches {
		switch m := m.(type) {
		case *ir.Text:
			if shape, s := m.Shape(); shape == ir.Equals && equatable(s, m.Cased) || anything(m) {
				return "", false
			}
			patterns.add(m)
		case *ir.Regex:
			return regexSource(m), len(matches) == 1
		default:
			return "", false
		}
	}
	if len(patterns) != 1 {
		return "", false
	}
	return patterns[0].String(), true
}

// number is what gt and its kin read as a number. tonumber alone also takes
// blanks around it, inf and nan.
const number = `^[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?\z`

var operators = map[ir.Op]string{ir.Eq: "=", ir.Neq: "!=", ir.Lt: "<", ir.Lte: "<=", ir.Gt: ">", ir.Gte: ">="}

func compareCond(v string, m *ir.Compare) cond {
	return allOf(match(v, number), compare("tonumber("+v+")"+operators[m.Op]+m.Value.String()))
}

// compareNumber compares a field that is declared a number.
func compareNumber(v string, m *ir.Compare) cond {
	return compare("tonumber(" + v + ")" + operators[m.Op] + m.Value.String())
}

// mapped is where IPv4 addresses stand among those of IPv6.
var mapped = netip.MustParsePrefix("::ffff:0.0.0.0/96")

// cidrCond counts an IPv4-mapped IPv6 address as the IPv4 one that it is, which
// cidrmatch does not.
func cidrCond(v string, p netip.Prefix) cond {
	in := func(p netip.Prefix) cond { return call("cidrmatch", text(p.String())+", "+v) }
	switch {
	case p.Addr().Is4():
		six := netip.PrefixFrom(netip.AddrFrom16(p.Addr().As16()), p.Bits()+96)
		return anyOf([]cond{in(p), in(six)})
	case p.Overlaps(mapped):
		return allOf(in(p), not(in(mapped)))
	}
	return in(p)
}

// valueLimits declares what SPL can't tell apart about the value of a match.
func (s *scope) valueLimits(t *ir.Test, m ir.Match) {
	switch m := m.(type) {
	case *ir.Text:
		s.textLimits(t, m)
		if shape, _ := m.Shape(); shape != ir.Equals {
			s.objectLimit(t)
		}
	case *ir.Number:
		s.limit("spl/number-text", t.At)
	case *ir.Null, *ir.Exists:
		s.limit("spl/null-is-absent", t.At)
		s.objectLimit(t)
	case *ir.Present:
		s.objectLimit(t)
	case *ir.Regex:
		s.limit("spl/number-text", t.At)
		s.objectLimit(t)
	case *ir.Compare:
		s.limit("spl/number-precision", t.At)
	case *ir.FieldRef:
		s.limit("spl/number-text", t.At)
		s.limit("spl/case-folding", t.At)
	case *ir.Bool, *ir.CIDR, *ir.TimePart:
	default:
		panic(fmt.Sprintf("spl: unknown match %T", m))
	}
}

// objectLimit declares that an object is no field: in an open log, where the
// macro makes none of it.
func (s *scope) objectLimit(t *ir.Test) {
	if t.Field.Path == nil {
		s.limit("spl/object-is-absent", t.At)
	}
}

func (s *scope) textLimits(t *ir.Test, m *ir.Text) {
	s.limit("spl/number-text", t.At)
	if m.Cased || s.limited("spl/case-folding") {
		return
	}
	for _, p := range m.Parts {
		if strings.ContainsFunc(p.Text, foldsOddly) {
			s.limit("spl/case-folding", t.At)
		}
	}
}

// foldsOddly tells whether simple folding makes a letter equal to more than
// its own other case, or lowering it might differ.
func foldsOddly(r rune) bool {
	if r >= 0x80 {
		return unicode.IsLetter(r)
	}
	return strings.ContainsRune("ksiKSI", r)
}

// fieldLimits declares what SPL can't tell apart about a field.
func (s *scope) fieldLimits(t *ir.Test) {
	if !s.log.Open && t.Field.Type != schema.Object && t.Field.Type != schema.Any {
		s.limit("spl/list-in-field", t.At)
	}
}
