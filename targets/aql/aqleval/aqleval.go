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
	"time"

	"github.com/sigproof/sigproof/targets/internal/logic"
)

// A Query is a search that was read.
type Query struct {
	// Whole says that MATCHES wants all of a value, and not a part of it. The
	// guide does not tell.
	Whole bool

	// Last is how far a search looks back; zero if it does not say.
	Last time.Duration

	columns []column
	where   condition // nil if all events are selected
	by      []string  // names of columns, or of properties
	having  condition // of what was counted; nil if all groups are wanted
}

// A Row gives the values of an event by the names of its properties; UTF8(payload)
// is the event as it came. A property without a value is not there.
type Row func(name string) (value string, ok bool)

type condition = logic.Condition[Row]

// Match tells whether the search selects an event.
func (q *Query) Match(row Row) bool { return q.where == nil || q.where(row) == logic.Yes }

// Parse reads SELECT ... FROM events [WHERE ...] [GROUP BY ... [HAVING ...]]
// [LAST n MINUTES].
func Parse(text string) (*Query, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	q := &Query{}
	p := &parser{Reader: &logic.Reader{Tokens: tokens, What: "search"}, query: q}
	if err := p.head(); err != nil {
		return nil, err
	}
	if p.Word("WHERE") {
		if q.where, err = p.condition(); err != nil {
			return nil, err
		}
	}
	if err := p.group(); err != nil {
		return nil, err
	}
	if p.Word("LAST") {
		if q.Last, err = p.span(); err != nil {
			return nil, err
		}
	}
	if !p.Done() {
		return nil, p.Unexpected()
	}
	return q, nil
}

// lex parts a text into words, names in double quotes, texts in single ones,
// numbers and signs.
func lex(s string) ([]logic.Token, error) {
	var out []logic.Token
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
			out = append(out, logic.Token{Kind: c, Text: text, At: i})
			i += n
			continue
		}
		n, kind := 1, byte(logic.Sign)
		switch {
		case isWord(c):
			for n < len(s)-i && isWord(s[i+n]) {
				n++
			}
			kind = logic.Word
			if c >= '0' && c <= '9' || c == '-' && n > 1 {
				kind = logic.Number
			}
		case strings.IndexByte("!<>", c) >= 0 && i+1 < len(s) && (s[i+1] == '=' || s[i:i+2] == "<>"):
			n = 2
		case strings.IndexByte("()*,=<>", c) < 0:
			return nil, fmt.Errorf("%d: unexpected %q", i+1, c)
		}
		out = append(out, logic.Token{Kind: kind, Text: s[i : i+n], At: i})
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

type parser struct {
	*logic.Reader
	query *Query
}

// condition reads tests and what joins them.
func (p *parser) condition() (condition, error) {
	return logic.Grammar[Row]{Reader: p.Reader, Test: p.test}.Condition()
}

// head reads up to the table.
func (p *parser) head() error {
	if !p.Word("SELECT") {
		return p.Unexpected()
	}
	for {
		c, err := p.column()
		if err != nil {
			return err
		}
		if p.query.columns = append(p.query.columns, c); !p.Sign(",") {
			break
		}
	}
	if !p.Word("FROM") || !p.Word("events") {
		return p.Unexpected()
	}
	return nil
}

func (p *parser) test() (condition, error) {
	if p.Word("INCIDR") {
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
	switch t := p.Next(); t.Kind {
	case '\'', logic.Number:
		return operand{literal: true, text: t.Text, number: t.Kind == logic.Number}, nil
	case '"':
		return operand{text: t.Text}, nil
	case logic.Word:
		if !p.Sign("(") {
			return operand{text: t.Text}, nil
		}
		return p.call(strings.ToUpper(t.Text))
	}
	p.Back()
	return operand{}, p.Unexpected()
}

func (p *parser) call(function string) (operand, error) {
	x, err := p.operand()
	if err != nil {
		return operand{}, err
	}
	if !p.Sign(")") {
		return operand{}, p.Unexpected()
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
