package spleval

import (
	"math"
	"strconv"
	"strings"
)

type kind byte

const (
	kindNull kind = iota
	kindString
	kindNumber
	kindBool
	kindMulti
)

// A value is what an eval expression gives. Fields hold texts only; a text that
// looks like a number is a number when an expression reads it.
type value struct {
	kind  kind
	s     string // the text of a string; of a number if it came as text
	f     float64
	multi []string
}

var null value

func str(s string) value      { return value{kind: kindString, s: s} }
func number(f float64) value  { return value{kind: kindNumber, f: f} }
func isTrue(v value) bool     { return v.kind == kindBool && v.f != 0 }
func multi(s []string) value  { return fromField(s) }
func (v value) isNull() bool  { return v.kind == kindNull }
func (v value) isMulti() bool { return v.kind == kindMulti }

func boolean(b bool) value {
	if b {
		return value{kind: kindBool, f: 1}
	}
	return value{kind: kindBool}
}

// fromField reads the values of a field.
func fromField(values []string) value {
	switch len(values) {
	case 0:
		return null
	case 1:
		return fromText(values[0])
	default:
		return value{kind: kindMulti, multi: values}
	}
}

// fromText reads one value of a field: a number if it looks like one.
func fromText(s string) value {
	if f, ok := parseNumber(s); ok {
		return value{kind: kindNumber, s: s, f: f}
	}
	return str(s)
}

// parseNumber reads [+-]digits[.digits][e[+-]digits], without spaces, hex or words
// such as inf: what isnum() is true of.
func parseNumber(s string) (float64, bool) {
	i, digits := 0, 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		digits++
	}
	if i < len(s) && s[i] == '.' {
		for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			digits++
		}
	}
	if digits == 0 {
		return 0, false
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i == start {
			return 0, false
		}
	}
	if i != len(s) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// formatNumber writes a number as fields hold it: 16 significant digits at most,
// so that 0.1+0.2 is 0.3. eval, "Rounding" tells of a precision that depends on
// the literals of the expression; that is not followed here.
func formatNumber(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f == math.Trunc(f) && math.Abs(f) < 1e18:
		return strconv.FormatInt(int64(f), 10)
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if digits := strings.Count(s, "") - 1; digits > 16 {
		if rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 16, 64), 64); err == nil {
			f = rounded
		}
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e18 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// text is the value as one string: false for null. A multivalue is its values,
// one a line, as Splunk shows it.
func (v value) text() (string, bool) {
	switch v.kind {
	case kindNull:
		return "", false
	case kindNumber:
		if v.s != "" {
			return v.s, true
		}
		return formatNumber(v.f), true
	case kindBool:
		if v.f != 0 {
			return "true", true
		}
		return "false", true
	case kindMulti:
		return strings.Join(v.multi, "\n"), true
	default:
		return v.s, true
	}
}

// num is the value as a number.
func (v value) num() (float64, bool) {
	switch v.kind {
	case kindNumber:
		return v.f, true
	case kindString:
		return parseNumber(v.s)
	default:
		return 0, false
	}
}

// list is the value as the values of a field.
func (v value) list() []string {
	switch v.kind {
	case kindNull:
		return nil
	case kindMulti:
		return v.multi
	default:
		s, _ := v.text()
		return []string{s}
	}
}

// each applies f to a value, or to each value of a multivalue. The manual is
// silent about most functions on multivalue fields; those of text work so.
func (v value) each(f func(string) value) value {
	switch v.kind {
	case kindNull:
		return null
	case kindMulti:
		out := make([]string, 0, len(v.multi))
		for _, s := range v.multi {
			out = append(out, f(s).list()...)
		}
		return multi(out)
	default:
		s, _ := v.text()
		return f(s)
	}
}

// any says whether f holds of the value, or of any value of a multivalue.
func (v value) any(f func(value) bool) bool {
	if v.kind != kindMulti {
		return f(v)
	}
	for _, s := range v.multi {
		if f(fromText(s)) {
			return true
		}
	}
	return false
}

// compareValues orders two values that are not null and not multivalue. eval: "The
// <, >, <=, >=, !=, =, and == operators accept two numbers or two strings." A
// string that looks like a number is one beside a number, so that status="200"
// holds of 200. Strings compare by their bytes, case-sensitively.
func compareValues(a, b value) int {
	if a.kind == kindNumber || b.kind == kindNumber {
		x, okX := a.num()
		y, okY := b.num()
		if okX && okY {
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	}
	x, _ := a.text()
	y, _ := b.text()
	return strings.Compare(x, y)
}

// equalValues is = of two values: null if either is, any pair of a multivalue.
func equalValues(a, b value) value {
	if a.isNull() || b.isNull() {
		return null
	}
	return boolean(a.any(func(x value) bool {
		return b.any(func(y value) bool { return compareValues(x, y) == 0 })
	}))
}
