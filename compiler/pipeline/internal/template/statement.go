package template

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

type (
	// branches is if, elif and else.
	branches struct {
		conds []expr // one less than parts if there is an else
		parts [][]part
	}
	// loop goes through the elements of a value.
	loop struct {
		names     []string
		of        expr
		only      expr // nil: all of them
		body      []part
		otherwise []part // if there are none
	}
	// assign sets a name to the end of the loop around it.
	assign struct {
		name string
		x    expr
	}
	// capture sets a name to the text of what stands in it.
	capture struct {
		name string
		of   []part
	}
)

// parts reads up to a statement that is one of ends, which it gives back.
// Without ends it reads to the end of the template. open is the statement that
// the ends belong to.
func (p *parser) parts(open chunk, ends []string) ([]part, string) {
	defer p.nest(open.whole)()
	var out []part
	for p.err == nil && len(p.chunks) > 0 {
		c := p.chunks[0]
		p.chunks = p.chunks[1:]
		switch c.kind {
		case textChunk:
			out = append(out, literal(p.src[c.at.start:c.at.end]))
		case outputChunk:
			p.open(c)
			out = append(out, output{p.expr()})
			p.end()
		default:
			p.open(c)
			t := p.next()
			if t.kind == nameToken && slices.Contains(ends, t.text) {
				return out, t.text
			}
			if s := p.statement(c, t); s != nil {
				out = append(out, s)
			}
		}
	}
	if len(ends) > 0 {
		p.fail(open.whole, fmt.Sprintf("the statement has no %s", sigma.Choices(ends)), "")
	}
	return out, ""
}

// unsupported are statements that Jinja2 has and this package has not.
var unsupported = []string{"include", "import", "from", "extends", "block", "macro", "call", "filter", "autoescape", "trans", "do", "with"}

func (p *parser) statement(c chunk, t token) part {
	switch t.text {
	case "if":
		return p.branches(c)
	case "for":
		return p.loop(c)
	case "set":
		return p.assign(c)
	}
	known := []string{"if", "for", "set", "raw"}
	switch {
	case slices.Contains(unsupported, t.text):
		p.fail(t.at, fmt.Sprintf("statement %q is not supported here", t.text), "there is "+strings.Join(known, ", "))
	case strings.HasPrefix(t.text, "end"), t.text == "else", t.text == "elif":
		p.fail(t.at, fmt.Sprintf("%q belongs to no statement", t.text), "")
	default:
		label := sigma.DidYouMean(t.text, known)
		if label == "" {
			label = "there is " + strings.Join(known, ", ")
		}
		p.fail(t.at, fmt.Sprintf("no statement %q is known here", t.text), label)
	}
	return nil
}

func (p *parser) branches(c chunk) part {
	b := &branches{}
	for {
		b.conds = append(b.conds, p.expr())
		p.end()
		parts, end := p.parts(c, []string{"elif", "else", "endif"})
		b.parts = append(b.parts, parts)
		switch end {
		case "elif":
			continue
		case "else":
			p.end()
			parts, _ = p.parts(c, []string{"endif"})
			b.parts = append(b.parts, parts)
		}
		p.end()
		return b
	}
}

func (b *branches) write(r *rendering) {
	for i, parts := range b.parts {
		if i == len(b.conds) || truth(r.eval(b.conds[i])) {
			r.writeAll(parts)
			return
		}
	}
}

func (p *parser) loop(c chunk) part {
	l := &loop{names: p.loopNames()}
	p.want("in")
	l.of = p.level(0)
	known := len(p.known)
	p.known = append(append(p.known, l.names...), "loop")
	if p.take("if") {
		l.only = p.expr()
	}
	p.end()
	var end string
	l.body, end = p.parts(c, []string{"else", "endfor"})
	p.known = p.known[:known]
	if end == "else" {
		p.end()
		l.otherwise, _ = p.parts(c, []string{"endfor"})
	}
	p.end()
	return l
}

func (p *parser) loopNames() []string {
	var names []string
	for {
		t := p.next()
		if t.kind != nameToken || slices.Contains(reserved, t.text) {
			p.fail(t.at, "a name must stand here", "")
			return names
		}
		names = append(names, t.text)
		if !p.take(",") {
			return names
		}
	}
}

func (l *loop) write(r *rendering) {
	list, ok := elements(r.eval(l.of))
	if !ok {
		r.fail(l.of.at(), "a loop needs a list, a mapping or a text")
		return
	}
	var rounds []map[string]any
	for _, x := range list {
		names, ok := l.bind(x)
		if !ok {
			r.fail(l.of.at(), fmt.Sprintf("%s has not the %d parts that the loop names", shown(x), len(l.names)))
			return
		}
		r.scopes = append(r.scopes, names)
		if l.only == nil || truth(r.eval(l.only)) {
			rounds = append(rounds, names)
		}
		r.scopes = r.scopes[:len(r.scopes)-1]
	}
	for i, names := range rounds {
		names["loop"] = loopState(i, len(rounds))
		r.scopes = append(r.scopes, names)
		r.writeAll(l.body)
		r.scopes = r.scopes[:len(r.scopes)-1]
	}
	if len(rounds) == 0 {
		r.writeAll(l.otherwise)
	}
}

// bind gives the names of a loop their values.
func (l *loop) bind(x any) (map[string]any, bool) {
	if len(l.names) == 1 {
		return map[string]any{l.names[0]: x}, true
	}
	parts, ok := elements(x)
	if !ok || len(parts) != len(l.names) {
		return nil, false
	}
	out := map[string]any{}
	for i, n := range l.names {
		out[n] = parts[i]
	}
	return out, true
}

func loopState(i, length int) *Dict {
	d := &Dict{}
	d.Set("index", i+1)
	d.Set("index0", i)
	d.Set("revindex", length-i)
	d.Set("revindex0", length-i-1)
	d.Set("first", i == 0)
	d.Set("last", i == length-1)
	d.Set("length", length)
	return d
}

func (p *parser) assign(c chunk) part {
	t := p.next()
	if t.kind != nameToken || slices.Contains(reserved, t.text) {
		p.fail(t.at, "a name must stand here", "")
		return nil
	}
	if p.take("=") {
		x := p.expr()
		p.end()
		p.known = append(p.known, t.text)
		return &assign{t.text, x}
	}
	p.end()
	of, _ := p.parts(c, []string{"endset"})
	p.end()
	p.known = append(p.known, t.text)
	return &capture{t.text, of}
}

func (a *assign) write(r *rendering) {
	v := r.eval(a.x)
	r.own()[a.name] = v
}

// own gives the innermost scope, which is never that of the names that Fill
// was given.
func (r *rendering) own() map[string]any {
	if len(r.scopes) == 1 {
		r.scopes = append(r.scopes, map[string]any{})
	}
	return r.scopes[len(r.scopes)-1]
}

func (c *capture) write(r *rendering) {
	inner := &rendering{scopes: r.scopes, autoescape: r.autoescape, steps: r.steps}
	inner.writeAll(c.of)
	r.steps = inner.steps
	if r.err = inner.err; r.err == nil {
		r.own()[c.name] = markup(inner.out.String())
	}
}
