package eval

import (
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// Lookup gives the values of a field: the elements of arrays one by one, a
// derived field's first value. found is false if the field is missing; an
// empty array is found and has no values.
func Lookup(event Value, f *ir.Field) (values []Value, found bool) {
	c := collector{unquote: f.Unquote}
	switch {
	case f.First != nil:
		return first(event, f)
	case f.Path != nil:
		c.walk(event, f.Path)
	default:
		c.open(event, f.Name)
	}
	return c.values, c.found
}

// first gives the first value of a derived field that says something.
func first(event Value, f *ir.Field) ([]Value, bool) {
	for _, path := range f.First {
		c := collector{unquote: true}
		c.walk(event, path)
		for _, v := range c.values {
			if _, null := v.(Null); !null && v != String("") {
				return []Value{v}, true
			}
		}
	}
	return nil, false
}

// A collector gathers the values that a path leads to.
type collector struct {
	unquote bool
	values  []Value
	found   bool
}

func (c *collector) add(v Value) {
	c.found = true
	if a, ok := v.(Array); ok {
		for _, x := range a {
			c.add(x)
		}
		return
	}
	if s, ok := v.(String); ok && c.unquote {
		v = String(Unquote(string(s)))
	}
	c.values = append(c.values, v)
}

// walk follows a declared path; arrays are gone through on the way.
func (c *collector) walk(v Value, path schema.Path) {
	if len(path) == 0 {
		c.add(v)
		return
	}
	switch v := v.(type) {
	case Array:
		for _, x := range v {
			c.walk(x, path)
		}
	case *Object:
		for m := range Members(v, path[0]) {
			c.walk(m, path[1:])
		}
	}
}

// Members gives what a step leads to from an object: the value of its key, or
// the members of the list there that it selects.
func Members(o *Object, s schema.Step) func(yield func(Value) bool) {
	return func(yield func(Value) bool) {
		v := o.Get(s.Key)
		if v == nil {
			return
		}
		if s.By == "" && !s.Every {
			yield(v)
			return
		}
		list, ok := v.(Array)
		if !ok {
			list = Array{v}
		}
		for _, x := range list {
			m, ok := x.(*Object)
			if ok && (s.Every || selected(m, s)) && !yield(m) {
				return
			}
		}
	}
}

// selected compares the text of the member's property: some logs number the
// types of their members.
func selected(m *Object, s schema.Step) bool {
	text, ok := Text(m.Get(s.By))
	return ok && text == s.Is
}

// open finds a name in an undeclared event: at each level the rest of the name
// is tried as a flat key, and each beginning of it as a key with more below.
func (c *collector) open(v Value, name string) {
	switch v := v.(type) {
	case Array:
		for _, x := range v {
			c.open(x, name)
		}
	case *Object:
		if x := v.Get(name); x != nil {
			c.add(x)
		}
		for i := range len(name) {
			if name[i] != '.' {
				continue
			}
			if x := v.Get(name[:i]); x != nil {
				c.open(x, name[i+1:])
			}
		}
	}
}

// Unquote reads a JSON string that stands inside a string, as directory logs
// write property values. Any other text stays as it is.
func Unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	v, err := ParseJSON([]byte(s))
	if text, ok := v.(String); ok && err == nil {
		return string(text)
	}
	return s
}

// Leaves visits each string and number of a value, at any depth: what keywords
// look at. It stops when visit returns true and tells whether it did.
func Leaves(v Value, visit func(Value) bool) bool {
	switch v := v.(type) {
	case String, Number:
		return visit(v)
	case Array:
		for _, x := range v {
			if Leaves(x, visit) {
				return true
			}
		}
	case *Object:
		for _, m := range v.Members {
			if Leaves(m.Value, visit) {
				return true
			}
		}
	}
	return false
}

// Text gives the canonical text of a scalar: a number in plain decimal, true
// and false as words.
func Text(v Value) (string, bool) {
	switch v := v.(type) {
	case String:
		return string(v), true
	case Number:
		if d, ok := ir.ParseDecimal(string(v)); ok {
			return d.String(), true
		}
		return string(v), true
	case Bool:
		if v {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

// EqualText compares as text does that is not cased. EqualFold and not
// ToLower: the long s folds to s, yet ToLower leaves it as it is.
func EqualText(a, b string, cased bool) bool {
	return a == b || !cased && strings.EqualFold(a, b)
}
