package kqleval

import "slices"

// boundGraph is a graph that is bound: the columns of its nodes and edges are
// their properties.
type boundGraph struct {
	nodeCols, edgeCols []Column
	load               func(*runtime) (*graphData, error)
}

type graphData struct {
	nodes []graphNode
	edges []graphEdge
	index map[string]int // of a node by the key of its id
}

type graphNode struct {
	row     []Value
	id      Value
	out, in []int // edges
}

type graphEdge struct {
	row      []Value
	from, to int
}

// node gives the node with an id, and makes it if there is none.
func (g *graphData) node(id Value, width int) int {
	key := keyOf(id)
	if i, ok := g.index[key]; ok {
		return i
	}
	g.index[key] = len(g.nodes)
	g.nodes = append(g.nodes, graphNode{row: make([]Value, width), id: id})
	return len(g.nodes) - 1
}

// makeGraph binds make-graph: each row of the input is an edge.
func (b *binder) makeGraph(in *relation, op *makeGraphOp) *relation {
	m := &graphPlan{at: op.at, edges: in}
	m.source, m.target = b.columnArg(in, &op.source), b.columnArg(in, &op.target)
	if m.source < 0 || m.target < 0 {
		return empty()
	}
	for _, n := range op.nodes {
		var rel *relation
		b.within(nil, func() { rel = b.table(n.table) })
		at := b.columnArg(rel, &n.on)
		if at < 0 {
			return empty()
		}
		m.tables = append(m.tables, nodeTable{rel: rel, id: at})
	}
	b.nodeColumns(m, op)
	g := &boundGraph{m.cols, in.cols, m.load}
	if op.partition.name != "" {
		return b.partitionGraph(m, g, op)
	}
	return graphRelation(g, op.at)
}

// graphRelation is a graph where a table may stand; it is none.
func graphRelation(g *boundGraph, at span) *relation {
	return &relation{graph: g, run: func(rt *runtime) (*rowset, error) {
		return nil, rt.errorAt(at, "a graph is no table; graph-match or graph-to-table makes one of it")
	}}
}

// graphPlan is a make-graph that is bound.
type graphPlan struct {
	at             span
	edges          *relation
	source, target int
	tables         []nodeTable
	cols           []Column // of the nodes
	ids            []int    // those of cols that hold the id
	first          int      // the slot of the rows of a partition
	parted         bool
}

type nodeTable struct {
	rel    *relation
	id     int
	target []int // where its columns go
}

// nodeColumns merges the columns of the tables of nodes by name.
func (b *binder) nodeColumns(m *graphPlan, op *makeGraphOp) {
	if op.nodeID != "" {
		m.cols = []Column{{op.nodeID, m.edges.cols[m.source].Type}}
		m.ids = []int{0}
	}
	for i := range m.tables {
		t := &m.tables[i]
		for j, c := range t.rel.cols {
			at := slices.IndexFunc(m.cols, func(d Column) bool { return d.Name == c.Name })
			if at < 0 {
				at = len(m.cols)
				m.cols = append(m.cols, c)
			} else if m.cols[at].Type != c.Type {
				b.unsupported(op.at, "nodes of which %q is a %s and a %s", c.Name, m.cols[at].Type, c.Type)
			}
			t.target = append(t.target, at)
			if j == t.id && !slices.Contains(m.ids, at) {
				m.ids = append(m.ids, at)
			}
		}
	}
}

func (m *graphPlan) load(rt *runtime) (*graphData, error) {
	sets := make([][][]Value, 1+len(m.tables))
	if m.parted {
		sets = rt.slot(m.first).([][][]Value)
	} else {
		for i, rel := range m.relations() {
			set, err := rel.run(rt)
			if err != nil {
				return nil, err
			}
			sets[i] = set.rows
		}
	}
	return m.build(rt, sets)
}

// relations are the tables that the graph is made of, the edges first.
func (m *graphPlan) relations() []*relation {
	out := []*relation{m.edges}
	for _, t := range m.tables {
		out = append(out, t.rel)
	}
	return out
}

// build makes the graph. A node that only an edge names has its id and no other
// property.
func (m *graphPlan) build(rt *runtime, sets [][][]Value) (*graphData, error) {
	g := &graphData{index: map[string]int{}}
	for i, t := range m.tables {
		for _, row := range sets[1+i] {
			n := &g.nodes[g.node(row[t.id], len(m.cols))]
			for j, to := range t.target {
				if n.row[to] == nil {
					n.row[to] = row[j]
				}
			}
			rt.hold(rowSize(row))
		}
	}
	for _, row := range sets[0] {
		from, to := g.node(row[m.source], len(m.cols)), g.node(row[m.target], len(m.cols))
		g.nodes[from].out = append(g.nodes[from].out, len(g.edges))
		g.nodes[to].in = append(g.nodes[to].in, len(g.edges))
		g.edges = append(g.edges, graphEdge{row, from, to})
		rt.hold(64)
	}
	for i := range g.nodes {
		row := g.nodes[i].row
		for _, at := range m.ids {
			if row[at] == nil {
				row[at] = cast(g.nodes[i].id, m.cols[at].Type)
			}
		}
		for at, c := range m.cols {
			if row[at] == nil {
				row[at] = zero(c.Type)
			}
		}
	}
	return g, rt.err
}

// partitionGraph binds partitioned-by: a graph of its own for each value of a
// column, which the edges and the nodes have.
func (b *binder) partitionGraph(m *graphPlan, g *boundGraph, op *makeGraphOp) *relation {
	keys := make([]int, 1+len(m.tables))
	for i, rel := range m.relations() {
		if keys[i] = b.columnArg(rel, &op.partition); keys[i] < 0 {
			return empty()
		}
	}
	m.parted, m.first = true, b.newSlot()
	b.bodies++
	body := b.pipe(graphRelation(g, op.at), op.body.ops)
	b.bodies--
	if body.graph != nil {
		b.fail(op.body.at, "", "what is made of each graph must be a table")
		return empty()
	}
	slots := bodySlots{m.first, b.slots}
	return &relation{cols: body.cols, run: func(rt *runtime) (*rowset, error) {
		var order []string
		parts := map[string][][][]Value{}
		for i, rel := range m.relations() {
			set, err := rel.run(rt)
			if err != nil {
				return nil, err
			}
			for _, row := range set.rows {
				k := keyOf(row[keys[i]])
				if parts[k] == nil {
					order = append(order, k)
					parts[k] = make([][][]Value, len(keys))
				}
				parts[k][i] = append(parts[k][i], row)
			}
		}
		out := rt.builder(op.at)
		for _, k := range order {
			slots.start(rt, nil)
			rt.setSlot(m.first, parts[k])
			got, err := body.run(rt)
			if err != nil {
				return nil, err
			}
			for _, row := range got.rows {
				if err := out.add(row); err != nil {
					return nil, err
				}
			}
		}
		return out.done(&rowset{}, false)
	}}
}

// graphOperator binds what may follow a graph.
func (b *binder) graphOperator(in *relation, op opNode) *relation {
	switch op := op.(type) {
	case *graphMatchOp:
		return b.graphMatch(in.graph, op)
	case *graphToTableOp:
		return b.graphToTable(in.graph, op)
	case *graphMarkOp:
		return b.graphMark(in.graph, op)
	case *asOp:
		rel := *in
		b.names = &nameScope{parent: b.names, vals: map[string]*binding{op.name: {name: op.name, rel: &rel}}}
		return in
	}
	b.fail(op.span(), "KS177", "a graph stands before this operator, which takes a table; graph-match or graph-to-table makes one of it")
	return empty()
}

// graphToTable gives the nodes or the edges. The id of a node is the hash of
// what the query gave as its id.
func (b *binder) graphToTable(g *boundGraph, op *graphToTableOp) *relation {
	cols, ids := g.nodeCols, []string{"with_node_id"}
	if op.edges {
		cols, ids = g.edgeCols, []string{"with_source_id", "with_target_id"}
	}
	var first []Column
	for _, word := range ids {
		if name := op.ids[word]; name != "" {
			first = append(first, Column{name, TLong})
		}
	}
	hash := func(v Value) Value { return hashValue(nil, []Value{v}) }
	return &relation{cols: append(first, cols...), run: func(rt *runtime) (*rowset, error) {
		data, err := g.load(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(op.at)
		for _, n := range data.nodes {
			if op.edges {
				break
			}
			var row []Value
			if op.ids["with_node_id"] != "" {
				row = append(row, hash(n.id))
			}
			if err := out.add(append(row, n.row...)); err != nil {
				return nil, err
			}
		}
		for _, e := range data.edges {
			if !op.edges {
				break
			}
			var row []Value
			if op.ids["with_source_id"] != "" {
				row = append(row, hash(data.nodes[e.from].id))
			}
			if op.ids["with_target_id"] != "" {
				row = append(row, hash(data.nodes[e.to].id))
			}
			if err := out.add(append(row, e.row...)); err != nil {
				return nil, err
			}
		}
		return out.done(&rowset{}, false)
	}}
}

// graphMark gives each node the number of its component, in the order of the
// nodes.
func (b *binder) graphMark(g *boundGraph, op *graphMarkOp) *relation {
	n := newNamer(g.nodeCols)
	marked := &boundGraph{edgeCols: g.edgeCols}
	marked.nodeCols = append(slices.Clone(g.nodeCols), Column{n.unique(op.id), TLong})
	marked.load = func(rt *runtime) (*graphData, error) {
		data, err := g.load(rt)
		if err != nil {
			return nil, err
		}
		var of []int
		if op.strong {
			of = data.strongComponents()
		} else {
			of = data.weakComponents()
		}
		number := map[int]Long{}
		for i := range data.nodes {
			if _, ok := number[of[i]]; !ok {
				number[of[i]] = Long(len(number))
			}
			data.nodes[i].row = append(data.nodes[i].row, number[of[i]])
		}
		return data, nil
	}
	return graphRelation(marked, op.at)
}

// weakComponents gives each node a node that stands for its component.
func (g *graphData) weakComponents() []int {
	of := make([]int, len(g.nodes))
	for i := range of {
		of[i] = i
	}
	find := func(i int) int {
		for of[i] != i {
			of[i] = of[of[i]]
			i = of[i]
		}
		return i
	}
	for _, e := range g.edges {
		of[find(e.from)] = find(e.to)
	}
	for i := range of {
		of[i] = find(i)
	}
	return of
}

// strongComponents walks forward, and then back in the order in which nodes
// were left (Kosaraju).
func (g *graphData) strongComponents() []int {
	var left []int
	seen := make([]bool, len(g.nodes))
	for i := range g.nodes {
		g.walk(i, seen, func(n *graphNode) ([]int, bool) { return n.out, true }, func(n int) { left = append(left, n) })
	}
	of := make([]int, len(g.nodes))
	clear(seen)
	for _, root := range slices.Backward(left) {
		g.walk(root, seen, func(n *graphNode) ([]int, bool) { return n.in, false }, func(n int) { of[n] = root })
	}
	return of
}

// walk visits what can be reached from a node, depth first, and tells when it
// leaves a node.
func (g *graphData) walk(root int, seen []bool, next func(*graphNode) ([]int, bool), leave func(int)) {
	type visit struct{ node, done int }
	if seen[root] {
		return
	}
	seen[root] = true
	stack := []visit{{root, 0}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		edges, forward := next(&g.nodes[top.node])
		if top.done == len(edges) {
			leave(top.node)
			stack = stack[:len(stack)-1]
			continue
		}
		e := g.edges[edges[top.done]]
		top.done++
		to := e.to
		if !forward {
			to = e.from
		}
		if !seen[to] {
			seen[to] = true
			stack = append(stack, visit{to, 0})
		}
	}
}
