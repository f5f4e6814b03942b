package spleval

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An exprParser reads an eval expression.
//
//	expr    = and { ("OR" | "XOR") and } .   OR binds tighter than XOR
//	and     = not { "AND" not } .
//	not     = { "NOT" | "!" } compare .
//	compare = sum [ op sum | ["NOT"] "IN" "(" expr { "," expr } ")" | "LIKE" sum ] .
//	sum     = product { ("+" | "-" | ".") product } .
//	product = unary { ("*" | "/" | "%") unary } .
//	unary   = { "-" | "+" } primary .
//	primary = literal | field | name "(" [ expr { "," expr } ] ")" | "(" expr ")" .
//
// eval, "Boolean expressions": "The order in which Boolean expressions are
// evaluated with the eval command is: Expressions within parentheses, NOT clauses,
// AND clauses, OR clauses, XOR clauses". The words are operators in any case.
type exprParser struct {
	src   *source
	pos   int
	end   int
	depth int
	tok   exprToken
	p     *parser
}

type exprToken struct {
	kind   exprTokenKind
	text   string
	lo, hi int
}

type exprTokenKind byte

const (
	exprEnd exprTokenKind = iota
	exprIdent
	exprField  // 'quoted'
	exprString // "quoted"
	exprNumber
	exprOp
	exprBad
)

// parseExpr reads an expression that fills the text from lo to hi.
func (p *parser) parseExpr(lo, hi int) (expr, *Error) {
	x := p.expression(lo, hi)
	e, err := x.whole()
	return e, err
}

// expression starts to read an expression at lo.
func (p *parser) expression(lo, hi int) *exprParser {
	x := &exprParser{src: p.src, pos: lo, end: hi, p: p}
	x.next()
	return x
}

func (x *exprParser) whole() (expr, *Error) {
	e, err := x.xor()
	if err != nil {
		return nil, err
	}
	if x.tok.kind != exprEnd {
		return nil, x.unexpected("an operator, or the end")
	}
	return e, nil
}

func (x *exprParser) errorf(lo, hi int, format string, args ...any) *Error {
	return x.src.errorf(lo, hi, format, args...)
}

func (x *exprParser) unexpected(want string) *Error {
	t := x.tok
	switch t.kind {
	case exprEnd:
		return x.errorf(t.lo, t.hi, "expression ends where %s should stand", want)
	case exprBad:
		return x.errorf(t.lo, t.hi, "%s", t.text)
	}
	return x.errorf(t.lo, t.hi, "unexpected %q: %s should stand here", x.src.text[t.lo:t.hi], want)
}

// next reads the next token into tok.
func (x *exprParser) next() {
	text := x.src.text
	for x.pos < x.end && isSpace(text[x.pos]) {
		x.pos++
	}
	lo := x.pos
	set := func(kind exprTokenKind, s string, n int) {
		x.pos = lo + n
		x.tok = exprToken{kind, s, lo, x.pos}
	}
	if lo >= x.end {
		x.tok = exprToken{exprEnd, "", x.end, x.end}
		return
	}
	switch c := text[lo]; {
	case c == '"' || c == '\'':
		x.quoted(c)
	case c >= '0' && c <= '9' || c == '.' && lo+1 < x.end && isDigit(text[lo+1]) && !x.afterOperand():
		n := numberLength(text[lo:x.end])
		set(exprNumber, text[lo:lo+n], n)
	case c == '_' || c >= utf8.RuneSelf || unicode.IsLetter(rune(c)):
		n := identLength(text[lo:x.end])
		if n == 0 {
			set(exprBad, "unexpected character: field names with odd characters stand in single quotes", 1)
			return
		}
		set(exprIdent, text[lo:lo+n], n)
	default:
		x.operatorToken(set)
	}
}

// afterOperand says whether the token before is something that "." may follow, so
// that a.5 joins a and 5.
func (x *exprParser) afterOperand() bool {
	return x.tok.hi == x.pos && x.tok.hi > x.tok.lo && x.tok.kind != exprOp || x.tok.text == ")"
}

func (x *exprParser) operatorToken(set func(exprTokenKind, string, int)) {
	rest := x.src.text[x.pos:x.end]
	for _, op := range [...]string{"==", "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "%", ".", "(", ")", ",", "!"} {
		if strings.HasPrefix(rest, op) {
			set(exprOp, op, len(op))
			return
		}
	}
	if rest[0] == '{' || rest[0] == '[' {
		set(exprBad, "JSON literals are not read here: json_object() and json_array() make them", 1)
		return
	}
	set(exprBad, "unexpected "+quoteChar(rest)+": field names with odd characters stand in single quotes", 1)
}

func quoteChar(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return `"` + s[:n] + `"`
}

func (x *exprParser) quoted(quote byte) {
	lo := x.pos
	end := skipQuoted(x.src.text[:x.end], lo)
	x.pos = min(end, x.end)
	if end > x.end || end-lo < 2 || x.src.text[end-1] != quote {
		x.tok = exprToken{exprBad, "quote is not closed: " + string(quote) + " is missing", lo, lo + 1}
		return
	}
	kind := exprString
	if quote == '\'' {
		kind = exprField
	}
	x.tok = exprToken{kind, unescapeIn(x.src.text[lo+1:end-1], quote), lo, end}
}

// unescapeIn resolves the escapes of the quote and of the backslash alone. What
// else follows a backslash is left to whoever reads the string, so that "\d" is a
// digit to match().
func unescapeIn(s string, quote byte) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == quote || s[i+1] == '\\') {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func numberLength(s string) int {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		for i++; i < len(s) && isDigit(s[i]); {
			i++
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '-' || s[j] == '+') {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			for j < len(s) && isDigit(s[j]) {
				j++
			}
			i = j
		}
	}
	return i
}

func identLength(s string) int {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return i
		}
	}
	return len(s)
}

func (x *exprParser) isOp(ops ...string) bool {
	if x.tok.kind != exprOp {
		return false
	}
	for _, op := range ops {
		if x.tok.text == op {
			return true
		}
	}
	return false
}

func (x *exprParser) isWord(word string) bool {
	return x.tok.kind == exprIdent && strings.EqualFold(x.tok.text, word)
}

func (x *exprParser) enter() *Error {
	if x.depth++; x.depth > maxDepth {
		return x.errorf(x.tok.lo, x.tok.hi, "expression is nested more than %d deep", maxDepth)
	}
	return nil
}

func (x *exprParser) xor() (expr, *Error) {
	if err := x.enter(); err != nil {
		return nil, err
	}
	defer func() { x.depth-- }()
	return x.chain("XOR", func() (expr, *Error) {
		return x.chain("OR", func() (expr, *Error) {
			return x.chain("AND", x.not)
		})
	})
}

// chain reads operands joined by one logical operator, however many, to one node.
func (x *exprParser) chain(op string, operand func() (expr, *Error)) (expr, *Error) {
	lo := x.tok.lo
	first, err := operand()
	if err != nil || !x.isWord(op) {
		return first, err
	}
	n := &logic{op: op, x: []expr{first}}
	for x.isWord(op) {
		x.next()
		y, err := operand()
		if err != nil {
			return nil, err
		}
		n.x = append(n.x, y)
	}
	_, hi := n.x[len(n.x)-1].span()
	n.at = at{lo, hi}
	for _, e := range n.x {
		if err := x.needBool(op, e); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// needBool refuses an operand that is no truth value. Splunk says "Typechecking
// failed. 'AND' only takes boolean arguments."
func (x *exprParser) needBool(op string, e expr) *Error {
	lo, hi := e.span()
	switch e := e.(type) {
	case *fieldRef:
		return x.errorf(lo, hi, "%s takes truth values, and %q is a field: compare it, or ask isnotnull()", op, e.name)
	default:
		if k := kindOf(e); k == numberKind || k == stringKind {
			return x.errorf(lo, hi, "%s takes truth values, and %q is none: compare it with something", op, x.src.text[lo:hi])
		}
	}
	return nil
}

func (x *exprParser) not() (expr, *Error) {
	lo, nots := x.tok.lo, 0
	for x.isWord("NOT") || x.isOp("!") {
		x.next()
		nots++
	}
	e, err := x.compare()
	if err != nil || nots == 0 {
		return e, err
	}
	if err := x.needBool("NOT", e); err != nil {
		return nil, err
	}
	if nots%2 == 0 {
		return e, nil
	}
	_, hi := e.span()
	return &notExpr{at{lo, hi}, e}, nil
}

func (x *exprParser) compare() (expr, *Error) {
	left, err := x.sum()
	if err != nil {
		return nil, err
	}
	lo, _ := left.span()
	switch {
	case x.isOp("=", "==", "!=", "<", "<=", ">", ">="):
		op := x.tok.text
		if op == "==" {
			op = "="
		}
		return x.comparison(left, op)
	case x.isWord("LIKE"):
		return x.comparison(left, "LIKE")
	case x.isWord("IN"):
		return x.in(left, lo)
	case x.isWord("NOT"):
		word := x.tok
		if x.next(); !x.isWord("IN") {
			return nil, x.errorf(word.lo, word.hi, "unexpected %q: an operator should stand here", "NOT")
		}
		in, err := x.in(left, lo)
		if err != nil {
			return nil, err
		}
		_, hi := in.span()
		return &notExpr{at{lo, hi}, in}, nil
	}
	return left, nil
}

func (x *exprParser) comparison(left expr, op string) (expr, *Error) {
	x.next()
	right, err := x.sum()
	if err != nil {
		return nil, err
	}
	if x.isOp("=", "==", "!=", "<", "<=", ">", ">=") || x.isWord("LIKE") {
		return nil, x.unexpected("AND, OR or the end, for comparisons do not chain, and an operator")
	}
	if op == "=" {
		x.p.log.equals(left, right)
		x.p.log.equals(right, left)
	}
	lo, _ := left.span()
	_, hi := right.span()
	return &compare{at{lo, hi}, op, left, right}, nil
}

// in reads the list of value IN (a, b): the same as in(value, a, b).
func (x *exprParser) in(left expr, lo int) (expr, *Error) {
	word := x.tok
	if x.next(); !x.isOp("(") {
		return nil, x.unexpected("the list of IN")
	}
	x.next()
	args, err := x.args(word)
	if err != nil {
		return nil, err
	}
	hi := x.tok.hi
	x.next()
	return &call{at{lo, hi}, x.p.funcs["in"], append([]expr{left}, args...)}, nil
}

func (x *exprParser) sum() (expr, *Error)     { return x.arith(x.product, "+", "-", ".") }
func (x *exprParser) product() (expr, *Error) { return x.arith(x.unary, "*", "/", "%") }

func (x *exprParser) arith(operandOf func() (expr, *Error), ops ...string) (expr, *Error) {
	first, err := operandOf()
	if err != nil || !x.isOp(ops...) {
		return first, err
	}
	lo, _ := first.span()
	n := &arith{first: first}
	for x.isOp(ops...) {
		op := x.tok.text[0]
		x.next()
		y, err := operandOf()
		if err != nil {
			return nil, err
		}
		n.rest = append(n.rest, operand{op, y})
	}
	x.noteDots(n)
	_, hi := n.rest[len(n.rest)-1].x.span()
	n.at = at{lo, hi}
	return n, nil
}

// noteDots remarks on a.b, which joins two fields, where the field 'a.b' may be
// meant: on Splunk the row falls out without a word.
func (x *exprParser) noteDots(n *arith) {
	left := n.first
	for _, o := range n.rest {
		lo, end := left.span()
		start, hi := o.x.span()
		_, isField := left.(*fieldRef)
		_, both := o.x.(*fieldRef)
		if o.op == '.' && isField && both && end+1 == start && x.src.text[end-1] != '\'' && x.src.text[start] != '\'' {
			text := x.src.text[lo:hi]
			x.p.notes = append(x.p.notes, x.errorf(lo, hi, "%s joins two fields: the field of that name is '%s'", text, text))
			return
		}
		left = o.x
	}
}

func (x *exprParser) unary() (expr, *Error) {
	lo, minus := x.tok.lo, false
	for x.isOp("-", "+") {
		minus = minus != (x.tok.text == "-")
		x.next()
	}
	e, err := x.primary()
	if err != nil || !minus {
		return e, err
	}
	_, hi := e.span()
	if n, ok := e.(*literal); ok && n.v.kind == kindNumber {
		return &literal{at{lo, hi}, number(-n.v.f)}, nil
	}
	return &negate{at{lo, hi}, e}, nil
}

func (x *exprParser) primary() (expr, *Error) {
	t := x.tok
	place := at{t.lo, t.hi}
	switch {
	case t.kind == exprNumber:
		f, _ := parseNumber(t.text)
		x.next()
		return &literal{place, number(f)}, nil
	case t.kind == exprString:
		x.next()
		return &literal{place, str(t.text)}, nil
	case t.kind == exprField:
		x.next()
		x.p.log.read(t.text, t.lo, t.hi)
		return &fieldRef{place, t.text}, nil
	case t.kind == exprIdent:
		return x.name(t)
	case x.isOp("("):
		x.next()
		e, err := x.xor()
		if err != nil {
			return nil, err
		}
		if !x.isOp(")") {
			if x.tok.kind == exprEnd {
				return nil, x.errorf(t.lo, t.hi, "parenthesis is not closed: ) is missing")
			}
			return nil, x.unexpected("an operator or )")
		}
		x.next()
		return e, nil
	}
	return nil, x.unexpected("a value")
}

// name reads a field or a call.
func (x *exprParser) name(t exprToken) (expr, *Error) {
	for _, word := range [...]string{"AND", "OR", "XOR"} {
		if strings.EqualFold(t.text, word) {
			return nil, x.unexpected("a value")
		}
	}
	x.next()
	if !x.isOp("(") {
		switch strings.ToLower(t.text) {
		case "null":
			// Whether it is a literal or a field that is not there: it is null.
			return &literal{at{t.lo, t.hi}, null}, nil
		case "true", "false":
			return nil, x.errorf(t.lo, t.hi, "%q alone may be a literal or a field: %s() or '%s' is meant", t.text, strings.ToLower(t.text), t.text)
		}
		x.p.log.read(t.text, t.lo, t.hi)
		return &fieldRef{at{t.lo, t.hi}, t.text}, nil
	}
	fn := x.p.funcs[strings.ToLower(t.text)]
	if fn == nil {
		return nil, x.errorf(t.lo, t.hi, "eval function %q is not known here%s", t.text, suggest(t.text, x.p.funcs))
	}
	if fn.refused != "" {
		err := x.errorf(t.lo, t.hi, "eval function %q is refused: %s", t.text, fn.refused)
		err.Refused = true
		return nil, err
	}
	x.next()
	mark := x.p.log.mark()
	var args []expr
	if !x.isOp(")") {
		var err *Error
		if args, err = x.args(t); err != nil {
			return nil, err
		}
	}
	if slices.Contains([]string{"coalesce", "isnull", "isnotnull", "typeof"}, strings.ToLower(t.text)) {
		x.p.log.forgive(mark) // whoever asks so knows that the field may be missing
	}
	hi := x.tok.hi
	x.next()
	if n := len(args); n < fn.min || fn.max >= 0 && n > fn.max {
		return nil, x.errorf(t.lo, hi, "%s takes %s, and %d stand here", t.text, fn.arity(), n)
	}
	c := &call{at{t.lo, hi}, fn, args}
	if fn.check != nil {
		if err := fn.check(x, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// args reads expressions up to the closing parenthesis, which it leaves.
func (x *exprParser) args(opener exprToken) ([]expr, *Error) {
	var args []expr
	for {
		e, err := x.xor()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
		switch {
		case x.isOp(","):
			x.next()
		case x.isOp(")"):
			return args, nil
		case x.tok.kind == exprEnd:
			return nil, x.errorf(opener.lo, opener.hi, "parenthesis of %s is not closed: ) is missing", opener.text)
		default:
			return nil, x.unexpected("an operator, a comma or )")
		}
	}
}
