package kqleval

// partition runs the subquery on the rows of each key, or a query that knows
// the key.
func (b *binder) partition(in *relation, op *partitionOp) *relation {
	var key *bound
	b.within(newRowScope(in.cols, in.sorted), func() { key = b.expr(op.by) })
	if key.typ == TDynamic {
		b.fail(op.by.span(), "KS116", "a dynamic cannot be a key here; cast it, as with tostring()")
	}
	var body *relation
	var sub bodySlots
	if op.source {
		body, sub = b.keyedQuery(op, key)
	} else {
		body, sub = b.subquery(op.body, in.cols)
	}
	return &relation{cols: body.cols, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		order, parts := partitionRows(rt, set.rows, key.eval)
		out := rt.builder(op.at)
		for _, k := range order {
			sub.start(rt, parts[k])
			got, err := body.run(rt)
			if err != nil {
				return nil, err
			}
			for _, row := range got.rows {
				if err := out.add(row); err != nil {
					return nil, err
				}
			}
			rt.used -= got.bytes
		}
		return out.done(set, false)
	}}
}

// partitionRows gathers the rows of each key; the keys come in order of
// appearance.
func partitionRows(rt *runtime, rows [][]Value, key evalFn) ([]string, map[string][][]Value) {
	var order []string
	parts := map[string][][]Value{}
	for i, row := range rows {
		k := keyOf(key(&env{rt: rt, row: row, rows: rows, idx: i}))
		if parts[k] == nil {
			order = append(order, k)
		}
		parts[k] = append(parts[k], row)
	}
	return order, parts
}

// keyedQuery binds a query with a source of its own, in which the name of the
// key is a scalar.
func (b *binder) keyedQuery(op *partitionOp, key *bound) (*relation, bodySlots) {
	first := b.newSlot()
	name := op.by.(*nameNode).name
	scalar := &bound{typ: key.typ, name: name, eval: func(e *env) Value {
		rows, _ := e.rt.slot(first).([][]Value)
		return key.eval(&env{rt: e.rt, row: rows[0], rows: rows})
	}}
	old := b.names
	b.names = &nameScope{parent: old, vals: map[string]*binding{name: {name: name, scalar: scalar}}}
	out := empty()
	b.bodies++
	b.within(nil, func() { out = b.table(op.body) })
	b.bodies--
	b.names = old
	return out, bodySlots{first, b.slots}
}
