// Package eval holds the values of events and the plain reference matcher: the
// shortest code that says what a program means. It knows the ir; it knows no
// YAML and no product. Speed is the business of other rooms, which are held
// against it.
package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// A Value is what a field of an event holds: Null, String, Number, Bool, Array
// or *Object. A nil Value is a missing one.
type Value interface{ value() }

type (
	// Null is JSON's null.
	Null struct{}
	// A String is text.
	String string
	// A Number is the text of a JSON number, so that no digit is lost.
	Number string
	// A Bool is true or false.
	Bool bool
	// An Array holds values in order.
	Array []Value
	// An Object holds members in order. It is not changed once shared.
	Object struct {
		Members []Member
	}
	// A Member is a key with its value.
	Member struct {
		Key   string
		Value Value
	}
)

func (Null) value()    {}
func (String) value()  {}
func (Number) value()  {}
func (Bool) value()    {}
func (Array) value()   {}
func (*Object) value() {}

// Get gives the value of a key, nil if there is none. Of repeated keys the
// last wins, as in encoding/json.
func (o *Object) Get(key string) Value {
	for i := len(o.Members) - 1; i >= 0; i-- {
		if o.Members[i].Key == key {
			return o.Members[i].Value
		}
	}
	return nil
}

// Set gives a copy of the object with the key's value replaced, or added at
// the end. A nil value removes the key.
func (o *Object) Set(key string, v Value) *Object {
	out := &Object{Members: make([]Member, 0, len(o.Members)+1)}
	done := false
	for _, m := range o.Members {
		if m.Key != key {
			out.Members = append(out.Members, m)
		} else if !done && v != nil {
			out.Members = append(out.Members, Member{key, v})
			done = true
		}
	}
	if !done && v != nil {
		out.Members = append(out.Members, Member{key, v})
	}
	return out
}

// What ReadJSON takes of one value: a byte of text may cost fifty of memory, as
// in a list of single digits.
const (
	MaxDepth  = 200       // objects and arrays within each other
	MaxValues = 5_000_000 // values in all
)

var (
	errDeep = fmt.Errorf("nests deeper than %d", MaxDepth)
	errMany = fmt.Errorf("holds more than %d values", MaxValues)
)

// ParseJSON reads one JSON value; nothing may follow it.
func ParseJSON(data []byte) (Value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	v, err := ReadJSON(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("text after the JSON value")
	}
	return v, nil
}

// ReadJSON reads the next JSON value of a stream; io.EOF if there is none.
func ReadJSON(d *json.Decoder) (Value, error) {
	d.UseNumber()
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	r := &jsonReader{d, MaxValues}
	return r.value(t, 0)
}

// A jsonReader reads one value, and counts what it holds.
type jsonReader struct {
	*json.Decoder
	left int // values
}

func (r *jsonReader) value(t json.Token, depth int) (Value, error) {
	if depth > MaxDepth {
		return nil, errDeep
	}
	if r.left--; r.left < 0 {
		return nil, errMany
	}
	switch t := t.(type) {
	case nil:
		return Null{}, nil
	case string:
		return String(t), nil
	case json.Number:
		return Number(t.String()), nil
	case bool:
		return Bool(t), nil
	case json.Delim:
		if t == '[' {
			return r.array(depth)
		}
		return r.object(depth)
	}
	panic(fmt.Sprintf("eval: unknown token %T", t))
}

func (r *jsonReader) array(depth int) (Value, error) {
	a := Array{}
	for r.More() {
		v, err := r.next(depth)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
	return a, r.end()
}

func (r *jsonReader) object(depth int) (Value, error) {
	o := &Object{}
	for r.More() {
		key, err := r.Token()
		if err != nil {
			return nil, unexpected(err)
		}
		v, err := r.next(depth)
		if err != nil {
			return nil, err
		}
		o.Members = append(o.Members, Member{key.(string), v})
	}
	return o, r.end()
}

func (r *jsonReader) next(depth int) (Value, error) {
	t, err := r.Token()
	if err != nil {
		return nil, unexpected(err)
	}
	return r.value(t, depth+1)
}

func (r *jsonReader) end() error {
	_, err := r.Token()
	return unexpected(err)
}

// unexpected keeps a cut-off value from looking like the end of a stream.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// AppendJSON writes a value as compact JSON; a missing one as null.
func AppendJSON(b []byte, v Value) []byte {
	switch v := v.(type) {
	case nil, Null:
		return append(b, "null"...)
	case String:
		return appendText(b, string(v))
	case Number:
		return append(b, v...)
	case Bool:
		return fmt.Appendf(b, "%t", bool(v))
	case Array:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendJSON(b, x)
		}
		return append(b, ']')
	case *Object:
		b = append(b, '{')
		for i, m := range v.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, m.Key), ':')
			b = AppendJSON(b, m.Value)
		}
		return append(b, '}')
	default:
		panic(fmt.Sprintf("eval: unknown value %T", v))
	}
}

const hexDigits = "0123456789abcdef"

// appendText quotes text without HTML escapes: events hold user agents and
// paths, which people read. What is no UTF-8 becomes U+FFFD, as in
// encoding/json; so do the line separators of JavaScript get escaped.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				b = append(b, s[start:i]...)
				b = appendEscape(b, c)
				start = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// JSON writes a value as compact JSON text.
func JSON(v Value) string { return string(AppendJSON(nil, v)) }

// MarshalJSON lets an object stand in a struct that encoding/json writes.
func (o *Object) MarshalJSON() ([]byte, error) { return AppendJSON(nil, o), nil }

// Clone copies objects and arrays, so that a maker of events may change them.
func Clone(v Value) Value {
	switch v := v.(type) {
	case Array:
		out := make(Array, len(v))
		for i, x := range v {
			out[i] = Clone(x)
		}
		return out
	case *Object:
		out := &Object{Members: make([]Member, len(v.Members))}
		for i, m := range v.Members {
			out.Members[i] = Member{m.Key, Clone(m.Value)}
		}
		return out
	}
	return v
}
