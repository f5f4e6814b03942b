package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// A parser reads the statements and expressions of a Jinja template. After the
// first mistake it only returns.
type parser struct {
	src    string
	chunks []chunk // what is left
	toks   []token // of the chunk that is being read
	names  []string
	known  []string // names that statements have set so far
	depth  int
	err    *Error
}

// Jinja reads a template of Jinja2.
func Jinja(src string, opts *Options) (*Template, *Error) {
	if opts == nil {
		opts = &Options{}
	}
	// As Jinja does by default, the last line break is no part of it.
	chunks, err := cut(strings.TrimSuffix(strings.TrimSuffix(src, "\n"), "\r"))
	if err != nil {
		return nil, err
	}
	p := &parser{src: src, chunks: chunks, names: opts.Names}
	parts, _ := p.parts(chunk{}, nil)
	if p.err != nil {
		return nil, p.err
	}
	return &Template{parts, opts.Autoescape}, nil
}

func (p *parser) fail(at span, message, label string) {
	if p.err == nil {
		p.err = &Error{at.start, at.end, message, label}
	}
}

func (p *parser) open(c chunk) {
	if p.err != nil {
		return
	}
	toks, err := tokens(p.src, c.at)
	if err != nil {
		p.err = err
	}
	p.toks = toks
}

// peek gives the next token.
func (p *parser) peek() token {
	if p.err != nil || len(p.toks) == 0 {
		return token{}
	}
	return p.toks[0]
}

func (p *parser) next() token {
	t := p.peek()
	if t.kind != endToken {
		p.toks = p.toks[1:]
	}
	return t
}

// take takes the next token if it is this word or sign.
func (p *parser) take(text string) bool {
	if t := p.peek(); (t.kind == nameToken || t.kind == signToken) && t.text == text {
		p.toks = p.toks[1:]
		return true
	}
	return false
}

func (p *parser) want(text string) {
	if p.err == nil && !p.take(text) {
		p.fail(p.peek().at, fmt.Sprintf("%q must stand here", text), "")
	}
}

// end wants nothing more in the chunk.
func (p *parser) end() {
	if t := p.peek(); p.err == nil && t.kind != endToken {
		p.fail(t.at, fmt.Sprintf("unexpected %q", p.src[t.at.start:t.at.end]), "")
	}
}

// nest counts how deep the parser is in itself.
func (p *parser) nest(at span) func() {
	if p.depth++; p.depth > deepest {
		p.fail(at, fmt.Sprintf("the template nests deeper than %d", deepest), "")
	}
	return func() { p.depth-- }
}

// binaryLevels are the operators that join two expressions, the weakest first.
var binaryLevels = [][]string{{"or"}, {"and"}, nil, {"==", "!=", "<=", ">=", "<", ">", "in"}, {"+", "-"}, {"~"}, {"*", "//", "/", "%"}, {"**"}}

const notLevel, compareLevel = 2, 3

// expr reads an expression.
//
//	expr = level0 [ "if" level0 [ "else" expr ] ]
func (p *parser) expr() expr {
	start := p.peek().at
	defer p.nest(start)()
	x := p.level(0)
	if !p.take("if") {
		return x
	}
	c := choice{x: x, cond: p.level(0)}
	if p.take("else") {
		c.otherwise = p.expr()
	}
	c.span = p.since(start)
	return c
}

// since spans from a place to the token that was read last.
func (p *parser) since(start span) span {
	if end := p.peek().at.start; end > start.start {
		return span{start.start, start.start + len(strings.TrimRight(p.src[start.start:end], " \t\r\n"))}
	}
	return start
}

func (p *parser) level(n int) expr {
	if n == len(binaryLevels) {
		return p.unary()
	}
	start := p.peek().at
	if n == notLevel {
		defer p.nest(start)()
		if p.take("not") {
			x := p.level(n)
			return negation{p.since(start), x}
		}
		return p.level(n + 1)
	}
	x := p.level(n + 1)
	for p.err == nil {
		op := p.operator(n)
		if op == "" {
			return x
		}
		y := p.level(n + 1)
		x = binary{p.since(start), op, x, y}
	}
	return x
}

func (p *parser) operator(n int) string {
	if n == compareLevel && p.peek().text == "not" && len(p.toks) > 1 && p.toks[1].text == "in" && p.peek().kind == nameToken {
		p.toks = p.toks[2:]
		return "not in"
	}
	for _, op := range binaryLevels[n] {
		if p.take(op) {
			return op
		}
	}
	return ""
}

// unary reads a sign, and what filters and tests follow.
func (p *parser) unary() expr {
	start := p.peek().at
	defer p.nest(start)()
	for _, sign := range []string{"-", "+"} {
		if p.take(sign) {
			x := p.unary()
			return unary{p.since(start), sign, x}
		}
	}
	x := p.postfix(p.primary(), start)
	for p.err == nil {
		switch {
		case p.take("|"):
			x = p.filter(x, start)
		case p.take("is"):
			x = p.test(x, start)
		default:
			return x
		}
	}
	return x
}

// primary reads a value, a name, a list or an expression in parentheses.
func (p *parser) primary() expr {
	t := p.next()
	switch {
	case t.kind == textToken:
		return constant{t.at, t.text}
	case t.kind == intToken:
		if n, err := strconv.Atoi(t.text); err == nil {
			return constant{t.at, n}
		}
		p.fail(t.at, fmt.Sprintf("%s is too large", t.text), "")
	case t.kind == floatToken:
		f, _ := strconv.ParseFloat(t.text, 64)
		return constant{t.at, f}
	case t.kind == nameToken:
		return p.word(t)
	case t.text == "(" && t.kind == signToken:
		return p.parenthesis(t)
	case t.text == "[" && t.kind == signToken:
		of := p.list("]")
		return listOf{p.since(t.at), of}
	case t.text == "{" && t.kind == signToken:
		return p.dict(t)
	default:
		p.fail(t.at, "an expression must stand here", "")
	}
	return constant{}
}

var constants = map[string]any{"true": true, "True": true, "false": false, "False": false, "none": nil, "None": nil}

// reserved words are no names.
var reserved = []string{"and", "or", "not", "in", "is", "if", "else", "for"}

func (p *parser) word(t token) expr {
	if v, ok := constants[t.text]; ok {
		return constant{t.at, v}
	}
	if slices.Contains(reserved, t.text) {
		p.fail(t.at, fmt.Sprintf("an expression must stand before %q", t.text), "")
		return constant{}
	}
	if p.take("(") {
		return p.call(t, functions, "function", nil)
	}
	if p.names != nil && !slices.Contains(p.names, t.text) && !slices.Contains(p.known, t.text) {
		names := slices.Concat(p.names, p.known)
		label := sigma.DidYouMean(t.text, names)
		if label == "" {
			label = "there is " + strings.Join(names, ", ")
		}
		p.fail(t.at, fmt.Sprintf("there is no %q", t.text), label)
	}
	return name{t.at, t.text}
}

// parenthesis reads what stands behind "(": an expression, or a list of
// several.
func (p *parser) parenthesis(open token) expr {
	if p.take(")") {
		return listOf{p.since(open.at), nil}
	}
	x := p.expr()
	if !p.take(",") {
		p.want(")")
		return x
	}
	of := append([]expr{x}, p.list(")")...)
	return listOf{p.since(open.at), of}
}

// list reads expressions up to the end that is given.
func (p *parser) list(end string) []expr {
	var out []expr
	for p.err == nil && !p.take(end) {
		out = append(out, p.expr())
		if !p.take(",") {
			p.want(end)
			break
		}
	}
	return out
}

func (p *parser) dict(open token) expr {
	d := dictOf{}
	for p.err == nil && !p.take("}") {
		d.keys = append(d.keys, p.expr())
		p.want(":")
		d.values = append(d.values, p.expr())
		if !p.take(",") {
			p.want("}")
			break
		}
	}
	d.span = p.since(open.at)
	return d
}

// postfix reads attributes, elements and method calls.
func (p *parser) postfix(x expr, start span) expr {
	for p.err == nil {
		switch {
		case p.take("."):
			t := p.next()
			if t.kind != nameToken && t.kind != intToken {
				p.fail(t.at, "an attribute must stand behind the dot", "")
				return x
			}
			if p.take("(") {
				x = p.call(t, methods, "method", x)
				continue
			}
			x = attribute{p.since(start), x, constant{t.at, t.text}}
		case p.take("["):
			x = p.element(x, start)
		default:
			return x
		}
	}
	return x
}

// element reads what stands behind "[": one element, or a cut.
func (p *parser) element(x expr, start span) expr {
	var from, to expr
	if p.peek().text != ":" {
		from = p.expr()
	}
	if !p.take(":") {
		p.want("]")
		return attribute{p.since(start), x, from}
	}
	if p.peek().text != "]" {
		to = p.expr()
	}
	p.want("]")
	return slice{p.since(start), x, from, to}
}

func (p *parser) filter(x expr, start span) expr {
	t := p.next()
	if t.kind != nameToken {
		p.fail(t.at, "the name of a filter must stand here", "")
		return x
	}
	if p.take("(") {
		return p.call(t, filters(), "filter", x)
	}
	f := find(p, t, filters(), "filter")
	if f == nil {
		return x
	}
	p.arity(t, f, 0)
	return call{span: p.since(start), f: f, x: x}
}

// call reads the arguments of what stands before "(".
func (p *parser) call(t token, table []function, what string, x expr) expr {
	f := find(p, t, table, what)
	c := call{f: f, x: x}
	for p.err == nil && !p.take(")") {
		if len(p.toks) > 1 && p.toks[0].kind == nameToken && p.toks[1].text == "=" {
			arg := p.next()
			p.next()
			if f != nil && !slices.Contains(f.args, arg.text) {
				p.fail(arg.at, fmt.Sprintf("%s %q has no argument %q", what, t.text, arg.text), sigma.DidYouMean(arg.text, f.args))
			}
			c.named = append(c.named, namedArg{arg.text, p.expr()})
		} else {
			c.args = append(c.args, p.expr())
		}
		if !p.take(",") {
			p.want(")")
			break
		}
	}
	if f != nil {
		p.arity(t, f, len(c.args))
	}
	c.span = p.since(t.at)
	return c
}

func (p *parser) arity(t token, f *function, n int) {
	if n > len(f.args) {
		p.fail(t.at, fmt.Sprintf("%q takes at most %d arguments, and has %d", t.text, len(f.args), n), "")
	}
}

// find finds the row of a name.
func find(p *parser, t token, table []function, what string) *function {
	var names []string
	for i := range table {
		if table[i].name == t.text {
			return &table[i]
		}
		names = append(names, table[i].name)
	}
	p.noSuch(t, what, names)
	return nil
}

func (p *parser) noSuch(t token, what string, names []string) {
	label := sigma.DidYouMean(t.text, names)
	if label == "" {
		label = "there is " + strings.Join(names, ", ")
	}
	p.fail(t.at, fmt.Sprintf("no %s %q is known here", what, t.text), label)
}

// test reads what stands behind "is".
func (p *parser) test(x expr, start span) expr {
	not := p.take("not")
	t := p.next()
	i := slices.IndexFunc(tests, func(k testKind) bool { return k.name == t.text })
	if i < 0 {
		var names []string
		for _, k := range tests {
			names = append(names, k.name)
		}
		p.noSuch(t, "test", names)
		return x
	}
	out := test{t: &tests[i], x: x, not: not}
	if tests[i].takes == 1 {
		if p.take("(") {
			out.args = []expr{p.expr()}
			p.want(")")
		} else {
			out.args = []expr{p.unary()}
		}
	}
	out.span = p.since(start)
	return out
}
