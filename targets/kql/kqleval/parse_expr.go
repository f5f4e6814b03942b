package kqleval

import (
	"strconv"
	"strings"
)

// expr = and { "or" and }
func (p *parser) expr() (node, error) {
	return p.chain([]string{"or"}, func() (node, error) {
		return p.chain([]string{"and"}, p.comparison)
	})
}

// chain reads operands of left-associative operators.
func (p *parser) chain(ops []string, operand func() (node, error)) (node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	x, err := operand()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		op := p.oneOf(ops)
		if op == "" {
			return x, nil
		}
		if n > 4000 {
			return nil, syntaxAt(p.here(), "more than 4,000 operands stand in one chain of %q", op)
		}
		opAt := p.here()
		p.next()
		r, err := operand()
		if err != nil {
			return nil, err
		}
		x = &binaryNode{op, opAt, x, r}
	}
}

func (p *parser) oneOf(ops []string) string {
	for _, op := range ops {
		if p.is(op) {
			return op
		}
	}
	return ""
}

var compareOps = []string{
	"==", "=~", "!=", "<>", "!~", "<", "<=", ">", ">=",
	"has", "!has", "has_cs", "!has_cs", "hasprefix", "!hasprefix", "hasprefix_cs", "!hasprefix_cs",
	"hassuffix", "!hassuffix", "hassuffix_cs", "!hassuffix_cs", "contains", "!contains",
	"contains_cs", "!contains_cs", "startswith", "!startswith", "startswith_cs", "!startswith_cs",
	"endswith", "!endswith", "endswith_cs", "!endswith_cs", "matches regex", "like", "notlike",
	"likecs", "notlikecs", "containscs", "notcontains", "notcontainscs",
}

var listOps = []string{"in", "!in", "in~", "!in~", "has_any", "has_all"}

// comparison = sum [ op sum | listop "(" ... ")" | [ "!" ] "between" "(" sum ".." sum ")" ]
func (p *parser) comparison() (node, error) {
	x, err := p.sum()
	if err != nil {
		return nil, err
	}
	start := x.span()
	opAt := p.here()
	if p.is("matches") && p.isAt(1, "regex") {
		p.pos++
		p.toks[p.pos].Value = "matches regex"
	}
	if op := p.oneOf(compareOps); op != "" {
		p.next()
		r, err := p.sum()
		if err != nil {
			return nil, err
		}
		return &binaryNode{op, opAt, x, r}, nil
	}
	if op := p.oneOf(listOps); op != "" {
		p.next()
		list, err := p.list()
		return &inNode{op, opAt, x, list, p.since(start)}, err
	}
	if p.is("between") || p.is("!between") {
		not := p.next().Value == "!between"
		lo, hi, err := p.bounds()
		return &betweenNode{x, lo, hi, not, opAt, p.since(start)}, err
	}
	return x, nil
}

// list = "(" ( expr | pipe ) { "," expr } ")" | name
func (p *parser) list() ([]node, error) {
	if !p.is("(") {
		x, err := p.unary()
		return []node{x}, err
	}
	p.next()
	var list []node
	for !p.is(")") {
		x, err := p.exprOrPipe()
		if err != nil {
			return nil, err
		}
		list = append(list, x)
		if !p.accept(",") {
			break
		}
	}
	return list, p.expect(")")
}

func (p *parser) bounds() (lo, hi node, err error) {
	if err = p.expect("("); err != nil {
		return nil, nil, err
	}
	if lo, err = p.sum(); err != nil {
		return nil, nil, err
	}
	if err = p.expect(".."); err != nil {
		return nil, nil, err
	}
	if hi, err = p.sum(); err != nil {
		return nil, nil, err
	}
	return lo, hi, p.expect(")")
}

// sum = product { ( "+" | "-" ) product }
func (p *parser) sum() (node, error) {
	return p.chain([]string{"+", "-"}, func() (node, error) {
		return p.chain([]string{"*", "/", "%"}, p.unary)
	})
}

// unary = [ "-" | "+" ] postfix
func (p *parser) unary() (node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	start := p.here()
	if p.is("-") || p.is("+") {
		op := p.next().Value
		x, err := p.unary()
		if err != nil {
			return nil, err
		}
		return &unaryNode{op, x, p.since(start)}, nil
	}
	return p.postfix()
}

// postfix = primary { "." name | "." "[" string "]" | "[" expr "]" }
func (p *parser) postfix() (node, error) {
	start := p.here()
	x, err := p.primary()
	for n := 0; err == nil; n++ {
		if n > maxSyntax {
			return nil, syntaxAt(p.here(), "the path is longer than %d steps", maxSyntax)
		}
		switch {
		case p.is(".") && p.isAt(1, "[") && p.ahead(2).Type != tokString:
			p.next()
		case p.accept("."):
			var name nameNode
			name, err = p.name("a property")
			x = &pathNode{x, name}
		case p.is("["):
			p.next()
			var i node
			if i, err = p.expr(); err != nil {
				return nil, err
			}
			err = p.expect("]")
			x = &indexNode{x, i, p.since(start)}
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *parser) primary() (node, error) {
	t := p.peek()
	switch t.Type {
	case tokString, tokLong, tokReal, tokTimespan, tokTyped:
		return p.literal()
	case tokName:
		return p.word()
	}
	start := p.here()
	switch {
	case p.is("["):
		name, err := p.name("a name")
		if err != nil {
			return nil, err
		}
		if p.is("(") {
			return p.call(name)
		}
		return &name, nil
	case p.is("*"):
		p.next()
		return &starNode{start}, nil
	case p.accept("("):
		x, err := p.exprOrPipe()
		if err != nil {
			return nil, err
		}
		if err := p.close(start); err != nil {
			return nil, err
		}
		return &parenNode{x, p.since(start)}, nil
	}
	return nil, p.unexpected("an expression")
}

// close takes a closing parenthesis; at the end of the query the error is at
// the one that is open.
func (p *parser) close(open span) error {
	if p.accept(")") {
		return nil
	}
	if p.peek().Type == tokEOF {
		return syntaxAt(open, "the parenthesis that opens here is not closed")
	}
	return p.unexpected(`")"`)
}

// word reads a name, a call, or a literal that is spelled as a word.
func (p *parser) word() (node, error) {
	t := p.peek()
	at := tokSpan(t)
	call := p.isAt(1, "(")
	switch t.Value {
	case "true", "false", "True", "False", "TRUE", "FALSE":
		p.next()
		return &litNode{Bool(strings.EqualFold(t.Value, "true")), TBool, at}, nil
	case "dynamic":
		if call {
			p.pos += 2
			return p.dynamicLiteral(at)
		}
	case "typeof":
		if call {
			p.pos += 2
			typ, err := p.typeName()
			if err != nil {
				return nil, err
			}
			err = p.expect(")")
			return &typeNode{typ, p.since(at)}, err
		}
	}
	if strings.HasPrefix(t.Value, "!") || t.Value == "in~" {
		return nil, p.unexpected("an expression")
	}
	p.next()
	name := nameNode{t.Value, at}
	if call {
		return p.call(name)
	}
	return &name, nil
}

// call = name "(" [ arg { "," arg } ] ")"
func (p *parser) call(name nameNode) (node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	c := &callNode{name: name.name, nameAt: name.at}
	open := p.here()
	p.next()
	for !p.is(")") {
		arg, err := p.arg()
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, arg)
		if !p.accept(",") {
			break
		}
	}
	err := p.close(open)
	c.at = p.since(name.at)
	return c, err
}

// arg = [ name "=" ] ( expr | pipe )
func (p *parser) arg() (argNode, error) {
	var arg argNode
	if p.startsAssign() {
		name, err := p.name("a name")
		if err != nil {
			return arg, err
		}
		arg.names = []nameNode{name}
		p.next()
	}
	x, err := p.exprOrPipe()
	arg.x = x
	return arg, err
}

// startsAssign says whether name "=" follows.
func (p *parser) startsAssign() bool {
	if p.peek().Type == tokName && p.isAt(1, "=") {
		return true
	}
	return p.is("[") && p.ahead(1).Type == tokString && p.isAt(2, "]") && p.isAt(3, "=")
}

// column = [ name "=" | "(" name { "," name } ")" "=" ] expr
func (p *parser) column() (argNode, error) {
	if names := p.tupleNames(); names > 0 {
		p.next()
		var arg argNode
		for {
			name, err := p.name("a column")
			if err != nil {
				return arg, err
			}
			arg.names = append(arg.names, name)
			if !p.accept(",") {
				break
			}
		}
		p.pos += 2
		x, err := p.expr()
		arg.x = x
		return arg, err
	}
	var arg argNode
	if p.startsAssign() {
		name, err := p.name("a column")
		if err != nil {
			return arg, err
		}
		arg.names = []nameNode{name}
		p.next()
	}
	x, err := p.expr()
	arg.x = x
	return arg, err
}

// tupleNames counts the names of "(" name "," name ")" "=" ahead.
func (p *parser) tupleNames() int {
	if !p.is("(") {
		return 0
	}
	for i, n := 1, 0; ; {
		switch {
		case p.ahead(i).Type == tokName:
			i++
		case p.isAt(i, "[") && p.ahead(i+1).Type == tokString && p.isAt(i+2, "]"):
			i += 3
		default:
			return 0
		}
		n++
		if p.isAt(i, ")") && p.isAt(i+1, "=") {
			return n
		}
		if !p.isAt(i, ",") {
			return 0
		}
		i++
	}
}

// columnList reads column { "," column }.
func (p *parser) columnList() ([]argNode, error) {
	var cols []argNode
	for {
		col, err := p.column()
		if err != nil {
			return nil, err
		}
		cols = append(cols, col)
		if !p.accept(",") {
			return cols, nil
		}
	}
}

// literal reads one literal; string literals that stand side by side are one.
func (p *parser) literal() (node, error) {
	t := p.next()
	at := tokSpan(t)
	switch t.Type {
	case tokString:
		text := unquote(t.Value)
		for p.peek().Type == tokString {
			text += unquote(p.next().Value)
		}
		return &litNode{String(text), TString, p.since(at)}, nil
	case tokLong:
		n, ok := parseLong(t.Value)
		if !ok {
			return nil, syntaxAt(at, "the number %s does not fit into a long", t.Value)
		}
		return &litNode{Long(n), TLong, at}, nil
	case tokReal:
		f, _ := strconv.ParseFloat(t.Value, 64)
		return &litNode{Real(f), TReal, at}, nil
	case tokTimespan:
		ts, ok := parseTimespan(t.Value)
		if !ok {
			return nil, syntaxAt(at, "the timespan %s is too long", t.Value)
		}
		return &litNode{ts, TTimespan, at}, nil
	}
	return typedLit(t.Value, at)
}

func parseLong(s string) (int64, bool) {
	neg := strings.HasPrefix(s, "-")
	body := strings.TrimPrefix(s, "-")
	if len(body) > 2 && (body[:2] == "0x" || body[:2] == "0X") {
		u, err := strconv.ParseUint(body[2:], 16, 64)
		if neg {
			u = -u
		}
		return int64(u), err == nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && digits(body) == len(body)
}

// typedLit reads type(content).
func typedLit(text string, at span) (node, error) {
	word, content, _ := strings.Cut(text, "(")
	content = strings.TrimSpace(strings.TrimSuffix(content, ")"))
	typ := typeWords[word]
	if content == "null" {
		return &litNode{nil, typ, at}, nil
	}
	if isStringStart(content + " ") {
		content = strings.Trim(content, `"'`)
	}
	if v, ok := scalarOf(typ, content); ok {
		return &litNode{v, typ, at}, nil
	}
	return nil, syntaxAt(at, "%q is no %s; write %s(null) or a value such as %s", clip(content), typ, word, example(typ))
}

func example(t Type) string {
	switch t {
	case TBool:
		return "true"
	case TDateTime:
		return "datetime(2024-02-29 12:00)"
	case TTimespan:
		return "time(1.12:30:00)"
	case TGuid:
		return "guid(01234567-89ab-cdef-0123-456789abcdef)"
	}
	return "5"
}

// scalarOf reads the text of a literal of a type.
func scalarOf(typ Type, s string) (Value, bool) {
	switch typ {
	case TString:
		return String(s), true
	case TLong:
		n, ok := parseLong(s)
		return Long(n), ok
	case TInt:
		n, ok := parseLong(s)
		return Int(n), ok && n == int64(int32(n))
	case TReal:
		return parseReal(s)
	case TDecimal:
		d, ok := parseDecimal(s)
		return d, ok
	case TBool:
		return parseBool(s)
	case TDateTime:
		if strings.EqualFold(s, "min") {
			return DateTime(0), true
		}
		if strings.EqualFold(s, "max") {
			return DateTime(maxTicks), true
		}
		t, ok := parseDateTime(s)
		return t, ok
	case TTimespan:
		t, ok := parseTimespan(s)
		return t, ok
	case TGuid:
		g, ok := parseGuid(s)
		return g, ok
	}
	return nil, false
}

func parseReal(s string) (Value, bool) {
	switch strings.ToLower(s) {
	case "nan":
		return Real(nan), true
	case "+inf", "inf":
		return Real(inf), true
	case "-inf":
		return Real(-inf), true
	}
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return nil, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return Real(f), err == nil
}

func parseBool(s string) (Value, bool) {
	switch strings.ToLower(s) {
	case "true", "1":
		return Bool(true), true
	case "false", "0":
		return Bool(false), true
	}
	return nil, false
}
