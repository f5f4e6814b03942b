package kqleval

import "math"

func (b *binder) print(op *printOp) *relation {
	var exprs []namedExpr
	b.within(nil, func() { exprs = b.namedExprs(op.cols, "print_") })
	cols := b.declareAll(exprs)
	evals := exprEvals(exprs)
	return &relation{cols: cols, sorted: true, run: func(rt *runtime) (*rowset, error) {
		out := rt.builder(op.at)
		if err := out.add(evalRow(evals, &env{rt: rt})); err != nil {
			return nil, err
		}
		return out.done(&rowset{}, false)
	}}
}

// rangeTable binds range x from a to b step c.
func (b *binder) rangeTable(op *rangeOp) *relation {
	from, to, step := b.rowless(op.from), b.rowless(op.to), b.rowless(op.step)
	typ := rangeType(from.typ, to.typ, step.typ)
	if typ == TUnknown && !anyUnknown([]*bound{from, to, step}) {
		b.fail(op.at, "", "range has no steps from a %s to a %s by a %s", from.typ, to.typ, step.typ)
	}
	return &relation{cols: []Column{{op.name, typ}}, sorted: true, run: func(rt *runtime) (*rowset, error) {
		e := &env{rt: rt}
		out := rt.builder(op.at)
		err := eachStep(from.eval(e), to.eval(e), step.eval(e), typ, func(v Value) error {
			return out.add([]Value{v})
		})
		if err != nil {
			return nil, err
		}
		return out.done(&rowset{}, false)
	}}
}

func rangeType(from, to, step Type) Type {
	switch {
	case from.isNumber() && to.isNumber() && step.isNumber():
		return widest(widest(from, to), step)
	case from == TDateTime && to == TDateTime && step == TTimespan:
		return TDateTime
	case from == TTimespan && to == TTimespan && step == TTimespan:
		return TTimespan
	}
	return TUnknown
}

// eachStep calls f for from, from+step, … up to and with to. A step of zero or
// a null gives nothing.
func eachStep(from, to, step Value, typ Type, f func(Value) error) error {
	if from == nil || to == nil || step == nil {
		return nil
	}
	up, ok := asTicks(step)
	if !ok || up == 0 || math.IsNaN(up) {
		return nil
	}
	if typ != TDateTime && typ != TTimespan {
		from = cast(from, typ)
	}
	for v := from; v != nil; {
		if c, ok := compareValues(v, to); !ok || up > 0 && c > 0 || up < 0 && c < 0 {
			return nil
		}
		if err := f(v); err != nil {
			return err
		}
		next := arithmetic("+", v, step, typ)
		if c, ok := compareValues(v, nilSafe(next)); !ok || up > 0 && c >= 0 || up < 0 && c <= 0 {
			return nil
		}
		v = next
	}
	return nil
}

// nilSafe keeps compareValues from reading a null: it has no order.
func nilSafe(v Value) Value {
	if v == nil {
		return Array(nil)
	}
	return v
}

// asTicks reads a number or a timespan as a number.
func asTicks(v Value) (float64, bool) {
	switch v := v.(type) {
	case Timespan:
		return float64(v), true
	case DateTime:
		return float64(v), true
	}
	return asFloat(v)
}

// externaldata binds the columns, so that what follows is checked: the rows lie
// elsewhere.
func (b *binder) externaldata(op *datatableOp) *relation {
	for _, n := range op.vals {
		b.rowless(n)
	}
	b.unsupported(op.at, "the operator \"externaldata\": %s", refused("operator", "externaldata"))
	return &relation{cols: op.cols, run: empty().run}
}

func (b *binder) datatable(op *datatableOp) *relation {
	if op.external {
		return b.externaldata(op)
	}
	width := len(op.cols)
	vals := make([]Value, len(op.vals))
	for i, n := range op.vals {
		x := b.rowless(n)
		want := op.cols[i%width]
		if x.typ == TUnknown {
			continue
		}
		if !x.konst {
			b.fail(n.span(), "", "a datatable holds constants only")
			continue
		}
		v, ok := datatableValue(x, want.Type)
		if !ok {
			b.fail(n.span(), "KS107", "the column %q is a %s, and this is a %s", want.Name, want.Type, x.typ)
		}
		vals[i] = v
	}
	rows := make([][]Value, 0, len(vals)/max(width, 1))
	for i := 0; i+width <= len(vals) && width > 0; i += width {
		rows = append(rows, vals[i:i+width:i+width])
	}
	return &relation{cols: op.cols, run: func(*runtime) (*rowset, error) { return &rowset{rows: rows}, nil }}
}

// datatableValue gives a constant as a value of a column: it is cast if that
// loses nothing.
func datatableValue(x *bound, want Type) (Value, bool) {
	if x.val == nil {
		return zero(want), true
	}
	v := cast(x.val, want)
	if v == nil {
		return nil, x.typ == TDynamic || x.typ == TString
	}
	return v, true
}
