package kqleval

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// operator binds one operator on its input.
func (b *binder) operator(in *relation, op opNode) *relation {
	if in.graph != nil {
		return b.graphOperator(in, op)
	}
	switch op := op.(type) {
	case *whereOp:
		return b.where(in, op)
	case *extendOp:
		return b.extend(in, op)
	case *projectOp:
		return b.project(in, op)
	case *pickOp:
		return b.pick(in, op)
	case *renameOp:
		return b.rename(in, op)
	case *reorderOp:
		return b.reorder(in, op)
	case *sortOp:
		return b.sort(in, op)
	case *topOp:
		return b.top(in, op)
	case *takeOp:
		return b.take(in, op)
	case *sampleDistinctOp:
		return b.sampleDistinct(in, op)
	case *summarizeOp:
		return b.summarize(in, op)
	case *joinOp:
		return b.joinTables(in, op)
	case *unionOp:
		return b.union(in, op)
	case *mvOp:
		return b.multiValue(in, op)
	case *parseOp:
		return b.parseText(in, op)
	case *parseKVOp:
		return b.parseKV(in, op)
	case *makeSeriesOp:
		return b.makeSeries(in, op)
	case *scanOp:
		return b.scan(in, op)
	case *asOp:
		return b.as(in, op)
	case *countOp:
		return b.count(in, op)
	case *getschemaOp:
		return getschema(in)
	case *consumeOp:
		return consume(in)
	case *renderOp:
		return in
	case *searchOp:
		return b.search(in, op)
	case *evaluateOp:
		return b.evaluate(in, op)
	case *invokeOp:
		return b.invoke(in, op)
	case *partitionOp:
		return b.partition(in, op)
	case *topNestedOp:
		return b.topNested(in, op)
	case *makeGraphOp:
		return b.makeGraph(in, op)
	case *graphMatchOp, *graphToTableOp, *graphMarkOp:
		b.fail(op.span(), "KS219", "this operator takes a graph; make-graph makes one of a table")
		return empty()
	case *topHittersOp:
		return b.topHitters(in, op)
	case *byNamesOp:
		return b.byNames(in, op)
	}
	b.fail(op.span(), "KS176", "this operator starts a query, and takes no input")
	return in
}

// mapRows runs an operator that makes one row of each.
func mapRows(in *relation, cols []Column, at span, next func(*env) []Value) *relation {
	return &relation{cols: cols, sorted: in.sorted, name: in.name, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(at)
		e := env{rt: rt, rows: set.rows}
		for i, row := range set.rows {
			e.row, e.idx = row, i
			if err := out.add(next(&e)); err != nil {
				return nil, err
			}
		}
		return out.done(set, false)
	}}
}

func (b *binder) where(in *relation, op *whereOp) *relation {
	var pred *bound
	b.within(newRowScope(in.cols, in.sorted), func() { pred = b.predicate(op.pred) })
	return filter(in, pred.eval, op.at)
}

// filter keeps the rows for which the predicate is true; null drops a row.
func filter(in *relation, pred evalFn, at span) *relation {
	out := *in
	out.run = func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(at)
		e := env{rt: rt, rows: set.rows}
		for i, row := range set.rows {
			e.row, e.idx = row, i
			if pred(&e) == Bool(true) {
				err = out.keep(row)
			} else {
				err = rt.step()
			}
			if err != nil {
				return nil, err
			}
		}
		return out.done(set, true)
	}
	return &out
}

// A namedExpr is a column that a query makes.
type namedExpr struct {
	name  string
	given bool // the query names it, or it is a column as it is
	x     *bound
	at    span
}

// namedExprs binds columns; a function that gives several makes several.
func (b *binder) namedExprs(args []argNode, prefix string) []namedExpr {
	var out []namedExpr
	for i, a := range args {
		x := b.exprAny(a.x)
		items := x.tuple
		if items == nil {
			items = []*bound{x}
		}
		if x.typ == TUnknown { // that is said already
			for len(items) < len(a.names) {
				items = append(items, x)
			}
		}
		if len(items) < len(a.names) {
			b.fail(a.x.span(), "", "%d names stand before an expression that gives %d columns", len(a.names), len(items))
		}
		for j, item := range items {
			e := namedExpr{name: item.name, given: item.plain, x: item, at: a.x.span()}
			if j < len(a.names) {
				e.name, e.given, e.at = a.names[j].name, true, a.names[j].at
			} else if prefix != "" && x.tuple == nil {
				e.name = fmt.Sprintf("%s%d", prefix, i)
			}
			out = append(out, e)
		}
	}
	return out
}

// A namer gives each column a name of its own.
type namer struct {
	used  map[string]bool
	given map[string]bool // by the query
	count int
}

func newNamer(cols []Column) *namer {
	n := &namer{used: map[string]bool{}, given: map[string]bool{}}
	for _, c := range cols {
		n.used[c.Name] = true
	}
	return n
}

// unique gives name, with a number if it is taken.
func (n *namer) unique(name string) string {
	out := name
	for i := 1; n.used[out]; i++ {
		out = fmt.Sprintf("%s%d", name, i)
	}
	n.used[out] = true
	return out
}

// auto gives ColumnN.
func (n *namer) auto() string {
	for {
		n.count++
		if name := fmt.Sprintf("Column%d", n.count); !n.used[name] {
			n.used[name] = true
			return name
		}
	}
}

// declare names a new column; two names that the query gives must differ.
func (b *binder) declare(n *namer, e namedExpr) string {
	switch {
	case e.name == "":
		return n.auto()
	case e.given && n.given[e.name]:
		b.fail(e.at, "KS171", "a column %q is already declared", e.name)
		return e.name
	}
	n.given[e.name] = n.given[e.name] || e.given
	return n.unique(e.name)
}

func (b *binder) extend(in *relation, op *extendOp) *relation {
	var exprs []namedExpr
	sorted := in.sorted || op.serialize
	b.within(newRowScope(in.cols, sorted), func() {
		for _, c := range op.cols {
			items := b.namedExprs([]argNode{c}, "")
			if len(c.names) > 0 {
				// Documentation of series_stats: columns that get no name are left out.
				items = items[:min(len(items), len(c.names))]
			}
			exprs = append(exprs, items...)
		}
	})
	cols := slices.Clone(in.cols)
	n := newNamer(in.cols)
	target := make([]int, len(exprs))
	set := map[string]bool{}
	for i, e := range exprs {
		name := e.name
		switch {
		case name == "":
			name = n.auto()
		case e.given && n.given[name]:
			b.fail(e.at, "KS171", "a column %q is already declared", name)
		case set[name] && !e.given:
			name = n.unique(name)
		}
		set[name] = true
		n.given[name] = n.given[name] || e.given
		target[i] = slices.IndexFunc(cols, func(c Column) bool { return c.Name == name })
		if target[i] < 0 {
			target[i] = len(cols)
			cols = append(cols, Column{name, e.x.typ})
			n.used[name] = true
		}
		cols[target[i]].Type = e.x.typ
	}
	evals := exprEvals(exprs)
	width := len(cols)
	out := mapRows(in, cols, op.at, func(e *env) []Value {
		row := make([]Value, width)
		copy(row, e.row)
		for i, eval := range evals {
			row[target[i]] = eval(e)
		}
		return row
	})
	out.sorted = sorted
	return out
}

func exprEvals(exprs []namedExpr) []evalFn {
	out := make([]evalFn, len(exprs))
	for i, e := range exprs {
		out[i] = e.x.eval
	}
	return out
}

func evalRow(evals []evalFn, e *env) []Value {
	row := make([]Value, len(evals))
	for i, eval := range evals {
		row[i] = eval(e)
	}
	return row
}

// expandStars puts all columns in the place of a *.
func (b *binder) expandStars(args []argNode, cols []Column) []argNode {
	var out []argNode
	for _, a := range args {
		if star, ok := a.x.(*starNode); ok {
			for _, c := range cols {
				out = append(out, argNode{x: &nameNode{c.Name, star.at}})
			}
			continue
		}
		out = append(out, a)
	}
	return out
}

func (b *binder) project(in *relation, op *projectOp) *relation {
	args := op.cols
	if op.distinct {
		args = b.expandStars(args, in.cols)
	}
	var exprs []namedExpr
	b.within(newRowScope(in.cols, in.sorted), func() { exprs = b.namedExprs(args, "") })
	cols := b.declareAll(exprs)
	if op.distinct {
		b.refuseDynamic(exprs)
	}
	evals := exprEvals(exprs)
	out := mapRows(in, cols, op.at, func(e *env) []Value { return evalRow(evals, e) })
	if op.distinct {
		return distinctRows(out, op.at)
	}
	return out
}

func (b *binder) declareAll(exprs []namedExpr) []Column {
	n := newNamer(nil)
	cols := make([]Column, len(exprs))
	for i, e := range exprs {
		cols[i] = Column{b.declare(n, e), e.x.typ}
	}
	return cols
}

func (b *binder) refuseDynamic(exprs []namedExpr) {
	for _, e := range exprs {
		if e.x.typ == TDynamic {
			b.fail(e.at, "KS116", "a dynamic cannot be a key here; cast it, as with tostring()")
		}
	}
}

func distinctRows(in *relation, at span) *relation {
	out := *in
	out.sorted = false
	out.run = func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(at)
		seen := map[string]bool{}
		for _, row := range set.rows {
			key := keyOf(row...)
			if seen[key] {
				continue
			}
			seen[key] = true
			if err := out.keep(row); err != nil {
				return nil, err
			}
		}
		return out.done(set, true)
	}
	return &out
}

// matchColumns gives the places of the columns that a name or pattern means.
func (b *binder) matchColumns(x node, cols []Column) []int {
	return b.matchIn(x, cols, "no column is named")
}

// matchIn is matchColumns with the words for what is not found.
func (b *binder) matchIn(x node, cols []Column, none string) []int {
	var out []int
	for i, c := range cols {
		if columnMatches(x, c.Name) {
			out = append(out, i)
		}
	}
	if out == nil {
		text := b.text[x.span().start:x.span().end]
		names := make([]string, len(cols))
		for i, c := range cols {
			names[i] = c.Name
		}
		b.fail(x.span(), "KS142", "%s %q%s", none, text, nearest(text, names))
	}
	return out
}

func columnMatches(x node, name string) bool {
	switch x := x.(type) {
	case *starNode:
		return true
	case *nameNode:
		return x.name == name
	case *patternNode:
		return matchStars(x.pattern, name)
	}
	return false
}

// matchStars matches a pattern in which * is any text.
func matchStars(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	for i, p := range parts {
		parts[i] = escapeGlob(p)
	}
	ok, err := path.Match(strings.Join(parts, "*"), strings.ReplaceAll(name, "/", "\x00"))
	return err == nil && ok
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, "?", `\?`, "[", `\[`, "/", "\x00").Replace(s)
}

func (b *binder) pick(in *relation, op *pickOp) *relation {
	hit := make([]bool, len(in.cols))
	for _, x := range op.names {
		for _, i := range b.matchColumns(x, in.cols) {
			hit[i] = true
		}
	}
	var pick []int
	var cols []Column
	for i, c := range in.cols {
		if hit[i] == op.keep {
			pick = append(pick, i)
			cols = append(cols, c)
		}
	}
	return pickColumns(in, pick, cols, op.at)
}

func (b *binder) rename(in *relation, op *renameOp) *relation {
	cols := slices.Clone(in.cols)
	for _, a := range op.cols {
		old, ok := a.x.(*nameNode)
		if !ok || len(a.names) != 1 {
			b.fail(a.x.span(), "KS109", "project-rename takes new = old, both names of columns")
			continue
		}
		for _, i := range b.matchColumns(old, in.cols) {
			cols[i].Name = a.names[0].name
		}
	}
	seen := map[string]bool{}
	for _, c := range cols {
		if seen[c.Name] {
			b.fail(op.at, "KS171", "a column %q is already declared", c.Name)
		}
		seen[c.Name] = true
	}
	out := *in
	out.cols = cols
	return &out
}

func (b *binder) reorder(in *relation, op *reorderOp) *relation {
	var pick []int
	used := make([]bool, len(in.cols))
	for _, item := range op.items {
		hits := b.matchColumns(item.x, in.cols)
		if item.order != "" {
			slices.SortStableFunc(hits, func(i, j int) int {
				return orderNames(in.cols[i].Name, in.cols[j].Name, item.order)
			})
		}
		for _, i := range hits {
			if !used[i] {
				used[i] = true
				pick = append(pick, i)
			}
		}
	}
	for i := range in.cols {
		if !used[i] {
			pick = append(pick, i)
		}
	}
	cols := make([]Column, len(pick))
	for i, from := range pick {
		cols[i] = in.cols[from]
	}
	return pickColumns(in, pick, cols, op.at)
}

func orderNames(a, b, order string) int {
	c := strings.Compare(a, b)
	if strings.HasPrefix(order, "granny") {
		c = compareGranny(a, b)
	}
	if strings.HasSuffix(order, "desc") {
		return -c
	}
	return c
}

// compareGranny orders names with the numbers in them by their amount: a9
// before a20.
func compareGranny(a, b string) int {
	for a != "" && b != "" {
		n, m := digits(a), digits(b)
		if n > 0 && m > 0 {
			x, y := strings.TrimLeft(a[:n], "0"), strings.TrimLeft(b[:m], "0")
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			a, b = a[n:], b[m:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}
