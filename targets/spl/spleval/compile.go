package spleval

import "math"

// An evalFunc gives the value of an expression for one row.
type evalFunc func(sc *scope) value

// A scope is what an expression sees: the run, the row, and the values that mvmap
// and mvfilter put in a field's place.
type scope struct {
	rt   *runtime
	rec  *record
	bind []binding
}

type binding struct {
	name string
	v    value
}

func (sc *scope) field(name string) value {
	for i := len(sc.bind) - 1; i >= 0; i-- {
		if sc.bind[i].name == name {
			return sc.bind[i].v
		}
	}
	return fromField(sc.rec.get(name))
}

// A function of eval. Exactly one of apply and build is set, unless it is refused.
type function struct {
	min, max int // arguments; max -1 is any number
	result   resultKind
	refused  string
	branches func(args []expr) []expr // the arguments of which the result is one
	check    func(x *exprParser, c *call) *Error
	apply    func(sc *scope, args []value) value
	build    func(p *parser, c *call) (evalFunc, *Error)
}

func (f *function) arity() string {
	count := func(n int) string {
		switch n {
		case 0:
			return "no argument"
		case 1:
			return "1 argument"
		}
		return formatNumber(float64(n)) + " arguments"
	}
	switch {
	case f.max < 0:
		return "at least " + count(f.min)
	case f.min == f.max:
		return count(f.min)
	default:
		return formatNumber(float64(f.min)) + " to " + count(f.max)
	}
}

// compile makes an expression runnable.
func (p *parser) compile(e expr) (evalFunc, *Error) {
	switch e := e.(type) {
	case *literal:
		v := e.v
		return func(*scope) value { return v }, nil
	case *fieldRef:
		name := e.name
		return func(sc *scope) value { return sc.field(name) }, nil
	case *call:
		return p.compileCall(e)
	case *logic:
		return p.compileLogic(e)
	case *notExpr:
		return p.compileNot(e)
	case *compare:
		return p.compileCompare(e)
	case *arith:
		return p.compileArith(e)
	case *negate:
		x, err := p.compile(e.x)
		return func(sc *scope) value {
			if f, ok := x(sc).num(); ok {
				return number(-f)
			}
			return null
		}, err
	default:
		panic("spleval: unknown expression")
	}
}

func (p *parser) compileAll(list []expr) ([]evalFunc, *Error) {
	all := make([]evalFunc, len(list))
	for i, e := range list {
		f, err := p.compile(e)
		if err != nil {
			return nil, err
		}
		all[i] = f
	}
	return all, nil
}

func (p *parser) compileCall(c *call) (evalFunc, *Error) {
	if c.fn.build != nil {
		return c.fn.build(p, c)
	}
	args, err := p.compileAll(c.args)
	if err != nil {
		return nil, err
	}
	apply := c.fn.apply
	return func(sc *scope) value {
		values := make([]value, len(args))
		for i, a := range args {
			values[i] = a(sc)
		}
		return apply(sc, values)
	}, nil
}

// compileNot: the opposite of null is null, so that where drops the row.
func (p *parser) compileNot(e *notExpr) (evalFunc, *Error) {
	x, err := p.compile(e.x)
	return func(sc *scope) value {
		v := x(sc)
		if v.kind != kindBool {
			return null
		}
		return boolean(v.f == 0)
	}, err
}

// compileLogic joins truth values. A null is unknown: it decides nothing, so that
// null OR true is true, and null AND false is false.
func (p *parser) compileLogic(e *logic) (evalFunc, *Error) {
	all, err := p.compileAll(e.x)
	if err != nil {
		return nil, err
	}
	if e.op == "XOR" {
		return func(sc *scope) value {
			odd := false
			for _, x := range all {
				v := x(sc)
				if v.kind != kindBool {
					return null
				}
				odd = odd != isTrue(v)
			}
			return boolean(odd)
		}, nil
	}
	decides := e.op == "OR"
	return func(sc *scope) value {
		unknown := false
		for _, x := range all {
			v := x(sc)
			if v.kind != kindBool {
				unknown = true
			} else if isTrue(v) == decides {
				return v
			}
		}
		if unknown {
			return null
		}
		return boolean(!decides)
	}, nil
}

func (p *parser) compileCompare(e *compare) (evalFunc, *Error) {
	x, err := p.compile(e.x)
	if err != nil {
		return nil, err
	}
	if e.op == "LIKE" {
		return p.compileLike(x, e.y)
	}
	y, err := p.compile(e.y)
	if err != nil {
		return nil, err
	}
	switch e.op {
	case "=":
		return func(sc *scope) value { return equalValues(x(sc), y(sc)) }, nil
	case "!=":
		return func(sc *scope) value {
			v := equalValues(x(sc), y(sc))
			if v.isNull() {
				return null
			}
			return boolean(!isTrue(v))
		}, nil
	}
	holds := orderTest(e.op)
	return func(sc *scope) value {
		a, b := x(sc), y(sc)
		if a.isNull() || b.isNull() {
			return null
		}
		return boolean(a.any(func(a value) bool {
			return b.any(func(b value) bool { return holds(compareValues(a, b)) })
		}))
	}, nil
}

func (p *parser) compileArith(e *arith) (evalFunc, *Error) {
	first, err := p.compile(e.first)
	if err != nil {
		return nil, err
	}
	rest := make([]evalFunc, len(e.rest))
	for i, o := range e.rest {
		if rest[i], err = p.compile(o.x); err != nil {
			return nil, err
		}
	}
	ops := e.rest
	return func(sc *scope) value {
		v := first(sc)
		for i, f := range rest {
			v = calculate(sc, ops[i].op, v, f(sc))
		}
		return v
	}, nil
}

// calculate: "The period ( . ) operator concatenates both strings and number." "The
// plus ( + ) operator accepts two numbers for addition, or two strings for
// concatenation." "Division by zero results in a null field."
func calculate(sc *scope, op byte, a, b value) value {
	if a.isNull() || b.isNull() {
		return null
	}
	if op == '.' || op == '+' && a.kind == kindString && b.kind == kindString {
		x, _ := a.text()
		y, _ := b.text()
		if !sc.rt.room(len(x) + len(y)) {
			return null
		}
		return str(x + y)
	}
	x, okX := a.num()
	y, okY := b.num()
	if !okX || !okY {
		return null
	}
	switch op {
	case '+':
		return number(x + y)
	case '-':
		return number(x - y)
	case '*':
		return number(x * y)
	case '/':
		if y == 0 {
			return null
		}
		return number(x / y)
	default:
		if y == 0 {
			return null
		}
		return number(math.Mod(x, y))
	}
}
