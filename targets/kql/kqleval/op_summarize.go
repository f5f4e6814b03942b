package kqleval

// aggScope gathers the aggregate calls of a summarize while its columns are
// bound: their arguments see the input, and the expressions around them see
// the results.
type aggScope struct {
	input *rowScope
	out   *rowScope
	keys  int // columns of the results that are keys
	by    map[string]bool
	list  []boundAgg
}

// A boundAgg is one aggregate call.
type boundAgg struct {
	args []evalFn
	pred evalFn // of the if forms, or nil
	make func() accumulator
}

// An accumulator gathers the values of one group.
type accumulator interface {
	add(rt *runtime, args []Value)
	result() Value
}

// aggregateColumns binds the columns of a summarize or make-series.
// Only in a series may a constant stand for an aggregate.
func (b *binder) aggregateColumns(args []argNode, input *rowScope, by []namedExpr, series bool) ([]namedExpr, *aggScope) {
	scope := &aggScope{input: input, out: &rowScope{}, keys: len(by), by: map[string]bool{}}
	for _, k := range by {
		if n, ok := k.column(input); ok {
			scope.by[n] = true
		}
	}
	oldRow, oldAggs := b.row, b.aggs
	b.row, b.aggs = scope.out, scope
	exprs := b.namedExprs(args, "")
	b.row, b.aggs = oldRow, oldAggs
	for i, e := range exprs {
		if e.x.row == nil && e.x.typ != TUnknown && !(series && e.x.konst) {
			b.fail(e.at, "KS236", "an aggregate such as count() should stand here; what rows have in common goes after by")
			exprs[i].x = unknown(e.at)
		}
	}
	return exprs, scope
}

// column gives the name of the input's column that a key is, if it is one.
func (e namedExpr) column(input *rowScope) (string, bool) {
	if e.x.row != input || e.x.name == "" || !e.x.plain {
		return "", false
	}
	return e.x.name, true
}

func (b *binder) summarize(in *relation, op *summarizeOp) *relation {
	if len(op.aggs) == 0 && len(op.by) == 0 {
		b.fail(op.at, "", "summarize lacks its aggregates")
		return in
	}
	input := newRowScope(in.cols, in.sorted)
	var by []namedExpr
	b.within(input, func() { by = b.namedExprs(op.by, "") })
	b.refuseDynamic(by)
	exprs, scope := b.aggregateColumns(op.aggs, input, by, false)
	n := newNamer(nil)
	var cols []Column
	for _, e := range by {
		cols = append(cols, Column{b.declare(n, e), e.x.typ})
	}
	for _, e := range exprs {
		cols = append(cols, Column{b.declare(n, e), e.x.typ})
	}
	keyEvals, outEvals := exprEvals(by), exprEvals(exprs)
	return &relation{cols: cols, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		groups, err := groupRows(rt, set.rows, keyEvals, scope.list)
		if err != nil {
			return nil, err
		}
		out := rt.builder(op.at)
		for _, g := range groups {
			row := append([]Value(nil), g.keys...)
			e := &env{rt: rt, row: g.row(scope.list)}
			for _, eval := range outEvals {
				row = append(row, eval(e))
			}
			if err := out.add(row); err != nil {
				return nil, err
			}
		}
		return out.done(set, false)
	}}
}

// A group is the rows of one key.
type group struct {
	keys []Value
	accs []accumulator
}

// row is the keys and the results.
func (g *group) row(aggs []boundAgg) []Value {
	row := append(make([]Value, 0, len(g.keys)+len(aggs)), g.keys...)
	for _, acc := range g.accs {
		row = append(row, acc.result())
	}
	return row
}

func newGroup(keys []Value, aggs []boundAgg) *group {
	g := &group{keys: keys, accs: make([]accumulator, len(aggs))}
	for i, a := range aggs {
		g.accs[i] = a.make()
	}
	return g
}

func (g *group) add(e *env, aggs []boundAgg) {
	for i, a := range aggs {
		if a.pred != nil && a.pred(e) != Bool(true) {
			continue
		}
		vals := make([]Value, len(a.args))
		for j, arg := range a.args {
			vals[j] = arg(e)
		}
		g.accs[i].add(e.rt, vals)
	}
}

// groupRows gathers rows by key, in order of appearance. Without keys there is
// one group, even of no rows.
func groupRows(rt *runtime, rows [][]Value, keys []evalFn, aggs []boundAgg) ([]*group, error) {
	index := map[string]*group{}
	var groups []*group
	if len(keys) == 0 {
		g := newGroup(nil, aggs)
		groups = append(groups, g)
		index[""] = g
	}
	e := env{rt: rt, rows: rows}
	var buf []byte
	for i, row := range rows {
		if err := rt.step(); err != nil {
			return nil, err
		}
		e.row, e.idx = row, i
		vals := evalRow(keys, &e)
		buf = buf[:0]
		for _, v := range vals {
			buf = appendKey(buf, v)
		}
		g, ok := index[string(buf)]
		if !ok {
			g = newGroup(vals, aggs)
			index[string(buf)] = g
			groups = append(groups, g)
			rt.hold(rowSize(vals) + int64(len(buf)))
		}
		g.add(&e, aggs)
	}
	return groups, rt.err
}

// hold charges for what accumulators keep.
func (rt *runtime) hold(n int64) {
	if rt.used += n; rt.used > rt.maxBytes {
		rt.fail(span{}, "the groups need more than %d bytes of memory, which is the limit of this run", rt.maxBytes)
	}
}

// addAgg puts an aggregate on the list and gives the expression of its result.
func (s *aggScope) addAgg(a boundAgg, typ Type) *bound {
	i := s.keys + len(s.list)
	s.list = append(s.list, a)
	return &bound{typ: typ, row: s.out, eval: func(e *env) Value { return e.row[i] }}
}
