package kqleval

// expr binds a scalar expression.
func (b *binder) expr(x node) *bound {
	out := b.exprAny(x)
	if out.tuple != nil {
		return out.tuple[0]
	}
	return out
}

// exprAny binds an expression that may give several columns.
func (b *binder) exprAny(x node) *bound {
	if !b.enter(x.span()) {
		b.leave()
		return unknown(x.span())
	}
	defer b.leave()
	out := b.exprNode(x)
	out.at = x.span()
	return out
}

func (b *binder) exprNode(x node) *bound {
	switch x := x.(type) {
	case *litNode:
		return constant(x.val, x.typ, x.at)
	case *nameNode:
		return b.nameExpr(x)
	case *parenNode:
		return b.exprNode(x.x)
	case *callNode:
		return b.call(x)
	case *unaryNode:
		return b.unary(x)
	case *binaryNode:
		return b.binary(x)
	case *inNode:
		return b.in(x)
	case *betweenNode:
		return b.between(x)
	case *pathNode:
		return b.path(x)
	case *indexNode:
		return b.index(x)
	case *pipeNode, *printOp, *rangeOp, *unionOp, *datatableOp, *searchOp, *findOp:
		b.fail(x.span(), "", "a scalar should stand here, and this is a table; toscalar() makes one of it")
	case *starNode:
		b.fail(x.span(), "", "* cannot stand here")
	case *typeNode:
		b.fail(x.span(), "", "a type cannot stand here")
	default:
		b.fail(x.span(), "", "this cannot stand in an expression")
	}
	return unknown(x.span())
}

func (b *binder) nameExpr(n *nameNode) *bound {
	if b.row != nil {
		if i, ok := b.row.index[n.name]; ok {
			return b.columnExpr(i)
		}
	}
	if v := b.names.find(n.name); v != nil {
		switch {
		case v.scalar != nil:
			return b.letExpr(v, n)
		case v.fn != nil && len(v.fn.params) == 0 && !b.givesTable(v):
			return b.callScalar(v, &callNode{name: n.name, nameAt: n.at, at: n.at})
		}
		b.fail(n.at, "", "%q is a table, and a scalar should stand here", n.name)
		return unknown(n.at)
	}
	if _, ok := b.schema[n.name]; ok {
		b.fail(n.at, "", "%q is a table, and a scalar should stand here", n.name)
		return unknown(n.at)
	}
	if b.aggs != nil {
		if _, ok := b.aggs.input.index[n.name]; ok {
			b.fail(n.at, "KS236", "the column %q must stand in an aggregate such as max(), or after by", n.name)
			return unknown(n.at)
		}
	}
	hint := ""
	if b.row != nil {
		hint = b.nearColumns(n.name)
	}
	b.fail(n.at, "KS142", "no column or variable is named %q%s", n.name, hint)
	return unknown(n.at)
}

func (b *binder) letExpr(v *binding, n *nameNode) *bound {
	if v.scalar.row != nil && v.scalar.row.id() != b.row.id() {
		b.fail(n.at, "", "%q depends on a row of another table, and cannot be used here", n.name)
		return unknown(n.at)
	}
	out := *v.scalar
	out.name, out.plain = n.name, false
	return &out
}

func (b *binder) nearColumns(name string) string {
	names := make([]string, len(b.row.cols))
	for i, c := range b.row.cols {
		names[i] = c.Name
	}
	for s := b.names; s != nil; s = s.parent {
		for n := range s.vals {
			names = append(names, n)
		}
	}
	return nearest(name, names)
}

// columnExpr reads column i of the row in sight.
func (b *binder) columnExpr(i int) *bound {
	c := b.row.cols[i]
	return &bound{typ: c.Type, name: c.Name, plain: true, row: b.row, eval: func(e *env) Value { return e.row[i] }}
}

// path binds x.name: a property of a dynamic, or a column of $left, $right or
// a step of scan.
func (b *binder) path(n *pathNode) *bound {
	if base, ok := n.x.(*nameNode); ok && b.row != nil {
		if out := b.qualified(base, n); out != nil {
			return out
		}
	}
	x := b.expr(n.x)
	if x.typ == TUnknown {
		return x
	}
	if x.typ != TDynamic {
		b.fail(n.name.at, "KS142", "%q is a property, and what it is taken of is a %s; parse_json() makes a dynamic", n.name.name, x.typ)
		return unknown(n.span())
	}
	key, eval := n.name.name, x.eval
	out := derived(TDynamic, x)
	out.name = joinName(x.name, key)
	out.eval = func(e *env) Value { return property(eval(e), key) }
	return b.fold(out, x)
}

func property(v Value, key string) Value {
	if bag, ok := v.(*Bag); ok {
		v, _ := bag.Get(key)
		return v
	}
	return nil
}

func joinName(base, key string) string {
	if base == "" {
		return ""
	}
	return base + "_" + key
}

// qualified binds $left.c, $right.c and step.c.
func (b *binder) qualified(base *nameNode, n *pathNode) *bound {
	if b.row.join && (base.name == "$left" || base.name == "$right") {
		lo, hi := 0, b.row.left
		if base.name == "$right" {
			lo, hi = b.row.left, len(b.row.cols)
		}
		for i := lo; i < hi; i++ {
			if b.row.cols[i].Name == n.name.name {
				return b.columnExpr(i)
			}
		}
		b.fail(n.name.at, "KS142", "%s has no column %q", base.name, n.name.name)
		return unknown(n.span())
	}
	if b.row.steps != nil {
		return b.stepColumn(base, n)
	}
	if b.row.graph != nil {
		return b.graphProperty(base, n)
	}
	return nil
}

// index binds x[i].
func (b *binder) index(n *indexNode) *bound {
	x, i := b.exprAny(n.x), b.expr(n.i)
	if k, ok := asInt(i.val); ok && x.tuple != nil && k >= 0 && k < int64(len(x.tuple)) {
		return x.tuple[k]
	}
	if x.typ == TUnknown || i.typ == TUnknown {
		return unknown(n.at)
	}
	if x.typ != TDynamic {
		b.fail(n.i.span(), "KS147", "only a dynamic has items, and this is a %s", x.typ)
		return unknown(n.at)
	}
	if !i.typ.isInteger() && i.typ != TString && i.typ != TDynamic {
		b.fail(n.i.span(), "KS141", "an item is named by a string or a number, not by a %s", i.typ)
		return unknown(n.at)
	}
	xe, ie := x.eval, i.eval
	out := derived(TDynamic, x, i)
	if i.konst {
		out.name = joinName(x.name, FormatValue(i.val))
	}
	out.eval = func(e *env) Value { return item(xe(e), ie(e)) }
	return b.fold(out, x, i)
}

// item gives x[i]: null out of range; a negative index counts from the end.
func item(x, i Value) Value {
	switch x := x.(type) {
	case *Bag:
		if s, ok := i.(String); ok {
			return property(x, string(s))
		}
	case Array:
		n, ok := asInt(i)
		if _, isBool := i.(Bool); !ok || isBool {
			return nil
		}
		if n < 0 {
			n += int64(len(x))
		}
		if n >= 0 && n < int64(len(x)) {
			return x[n]
		}
	}
	return nil
}

// derived starts the expression that is made of others.
func derived(t Type, of ...*bound) *bound {
	out := &bound{typ: t}
	for _, x := range of {
		if x.row != nil {
			out.row = x.row
		}
		out.window = out.window || x.window
	}
	return out
}

// fold evaluates what is made of constants alone.
func (b *binder) fold(x *bound, of ...*bound) *bound {
	for _, y := range of {
		if !y.konst {
			return x
		}
	}
	return b.foldNow(x)
}

func (b *binder) foldNow(x *bound) *bound {
	if b.rt.err != nil || len(b.errs) > 0 {
		return x
	}
	v := x.eval(&env{rt: b.rt})
	if b.rt.err == errLater {
		b.rt.err = nil
		return x
	}
	if b.rt.err != nil {
		var e *Error
		if !b.eager {
			e, b.rt.err = b.rt.err.(*Error), nil
		}
		if e != nil {
			b.errs = append(b.errs, e)
		}
		return x
	}
	out := *x
	out.konst, out.val = true, v
	out.eval = func(*env) Value { return v }
	return &out
}

// binary binds an operator of two operands. Chains of and, or are bound flat.
func (b *binder) binary(n *binaryNode) *bound {
	switch n.op {
	case "and", "or":
		return b.logic(n)
	case "+", "-", "*", "/", "%":
		return b.arith(n)
	case "==", "!=", "<>", "<", "<=", ">", ">=":
		return b.compare(n)
	}
	if star, ok := n.l.(*starNode); ok && b.row != nil {
		return b.anyColumn(n, star)
	}
	return b.stringOp(n)
}

// anyColumn binds * contains "x" and its kin: the predicate is asked of the
// text of each column, and holds if it holds of one.
func (b *binder) anyColumn(n *binaryNode, star *starNode) *bound {
	terms := make([]*bound, len(b.row.cols))
	for i, c := range b.row.cols {
		var text node = &nameNode{c.Name, star.at}
		if c.Type != TString {
			text = &callNode{name: "tostring", nameAt: star.at, args: []argNode{{x: text}}, at: star.at}
		}
		terms[i] = b.stringOp(&binaryNode{n.op, n.opAt, text, n.r})
	}
	out := derived(TBool, terms...)
	out.eval = logicEval(terms, true, out.window)
	return out
}

func evalsOf(xs []*bound) []evalFn {
	out := make([]evalFn, len(xs))
	for i, x := range xs {
		out[i] = x.eval
	}
	return out
}

// predicate binds an expression that must be a bool.
func (b *binder) predicate(x node) *bound {
	p := b.expr(x)
	if p.typ != TBool && p.typ != TUnknown {
		b.fail(x.span(), "KS141", "a bool should stand here, and this is a %s", p.typ)
	}
	return p
}

// rowless binds an expression that names no column, such as the number of a
// take.
func (b *binder) rowless(x node) *bound {
	var out *bound
	b.within(nil, func() { out = b.expr(x) })
	return out
}
