package kqleval

import "strings"

// scan = [ "with_match_id" "=" name ] [ "declare" "(" ... ")" ] "with" "(" step ";" { step ";" } ")"
func (p *parser) scan(at opAt) (opNode, error) {
	op := &scanOp{opAt: at}
	if v, _, ok := p.property("with_match_id"); ok {
		op.matchID = v
	}
	if p.is("order") || p.is("partition") {
		return nil, syntaxAt(p.here(), "not supported: %q in scan", p.peek().Value)
	}
	if p.accept("declare") {
		if err := p.scanDeclare(op); err != nil {
			return nil, err
		}
	}
	if err := p.expect("with"); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for p.is("step") {
		step, err := p.scanStep()
		if err != nil {
			return nil, err
		}
		op.steps = append(op.steps, step)
		if !p.accept(";") {
			break
		}
	}
	if len(op.steps) == 0 {
		return nil, p.unexpected(`"step"`)
	}
	return op, p.expect(")")
}

func (p *parser) scanDeclare(op *scanOp) error {
	if err := p.expect("("); err != nil {
		return err
	}
	for !p.is(")") {
		name, err := p.name("a column")
		if err != nil {
			return err
		}
		if err := p.expect(":"); err != nil {
			return err
		}
		typ, err := p.typeName()
		if err != nil {
			return err
		}
		d := scanDeclare{col: Column{name.name, typ}}
		if p.accept("=") {
			if d.def, err = p.unary(); err != nil {
				return err
			}
		}
		op.declare = append(op.declare, d)
		if !p.accept(",") {
			break
		}
	}
	return p.expect(")")
}

// step = "step" name [ "optional" ] [ "output" "=" word ] ":" expr [ "=>" column { "," column } ]
func (p *parser) scanStep() (scanStep, error) {
	step := scanStep{at: p.here(), output: "all"}
	p.next()
	name, err := p.name("the name of a step")
	if err != nil {
		return step, err
	}
	step.name, step.at = name.name, name.at
	step.optional = p.accept("optional")
	if v, at, ok := p.property("output"); ok {
		if v != "all" && v != "last" && v != "none" {
			return step, syntaxAt(at, "the output of a step is all, last or none, not %q", v)
		}
		step.output = v
	}
	if err := p.expect(":"); err != nil {
		return step, err
	}
	if step.cond, err = p.expr(); err != nil {
		return step, err
	}
	if p.accept("=>") {
		step.assign, err = p.columnList()
	}
	return step, err
}

func (p *parser) as(at opAt) (opNode, error) {
	p.hints()
	name, err := p.name("a name")
	return &asOp{at, name.name}, err
}

func (p *parser) count(at opAt) (opNode, error) {
	if p.accept("as") {
		name, err := p.name("a column")
		return &countOp{at, name.name}, err
	}
	return &countOp{at, "Count"}, nil
}

func (p *parser) getschema(at opAt) (opNode, error) {
	if _, _, ok := p.property("kind"); ok {
		return nil, syntaxAt(at.at, "not supported: a kind of getschema")
	}
	return &getschemaOp{at}, nil
}

func (p *parser) consume(at opAt) (opNode, error) {
	p.property("decodeblocks")
	return &consumeOp{at}, nil
}

// render says how to draw; the rows stay as they are.
func (p *parser) render(at opAt) (opNode, error) {
	for depth := 0; depth > 0 || !p.endOfOp(); p.next() {
		switch {
		case p.peek().Type == tokEOF:
			return nil, p.unexpected(`")"`)
		case p.is("("):
			depth++
		case p.is(")"):
			depth--
		}
	}
	return &renderOp{at}, nil
}

// search = [ "kind" "=" word ] [ "in" "(" tables ")" ] predicate
func (p *parser) search(at opAt) (opNode, error) {
	op := &searchOp{opAt: at}
	p.hints()
	if v, _, ok := p.property("kind"); ok {
		op.caseSensitive = v == "case_sensitive"
	}
	if err := p.searchIn(op); err != nil {
		return nil, err
	}
	pred, err := p.searchOr()
	op.pred = pred
	return op, err
}

// searchIn reads the tables to look in, if they are given.
func (p *parser) searchIn(op *searchOp) error {
	if !p.is("in") || !p.isAt(1, "(") {
		return nil
	}
	p.pos += 2
	for !p.is(")") {
		t, err := p.tableTerm()
		if err != nil {
			return err
		}
		op.in = append(op.in, t)
		if !p.accept(",") {
			break
		}
	}
	return p.expect(")")
}

// find = { property } [ "in" "(" tables ")" ] [ "where" ] predicate [ "project-smart" | "project" columns ]
func (p *parser) find(at opAt) (opNode, error) {
	op := &findOp{searchOp: searchOp{opAt: at}}
	for more := true; more; {
		p.hints()
		if v, _, ok := p.property("withsource"); ok {
			op.withSource = v
		} else if v, _, ok := p.property("kind"); ok {
			op.caseSensitive = v == "case_sensitive"
		} else {
			more = false
		}
	}
	if err := p.searchIn(&op.searchOp); err != nil {
		return nil, err
	}
	if !p.accept("where") && op.in != nil {
		return nil, p.unexpected(`"where"`)
	}
	var err error
	if op.pred, err = p.searchOr(); err != nil {
		return nil, err
	}
	if p.accept("project") {
		return op, p.findColumns(op)
	}
	p.accept("project-smart")
	return op, nil
}

// findColumns = name [ ":" type ] { "," ... } with pack_all() among them
func (p *parser) findColumns(op *findOp) error {
	for {
		name, err := p.name("a column")
		if err != nil {
			return err
		}
		col := findColumn{name: name}
		switch {
		case (name.name == "pack_all" || name.name == "pack") && p.accept("("):
			op.packAll = true
			p.accept("*")
			if err := p.expect(")"); err != nil {
				return err
			}
		case p.accept(":"):
			if col.typ, err = p.typeName(); err != nil {
				return err
			}
			fallthrough
		default:
			op.project = append(op.project, col)
		}
		if !p.accept(",") {
			return nil
		}
	}
}

func (p *parser) searchOr() (node, error) {
	return p.chain([]string{"or"}, func() (node, error) {
		return p.chain([]string{"and"}, p.searchTerm)
	})
}

// searchTerm = "(" search ")" | "not" "(" search ")" | column ":" literal | comparison | "*"
func (p *parser) searchTerm() (node, error) {
	if p.peek().Type == tokName && p.isAt(1, ":") {
		name, err := p.name("a column")
		if err != nil {
			return nil, err
		}
		p.next()
		x, err := p.unary()
		return &scopeNode{name, x}, err
	}
	if p.is("not") && p.isAt(1, "(") || p.is("(") {
		start := p.here()
		not := p.accept("not")
		open := p.here()
		p.next()
		x, err := p.searchOr()
		if err != nil {
			return nil, err
		}
		if err := p.close(open); err != nil {
			return nil, err
		}
		if not {
			return &callNode{"not", start, []argNode{{x: x}}, p.since(start)}, nil
		}
		return &parenNode{x, p.since(start)}, nil
	}
	return p.comparison()
}

// evaluate = call [ ":" columns ]
func (p *parser) evaluate(at opAt) (opNode, error) {
	p.hints()
	c, err := p.namedCall("a plugin")
	if err != nil {
		return nil, err
	}
	op := &evaluateOp{opAt: at, call: c}
	if !p.accept(":") {
		return op, nil
	}
	if p.is("(") && p.isAt(1, "*") {
		op.star = true
		p.pos++
		p.toks[p.pos].Value = "("
		if p.isAt(1, ",") {
			p.pos++
			p.toks[p.pos].Value = "("
		}
	}
	if op.schema, err = p.columns(); op.schema == nil {
		op.schema = []Column{}
	}
	return op, err
}

func (p *parser) namedCall(want string) (*callNode, error) {
	name, err := p.name(want)
	if err != nil {
		return nil, err
	}
	if !p.is("(") {
		return nil, p.unexpected(`"("`)
	}
	x, err := p.call(name)
	if err != nil {
		return nil, err
	}
	return x.(*callNode), nil
}

func (p *parser) invoke(at opAt) (opNode, error) {
	c, err := p.namedCall("a function")
	return &invokeOp{at, c}, err
}

// partition = "by" column ( "(" subquery ")" | "{" pipe "}" )
func (p *parser) partition(at opAt) (opNode, error) {
	p.hints()
	if err := p.expect("by"); err != nil {
		return nil, err
	}
	by, err := p.name("a column")
	if err != nil {
		return nil, err
	}
	p.hints()
	if !p.accept("{") {
		body, err := p.subquery()
		return &partitionOp{at, &by, body, false}, err
	}
	body, err := p.pipe()
	if err != nil {
		return nil, err
	}
	return &partitionOp{at, &by, body, true}, p.expect("}")
}

// top-nested = [ n ] "of" column [ "with" "others" "=" expr ] "by" column [ "asc" | "desc" ]
func (p *parser) topNested(at opAt) (opNode, error) {
	op := &topNestedOp{opAt: at}
	for {
		var level topNestedLevel
		var err error
		if !p.is("of") {
			if level.n, err = p.sum(); err != nil {
				return nil, err
			}
		}
		if err := p.expect("of"); err != nil {
			return nil, err
		}
		if level.of, err = p.column(); err != nil {
			return nil, err
		}
		if p.accept("with") {
			if _, _, ok := p.property("others"); !ok {
				return nil, p.unexpected(`"others"`)
			}
			p.pos--
			if level.others, err = p.expr(); err != nil {
				return nil, err
			}
		}
		if err := p.expect("by"); err != nil {
			return nil, err
		}
		if level.by, err = p.column(); err != nil {
			return nil, err
		}
		level.key.asc = p.accept("asc")
		if !level.key.asc {
			p.accept("desc")
		}
		op.levels = append(op.levels, level)
		if !p.accept(",") {
			return op, nil
		}
		if err := p.expect("top-nested"); err != nil {
			return nil, err
		}
	}
}

// print = [ name "=" ] expr { "," ... }
func (p *parser) print(at opAt) (opNode, error) {
	cols, err := p.columnList()
	return &printOp{at, cols}, err
}

func (p *parser) rangeOp(at opAt) (opNode, error) {
	name, err := p.name("a column")
	if err != nil {
		return nil, err
	}
	op := &rangeOp{opAt: at, name: name.name}
	for _, part := range []struct {
		word string
		into *node
	}{{"from", &op.from}, {"to", &op.to}, {"step", &op.step}} {
		if err := p.expect(part.word); err != nil {
			return nil, err
		}
		if *part.into, err = p.sum(); err != nil {
			return nil, err
		}
	}
	return op, nil
}

// datatable = columns "[" [ literal { "," literal } [ "," ] ] "]"
func (p *parser) datatable(at opAt) (opNode, error) {
	cols, err := p.columns()
	if err != nil {
		return nil, err
	}
	op := &datatableOp{opAt: at, cols: cols}
	open := p.here()
	if err := p.expect("["); err != nil {
		return nil, err
	}
	for !p.is("]") {
		x, err := p.unary()
		if err != nil {
			return nil, err
		}
		op.vals = append(op.vals, x)
		if !p.accept(",") {
			break
		}
	}
	if !p.accept("]") {
		if p.peek().Type == tokEOF {
			return nil, syntaxAt(open, "the bracket that opens here is not closed")
		}
		return nil, p.unexpected(`"]"`)
	}
	if len(cols) == 0 || len(op.vals)%len(cols) != 0 {
		return nil, syntaxAt(open, "%d values do not make rows of %d columns (%s)", len(op.vals), len(cols), columnNames(cols))
	}
	return op, nil
}

// externaldata = "(" columns ")" "[" places "]" [ "with" "(" properties ")" ]
func (p *parser) externaldata(at opAt) (opNode, error) {
	cols, err := p.columns()
	if err != nil {
		return nil, err
	}
	op := &datatableOp{opAt: at, cols: cols, external: true}
	if err := p.expect("["); err != nil {
		return nil, err
	}
	for !p.is("]") {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		op.vals = append(op.vals, x)
		if !p.accept(",") {
			break
		}
	}
	if err := p.expect("]"); err != nil || !p.accept("with") {
		return op, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for depth := 1; depth > 0; p.next() {
		switch {
		case p.peek().Type == tokEOF:
			return nil, p.unexpected(`")"`)
		case p.is("("):
			depth++
		case p.is(")"):
			depth--
		}
	}
	return op, nil
}

func columnNames(cols []Column) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}
