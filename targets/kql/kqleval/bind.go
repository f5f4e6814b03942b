package kqleval

import (
	"context"
	"fmt"
	"slices"
)

// maxNodes bounds the tree that binding makes of a query, functions expanded,
// and maxBind its depth.
const (
	maxNodes = 200_000
	maxBind  = 4000
)

// A Plan is a query bound to a schema. It may be run many times, and by many
// goroutines at once.
type Plan struct {
	query  *Query
	schema Schema
	rel    *relation // nil if the columns depend on the rows
}

// Bind resolves names, types and functions. The error is of type Errors and
// holds all that was found. A query in which the rows decide which columns
// there are (bag_unpack or pivot without a declared schema) is bound in full
// only when it runs.
func (q *Query) Bind(schema Schema) (*Plan, error) {
	b := newBinder(q, schema)
	b.rt = newRuntime(context.Background(), q.text, nil)
	b.rt.maxSteps = MaxFolded
	rel := b.query(q)
	if b.late && len(b.errs) == 0 {
		return &Plan{query: q, schema: schema}, nil
	}
	if len(b.errs) > 0 {
		return nil, sortErrors(b.errs)
	}
	return &Plan{query: q, schema: schema, rel: rel}, nil
}

// MaxFolded is how many steps are taken for what is made of constants alone
// while a query is bound. What takes more is left to the run, which may be ended.
const MaxFolded = 10_000_000

// Columns gives the columns of the result as far as they can be told, also of a
// query in which something is wrong; nil if they can't.
func (q *Query) Columns(schema Schema) []Column {
	b := newBinder(q, schema)
	b.rt = newRuntime(context.Background(), q.text, nil)
	b.rt.maxSteps = MaxFolded
	rel := b.query(q)
	if b.late || b.broken {
		return nil
	}
	return slices.Clone(rel.cols)
}

// Columns gives the columns of the result, or nil if the rows decide them.
func (p *Plan) Columns() []Column {
	if p.rel == nil {
		return nil
	}
	return slices.Clone(p.rel.cols)
}

// Sorted says whether the order of the result's rows is part of the answer.
func (p *Plan) Sorted() bool { return p.rel != nil && p.rel.sorted }

// Run runs the plan. An error of the query is an *Error or Errors; ctx's error
// is given when it ends the run.
func (p *Plan) Run(ctx context.Context, in *Input) (*Table, error) {
	rt := newRuntime(ctx, p.query.text, in)
	rel := p.rel
	if rel == nil {
		b := newBinder(p.query, p.schema)
		b.rt, b.eager = rt, true
		rel = b.query(p.query)
		if len(b.errs) > 0 {
			return nil, sortErrors(b.errs)
		}
		if rt.err != nil {
			return nil, rt.err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out, err := rel.run(rt)
	if err != nil {
		return nil, err
	}
	return &Table{Columns: slices.Clone(rel.cols), Rows: out.rows}, nil
}

// A relation is a bound tabular expression.
type relation struct {
	cols   []Column
	sorted bool   // the rows have an order: prev() and its like may look at it
	name   string // of the table or view, for union withsource
	run    func(*runtime) (*rowset, error)
	graph  *boundGraph // it is a graph, and no table
}

// binder holds what is known while a query is bound.
type binder struct {
	text    string
	schema  Schema
	errs    Errors
	names   *nameScope
	row     *rowScope // the columns in sight, or nil
	aggs    *aggScope // the aggregates of a summarize, or nil
	depth   int
	nodes   int
	slots   int
	views   []*binding
	tabular map[*funcNode]bool // what givesTable has found
	rt      *runtime
	broken  bool // a table is not known
	options map[string]*litNode
	bodies  int  // subqueries around, whose rows are not known yet
	eager   bool // rt holds the rows of a run
	late    bool // eager is needed: nothing after that can be bound
}

func newBinder(q *Query, schema Schema) *binder {
	return &binder{text: q.text, schema: schema, names: &nameScope{vals: map[string]*binding{}},
		tabular: map[*funcNode]bool{}}
}

// nameScope holds the names of let statements and parameters.
type nameScope struct {
	parent *nameScope
	vals   map[string]*binding
}

func (s *nameScope) find(name string) *binding {
	for ; s != nil; s = s.parent {
		if v, ok := s.vals[name]; ok {
			return v
		}
	}
	return nil
}

// A binding is what a let or a parameter names: a scalar, a table, or a
// function or pattern with the names that it saw.
type binding struct {
	name   string
	scalar *bound
	rel    *relation
	fn     *funcNode
	scope  *nameScope

	pattern *patternDef
}

// rowScope is the row that an expression is evaluated on.
type rowScope struct {
	cols   []Column
	index  map[string]int
	sorted bool
	base   *rowScope   // the row that this one hides, or nil
	steps  *scanScope  // the states of scan's steps, or nil
	graph  *graphScope // the variables of a pattern, or nil
	left   int         // in the keys of a join: how many columns are $left's
	join   bool
}

func newRowScope(cols []Column, sorted bool) *rowScope {
	s := &rowScope{cols: cols, index: make(map[string]int, len(cols)), sorted: sorted}
	for i, c := range cols {
		if _, ok := s.index[c.Name]; !ok {
			s.index[c.Name] = i
		}
	}
	return s
}

func (b *binder) fail(s span, code, format string, args ...any) {
	// Without its table nothing is known of a column.
	if b.broken && code == "KS142" {
		return
	}
	if len(b.errs) < 100 && !b.late {
		b.errs = append(b.errs, at(b.text, s, code, fmt.Sprintf(format, args...)))
	}
}

// doubt refuses what has a meaning that is not documented.
func (b *binder) doubt(s span, format string, args ...any) {
	said := len(b.errs)
	b.fail(s, "", format, args...)
	for _, e := range b.errs[said:] {
		e.Doubtful = true
	}
}

// unsupported refuses what the language has and this package has not.
func (b *binder) unsupported(s span, format string, args ...any) {
	b.fail(s, "", "not supported: "+format, args...)
}

// enter counts nesting and size; false if either is too much.
func (b *binder) enter(s span) bool {
	b.depth++
	b.nodes++
	if b.nodes == maxNodes {
		b.fail(s, "", "the query has more than %d parts when its functions are expanded", maxNodes)
	}
	if b.depth > maxBind && b.nodes < maxNodes {
		b.fail(s, "KS245", "the query nests deeper than %d when its functions are expanded", maxBind)
		return false
	}
	return b.nodes < maxNodes
}

func (b *binder) leave() { b.depth-- }

func (b *binder) newSlot() int {
	b.slots++
	return b.slots
}

// within binds with other columns in sight.
func (b *binder) within(row *rowScope, f func()) {
	oldRow, oldAggs := b.row, b.aggs
	b.row, b.aggs = row, nil
	f()
	b.row, b.aggs = oldRow, oldAggs
}

func (b *binder) query(q *Query) *relation {
	if b.checkDepth(q); len(b.errs) > 0 {
		return empty()
	}
	b.setOptions(q.options)
	for _, let := range q.lets {
		b.let(let)
	}
	rel := b.table(q.body)
	if rel.graph != nil {
		b.fail(q.body.at, "", "a graph is no table; graph-match or graph-to-table makes one of it")
	}
	return b.limited(rel)
}

func (b *binder) let(let letStmt) {
	v := &binding{name: let.name.name, scope: b.names}
	switch {
	case let.fn != nil:
		v.fn = let.fn
		if let.fn.view && len(let.fn.params) == 0 {
			b.views = append(b.views, v)
		}
	case let.param != nil:
		v.scalar = b.queryParameter(let.param)
	case let.pattern != nil:
		v.pattern = let.pattern
	default:
		x := let.x
		if b.isTabular(x) {
			v.rel = b.memo(b.table(x))
		} else {
			// In a function the arguments may depend on the caller's row.
			b.within(b.row.hidden(), func() { v.scalar = b.expr(x) })
		}
	}
	// A new scope a statement, so that a function keeps the names it saw.
	b.names = &nameScope{parent: b.names, vals: map[string]*binding{v.name: v}}
}

// memo makes a relation that is used again give the rows that it gave before.
func (b *binder) memo(rel *relation) *relation {
	slot := b.newSlot()
	out := *rel
	out.run = func(rt *runtime) (*rowset, error) {
		if rows, ok := rt.slot(slot).([][]Value); ok {
			return &rowset{rows: rows}, nil
		}
		set, err := rel.run(rt)
		if err != nil {
			return nil, err
		}
		rt.setSlot(slot, set.rows)
		rt.kept += set.bytes
		return &rowset{rows: set.rows}, nil
	}
	return &out
}

// isTabular says whether an expression gives a table.
func (b *binder) isTabular(x node) bool {
	switch x := x.(type) {
	case *pipeNode, *unionOp, *printOp, *rangeOp, *datatableOp, *searchOp, *findOp, *patternNode:
		return true
	case *parenNode:
		return b.isTabular(x.x)
	case *nameNode:
		if b.row != nil {
			if _, ok := b.row.index[x.name]; ok {
				return false
			}
		}
		if v := b.names.find(x.name); v != nil {
			return v.rel != nil || v.fn != nil && b.givesTable(v)
		}
		_, ok := b.schema[x.name]
		return ok
	case *callNode:
		if x.name == "table" || x.name == "materialize" {
			return true
		}
		if v := b.names.find(x.name); v != nil {
			return v.rel != nil || v.pattern != nil || v.fn != nil && b.givesTable(v)
		}
	case *pathNode:
		return b.isPatternCall(x)
	}
	return false
}

// givesTable says whether the body of a function is tabular.
func (b *binder) givesTable(v *binding) bool {
	if known, ok := b.tabular[v.fn]; ok {
		return known
	}
	b.tabular[v.fn] = false
	old, oldRow := b.names, b.row
	b.names = &nameScope{parent: v.scope, vals: map[string]*binding{}}
	b.row = nil
	defer func() { b.names, b.row = old, oldRow }()
	for _, p := range v.fn.params {
		par := &binding{name: p.name}
		if p.table {
			par.rel = &relation{}
		} else {
			par.scalar = &bound{typ: p.typ}
		}
		b.names.vals[p.name] = par
	}
	for _, let := range v.fn.lets {
		inner := &binding{name: let.name.name, fn: let.fn, scope: b.names}
		if let.fn == nil {
			if b.isTabular(let.x) {
				inner.rel = &relation{}
			} else {
				inner.scalar = &bound{}
			}
		}
		b.names = &nameScope{parent: b.names, vals: map[string]*binding{inner.name: inner}}
	}
	b.tabular[v.fn] = b.isTabular(v.fn.body)
	return b.tabular[v.fn]
}

// empty is the relation of what did not bind.
func empty() *relation {
	return &relation{run: func(*runtime) (*rowset, error) { return &rowset{}, nil }}
}

// table binds a tabular expression.
func (b *binder) table(x node) *relation {
	if !b.enter(x.span()) {
		b.leave()
		return empty()
	}
	defer b.leave()
	switch x := x.(type) {
	case *parenNode:
		return b.table(x.x)
	case *pipeNode:
		return b.pipe(b.table(x.src), x.ops)
	case *nameNode:
		return b.tableName(x)
	case *callNode:
		return b.tableCall(x)
	case *pathNode:
		if b.isPatternCall(x) {
			return b.patternCall(x.x.(*callNode), &x.name)
		}
	case opNode:
		if rel := b.sourceOp(x); rel != nil {
			return rel
		}
	}
	b.fail(x.span(), "KS204", "a table should stand here, and this is a scalar")
	return empty()
}

// sourceOp binds an operator that starts a pipe.
func (b *binder) sourceOp(op opNode) *relation {
	switch op := op.(type) {
	case *printOp:
		return b.print(op)
	case *rangeOp:
		return b.rangeTable(op)
	case *datatableOp:
		return b.datatable(op)
	case *unionOp:
		return b.union(nil, op)
	case *searchOp:
		return b.search(nil, op)
	case *findOp:
		return b.find(op)
	}
	return nil
}

func (b *binder) pipe(rel *relation, ops []opNode) *relation {
	old := b.names
	for i, op := range ops {
		if b.late {
			break
		}
		rel = b.operator(b.pushDown(rel, ops[i:]), op)
	}
	b.names = old
	return rel
}

func (b *binder) tableName(n *nameNode) *relation {
	if v := b.names.find(n.name); v != nil {
		switch {
		case v.rel != nil:
			rel := *v.rel
			rel.name = n.name
			return &rel
		case v.fn != nil:
			rel := *b.callTable(v, &callNode{name: n.name, nameAt: n.at, at: n.at})
			rel.name = n.name
			return &rel
		}
		b.fail(n.at, "KS204", "%q is a scalar, and a table should stand here", n.name)
		return empty()
	}
	cols, ok := b.schema[n.name]
	if !ok {
		b.fail(n.at, "KS204", "no table is named %q%s", n.name, b.nearTables(n.name))
		b.broken = true
		return empty()
	}
	return baseTable(n.name, cols)
}

// baseTable reads a table of the input.
func baseTable(name string, cols []Column) *relation {
	return &relation{cols: cols, name: name, run: func(rt *runtime) (*rowset, error) {
		return rt.load(name, cols)
	}}
}

func (b *binder) nearTables(name string) string {
	var names []string
	for n := range b.schema {
		names = append(names, n)
	}
	for s := b.names; s != nil; s = s.parent {
		for n, v := range s.vals {
			if v.scalar == nil {
				names = append(names, n)
			}
		}
	}
	return nearest(name, names)
}

// tableCall binds a call that gives a table.
func (b *binder) tableCall(n *callNode) *relation {
	switch n.name {
	case "materialize":
		if len(n.args) != 1 {
			b.fail(n.nameAt, "KS119", "materialize takes one table, not %d arguments", len(n.args))
			return empty()
		}
		return b.memo(b.table(n.args[0].x))
	case "table":
		if len(n.args) >= 1 {
			x := b.expr(n.args[0].x)
			if name, ok := x.val.(String); ok && x.konst {
				return b.tableName(&nameNode{string(name), n.args[0].x.span()})
			}
		}
		b.fail(n.at, "", "table() takes the name of a table as a constant")
		return empty()
	case "workspace", "app", "resource":
		b.unsupported(n.nameAt, "%s(), which reads from elsewhere", n.name)
		b.broken = true
		return empty()
	}
	v := b.names.find(n.name)
	if v != nil && v.fn != nil {
		return b.callTable(v, n)
	}
	if v != nil && v.pattern != nil {
		return b.patternCall(n, nil)
	}
	if _, ok := functionTable()[n.name]; ok || slices.Contains(specialNames, n.name) {
		b.fail(n.nameAt, "KS204", "%s() gives a scalar, and a table should stand here; print shows a scalar", n.name)
	} else {
		b.noFunction(n)
	}
	b.broken = true
	return empty()
}

func (b *binder) callTable(v *binding, n *callNode) *relation {
	rel := empty()
	b.callUser(v, n, nil, func(body node) {
		if !b.isTabular(body) {
			b.fail(n.nameAt, "KS204", "%q gives a scalar, and a table should stand here", n.name)
			return
		}
		b.within(nil, func() { rel = b.table(body) })
	})
	return rel
}

// callUser binds the arguments of a function of a let, and then its body; first
// is the table that invoke hands over.
func (b *binder) callUser(v *binding, n *callNode, first *relation, body func(node)) {
	if !b.enter(n.at) {
		b.leave()
		return
	}
	defer b.leave()
	scope := &nameScope{parent: v.scope, vals: map[string]*binding{}}
	if !b.arguments(v.fn, n, first, scope) {
		return
	}
	old := b.names
	b.names = scope
	for _, let := range v.fn.lets {
		b.let(let)
	}
	body(v.fn.body)
	b.names = old
}

// arguments fills scope with the parameters of fn.
func (b *binder) arguments(fn *funcNode, n *callNode, first *relation, scope *nameScope) bool {
	given := map[string]argNode{}
	shift := 0
	if first != nil {
		if len(fn.params) == 0 || !fn.params[0].table {
			b.fail(n.nameAt, "", "the first parameter of %q takes no table, and invoke gives one", n.name)
			return false
		}
		shift = 1
	}
	for i, arg := range n.args {
		name := ""
		if len(arg.names) == 1 {
			name = arg.names[0].name
			if !slices.ContainsFunc(fn.params, func(p param) bool { return p.name == name }) {
				b.fail(arg.names[0].at, "KS142", "%q has no parameter %q", n.name, name)
				return false
			}
		} else if i+shift < len(fn.params) {
			name = fn.params[i+shift].name
		} else {
			b.fail(n.nameAt, "KS119", "%q takes %d arguments, not %d", n.name, len(fn.params), len(n.args))
			return false
		}
		given[name] = arg
	}
	for i, p := range fn.params {
		if i == 0 && first != nil {
			scope.vals[p.name] = &binding{name: p.name, rel: b.fitTable(first, p, n.nameAt)}
			continue
		}
		arg, ok := given[p.name]
		if !ok && p.def == nil {
			b.fail(n.nameAt, "KS119", "%q lacks its argument %q", n.name, p.name)
			return false
		}
		scope.vals[p.name] = b.argument(p, arg, ok)
	}
	return true
}

func (b *binder) argument(p param, arg argNode, given bool) *binding {
	if p.table {
		rel := b.table(arg.x)
		return &binding{name: p.name, rel: b.memo(b.fitTable(rel, p, arg.x.span()))}
	}
	var x *bound
	if given {
		x = b.expr(arg.x)
	} else {
		x = constant(p.def.val, p.def.typ, p.def.at)
	}
	fit, ok := convertTo(x, p.typ)
	if !ok {
		b.fail(x.at, "KS107", "the parameter %q is a %s, and this is a %s", p.name, p.typ, x.typ)
		fit = unknown(x.at)
	}
	out := *fit
	out.name = p.name
	return &binding{name: p.name, scalar: &out}
}

// fitTable checks the columns that a parameter asks for.
func (b *binder) fitTable(rel *relation, p param, at span) *relation {
	if p.anyCols {
		return rel
	}
	pick := make([]int, len(p.cols))
	for i, want := range p.cols {
		pick[i] = slices.Index(rel.cols, want)
		if pick[i] < 0 {
			b.fail(at, "", "the parameter %q asks for a column %s of type %s, and the table has none", p.name, want.Name, want.Type)
			return empty()
		}
	}
	return pickColumns(rel, pick, p.cols, at)
}

// pickColumns gives the columns of rel at the places pick, under names.
func pickColumns(rel *relation, pick []int, cols []Column, at span) *relation {
	return &relation{cols: cols, sorted: rel.sorted, name: rel.name, run: func(rt *runtime) (*rowset, error) {
		in, err := rel.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(at)
		for _, row := range in.rows {
			next := make([]Value, len(pick))
			for i, from := range pick {
				next[i] = row[from]
			}
			if err := out.add(next); err != nil {
				return nil, err
			}
		}
		return out.done(in, false)
	}}
}
