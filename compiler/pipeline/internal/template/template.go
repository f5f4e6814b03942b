// Package template fills templates as Python has them: those of Jinja2, as far
// as texts about queries need them, and those of str.format. It knows nothing
// of pipelines, nor of what the values that it is given mean.
package template

import (
	"fmt"
	"strings"
)

// A Template is a text with places to fill. It is never changed after it was
// read and may be used by many goroutines at once.
type Template struct {
	parts      []part
	autoescape bool
}

// An Error says what is wrong with a template, and where: a range of its bytes.
type Error struct {
	Start, End int
	Message    string
	Label      string // what would be right; may be empty
}

func (e *Error) Error() string { return e.Message }

// The most that filling a template may take.
const (
	mostOutput = 16 << 20  // bytes
	mostSteps  = 1_000_000 // expressions that are evaluated, and elements and texts that they give
	deepest    = 100       // nesting of expressions and statements
)

// Options say how a template is read; nil and the zero value are the default.
type Options struct {
	// Names are those that the template may use besides what it sets itself;
	// any other is an error. Nil allows any.
	Names []string

	// Autoescape writes what stands for markup of HTML as its entities.
	Autoescape bool
}

// A part is a stretch of a template.
type part interface {
	write(r *rendering)
}

// A rendering fills a template once. After the first mistake it only returns.
type rendering struct {
	out        strings.Builder
	scopes     []map[string]any
	autoescape bool
	steps      int
	err        *Error
}

// Fill gives the text of the template with the values of its names.
func (t *Template) Fill(names map[string]any) (string, *Error) {
	r := &rendering{scopes: []map[string]any{names}, autoescape: t.autoescape}
	r.writeAll(t.parts)
	if r.err != nil {
		return "", r.err
	}
	return r.out.String(), nil
}

func (r *rendering) writeAll(parts []part) {
	for _, p := range parts {
		if r.err != nil {
			return
		}
		p.write(r)
		if r.out.Len() > mostOutput {
			r.fail(span{}, fmt.Sprintf("the template makes more than %d bytes", mostOutput))
		}
	}
}

// A span is a range of bytes of the template.
type span struct{ start, end int }

func (r *rendering) fail(at span, message string) any {
	if r.err == nil {
		r.err = &Error{Start: at.start, End: at.end, Message: message}
	}
	return Undefined{}
}

// eval evaluates an expression.
func (r *rendering) eval(x expr) any {
	if r.steps++; r.steps > mostSteps {
		r.fail(x.at(), "filling the template takes too long")
	}
	if r.err != nil {
		return Undefined{}
	}
	v := x.eval(r)
	switch v := v.(type) {
	case string:
		r.steps += len(v) / 256
	case []any:
		r.steps += len(v)
	}
	return v
}

// lookup finds a name, the innermost first.
func (r *rendering) lookup(name string) any {
	for i := len(r.scopes) - 1; i >= 0; i-- {
		if v, ok := r.scopes[i][name]; ok {
			return v
		}
	}
	return Undefined{name}
}

// literal is text as it stands.
type literal string

func (t literal) write(r *rendering) { r.out.WriteString(string(t)) }

// output writes the value of an expression.
type output struct{ x expr }

func (t output) write(r *rendering) {
	v := r.eval(t.x)
	text := Text(v)
	if _, safe := v.(markup); r.autoescape && !safe {
		text = escape(text)
	}
	r.out.WriteString(text)
}
