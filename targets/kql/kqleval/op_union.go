package kqleval

import "slices"

// union binds the operator with in before its tables, or without.
func (b *binder) union(in *relation, op *unionOp) *relation {
	u := &unionPlan{at: op.at}
	if in != nil {
		u.add(in, in.name)
	}
	for _, t := range op.tables {
		b.unionTable(u, t, op.fuzzy)
	}
	if len(u.parts) == 0 {
		if op.fuzzy && len(b.errs) == 0 {
			b.fail(op.at, "", "none of the tables of the union exists")
		}
		return empty()
	}
	return u.relation(op.withSource, op.kind == "inner")
}

func (b *binder) unionTable(u *unionPlan, t node, fuzzy bool) {
	if b.isPattern(t) {
		rels := b.matchTables(t)
		if len(rels) == 0 && !fuzzy {
			b.fail(t.span(), "KS142", "no table is named %q", b.text[t.span().start:t.span().end])
		}
		for _, rel := range rels {
			u.add(rel, rel.name)
		}
		return
	}
	var rel *relation
	if fuzzy && b.lacksTable(t) {
		return
	}
	b.within(nil, func() { rel = b.table(t) })
	u.add(rel, rel.name)
}

// lacksTable says whether t names a table that does not exist.
func (b *binder) lacksTable(t node) bool {
	errs, broken := b.errs, b.broken
	b.errs, b.broken = nil, false
	b.within(nil, func() { b.table(t) })
	lacks := b.broken && len(b.errs) == 1 && b.errs[0].Code == "KS204"
	b.errs, b.broken = errs, broken
	return lacks
}

func (b *binder) isPattern(t node) bool {
	switch t.(type) {
	case *patternNode, *starNode:
		return true
	}
	return false
}

// matchTables gives the tables of the schema and the views that a pattern
// names, the tables in the order of their names.
func (b *binder) matchTables(x node) []*relation {
	var out []*relation
	for _, v := range b.views {
		if columnMatches(x, v.name) {
			rel := *b.callTable(v, &callNode{name: v.name, nameAt: x.span(), at: x.span()})
			rel.name = v.name
			out = append(out, &rel)
		}
	}
	var names []string
	for name := range b.schema {
		if columnMatches(x, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, baseTable(name, b.schema[name]))
	}
	return out
}

// unionPlan is a union that is bound.
type unionPlan struct {
	at     span
	parts  []*relation
	names  []string
	cols   []Column
	target map[Column]int // where a column of a table goes
	source bool           // the first column names the table
}

func (u *unionPlan) add(rel *relation, name string) {
	if name == "" {
		name = "union_arg" + FormatValue(Long(len(u.parts)))
	}
	u.parts = append(u.parts, rel)
	u.names = append(u.names, name)
}

// relation is the union. A column named withSource, if it is not "", says which
// table a row is of.
func (u *unionPlan) relation(withSource string, inner bool) *relation {
	u.source = withSource != ""
	n := newNamer(nil)
	if u.source {
		u.cols = append(u.cols, Column{n.unique(withSource), TString})
	}
	u.place(n, u.common(inner))
	return &relation{cols: u.cols, run: func(rt *runtime) (*rowset, error) {
		out := rt.builder(u.at)
		total := &rowset{}
		for i, p := range u.parts {
			set, err := p.run(rt)
			if err != nil {
				return nil, err
			}
			total.bytes += set.bytes
			if err := u.copyRows(out, i, set); err != nil {
				return nil, err
			}
		}
		return out.done(total, false)
	}}
}

// common lists the columns of the tables by name and type; an inner union has
// those that all tables have.
func (u *unionPlan) common(inner bool) []Column {
	count := map[Column]int{}
	var order []Column
	for _, p := range u.parts {
		for _, c := range p.cols {
			if count[c]++; count[c] == 1 {
				order = append(order, c)
			}
		}
	}
	if inner {
		order = slices.DeleteFunc(order, func(c Column) bool { return count[c] < len(u.parts) })
	}
	return order
}

// place names the columns: a name that has several types gives one column a
// type, name_type.
func (u *unionPlan) place(n *namer, order []Column) {
	types := map[string]int{}
	for _, c := range order {
		types[c.Name]++
	}
	for name, k := range types {
		if k == 1 {
			n.used[name] = true
		}
	}
	u.target = map[Column]int{}
	for _, c := range order {
		u.target[c] = len(u.cols)
		name := c.Name
		if types[name] > 1 {
			name = n.unique(name + "_" + c.Type.String())
		}
		u.cols = append(u.cols, Column{name, c.Type})
	}
}

func (u *unionPlan) copyRows(out *builder, part int, set *rowset) error {
	for _, row := range set.rows {
		next := make([]Value, len(u.cols))
		for i, c := range u.cols {
			next[i] = zero(c.Type)
		}
		if u.source {
			next[0] = String(u.names[part])
		}
		for i, c := range u.parts[part].cols {
			if to, ok := u.target[c]; ok {
				next[to] = row[i]
			}
		}
		if err := out.add(next); err != nil {
			return err
		}
	}
	return nil
}
