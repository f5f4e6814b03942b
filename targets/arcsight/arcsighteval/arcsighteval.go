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

	"github.com/sigproof/sigproof/targets/internal/logic"
)

// A Query is a filter that was read.
type Query struct{ condition condition }

type condition = logic.Condition[Row]

// A Row gives the values of an event by the names of its fields. A field without
// a value is not there.
type Row func(name string) (value string, ok bool)

// Match tells whether the filter selects an event.
func (q *Query) Match(row Row) bool { return q.condition(row) == logic.Yes }

// missing holds if there is no value.
func missing(field string) condition {
	return func(r Row) logic.Truth {
		_, ok := r(field)
		return logic.Of(!ok)
	}
}

// holding holds a field against a value; it is unknown if the field has none.
func holding(field string, holds func(value string) bool) condition {
	return func(r Row) logic.Truth {
		v, ok := r(field)
		if !ok {
			return logic.Unknown
		}
		return logic.Of(holds(v))
	}
}

// lex parts a text into words, texts in quotes and signs.
func lex(s string) ([]logic.Token, error) {
	var out []logic.Token
	for i := 0; i < len(s); {
		n, kind := 1, byte(logic.Sign)
		switch c := s[i]; {
		case strings.IndexByte(" \n\t\r", c) >= 0:
			i++
			continue
		case c == '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				return nil, fmt.Errorf("%d: no quote closes the text", i+1)
			}
			out = append(out, logic.Token{Kind: '"', Text: s[i+1 : i+1+end], At: i})
			i += end + 2
			continue
		case i+1 < len(s) && strings.IndexByte("!<>=", c) >= 0 && s[i+1] == '=':
			n = 2
		case c == '!':
			return nil, fmt.Errorf("%d: unexpected %q", i+1, c)
		case strings.IndexByte("()<>=", c) < 0:
			for kind = logic.Word; i+n < len(s) && strings.IndexByte(" \n\t\r()\"!<>=", s[i+n]) < 0; {
				n++
			}
		}
		out = append(out, logic.Token{Kind: kind, Text: s[i : i+n], At: i})
		i += n
	}
	return out, nil
}

type parser struct{ *logic.Reader }

// Parse reads a filter.
func Parse(text string) (*Query, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := parser{&logic.Reader{Tokens: tokens, What: "filter"}}
	c, err := logic.Grammar[Row]{Reader: p.Reader, Test: p.test}.Condition()
	if err == nil && !p.Done() {
		err = p.Unexpected()
	}
	return &Query{c}, err
}

// test reads FIELD OPERATOR VALUE, or FIELD IS [NOT] NULL.
func (p parser) test() (condition, error) {
	if p.Peek().Kind != logic.Word {
		return nil, p.Unexpected()
	}
	field := p.Next().Text
	if p.Word("IS") {
		negated := p.Word("NOT")
		if !p.Word("NULL") {
			return nil, p.Unexpected()
		}
		if negated {
			return logic.Not(missing(field)), nil
		}
		return missing(field), nil
	}
	operator, value := p.Next(), p.Next()
	if value.Kind == 0 {
		return nil, p.Unexpected()
	}
	holds := comparing(strings.ToUpper(operator.Text), value)
	if holds == nil {
		return nil, fmt.Errorf("%d: unknown operator %q", operator.At+1, operator.Text)
	}
	return holding(field, holds), nil
}

// comparing gives what an operator asks; nil if it is not known.
func comparing(operator string, value logic.Token) func(string) bool {
	want := strings.ToLower(value.Text)
	texts := map[string]func(s, want string) bool{"CONTAINS": strings.Contains, "STARTSWITH": strings.HasPrefix, "ENDSWITH": strings.HasSuffix}
	if holds := texts[operator]; holds != nil {
		return func(v string) bool { return holds(strings.ToLower(v), want) }
	}
	order := logic.Order(operator)
	number, err := strconv.ParseFloat(value.Text, 64)
	switch {
	case order == nil || operator == "==":
		return nil
	case value.Kind == '"' || err != nil:
		return func(v string) bool { return order(strings.Compare(strings.ToLower(v), want)) }
	}
	return func(v string) bool {
		sign, ok := logic.CompareNumber(v, number)
		return ok && order(sign)
	}
}
