package template

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// expr is an expression of a template.
type expr interface {
	at() span
	eval(r *rendering) any
}

type (
	constant struct {
		span
		v any
	}
	name struct {
		span
		name string
	}
	listOf struct {
		span
		of []expr
	}
	dictOf struct {
		span
		keys, values []expr
	}
	// attribute is x.name or x[key].
	attribute struct {
		span
		x, key expr
	}
	slice struct {
		span
		x, from, to expr // from and to may be nil
	}
	// call calls a method, a filter or a function: what it works on is x.
	call struct {
		span
		f     *function
		x     expr // nil for a function
		args  []expr
		named []namedArg
	}
	namedArg struct {
		name string
		x    expr
	}
	test struct {
		span
		t    *testKind
		x    expr
		args []expr
		not  bool
	}
	negation struct {
		span
		x expr
	}
	unary struct {
		span
		sign string
		x    expr
	}
	binary struct {
		span
		op   string
		x, y expr
	}
	choice struct {
		span
		x, cond, otherwise expr // otherwise may be nil
	}
)

func (s span) at() span { return s }

func (x constant) eval(*rendering) any { return x.v }
func (x name) eval(r *rendering) any   { return r.lookup(x.name) }

func (x listOf) eval(r *rendering) any {
	out := make([]any, len(x.of))
	for i, e := range x.of {
		out[i] = r.eval(e)
	}
	return out
}

func (x dictOf) eval(r *rendering) any {
	d := &Dict{}
	for i := range x.keys {
		d.Set(Text(r.eval(x.keys[i])), r.eval(x.values[i]))
	}
	return d
}

func (x attribute) eval(r *rendering) any {
	of, key := r.eval(x.x), r.eval(x.key)
	if u, ok := of.(Undefined); ok && r.err == nil {
		return r.fail(x.span, fmt.Sprintf("%q is not there, so that it has no %s", u.name, shown(key)))
	}
	v, ok := Get(of, key)
	if !ok {
		return Undefined{Text(key)}
	}
	return v
}

// Get gives the attribute, entry or element of a value; false if there is none.
func Get(of, key any) (any, bool) {
	switch of := plain(of).(type) {
	case Object:
		return of.Attr(Text(key))
	case *Dict:
		v, ok := of.Values[Text(key)]
		return v, ok
	case []any:
		if i, ok := index(key, len(of)); ok {
			return of[i], true
		}
	case string:
		if runes := []rune(of); len(runes) > 0 {
			if i, ok := index(key, len(runes)); ok {
				return string(runes[i]), true
			}
		}
	}
	return nil, false
}

// index reads the number of an element; a negative one counts from the end.
func index(key any, length int) (int, bool) {
	i, ok := key.(int)
	if i < 0 {
		i += length
	}
	return i, ok && i >= 0 && i < length
}

func (x slice) eval(r *rendering) any {
	of := plain(r.eval(x.x))
	text, isText := of.(string)
	list, ok := elements(of)
	if !ok {
		return r.fail(x.span, "only a text or a list can be cut")
	}
	bound := func(e expr, absent int) int {
		if e == nil {
			return absent
		}
		n, _ := r.eval(e).(int)
		if n < 0 {
			n += len(list)
		}
		return max(0, min(n, len(list)))
	}
	from, to := bound(x.from, 0), bound(x.to, len(list))
	list = list[from:max(from, to)]
	if isText && text != "" {
		return joined(list, "", Text)
	}
	return list
}

func (x negation) eval(r *rendering) any { return !truth(r.eval(x.x)) }

func (x unary) eval(r *rendering) any {
	switch v := r.eval(x.x).(type) {
	case int:
		if x.sign == "-" {
			return -v
		}
		return v
	case float64:
		if x.sign == "-" {
			return -v
		}
		return v
	}
	return r.fail(x.span, fmt.Sprintf("%q must stand before a number", x.sign))
}

func (x choice) eval(r *rendering) any {
	switch {
	case truth(r.eval(x.cond)):
		return r.eval(x.x)
	case x.otherwise == nil:
		return Undefined{}
	}
	return r.eval(x.otherwise)
}

func (x test) eval(r *rendering) any {
	v := r.eval(x.x)
	args := make([]any, len(x.args))
	for i, a := range x.args {
		args[i] = r.eval(a)
	}
	return x.t.holds(v, args) != x.not
}

func (x binary) eval(r *rendering) any {
	a := r.eval(x.x)
	switch x.op {
	case "and":
		if !truth(a) {
			return a
		}
		return r.eval(x.y)
	case "or":
		if truth(a) {
			return a
		}
		return r.eval(x.y)
	}
	b := r.eval(x.y)
	if r.err != nil {
		return Undefined{}
	}
	v, ok := operate(x.op, a, b)
	if !ok {
		return r.fail(x.span, fmt.Sprintf("%s and %s can't be joined by %q", shown(a), shown(b), x.op))
	}
	return v
}

// operate joins two values; false if the operator can't.
func operate(op string, a, b any) (any, bool) {
	switch op {
	case "==":
		return equal(a, b), true
	case "!=":
		return !equal(a, b), true
	case "in":
		return contains(b, a)
	case "not in":
		in, ok := contains(b, a)
		return !in, ok
	case "~":
		return Text(a) + Text(b), true
	case "<", "<=", ">", ">=":
		c, ok := order(a, b)
		return map[string]bool{"<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op], ok
	case "+":
		if v, ok := appended(a, b); ok {
			return v, true
		}
	case "*":
		if v, ok := repeated(a, b); ok {
			return v, true
		}
	}
	return calculate(op, a, b)
}

func appended(a, b any) (any, bool) {
	switch a := plain(a).(type) {
	case string:
		b, ok := plain(b).(string)
		return a + b, ok
	case []any:
		b, ok := b.([]any)
		return slices.Concat(a, b), ok
	}
	return nil, false
}

// repeated writes a text several times, as far as it may be written out.
func repeated(a, b any) (any, bool) {
	s, ok := plain(a).(string)
	n, isInt := b.(int)
	if !ok || !isInt || n > 0 && len(s) > mostOutput/n {
		return nil, false
	}
	return strings.Repeat(s, max(0, n)), true
}

func calculate(op string, a, b any) (any, bool) {
	x, aok := number(a)
	y, bok := number(b)
	if !aok || !bok || y == 0 && (op == "/" || op == "//" || op == "%") {
		return nil, false
	}
	var v float64
	switch op {
	case "+":
		v = x + y
	case "-":
		v = x - y
	case "*":
		v = x * y
	case "/":
		return x / y, true
	case "//":
		v = math.Floor(x / y)
	case "%":
		v = x - y*math.Floor(x/y)
	case "**":
		v = math.Pow(x, y)
	}
	_, aFloat := a.(float64)
	_, bFloat := b.(float64)
	if !aFloat && !bFloat && v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return int(v), true
	}
	return v, true
}
