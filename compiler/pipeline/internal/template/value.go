package template

import (
	"fmt"
	"strconv"
	"strings"
)

// The values of templates are nil, bool, int, float64, string, []any, *Dict,
// any Object, and Undefined.

// An Object is a value with attributes, which is shown by its String.
type Object interface {
	fmt.Stringer
	// Attr gives an attribute; false if there is none.
	Attr(name string) (any, bool)
}

// Undefined is what a name or attribute that is not there gives. It is shown
// as nothing, and has no attributes of its own.
type Undefined struct{ name string }

// A Dict is a mapping in the order of its keys.
type Dict struct {
	Keys   []string
	Values map[string]any
}

// Set adds an entry, or replaces it.
func (d *Dict) Set(key string, v any) {
	if d.Values == nil {
		d.Values = map[string]any{}
	}
	if _, ok := d.Values[key]; !ok {
		d.Keys = append(d.Keys, key)
	}
	d.Values[key] = v
}

// markup is text that autoescape leaves as it is.
type markup string

// Text shows a value as Python's str does.
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case markup:
		return string(v)
	case Undefined:
		return ""
	default:
		return represent(v)
	}
}

// represent shows a value as Python's repr does.
func represent(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(v)
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	case string:
		return quote(v)
	case markup:
		return quote(string(v))
	case []any:
		return "[" + joined(v, ", ", represent) + "]"
	case *Dict:
		entries := make([]any, len(v.Keys))
		for i, k := range v.Keys {
			entries[i] = k
		}
		return "{" + joined(entries, ", ", func(k any) string { return quote(k.(string)) + ": " + represent(v.Values[k.(string)]) }) + "}"
	case fmt.Stringer:
		return v.String()
	}
	return "Undefined"
}

// shown is a value as messages show it.
func shown(v any) string {
	const longest = 80
	if s := []rune(represent(v)); len(s) > longest {
		return string(s[:longest]) + "…"
	}
	return represent(v)
}

func joined(list []any, sep string, text func(any) string) string {
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = text(x)
	}
	return strings.Join(texts, sep)
}

// quote writes a text as Python does: in single quotes, unless only double ones
// need no escape.
func quote(s string) string {
	mark := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		mark = '"'
	}
	var b strings.Builder
	b.WriteByte(mark)
	for _, c := range s {
		switch {
		case c == '\\' || c == rune(mark):
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte(mark)
	return b.String()
}

// truth tells whether a value counts as true: all but nothing, zero and what is
// empty.
func truth(v any) bool {
	switch v := v.(type) {
	case nil, Undefined:
		return false
	case bool:
		return v
	case int:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case markup:
		return v != ""
	case []any:
		return len(v) > 0
	case *Dict:
		return len(v.Keys) > 0
	}
	return true
}

// plain takes the mark of markup off.
func plain(v any) any {
	if m, ok := v.(markup); ok {
		return string(m)
	}
	return v
}

// number gives a value as a number; booleans are some, as in Python.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// equal compares values as Python's == does.
func equal(a, b any) bool {
	a, b = plain(a), plain(b)
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case *Dict:
		b, ok := b.(*Dict)
		if !ok || len(a.Keys) != len(b.Keys) {
			return false
		}
		for _, k := range a.Keys {
			if v, ok := b.Values[k]; !ok || !equal(a.Values[k], v) {
				return false
			}
		}
		return true
	case Undefined:
		_, ok := b.(Undefined)
		return ok
	case Object:
		b, ok := b.(Object)
		return ok && a.String() == b.String()
	}
	return a == b
}

// order compares two numbers, or two texts; false if the values have no order.
func order(a, b any) (int, bool) {
	x, aok := number(a)
	y, bok := number(b)
	if aok && bok {
		switch {
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	s, sok := plain(a).(string)
	t, tok := plain(b).(string)
	return strings.Compare(s, t), sok && tok
}

// elements gives what a loop over the value goes through; false if there is
// nothing to go through.
func elements(v any) ([]any, bool) {
	switch v := plain(v).(type) {
	case []any:
		return v, true
	case string:
		var out []any
		for _, c := range v {
			out = append(out, string(c))
		}
		return out, true
	case *Dict:
		var out []any
		for _, k := range v.Keys {
			out = append(out, k)
		}
		return out, true
	case Undefined:
		return nil, true
	}
	return nil, false
}

// contains tells whether x is in v; false at the end if v holds nothing.
func contains(v, x any) (in, ok bool) {
	switch v := plain(v).(type) {
	case string:
		s, ok := plain(x).(string)
		return ok && strings.Contains(v, s), ok
	case *Dict:
		_, in := v.Values[Text(x)]
		return in, true
	}
	list, ok := elements(v)
	for _, e := range list {
		if equal(e, x) {
			return true, true
		}
	}
	return false, ok
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

func escape(s string) string { return escapes.Replace(s) }
