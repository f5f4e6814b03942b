package kqleval

import "slices"

// topNested binds top-nested: the best values of a column, and within each the
// best of the next.
func (b *binder) topNested(in *relation, op *topNestedOp) *relation {
	input := newRowScope(in.cols, in.sorted)
	n := newNamer(nil)
	var cols []Column
	levels := make([]nestedLevel, len(op.levels))
	for i, l := range op.levels {
		level, own := b.nestedLevel(input, n, l)
		if level.others != nil && i < len(op.levels)-1 {
			b.unsupported(l.others.span(), "others before the last level of top-nested")
		}
		levels[i] = level
		cols = append(cols, own...)
	}
	return &relation{cols: cols, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(op.at)
		if err := nest(out, levels, set.rows, nil); err != nil {
			return nil, err
		}
		return out.done(set, false)
	}}
}

type nestedLevel struct {
	n      func(*runtime) (int, error)
	of     evalFn
	others evalFn
	by     evalFn
	list   []boundAgg
	key    boundKey
}

// nestedLevel binds one level and gives its two columns.
func (b *binder) nestedLevel(input *rowScope, n *namer, l topNestedLevel) (nestedLevel, []Column) {
	var of []namedExpr
	b.within(input, func() { of = b.namedExprs([]argNode{l.of}, "") })
	b.refuseDynamic(of)
	by, scope := b.aggregateColumns([]argNode{l.by}, input, nil, false)
	name := of[0].name
	if name == "" {
		name = n.auto()
	} else {
		name = n.unique(name)
	}
	aggName := "aggregated_" + name
	if by[0].given {
		aggName = by[0].name
	}
	level := nestedLevel{of: of[0].x.eval, by: by[0].x.eval, list: scope.list, key: boundKey{asc: l.key.asc}}
	if l.n != nil {
		level.n = b.countValue(l.n)
	}
	if l.others != nil {
		level.others = b.othersValue(l, of[0].x.typ)
	}
	return level, []Column{{name, of[0].x.typ}, {n.unique(aggName), by[0].x.typ}}
}

func (b *binder) othersValue(l topNestedLevel, typ Type) evalFn {
	x := b.rowless(l.others)
	if l.n == nil {
		b.fail(l.others.span(), "", "others needs a number of values before of")
	}
	fit, ok := convertTo(x, typ)
	if !ok || !x.konst {
		b.fail(l.others.span(), "KS107", "a constant %s should stand here", typ)
		return x.eval
	}
	return fit.eval
}

// nest puts out the best groups of rows, each with those within it.
func nest(out *builder, levels []nestedLevel, rows [][]Value, prefix []Value) error {
	if len(levels) == 0 {
		return out.add(prefix)
	}
	l := levels[0]
	_, parts := partitionRows(out.rt, rows, l.of)
	groups, err := groupRows(out.rt, rows, []evalFn{l.of}, l.list)
	if err != nil {
		return err
	}
	scores := map[*group]Value{}
	for _, g := range groups {
		scores[g] = l.score(out.rt, g)
	}
	slices.SortStableFunc(groups, func(x, y *group) int { return compareKeys(scores[x], scores[y], l.key) })
	limit := len(groups)
	if l.n != nil {
		n, err := l.n(out.rt)
		if err != nil {
			return err
		}
		limit = min(limit, n)
	}
	for _, g := range groups[:limit] {
		next := append(slices.Clone(prefix), g.keys[0], scores[g])
		if err := nest(out, levels[1:], parts[keyOf(g.keys[0])], next); err != nil {
			return err
		}
	}
	if l.others == nil {
		return nil
	}
	var rest [][]Value
	for _, g := range groups[limit:] {
		rest = append(rest, parts[keyOf(g.keys[0])]...)
	}
	return l.addOthers(out, rest, prefix)
}

func (l *nestedLevel) score(rt *runtime, g *group) Value {
	return l.by(&env{rt: rt, row: g.row(l.list)[len(g.keys):]})
}

// addOthers puts out the aggregate of the rows that are not among the best.
func (l *nestedLevel) addOthers(out *builder, rest [][]Value, prefix []Value) error {
	if len(rest) == 0 {
		return out.rt.errorAt(out.at, "not supported: others in top-nested where nothing is left for it")
	}
	groups, err := groupRows(out.rt, rest, nil, l.list)
	if err != nil {
		return err
	}
	return out.add(append(slices.Clone(prefix), l.others(&env{rt: out.rt}), l.score(out.rt, groups[0])))
}
