package kqleval

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
