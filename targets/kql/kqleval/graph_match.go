package kqleval

import "slices"

// Bounds of what a pattern may do.
const (
	maxGraphPath  = 1000
	maxGraphSteps = 50_000_000
)

// graphScope names the variables of a pattern. In map() and its like it names
// none, and the columns in sight are those of an edge or of an inner node.
type graphScope struct {
	g     *boundGraph
	vars  map[string]*patternVar
	inner bool // nodes are in sight, and not edges
}

// patternVar is a node or an edge of a pattern, and where its columns stand in
// the row that expressions see. An edge of variable length has two lists there:
// its edges and the nodes within.
type patternVar struct {
	cols     []Column
	edge     bool
	variable bool
	at       int
	num      int // of a node: its place among the nodes of the pattern
}

// What a node has in the row after its properties.
const (
	hiddenID = iota
	hiddenIn
	hiddenOut
	hiddenCount
)

// nodeRecord is what expressions see of a node.
func (g *graphData) nodeRecord(i int) Array {
	n := &g.nodes[i]
	return append(slices.Clone(Array(n.row)), String(FormatValue(n.id)), Long(len(n.in)), Long(len(n.out)))
}

// graphProperty binds variable.property; nil if base is no variable.
func (b *binder) graphProperty(base *nameNode, n *pathNode) *bound {
	v := b.row.graph.vars[base.name]
	if v == nil {
		return nil
	}
	i := slices.IndexFunc(v.cols, func(c Column) bool { return c.Name == n.name.name })
	if i < 0 {
		b.fail(n.name.at, "KS142", "%q has no property %q", base.name, n.name.name)
		return unknown(n.span())
	}
	out := &bound{typ: v.cols[i].Type, name: joinName(base.name, n.name.name), row: b.row}
	at := v.at + i
	out.eval = func(e *env) Value { return e.row[at] }
	if v.variable {
		out.typ = TDynamic
		list := v.at
		out.eval = func(e *env) Value {
			var all Array
			for _, rec := range e.row[list].(Array) {
				all = append(all, rec.(Array)[i])
			}
			return all
		}
	}
	return out
}

// graphCall binds the functions of patterns; nil if it is another.
func (b *binder) graphCall(n *callNode) *bound {
	switch n.name {
	case "all", "any", "map":
		return b.graphEach(n)
	case "node_id", "node_degree_in", "node_degree_out":
		return b.nodeFact(n)
	case "array_length":
		if v := b.variableEdge(n.args0()); v != nil {
			at := v.at
			return &bound{typ: TLong, row: b.row, eval: func(e *env) Value { return Long(len(e.row[at].(Array))) }}
		}
	case "inner_nodes":
		b.fail(n.nameAt, "", "inner_nodes() can only be the first argument of all(), any() or map()")
		return unknown(n.at)
	case "labels":
		b.noFunction(n)
		return unknown(n.at)
	}
	return nil
}

func (b *binder) variableEdge(x node) *patternVar {
	name, ok := x.(*nameNode)
	if !ok {
		return nil
	}
	if v := b.row.graph.vars[name.name]; v != nil && v.variable {
		return v
	}
	return nil
}

// graphEach binds all(edge, x), any(edge, x) and map(edge, x), or with
// inner_nodes(edge) for edge. Documentation: of no edges all() is true, any()
// is false, and map() is empty.
func (b *binder) graphEach(n *callNode) *bound {
	if len(n.args) != 2 {
		b.fail(n.nameAt, "KS119", "%s() takes an edge and an expression, not %d arguments", n.name, len(n.args))
		return unknown(n.at)
	}
	g := b.row.graph.g
	x, cols, scope := n.args[0].x, g.edgeCols, &graphScope{g: g}
	list := 0
	if inner, ok := x.(*callNode); ok && inner.name == "inner_nodes" && len(inner.args) == 1 {
		x, cols, scope.inner, list = inner.args[0].x, g.nodeCols, true, 1
	}
	v := b.variableEdge(x)
	if v == nil {
		b.fail(x.span(), "", "an edge of variable length, such as [e*1..3], should stand here")
		return unknown(n.at)
	}
	each := newRowScope(cols, false)
	each.graph = scope
	var item *bound
	b.within(each, func() {
		if item = b.expr(n.args[1].x); n.name != "map" && item.typ != TBool && item.typ != TUnknown {
			b.fail(n.args[1].x.span(), "KS141", "a bool should stand here, and this is a %s", item.typ)
		}
	})
	list += v.at
	out := &bound{typ: TBool, row: b.row, eval: eachEval(n.name, list, item.eval)}
	if n.name == "map" {
		out.typ = TDynamic
	}
	return out
}

func eachEval(name string, list int, item evalFn) evalFn {
	return func(e *env) Value {
		mapped := Array{}
		for _, rec := range e.row[list].(Array) {
			v := item(&env{rt: e.rt, row: rec.(Array)})
			if name != "map" && (v == Bool(true)) == (name == "any") {
				return Bool(name == "any")
			}
			mapped = append(mapped, v)
		}
		if name == "map" {
			return mapped
		}
		return Bool(name == "all")
	}
}

// nodeFact binds node_id(node) and the degrees; among inner nodes they take no
// argument.
func (b *binder) nodeFact(n *callNode) *bound {
	hidden := map[string]int{"node_id": hiddenID, "node_degree_in": hiddenIn, "node_degree_out": hiddenOut}[n.name]
	at := -1
	switch name, ok := n.args0().(*nameNode); {
	case b.row.graph.inner && len(n.args) == 0:
		at = 0
	case ok && len(n.args) == 1:
		if v := b.row.graph.vars[name.name]; v != nil && !v.edge {
			at = v.at
		}
	}
	if at < 0 {
		b.fail(n.at, "", "%s() takes a node of the pattern, or nothing among inner_nodes()", n.name)
		return unknown(n.at)
	}
	at += len(b.row.graph.g.nodeCols) + hidden
	typ := TLong
	if hidden == hiddenID {
		typ = TString
	}
	return &bound{typ: typ, row: b.row, eval: func(e *env) Value { return e.row[at] }}
}

// graphPattern is a pattern that is bound, in the order in which it is matched.
type graphPattern struct {
	at    span
	op    *graphMatchOp
	scope *graphScope
	width int // of the row
	nodes []*patternVar
	edges []patternEdge
	steps []patternStep
	ends  [2]int // the first and the last node of the last sequence
}

type patternEdge struct {
	*patternVar
	from, to    int // nodes
	left, right bool
	min, max    int
}

// patternStep binds a node by looking at all, or follows an edge from a node
// that is bound; then what can be asked is asked.
type patternStep struct {
	node int
	edge int // or -1
	back bool
	asks []evalFn
}

func (b *binder) graphMatch(g *boundGraph, op *graphMatchOp) *relation {
	p := &graphPattern{at: op.at, op: op, scope: &graphScope{g: g, vars: map[string]*patternVar{}}}
	for _, seq := range op.sequences {
		b.patternSequence(p, seq)
	}
	if !b.planSteps(p) {
		return empty()
	}
	row := newRowScope(nil, false)
	row.graph = p.scope
	var exprs []namedExpr
	b.within(row, func() {
		if op.where != nil {
			for _, x := range conjuncts(op.where) {
				b.ask(p, x)
			}
		}
		exprs = b.namedExprs(op.cols, "")
	})
	cols := b.declareAll(exprs)
	evals := exprEvals(exprs)
	return &relation{cols: cols, run: func(rt *runtime) (*rowset, error) {
		data, err := g.load(rt)
		if err != nil {
			return nil, err
		}
		m := newMatcher(rt, p, data)
		out := rt.builder(op.at)
		m.emit = func() error { return out.add(evalRow(evals, m.env)) }
		if op.shortest {
			err = m.shortest(out, evals)
		} else {
			err = m.match(0)
		}
		if err != nil {
			return nil, err
		}
		return out.done(&rowset{}, false)
	}}
}

// patternSequence adds the nodes and edges of a sequence; a name that comes
// again is the same node.
func (b *binder) patternSequence(p *graphPattern, seq graphSequence) {
	for i, n := range seq.nodes {
		num := b.patternNode(p, n)
		if i == 0 {
			p.ends[0] = num
		} else {
			b.patternEdge(p, seq.edges[i-1], p.ends[1], num)
		}
		p.ends[1] = num
	}
}

func (b *binder) patternNode(p *graphPattern, n nameNode) int {
	if v := p.scope.vars[n.name]; v != nil {
		if v.edge {
			b.fail(n.at, "", "%q is an edge of the pattern, and a node should stand here", n.name)
		}
		return v.num
	}
	v := &patternVar{cols: p.scope.g.nodeCols, at: p.width, num: len(p.nodes)}
	p.width += len(v.cols) + hiddenCount
	p.nodes = append(p.nodes, v)
	if n.name != "" {
		p.scope.vars[n.name] = v
	}
	return v.num
}

func (b *binder) patternEdge(p *graphPattern, e graphEdgeNode, from, to int) {
	v := &patternVar{cols: p.scope.g.edgeCols, edge: true, variable: e.variable, at: p.width}
	p.width += max(len(v.cols), 2)
	if e.name.name != "" {
		if p.scope.vars[e.name.name] != nil {
			b.fail(e.name.at, "KS171", "%q is already a part of the pattern", e.name.name)
		}
		p.scope.vars[e.name.name] = v
	}
	p.edges = append(p.edges, patternEdge{v, from, to, e.left, e.right, e.min, e.max})
}

// planSteps orders the edges so that each starts at a node that is bound.
func (b *binder) planSteps(p *graphPattern) bool {
	bound := map[int]bool{0: true}
	p.steps = []patternStep{{node: 0, edge: -1}}
	done := make([]bool, len(p.edges))
	for more := true; more; {
		more = false
		for i, e := range p.edges {
			if done[i] || !bound[e.from] && !bound[e.to] {
				continue
			}
			step := patternStep{node: e.to, edge: i}
			if !bound[e.from] {
				step.node, step.back = e.from, true
			}
			bound[step.node], done[i], more = true, true, true
			p.steps = append(p.steps, step)
		}
	}
	if len(bound) < len(p.nodes) {
		b.unsupported(p.at, "a pattern whose parts share no node")
		return false
	}
	if len(p.op.sequences) > 1 && p.op.shortest {
		b.fail(p.at, "", "graph-shortest-paths takes one sequence")
	}
	return true
}

// ask puts a condition at the first step after which all that it names is
// there.
func (b *binder) ask(p *graphPattern, x node) {
	pred := b.predicate(x)
	names := map[string]bool{}
	namesIn(x, names)
	last := 0
	for name := range names {
		v := p.scope.vars[name]
		if v == nil {
			continue
		}
		for i, s := range p.steps {
			if !v.edge && s.node == v.num || v.edge && s.edge >= 0 && p.edges[s.edge].patternVar == v {
				last = max(last, i)
				break
			}
		}
	}
	p.steps[last].asks = append(p.steps[last].asks, pred.eval)
}

// matcher walks over a graph.
type matcher struct {
	*graphPattern
	rt    *runtime
	g     *graphData
	env   *env
	at    []int        // the node of each node of the pattern, or -1
	edge  map[int]int  // how often an edge is used
	node  map[int]int  // how often a node is used
	path  []int        // the edges of the pattern's edge that is being followed
	long  []int        // how many edges each edge of the pattern has
	count int          // of steps
	emit  func() error // what to do with a match
}

func newMatcher(rt *runtime, p *graphPattern, g *graphData) *matcher {
	m := &matcher{graphPattern: p, rt: rt, g: g, edge: map[int]int{}, node: map[int]int{}, long: make([]int, len(p.edges))}
	m.env = &env{rt: rt, row: make([]Value, p.width)}
	for range p.nodes {
		m.at = append(m.at, -1)
	}
	return m
}

// match does the steps from k on, and emits when there is none.
func (m *matcher) match(k int) error {
	if k == len(m.steps) {
		return m.emit()
	}
	step := m.steps[k]
	if step.edge >= 0 {
		start := m.edges[step.edge].from
		if step.back {
			start = m.edges[step.edge].to
		}
		old := m.path
		m.path = nil
		err := m.follow(k, m.at[start])
		m.path = old
		return err
	}
	for i := range m.g.nodes {
		if err := m.bind(k, i); err != nil {
			return err
		}
	}
	return nil
}

// follow goes on along an edge of the pattern from a node of the graph, with
// the edges of path already behind.
func (m *matcher) follow(k, from int) error {
	if m.count++; m.count > maxGraphSteps {
		return m.rt.errorAt(m.op.at, "the pattern takes more than %d steps, which is the limit of a run", maxGraphSteps)
	}
	if err := m.rt.step(); err != nil {
		return err
	}
	step := m.steps[k]
	pe := m.edges[step.edge]
	if len(m.path) >= pe.min {
		if err := m.arrive(k, from); err != nil {
			return err
		}
	}
	if len(m.path) == pe.max {
		return nil
	}
	// An inner node may not be one that is used, where there are to be no cycles.
	if len(m.path) > 0 {
		if m.op.cycles == "none" && m.node[from] > 0 {
			return nil
		}
		m.node[from]++
		defer func() { m.node[from]-- }()
	}
	n := &m.g.nodes[from]
	directed := pe.left || pe.right
	forward, backward := !directed || pe.right != step.back, !directed || pe.left != step.back
	if forward {
		for _, e := range n.out {
			if err := m.along(k, e, m.g.edges[e].to); err != nil {
				return err
			}
		}
	}
	if backward {
		for _, e := range n.in {
			if forward && m.g.edges[e].from == m.g.edges[e].to {
				continue // a loop was already there
			}
			if err := m.along(k, e, m.g.edges[e].from); err != nil {
				return err
			}
		}
	}
	return nil
}

// along takes one edge.
func (m *matcher) along(k, e, to int) error {
	if m.op.cycles == "unique_edges" && m.edge[e] > 0 {
		return nil
	}
	m.edge[e]++
	m.path = append(m.path, e)
	err := m.follow(k, to)
	m.path = m.path[:len(m.path)-1]
	m.edge[e]--
	return err
}

// arrive ends an edge of the pattern at a node.
func (m *matcher) arrive(k, at int) error {
	step := m.steps[k]
	pe := m.edges[step.edge]
	path := slices.Clone(m.path)
	if step.back {
		slices.Reverse(path)
	}
	m.long[step.edge] = len(path)
	if pe.variable {
		m.env.row[pe.at], m.env.row[pe.at+1] = m.records(path, step, at)
	} else {
		copy(m.env.row[pe.at:], m.g.edges[path[0]].row)
	}
	if known := m.at[step.node]; known >= 0 {
		if known != at {
			return nil
		}
		return m.goOn(k)
	}
	return m.bind(k, at)
}

// records gives the edges of a path, and the nodes within it.
func (m *matcher) records(path []int, step patternStep, at int) (edges, inner Array) {
	edges, inner = Array{}, Array{}
	node := m.at[m.edges[step.edge].from]
	if step.back {
		node = at
	}
	for i, e := range path {
		edges = append(edges, Array(m.g.edges[e].row))
		if i > 0 {
			inner = append(inner, m.g.nodeRecord(node))
		}
		if next := m.g.edges[e]; next.from == node {
			node = next.to
		} else {
			node = next.from
		}
	}
	return edges, inner
}

// bind makes a node of the graph stand for the node of a step.
func (m *matcher) bind(k, i int) error {
	step := m.steps[k]
	if m.op.cycles == "none" && m.node[i] > 0 {
		return nil
	}
	m.at[step.node] = i
	m.node[i]++
	copy(m.env.row[m.nodes[step.node].at:], m.g.nodeRecord(i))
	err := m.goOn(k)
	m.node[i]--
	m.at[step.node] = -1
	return err
}

// goOn asks what can be asked after a step, and does the next.
func (m *matcher) goOn(k int) error {
	for _, ask := range m.steps[k].asks {
		if ask(m.env) != Bool(true) {
			return m.rt.err
		}
	}
	return m.match(k + 1)
}

// shortest keeps, for each pair of a first and a last node, the match of the
// fewest edges, or all of them.
func (m *matcher) shortest(out *builder, evals []evalFn) error {
	type found struct {
		length int
		rows   [][]Value
	}
	best := map[[2]int]*found{}
	var order [][2]int
	m.emit = func() error {
		pair, length := [2]int{m.at[m.ends[0]], m.at[m.ends[1]]}, 0
		for _, n := range m.long {
			length += n
		}
		f := best[pair]
		switch {
		case f == nil:
			f = &found{length: length}
			best[pair] = f
			order = append(order, pair)
		case length < f.length:
			f.length, f.rows = length, nil
		case length > f.length || !m.op.all:
			return nil
		}
		row := evalRow(evals, m.env)
		f.rows = append(f.rows, row)
		m.rt.hold(rowSize(row))
		return m.rt.err
	}
	if err := m.match(0); err != nil {
		return err
	}
	for _, pair := range order {
		for _, row := range best[pair].rows {
			if err := out.add(row); err != nil {
				return err
			}
		}
	}
	return nil
}
