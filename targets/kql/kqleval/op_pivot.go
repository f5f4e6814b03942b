package kqleval

import (
	"slices"
	"strings"
)

// pivot binds pivot(column, [aggregate], [columns…]): a column for each value
// of the column, in the order of their texts.
func (b *binder) pivot(in *relation, op *evaluateOp) reshape {
	args := op.call.args
	if len(args) == 0 {
		b.fail(op.call.nameAt, "KS119", "pivot takes a column, and may take an aggregate and columns")
		return nil
	}
	at := b.columnArg(in, args[0].x)
	if at < 0 {
		return nil
	}
	agg := argNode{x: &callNode{name: "count", nameAt: op.call.nameAt, at: op.call.at}}
	keyArgs := args[1:]
	if len(args) > 1 {
		if c, ok := args[1].x.(*callNode); ok {
			agg, keyArgs = argNode{x: c}, args[2:]
		}
	}
	input := newRowScope(in.cols, in.sorted)
	exprs, scope := b.aggregateColumns([]argNode{agg}, input, nil, false)
	keys := b.pivotKeys(in, at, agg, keyArgs)
	return func(rt *runtime, set *rowset) (*Table, error) {
		return pivotRows(rt, set, &pivotPlan{in: in, at: at, keys: keys, agg: exprs[0].x, list: scope.list})
	}
}

// pivotKeys are the columns that stay: those named, or else all but the pivot
// and those that the aggregate reads.
func (b *binder) pivotKeys(in *relation, at int, agg argNode, named []argNode) []int {
	var keys []int
	for _, a := range named {
		if i := b.columnArg(in, a.x); i >= 0 {
			keys = append(keys, i)
		}
	}
	if len(named) > 0 {
		return keys
	}
	used := map[string]bool{}
	for _, a := range agg.x.(*callNode).args {
		namesIn(a.x, used)
	}
	for i, c := range in.cols {
		if i != at && !used[c.Name] {
			keys = append(keys, i)
		}
	}
	return keys
}

// namesIn gathers the names of an expression.
func namesIn(x node, into map[string]bool) {
	switch x := x.(type) {
	case *nameNode:
		into[x.name] = true
	case *parenNode:
		namesIn(x.x, into)
	case *pathNode:
		namesIn(x.x, into)
	case *indexNode:
		namesIn(x.x, into)
	case *unaryNode:
		namesIn(x.x, into)
	case *binaryNode:
		namesIn(x.l, into)
		namesIn(x.r, into)
	case *scopeNode:
		into[x.column.name] = true
	case *inNode:
		namesIn(x.x, into)
		for _, y := range x.list {
			namesIn(y, into)
		}
	case *betweenNode:
		namesIn(x.x, into)
		namesIn(x.lo, into)
		namesIn(x.hi, into)
	case *callNode:
		for _, a := range x.args {
			namesIn(a.x, into)
		}
	}
}

type pivotPlan struct {
	in   *relation
	at   int
	keys []int
	agg  *bound
	list []boundAgg
}

func pivotRows(rt *runtime, set *rowset, p *pivotPlan) (*Table, error) {
	evals := make([]evalFn, 0, len(p.keys)+1)
	t := &Table{}
	for _, i := range p.keys {
		evals = append(evals, func(e *env) Value { return e.row[i] })
		t.Columns = append(t.Columns, p.in.cols[i])
	}
	evals = append(evals, func(e *env) Value { return String(FormatValue(e.row[p.at])) })
	groups, err := groupRows(rt, set.rows, evals, p.list)
	if err != nil {
		return nil, err
	}
	width := len(p.keys)
	place := map[string]int{}
	var names []string
	for _, g := range groups {
		name := FormatValue(g.keys[width])
		if _, ok := place[name]; !ok {
			place[name] = 0
			names = append(names, name)
		}
	}
	slices.SortFunc(names, strings.Compare)
	n := newNamer(t.Columns)
	for i, name := range names {
		place[name] = width + i
		t.Columns = append(t.Columns, Column{n.unique(name), p.agg.typ})
	}
	none := p.agg.eval(&env{rt: rt, row: newGroup(nil, p.list).row(p.list)})
	index := map[string][]Value{}
	for _, g := range groups {
		key := keyOf(g.keys[:width]...)
		row, ok := index[key]
		if !ok {
			row = append(row, g.keys[:width]...)
			for range names {
				row = append(row, none)
			}
			index[key] = row
			t.Rows = append(t.Rows, row)
			rt.hold(rowSize(row))
		}
		row[place[FormatValue(g.keys[width])]] = p.agg.eval(&env{rt: rt, row: g.row(p.list)[width+1:]})
		if err := rt.step(); err != nil {
			return nil, err
		}
	}
	return t, nil
}
