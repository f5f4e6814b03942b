package aqleval

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// A truth is yes, no or unknown.
type truth int

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

type node interface{ eval(Row) truth }

type (
	both    struct{ x, y node }
	either  struct{ x, y node }
	neither struct{ x node }

	// A compared holds a value against another.
	compared struct {
		x    operand
		with func(value string) truth
	}
	// A missing holds if there is no value.
	missing struct{ x operand }
)

func (n both) eval(r Row) truth    { return min(n.x.eval(r), n.y.eval(r)) }
func (n either) eval(r Row) truth  { return max(n.x.eval(r), n.y.eval(r)) }
func (n neither) eval(r Row) truth { return yes - n.x.eval(r) }

func (n compared) eval(r Row) truth {
	v, ok := n.x.value(r)
	if !ok {
		return unknown
	}
	return n.with(v)
}

func (n missing) eval(r Row) truth {
	_, ok := n.x.value(r)
	return truthOf(!ok)
}

// An operand is a property or a literal, and what is made of it.
type operand struct {
	text            string
	literal, number bool
	function        string
}

func (o operand) value(r Row) (string, bool) {
	v, ok := o.text, true
	if !o.literal {
		v, ok = r(o.text)
	}
	switch o.function {
	case "LOWER":
		v = strings.ToLower(v)
	case "UPPER":
		v = strings.ToUpper(v)
	}
	return v, ok
}

// comparison reads what follows an operand.
func (p *parser) comparison(x operand) (node, error) {
	negated := p.word("NOT")
	n, err := p.operator(x)
	if negated {
		n = neither{n}
	}
	return n, err
}

func (p *parser) operator(x operand) (node, error) {
	t := p.peek()
	p.i++
	switch strings.ToUpper(t.text) {
	case "IS":
		negated := p.word("NOT")
		if !p.word("NULL") {
			return nil, p.unexpected()
		}
		if negated {
			return neither{missing{x}}, nil
		}
		return missing{x}, nil
	case "IN":
		return p.list(x)
	}
	y, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !y.literal {
		return nil, fmt.Errorf("%d: a comparison of two properties is not known", t.at+1)
	}
	with, err := p.comparing(strings.ToUpper(t.text), y)
	if err != nil {
		return nil, fmt.Errorf("%d: %w", t.at+1, err)
	}
	return compared{x, with}, nil
}

// list reads (a, b, ...).
func (p *parser) list(x operand) (node, error) {
	if !p.sign('(') {
		return nil, p.unexpected()
	}
	var all []func(string) truth
	for {
		y, err := p.operand()
		if err != nil {
			return nil, err
		}
		with, err := p.comparing("=", y)
		if err != nil {
			return nil, err
		}
		all = append(all, with)
		if p.sign(')') {
			break
		}
		if !p.sign(',') {
			return nil, p.unexpected()
		}
	}
	return compared{x, func(v string) truth {
		out := no
		for _, with := range all {
			out = max(out, with(v))
		}
		return out
	}}, nil
}

// comparing gives what an operator asks of the value at its left.
func (p *parser) comparing(operator string, y operand) (func(string) truth, error) {
	switch operator {
	case "LIKE", "ILIKE":
		return like(y.text, operator == "ILIKE"), nil
	case "MATCHES", "IMATCHES":
		return p.matches(y.text, operator == "IMATCHES")
	}
	holds := map[string]func(int) bool{
		"=": func(n int) bool { return n == 0 }, "!=": func(n int) bool { return n != 0 }, "<>": func(n int) bool { return n != 0 },
		"<": func(n int) bool { return n < 0 }, "<=": func(n int) bool { return n <= 0 },
		">": func(n int) bool { return n > 0 }, ">=": func(n int) bool { return n >= 0 },
	}[operator]
	if holds == nil {
		return nil, fmt.Errorf("unknown operator %q", operator)
	}
	if !y.number {
		return func(v string) truth { return truthOf(holds(strings.Compare(v, y.text))) }, nil
	}
	want, err := strconv.ParseFloat(y.text, 64)
	if err != nil {
		return nil, err
	}
	return func(v string) truth {
		f, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return unknown // a property of numbers has no such value
		}
		switch {
		case f < want:
			return truthOf(holds(-1))
		case f > want:
			return truthOf(holds(1))
		}
		return truthOf(holds(0))
	}, nil
}

func (p *parser) matches(source string, fold bool) (func(string) truth, error) {
	if fold {
		source = "(?i)" + source
	}
	part, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	whole := regexp.MustCompile(`^(?:` + source + `)\z`)
	q := p.query
	return func(v string) truth {
		if q.Whole {
			return truthOf(whole.MatchString(v))
		}
		return truthOf(part.MatchString(v))
	}, nil
}

// like has "%", a string of zero or more characters, and "_", any single one. It
// has no escape.
func like(pattern string, fold bool) func(string) truth {
	var b strings.Builder
	b.WriteString("(?s")
	if fold {
		b.WriteByte('i')
	}
	b.WriteString(")^")
	for _, r := range pattern {
		switch r {
		case '%':
			b.WriteString(".*")
		case '_':
			b.WriteByte('.')
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	re := regexp.MustCompile(b.String() + `\z`)
	return func(v string) truth { return truthOf(re.MatchString(v)) }
}

// inNetwork reads INCIDR('10.0.0.0/8', property).
func (p *parser) inNetwork() (node, error) {
	if !p.sign('(') {
		return nil, p.unexpected()
	}
	network, err := p.operand()
	if err != nil {
		return nil, err
	}
	prefix, err := netip.ParsePrefix(network.text)
	if err != nil {
		return nil, err
	}
	if !p.sign(',') {
		return nil, p.unexpected()
	}
	x, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !p.sign(')') {
		return nil, p.unexpected()
	}
	return compared{x, func(v string) truth {
		a, err := netip.ParseAddr(v)
		return truthOf(err == nil && prefix.Contains(a))
	}}, nil
}
