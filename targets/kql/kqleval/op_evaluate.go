package kqleval

import "slices"

var pluginNames = []string{"bag_unpack", "dcount_intersect", "ipv4_lookup", "ipv6_lookup", "narrow", "pivot", "rows_near"}

// evaluate binds the plugins.
func (b *binder) evaluate(in *relation, op *evaluateOp) *relation {
	name := op.call.name
	if op.schema != nil && name != "bag_unpack" && name != "pivot" {
		b.unsupported(op.at, "declared columns of %s", name)
	}
	switch name {
	case "narrow":
		return narrowTable(in, op.at)
	case "bag_unpack":
		return b.dynamicColumns(in, op, b.bagUnpack(in, op))
	case "pivot":
		return b.dynamicColumns(in, op, b.pivot(in, op))
	case "rows_near":
		return b.rowsNear(in, op)
	case "dcount_intersect":
		return b.dcountIntersect(in, op)
	case "ipv4_lookup":
		return b.ipLookup(in, op, prefix4)
	case "ipv6_lookup":
		return b.ipLookup(in, op, prefix6)
	}
	if why := refused("plugin", name); why != "" {
		b.unsupported(op.call.nameAt, "the plugin %s: %s", name, why)
	} else {
		b.fail(op.call.nameAt, "KS211", "no plugin is named %q%s", name, nearest(name, pluginNames))
	}
	return in
}

// narrowTable makes a row of each cell.
func narrowTable(in *relation, at span) *relation {
	cols := []Column{{"Row", TLong}, {"Column", TString}, {"Value", TString}}
	return &relation{cols: cols, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(at)
		for i, row := range set.rows {
			for j, v := range row {
				if err := out.add([]Value{Long(i), String(in.cols[j].Name), String(FormatValue(v))}); err != nil {
					return nil, err
				}
			}
		}
		return out.done(set, false)
	}}
}

// reshape makes a table whose columns depend on the rows.
type reshape func(rt *runtime, set *rowset) (*Table, error)

// dynamicColumns binds a plugin whose rows decide the columns. With a declared
// schema the result is fitted to it; else the input is run at once, if there is
// one, and what follows is bound to the columns that come of it.
func (b *binder) dynamicColumns(in *relation, op *evaluateOp, f reshape) *relation {
	if f == nil {
		return in
	}
	if op.schema != nil {
		cols := op.schema
		if op.star {
			cols = starSchema(in.cols, op)
		}
		return &relation{cols: cols, run: func(rt *runtime) (*rowset, error) {
			t, err := reshapeRows(rt, in, f)
			if err != nil {
				return nil, err
			}
			return fitSchema(rt, t, cols, op.at)
		}}
	}
	if b.bodies > 0 {
		b.unsupported(op.at, "%s without declared columns in a subquery; write : (name: type, ...) after it", op.call.name)
		return in
	}
	if !b.eager {
		b.late = true
		return in
	}
	if len(b.errs) > 0 {
		return in
	}
	t, err := reshapeRows(b.rt, in, f)
	if err != nil {
		if b.rt.err == nil {
			b.rt.err = err
		}
		return empty()
	}
	return &relation{cols: t.Columns, run: func(*runtime) (*rowset, error) { return &rowset{rows: t.Rows}, nil }}
}

// starSchema puts the columns of the input, but the one that is taken apart, in
// the place of the * of a declared schema.
func starSchema(in []Column, op *evaluateOp) []Column {
	var out []Column
	for _, c := range in {
		gone := len(op.call.args) > 0 && columnMatches(op.call.args[0].x, c.Name)
		again := slices.ContainsFunc(op.schema, func(d Column) bool { return d.Name == c.Name })
		if !gone && !again {
			out = append(out, c)
		}
	}
	return append(out, op.schema...)
}

func reshapeRows(rt *runtime, in *relation, f reshape) (*Table, error) {
	set, err := in.run(rt)
	if err != nil {
		return nil, err
	}
	t, err := f(rt, set)
	if err == nil {
		err = rt.err
	}
	return t, err
}

// fitSchema picks and casts the declared columns.
func fitSchema(rt *runtime, t *Table, cols []Column, at span) (*rowset, error) {
	from := make([]int, len(cols))
	for i, c := range cols {
		from[i] = slices.IndexFunc(t.Columns, func(have Column) bool { return have.Name == c.Name })
	}
	out := rt.builder(at)
	for _, row := range t.Rows {
		next := make([]Value, len(cols))
		for i, c := range cols {
			var v Value
			if from[i] >= 0 {
				v = row[from[i]]
			}
			next[i] = cast(v, c.Type)
		}
		if err := out.add(next); err != nil {
			return nil, err
		}
	}
	return out.done(&rowset{}, false)
}

// columnArg gives the place of the column that an argument of a plugin names.
func (b *binder) columnArg(in *relation, x node) int {
	name, ok := x.(*nameNode)
	if !ok {
		b.fail(x.span(), "KS109", "the name of a column should stand here")
		return -1
	}
	hits := b.matchColumns(name, in.cols)
	if hits == nil {
		return -1
	}
	return hits[0]
}

// unpackPlan is a bag_unpack that is bound.
type unpackPlan struct {
	cols     []Column
	at       int
	prefix   string
	conflict string // error, replace_source or keep_source
	ignored  map[string]bool
	place    span
}

// bagUnpack binds bag_unpack(column, [prefix], [columnsConflict],
// [ignoredProperties]): a column for each key of the bags, in the order of
// their names.
func (b *binder) bagUnpack(in *relation, op *evaluateOp) reshape {
	names := []string{"", "OutputColumnPrefix", "columnsConflict", "ignoredProperties"}
	given := map[string]Value{}
	u := &unpackPlan{cols: in.cols, at: -1, conflict: "error", ignored: map[string]bool{}, place: op.at}
	for i, a := range op.call.args {
		switch {
		case len(a.names) == 1 && slices.Contains(names[1:], a.names[0].name):
			given[a.names[0].name] = b.rowless(a.x).val
		case len(a.names) == 0 && i == 0:
			u.at = b.columnArg(in, a.x)
		case len(a.names) == 0 && i < len(names):
			given[names[i]] = b.rowless(a.x).val
		default:
			b.fail(a.x.span(), "KS119", "bag_unpack takes a column, a prefix, columnsConflict and ignoredProperties")
			return nil
		}
	}
	if u.at < 0 {
		if len(op.call.args) == 0 {
			b.fail(op.call.nameAt, "KS119", "bag_unpack takes the column of the bags")
		}
		return nil
	}
	u.prefix = FormatValue(given["OutputColumnPrefix"])
	if v := FormatValue(given["columnsConflict"]); v != "" {
		u.conflict = v
	}
	if !slices.Contains([]string{"error", "replace_source", "keep_source"}, u.conflict) {
		b.fail(op.call.at, "", "columnsConflict is error, replace_source or keep_source, not %q", u.conflict)
	}
	eachItem(given["ignoredProperties"], func(v Value) { u.ignored[FormatValue(v)] = true })
	return u.run
}

// run finds the keys, settles which column each goes to, and fills the rows.
func (u *unpackPlan) run(rt *runtime, set *rowset) (*Table, error) {
	t := &Table{}
	for i, c := range u.cols {
		if i != u.at {
			t.Columns = append(t.Columns, c)
		}
	}
	keys, types := bagColumns(set.rows, u.at)
	target, columns, replaced := map[string]int{}, map[string]int{}, map[int]bool{}
	for i, c := range t.Columns {
		columns[c.Name] = i
	}
	for _, k := range keys {
		if u.ignored[k] {
			continue
		}
		name := u.prefix + k
		at, ok := columns[name]
		switch {
		case !ok:
			at = len(t.Columns)
			columns[name] = at
			t.Columns = append(t.Columns, Column{name, types[k]})
		case u.conflict == "keep_source":
			continue
		case u.conflict == "replace_source":
			t.Columns[at].Type = types[k]
			replaced[at] = true
		default:
			return nil, rt.errorAt(u.place, "bag_unpack makes a column %q, and there is one; give a prefix or say columnsConflict", name)
		}
		target[k] = at
	}
	blank := make([]Value, len(t.Columns))
	for k, at := range target {
		blank[at] = cast(nil, types[k])
	}
	for _, row := range set.rows {
		next := slices.Clone(blank)
		for i, v := range append(slices.Clone(row[:u.at]), row[u.at+1:]...) {
			if !replaced[i] {
				next[i] = v
			}
		}
		if bag, ok := row[u.at].(*Bag); ok {
			for i, k := range bag.keys {
				if at, ok := target[k]; ok {
					next[at] = cast(bag.vals[i], types[k])
				}
			}
		}
		rt.hold(rowSize(next))
		if err := rt.step(); err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, next)
	}
	return t, nil
}

// bagColumns gives the keys of the bags and the types of their values.
func bagColumns(rows [][]Value, at int) ([]string, map[string]Type) {
	var keys []string
	types := map[string]Type{}
	for _, row := range rows {
		bag, ok := row[at].(*Bag)
		if !ok {
			continue
		}
		for i, k := range bag.keys {
			t, seen := types[k]
			if !seen {
				keys = append(keys, k)
			}
			types[k] = joinTypes(t, bag.vals[i])
		}
	}
	for k, t := range types {
		if t == TUnknown {
			types[k] = TDynamic
		}
	}
	slices.Sort(keys)
	return keys, types
}
