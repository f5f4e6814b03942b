package template

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
)

// fieldPath is what may stand in the braces of str.format: a name, with
// attributes and elements.
var fieldPath = lazyre.New(`^([\pL_][\pL\pN_]*)((?:\.[\pL_][\pL\pN_]*|\[[^\]]+\])*)(!s)?$`)

var pathStep = lazyre.New(`\.([\pL_][\pL\pN_]*)|\[([^\]]+)\]`)

// Format reads a template of Python's str.format.
//
//	{query}  {rule.title}  {pipeline.state[key]}  {{ and }} for braces
func Format(src string, opts *Options) (*Template, *Error) {
	if opts == nil {
		opts = &Options{}
	}
	t := &Template{}
	for pos := 0; pos < len(src); {
		i := strings.IndexAny(src[pos:], "{}")
		if i < 0 {
			i = len(src) - pos
		}
		t.parts = append(t.parts, literal(src[pos:pos+i]))
		if pos += i; pos == len(src) {
			break
		}
		if strings.HasPrefix(src[pos:], "{{") || strings.HasPrefix(src[pos:], "}}") {
			t.parts = append(t.parts, literal(src[pos:pos+1]))
			pos += 2
			continue
		}
		end := strings.IndexByte(src[pos:], '}')
		if src[pos] == '}' || end < 0 {
			return nil, &Error{pos, pos + 1, fmt.Sprintf("%q stands alone", src[pos:pos+1]), fmt.Sprintf("a plain one is written %[1]s%[1]s", src[pos:pos+1])}
		}
		part, err := field(src, span{pos, pos + end + 1}, opts.Names)
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part)
		pos += end + 1
	}
	return t, nil
}

func field(src string, at span, names []string) (part, *Error) {
	inner := src[at.start+1 : at.end-1]
	m := fieldPath.Get().FindStringSubmatch(inner)
	switch {
	case m == nil && strings.ContainsAny(inner, ":!"):
		return nil, &Error{at.start, at.end, fmt.Sprintf("how %q is to be written is not supported here", inner), "the template of Jinja2, type template, has filters for that"}
	case m == nil:
		return nil, &Error{at.start, at.end, fmt.Sprintf("%q is no name with attributes", inner), "a plain brace is written {{"}
	}
	p := &parser{src: src, names: names}
	x := p.word(token{kind: nameToken, text: m[1], at: span{at.start + 1, at.start + 1 + len(m[1])}})
	for _, step := range pathStep.Get().FindAllStringSubmatch(m[2], -1) {
		var key any = step[1] + step[2]
		if n, err := strconv.Atoi(step[2]); err == nil {
			key = n
		}
		x = attribute{at, x, constant{at, key}}
	}
	return required{x}, p.err
}

// required writes the value of an expression, which must be there.
type required struct{ x expr }

func (t required) write(r *rendering) {
	v := r.eval(t.x)
	if u, ok := v.(Undefined); ok {
		r.fail(t.x.at(), fmt.Sprintf("%q is not there", u.name))
	}
	r.out.WriteString(Text(v))
}
