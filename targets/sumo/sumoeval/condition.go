package sumoeval

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

type node interface{ eval(Row) bool }

type (
	both    struct{ x, y node }
	either  struct{ x, y node }
	neither struct{ x node }

	// A test asks something of a value.
	test struct {
		x     operand
		holds func(value string) bool
	}
)

func (n both) eval(r Row) bool    { return n.x.eval(r) && n.y.eval(r) }
func (n either) eval(r Row) bool  { return n.x.eval(r) || n.y.eval(r) }
func (n neither) eval(r Row) bool { return !n.x.eval(r) }
func (n test) eval(r Row) bool    { return n.holds(n.x.value(r)) }

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

// A token is a word, a text in quotes, a regular expression, a number or a sign.
type token struct {
	kind byte // w " / 0 or s
	text string
	at   int
}

func lex(s string, offset int) ([]token, error) {
	var out []token
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
			out = append(out, token{kind, text, offset + i})
			i += n
			continue
		case isWord(c) || c == '-':
			for n < len(s)-i && isWord(s[i+n]) {
				n++
			}
			kind := byte('w')
			if c == '-' || c >= '0' && c <= '9' {
				kind = '0'
			}
			out = append(out, token{kind, s[i : i+n], offset + i})
			i += n
			continue
		case i+1 < len(s) && (s[i+1] == '=' && strings.IndexByte("!<>=", c) >= 0 || s[i:i+2] == "<>"):
			n = 2
		case strings.IndexByte("|()[],!=<>", c) < 0:
			return nil, fmt.Errorf("%d: unexpected %q", offset+i+1, c)
		}
		out = append(out, token{'s', s[i : i+n], offset + i})
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
	if t := p.peek(); t.kind == 'w' && strings.EqualFold(t.text, s) {
		p.i++
		return true
	}
	return false
}

func (p *parser) sign(s string) bool {
	if t := p.peek(); t.kind == 's' && t.text == s {
		p.i++
		return true
	}
	return false
}

func (p *parser) unexpected() error {
	if p.done() {
		return fmt.Errorf("the search ends too early")
	}
	return fmt.Errorf("%d: unexpected %q", p.peek().at+1, p.peek().text)
}

func (p *parser) or() (node, error) {
	x, err := p.and()
	for err == nil && p.word("or") {
		var y node
		if y, err = p.and(); err == nil {
			x = either{x, y}
		}
	}
	return x, err
}

func (p *parser) and() (node, error) {
	x, err := p.not()
	for err == nil && p.word("and") {
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
	switch {
	case p.sign("!"):
		x, err := p.not()
		return neither{x}, err
	case p.sign("("):
		x, err := p.or()
		if err == nil && !p.sign(")") {
			err = p.unexpected()
		}
		return x, err
	}
	return p.primary()
}

// functions that are conditions of one value.
var functions = map[string]func(string) bool{
	"isempty":     func(v string) bool { return v == "" },
	"isblank":     func(v string) bool { return strings.TrimSpace(v) == "" },
	"isvalidipv4": func(v string) bool { a, err := netip.ParseAddr(v); return err == nil && a.Is4() },
}

func (p *parser) primary() (node, error) {
	name := strings.ToLower(p.peek().text)
	if holds := functions[name]; holds != nil && p.peek().kind == 'w' {
		p.i++
		args, err := p.arguments(1)
		if err != nil {
			return nil, err
		}
		return test{args[0], holds}, nil
	}
	if p.word("compareCIDRPrefix") {
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
	if !p.sign("(") {
		return nil, p.unexpected()
	}
	for {
		x, err := p.operand()
		if err != nil {
			return nil, err
		}
		if out = append(out, x); p.sign(")") {
			break
		}
		if !p.sign(",") {
			return nil, p.unexpected()
		}
	}
	if count > 0 && len(out) != count {
		return nil, fmt.Errorf("%d arguments, and not %d", len(out), count)
	}
	return out, nil
}

func (p *parser) comparePrefix() (node, error) {
	args, err := p.arguments(3)
	if err != nil {
		return nil, err
	}
	prefix, err := netip.ParsePrefix(args[0].text + "/" + args[2].text)
	if err != nil {
		return nil, err
	}
	return test{args[1], func(v string) bool {
		a, err := netip.ParseAddr(v)
		return err == nil && prefix.Contains(a)
	}}, nil
}

// operand reads a field, a literal, toLowerCase of one, or fields['name'].
func (p *parser) operand() (operand, error) {
	t := p.peek()
	p.i++
	switch {
	case t.kind == '"' || t.kind == '0':
		return operand{text: t.text, literal: true, number: t.kind == '0'}, nil
	case t.kind == 'w' && t.text == "fields" && p.sign("["):
		name := p.peek()
		p.i++
		if name.kind != '"' || !p.sign("]") {
			return operand{}, p.unexpected()
		}
		return operand{text: name.text}, nil
	case t.kind == 'w' && strings.EqualFold(t.text, "toLowerCase"):
		args, err := p.arguments(1)
		if err != nil {
			return operand{}, err
		}
		args[0].lower = true
		return args[0], nil
	case t.kind == 'w':
		return operand{text: t.text}, nil
	}
	p.i--
	return operand{}, p.unexpected()
}

// comparison reads what follows an operand.
func (p *parser) comparison(x operand) (node, error) {
	if p.word("matches") {
		return p.matches(x)
	}
	if p.word("in") {
		args, err := p.arguments(0)
		if err != nil {
			return nil, err
		}
		return test{x, func(v string) bool {
			for _, a := range args {
				if a.text == v {
					return true
				}
			}
			return false
		}}, nil
	}
	operator := p.peek()
	p.i++
	y, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !y.literal {
		return nil, fmt.Errorf("%d: a comparison of two fields is not known", operator.at+1)
	}
	return comparing(x, operator, y)
}

func comparing(x operand, operator token, y operand) (node, error) {
	holds := map[string]func(int) bool{
		"=": func(n int) bool { return n == 0 }, "==": func(n int) bool { return n == 0 },
		"!=": func(n int) bool { return n != 0 }, "<>": func(n int) bool { return n != 0 },
		"<": func(n int) bool { return n < 0 }, "<=": func(n int) bool { return n <= 0 },
		">": func(n int) bool { return n > 0 }, ">=": func(n int) bool { return n >= 0 },
	}[operator.text]
	if holds == nil {
		return nil, fmt.Errorf("%d: unknown operator %q", operator.at+1, operator.text)
	}
	if !y.number {
		return test{x, func(v string) bool { return holds(strings.Compare(v, y.text)) }}, nil
	}
	want, err := strconv.ParseFloat(y.text, 64)
	if err != nil {
		return nil, err
	}
	return test{x, func(v string) bool {
		f, err := strconv.ParseFloat(v, 64)
		switch {
		case err != nil:
			return false
		case f < want:
			return holds(-1)
		case f > want:
			return holds(1)
		}
		return holds(0)
	}}, nil
}

// matches reads a regular expression, or a text with stars.
func (p *parser) matches(x operand) (node, error) {
	t := p.peek()
	p.i++
	source := t.text
	switch t.kind {
	case '/':
	case '"':
		source = `(?s)^` + strings.ReplaceAll(regexp.QuoteMeta(t.text), `\*`, ".*") + `\z`
	default:
		p.i--
		return nil, p.unexpected()
	}
	part, err := regexp.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("%d: %w", t.at+1, err)
	}
	whole := regexp.MustCompile(`^(?:` + source + `)\z`)
	q := p.query
	return test{x, func(v string) bool {
		if q.Whole {
			return whole.MatchString(v)
		}
		return part.MatchString(v)
	}}, nil
}
