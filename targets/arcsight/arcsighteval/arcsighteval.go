// Package arcsighteval runs filters of ArcSight, in the text of its field-based
// search, over single events. It knows nothing of Sigma, of the ir or of the
// emitter, so that its answer is a second opinion. It reads what filters of Sigma
// rules are made of, and refuses the rest with its place.
//
// Case is folded, as the search options of the filters want it. A comparison with
// a field that has no value is unknown.
package arcsighteval

import (
	"fmt"
	"strconv"
	"strings"
)

// A Query is a filter that was read.
type Query struct{ condition node }

// A Row gives the values of an event by the names of its fields. A field without
// a value is not there.
type Row func(name string) (value string, ok bool)

// Match tells whether the filter selects an event.
func (q *Query) Match(row Row) bool { return q.condition.eval(row) == yes }

// A truth is yes, no or unknown.
type truth int

const (
	no truth = iota
	unknown
	yes
)

type node interface{ eval(Row) truth }

type (
	both    struct{ x, y node }
	either  struct{ x, y node }
	neither struct{ x node }

	// A test holds a field against a value.
	test struct {
		field string
		holds func(value string) truth
	}
	// A missing holds if there is no value.
	missing struct{ field string }
)

func (n both) eval(r Row) truth    { return min(n.x.eval(r), n.y.eval(r)) }
func (n either) eval(r Row) truth  { return max(n.x.eval(r), n.y.eval(r)) }
func (n neither) eval(r Row) truth { return yes - n.x.eval(r) }
func (n missing) eval(r Row) truth { _, ok := r(n.field); return truthOf(!ok) }

func (n test) eval(r Row) truth {
	v, ok := r(n.field)
	if !ok {
		return unknown
	}
	return n.holds(v)
}

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// A token is a word, a text in quotes, or a sign.
type token struct {
	text   string
	quoted bool
	at     int
}

func lex(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		n := 1
		switch c := s[i]; {
		case strings.IndexByte(" \n\t\r", c) >= 0:
			i++
			continue
		case c == '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				return nil, fmt.Errorf("%d: no quote closes the text", i+1)
			}
			out = append(out, token{s[i+1 : i+1+end], true, i})
			i += end + 2
			continue
		case strings.IndexByte("!<>=", c) >= 0:
			if i+1 < len(s) && s[i+1] == '=' {
				n = 2
			}
		case c != '(' && c != ')':
			for i+n < len(s) && strings.IndexByte(" \n\t\r()\"!<>=", s[i+n]) < 0 {
				n++
			}
		}
		out = append(out, token{s[i : i+n], false, i})
		i += n
	}
	return out, nil
}

// maxDepth bounds what may stand within each other.
const maxDepth = 1000

type parser struct {
	tokens []token
	i      int
	depth  int // of parentheses and nots
}

// Parse reads a filter.
func Parse(text string) (*Query, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	n, err := p.or()
	if err == nil && p.i < len(p.tokens) {
		err = p.unexpected()
	}
	return &Query{n}, err
}

func (p *parser) next() token {
	p.i++
	if p.i > len(p.tokens) {
		return token{}
	}
	return p.tokens[p.i-1]
}

// word takes a word or a sign.
func (p *parser) word(s string) bool {
	if p.i < len(p.tokens) && !p.tokens[p.i].quoted && strings.EqualFold(p.tokens[p.i].text, s) {
		p.i++
		return true
	}
	return false
}

func (p *parser) unexpected() error {
	if p.i >= len(p.tokens) {
		return fmt.Errorf("the filter ends too early")
	}
	return fmt.Errorf("%d: unexpected %q", p.tokens[p.i].at+1, p.tokens[p.i].text)
}

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
		return nil, fmt.Errorf("more than %d parentheses and nots within each other", maxDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.word("NOT"):
		x, err := p.not()
		return neither{x}, err
	case p.word("("):
		x, err := p.or()
		if err == nil && !p.word(")") {
			err = p.unexpected()
		}
		return x, err
	}
	return p.test()
}

// test reads FIELD OPERATOR VALUE, or FIELD IS [NOT] NULL.
func (p *parser) test() (node, error) {
	if p.i >= len(p.tokens) || p.tokens[p.i].quoted || strings.Contains("()!=<>", p.tokens[p.i].text) {
		return nil, p.unexpected()
	}
	field := p.next().text
	if p.word("IS") {
		negated := p.word("NOT")
		if !p.word("NULL") {
			return nil, p.unexpected()
		}
		if negated {
			return neither{missing{field}}, nil
		}
		return missing{field}, nil
	}
	if p.i+1 >= len(p.tokens) {
		p.i = len(p.tokens)
		return nil, p.unexpected()
	}
	operator, value := p.next(), p.next()
	holds := comparing(strings.ToUpper(operator.text), value)
	if holds == nil {
		return nil, fmt.Errorf("%d: unknown operator %q", operator.at+1, operator.text)
	}
	return test{field, holds}, nil
}

// comparing gives what an operator asks; nil if it is not known.
func comparing(operator string, value token) func(string) truth {
	want := strings.ToLower(value.text)
	texts := map[string]func(s, want string) bool{"CONTAINS": strings.Contains, "STARTSWITH": strings.HasPrefix, "ENDSWITH": strings.HasSuffix}
	if holds := texts[operator]; holds != nil {
		return func(v string) truth { return truthOf(holds(strings.ToLower(v), want)) }
	}
	order := map[string]func(int) bool{
		"=": func(n int) bool { return n == 0 }, "!=": func(n int) bool { return n != 0 }, "<": func(n int) bool { return n < 0 },
		"<=": func(n int) bool { return n <= 0 }, ">": func(n int) bool { return n > 0 }, ">=": func(n int) bool { return n >= 0 },
	}[operator]
	number, err := strconv.ParseFloat(value.text, 64)
	switch {
	case order == nil:
		return nil
	case value.quoted || err != nil:
		return func(v string) truth { return truthOf(order(strings.Compare(strings.ToLower(v), want))) }
	}
	return func(v string) truth {
		f, err := strconv.ParseFloat(v, 64)
		switch {
		case err != nil:
			return no
		case f < number:
			return truthOf(order(-1))
		case f > number:
			return truthOf(order(1))
		}
		return truthOf(order(0))
	}
}
