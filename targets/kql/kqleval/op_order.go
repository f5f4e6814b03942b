package kqleval

import (
	"slices"
)

// A boundKey is an expression to sort by.
type boundKey struct {
	eval       evalFn
	asc        bool
	nullsFirst bool
}

func (b *binder) sortKeys(keys []sortKey, in *relation) []boundKey {
	out := make([]boundKey, len(keys))
	b.within(newRowScope(in.cols, in.sorted), func() {
		for i, k := range keys {
			x := b.expr(k.x)
			if x.typ == TDynamic {
				b.fail(k.x.span(), "KS116", "a dynamic has no order; cast it, as with tostring() or tolong()")
			}
			out[i] = boundKey{x.eval, k.asc, k.nullsFirst}
		}
	})
	return out
}

func (b *binder) sort(in *relation, op *sortOp) *relation {
	keys := b.sortKeys(op.keys, in)
	out := *in
	out.sorted = true
	out.run = func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		rows, err := sortRows(rt, set.rows, keys)
		return &rowset{rows: rows, bytes: set.bytes}, err
	}
	return &out
}

// sortRows orders rows by their keys, and equal ones as they came.
func sortRows(rt *runtime, rows [][]Value, keys []boundKey) ([][]Value, error) {
	type keyed struct {
		row  []Value
		keys []Value
	}
	all := make([]keyed, len(rows))
	for i, row := range rows {
		if err := rt.step(); err != nil {
			return nil, err
		}
		e := env{rt: rt, row: row, rows: rows, idx: i}
		all[i] = keyed{row, make([]Value, len(keys))}
		for j, k := range keys {
			all[i].keys[j] = k.eval(&e)
		}
	}
	if rt.err != nil {
		return nil, rt.err
	}
	slices.SortStableFunc(all, func(x, y keyed) int {
		for i, k := range keys {
			if c := compareKeys(x.keys[i], y.keys[i], k); c != 0 {
				return c
			}
		}
		return 0
	})
	out := make([][]Value, len(rows))
	for i, k := range all {
		out[i] = k.row
	}
	return out, nil
}

// compareKeys orders two keys. NaN counts as between null and the numbers.
func compareKeys(a, b Value, k boundKey) int {
	if a == nil || b == nil {
		switch {
		case a == nil && b == nil:
			return 0
		case (a == nil) == k.nullsFirst:
			return -1
		}
		return 1
	}
	c := orderValues(a, b)
	if !k.asc {
		return -c
	}
	return c
}

// countValue binds the number of a take or a top.
func (b *binder) countValue(x node) func(*runtime) (int, error) {
	n := b.rowless(x)
	if !n.typ.isInteger() && n.typ != TUnknown {
		b.fail(x.span(), "KS134", "a number of rows should stand here, and this is a %s", n.typ)
	}
	return func(rt *runtime) (int, error) {
		v, ok := asInt(n.eval(&env{rt: rt}))
		if rt.err != nil {
			return 0, rt.err
		}
		if !ok || v < 0 {
			return 0, rt.errorAt(x.span(), "the number of rows must not be null or negative")
		}
		return int(min(v, int64(rt.maxRows))), nil
	}
}

func (b *binder) top(in *relation, op *topOp) *relation {
	n := b.countValue(op.n)
	keys := b.sortKeys([]sortKey{op.key}, in)
	out := *in
	out.sorted = true
	out.run = func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		limit, err := n(rt)
		if err != nil {
			return nil, err
		}
		rows, err := sortRows(rt, set.rows, keys)
		if err != nil {
			return nil, err
		}
		return &rowset{rows: rows[:min(limit, len(rows))], bytes: set.bytes}, nil
	}
	return &out
}

func (b *binder) take(in *relation, op *takeOp) *relation {
	n := b.countValue(op.n)
	out := *in
	out.run = func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		limit, err := n(rt)
		if err != nil {
			return nil, err
		}
		return &rowset{rows: set.rows[:min(limit, len(set.rows))], bytes: set.bytes}, nil
	}
	return &out
}

func (b *binder) sampleDistinct(in *relation, op *sampleDistinctOp) *relation {
	all := b.project(in, &projectOp{op.opAt, []argNode{{x: op.x}}, true})
	return b.take(all, &takeOp{op.opAt, op.n})
}

func (b *binder) count(in *relation, op *countOp) *relation {
	return &relation{cols: []Column{{op.name, TLong}}, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(op.at)
		if err := out.add([]Value{Long(len(set.rows))}); err != nil {
			return nil, err
		}
		return out.done(set, false)
	}}
}

func getschema(in *relation) *relation {
	cols := []Column{{"ColumnName", TString}, {"ColumnOrdinal", TLong}, {"DataType", TString}, {"ColumnType", TString}}
	return &relation{cols: cols, sorted: true, run: func(*runtime) (*rowset, error) {
		out := &rowset{}
		for i, c := range in.cols {
			out.rows = append(out.rows, []Value{String(c.Name), Long(i), String(clrNames[c.Type]), String(c.Type.String())})
		}
		return out, nil
	}}
}

func consume(in *relation) *relation {
	return &relation{run: func(rt *runtime) (*rowset, error) {
		_, err := in.run(rt)
		return &rowset{}, err
	}}
}

// as names the table for the operators after it.
func (b *binder) as(in *relation, op *asOp) *relation {
	out := *b.memo(in)
	out.name = op.name
	named := out
	b.names = &nameScope{parent: b.names, vals: map[string]*binding{op.name: {name: op.name, rel: &named}}}
	return &out
}

// topHitters binds top-hitters: the values that are most frequent, or whose
// sum is greatest. The service estimates them.
func (b *binder) topHitters(in *relation, op *topHittersOp) *relation {
	agg := &callNode{name: "count", nameAt: op.at, at: op.at}
	if op.by.x != nil {
		agg.name, agg.args = "sum", []argNode{{x: op.by.x}}
	}
	sums := b.summarize(in, &summarizeOp{opAt: op.opAt, by: []argNode{op.of}, aggs: []argNode{{x: agg}}})
	if len(sums.cols) != 2 {
		return in
	}
	of := ""
	if op.by.x == nil {
		of = sums.cols[0].Name
	} else if name, ok := op.by.x.(*nameNode); ok {
		of = name.name
	}
	named := *sums
	named.cols = []Column{sums.cols[0], {"approximate_" + agg.name + "_" + of, sums.cols[1].Type}}
	by := &nameNode{named.cols[1].Name, op.at}
	return b.top(&named, &topOp{opAt: op.opAt, n: op.n, key: sortKey{x: by}})
}

// byNames binds project-by-names: the columns that texts name, which may hold
// stars, in the order of the texts; what names none is passed over.
func (b *binder) byNames(in *relation, op *byNamesOp) *relation {
	var pick []int
	var cols []Column
	for _, x := range op.names {
		names := b.rowless(x)
		if names.typ == TUnknown {
			return in
		}
		if !names.konst {
			b.fail(x.span(), "", "a constant with the names of columns should stand here")
			return in
		}
		eachItem(names.val, func(v Value) {
			for i, c := range in.cols {
				if !slices.Contains(pick, i) && matchStars(FormatValue(v), c.Name) {
					pick = append(pick, i)
					cols = append(cols, c)
				}
			}
		})
	}
	return pickColumns(in, pick, cols, op.at)
}
