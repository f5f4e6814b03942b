package kql

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
)

// valueConds gives the questions of matches to one value. Equalities join to
// lists: in~ (...).
func (s *scope) valueConds(o operand, any []ir.Match) []cond {
	var eq equalities
	others := make([]cond, 0, len(any))
	for _, m := range any {
		switch cidr, ok := m.(*ir.CIDR); {
		case ok:
			others = append(others, cidrConds(o, cidr.Prefix)...)
		case !s.equality(&eq, o, m):
			others = append(others, s.cond(o, m))
		}
	}
	return slices.Concat(eq.conds(o), others)
}

// equalities are the literals that a value may equal.
type equalities struct {
	folded []string // texts in any case
	cased  []string
	plain  []string // of another type than string
	value  string   // what is compared with the plain ones
}

func (eq *equalities) conds(o operand) []cond {
	var out []cond
	if len(eq.plain) > 0 {
		out = append(out, equals(eq.value, eq.plain, "==", "in"))
	}
	if len(eq.folded) > 0 {
		out = append(out, equals(o.text(), eq.folded, "=~", "in~"))
	}
	if len(eq.cased) > 0 {
		out = append(out, equals(o.text(), eq.cased, "==", "in"))
	}
	return out
}

func (eq *equalities) addPlain(value, literal string) {
	eq.value = value
	eq.plain = append(eq.plain, literal)
}

// equals compares with one literal, or with a list of them.
func equals(value string, literals []string, one, many string) cond {
	if len(literals) == 1 {
		return worded(value, one, literals[0])
	}
	return worded(value, many, listOf(literals))
}

// listOf writes the literals of a list, one a line if they are long.
func listOf(literals []string) string {
	if line := "(" + strings.Join(literals, ", ") + ")"; len(line) <= maxLine-30 {
		return line
	}
	return "(\n    " + strings.Join(literals, ",\n    ") + ")"
}

// equality adds what a match demands to be equal to; false if the match is no
// equality.
func (s *scope) equality(eq *equalities, o operand, m ir.Match) bool {
	switch m := m.(type) {
	case *ir.Text:
		return s.textEquality(eq, o, m)
	case *ir.Number:
		return numberEquality(eq, o, m)
	case *ir.Bool:
		word := fmt.Sprint(m.Value)
		switch {
		case o.typ == "bool":
			eq.addPlain(o.expr, word)
		case o.numeric():
			return false
		default:
			eq.folded = append(eq.folded, quote(word))
		}
		return true
	}
	return false
}

func (s *scope) textEquality(eq *equalities, o operand, m *ir.Text) bool {
	shape, text := m.Shape()
	if shape != ir.Equals || text == "" {
		return false
	}
	if o.numeric() {
		if d, ok := ir.ParseDecimal(text); ok {
			if d.String() != text {
				return false
			}
			eq.addPlain(o.expr, number(d))
			return true
		}
	}
	if o.typ == "datetime" {
		s.declare("kql/time-text", o.field.At)
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return false
		}
		eq.addPlain(o.expr, "datetime("+t.UTC().Format("2006-01-02T15:04:05.9999999Z")+")")
		return true
	}
	if m.Cased {
		eq.cased = append(eq.cased, quote(text))
	} else {
		eq.folded = append(eq.folded, quote(text))
	}
	return true
}

func numberEquality(eq *equalities, o operand, m *ir.Number) bool {
	switch {
	case o.typ == "bool" || o.typ == "datetime":
		return false
	case o.comparesAsNumber(m.Value):
		eq.addPlain(o.asNumber(m.Value))
		return true
	}
	for _, text := range slices.Compact([]string{m.Value.String(), m.Written}) {
		if strings.ContainsAny(text, "eExo") {
			eq.cased = append(eq.cased, quote(text))
		} else {
			eq.folded = append(eq.folded, quote(text))
		}
	}
	return true
}

// cond writes a match that is no equality.
func (s *scope) cond(o operand, m ir.Match) cond {
	switch m := m.(type) {
	case *ir.Text:
		return s.textCond(o, m)
	case *ir.Number, *ir.Bool:
		return never() // a column of another type
	case *ir.Null:
		present := s.present(o)
		return eitherCall(present.not, present.text)
	case *ir.Present:
		return s.present(o)
	case *ir.Exists:
		return s.exists(o)
	case *ir.Regex:
		return s.regexCond(o, m)
	case *ir.Compare:
		return compareCond(o, m)
	case *ir.TimePart:
		return timeCond(o, m)
	case *ir.FieldRef:
		return s.fieldRef(o, m)
	default:
		panic(fmt.Sprintf("kql: unknown match %T", m))
	}
}

var shapeWords = map[ir.Shape]string{ir.Contains: "contains", ir.StartsWith: "startswith", ir.EndsWith: "endswith"}

func (s *scope) textCond(o operand, m *ir.Text) cond {
	shape, text := m.Shape()
	switch {
	case shape == ir.Equals && text == "":
		return s.empty(o)
	case shape == ir.Equals: // a column of another type
		return asks(o.text() + " =~ " + quote(text))
	case text == "" && isRun(m.Parts):
		return s.present(o)
	}
	if o.typ == "datetime" {
		s.declare("kql/time-text", o.field.At)
	}
	if shape == ir.Glob {
		return asks(o.text() + " matches regex " + quoteRegex(globRegex(m)))
	}
	word := shapeWords[shape]
	if m.Cased {
		word += "_cs"
	}
	return worded(o.text(), word, quote(text))
}

// isRun tells whether any text fits.
func isRun(parts []ir.Part) bool {
	return !slices.ContainsFunc(parts, func(p ir.Part) bool { return p.Kind != ir.AnyRun && (p.Kind != ir.Literal || p.Text != "") })
}

// globRegex is the regular expression of a pattern that KQL has no word for:
// anchored, but for a run at its end, and with a dot that takes line breaks.
func globRegex(m *ir.Text) string {
	var b strings.Builder
	b.WriteString("(?is)")
	if m.Cased {
		b.Reset()
		b.WriteString("(?s)")
	}
	last := len(m.Parts) - 1
	if m.Parts[0].Kind != ir.AnyRun {
		b.WriteByte('^')
	}
	for i, p := range m.Parts {
		switch {
		case p.Kind == ir.Literal:
			b.WriteString(regexp.QuoteMeta(p.Text))
		case p.Kind == ir.AnyOne:
			b.WriteByte('.')
		case p.Kind == ir.Dash:
			b.WriteString("[" + ir.Dashes + "]")
		case i > 0 && i < last:
			b.WriteString(".*")
		}
	}
	if m.Parts[last].Kind != ir.AnyRun {
		b.WriteByte('$')
	}
	return b.String()
}

// present asks whether the value is neither missing nor null.
func (s *scope) present(o operand) cond {
	if o.typ != "string" {
		return eitherCall("isnotnull("+o.expr+")", "isnull("+o.expr+")")
	}
	if o.kind != derivedValue {
		s.declare("kql/null-is-empty", o.field.At)
	}
	return eitherCall("isnotempty("+o.expr+")", "isempty("+o.expr+")")
}

// empty asks whether the value is the empty text.
func (s *scope) empty(o operand) cond {
	switch {
	case o.kind == derivedValue || o.typ != "string" && o.typ != "dynamic":
		return never()
	case o.typ == "dynamic":
		return cond{text: "isnotnull(" + o.expr + ") and " + o.text() + ` == ""`, level: levelAnd}
	}
	s.declare("kql/null-is-empty", o.field.At)
	return eitherCall("isempty("+o.expr+")", "isnotempty("+o.expr+")")
}

// exists asks whether the field is there, if only with null.
func (s *scope) exists(o operand) cond {
	if o.parent != "" {
		return cond{text: "bag_has_key(" + o.parent + ", " + quote(o.key) + ")", level: levelPrimary, null: true}
	}
	if o.typ != "string" {
		s.declare("kql/exists-null", o.field.At)
	}
	return s.present(o)
}

// regexCond searches the text. A missing field is an empty text in KQL, so
// that a regular expression that fits the empty text must not be asked of it.
func (s *scope) regexCond(o operand, m *ir.Regex) cond {
	source := m.Source
	if m.Flags != "" {
		source = "(?" + m.Flags + ")" + source
	}
	text := o.text() + " matches regex " + quoteRegex(source)
	if re, err := regexp.Compile(source); err != nil || !re.MatchString("") {
		return asks(text)
	}
	return cond{text: s.present(o).text + " and " + text, level: levelAnd}
}

var opWords = map[ir.Op]string{ir.Eq: "==", ir.Neq: "!=", ir.Lt: "<", ir.Lte: "<=", ir.Gt: ">", ir.Gte: ">="}

// ordered compares a value that may be null with a literal. != holds for null,
// unlike the others.
func ordered(value string, op ir.Op, literal string) cond {
	text := value + " " + opWords[op] + " " + literal
	switch op {
	case ir.Eq:
		return worded(value, opWords[op], literal)
	case ir.Neq:
		return cond{text: "isnotnull(" + value + ") and " + text, level: levelAnd}
	}
	return cond{text: text, level: levelCompare, null: true}
}

func compareCond(o operand, m *ir.Compare) cond {
	if o.typ == "bool" || o.typ == "datetime" {
		return never()
	}
	value, literal := o.asNumber(m.Value)
	return ordered(value, m.Op, literal)
}
