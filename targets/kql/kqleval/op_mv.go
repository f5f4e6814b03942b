package kqleval

import (
	"slices"
)

// An mv is an mv-expand or mv-apply that is bound.
type mv struct {
	at       span
	evals    []evalFn
	types    []Type
	target   []int // where each goes in the expanded row
	width    int
	indexAt  int // of the item index, or -1
	bagArray bool
	limit    evalFn
}

// multiValue binds mv-expand and mv-apply. Both make a row of each item of one
// or several arrays; arrays of different lengths are padded with nulls. A row
// whose arrays are all empty gives nothing; null gives one row of null.
func (b *binder) multiValue(in *relation, op *mvOp) *relation {
	m := &mv{at: op.at, indexAt: -1, bagArray: op.bagArray}
	cols := slices.Clone(in.cols)
	n := newNamer(in.cols)
	var names []string
	b.within(newRowScope(in.cols, in.sorted), func() {
		for _, c := range op.cols {
			e := b.namedExprs([]argNode{c.arg}, "")[0]
			if e.x.typ != TDynamic && e.x.typ != TUnknown {
				b.fail(e.at, "KS141", "a dynamic should stand here, and this is a %s", e.x.typ)
			}
			if e.name == "" {
				e.name = n.auto()
			}
			to := slices.IndexFunc(cols, func(have Column) bool { return have.Name == e.name })
			if to < 0 {
				to = len(cols)
				cols = append(cols, Column{Name: e.name})
			}
			cols[to].Type = c.to
			names = append(names, e.name)
			m.evals, m.types, m.target = append(m.evals, e.x.eval), append(m.types, c.to), append(m.target, to)
		}
	})
	if op.itemIndex != "" {
		m.indexAt = len(cols)
		cols = append(cols, Column{n.unique(op.itemIndex), TLong})
	}
	if op.limit != nil {
		m.limit = b.rowless(op.limit).eval
	}
	m.width = len(cols)
	if op.apply {
		return b.mvApply(in, op, m, cols, names)
	}
	return &relation{cols: cols, sorted: in.sorted, name: in.name, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(m.at)
		for i, row := range set.rows {
			e := &env{rt: rt, row: row, rows: set.rows, idx: i}
			if err := m.expand(e, out.add); err != nil {
				return nil, err
			}
		}
		return out.done(set, false)
	}}
}

// items gives what one value expands to.
func (m *mv) items(v Value) []Value {
	switch v := v.(type) {
	case Array:
		return v
	case *Bag:
		out := make([]Value, len(v.keys))
		for i, k := range v.keys {
			if m.bagArray {
				out[i] = Array{String(k), v.vals[i]}
			} else {
				out[i] = NewBag([]string{k}, []Value{v.vals[i]})
			}
		}
		return out
	}
	return []Value{v}
}

// expand gives f each row that the row of e expands to.
func (m *mv) expand(e *env, f func([]Value) error) error {
	lists := make([][]Value, len(m.evals))
	count := 0
	for i, eval := range m.evals {
		lists[i] = m.items(eval(e))
		count = max(count, len(lists[i]))
	}
	if m.limit != nil {
		if n, ok := asInt(m.limit(e)); ok {
			count = min(count, max(int(min(n, 1<<31)), 0))
		}
	}
	for k := range count {
		row := make([]Value, m.width)
		copy(row, e.row)
		for i, list := range lists {
			row[m.target[i]] = zero(m.types[i])
			if k < len(list) {
				row[m.target[i]] = narrow(list[k], m.types[i])
			}
		}
		if m.indexAt >= 0 {
			row[m.indexAt] = Long(k)
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return e.rt.err
}

// mvApply runs the subquery on the rows that each row expands to. The result
// has the input's columns, but those that were expanded, and then what the
// subquery gives and the input has not.
func (b *binder) mvApply(in *relation, op *mvOp, m *mv, cols []Column, names []string) *relation {
	body, sub := b.subquery(op.body, cols)
	var from []int // column of the input, or of the body's as -1-i
	var out []Column
	inBody := map[string]int{}
	for i, c := range body.cols {
		inBody[c.Name] = i
	}
	used := map[string]bool{}
	for i, c := range in.cols {
		if slices.Contains(names, c.Name) {
			continue
		}
		used[c.Name] = true
		if k, ok := inBody[c.Name]; ok {
			from, out = append(from, -1-k), append(out, body.cols[k])
		} else {
			from, out = append(from, i), append(out, c)
		}
	}
	for i, c := range body.cols {
		if !used[c.Name] {
			from, out = append(from, -1-i), append(out, c)
		}
	}
	return &relation{cols: out, name: in.name, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		res := rt.builder(m.at)
		for i, row := range set.rows {
			e := &env{rt: rt, row: row, rows: set.rows, idx: i}
			got, err := m.applyTo(e, body, sub)
			if err != nil {
				return nil, err
			}
			for _, made := range got {
				if err := res.add(pairRow(row, made, from)); err != nil {
					return nil, err
				}
			}
		}
		return res.done(set, false)
	}}
}

func pairRow(row, made []Value, from []int) []Value {
	next := make([]Value, len(from))
	for i, k := range from {
		if k >= 0 {
			next[i] = row[k]
		} else {
			next[i] = made[-1-k]
		}
	}
	return next
}

// applyTo runs the body on what one row expands to.
func (m *mv) applyTo(e *env, body *relation, sub bodySlots) ([][]Value, error) {
	used, kept := e.rt.used, e.rt.kept
	var rows [][]Value
	err := m.expand(e, func(row []Value) error {
		if len(rows) >= e.rt.maxRows {
			return e.rt.errorAt(m.at, "one row expands to more than %d, which is the limit of this run", e.rt.maxRows)
		}
		rows = append(rows, row)
		e.rt.hold(rowSize(row))
		return e.rt.step()
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	sub.start(e.rt, rows)
	set, err := body.run(e.rt)
	e.rt.used = used + e.rt.kept - kept
	if err != nil {
		return nil, err
	}
	return set.rows, nil
}

// bodySlots are the slots of a subquery: the first holds its rows, and those up
// to the last what it remembers while it runs once.
type bodySlots struct{ first, last int }

// start gives the subquery its rows and makes it forget.
func (s bodySlots) start(rt *runtime, rows [][]Value) {
	rt.setSlot(s.last, nil)
	clear(rt.slots[s.first : s.last+1])
	rt.slots[s.first] = rows
}

// subquery binds operators whose rows are given when they run.
func (b *binder) subquery(body *pipeNode, cols []Column) (*relation, bodySlots) {
	first := b.newSlot()
	src := &relation{cols: cols, run: func(rt *runtime) (*rowset, error) {
		rows, _ := rt.slot(first).([][]Value)
		return &rowset{rows: rows}, nil
	}}
	out := empty()
	b.bodies++
	b.within(nil, func() { out = b.pipe(src, body.ops) })
	b.bodies--
	return out, bodySlots{first, b.slots}
}
