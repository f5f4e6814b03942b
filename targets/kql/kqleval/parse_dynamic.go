package kqleval

import (
	"math"
	"strconv"
	"strings"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// dynamicLiteral reads what stands in dynamic( ): JSON, with strings in either
// quote and the literals of the language.
func (p *parser) dynamicLiteral(start span) (node, error) {
	v, err := p.dynamicValue()
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	return &litNode{v, TDynamic, p.since(start)}, nil
}

func (p *parser) dynamicValue() (Value, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	switch {
	case p.is("["):
		return p.dynamicArray()
	case p.is("{"):
		return p.dynamicBag()
	case p.accept("null"):
		return nil, nil
	case p.is("dynamic") && p.isAt(1, "("):
		start := p.here()
		p.pos += 2
		lit, err := p.dynamicLiteral(start)
		if err != nil {
			return nil, err
		}
		return lit.(*litNode).val, nil
	case p.accept("-"):
		return p.dynamicNegative()
	}
	if t := p.peek(); t.Type == tokName && !strings.EqualFold(t.Value, "true") && !strings.EqualFold(t.Value, "false") {
		return nil, p.unexpected("a JSON value")
	}
	x, err := p.primary()
	if err != nil {
		return nil, err
	}
	lit, ok := x.(*litNode)
	if !ok {
		return nil, syntaxAt(x.span(), "only literals may stand in dynamic( )")
	}
	return lit.val, nil
}

func (p *parser) dynamicNegative() (Value, error) {
	at := p.here()
	t := p.next()
	if t.Type == tokLong {
		if n, ok := parseLong("-" + t.Value); ok {
			return Long(n), nil
		}
	}
	if t.Type == tokReal {
		f, _ := strconv.ParseFloat(t.Value, 64)
		return Real(-f), nil
	}
	return nil, syntaxAt(at, "%q stands where a number should", clip(t.Value))
}

func (p *parser) dynamicArray() (Value, error) {
	p.next()
	out := Array{}
	for !p.is("]") {
		v, err := p.dynamicValue()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if !p.accept(",") {
			break
		}
	}
	return out, p.expect("]")
}

func (p *parser) dynamicBag() (Value, error) {
	p.next()
	out := &Bag{}
	for !p.is("}") {
		t := p.peek()
		if t.Type != tokString {
			return nil, p.unexpected("a quoted key")
		}
		p.next()
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		v, err := p.dynamicValue()
		if err != nil {
			return nil, err
		}
		out.set(unquote(t.Value), v)
		if !p.accept(",") {
			break
		}
	}
	return out, p.expect("}")
}
