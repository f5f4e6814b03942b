package aqleval

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/targets/internal/logic"
)

// compared holds a value against another; it is unknown if there is none.
func compared(x operand, with func(value string) logic.Truth) condition {
	return func(r Row) logic.Truth {
		v, ok := x.value(r)
		if !ok {
			return logic.Unknown
		}
		return with(v)
	}
}

// missing holds if there is no value.
func missing(x operand) condition {
	return func(r Row) logic.Truth {
		_, ok := x.value(r)
		return logic.Of(!ok)
	}
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
func (p *parser) comparison(x operand) (condition, error) {
	negated := p.Word("NOT")
	c, err := p.operator(x)
	if negated {
		c = logic.Not(c)
	}
	return c, err
}

func (p *parser) operator(x operand) (condition, error) {
	t := p.Next()
	switch strings.ToUpper(t.Text) {
	case "IS":
		negated := p.Word("NOT")
		if !p.Word("NULL") {
			return nil, p.Unexpected()
		}
		if negated {
			return logic.Not(missing(x)), nil
		}
		return missing(x), nil
	case "IN":
		return p.list(x)
	}
	y, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !y.literal {
		return nil, fmt.Errorf("%d: a comparison of two properties is not known", t.At+1)
	}
	with, err := p.comparing(strings.ToUpper(t.Text), y)
	if err != nil {
		return nil, fmt.Errorf("%d: %w", t.At+1, err)
	}
	return compared(x, with), nil
}

// list reads (a, b, ...).
func (p *parser) list(x operand) (condition, error) {
	var all []func(string) logic.Truth
	err := p.List(func() error {
		y, err := p.operand()
		if err != nil {
			return err
		}
		with, err := p.comparing("=", y)
		all = append(all, with)
		return err
	})
	return compared(x, func(v string) logic.Truth {
		out := logic.No
		for _, with := range all {
			out = max(out, with(v))
		}
		return out
	}), err
}

// comparing gives what an operator asks of the value at its left.
func (p *parser) comparing(operator string, y operand) (func(string) logic.Truth, error) {
	switch operator {
	case "LIKE", "ILIKE":
		return like(y.text, operator == "ILIKE"), nil
	case "MATCHES", "IMATCHES":
		return p.matches(y.text, operator == "IMATCHES")
	}
	holds := logic.Order(operator)
	if holds == nil {
		return nil, fmt.Errorf("unknown operator %q", operator)
	}
	if !y.number {
		return func(v string) logic.Truth { return logic.Of(holds(strings.Compare(v, y.text))) }, nil
	}
	want, err := strconv.ParseFloat(y.text, 64)
	if err != nil {
		return nil, err
	}
	return func(v string) logic.Truth {
		sign, ok := logic.CompareNumber(v, want)
		if !ok {
			return logic.Unknown // a property of numbers has no such value
		}
		return logic.Of(holds(sign))
	}, nil
}

func (p *parser) matches(source string, fold bool) (func(string) logic.Truth, error) {
	if fold {
		source = "(?i)" + source
	}
	part, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	whole := regexp.MustCompile(`^(?:` + source + `)\z`)
	q := p.query
	return func(v string) logic.Truth {
		if q.Whole {
			return logic.Of(whole.MatchString(v))
		}
		return logic.Of(part.MatchString(v))
	}, nil
}

// like has "%", a string of zero or more characters, and "_", any single one. It
// has no escape.
func like(pattern string, fold bool) func(string) logic.Truth {
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
	return func(v string) logic.Truth { return logic.Of(re.MatchString(v)) }
}

// inNetwork reads INCIDR('10.0.0.0/8', property).
func (p *parser) inNetwork() (condition, error) {
	if !p.Sign("(") {
		return nil, p.Unexpected()
	}
	network, err := p.operand()
	if err != nil {
		return nil, err
	}
	prefix, err := netip.ParsePrefix(network.text)
	if err != nil {
		return nil, err
	}
	if !p.Sign(",") {
		return nil, p.Unexpected()
	}
	x, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !p.Sign(")") {
		return nil, p.Unexpected()
	}
	return compared(x, func(v string) logic.Truth {
		a, err := netip.ParseAddr(v)
		return logic.Of(err == nil && prefix.Contains(a))
	}), nil
}
