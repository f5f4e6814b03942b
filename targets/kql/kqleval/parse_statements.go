package kqleval

// statements reads what stands before the tabular expression.
func (p *parser) statements(q *Query) error {
	for {
		for p.accept(";") {
		}
		var err error
		switch word := p.peek().Value; {
		case word == "let":
			var let letStmt
			let, err = p.let()
			q.lets = append(q.lets, let)
		case word == "declare":
			q.lets, err = p.declare(q.lets)
		case word == "set" && p.ahead(1).Type == tokName:
			err = p.set(q)
		case refused("statement", word) != "":
			return syntaxAt(p.here(), "not supported: the statement %q: %s", word, refused("statement", word))
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// functionLets reads the statements at the start of the body of a function.
func (p *parser) functionLets(f *funcNode) error {
	for {
		var err error
		switch {
		case p.is("let"):
			var let letStmt
			let, err = p.let()
			f.lets = append(f.lets, let)
		case p.is("declare") && p.isAt(1, "query_parameters"):
			f.lets, err = p.declare(f.lets)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// endOfStatement takes the semicolon after a statement.
func (p *parser) endOfStatement(what string) error {
	if !p.is(";") {
		return p.unexpected(`";" after the ` + what + ` statement`)
	}
	p.next()
	return nil
}

// set = "set" name [ "=" literal ] ";"
func (p *parser) set(q *Query) error {
	p.next()
	name, err := p.name("an option")
	if err != nil {
		return err
	}
	opt := optionStmt{name: name}
	if p.accept("=") {
		x, err := p.unary()
		if err != nil {
			return err
		}
		switch x := x.(type) {
		case *nameNode: // a word, as in set query_datascope=hotcache
			opt.val = &litNode{String(x.name), TString, x.at}
		default:
			lit, ok := literalOf(x)
			if !ok {
				return syntaxAt(x.span(), "the value of an option must be a literal")
			}
			opt.val = lit
		}
	}
	q.options = append(q.options, opt)
	return p.endOfStatement("set")
}

// declare = "declare" ( "query_parameters" "(" param { "," param } ")" | "pattern" pattern ) ";"
func (p *parser) declare(lets []letStmt) ([]letStmt, error) {
	p.next()
	switch {
	case p.accept("query_parameters"):
		params, err := p.params()
		if err != nil {
			return nil, err
		}
		for i, par := range params {
			if par.table {
				return nil, syntaxAt(par.at, "a query parameter is a scalar, not a table")
			}
			lets = append(lets, letStmt{name: nameNode{par.name, par.at}, param: &params[i]})
		}
		return lets, p.endOfStatement("declare")
	case p.accept("pattern"):
		name, err := p.name("the name of a pattern")
		if err != nil {
			return nil, err
		}
		if p.is(";") {
			return nil, syntaxAt(name.at, "not supported: a pattern that is declared and not defined")
		}
		def, err := p.patternDef()
		if err != nil {
			return nil, err
		}
		return append(lets, letStmt{name: name, pattern: def}), p.endOfStatement("declare")
	}
	return nil, p.unexpected(`"query_parameters" or "pattern"`)
}

// patternDef = "=" "(" params ")" [ "[" param "]" ] "{" { case } "}"
func (p *parser) patternDef() (*patternDef, error) {
	if err := p.expect("="); err != nil {
		return nil, err
	}
	def := &patternDef{}
	var err error
	if def.params, err = p.params(); err != nil {
		return nil, err
	}
	if p.accept("[") {
		path, err := p.param()
		if err != nil {
			return nil, err
		}
		def.path = &path
		if err := p.expect("]"); err != nil {
			return nil, err
		}
	}
	if err := p.expect("{"); err != nil {
		return nil, err
	}
	for p.is("(") {
		c, err := p.patternCase(def)
		if err != nil {
			return nil, err
		}
		def.cases = append(def.cases, c)
		p.accept(";")
	}
	return def, p.expect("}")
}

// patternCase = "(" literal { "," literal } ")" [ "." "[" literal "]" ] "=" "{" body "}"
func (p *parser) patternCase(def *patternDef) (patternCase, error) {
	c := patternCase{}
	p.next()
	for {
		lit, err := p.constant()
		if err != nil {
			return c, err
		}
		c.args = append(c.args, lit)
		if !p.accept(",") {
			break
		}
	}
	if len(c.args) != len(def.params) {
		return c, syntaxAt(p.here(), "the pattern takes %d arguments, not %d", len(def.params), len(c.args))
	}
	if err := p.expect(")"); err != nil {
		return c, err
	}
	if def.path != nil {
		if err := p.casePath(&c); err != nil {
			return c, err
		}
	}
	if err := p.expect("="); err != nil {
		return c, err
	}
	c.fn = &funcNode{at: p.here()}
	return c, p.functionBody(c.fn)
}

func (p *parser) casePath(c *patternCase) error {
	for _, word := range []string{".", "["} {
		if err := p.expect(word); err != nil {
			return err
		}
	}
	var err error
	if c.path, err = p.constant(); err != nil {
		return err
	}
	return p.expect("]")
}

// constant reads a literal.
func (p *parser) constant() (*litNode, error) {
	x, err := p.unary()
	if err != nil {
		return nil, err
	}
	lit, ok := literalOf(x)
	if !ok {
		return nil, syntaxAt(x.span(), "a literal should stand here")
	}
	return lit, nil
}
