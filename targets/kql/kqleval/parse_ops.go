package kqleval

import "strings"

// operator reads one operator; the pipe sign is already read.
func (p *parser) operator() (opNode, error) {
	t := p.peek()
	read, ok := operatorTable()[t.Value]
	if why := refused("operator", t.Value); t.Type == tokName && why != "" && !ok {
		return nil, syntaxAt(p.here(), "not supported: the operator %q: %s", t.Value, why)
	}
	if t.Type != tokName || !ok {
		return nil, p.unexpected("a query operator")
	}
	p.next()
	return read(p, opAt{tokSpan(t)})
}

// operatorTable tells how each operator is read. It is a function, for the entries refer to it in turn.
func operatorTable() map[string]func(*parser, opAt) (opNode, error) {
	return map[string]func(*parser, opAt) (opNode, error){
		"where": (*parser).where, "filter": (*parser).where,
		"extend": (*parser).extend, "serialize": (*parser).serialize,
		"project": (*parser).project, "distinct": (*parser).distinct,
		"project-away": (*parser).projectAway, "project-keep": (*parser).projectKeep,
		"project-rename": (*parser).projectRename, "project-reorder": (*parser).projectReorder,
		"sort": (*parser).sort, "order": (*parser).sort, "top": (*parser).top,
		"take": (*parser).take, "limit": (*parser).take, "sample": (*parser).take,
		"sample-distinct": (*parser).sampleDistinct, "summarize": (*parser).summarize,
		"join": (*parser).join, "lookup": (*parser).lookup, "union": (*parser).union,
		"mv-expand": (*parser).mvExpand, "mvexpand": (*parser).mvExpand, "mv-apply": (*parser).mvApply,
		"mvapply": (*parser).mvApply, "parse": (*parser).parse, "parse-where": (*parser).parseWhere,
		"parse-kv": (*parser).parseKV, "make-series": (*parser).makeSeries, "scan": (*parser).scan,
		"as": (*parser).as, "count": (*parser).count, "getschema": (*parser).getschema,
		"consume": (*parser).consume, "render": (*parser).render, "search": (*parser).search, "find": (*parser).find,
		"evaluate": (*parser).evaluate, "invoke": (*parser).invoke, "partition": (*parser).partition,
		"top-nested": (*parser).topNested, "print": (*parser).print, "range": (*parser).rangeOp,
		"datatable": (*parser).datatable, "externaldata": (*parser).externaldata, "top-hitters": (*parser).topHitters, "project-by-names": (*parser).byNames,
		"make-graph": (*parser).makeGraph, "graph-match": (*parser).graphMatch,
		"graph-to-table": (*parser).graphToTable, "graph-mark-components": (*parser).graphMark,
		"graph-shortest-paths": (*parser).shortestPaths,
	}
}

// hints drops hint.name = value and the like, which change no answer.
func (p *parser) hints() {
	for p.peek().Type == tokName && strings.HasPrefix(p.peek().Value, "hint") && p.isAt(1, ".") && p.isAt(3, "=") {
		p.pos += 5
	}
}

// property reads name = word if it follows and gives the word.
func (p *parser) property(name string) (string, span, bool) {
	if !p.is(name) || !p.isAt(1, "=") {
		return "", span{}, false
	}
	p.pos += 2
	at := p.here()
	t := p.next()
	if t.Type == tokString {
		return unquote(t.Value), at, true
	}
	return t.Value, at, true
}

func (p *parser) where(at opAt) (opNode, error) {
	p.hints()
	x, err := p.expr()
	return &whereOp{at, x}, err
}

func (p *parser) extend(at opAt) (opNode, error) {
	cols, err := p.columnList()
	return &extendOp{at, cols, false}, err
}

// endOfOp says whether nothing more belongs to this operator.
func (p *parser) endOfOp() bool {
	return p.is("|") || p.is(")") || p.is(";") || p.is("}") || p.peek().Type == tokEOF
}

func (p *parser) serialize(at opAt) (opNode, error) {
	op := &extendOp{at, nil, true}
	if p.endOfOp() {
		return op, nil
	}
	var err error
	op.cols, err = p.columnList()
	return op, err
}

func (p *parser) project(at opAt) (opNode, error) {
	if p.endOfOp() {
		return &projectOp{at, nil, false}, nil
	}
	cols, err := p.columnList()
	return &projectOp{at, cols, false}, err
}

func (p *parser) distinct(at opAt) (opNode, error) {
	p.hints()
	cols, err := p.columnList()
	return &projectOp{at, cols, true}, err
}

func (p *parser) projectAway(at opAt) (opNode, error) { return p.pick(at, false) }
func (p *parser) projectKeep(at opAt) (opNode, error) { return p.pick(at, true) }

func (p *parser) pick(at opAt, keep bool) (opNode, error) {
	op := &pickOp{at, keep, nil}
	for {
		name, err := p.columnPattern()
		if err != nil {
			return nil, err
		}
		op.names = append(op.names, name)
		if !p.accept(",") {
			return op, nil
		}
	}
}

// columnPattern = name | pattern with stars
func (p *parser) columnPattern() (node, error) {
	if p.is("[") {
		name, err := p.name("a column")
		return &name, err
	}
	return p.pattern()
}

func (p *parser) projectRename(at opAt) (opNode, error) {
	cols, err := p.columnList()
	return &renameOp{at, cols}, err
}

func (p *parser) projectReorder(at opAt) (opNode, error) {
	op := &reorderOp{at, nil}
	for {
		x, err := p.columnPattern()
		if err != nil {
			return nil, err
		}
		item := reorderItem{x: x}
		if word := p.oneOf([]string{"asc", "desc", "granny-asc", "granny-desc"}); word != "" {
			p.next()
			item.order = word
		}
		op.items = append(op.items, item)
		if !p.accept(",") {
			return op, nil
		}
	}
}

func (p *parser) sort(at opAt) (opNode, error) {
	p.hints()
	if err := p.expect("by"); err != nil {
		return nil, err
	}
	keys, err := p.sortKeys()
	return &sortOp{at, keys}, err
}

func (p *parser) sortKeys() ([]sortKey, error) {
	var keys []sortKey
	for {
		key, err := p.sortKey()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		if !p.accept(",") {
			return keys, nil
		}
	}
}

// sortKey = expr [ "asc" | "desc" ] [ "nulls" ( "first" | "last" ) ]
func (p *parser) sortKey() (sortKey, error) {
	x, err := p.expr()
	if err != nil {
		return sortKey{}, err
	}
	key := sortKey{x: x}
	if p.accept("asc") {
		key.asc, key.nullsFirst = true, true
	} else {
		p.accept("desc")
	}
	if p.accept("nulls") {
		switch {
		case p.accept("first"):
			key.nullsFirst = true
		case p.accept("last"):
			key.nullsFirst = false
		default:
			return key, p.unexpected(`"first" or "last"`)
		}
	}
	return key, nil
}

func (p *parser) top(at opAt) (opNode, error) {
	p.hints()
	n, err := p.sum()
	if err != nil {
		return nil, err
	}
	if err := p.expect("by"); err != nil {
		return nil, err
	}
	key, err := p.sortKey()
	return &topOp{at, n, key}, err
}

func (p *parser) take(at opAt) (opNode, error) {
	n, err := p.sum()
	return &takeOp{at, n}, err
}

func (p *parser) sampleDistinct(at opAt) (opNode, error) {
	n, err := p.sum()
	if err != nil {
		return nil, err
	}
	if err := p.expect("of"); err != nil {
		return nil, err
	}
	x, err := p.expr()
	return &sampleDistinctOp{at, n, x}, err
}

func (p *parser) summarize(at opAt) (opNode, error) {
	p.hints()
	op := &summarizeOp{opAt: at}
	var err error
	if !p.is("by") && !p.endOfOp() {
		if op.aggs, err = p.columnList(); err != nil {
			return nil, err
		}
	}
	if p.accept("by") {
		op.by, err = p.columnList()
	}
	return op, err
}

func (p *parser) join(at opAt) (opNode, error)   { return p.joinOrLookup(at, false) }
func (p *parser) lookup(at opAt) (opNode, error) { return p.joinOrLookup(at, true) }

// join = [ "kind" "=" kind ] table [ "on" key { "," key } ]
func (p *parser) joinOrLookup(at opAt, lookup bool) (opNode, error) {
	op := &joinOp{opAt: at, lookup: lookup, kindAt: at.at}
	p.hints()
	if kind, kindAt, ok := p.property("kind"); ok {
		op.kind, op.kindAt = kind, kindAt
	}
	p.hints()
	right, err := p.tableTerm()
	if err != nil {
		return nil, err
	}
	op.right = right
	if !p.accept("on") {
		return op, nil
	}
	for {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		op.on = append(op.on, x)
		if !p.accept(",") {
			return op, nil
		}
	}
}

// tableTerm reads a table that is an operand: a name, a call, or a pipe in
// parentheses.
func (p *parser) tableTerm() (node, error) {
	if p.peek().Value == "datatable" && p.isAt(1, "(") {
		return p.operator()
	}
	if p.ahead(1).Value == "*" && p.peek().Type == tokName || p.is("*") {
		return p.pattern()
	}
	return p.postfix()
}

// union = { property } table { "," table }
func (p *parser) union(at opAt) (opNode, error) {
	op := &unionOp{opAt: at, kind: "outer"}
	for {
		p.hints()
		if v, kindAt, ok := p.property("kind"); ok {
			if v != "inner" && v != "outer" {
				return nil, syntaxAt(kindAt, "the kind of a union is inner or outer, not %q", v)
			}
			op.kind = v
		} else if v, _, ok := p.property("withsource"); ok {
			op.withSource = v
		} else if v, _, ok := p.property("isfuzzy"); ok {
			op.fuzzy = strings.EqualFold(v, "true")
		} else {
			break
		}
	}
	for {
		t, err := p.tableTerm()
		if err != nil {
			return nil, err
		}
		op.tables = append(op.tables, t)
		if !p.accept(",") {
			return op, nil
		}
	}
}

func (p *parser) mvExpand(at opAt) (opNode, error) {
	op := &mvOp{opAt: at}
	return op, p.mvColumns(op)
}

// mvColumns = { property } [ name "=" ] expr [ "to" typeof ] { "," ... } [ "limit" expr ]
func (p *parser) mvColumns(op *mvOp) error {
	for {
		p.hints()
		if v, _, ok := p.property("bagexpansion"); ok {
			op.bagArray = v == "array"
		} else if v, _, ok := p.property("kind"); ok {
			op.bagArray = v == "array"
		} else if v, _, ok := p.property("with_itemindex"); ok {
			op.itemIndex = v
		} else {
			break
		}
	}
	for {
		arg, err := p.column()
		if err != nil {
			return err
		}
		col := mvColumn{arg: arg, to: TDynamic}
		if p.accept("to") {
			x, err := p.word()
			if err != nil {
				return err
			}
			typ, ok := x.(*typeNode)
			if !ok {
				return syntaxAt(x.span(), "typeof( ) should follow \"to\"")
			}
			col.to = typ.typ
		}
		op.cols = append(op.cols, col)
		if !p.accept(",") {
			break
		}
	}
	if p.accept("limit") {
		n, err := p.sum()
		op.limit = n
		return err
	}
	return nil
}

func (p *parser) mvApply(at opAt) (opNode, error) {
	op := &mvOp{opAt: at, apply: true}
	if err := p.mvColumns(op); err != nil {
		return nil, err
	}
	if err := p.expect("on"); err != nil {
		return nil, err
	}
	body, err := p.subquery()
	op.body = body
	return op, err
}

// subquery = "(" operator { "|" operator } ")"; its source is given from outside.
func (p *parser) subquery() (*pipeNode, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	open := p.here()
	if err := p.expect("("); err != nil {
		return nil, err
	}
	pipe := &pipeNode{}
	for {
		op, err := p.operator()
		if err != nil {
			return nil, err
		}
		pipe.ops = append(pipe.ops, op)
		if !p.accept("|") {
			break
		}
	}
	err := p.close(open)
	pipe.at = p.since(open)
	return pipe, err
}

func (p *parser) parse(at opAt) (opNode, error)      { return p.parseColumns(at, false) }
func (p *parser) parseWhere(at opAt) (opNode, error) { return p.parseColumns(at, true) }

// parse = [ "kind" "=" kind [ "flags" "=" flags ] ] expr "with" { string | "*" | name [ ":" type ] }
func (p *parser) parseColumns(at opAt, where bool) (opNode, error) {
	op := &parseOp{opAt: at, kind: "simple", where: where}
	for {
		if v, kindAt, ok := p.property("kind"); ok {
			if v != "simple" && v != "regex" && v != "relaxed" {
				return nil, syntaxAt(kindAt, "the kind of a parse is simple, regex or relaxed, not %q", v)
			}
			op.kind = v
		} else if v, _, ok := p.property("flags"); ok {
			op.flags = v
		} else {
			break
		}
	}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	op.x = x
	if err := p.expect("with"); err != nil {
		return nil, err
	}
	for !p.endOfOp() {
		part, err := p.parsePart()
		if err != nil {
			return nil, err
		}
		op.pattern = append(op.pattern, part)
	}
	if len(op.pattern) == 0 {
		return nil, p.unexpected("a pattern")
	}
	return op, nil
}

func (p *parser) parsePart() (parsePart, error) {
	at := p.here()
	switch {
	case p.accept("*"):
		return parsePart{star: true, at: at}, nil
	case p.peek().Type == tokString:
		x, err := p.literal()
		if err != nil {
			return parsePart{}, err
		}
		return parsePart{lit: x.(*litNode), at: x.span()}, nil
	}
	name, err := p.name("a string, a * or a column")
	if err != nil {
		return parsePart{}, err
	}
	part := parsePart{name: name.name, typ: TString, at: name.at}
	if p.accept(":") {
		part.typ, err = p.typeName()
	}
	return part, err
}

// parse-kv = expr "as" columns [ "with" "(" name "=" literal { "," ... } ")" ]
func (p *parser) parseKV(at opAt) (opNode, error) {
	op := &parseKVOp{opAt: at, props: map[string]*litNode{}}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	op.x = x
	if err := p.expect("as"); err != nil {
		return nil, err
	}
	if op.cols, err = p.columns(); err != nil {
		return nil, err
	}
	if !p.accept("with") {
		return op, nil
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for !p.is(")") {
		name, err := p.name("a property")
		if err != nil {
			return nil, err
		}
		if err := p.expect("="); err != nil {
			return nil, err
		}
		x, err := p.primary()
		if err != nil {
			return nil, err
		}
		lit, ok := x.(*litNode)
		if !ok {
			return nil, syntaxAt(x.span(), "the property %s must be a literal", name.name)
		}
		op.props[name.name] = lit
		if !p.accept(",") {
			break
		}
	}
	return op, p.expect(")")
}

// make-series = agg [ "default" "=" literal ] { "," agg } "on" column
// [ "from" expr ] [ "to" expr ] "step" expr [ "by" columns ]
func (p *parser) makeSeries(at opAt) (opNode, error) {
	op := &makeSeriesOp{opAt: at}
	p.hints()
	if v, kindAt, ok := p.property("kind"); ok {
		if v != "nonempty" {
			return nil, syntaxAt(kindAt, "the kind of a make-series is nonempty, not %q", v)
		}
		op.nonEmpty = true
	}
	for {
		arg, err := p.column()
		if err != nil {
			return nil, err
		}
		agg := seriesAgg{arg: arg}
		if p.is("default") && p.isAt(1, "=") {
			p.pos += 2
			if agg.def, err = p.unary(); err != nil {
				return nil, err
			}
		}
		op.aggs = append(op.aggs, agg)
		if !p.accept(",") {
			break
		}
	}
	if err := p.expect("on"); err != nil {
		return nil, err
	}
	on, err := p.column()
	if err != nil {
		return nil, err
	}
	op.on = on
	if in, ok := on.x.(*inNode); ok {
		if err := op.seriesRange(in); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct {
		word string
		into *node
	}{{"from", &op.from}, {"to", &op.to}, {"step", &op.step}} {
		if p.accept(part.word) {
			if *part.into, err = p.sum(); err != nil {
				return nil, err
			}
		}
	}
	if op.step == nil {
		return nil, p.unexpected(`"step"`)
	}
	if p.accept("by") {
		op.by, err = p.columnList()
	}
	return op, err
}

// seriesRange reads the older form of the axis, column in range(from, to, step),
// which is an expression to look at.
func (op *makeSeriesOp) seriesRange(in *inNode) error {
	if len(in.list) == 1 {
		if c, ok := in.list[0].(*callNode); ok && c.name == "range" && len(c.args) == 3 && in.op == "in" {
			op.on.x, op.inRange = in.x, true
			op.from, op.to, op.step = c.args[0].x, c.args[1].x, c.args[2].x
			return nil
		}
	}
	return syntaxAt(in.at, `the axis of a series is a column; range(from, to, step) may follow "in"`)
}

// topHitters = n "of" column [ "by" column ]
func (p *parser) topHitters(at opAt) (opNode, error) {
	op := &topHittersOp{opAt: at}
	var err error
	if op.n, err = p.sum(); err != nil {
		return nil, err
	}
	if err := p.expect("of"); err != nil {
		return nil, err
	}
	if op.of, err = p.column(); err != nil {
		return nil, err
	}
	if p.accept("by") {
		op.by, err = p.column()
	}
	return op, err
}

// byNames = expr { "," expr }
func (p *parser) byNames(at opAt) (opNode, error) {
	op := &byNamesOp{opAt: at}
	for {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		op.names = append(op.names, x)
		if !p.accept(",") {
			return op, nil
		}
	}
}
