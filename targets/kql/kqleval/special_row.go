package kqleval

import "strings"

// toScalar runs a table once and takes its first value. Of a scalar it is the
// scalar.
func (b *binder) toScalar(n *callNode) *bound {
	if !b.wantArgs(n, 1, 1) {
		return unknown(n.at)
	}
	x := n.args[0].x
	if !b.isTabular(x) {
		return b.once(b.rowless(x))
	}
	var rel *relation
	b.within(nil, func() { rel = b.table(x) })
	if len(rel.cols) == 0 {
		return unknown(n.at)
	}
	typ := rel.cols[0].Type
	slot := b.newSlot()
	return &bound{typ: typ, eval: func(e *env) Value {
		if v, ok := e.rt.slot(slot).(*Value); ok {
			return *v
		}
		v := zero(typ)
		set, err := rel.run(e.rt)
		if err != nil {
			if e.rt.err == nil {
				e.rt.err = err
			}
			return v
		}
		if len(set.rows) > 0 {
			v = set.rows[0][0]
		}
		e.rt.setSlot(slot, &v)
		return v
	}}
}

// once makes an expression keep the value that it has first in a run.
func (b *binder) once(x *bound) *bound {
	if x.konst || x.typ == TUnknown {
		return x
	}
	slot, eval := b.newSlot(), x.eval
	out := *x
	out.window = false
	out.eval = func(e *env) Value {
		if v, ok := e.rt.slot(slot).(*Value); ok {
			return *v
		}
		v := eval(e)
		e.rt.setSlot(slot, &v)
		return v
	}
	return &out
}

// columnIfExists is the column that a constant names, or else its second
// argument.
func (b *binder) columnIfExists(n *callNode) *bound {
	if !b.wantArgs(n, 2, 2) {
		return unknown(n.at)
	}
	name, def := b.expr(n.args[0].x), b.expr(n.args[1].x)
	text, ok := name.val.(String)
	if !name.konst || !ok {
		b.fail(name.at, "KS107", "the name of the column must be a constant string")
		return unknown(n.at)
	}
	if b.row != nil {
		if i, ok := b.row.index[string(text)]; ok {
			return b.columnExpr(i)
		}
	}
	out := *def
	out.name = ""
	return &out
}

func (b *binder) columnExists(n *callNode) *bound {
	if !b.wantArgs(n, 1, 1) {
		return unknown(n.at)
	}
	name := b.expr(n.args[0].x)
	found := false
	if b.row != nil {
		_, found = b.row.index[FormatValue(name.val)]
	}
	return constant(Bool(found), TBool, n.at)
}

// nowCall binds now([offset]) and ago(offset): fixed for the whole query.
func (b *binder) nowCall(n *callNode) *bound {
	least := 0
	if n.name == "ago" {
		least = 1
	}
	if !b.wantArgs(n, least, 1) {
		return unknown(n.at)
	}
	if len(n.args) == 0 {
		return &bound{typ: TDateTime, eval: func(e *env) Value { return e.rt.now }}
	}
	x := b.expr(n.args[0].x)
	if x.typ != TTimespan {
		if x.typ != TUnknown {
			b.fail(x.at, "KS107", "a timespan should stand here, and this is a %s", x.typ)
		}
		return unknown(n.at)
	}
	op := "+"
	if n.name == "ago" {
		op = "-"
	}
	eval := x.eval
	out := derived(TDateTime, x)
	out.eval = func(e *env) Value { return arithmetic(op, e.rt.now, eval(e), TDateTime) }
	return out
}

// randomCall binds rand([n]) and new_guid(): the same numbers in every run.
func (b *binder) randomCall(n *callNode) *bound {
	if n.name == "new_guid" {
		if !b.wantArgs(n, 0, 0) {
			return unknown(n.at)
		}
		return &bound{typ: TGuid, window: true, eval: func(e *env) Value {
			var g Guid
			for i := range g {
				g[i] = byte(e.rt.random.UintN(256))
			}
			g[6], g[8] = g[6]&15|0x40, g[8]&63|0x80
			return g
		}}
	}
	if !b.wantArgs(n, 0, 1) {
		return unknown(n.at)
	}
	top := int64(0)
	if len(n.args) == 1 {
		x := b.expr(n.args[0].x)
		v, ok := asInt(x.val)
		if !x.konst || !ok {
			b.fail(n.args[0].x.span(), "", "rand() takes a constant integer")
			return unknown(n.at)
		}
		top = v
	}
	return &bound{typ: TReal, eval: func(e *env) Value {
		if top > 1 {
			return Real(e.rt.random.Int64N(top))
		}
		return Real(e.rt.random.Float64())
	}}
}

// packColumns binds pack_all([ignore_null_empty]) and bag_pack_columns(a, …).
func (b *binder) packColumns(n *callNode) *bound {
	if b.row == nil {
		b.fail(n.nameAt, "", "%s() needs a row, and none is in sight", n.name)
		return unknown(n.at)
	}
	var cols []*bound
	skip := false
	if n.name == "pack_all" {
		if !b.wantArgs(n, 0, 1) {
			return unknown(n.at)
		}
		if len(n.args) == 1 {
			skip = b.expr(n.args[0].x).val == Bool(true)
		}
		for i := range b.row.cols {
			cols = append(cols, b.columnExpr(i))
		}
	} else {
		cols = b.argBounds(n)
	}
	out := derived(TDynamic, cols...)
	out.row = b.row
	out.eval = func(e *env) Value {
		bag := &Bag{}
		for _, c := range cols {
			v := c.eval(e)
			if skip && (v == nil || v == String("")) {
				continue
			}
			bag.set(c.name, v)
		}
		return bag
	}
	return out
}

// packStar binds pack_array(*).
func (b *binder) packStar(n *callNode) *bound {
	if b.row == nil {
		b.fail(n.args[0].x.span(), "", "* needs a row, and none is in sight")
		return unknown(n.at)
	}
	return &bound{typ: TDynamic, row: b.row, eval: func(e *env) Value { return Array(e.row) }}
}

func (b *binder) columnNamesOf(n *callNode) *bound {
	if !b.wantArgs(n, 1, 1) {
		return unknown(n.at)
	}
	var rel *relation
	b.within(nil, func() { rel = b.table(n.args[0].x) })
	names := Array{}
	for _, c := range rel.cols {
		names = append(names, String(c.Name))
	}
	return constant(names, TDynamic, n.at)
}

// extractTyped binds the form of extract and extract_json with a type as the
// last argument; the other form is a common function.
func (b *binder) extractTyped(n *callNode) (*bound, bool) {
	if len(n.args) == 0 {
		return nil, false
	}
	typ, ok := n.args[len(n.args)-1].x.(*typeNode)
	if !ok {
		return nil, false
	}
	short := *n
	short.args = n.args[:len(n.args)-1]
	name := strings.Replace(n.name, "extractjson", "extract_json", 1)
	x := b.applyFunction(&short, functionTable()[name])
	if x.typ == TUnknown {
		return x, true
	}
	out := *castBound(x, typ.typ)
	return &out, true
}

// arraySort binds array_sort_asc(a, b…, [nulls_last]), which gives as many
// arrays as it takes: the others follow the order of the first.
func (b *binder) arraySort(n *callNode) *bound {
	args := b.argBounds(n)
	if len(args) == 0 || anyUnknown(args) {
		if len(args) == 0 {
			b.fail(n.nameAt, "KS119", "%s() takes at least 1 argument", n.name)
		}
		return unknown(n.at)
	}
	nullsLast := true
	if last := args[len(args)-1]; last.typ == TBool && len(args) > 1 {
		nullsLast = last.val == Bool(true)
		args = args[:len(args)-1]
	}
	for _, x := range args {
		if x.typ != TDynamic {
			b.fail(x.at, "KS234", "a dynamic array should stand here, and this is a %s", x.typ)
			return unknown(n.at)
		}
	}
	evals := evalsOf(args)
	asc := n.name == "array_sort_asc"
	items := make([]*bound, len(args))
	for i, x := range args {
		item := derived(TDynamic, args...)
		item.name = x.name
		if item.name != "" {
			item.name += "_sorted"
		}
		item.eval = func(e *env) Value { return sortedArray(e, evals, i, asc, nullsLast) }
		items[i] = b.fold(item, args...)
	}
	if len(items) == 1 {
		return items[0]
	}
	out := *items[0]
	out.tuple = items
	return &out
}

// dataSize binds estimate_data_size(columns): of strings and of what takes
// eight bytes, as its example has it; the sizes of the rest are not documented.
func (b *binder) dataSize(n *callNode) *bound {
	var cols []*bound
	if _, star := n.args0().(*starNode); star && b.row != nil {
		for i := range b.row.cols {
			cols = append(cols, b.columnExpr(i))
		}
	} else {
		cols = b.argBounds(n)
	}
	if len(cols) == 0 {
		b.fail(n.nameAt, "KS119", "estimate_data_size() takes columns or *")
		return unknown(n.at)
	}
	for _, c := range cols {
		switch c.typ {
		case TString, TLong, TReal, TDateTime, TTimespan, TUnknown:
		default:
			b.unsupported(n.nameAt, "estimate_data_size() of a %s", c.typ)
			return unknown(n.at)
		}
	}
	out := derived(TLong, cols...)
	out.eval = func(e *env) Value {
		size := 0
		for _, c := range cols {
			if s, ok := c.eval(e).(String); ok {
				size += len(s)
			} else {
				size += 8
			}
		}
		return Long(size)
	}
	return out
}

// args0 is the first argument, or nil.
func (n *callNode) args0() node {
	if len(n.args) == 0 {
		return nil
	}
	return n.args[0].x
}
