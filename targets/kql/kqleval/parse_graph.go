package kqleval

// makeGraph = name "-->" name [ "with_node_id" "=" name | "with" table "on" name { "," ... } ]
//
//	[ "partitioned-by" name subquery ]
func (p *parser) makeGraph(at opAt) (opNode, error) {
	op := &makeGraphOp{opAt: at}
	p.hints()
	var err error
	if op.source, err = p.name("the column of the sources"); err != nil {
		return nil, err
	}
	for _, sign := range []string{"-", "-", ">"} {
		if err := p.expect(sign); err != nil {
			return nil, err
		}
	}
	if op.target, err = p.name("the column of the targets"); err != nil {
		return nil, err
	}
	if v, _, ok := p.property("with_node_id"); ok {
		op.nodeID = v
	} else if p.accept("with") {
		if err := p.graphNodes(op); err != nil {
			return nil, err
		}
	}
	if p.accept("partitioned-by") || p.acceptAll("partitioned", "-", "by") {
		if op.partition, err = p.name("a column"); err != nil {
			return nil, err
		}
		op.body, err = p.subquery()
	}
	return op, err
}

// acceptAll takes the next tokens if they are all these.
func (p *parser) acceptAll(texts ...string) bool {
	for i, text := range texts {
		if !p.isAt(i, text) {
			return false
		}
	}
	p.pos += len(texts)
	return true
}

func (p *parser) graphNodes(op *makeGraphOp) error {
	for {
		table, err := p.tableTerm()
		if err != nil {
			return err
		}
		if err := p.expect("on"); err != nil {
			return err
		}
		on, err := p.name("the column of the nodes")
		if err != nil {
			return err
		}
		op.nodes = append(op.nodes, graphNodes{table, on})
		if !p.accept(",") {
			return nil
		}
	}
}

// graphMatch = [ "cycles" "=" word ] sequences [ "where" expr ] "project" columns
func (p *parser) graphMatch(at opAt) (opNode, error) {
	op := &graphMatchOp{opAt: at, cycles: "unique_edges"}
	if v, vAt, ok := p.property("cycles"); ok {
		if v != "all" && v != "none" && v != "unique_edges" {
			return nil, syntaxAt(vAt, "cycles is all, none or unique_edges, not %q", v)
		}
		op.cycles = v
	}
	return op, p.patternAndColumns(op)
}

// shortestPaths = [ "output" "=" word ] sequence [ "where" expr ] "project" columns
func (p *parser) shortestPaths(at opAt) (opNode, error) {
	op := &graphMatchOp{opAt: at, cycles: "none", shortest: true}
	if v, vAt, ok := p.property("output"); ok {
		if v != "any" && v != "all" {
			return nil, syntaxAt(vAt, "the output is any or all, not %q", v)
		}
		op.all = v == "all"
	}
	return op, p.patternAndColumns(op)
}

// patternAndColumns reads the pattern of a graph and the table that is made of it.
func (p *parser) patternAndColumns(op *graphMatchOp) error {
	for {
		seq, err := p.graphSequence()
		if err != nil {
			return err
		}
		op.sequences = append(op.sequences, seq)
		if !p.accept(",") {
			break
		}
	}
	var err error
	if p.accept("where") {
		if op.where, err = p.expr(); err != nil {
			return err
		}
	}
	if err := p.expect("project"); err != nil {
		return err
	}
	op.cols, err = p.columnList()
	return err
}

// graphSequence = node { edge node }
func (p *parser) graphSequence() (graphSequence, error) {
	var seq graphSequence
	for {
		if err := p.expect("("); err != nil {
			return seq, err
		}
		node := nameNode{at: p.here()}
		if !p.is(")") {
			var err error
			if node, err = p.name("the name of a node"); err != nil {
				return seq, err
			}
		}
		if err := p.expect(")"); err != nil {
			return seq, err
		}
		seq.nodes = append(seq.nodes, node)
		if !p.is("-") && !p.is("<") {
			return seq, nil
		}
		edge, err := p.graphEdge()
		if err != nil {
			return seq, err
		}
		seq.edges = append(seq.edges, edge)
	}
}

// graphEdge = [ "<" ] "-" [ "[" [ name ] [ "*" long ".." long ] "]" ] "-" [ ">" ]
func (p *parser) graphEdge() (graphEdgeNode, error) {
	e := graphEdgeNode{name: nameNode{at: p.here()}, min: 1, max: 1}
	e.left = p.accept("<")
	if err := p.expect("-"); err != nil {
		return e, err
	}
	if p.accept("[") {
		if p.peek().Type == tokName {
			var err error
			if e.name, err = p.name("the name of an edge"); err != nil {
				return e, err
			}
		}
		if p.accept("*") {
			if err := p.edgeLength(&e); err != nil {
				return e, err
			}
		}
		if err := p.expect("]"); err != nil {
			return e, err
		}
	}
	if err := p.expect("-"); err != nil {
		return e, err
	}
	right := p.accept(">")
	if e.left && right {
		return e, syntaxAt(e.name.at, "an edge has one direction or none")
	}
	e.right = right
	return e, nil
}

func (p *parser) edgeLength(e *graphEdgeNode) error {
	e.variable = true
	for i, into := range []*int{&e.min, &e.max} {
		if i == 1 {
			if err := p.expect(".."); err != nil {
				return err
			}
		}
		lit, err := p.constant()
		if err != nil {
			return err
		}
		n, ok := lit.val.(Long)
		if !ok || n < 0 || n > maxGraphPath {
			return syntaxAt(lit.at, "a number of edges from 0 to %d should stand here", maxGraphPath)
		}
		*into = int(n)
	}
	if e.max < e.min {
		return syntaxAt(e.name.at, "the greatest length of an edge is below its least")
	}
	return nil
}

// graphToTable = ( "nodes" | "edges" ) { property }
func (p *parser) graphToTable(at opAt) (opNode, error) {
	op := &graphToTableOp{opAt: at, ids: map[string]string{}}
	switch {
	case p.accept("edges"):
		op.edges = true
	case !p.accept("nodes"):
		return nil, p.unexpected(`"nodes" or "edges"`)
	}
	for {
		known := false
		for _, name := range []string{"with_node_id", "with_source_id", "with_target_id"} {
			if v, _, ok := p.property(name); ok {
				op.ids[name], known = v, true
			}
		}
		if !known {
			break
		}
	}
	if p.is(",") || p.is("as") {
		return nil, syntaxAt(p.here(), "not supported: several results in one query")
	}
	return op, nil
}

// graphMark = [ "kind" "=" word ] [ "with_component_id" "=" name ]
func (p *parser) graphMark(at opAt) (opNode, error) {
	op := &graphMarkOp{opAt: at, id: "ComponentId"}
	if v, vAt, ok := p.property("kind"); ok {
		if v != "weak" && v != "strong" {
			return nil, syntaxAt(vAt, "the kind of a component is weak or strong, not %q", v)
		}
		op.strong = v == "strong"
	}
	if v, _, ok := p.property("with_component_id"); ok {
		op.id = v
	}
	return op, nil
}
