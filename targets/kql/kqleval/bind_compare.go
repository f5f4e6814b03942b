package kqleval

import (
	"fmt"
	"strings"
)

func (b *binder) stringOp(n *binaryNode) *bound {
	l, r := b.expr(n.l), b.expr(n.r)
	if l.typ == TUnknown || r.typ == TUnknown {
		return unknown(n.span())
	}
	if n.op == "=~" || n.op == "!~" {
		for _, x := range []*bound{l, r} {
			if x.typ != TString && x.typ != TDynamic {
				b.fail(n.opAt, "KS106", "the operator %q is not defined for a %s and a %s", n.op, l.typ, r.typ)
				return unknown(n.span())
			}
		}
	} else if l.typ != TString && l.typ != TDynamic || r.typ != TString && r.typ != TDynamic {
		b.fail(n.opAt, "KS106", "the operator %q is not defined for a %s and a %s", n.op, l.typ, r.typ)
		return unknown(n.span())
	}
	if n.op == "matches regex" {
		return b.matchesRegex(n, l, r)
	}
	test, not := stringTest(n.op)
	if test == nil {
		b.unsupported(n.opAt, "the operator %q", n.op)
		return unknown(n.span())
	}
	out := derived(TBool, l, r)
	out.eval = stringEval(l, r, test, not)
	return b.fold(out, l, r)
}

// stringEval applies a test of two texts. With one operand null the test fails
// and its negation holds; with two null both are null.
func stringEval(l, r *bound, test func(s, t string) bool, not bool) evalFn {
	le, re := l.eval, r.eval
	no, yes := Value(Bool(not)), Value(Bool(!not))
	return func(e *env) Value {
		lv, rv := le(e), re(e)
		if lv == nil || rv == nil {
			if lv == nil && rv == nil {
				return nil
			}
			return no
		}
		if test(textOf(lv), textOf(rv)) {
			return yes
		}
		return no
	}
}

// textOf is FormatValue with the common case first.
func textOf(v Value) string {
	if s, ok := v.(String); ok {
		return string(s)
	}
	return FormatValue(v)
}

func (b *binder) matchesRegex(n *binaryNode, l, r *bound) *bound {
	out := derived(TBool, l, r)
	le, re := l.eval, r.eval
	if r.konst {
		rx, err := compileRegex(textOf(cast(r.val, TString)))
		if err != nil {
			b.fail(n.r.span(), "KS221", "%s", err)
			return unknown(n.span())
		}
		out.eval = func(e *env) Value {
			v := le(e)
			if v == nil {
				return Bool(false)
			}
			return Bool(rx.MatchString(textOf(v)))
		}
		return b.fold(out, l, r)
	}
	at := n.r.span()
	out.eval = func(e *env) Value {
		lv, rv := le(e), re(e)
		if lv == nil || rv == nil {
			return Bool(false)
		}
		rx, err := compileRegex(textOf(rv))
		if err != nil {
			e.rt.fail(at, "%s", err)
			return nil
		}
		return Bool(rx.MatchString(textOf(lv)))
	}
	return out
}

// sameFamily says whether values of two types may be compared, and as what.
func sameFamily(a, b Type) (Type, bool) {
	if a.isNumber() && b.isNumber() {
		return widest(a, b), true
	}
	if a == TBool && b.isInteger() || b == TBool && a.isInteger() {
		return TLong, true
	}
	t, ok := commonType(a, b)
	return t, ok
}

// compare binds ==, !=, <, <=, > and >=. Strings are compared by == and != only.
func (b *binder) compare(n *binaryNode) *bound {
	l, r := b.expr(n.l), b.expr(n.r)
	if l.typ == TUnknown || r.typ == TUnknown {
		return unknown(n.span())
	}
	_, ok := sameFamily(l.typ, r.typ)
	ordering := n.op != "==" && n.op != "!=" && n.op != "<>"
	if ordering && (l.typ == TString || r.typ == TString || l.typ == TGuid || r.typ == TGuid) {
		hint := ""
		if l.typ == r.typ && l.typ == TString {
			hint = "; strcmp() orders strings"
		} else if r.typ == TString && l.typ != TDynamic {
			hint = fmt.Sprintf("; cast the string with to%s()", l.typ)
		}
		b.fail(n.opAt, "KS106", "the operator %q is not defined for a %s and a %s%s", n.op, l.typ, r.typ, hint)
		return unknown(n.span())
	}
	if !ok {
		b.doubt(n.opAt, "what %q gives for %s and %s is not documented; cast one of them, as with %s", n.op, l.typ, r.typ, castWord(l.typ, r.typ))
		return unknown(n.span())
	}
	l, r = alignDynamic(l, r), alignDynamic(r, l)
	out := derived(TBool, l, r)
	out.eval = compareEval(n.op, l.eval, r.eval)
	return b.fold(out, l, r)
}

func castWord(a, b Type) string {
	if a == TString {
		return fmt.Sprintf("to%s()", b)
	}
	return fmt.Sprintf("to%s()", a)
}

// alignDynamic makes a dynamic that is compared with a typed value one of that
// type; what does not conform is null. A string takes any scalar as its text.
func alignDynamic(x, other *bound) *bound {
	if x.typ != TDynamic || other.typ == TDynamic {
		return x
	}
	out := *x
	out.typ = other.typ
	eval, to := x.eval, other.typ
	if to.isNumber() {
		to = TUnknown
	}
	out.eval = func(e *env) Value { return alignValue(eval(e), to) }
	if x.konst {
		out.val = alignValue(x.val, to)
	}
	return &out
}

func alignValue(v Value, to Type) Value {
	switch {
	case v == nil:
		return nil
	case to == TUnknown:
		if _, ok := v.(Bool); ok || sortRank(v) != 0 {
			return nil
		}
		return v
	}
	return narrow(v, to)
}

// compareEval compares by the table of null: one operand null makes == false,
// != true and the orderings null; both null make all of them null.
func compareEval(op string, le, re evalFn) evalFn {
	switch op {
	case "==":
		return equalEval(le, re, false)
	case "!=", "<>":
		return equalEval(le, re, true)
	}
	want := [3]bool{op[0] == '<', strings.HasSuffix(op, "="), op[0] == '>'}
	return func(e *env) Value {
		l, r := le(e), re(e)
		if l == nil || r == nil {
			return nil
		}
		c, ok := compareValues(l, r)
		return Bool(ok && want[sign(c)+1])
	}
}

func sign(c int) int {
	switch {
	case c < 0:
		return -1
	case c > 0:
		return 1
	}
	return 0
}

func equalEval(le, re evalFn, not bool) evalFn {
	return func(e *env) Value {
		l, r := le(e), re(e)
		if l == nil || r == nil {
			if l == nil && r == nil {
				return nil
			}
			return Bool(not)
		}
		return Bool(equalValues(l, r) != not)
	}
}

// in binds the operators that take a list.
func (b *binder) in(n *inNode) *bound {
	x := b.expr(n.x)
	if n.op == "has_any" || n.op == "has_all" {
		return b.hasList(n, x)
	}
	fold := strings.HasSuffix(n.op, "~")
	not := n.op[0] == '!'
	if fold && x.typ != TString && x.typ != TDynamic && x.typ != TUnknown {
		b.fail(n.opAt, "KS106", "the operator %q is not defined for a %s", n.op, x.typ)
		return unknown(n.at)
	}
	items, ok := b.listItems(n, x.typ)
	if !ok || x.typ == TUnknown {
		return unknown(n.at)
	}
	out := derived(TBool, append(items, x)...)
	out.eval = b.inEval(x, items, fold, not)
	return b.fold(out, append(items, x)...)
}

// listItems binds the items of a list: scalars of a type that compares with
// want, dynamic arrays of such, or one table, whose first column counts.
func (b *binder) listItems(n *inNode, want Type) ([]*bound, bool) {
	var items []*bound
	for _, x := range n.list {
		if b.isTabular(x) {
			items = append(items, b.tableList(x))
			continue
		}
		item := b.expr(x)
		if item.typ == TUnknown {
			return nil, false
		}
		if _, ok := sameFamily(want, item.typ); !ok && want != TUnknown {
			b.doubt(x.span(), "what %q gives for %s and %s is not documented", n.op, want, item.typ)
			return nil, false
		}
		items = append(items, item)
	}
	return items, true
}

// tableList is the array of the first column of a table, made once a run.
func (b *binder) tableList(x node) *bound {
	var rel *relation
	b.within(nil, func() { rel = b.memo(b.table(x)) })
	out := &bound{typ: TDynamic, at: x.span()}
	if len(rel.cols) == 0 {
		return unknown(x.span())
	}
	slot := b.newSlot()
	out.eval = func(e *env) Value {
		if list, ok := e.rt.slot(slot).(Array); ok {
			return list
		}
		list := Array{}
		set, err := rel.run(e.rt)
		if err != nil {
			if e.rt.err == nil {
				e.rt.err = err
			}
			return list
		}
		for _, row := range set.rows {
			list = append(list, row[0])
		}
		e.rt.setSlot(slot, list)
		return list
	}
	return out
}

// inEval tests membership. A list of constants is hashed once; the rest is
// looked through.
func (b *binder) inEval(x *bound, items []*bound, fold, not bool) evalFn {
	set := map[string]bool{}
	hasNull := false
	var rest []evalFn
	text := x.typ == TString
	add := func(v Value) {
		if v == nil {
			hasNull = true
			return
		}
		set[listKey(v, fold, text)] = true
	}
	for _, it := range items {
		if !it.konst {
			rest = append(rest, it.eval)
			continue
		}
		eachItem(it.val, add)
	}
	eval := x.eval
	no, yes := Value(Bool(not)), Value(Bool(!not))
	return func(e *env) Value {
		v := eval(e)
		if v == nil {
			if hasNull {
				return nil
			}
			return no
		}
		key := listKey(v, fold, text)
		if set[key] {
			return yes
		}
		for _, r := range rest {
			found := false
			eachItem(r(e), func(v Value) { found = found || v != nil && listKey(v, fold, text) == key })
			if found {
				return yes
			}
		}
		return no
	}
}

func eachItem(v Value, f func(Value)) {
	if list, ok := v.(Array); ok {
		for _, x := range list {
			f(x)
		}
		return
	}
	f(v)
}

func listKey(v Value, fold, text bool) string {
	if s, ok := v.(String); ok || text {
		if !ok {
			s = String(FormatValue(v))
		}
		if fold {
			return "s" + foldString(string(s))
		}
		return "s" + string(s)
	}
	return keyOf(v)
}

func (b *binder) hasList(n *inNode, x *bound) *bound {
	if x.typ != TString && x.typ != TDynamic && x.typ != TUnknown {
		b.fail(n.opAt, "KS106", "the operator %q is not defined for a %s", n.op, x.typ)
		return unknown(n.at)
	}
	var items []*bound
	for _, y := range n.list {
		var it *bound
		if b.isTabular(y) {
			it = b.tableList(y)
		} else if it = b.expr(y); it.typ != TString && it.typ != TDynamic && it.typ != TUnknown {
			b.doubt(y.span(), "what %q gives for string and %s is not documented", n.op, it.typ)
			return unknown(n.at)
		}
		items = append(items, it)
	}
	all := n.op == "has_all"
	eval, evals := x.eval, evalsOf(items)
	out := derived(TBool, append(items, x)...)
	out.eval = func(e *env) Value {
		v := eval(e)
		if v == nil {
			return Bool(false)
		}
		text, found := foldString(textOf(v)), all
		for _, it := range evals {
			eachItem(it(e), func(w Value) {
				if hit := w != nil && hasTerm(text, foldString(textOf(w))); hit != all {
					found = hit
				}
			})
		}
		return Bool(found)
	}
	return b.fold(out, append(items, x)...)
}

// between binds x between (lo .. hi): both ends belong to it. A datetime may
// have a timespan as its upper end.
func (b *binder) between(n *betweenNode) *bound {
	x, lo, hi := b.expr(n.x), b.expr(n.lo), b.expr(n.hi)
	if x.typ == TUnknown || lo.typ == TUnknown || hi.typ == TUnknown {
		return unknown(n.at)
	}
	if x.typ == TDateTime && lo.typ == TDateTime && hi.typ == TTimespan {
		sum := derived(TDateTime, lo, hi)
		le, he := lo.eval, hi.eval
		sum.eval = func(e *env) Value { return arithmetic("+", le(e), he(e), TDateTime) }
		hi = b.fold(sum, lo, hi)
	}
	for _, end := range []*bound{lo, hi} {
		if _, ok := sameFamily(x.typ, end.typ); !ok || x.typ == TString || end.typ == TString || x.typ == TBool {
			b.fail(n.opAt, "KS106", "between is not defined for a %s, a %s and a %s", x.typ, lo.typ, hi.typ)
			return unknown(n.at)
		}
	}
	xl, xh := alignDynamic(x, lo), alignDynamic(x, hi)
	ge := compareEval(">=", xl.eval, alignDynamic(lo, x).eval)
	le := compareEval("<=", xh.eval, alignDynamic(hi, x).eval)
	out := derived(TBool, x, lo, hi)
	out.eval = func(e *env) Value {
		a, c := ge(e), le(e)
		if a == nil || c == nil {
			if a == Bool(false) || c == Bool(false) {
				return Bool(n.not)
			}
			return nil
		}
		return Bool((bool(a.(Bool)) && bool(c.(Bool))) != n.not)
	}
	return b.fold(out, x, lo, hi)
}
