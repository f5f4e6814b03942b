package template

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
)

// A chunk is a stretch of a Jinja template: text, or what stands between the
// marks of an output, a statement or a comment.
type chunk struct {
	kind  chunkKind
	at    span // of the content
	whole span // with the marks
}

type chunkKind byte

const (
	textChunk      chunkKind = 't'
	outputChunk    chunkKind = '{'
	statementChunk chunkKind = '%'
	commentChunk   chunkKind = '#'
)

var (
	rawStart = lazyre.New(`^\{%[-+]?\s*raw\s*(-?)%\}`)
	rawEnd   = lazyre.New(`\{%([-+]?)\s*endraw\s*(-?)[+]?%\}`)
)

// cut cuts a template into chunks. A "-" inside a mark takes the white space
// on its side away.
func cut(src string) ([]chunk, *Error) {
	var out []chunk
	pos := 0
	trim := func() {
		for pos < len(src) && strings.IndexByte(" \t\r\n", src[pos]) >= 0 {
			pos++
		}
	}
	text := func(end int, minus bool) {
		stop := end
		if minus {
			stop = pos + len(strings.TrimRight(src[pos:end], " \t\r\n"))
		}
		if stop > pos {
			out = append(out, chunk{textChunk, span{pos, stop}, span{pos, stop}})
		}
	}
	for {
		open := nextMark(src, pos)
		if open < 0 {
			text(len(src), false)
			return out, nil
		}
		minus := open+2 < len(src) && src[open+2] == '-'
		text(open, minus)
		if m := rawStart.Get().FindStringSubmatch(src[open:]); m != nil {
			pos = open + len(m[0])
			if m[1] == "-" {
				trim()
			}
			end := rawEnd.Get().FindStringSubmatchIndex(src[pos:])
			if end == nil {
				return nil, &Error{open, open + len(m[0]), `"raw" has no "endraw"`, ""}
			}
			text(pos+end[0], src[pos+end[2]:pos+end[3]] == "-")
			minus = src[pos+end[4]:pos+end[5]] == "-"
			if pos += end[1]; minus {
				trim()
			}
			continue
		}
		c, err := closed(src, open)
		if err != nil {
			return nil, err
		}
		if c.kind != commentChunk {
			out = append(out, c)
		}
		if pos = c.whole.end; src[pos-3] == '-' {
			trim()
		}
	}
}

// nextMark finds the next "{{", "{%" or "{#".
func nextMark(src string, from int) int {
	for i := from; i+1 < len(src); i++ {
		if src[i] == '{' && strings.IndexByte("{%#", src[i+1]) >= 0 {
			return i
		}
	}
	return -1
}

// closed finds the end of the mark that opens at a place. Quotes hide what
// looks like an end.
func closed(src string, open int) (chunk, *Error) {
	kind := chunkKind(src[open+1])
	end := map[chunkKind]string{outputChunk: "}}", statementChunk: "%}", commentChunk: "#}"}[kind]
	start := open + 2
	if start < len(src) && (src[start] == '-' || src[start] == '+') {
		start++
	}
	var quote byte
	depth := 0 // of braces: {{ {'a': 1} }}
	for i := start; i < len(src); i++ {
		switch c := src[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case kind != commentChunk && (c == '"' || c == '\''):
			quote = c
		case kind != commentChunk && c == '{':
			depth++
		case depth == 0 && strings.HasPrefix(src[i:], end):
			stop := i
			if stop > start && (src[stop-1] == '-' || src[stop-1] == '+') {
				stop--
			}
			return chunk{kind, span{start, stop}, span{open, i + 2}}, nil
		case kind != commentChunk && c == '}' && depth > 0:
			depth--
		}
	}
	return chunk{}, &Error{open, open + 2, fmt.Sprintf("%q is never closed", src[open:open+2]), fmt.Sprintf("%q must follow", end)}
}

// A token is a word, number, text or sign of an expression.
type token struct {
	kind tokenKind
	text string // of a text without its quotes
	at   span
}

type tokenKind int

const (
	endToken tokenKind = iota
	nameToken
	intToken
	floatToken
	textToken
	signToken
)

var tokenPatterns = []struct {
	kind tokenKind
	re   *lazyre.Regexp
}{
	{nameToken, lazyre.New(`^[\pL_][\pL\pN_]*`)},
	{floatToken, lazyre.New(`^[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)`)},
	{intToken, lazyre.New(`^[0-9]+`)},
	{textToken, lazyre.New(`^(?s:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`)},
	{signToken, lazyre.New(`^(?:==|!=|<=|>=|//|\*\*|[-+*/%~<>=.,:|()\[\]{}])`)},
}

// tokens cuts the content of a chunk.
func tokens(src string, at span) ([]token, *Error) {
	var out []token
	for pos := at.start; ; {
		for pos < at.end && strings.IndexByte(" \t\r\n", src[pos]) >= 0 {
			pos++
		}
		if pos >= at.end {
			return append(out, token{kind: endToken, at: span{at.end, at.end}}), nil
		}
		t, ok := firstToken(src[pos:at.end])
		if !ok {
			return nil, &Error{pos, pos + 1, fmt.Sprintf("%q means nothing here", src[pos:pos+1]), ""}
		}
		t.at = span{pos, pos + t.at.end}
		out, pos = append(out, t), t.at.end
	}
}

func firstToken(s string) (token, bool) {
	for _, p := range tokenPatterns {
		m := p.re.Get().FindString(s)
		if m == "" {
			continue
		}
		t := token{kind: p.kind, text: m, at: span{0, len(m)}}
		if p.kind == textToken {
			t.text = unquote(m[1 : len(m)-1])
		}
		return t, true
	}
	return token{}, false
}

var textEscapes = map[byte]string{'n': "\n", 't': "\t", 'r': "\r", '\\': `\`, '\'': "'", '"': `"`, 'b': "\b", 'f': "\f", '\n': ""}

// unquote reads the escapes of a text.
func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if text, ok := textEscapes[s[i+1]]; ok {
				b.WriteString(text)
				i++
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
