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
		var of []namedExpr
		b.within(input, func() { of = b.namedExprs([]argNode{l.of}, "") })
		b.refuseDynamic(of)
		by, scope := b.aggregateColumns([]argNode{l.by}, input, nil, false)
		name := b.declare(n, of[0])
		cols = append(cols, Column{name, of[0].x.typ})
		aggName := "aggregated_" + name
		if by[0].given {
			aggName = by[0].name
		}
		cols = append(cols, Column{n.unique(aggName), by[0].x.typ})
		levels[i] = nestedLevel{of: of[0].x.eval, by: by[0].x.eval, list: scope.list, key: boundKey{asc: l.key.asc}}
		if l.n != nil {
			levels[i].n = b.countValue(l.n)
		}
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
	n    func(*runtime) (int, error)
	of   evalFn
	by   evalFn
	list []boundAgg
	key  boundKey
}

// nest puts out the best groups of rows, each with those within it.
func nest(out *builder, levels []nestedLevel, rows [][]Value, prefix []Value) error {
	if len(levels) == 0 {
		return out.add(prefix)
	}
	l := levels[0]
	parts := map[string][][]Value{}
	for i, row := range rows {
		k := keyOf(l.of(&env{rt: out.rt, row: row, rows: rows, idx: i}))
		parts[k] = append(parts[k], row)
	}
	groups, err := groupRows(out.rt, rows, []evalFn{l.of}, l.list)
	if err != nil {
		return err
	}
	score := func(g *group) Value { return l.by(&env{rt: out.rt, row: g.row(l.list)[1:]}) }
	slices.SortStableFunc(groups, func(x, y *group) int { return compareKeys(score(x), score(y), l.key) })
	limit := len(groups)
	if l.n != nil {
		n, err := l.n(out.rt)
		if err != nil {
			return err
		}
		limit = min(limit, n)
	}
	for _, g := range groups[:limit] {
		next := append(append([]Value(nil), prefix...), g.keys[0], score(g))
		if err := nest(out, levels[1:], parts[keyOf(g.keys[0])], next); err != nil {
			return err
		}
	}
	return nil
}
