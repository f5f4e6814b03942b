package kqleval

import "slices"

// findPlan is a find that is bound: the tables that have a column of the
// predicate, with their rows that it holds of.
type findPlan struct {
	at      span
	sources []*relation
	names   map[string]bool // that the predicate uses
	cols    []Column        // of the result, before pack_
	cast    bool            // a column has the type that the query gives it
	pack    string          // the name of the column of all other columns, or ""
}

// find binds find: rows of many tables, with the columns that they share and a
// bag of the rest.
func (b *binder) find(op *findOp) *relation {
	f := &findPlan{at: op.at, names: map[string]bool{}}
	all := b.searchSources(op.in, op.at)
	f.namesOf(op.pred, all)
	for _, src := range all {
		if f.uses(src) {
			f.sources = append(f.sources, src)
		}
	}
	if op.project == nil && !op.packAll {
		b.smartColumns(f)
	} else {
		b.findColumns(f, op)
	}
	u := &unionPlan{at: op.at}
	for _, src := range f.sources {
		u.add(f.fit(b.findRows(f, src, op)), src.name)
		if len(b.errs) > 0 {
			return empty()
		}
	}
	if len(u.parts) == 0 {
		b.fail(op.at, "KS204", "find has no table to look in")
		return empty()
	}
	source := op.withSource
	if source == "" {
		source = "source_"
	}
	return u.relation(source, false)
}

// namesOf keeps the names of the predicate that are columns of some table.
func (f *findPlan) namesOf(pred node, sources []*relation) {
	named := map[string]bool{}
	namesIn(pred, named)
	for _, src := range sources {
		for _, c := range src.cols {
			if named[c.Name] {
				f.names[c.Name] = true
			}
		}
	}
}

// uses says whether the predicate names a column of the table; one that names
// no column asks all tables.
func (f *findPlan) uses(src *relation) bool {
	return len(f.names) == 0 || slices.ContainsFunc(src.cols, func(c Column) bool { return f.names[c.Name] })
}

// smartColumns are those that all tables have and those of the predicate.
func (b *binder) smartColumns(f *findPlan) {
	count := map[string]int{}
	var order []Column
	for _, src := range f.sources {
		for _, c := range src.cols {
			if count[c.Name]++; count[c.Name] == 1 {
				order = append(order, c)
			}
		}
	}
	common := func(c Column) bool { return count[c.Name] == len(f.sources) }
	for _, c := range order {
		if common(c) {
			f.cols = append(f.cols, c)
		}
	}
	for _, c := range order {
		if !common(c) && f.names[c.Name] {
			f.cols = append(f.cols, c)
		}
	}
	if len(f.cols) < len(order) {
		f.pack = "pack_"
	}
	b.oneTypeEach(f, f.at)
}

// findColumns are those that the query names.
func (b *binder) findColumns(f *findPlan, op *findOp) {
	for _, p := range op.project {
		c, known := Column{p.name.name, p.typ}, false
		for _, src := range f.sources {
			for _, have := range src.cols {
				if have.Name == c.Name {
					known = true
					if c.Type == TUnknown {
						c.Type = have.Type
					}
				}
			}
		}
		f.cast = f.cast || p.typ != TUnknown
		if !known {
			b.fail(p.name.at, "KS142", "no column is named %q in the tables of find", c.Name)
			return
		}
		f.cols = append(f.cols, c)
	}
	if op.packAll {
		f.pack = "pack_"
	}
	if !f.cast {
		b.oneTypeEach(f, op.at)
	}
}

func (b *binder) oneTypeEach(f *findPlan, at span) {
	for _, src := range f.sources {
		for _, c := range src.cols {
			i := slices.IndexFunc(f.cols, func(d Column) bool { return d.Name == c.Name })
			if i >= 0 && f.cols[i].Type != c.Type {
				b.unsupported(at, "find over tables in which %q is a %s and a %s", c.Name, f.cols[i].Type, c.Type)
				return
			}
		}
	}
}

// findRows gives the rows of a table that the predicate holds of. A column
// that only other tables have is null in it.
func (b *binder) findRows(f *findPlan, src *relation, op *findOp) *relation {
	cols := slices.Clone(src.cols)
	for _, other := range f.sources {
		for _, c := range other.cols {
			if f.names[c.Name] && !slices.ContainsFunc(cols, func(d Column) bool { return d.Name == c.Name }) {
				cols = append(cols, c)
			}
		}
	}
	wide := mapRows(src, cols, op.at, func(e *env) []Value {
		row := slices.Clone(e.row)
		for _, c := range cols[len(e.row):] {
			row = append(row, zero(c.Type))
		}
		return row
	})
	var pred *bound
	b.within(newRowScope(cols, false), func() { pred = b.searchPredicate(op.pred, op.caseSensitive) })
	out := *filter(wide, pred.eval, op.at)
	out.cols = src.cols
	return &out
}

// fit gives a table the columns of the result.
func (f *findPlan) fit(in *relation) *relation {
	from := make([]int, len(f.cols))
	for i, c := range f.cols {
		from[i] = slices.IndexFunc(in.cols, func(d Column) bool { return d.Name == c.Name })
	}
	cols := slices.Clone(f.cols)
	if f.pack != "" {
		cols = append(cols, Column{f.pack, TDynamic})
	}
	return mapRows(in, cols, f.at, func(e *env) []Value {
		row := make([]Value, len(f.cols), len(cols))
		for i, c := range f.cols {
			row[i] = zero(c.Type)
			if from[i] >= 0 {
				row[i] = cast(e.row[from[i]], c.Type)
			}
		}
		if f.pack == "" {
			return row
		}
		rest := &Bag{}
		for i, c := range in.cols {
			if !slices.Contains(from, i) {
				rest.set(c.Name, e.row[i])
			}
		}
		return append(row, rest)
	})
}
