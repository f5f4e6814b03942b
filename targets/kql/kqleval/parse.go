package kqleval

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// maxParse bounds the recursion of the parser, whose every parenthesis takes
// several steps.
const maxParse = 6000

// maxQuery bounds the text of a query in bytes.
const maxQuery = 1 << 20

// A Query is the syntax of a query. It is never changed, and may be used by
// many goroutines at once.
type Query struct {
	text    string
	options []optionStmt
	lets    []letStmt
	body    *pipeNode
}

// Parse reads the text of one query: statements, then a tabular expression.
// The error is an *Error.
func Parse(text string) (*Query, error) {
	all, err := ParseAll(text)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		return nil, asError(text, syntaxAt(all[1].body.span(), "a second query begins here, and one is wanted"))
	}
	return all[0], nil
}

// ParseAll reads the text of queries that each give a result of their own. They
// share the statements that stand before them. A blank line ends a query too, and
// what is shared with it, as in the editors of Azure Data Explorer and Log
// Analytics, if what follows can't go on with it. The error is an *Error.
//
//	queries = query { ( ";" | blank line ) query } [ ";" ]
//	query   = { ( let | set | declare ) ";" } pipe
func ParseAll(text string) ([]*Query, error) {
	if len(text) > maxQuery {
		return nil, at(text, span{}, "", "the query is longer than 1 MiB")
	}
	lex, _ := kqlLexer{}.LexString("", text)
	toks, err := lexer.ConsumeAll(lex)
	if err != nil {
		return nil, asError(text, err)
	}
	p := &parser{text: text, toks: toks}
	all, err := p.queries()
	if err != nil {
		return nil, asError(text, err)
	}
	return all, nil
}

// parser walks the tokens. Its functions return a syntaxError at the first
// thing that does not fit.
type parser struct {
	text  string
	toks  []lexer.Token
	pos   int
	depth int
}

func (p *parser) peek() lexer.Token { return p.ahead(0) }

func (p *parser) ahead(n int) lexer.Token {
	if p.pos+n >= len(p.toks) {
		return p.toks[len(p.toks)-1]
	}
	return p.toks[p.pos+n]
}

func (p *parser) next() lexer.Token {
	t := p.peek()
	if t.Type != tokEOF {
		p.pos++
	}
	return t
}

func tokSpan(t lexer.Token) span { return span{t.Pos.Offset, t.Pos.Offset + len(t.Value)} }

// here is the place of the next token.
func (p *parser) here() span { return tokSpan(p.peek()) }

// since is the stretch from start to the last token read.
func (p *parser) since(start span) span {
	if p.pos == 0 {
		return start
	}
	return start.to(tokSpan(p.toks[p.pos-1]))
}

// is says whether the next token is this punctuation or word.
func (p *parser) is(text string) bool { return p.isAt(0, text) }

func (p *parser) isAt(n int, text string) bool {
	t := p.ahead(n)
	return (t.Type == tokPunct || t.Type == tokName) && t.Value == text
}

// accept takes the next token if it is text.
func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if p.accept(text) {
		return nil
	}
	return p.unexpected(`"` + text + `"`)
}

// unexpected says what stands where want should.
func (p *parser) unexpected(want string) error {
	t := p.peek()
	if t.Type == tokEOF {
		return syntaxAt(p.here(), "the query ends where %s should follow", want)
	}
	hint := ""
	if t.Value == "=" {
		hint = `; "==" compares`
	}
	return syntaxAt(p.here(), "%q stands where %s should%s", clip(t.Value), want, hint)
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

// maxQueries bounds the queries of one text.
const maxQueries = 100

func (p *parser) queries() ([]*Query, error) {
	var all []*Query
	shared := Query{text: p.text}
	for {
		if err := p.statements(&shared); err != nil {
			return nil, err
		}
		switch {
		case p.peek().Type == tokEOF && len(all) > 0:
			return all, nil
		case p.peek().Type == tokEOF:
			return nil, p.unexpected("a tabular expression")
		case len(all) == maxQueries:
			return nil, syntaxAt(p.here(), "the text holds more than %d queries", maxQueries)
		}
		q := shared
		q.lets, q.options = slices.Clip(q.lets), slices.Clip(q.options)
		var err error
		if q.body, err = p.pipe(); err != nil {
			return nil, err
		}
		all = append(all, &q)
		switch {
		case p.peek().Type == tokEOF || p.accept(";"):
		case p.afterBlankLine():
			shared = Query{text: p.text}
		default:
			return nil, p.unexpected(`"|", ";" or the end`)
		}
	}
}

// afterBlankLine says whether a line with nothing on it stands before the next
// token.
func (p *parser) afterBlankLine() bool {
	gap := p.text[tokSpan(p.toks[p.pos-1]).end:p.here().start]
	lines := strings.Split(gap, "\n")
	return len(lines) > 2 && slices.ContainsFunc(lines[1:len(lines)-1], func(line string) bool { return strings.TrimSpace(line) == "" })
}

// let = "let" name "=" ( function | expr | pipe ) ";"
func (p *parser) let() (letStmt, error) {
	p.next()
	name, err := p.name("a name")
	if err != nil {
		return letStmt{}, err
	}
	if err := p.expect("="); err != nil {
		return letStmt{}, err
	}
	let := letStmt{name: name}
	if p.startsFunction() {
		let.fn, err = p.function()
	} else {
		let.x, err = p.exprOrPipe()
	}
	if err != nil {
		return letStmt{}, err
	}
	return let, p.endOfStatement("let")
}

// startsFunction looks past the parentheses for a brace.
func (p *parser) startsFunction() bool {
	i := 0
	if p.isAt(0, "view") {
		i = 1
	}
	if !p.isAt(i, "(") {
		return false
	}
	for depth := 0; p.ahead(i).Type != tokEOF; i++ {
		switch {
		case p.isAt(i, "("):
			depth++
		case p.isAt(i, ")"):
			if depth--; depth == 0 {
				return p.isAt(i+1, "{")
			}
		}
	}
	return false
}

// function = [ "view" ] params "{" body "}"
func (p *parser) function() (*funcNode, error) {
	f := &funcNode{at: p.here()}
	f.view = p.accept("view")
	var err error
	if f.params, err = p.params(); err != nil {
		return nil, err
	}
	err = p.functionBody(f)
	return f, err
}

// functionBody = "{" { let } ( expr | pipe ) [ ";" ] "}"
func (p *parser) functionBody(f *funcNode) error {
	if err := p.expect("{"); err != nil {
		return err
	}
	if err := p.functionLets(f); err != nil {
		return err
	}
	body, err := p.exprOrPipe()
	if err != nil {
		return err
	}
	f.body = body
	p.accept(";")
	err = p.expect("}")
	f.at = p.since(f.at)
	return err
}

// params = "(" [ param { "," param } ] ")"
func (p *parser) params() ([]param, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var out []param
	for !p.is(")") {
		par, err := p.param()
		if err != nil {
			return nil, err
		}
		out = append(out, par)
		if !p.accept(",") {
			break
		}
	}
	return out, p.expect(")")
}

// param = name ":" ( type [ "=" literal ] | "(" ( "*" | columns ) ")" )
func (p *parser) param() (param, error) {
	name, err := p.name("a parameter")
	if err != nil {
		return param{}, err
	}
	par := param{name: name.name, at: name.at}
	if err := p.expect(":"); err != nil {
		return par, err
	}
	if p.is("(") {
		par.table = true
		if p.isAt(1, "*") && p.isAt(2, ")") {
			p.pos += 3
			par.anyCols = true
			return par, nil
		}
		par.cols, err = p.columns()
		return par, err
	}
	if par.typ, err = p.typeName(); err != nil {
		return par, err
	}
	if p.accept("=") {
		x, err := p.unary()
		if err != nil {
			return par, err
		}
		lit, ok := literalOf(x)
		if !ok {
			return par, syntaxAt(x.span(), "the default of a parameter must be a literal")
		}
		par.def = lit
	}
	return par, nil
}

// literalOf gives the literal that x is, also after a minus.
func literalOf(x node) (*litNode, bool) {
	switch x := x.(type) {
	case *litNode:
		return x, true
	case *unaryNode:
		lit, ok := x.x.(*litNode)
		if !ok || x.op != "-" {
			return nil, false
		}
		switch v := lit.val.(type) {
		case Long:
			return &litNode{-v, lit.typ, x.at}, true
		case Real:
			return &litNode{-v, lit.typ, x.at}, true
		case Timespan:
			return &litNode{-v, lit.typ, x.at}, true
		}
	}
	return nil, false
}

// columns = "(" [ name ":" type { "," name ":" type } ] ")"
func (p *parser) columns() ([]Column, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var cols []Column
	seen := map[string]bool{}
	for !p.is(")") {
		if p.is("*") {
			return nil, syntaxAt(p.here(), "not supported: * in a list of columns")
		}
		name, err := p.name("a column")
		if err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		typ, err := p.typeName()
		if err != nil {
			return nil, err
		}
		if seen[name.name] {
			return nil, syntaxAt(name.at, "a column %q is already declared", name.name)
		}
		seen[name.name] = true
		cols = append(cols, Column{name.name, typ})
		if !p.accept(",") {
			break
		}
	}
	return cols, p.expect(")")
}

func (p *parser) typeName() (Type, error) {
	t := p.peek()
	typ, ok := typeWords[t.Value]
	if t.Type != tokName || !ok {
		return TUnknown, p.unexpected("a type such as string or long")
	}
	p.next()
	return typ, nil
}

// name = word | "[" string "]"
func (p *parser) name(want string) (nameNode, error) {
	t := p.peek()
	if t.Type == tokName && !strings.HasPrefix(t.Value, "!") {
		p.next()
		return nameNode{t.Value, tokSpan(t)}, nil
	}
	if p.is("[") && p.ahead(1).Type == tokString && p.isAt(2, "]") {
		start := p.here()
		name := unquote(p.ahead(1).Value)
		p.pos += 3
		return nameNode{name, p.since(start)}, nil
	}
	return nameNode{}, p.unexpected(want)
}

// pipe = source { "|" operator }
func (p *parser) pipe() (*pipeNode, error) {
	start := p.here()
	src, err := p.source()
	if err != nil {
		return nil, err
	}
	return p.pipeAfter(src, start)
}

func (p *parser) pipeAfter(src node, start span) (*pipeNode, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	pipe := &pipeNode{src: src}
	for p.accept("|") {
		op, err := p.operator()
		if err != nil {
			return nil, err
		}
		pipe.ops = append(pipe.ops, op)
	}
	pipe.at = p.since(start)
	return pipe, nil
}

// enter counts the depth of nesting.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxParse {
		return syntaxAt(p.here(), "the query nests too deep to be read")
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// exprOrPipe reads what may stand in parentheses, as an argument or at the
// right of a let: a scalar or a table.
func (p *parser) exprOrPipe() (node, error) {
	start := p.here()
	if p.startsSource() {
		return p.pipe()
	}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	if p.is("|") {
		return p.pipeAfter(x, start)
	}
	return x, nil
}

// startsSource says whether an operator that needs no input follows.
func (p *parser) startsSource() bool {
	t, after := p.peek(), p.ahead(1)
	if t.Type != tokName {
		return false
	}
	word := after.Type == tokName || after.Type == tokString || after.Type == tokLong || after.Type == tokReal ||
		after.Type == tokTyped || after.Type == tokTimespan
	switch t.Value {
	case "print":
		return word || after.Value == "(" || after.Value == "-" || after.Value == "["
	case "range":
		return after.Type == tokName && p.isAt(2, "from")
	case "datatable", "externaldata":
		return after.Value == "("
	case "union":
		return word || after.Value == "(" || after.Value == "[" || after.Value == "*"
	case "search":
		return word || after.Value == "(" || after.Value == "*"
	case "find":
		return word || after.Value == "(" || after.Value == "*"
	case "evaluate", "macro-expand":
		return after.Type == tokName
	}
	return false
}

// source reads the start of a pipe.
func (p *parser) source() (node, error) {
	if p.startsSource() {
		return p.operator()
	}
	if p.ahead(1).Value == "*" && p.peek().Type == tokName {
		return p.pattern()
	}
	return p.postfix()
}

// pattern reads a name with stars, which stand without space.
func (p *parser) pattern() (node, error) {
	start := p.here()
	end := start.start
	for t := p.peek(); t.Type == tokName || t.Type == tokLong || t.Value == "*" && t.Type == tokPunct; t = p.peek() {
		if t.Pos.Offset != end {
			break
		}
		end = tokSpan(t).end
		p.next()
	}
	text := p.text[start.start:end]
	if text == "" {
		return nil, p.unexpected("a name")
	}
	if text == "*" {
		return &starNode{p.since(start)}, nil
	}
	if !strings.Contains(text, "*") {
		return &nameNode{text, p.since(start)}, nil
	}
	return &patternNode{text, p.since(start)}, nil
}
