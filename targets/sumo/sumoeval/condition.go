package sumoeval

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/targets/internal/logic"
)

// A condition gives yes or no: a field without a value is the empty text.
type condition = logic.Condition[Row]

// test asks something of a value.
func test(x operand, holds func(value string) bool) condition {
	return func(r Row) logic.Truth { return logic.Of(holds(x.value(r))) }
}

// An operand is a field or a literal, and what is made of it.
type operand struct {
	text            string
	literal, number bool
	lower           bool
}

func (o operand) value(r Row) string {
	v := o.text
	if !o.literal {
		v = r(o.text)
	}
	if o.lower {
		v = strings.ToLower(v)
	}
	return v
}

// lex parts a text that begins at an offset into words, texts in quotes, regular
// expressions, numbers and signs.
func lex(s string, offset int) ([]logic.Token, error) {
	var out []logic.Token
	for i := 0; i < len(s); {
		c, n := s[i], 1
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
			continue
		case c == '"' || c == '\'' || c == '/':
			text, n, ok := delimited(s[i:])
			if !ok {
				return nil, fmt.Errorf("%d: no %c closes the text", offset+i+1, c)
			}
			kind := byte('"')
			if c == '/' {
				kind = '/'
			}
			out = append(out, logic.Token{Kind: kind, Text: text, At: offset + i})
			i += n
			continue
		case isWord(c) || c == '-':
			for n < len(s)-i && isWord(s[i+n]) {
				n++
			}
			kind := byte(logic.Word)
			if c == '-' || c >= '0' && c <= '9' {
				kind = logic.Number
			}
			out = append(out, logic.Token{Kind: kind, Text: s[i : i+n], At: offset + i})
			i += n
			continue
		case i+1 < len(s) && (s[i+1] == '=' && strings.IndexByte("!<>=", c) >= 0 || s[i:i+2] == "<>"):
			n = 2
		case strings.IndexByte("|()[],!=<>", c) < 0:
			return nil, fmt.Errorf("%d: unexpected %q", offset+i+1, c)
		}
		out = append(out, logic.Token{Kind: logic.Sign, Text: s[i : i+n], At: offset + i})
		i += n
	}
	return out, nil
}

// delimited reads a text up to the delimiter that it begins with. A backslash
// stands before a delimiter in it, and is a character elsewhere.
func delimited(s string) (text string, n int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return b.String(), i + 1, true
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] != s[0] {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(s[i])
	}
	return "", 0, false
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

type parser struct {
	*logic.Reader
	query *Query
}

// condition reads tests and what joins them.
func (p *parser) condition() (condition, error) {
	return logic.Grammar[Row]{Reader: p.Reader, Test: p.test}.Condition()
}

// functions that are conditions of one value.
var functions = map[string]func(string) bool{
	"isempty":     func(v string) bool { return v == "" },
	"isblank":     func(v string) bool { return strings.TrimSpace(v) == "" },
	"isvalidipv4": func(v string) bool { a, err := netip.ParseAddr(v); return err == nil && a.Is4() },
}

func (p *parser) test() (condition, error) {
	name := strings.ToLower(p.Peek().Text)
	if holds := functions[name]; holds != nil && p.Peek().Kind == logic.Word {
		p.Next()
		args, err := p.arguments(1)
		if err != nil {
			return nil, err
		}
		return test(args[0], holds), nil
	}
	if p.Word("compareCIDRPrefix") {
		return p.comparePrefix()
	}
	x, err := p.operand()
	if err != nil {
		return nil, err
	}
	return p.comparison(x)
}

// arguments reads (a, b, ...).
func (p *parser) arguments(count int) ([]operand, error) {
	var out []operand
	err := p.List(func() error {
		x, err := p.operand()
		out = append(out, x)
		return err
	})
	if err != nil {
		return nil, err
	}
	if count > 0 && len(out) != count {
		return nil, fmt.Errorf("%d arguments, and not %d", len(out), count)
	}
	return out, nil
}

func (p *parser) comparePrefix() (condition, error) {
	args, err := p.arguments(3)
	if err != nil {
		return nil, err
	}
	prefix, err := netip.ParsePrefix(args[0].text + "/" + args[2].text)
	if err != nil {
		return nil, err
	}
	return test(args[1], func(v string) bool {
		a, err := netip.ParseAddr(v)
		return err == nil && prefix.Contains(a)
	}), nil
}

// operand reads a field, a literal, toLowerCase of one, or fields['name'].
func (p *parser) operand() (operand, error) {
	t := p.Next()
	switch {
	case t.Kind == '"' || t.Kind == logic.Number:
		return operand{text: t.Text, literal: true, number: t.Kind == logic.Number}, nil
	case t.Kind == logic.Word && t.Text == "fields" && p.Sign("["):
		name := p.Next()
		if name.Kind != '"' || !p.Sign("]") {
			return operand{}, p.Unexpected()
		}
		return operand{text: name.Text}, nil
	case t.Kind == logic.Word && strings.EqualFold(t.Text, "toLowerCase"):
		args, err := p.arguments(1)
		if err != nil {
			return operand{}, err
		}
		args[0].lower = true
		return args[0], nil
	case t.Kind == logic.Word:
		return operand{text: t.Text}, nil
	}
	p.Back()
	return operand{}, p.Unexpected()
}

// comparison reads what follows an operand.
func (p *parser) comparison(x operand) (condition, error) {
	if p.Word("matches") {
		return p.matches(x)
	}
	if p.Word("in") {
		args, err := p.arguments(0)
		if err != nil {
			return nil, err
		}
		return test(x, func(v string) bool {
			for _, a := range args {
				if a.text == v {
					return true
				}
			}
			return false
		}), nil
	}
	operator := p.Next()
	y, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !y.literal {
		return nil, fmt.Errorf("%d: a comparison of two fields is not known", operator.At+1)
	}
	return comparing(x, operator, y)
}

func comparing(x operand, operator logic.Token, y operand) (condition, error) {
	holds := logic.Order(operator.Text)
	if holds == nil {
		return nil, fmt.Errorf("%d: unknown operator %q", operator.At+1, operator.Text)
	}
	if !y.number {
		return test(x, func(v string) bool { return holds(strings.Compare(v, y.text)) }), nil
	}
	want, err := strconv.ParseFloat(y.text, 64)
	if err != nil {
		return nil, err
	}
	return test(x, func(v string) bool {
		sign, ok := logic.CompareNumber(v, want)
		return ok && holds(sign)
	}), nil
}

// matches reads a regular expression, or a text with stars.
func (p *parser) matches(x operand) (condition, error) {
	t := p.Next()
	source := t.Text
	switch t.Kind {
	case '/':
	case '"':
		source = `(?s)^` + strings.ReplaceAll(regexp.QuoteMeta(t.Text), `\*`, ".*") + `\z`
	default:
		p.Back()
		return nil, p.Unexpected()
	}
	part, err := regexp.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("%d: %w", t.At+1, err)
	}
	whole := regexp.MustCompile(`^(?:` + source + `)\z`)
	q := p.query
	return test(x, func(v string) bool {
		if q.Whole {
			return whole.MatchString(v)
		}
		return part.MatchString(v)
	}), nil
}
