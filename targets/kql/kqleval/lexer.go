package kqleval

import (
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// Kinds of tokens. White space and comments give none.
const (
	tokEOF  = lexer.EOF
	tokName = lexer.TokenType(-2 - iota)
	tokString
	tokLong
	tokReal
	tokTimespan
	tokTyped // a literal with its type and raw content, such as datetime(2020-01-01)
	tokPunct
)

// kqlLexer cuts query text into tokens. It is written by hand because the
// language is not regular: what stands in datetime( ) is raw text, an operator
// may be two words or hold a dash, and 1d is one token but 1.d is not.
type kqlLexer struct{}

// Symbols names the kinds of tokens for participle.
func (kqlLexer) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": tokEOF, "Name": tokName, "String": tokString, "Long": tokLong,
		"Real": tokReal, "Timespan": tokTimespan, "Typed": tokTyped, "Punct": tokPunct,
	}
}

// Lex reads all of r and cuts it.
func (d kqlLexer) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return d.LexString(filename, string(text))
}

// LexString cuts text.
func (kqlLexer) LexString(_ string, text string) (lexer.Lexer, error) {
	return &scanner{text: text}, nil
}

type scanner struct {
	text string
	pos  int
}

// Next gives the next token.
func (s *scanner) Next() (lexer.Token, error) {
	s.skipSpace()
	start := s.pos
	kind, end, err := s.scan()
	if err != nil {
		return lexer.Token{}, err
	}
	s.pos = end
	return lexer.Token{Type: kind, Value: s.text[start:end], Pos: lexer.Position{Offset: start}}, nil
}

func (s *scanner) skipSpace() {
	for s.pos < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.pos:])
		switch {
		case isSpace(r):
			s.pos += n
		case strings.HasPrefix(s.text[s.pos:], "//"):
			if i := strings.IndexByte(s.text[s.pos:], '\n'); i >= 0 {
				s.pos += i + 1
			} else {
				s.pos = len(s.text)
			}
		default:
			return
		}
	}
}

// isSpace is the analyser's list of white space.
func isSpace(r rune) bool {
	switch r {
	case '\t', ' ', '\r', '\n', '\f', 0xa0, 0x1680, 0x180e, 0x202f, 0x205f, 0x3000, 0xfeff:
		return true
	}
	return r >= 0x2000 && r <= 0x200b
}

// scan finds the kind and the end of the token at pos.
func (s *scanner) scan() (lexer.TokenType, int, error) {
	if s.pos >= len(s.text) {
		return tokEOF, s.pos, nil
	}
	c := s.text[s.pos]
	if end := s.keyword(); end > 0 {
		if end < len(s.text) && s.text[end] == '(' && typedLiteral[s.text[s.pos:end]] {
			return s.typed(end)
		}
		return tokName, end, nil
	}
	switch {
	case isDigit(c):
		return s.number()
	case isStringStart(s.text[s.pos:]):
		end, err := s.stringEnd(s.pos)
		return tokString, end, err
	case isNameStart(c):
		return tokName, s.pos + nameLen(s.text[s.pos:]), nil
	}
	if n := punctLen(s.text[s.pos:]); n > 0 {
		return tokPunct, s.pos + n, nil
	}
	_, n := utf8.DecodeRuneInString(s.text[s.pos:])
	return 0, 0, syntaxAt(span{s.pos, s.pos + n}, "unexpected character %q", s.text[s.pos:s.pos+n])
}

// longKeywords are the words that hold characters which names do not, longest
// first, and the types that may start a literal.
var longKeywords = sortedByLength([]string{
	"!between", "!contains", "!contains_cs", "!endswith", "!endswith_cs", "!has", "!has_cs",
	"!hasprefix", "!hasprefix_cs", "!hassuffix", "!hassuffix_cs", "!in", "!in~", "!startswith",
	"!startswith_cs", "in~", "matches regex",
	"assert-schema", "graph-mark-components", "graph-match", "graph-shortest-paths",
	"graph-to-table", "graph-where-edges", "graph-where-nodes", "granny-asc", "granny-desc", "macro-expand", "make-graph", "make-series",
	"materialized-view-combine", "mv-apply", "mv-expand", "parse-kv", "parse-where",
	"project-away", "project-by-names", "project-keep", "project-rename", "project-reorder",
	"project-smart", "sample-distinct", "top-hitters", "top-nested",
	"bool", "date", "datetime", "decimal", "double", "guid", "int", "int32", "int64", "long",
	"real", "time", "timespan",
})

// typedLiteral lists the types whose parentheses hold raw text.
var typedLiteral = map[string]bool{
	"bool": true, "date": true, "datetime": true, "decimal": true, "double": true, "guid": true,
	"int": true, "int32": true, "int64": true, "long": true, "real": true, "time": true, "timespan": true,
}

func sortedByLength(words []string) []string {
	sort.SliceStable(words, func(i, j int) bool { return len(words[i]) > len(words[j]) })
	return words
}

// keyword gives the end of the long keyword at pos, or 0.
func (s *scanner) keyword() int {
	rest := s.text[s.pos:]
	for _, w := range longKeywords {
		if w[0] == rest[0] && strings.HasPrefix(rest, w) {
			if len(rest) == len(w) || !isNameChar(rest[len(w)]) {
				return s.pos + len(w)
			}
		}
	}
	return 0
}

// typed reads a literal like long(5): all up to the first closing parenthesis
// of the same line.
func (s *scanner) typed(open int) (lexer.TokenType, int, error) {
	rest := s.text[open:]
	i := strings.IndexAny(rest, ")\r\n")
	if i < 0 || rest[i] != ')' {
		return 0, 0, syntaxAt(span{s.pos, open + 1}, "the literal that starts here lacks its closing parenthesis")
	}
	return tokTyped, open + i + 1, nil
}

func isStringStart(rest string) bool {
	i := 0
	if rest[0] == 'h' || rest[0] == 'H' {
		i++
	}
	if i < len(rest) && rest[i] == '@' {
		i++
		return i < len(rest) && (rest[i] == '"' || rest[i] == '\'')
	}
	rest = rest[i:]
	return rest != "" && (rest[0] == '"' || rest[0] == '\'') || isFence(rest)
}

func isFence(rest string) bool {
	return strings.HasPrefix(rest, "```") || strings.HasPrefix(rest, "~~~")
}

// stringEnd gives the end of the string literal at start.
func (s *scanner) stringEnd(start int) (int, error) {
	pos := start
	if c := s.text[pos]; c == 'h' || c == 'H' {
		pos++
	}
	if isFence(s.text[pos:]) {
		i := strings.Index(s.text[pos+3:], s.text[pos:pos+3])
		if i < 0 {
			return 0, syntaxAt(span{start, pos + 3}, "the string that starts here is not closed")
		}
		return pos + 3 + i + 3, nil
	}
	verbatim := s.text[pos] == '@'
	if verbatim {
		pos++
	}
	quote := s.text[pos]
	for pos++; pos < len(s.text); pos++ {
		switch c := s.text[pos]; {
		case c == quote && verbatim && strings.HasPrefix(s.text[pos+1:], string(quote)):
			pos++
		case c == quote:
			return pos + 1, nil
		case c == '\n' || c == '\r':
			return 0, syntaxAt(span{start, pos}, "the string that starts here is not closed on its line")
		case c == '\\' && !verbatim:
			n := escapeLen(s.text[pos:])
			if n == 0 {
				return 0, syntaxAt(span{pos, pos + 1}, "the backslash starts no known escape; write \\\\ or a verbatim string @\"...\"")
			}
			pos += n - 1
		}
	}
	return 0, syntaxAt(span{start, len(s.text)}, "the string that starts here is not closed")
}

// number reads a long, a real, a timespan such as 1.5h, or a name that starts
// with a digit.
//
//	real     = digits "." [ digits ] [ exponent ] | digits exponent
//	timespan = digits [ "." digits ] unit
func (s *scanner) number() (lexer.TokenType, int, error) {
	rest := s.text[s.pos:]
	if n := realLen(rest); n > 0 {
		return tokReal, s.pos + n, nil
	}
	if n := timespanLen(rest); n > 0 {
		return tokTimespan, s.pos + n, nil
	}
	if n := longLen(rest); n > 0 {
		return tokLong, s.pos + n, nil
	}
	if n := digits(rest); n < len(rest) && isNameChar(rest[n]) {
		return tokName, s.pos + n + nameLen(rest[n:]), nil
	}
	return 0, 0, syntaxAt(span{s.pos, s.pos + 1}, "malformed number")
}

func realLen(rest string) int {
	n := digits(rest)
	if n < len(rest) && rest[n] == '.' {
		if strings.HasPrefix(rest[n:], "..") && !strings.HasPrefix(rest[n:], "...") {
			return 0
		}
		n++
		n += digits(rest[n:])
		n += exponentLen(rest[n:])
	} else if e := exponentLen(rest[n:]); e > 0 {
		n += e
	} else {
		return 0
	}
	return endOfWord(rest, n)
}

func exponentLen(rest string) int {
	if rest == "" || rest[0] != 'e' && rest[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(rest) && (rest[n] == '+' || rest[n] == '-') {
		n++
	}
	d := digits(rest[n:])
	if d == 0 {
		return 0
	}
	return n + d
}

func timespanLen(rest string) int {
	n := digits(rest)
	if n < len(rest) && rest[n] == '.' {
		if d := digits(rest[n+1:]); d > 0 {
			n += 1 + d
		}
	}
	unit := n
	for unit < len(rest) && isLetter(rest[unit]) {
		unit++
	}
	if unitTicks(rest[n:unit]) == 0 {
		return 0
	}
	return endOfWord(rest, unit)
}

func longLen(rest string) int {
	if len(rest) > 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X') {
		n := 2
		for n < len(rest) && isHex(rest[n]) {
			n++
		}
		if n > 2 {
			return endOfWord(rest, n)
		}
		return 0
	}
	return endOfWord(rest, digits(rest))
}

// endOfWord gives n if no letter, digit or underscore follows, else 0.
func endOfWord(rest string, n int) int {
	if n < len(rest) && isNameChar(rest[n]) {
		return 0
	}
	return n
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func nameLen(s string) int {
	n := 1
	for n < len(s) && isNameChar(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
func isLetter(c byte) bool    { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isNameStart(c byte) bool { return isLetter(c) || c == '_' || c == '$' }
func isNameChar(c byte) bool  { return isLetter(c) || isDigit(c) || c == '_' }

// punctLen gives the length of the punctuation at the start of rest, or 0.
func punctLen(rest string) int {
	if len(rest) > 1 {
		switch rest[:2] {
		case "..", "<=", "<>", ">=", "==", "=>", "=~", "!=", "!~":
			return 2
		}
	}
	if strings.IndexByte("()[]{}|.+-*/%<>=:;,@?", rest[0]) >= 0 {
		return 1
	}
	return 0
}
