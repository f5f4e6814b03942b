package kqleval

import "slices"

func (b *binder) unary(n *unaryNode) *bound {
	x := b.expr(n.x)
	if x.typ == TUnknown || n.op == "+" && x.typ.isNumber() {
		return x
	}
	if !x.typ.isNumber() && x.typ != TTimespan && x.typ != TDynamic {
		b.fail(n.at, "KS106", "the operator %q is not defined for a %s", n.op, x.typ)
		return unknown(n.at)
	}
	typ := x.typ
	if typ == TInt {
		typ = TLong
	}
	eval := x.eval
	out := derived(typ, x)
	out.eval = func(e *env) Value { return negate(eval(e), typ) }
	return b.fold(out, x)
}

func negate(v Value, typ Type) Value {
	switch v := v.(type) {
	case Long:
		return -v
	case Int:
		return -Long(v)
	case Real:
		return -v
	case Timespan:
		return -v
	case Decimal:
		return arithmetic("-", Long(0), v, typ)
	}
	return nil
}

// logic binds a chain of and or of or with the rules of SQL: false and null is
// false, true or null is true, all else with null is null.
func (b *binder) logic(n *binaryNode) *bound {
	var nodes []node
	var x node = n
	for {
		next, ok := x.(*binaryNode)
		if !ok || next.op != n.op {
			break
		}
		nodes = append(nodes, next.r)
		x = next.l
	}
	nodes = append(nodes, x)
	slices.Reverse(nodes)
	terms := make([]*bound, len(nodes))
	for i, x := range nodes {
		terms[i] = b.expr(x)
		if t := terms[i].typ; t != TBool && t != TDynamic && t != TUnknown {
			b.fail(x.span(), "KS106", "the operator %q takes bools, and this is a %s", n.op, t)
			return unknown(n.span())
		}
		terms[i] = castBound(terms[i], TBool)
	}
	out := derived(TBool, terms...)
	out.eval = logicEval(terms, n.op == "or", out.window)
	return b.fold(out, terms...)
}

func logicEval(terms []*bound, or, eager bool) evalFn {
	stop := Bool(or)
	evals := evalsOf(terms)
	return func(e *env) Value {
		var result Value = !stop
		for _, eval := range evals {
			switch v := eval(e); v {
			case stop:
				if !eager {
					return stop
				}
				result = stop
			case nil:
				if result != stop {
					result = nil
				}
			}
		}
		return result
	}
}
