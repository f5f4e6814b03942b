// Package aqleval runs searches of AQL, the Ariel Query Language of IBM QRadar,
// over the properties of single events. It knows nothing of Sigma, of the ir or
// of the emitter, so that its answer is a second opinion. It reads what searches
// of Sigma rules are made of, and refuses the rest with its place.
//
// A comparison with a property that has no value is unknown, as in SQL.
package aqleval

import (
	"fmt"
	"strings"
)

// A Query is a search that was read.
type Query struct {
	// Whole says that MATCHES wants all of a value, and not a part of it. The
	// guide does not tell.
	Whole bool

	where node
}

// A Row gives the values of an event by the names of its properties; UTF8(payload)
// is the event as it came. A property without a value is not there.
type Row func(name string) (value string, ok bool)

// Match tells whether the search selects an event.
func (q *Query) Match(row Row) bool { return q.where == nil || q.where.eval(row) == yes }

// Parse reads SELECT ... FROM events [WHERE ...] [LAST n MINUTES].
func Parse(text string) (*Query, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	q := &Query{}
	p := &parser{tokens: tokens, query: q}
	if err := p.head(); err != nil {
		return nil, err
	}
	if p.word("WHERE") {
		if q.where, err = p.or(); err != nil {
			return nil, err
		}
	}
	if p.word("LAST") {
		p.i += 2 // a number and its unit
	}
	if !p.done() {
		return nil, p.unexpected()
	}
	return q, nil
}

// A token is a word, a name in double quotes, a text in single ones, a number or
// a sign.
type token struct {
	kind byte // w " ' 0 or the sign itself: ( ) , = ! < > *
	text string
	at   int
}

func lex(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
			continue
		case c == '\'' || c == '"':
			text, n, err := quoted(s[i:])
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i+1, err)
			}
			out = append(out, token{c, text, i})
			i += n
			continue
		}
		n := 1
		kind := c
		switch {
		case isWord(c):
			for n < len(s)-i && isWord(s[i+n]) {
				n++
			}
			kind = 'w'
			if c >= '0' && c <= '9' || c == '-' && n > 1 {
				kind = '0'
			}
		case strings.IndexByte("!<>", c) >= 0 && i+1 < len(s) && (s[i+1] == '=' || s[i:i+2] == "<>"):
			n = 2
		case strings.IndexByte("()*,=<>", c) < 0:
			return nil, fmt.Errorf("%d: unexpected %q", i+1, c)
		}
		out = append(out, token{kind, s[i : i+n], i})
		i += n
	}
	return out, nil
}

// quoted reads a text or name; a quote inside is doubled.
func quoted(s string) (text string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			b.WriteByte(s[i])
			continue
		}
		if i+1 == len(s) || s[i+1] != s[0] {
			return b.String(), i + 1, nil
		}
		b.WriteByte(s[0])
		i++
	}
	return "", 0, fmt.Errorf("no %c closes the text", s[0])
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// maxDepth bounds what may stand within each other.
const maxDepth = 1000

type parser struct {
	tokens []token
	i      int
	depth  int // of parentheses and nots
	query  *Query
}

func (p *parser) done() bool { return p.i >= len(p.tokens) }

func (p *parser) peek() token {
	if p.done() {
		return token{}
	}
	return p.tokens[p.i]
}

// word takes a keyword, in any case.
func (p *parser) word(s string) bool {
	t := p.peek()
	if t.kind == 'w' && strings.EqualFold(t.text, s) {
		p.i++
		return true
	}
	return false
}

func (p *parser) sign(c byte) bool {
	if p.peek().kind == c {
		p.i++
		return true
	}
	return false
}

func (p *parser) unexpected() error {
	if p.done() {
		return fmt.Errorf("the search ends too early")
	}
	t := p.peek()
	return fmt.Errorf("%d: unexpected %q", t.at+1, t.text)
}

// head reads up to the table.
func (p *parser) head() error {
	if !p.word("SELECT") {
		return p.unexpected()
	}
	for !p.word("FROM") {
		if p.done() {
			return p.unexpected()
		}
		p.i++
	}
	if !p.word("events") {
		return p.unexpected()
	}
	return nil
}

// Or binds less tightly than and, and that less than not.
func (p *parser) or() (node, error) {
	x, err := p.and()
	for err == nil && p.word("OR") {
		var y node
		if y, err = p.and(); err == nil {
			x = either{x, y}
		}
	}
	return x, err
}

func (p *parser) and() (node, error) {
	x, err := p.not()
	for err == nil && p.word("AND") {
		var y node
		if y, err = p.not(); err == nil {
			x = both{x, y}
		}
	}
	return x, err
}

func (p *parser) not() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("%d: more than %d parentheses and nots within each other", p.peek().at+1, maxDepth)
	}
	defer func() { p.depth-- }()
	if p.word("NOT") {
		x, err := p.not()
		return neither{x}, err
	}
	return p.primary()
}

func (p *parser) primary() (node, error) {
	if p.sign('(') {
		x, err := p.or()
		if err == nil && !p.sign(')') {
			err = p.unexpected()
		}
		return x, err
	}
	if p.word("INCIDR") {
		return p.inNetwork()
	}
	x, err := p.operand()
	if err != nil {
		return nil, err
	}
	return p.comparison(x)
}

// operand reads a property, a literal, or a function of one.
func (p *parser) operand() (operand, error) {
	t := p.peek()
	p.i++
	switch t.kind {
	case '\'', '0':
		return operand{literal: true, text: t.text, number: t.kind == '0'}, nil
	case '"':
		return operand{text: t.text}, nil
	case 'w':
		if !p.sign('(') {
			return operand{text: t.text}, nil
		}
		return p.call(strings.ToUpper(t.text))
	}
	p.i--
	return operand{}, p.unexpected()
}

func (p *parser) call(function string) (operand, error) {
	x, err := p.operand()
	if err != nil {
		return operand{}, err
	}
	if !p.sign(')') {
		return operand{}, p.unexpected()
	}
	switch function {
	case "LOWER", "UPPER":
		x.function = function
		return x, nil
	case "UTF8", "LOGSOURCETYPENAME":
		return operand{text: function + "(" + x.text + ")"}, nil
	}
	return operand{}, fmt.Errorf("unknown function %s", function)
}
