package sigma

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// MaxNesting bounds the nesting of a condition, so that a hostile one is refused
// instead of filling the stack.
const MaxNesting = 500

// conditionLexer knows words, parentheses and what a legacy aggregation needs.
// A word takes every character that a search name or pattern may have, and the
// wrong ones too: a message about the whole word beats one about a character.
var conditionLexer = lexer.MustSimple([]lexer.SimpleRule{
	{Name: "Space", Pattern: `\s+`},
	{Name: "Paren", Pattern: `[()]`},
	{Name: "Pipe", Pattern: `\|`},
	{Name: "Compare", Pattern: `[<>=!]=?`},
	{Name: "Word", Pattern: `[^\s()|<>=!]+`},
})

var (
	tokenWord    = conditionLexer.Symbols()["Word"]
	tokenPipe    = conditionLexer.Symbols()["Pipe"]
	tokenCompare = conditionLexer.Symbols()["Compare"]
)

// conditionSyntax is a condition as the grammar sees it, offsets relative to
// the text.
type conditionSyntax struct {
	Expr Expr `parser:"@@"`
	Tail tail `parser:"@@?"`
}

// tail is what may follow an expression: an *Aggregate. The grammar wants an
// interface for what a function reads.
type tail interface{ tail() }

func (*Aggregate) tail() {}

var conditionParser = participle.MustBuild[conditionSyntax](
	participle.Lexer(conditionLexer),
	participle.Elide("Space"),
	participle.ParseTypeWith(parseOr),
	participle.ParseTypeWith(parseAggregate),
)

// conditionError is a mistake in a condition: where, what, and what may help.
type conditionError struct {
	at      Span
	code    string
	message string
	label   string
	write   string // what must stand at the place instead; empty if nobody knows
}

func (e *conditionError) Error() string { return e.message }

func syntaxError(at Span, format string, args ...any) *conditionError {
	return &conditionError{at: at, code: "condition/syntax", message: fmt.Sprintf(format, args...)}
}

// parseCondition reads a condition. Spans are offsets in text.
func parseCondition(text string) (Expr, *Aggregate, *conditionError) {
	if isName(text) { // half of all are, and the grammar would say the same
		return &Ref{text, Span{0, len(text)}}, nil, nil
	}
	if err := checkParens(text); err != nil {
		return nil, nil, err
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil, syntaxError(Span{0, len(text)}, "the condition is empty; it must name a search")
	}
	syntax, err := conditionParser.ParseString("", text)
	if err == nil {
		aggregate, _ := syntax.Tail.(*Aggregate)
		return syntax.Expr, aggregate, nil
	}
	var own *conditionError
	if errors.As(err, &own) {
		return nil, nil, own
	}
	var perr participle.Error
	if errors.As(err, &perr) {
		return nil, nil, leftover(text, perr.Position().Offset)
	}
	return nil, nil, syntaxError(Span{0, len(text)}, "%s", err)
}

// leftover says what is wrong with a word that the grammar did not expect.
func leftover(text string, offset int) *conditionError {
	offset = min(offset, len(text))
	word := text[offset:]
	if i := strings.IndexAny(word, " \t\r\n()"); i >= 0 {
		word = word[:max(i, 1)]
	}
	if word == "" {
		return syntaxError(Span{len(text), len(text)}, "the condition ends too early")
	}
	return meaning(syntaxError(Span{offset, offset + len(word)}, `unexpected %q; "and" or "or" must stand between two searches`, word), word)
}

// signs are how other languages write the operators of conditions.
var signs = map[string]string{"&&": "and", "&": "and", "||": "or", "!": "not", "~": "not"}

// meaning tells an author who writes a sign which word stands for it.
func meaning(err *conditionError, sign string) *conditionError {
	if word := signs[sign]; word != "" {
		err.label, err.write = fmt.Sprintf("write %q", word), word
	}
	return err
}

// checkParens reports an unclosed parenthesis at the "(", where the author
// must look, and bounds the nesting.
func checkParens(text string) *conditionError {
	var open []int
	for i, c := range text {
		switch c {
		case '(':
			if open = append(open, i); len(open) > MaxNesting {
				return syntaxError(Span{i, i + 1}, "parentheses nest deeper than %d", MaxNesting)
			}
		case ')':
			if len(open) == 0 {
				return syntaxError(Span{i, i + 1}, `")" has no "("`)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		at := open[len(open)-1]
		return syntaxError(Span{at, at + 1}, `"(" is never closed`)
	}
	return nil
}

// parseOr reads the loosest level.
//
//	or = and { "or" and }
func parseOr(lex *lexer.PeekingLexer) (Expr, error) {
	return parseJoined(lex, "or", parseAnd, func(x []Expr, at Span) Expr { return &Or{x, at} })
}

// parseAnd binds tighter than or. Spec, Condition: not > and > or.
//
//	and = not { "and" not }
func parseAnd(lex *lexer.PeekingLexer) (Expr, error) {
	return parseJoined(lex, "and", parseNot, func(x []Expr, at Span) Expr { return &And{x, at} })
}

func parseJoined(
	lex *lexer.PeekingLexer, word string,
	operand func(*lexer.PeekingLexer) (Expr, error), build func([]Expr, Span) Expr,
) (Expr, error) {
	first, err := operand(lex)
	if err != nil {
		return nil, err
	}
	x := []Expr{first}
	for isWord(lex, word) {
		op := lex.Next()
		next, err := operand(lex)
		if err != nil {
			return nil, missing(err, op)
		}
		x = append(x, next)
	}
	if len(x) == 1 {
		return first, nil
	}
	return build(x, first.Span().join(x[len(x)-1].Span())), nil
}

// missing points an operator that lacks its right side at the operator.
func missing(err error, op *lexer.Token) error {
	var own *conditionError
	if errors.As(err, &own) && own.code == "end" {
		return syntaxError(tokenSpan(op), "%q needs a search behind it", op.Value)
	}
	return err
}

// parseNot reads negations.
//
//	not = "not" not | primary
func parseNot(lex *lexer.PeekingLexer) (Expr, error) {
	var nots []*lexer.Token
	for isWord(lex, "not") {
		nots = append(nots, lex.Next())
		if len(nots) > MaxNesting {
			return nil, syntaxError(tokenSpan(nots[0]), `more than %d "not" in a row`, MaxNesting)
		}
	}
	x, err := parsePrimary(lex)
	if err != nil {
		if len(nots) > 0 {
			return nil, missing(err, nots[len(nots)-1])
		}
		return nil, err
	}
	for i := len(nots) - 1; i >= 0; i-- {
		x = &Not{x, tokenSpan(nots[i]).join(x.Span())}
	}
	return x, nil
}

// parsePrimary reads what binds tightest. A keyword is no name.
//
//	primary = "(" or ")" | quantifier "of" pattern | name
func parsePrimary(lex *lexer.PeekingLexer) (Expr, error) {
	t := lex.Peek()
	switch {
	case t.Value == "(":
		return parseParens(lex)
	case t.Type == tokenWord && !isKeyword(t.Value):
		word := *lex.Next()
		if isWord(lex, "of") {
			return parseQuantified(lex, word)
		}
		return nameRef(word)
	case t.EOF() || t.Value == ")" || t.Type == tokenPipe:
		return nil, &conditionError{at: tokenSpan(t), code: "end", message: "a search must stand here"}
	}
	return nil, meaning(syntaxError(tokenSpan(t), "unexpected %q; a search must stand here", t.Value), t.Value)
}

func parseParens(lex *lexer.PeekingLexer) (Expr, error) {
	open := *lex.Next()
	if t := lex.Peek(); t.Value == ")" {
		return nil, syntaxError(Span{open.Pos.Offset, t.Pos.Offset + 1}, `"()" holds no search`)
	}
	x, err := parseOr(lex)
	if err != nil {
		return nil, err
	}
	closing := lex.Peek()
	if closing.Value != ")" {
		return nil, leftoverToken(closing)
	}
	return withSpan(x, tokenSpan(&open).join(tokenSpan(lex.Next()))), nil
}

func leftoverToken(t *lexer.Token) error {
	return meaning(syntaxError(tokenSpan(t), `unexpected %q; "and" or "or" must stand between two searches`, t.Value), t.Value)
}

// withSpan widens a node to its parentheses.
func withSpan(x Expr, at Span) Expr {
	switch x := x.(type) {
	case *And:
		return &And{x.X, at}
	case *Or:
		return &Or{x.X, at}
	case *Not:
		return &Not{x.X, at}
	case *Ref:
		return x // the name is what a message must point at
	case *Quantified:
		return x
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", x))
	}
}

// nameRef checks the characters of a name.
func nameRef(t lexer.Token) (Expr, error) {
	if strings.ContainsRune(t.Value, '*') {
		return nil, syntaxError(tokenSpan(&t), `pattern %q needs "1 of" or "all of" before it`, t.Value)
	}
	if i := strings.IndexFunc(t.Value, notNameRune); i >= 0 {
		return nil, syntaxError(tokenSpan(&t), "%q is no search name; names have letters, digits, _ . and -", t.Value)
	}
	return &Ref{t.Value, tokenSpan(&t)}, nil
}

// isName tells whether a text is one name, and no keyword.
func isName(text string) bool {
	return text != "" && strings.IndexFunc(text, notNameRune) < 0 && !isKeyword(text)
}

func notNameRune(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r))
}

// parseQuantified reads "1 of pattern"; the quantifier was read.
//
//	quantifier = "all" | "any" | number
//	pattern    = "them" | name with stars
func parseQuantified(lex *lexer.PeekingLexer, quantifier lexer.Token) (Expr, error) {
	of := *lex.Next()
	q := &Quantified{}
	switch n, err := strconv.Atoi(quantifier.Value); {
	case strings.EqualFold(quantifier.Value, "all"):
		q.All = true
	case strings.EqualFold(quantifier.Value, "any"):
		q.N = 1
	case err == nil && n >= 1:
		q.N = n
	case err == nil:
		return nil, syntaxError(tokenSpan(&quantifier), `"%s of" always holds; at least 1 must be asked for`, quantifier.Value)
	default:
		return nil, syntaxError(tokenSpan(&quantifier), `%q can't stand before "of"; a number, "all" or "any" must`, quantifier.Value)
	}
	t := lex.Peek()
	if t.Type != tokenWord || isKeyword(t.Value) && !strings.EqualFold(t.Value, "them") {
		return nil, syntaxError(tokenSpan(&of), `"of" needs "them" or a pattern of search names behind it`)
	}
	pattern := *lex.Next()
	if i := strings.IndexFunc(strings.ReplaceAll(pattern.Value, "*", ""), notNameRune); i >= 0 {
		return nil, syntaxError(tokenSpan(&pattern), "%q is no pattern; patterns have letters, digits, _ . - and *", pattern.Value)
	}
	q.Pattern, q.Of = pattern.Value, tokenSpan(&pattern)
	if strings.EqualFold(q.Pattern, "them") {
		q.Pattern = "them"
	}
	q.At = tokenSpan(&quantifier).join(q.Of)
	return q, nil
}

// aggregations are the functions that the legacy tail of a condition had.
var aggregations = []string{"count", "min", "max", "avg", "sum", "near"}

// parseAggregate reads the legacy tail of a condition.
//
//	aggregate = "|" ( "near" or | function [ "(" [field] ")" ] [ "by" field ] [ compare value ] )
func parseAggregate(lex *lexer.PeekingLexer) (tail, error) {
	if lex.Peek().Type != tokenPipe {
		return nil, participle.NextMatch
	}
	pipe := lex.Next()
	a := &Aggregate{At: tokenSpan(pipe)}
	switch t := lex.Peek(); {
	case t.Type == tokenPipe && tokenSpan(t).Start == a.At.End:
		return nil, meaning(syntaxError(a.At.join(tokenSpan(t)), `unexpected "||"; "and" or "or" must stand between two searches`), "||")
	case t.Type != tokenWord:
		return nil, syntaxError(a.At, `"|" has no place here; a condition joins searches by and, or and not`)
	}
	a.Function = tokenText(lex.Next())
	if !slices.Contains(aggregations, strings.ToLower(a.Function.Value)) {
		return nil, syntaxError(a.At.join(a.Function.At), `"| %s" has no place here; a condition joins searches by and, or and not`, a.Function.Value)
	}
	if strings.EqualFold(a.Function.Value, "near") {
		x, err := parseOr(lex)
		if err != nil {
			return nil, missing(err, pipe)
		}
		a.Near, a.At = x, a.At.join(x.Span())
		return a, nil
	}
	if lex.Peek().Value == "(" {
		lex.Next()
		if lex.Peek().Type == tokenWord {
			a.Field = tokenText(lex.Next())
		}
		if lex.Peek().Value == ")" {
			lex.Next()
		}
	}
	if isWord(lex, "by") {
		lex.Next()
		a.By = tokenText(lex.Next())
	}
	if lex.Peek().Type == tokenCompare {
		a.Op = tokenText(lex.Next())
		a.Value = tokenText(lex.Next())
	}
	for !lex.Peek().EOF() { // what else there was had no meaning
		a.At = a.At.join(tokenSpan(lex.Next()))
	}
	for _, t := range []Text{a.Function, a.Field, a.By, a.Op, a.Value} {
		if t.Value != "" {
			a.At = a.At.join(t.At)
		}
	}
	return a, nil
}

func isKeyword(s string) bool {
	for _, k := range []string{"and", "or", "not", "of", "them"} {
		if strings.EqualFold(s, k) {
			return true
		}
	}
	return false
}

// isWord looks for a keyword in any case: the specification writes them in
// lower case, older rules do not.
func isWord(lex *lexer.PeekingLexer, word string) bool {
	t := lex.Peek()
	return t.Type == tokenWord && strings.EqualFold(t.Value, word)
}

func tokenSpan(t *lexer.Token) Span {
	return Span{t.Pos.Offset, t.Pos.Offset + len(t.Value)}
}

func tokenText(t *lexer.Token) Text { return Text{t.Value, tokenSpan(t)} }

// keywordsNotLower gives the operators of a condition that are not in lower
// case.
func keywordsNotLower(text string) []Span {
	var found []Span
	for i := 0; i < len(text); {
		if strings.ContainsRune(" \t\r\n()", rune(text[i])) {
			i++
			continue
		}
		j := i
		for j < len(text) && !strings.ContainsRune(" \t\r\n()", rune(text[j])) {
			j++
		}
		word := text[i:j]
		if word != strings.ToLower(word) && (isKeyword(word) || strings.EqualFold(word, "all") || strings.EqualFold(word, "any")) {
			found = append(found, Span{i, j})
		}
		i = j
	}
	return found
}

// MatchesPattern tells whether a quantifier's pattern takes in a search name.
// Spec, Condition: names that begin with "_" are left out of "them"; SEMANTICS
// leaves them out of patterns too, unless the pattern begins with "_" itself.
func MatchesPattern(pattern, name string) bool {
	if pattern == "them" {
		pattern = "*"
	}
	if len(name) > 0 && name[0] == '_' && pattern[0] != '_' {
		return false
	}
	return matchStars(pattern, name)
}

// matchStars matches with * as any run; linear in practice: each star only
// ever moves forward.
func matchStars(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
