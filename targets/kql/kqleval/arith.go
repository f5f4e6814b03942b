package kqleval

import (
	"math"
	"math/big"
)

// arithType gives the type of l op r, or TUnknown if there is none.
func arithType(op string, l, r Type) Type {
	if l == TDynamic || r == TDynamic {
		return dynamicArith(op, l, r)
	}
	switch {
	case l.isNumber() && r.isNumber():
		return widest(l, r)
	case l == TDateTime && r == TTimespan && (op == "+" || op == "-"):
		return TDateTime
	case l == TTimespan && r == TDateTime && op == "+":
		return TDateTime
	case l == TDateTime && r == TDateTime && op == "-":
		return TTimespan
	case l == TTimespan && r == TTimespan && (op == "+" || op == "-" || op == "%"):
		return TTimespan
	case l == TTimespan && r == TTimespan && op == "/":
		return TReal
	case l == TTimespan && r.isNumber() && (op == "*" || op == "/"):
		return TTimespan
	case l.isNumber() && r == TTimespan && op == "*":
		return TTimespan
	case l == TDateTime && r == TTimespan && op == "/":
		return TReal
	}
	return TUnknown
}

// dynamicArith gives the type of arithmetic with a dynamic operand: that of
// the other one.
func dynamicArith(op string, l, r Type) Type {
	if l == r {
		return TDynamic
	}
	typed := l
	if l == TDynamic {
		typed = r
	}
	switch {
	case typed.isNumber():
		return widest(typed, TLong)
	case typed == TDateTime && op == "-":
		return TTimespan
	}
	return TUnknown
}

func (b *binder) arith(n *binaryNode) *bound {
	l, r := b.expr(n.l), b.expr(n.r)
	if l.typ == TUnknown || r.typ == TUnknown {
		return unknown(n.span())
	}
	typ := arithType(n.op, l.typ, r.typ)
	if typ == TUnknown {
		hint := ""
		if n.op == "+" && (l.typ == TString || r.typ == TString) {
			hint = "; strcat() joins strings"
		}
		b.fail(n.opAt, "KS106", "the operator %q is not defined for a %s and a %s%s", n.op, l.typ, r.typ, hint)
		return unknown(n.span())
	}
	mixed := l.typ == TDynamic != (r.typ == TDynamic)
	l, r = alignDynamic(l, r), alignDynamic(r, l)
	le, re, op, at := l.eval, r.eval, n.op, n.opAt
	out := derived(typ, l, r)
	out.eval = func(e *env) Value {
		v := arithmetic(op, le(e), re(e), typ)
		if f, ok := v.(Real); ok && mixed && typ == TLong {
			e.rt.fail(at, "not supported: %s of a long and a dynamic that holds a real (%s); cast it with todouble()", op, formatReal(float64(f)))
			return nil
		}
		return v
	}
	return b.fold(out, l, r)
}

// arithmetic computes l op r for the result type typ; null if an operand is
// null, or if the result does not exist or does not fit.
func arithmetic(op string, l, r Value, typ Type) Value {
	if l == nil || r == nil {
		return nil
	}
	switch l := l.(type) {
	case DateTime:
		return dateArith(op, int64(l), r)
	case Timespan:
		return spanArith(op, l, r)
	}
	switch r := r.(type) {
	case Timespan:
		if f, ok := asFloat(l); ok && op == "*" {
			return scaleSpan(r, f)
		}
		return nil
	case Decimal:
		return decimalArith(op, l, r)
	}
	if _, ok := l.(Decimal); ok {
		return decimalArith(op, l, r)
	}
	_, lreal := l.(Real)
	_, rreal := r.(Real)
	if lreal || rreal || typ == TReal {
		return realArith(op, l, r)
	}
	return intArith(op, l, r)
}

func dateArith(op string, l int64, r Value) Value {
	switch r := r.(type) {
	case DateTime:
		if op == "-" {
			return Timespan(l - int64(r))
		}
	case Timespan:
		n := int64(r)
		switch op {
		case "-":
			n = -n
		case "/":
			return Real(float64(l) / float64(n))
		case "+":
		default:
			return nil
		}
		if sum := l + n; (sum > l) == (n > 0) {
			if t, ok := makeDateTime(sum); ok {
				return t
			}
		}
	}
	return nil
}

func spanArith(op string, l Timespan, r Value) Value {
	switch r := r.(type) {
	case Timespan:
		switch op {
		case "+":
			return l + r
		case "-":
			return l - r
		case "/":
			return Real(float64(l) / float64(r))
		case "%":
			if r == 0 {
				return nil
			}
			return Timespan(floorMod(int64(l), int64(r)))
		}
	case DateTime:
		if op == "+" {
			return dateArith("+", int64(r), l)
		}
	}
	f, ok := asFloat(r)
	switch {
	case ok && op == "*":
		return scaleSpan(l, f)
	case ok && op == "/" && f != 0:
		return scaleSpan(l, 1/f)
	}
	return nil
}

// scaleSpan keeps whole factors exact.
func scaleSpan(t Timespan, f float64) Value {
	if n, ok := realToInt(f); ok && float64(n) == f {
		return t * Timespan(n)
	}
	if n, ok := realToInt(math.Round(float64(t) * f)); ok {
		return Timespan(n)
	}
	return nil
}

func realArith(op string, l, r Value) Value {
	x, ok1 := asFloat(l)
	y, ok2 := asFloat(r)
	if !ok1 || !ok2 {
		return nil
	}
	switch op {
	case "+":
		return Real(x + y)
	case "-":
		return Real(x - y)
	case "*":
		return Real(x * y)
	case "/":
		return Real(x / y)
	}
	m := math.Mod(x, y)
	if m < 0 {
		m += math.Abs(y)
	}
	return Real(m)
}

// intArith wraps around as the service does; division by zero is null, and the
// rest of a division is never negative.
func intArith(op string, l, r Value) Value {
	x, ok1 := asInt(l)
	y, ok2 := asInt(r)
	if !ok1 || !ok2 {
		return nil
	}
	switch op {
	case "+":
		return Long(x + y)
	case "-":
		return Long(x - y)
	case "*":
		return Long(x * y)
	}
	switch {
	case y == 0:
		return nil
	case op == "/" && y == -1:
		return Long(-x)
	case op == "/":
		return Long(x / y)
	}
	return Long(floorMod(x, y))
}

// floorMod is the rest that is not negative.
func floorMod(x, y int64) int64 {
	if y == math.MinInt64 || y == -1 {
		return 0
	}
	if y < 0 {
		y = -y
	}
	m := x % y
	if m < 0 {
		m += y
	}
	return m
}

func decimalArith(op string, l, r Value) Value {
	x, ok1 := decimalOf(l)
	y, ok2 := decimalOf(r)
	if !ok1 || !ok2 {
		return nil
	}
	a, c, out := x.rat(), y.rat(), new(big.Rat)
	switch op {
	case "+":
		out.Add(a, c)
	case "-":
		out.Sub(a, c)
	case "*":
		out.Mul(a, c)
	default:
		if c.Sign() == 0 {
			return nil
		}
		out.Quo(a, c)
		if op == "%" {
			n := new(big.Int).Div(out.Num(), out.Denom())
			out.Sub(a, new(big.Rat).Mul(c, new(big.Rat).SetInt(n)))
		}
	}
	return makeDecimal(out)
}
