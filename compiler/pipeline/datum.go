package pipeline

import (
	"cmp"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// A datum is a value of any kind, as a state or an attribute may have.
type datum struct {
	value sigma.Value // nil for a list or a map
	data  sigma.Data
}

func datumOf(d sigma.Data) datum {
	if s, ok := d.(*sigma.Scalar); ok {
		return datum{s.Value(), d}
	}
	return datum{data: d}
}

// datum reads a key that must be there and may hold anything.
func (p *params) datum(name string) datum {
	e, ok := p.need(name)
	if !ok {
		return datum{}
	}
	return datumOf(e.Data)
}

// value reads a key that must be there and hold one value of any type.
func (p *params) value(name string) sigma.Value {
	e, ok := p.need(name)
	if !ok {
		return nil
	}
	s, ok := e.Data.(*sigma.Scalar)
	if !ok {
		p.wrong(e, "a value")
		return nil
	}
	return s.Value()
}

// textDatum is a datum that a program makes.
func textDatum(s string) datum {
	t := sigma.Text{Value: s}
	return datum{&sigma.String{Text: t}, &sigma.Scalar{Text: t, Quoted: true}}
}

// String is the datum as a message or a template shows it.
func (d datum) String() string {
	if d.value != nil {
		return d.value.Written().Value
	}
	return kindOf(d.data)
}

// compare tells whether "a op b" holds; false if the two have no order. As in
// Python, values of different types are not equal.
func compare(a datum, op string, b datum) (holds, ok bool) {
	switch op {
	case "eq":
		return equal(a, b), true
	case "ne":
		return !equal(a, b), true
	}
	c, ok := order(a.value, b.value)
	return ok && ordered(c, op), ok
}

// ordered tells whether a comparison that came out as c satisfies op.
func ordered(c int, op string) bool {
	switch op {
	case "eq":
		return c == 0
	case "ne":
		return c != 0
	case "gte":
		return c >= 0
	case "gt":
		return c > 0
	case "lte":
		return c <= 0
	default:
		return c < 0
	}
}

func equal(a, b datum) bool {
	if a.value == nil || b.value == nil {
		return a.value == nil && b.value == nil && sameData(a.data, b.data)
	}
	if _, ok := a.value.(*sigma.Null); ok {
		_, ok := b.value.(*sigma.Null)
		return ok
	}
	c, ok := order(a.value, b.value)
	return ok && c == 0
}

// order compares two values of one type.
func order(a, b sigma.Value) (int, bool) {
	switch a := a.(type) {
	case *sigma.String:
		b, ok := b.(*sigma.String)
		if !ok {
			return 0, false
		}
		return strings.Compare(a.Text.Value, b.Text.Value), true
	case *sigma.Number:
		b, ok := b.(*sigma.Number)
		if !ok {
			return 0, false
		}
		return cmp.Compare(a.Float(), b.Float()), true
	case *sigma.Bool:
		b, ok := b.(*sigma.Bool)
		if !ok || a.Value == b.Value {
			return 0, ok
		}
		if a.Value {
			return 1, true
		}
		return -1, true
	}
	return 0, false
}

// sameData compares data by what it says, and not by where it stands.
func sameData(a, b sigma.Data) bool {
	switch a := a.(type) {
	case *sigma.Scalar:
		b, ok := b.(*sigma.Scalar)
		return ok && a.Text.Value == b.Text.Value && a.Quoted == b.Quoted
	case *sigma.List:
		b, ok := b.(*sigma.List)
		if !ok || len(a.Of) != len(b.Of) {
			return false
		}
		for i := range a.Of {
			if !sameData(a.Of[i], b.Of[i]) {
				return false
			}
		}
		return true
	case *sigma.Map:
		b, ok := b.(*sigma.Map)
		if !ok || len(a.Entries) != len(b.Entries) {
			return false
		}
		for _, e := range a.Entries {
			if other := b.Get(e.Key.Value); other == nil || !sameData(e.Data, other) {
				return false
			}
		}
		return true
	}
	return false
}
