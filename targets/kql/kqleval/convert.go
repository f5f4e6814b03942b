package kqleval

import (
	"math"
	"strings"
)

// cast turns a value into one of a type as the functions to<type>() do; what
// does not fit becomes null, or "" for a string.
func cast(v Value, to Type) Value {
	if v == nil {
		return zero(to)
	}
	if to == TDynamic || to == TUnknown || v.kind() == to {
		return v
	}
	switch to {
	case TString:
		return String(FormatValue(v))
	case TLong:
		if n, ok := castInt(v); ok {
			return Long(n)
		}
	case TInt:
		if n, ok := castInt(v); ok && n == int64(int32(n)) {
			return Int(n)
		}
	case TReal:
		return castReal(v)
	case TDecimal:
		return castDecimal(v)
	case TBool:
		return castBool(v)
	default:
		if s, ok := v.(String); ok {
			if x, ok := scalarOf(to, string(s)); ok {
				return x
			}
		}
		if n, ok := v.(Long); ok && to == TTimespan {
			return Timespan(n)
		}
		if n, ok := v.(Long); ok && to == TDateTime {
			if t, ok := makeDateTime(int64(n)); ok {
				return t
			}
		}
	}
	return nil
}

func castInt(v Value) (int64, bool) {
	switch v := v.(type) {
	case String:
		return parseLong(strings.TrimSpace(string(v)))
	case DateTime:
		return int64(v), true
	case Timespan:
		return int64(v), true
	}
	return asInt(v)
}

func castReal(v Value) Value {
	switch v := v.(type) {
	case String:
		if r, ok := parseReal(strings.TrimSpace(string(v))); ok {
			return r
		}
		return nil
	case Bool:
		return Real(boolRank(v))
	case DateTime:
		return Real(v)
	case Timespan:
		return Real(v)
	}
	if f, ok := asFloat(v); ok {
		return Real(f)
	}
	return nil
}

func castDecimal(v Value) Value {
	if s, ok := v.(String); ok {
		if d, ok := parseDecimal(string(s)); ok {
			return d
		}
		return nil
	}
	if d, ok := decimalOf(v); ok {
		return d
	}
	return nil
}

func castBool(v Value) Value {
	if s, ok := v.(String); ok {
		if b, ok := parseBool(strings.TrimSpace(string(s))); ok {
			return b
		}
		if n, ok := parseLong(strings.TrimSpace(string(s))); ok {
			return Bool(n != 0)
		}
		return nil
	}
	if f, ok := asFloat(v); ok && !math.IsNaN(f) {
		return Bool(f != 0)
	}
	return nil
}

// narrow gives the typed form of an item of a dynamic array. Documentation of
// mv-expand: the type is cast-only, and items that do not conform are null.
func narrow(v Value, to Type) Value {
	if s, ok := v.(String); ok {
		switch to {
		case TLong, TInt, TReal, TDecimal, TBool:
			return nil
		case TString, TDynamic:
			return s
		}
	}
	if _, ok := v.(Bool); ok && to.isNumber() {
		return nil
	}
	return cast(v, to)
}

// A bound is an expression whose names and types are known.
type bound struct {
	typ    Type
	eval   evalFn
	konst  bool // val is the value for every row
	val    Value
	name   string   // of the column that it makes by itself
	plain  bool     // it is a column as it is
	tuple  []*bound // the columns of a function that gives several
	row    *rowScope
	window bool // it looks at other rows, and so must be evaluated once a row
	at     span
}

func constant(v Value, t Type, at span) *bound {
	if v == nil {
		v = zero(t)
	}
	return &bound{typ: t, konst: true, val: v, at: at, eval: func(*env) Value { return v }}
}

// unknown stands for what did not bind; nothing more is said about it.
func unknown(at span) *bound {
	return &bound{typ: TUnknown, at: at, eval: func(*env) Value { return nil }}
}

// convertTo gives x as a value of a type, if the language does so by itself:
// numbers widen, and a dynamic is cast.
func convertTo(x *bound, to Type) (*bound, bool) {
	if x.typ == to || x.typ == TUnknown || to == TUnknown {
		return x, true
	}
	if !to.accepts(x.typ) && x.typ != TDynamic && (to != TInt || x.typ != TLong || !x.konst) {
		return x, false
	}
	return castBound(x, to), true
}

// castBound wraps x in a cast.
func castBound(x *bound, to Type) *bound {
	if x.typ == to {
		return x
	}
	out := *x
	out.typ, out.plain = to, false
	if x.konst {
		out.val = cast(x.val, to)
		v := out.val
		out.eval = func(*env) Value { return v }
		return &out
	}
	eval := x.eval
	out.eval = func(e *env) Value { return cast(eval(e), to) }
	return &out
}
