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

// makeSeries binds make-series: for each group an array of each aggregate, and
// the array of the axis.
func (b *binder) makeSeries(in *relation, op *makeSeriesOp) *relation {
	input := newRowScope(in.cols, in.sorted)
	s := series{at: op.at, nonEmpty: op.nonEmpty, inRange: op.inRange}
	var by, axis []namedExpr
	b.within(input, func() {
		by = b.namedExprs(op.by, "")
		axis = b.namedExprs([]argNode{op.on}, "")
	})
	s.axis, s.typ = axis[0].x.eval, axis[0].x.typ
	s.from, s.to, s.step = b.axisEnd(op.from, s.typ), b.axisEnd(op.to, s.typ), b.rowless(op.step)
	if rangeType(s.typ, s.typ, s.step.typ) == TUnknown && s.typ != TUnknown && s.step.typ != TUnknown {
		b.fail(op.step.span(), "", "an axis of type %s has no step of type %s", s.typ, s.step.typ)
	}
	args := make([]argNode, len(op.aggs))
	for i, a := range op.aggs {
		args[i] = a.arg
	}
	exprs, scope := b.aggregateColumns(args, input, by, true)
	n := newNamer(nil)
	var cols []Column
	for _, e := range by {
		cols = append(cols, Column{b.declare(n, e), e.x.typ})
	}
	for i, e := range exprs {
		cols = append(cols, Column{b.declare(n, e), TDynamic})
		def := cast(Long(0), e.x.typ)
		if i < len(op.aggs) && op.aggs[i].def != nil {
			def = cast(b.rowless(op.aggs[i].def).val, e.x.typ)
		}
		s.defaults = append(s.defaults, def)
	}
	cols = append(cols, Column{b.declare(n, axis[0]), TDynamic})
	s.keys, s.outs, s.aggs = exprEvals(by), exprEvals(exprs), scope.list
	return &relation{cols: cols, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		return s.run(rt, set)
	}}
}

func (b *binder) axisEnd(x node, typ Type) *bound {
	if x == nil {
		return nil
	}
	end := b.rowless(x)
	if _, ok := sameFamily(typ, end.typ); !ok && typ != TUnknown && end.typ != TUnknown {
		b.fail(x.span(), "", "the axis is a %s, and its end is a %s", typ, end.typ)
	}
	return end
}

// series is a make-series that is bound.
type series struct {
	at       span
	nonEmpty bool
	inRange  bool
	axis     evalFn
	typ      Type
	from, to *bound
	step     *bound
	keys     []evalFn
	outs     []evalFn
	aggs     []boundAgg
	defaults []Value
}

func (s *series) run(rt *runtime, set *rowset) (*rowset, error) {
	points, err := s.points(rt, set.rows)
	if err != nil {
		return nil, err
	}
	step, _ := asTicks(s.step.eval(&env{rt: rt}))
	place := func(e *env) Value {
		v := s.axis(e)
		if v == nil || len(points) == 0 {
			return nil
		}
		first, _ := asTicks(points[0])
		x, _ := asTicks(v)
		i := int64((x - first) / step)
		if x < first || i >= int64(len(points)) {
			return nil
		}
		return Long(i)
	}
	groups, err := groupRows(rt, set.rows, append(append([]evalFn(nil), s.keys...), place), s.aggs)
	if err != nil {
		return nil, err
	}
	return s.gather(rt, set, points, groups)
}

// gather puts the groups of one key into one row.
func (s *series) gather(rt *runtime, set *rowset, points Array, groups []*group) (*rowset, error) {
	index := map[string][]Value{}
	var rows [][]Value
	width := len(s.keys)
	if s.nonEmpty && len(groups) == 0 && width == 0 {
		groups = []*group{{keys: []Value{nil}}}
	}
	for _, g := range groups {
		keys := g.keys[:width]
		key := keyOf(keys...)
		row, ok := index[key]
		if !ok {
			row = append(row, keys...)
			for _, def := range s.defaults {
				list := make(Array, len(points))
				for i := range list {
					list[i] = def
				}
				row = append(row, list)
			}
			row = append(row, points)
			index[key] = row
			rows = append(rows, row)
			rt.hold(rowSize(row))
		}
		at, ok := g.keys[width].(Long)
		if !ok {
			continue
		}
		e := &env{rt: rt, row: append(append([]Value(nil), keys...), g.row(s.aggs)[width+1:]...)}
		for i, eval := range s.outs {
			row[width+i].(Array)[at] = eval(e)
		}
		if err := rt.step(); err != nil {
			return nil, err
		}
	}
	out := rt.builder(s.at)
	for _, row := range rows {
		if err := out.add(row); err != nil {
			return nil, err
		}
	}
	return out.done(set, false)
}

// points gives the axis: from and up to, but not with, to. An end that the
// query leaves open is that of the data, at a multiple of the step.
func (s *series) points(rt *runtime, rows [][]Value) (Array, error) {
	e := &env{rt: rt}
	step := s.step.eval(e)
	var lo, hi Value
	for i, row := range rows {
		v := s.axis(&env{rt: rt, row: row, rows: rows, idx: i})
		if v == nil {
			continue
		}
		if lo == nil || orderValues(v, lo) < 0 {
			lo = v
		}
		if hi == nil || orderValues(v, hi) > 0 {
			hi = v
		}
	}
	if s.from != nil {
		lo = s.from.eval(e)
	} else if lo != nil {
		lo = binValue(lo, step, s.typ)
	}
	if s.inRange {
		lo = binValue(lo, step, s.typ)
	}
	if s.to != nil {
		hi = s.to.eval(e)
	}
	out := Array{}
	err := eachStep(lo, hi, step, s.typ, func(v Value) error {
		if c, ok := compareValues(v, hi); s.to != nil && !s.inRange && ok && c == 0 {
			return nil
		}
		if len(out) >= maxSeries {
			return rt.errorAt(s.at, "the series has more than %d points; take a longer step", maxSeries)
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// maxSeries is the documented limit of the points of a make-series.
const maxSeries = 1_048_576
