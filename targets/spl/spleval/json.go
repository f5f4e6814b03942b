package spleval

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

type jsonKind byte

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

// A jsonNode is a JSON value with its keys in the order of the text, and numbers
// as they are written: Splunk shows both as they came.
type jsonNode struct {
	kind jsonKind
	text string // of a string, a number or a bool
	keys []string
	kids []*jsonNode
	end  int // the byte of the text after the value
}

const maxJSONDepth = 256

var errJSON = errors.New("not JSON")

// parseJSON reads one JSON document.
func parseJSON(text string) (*jsonNode, error) {
	p := &jsonParser{s: text}
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.i != len(p.s) {
		return nil, errJSON
	}
	return n, nil
}

type jsonParser struct {
	s string
	i int
}

func (p *jsonParser) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\n' || p.s[p.i] == '\t' || p.s[p.i] == '\r') {
		p.i++
	}
}

func (p *jsonParser) value(depth int) (*jsonNode, error) {
	p.space()
	if p.i >= len(p.s) || depth > maxJSONDepth {
		return nil, errJSON
	}
	n := &jsonNode{}
	var err error
	switch c := p.s[p.i]; {
	case c == '{':
		err = p.object(n, depth)
	case c == '[':
		err = p.array(n, depth)
	case c == '"':
		n.kind = jsonString
		n.text, err = p.str()
	case c == '-' || c >= '0' && c <= '9':
		n.kind = jsonNumber
		n.text, err = p.number()
	default:
		err = p.word(n)
	}
	n.end = p.i
	return n, err
}

func (p *jsonParser) word(n *jsonNode) error {
	for _, w := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(p.s[p.i:], w) {
			p.i += len(w)
			n.kind, n.text = jsonBool, w
			if w == "null" {
				n.kind = jsonNull
			}
			return nil
		}
	}
	return errJSON
}

func (p *jsonParser) object(n *jsonNode, depth int) error {
	n.kind = jsonObject
	p.i++
	for p.space(); ; p.space() {
		if p.i >= len(p.s) {
			return errJSON
		}
		if p.s[p.i] == '}' && len(n.keys) == 0 {
			p.i++
			return nil
		}
		if p.s[p.i] != '"' {
			return errJSON
		}
		key, err := p.str()
		if err != nil {
			return err
		}
		if p.space(); p.i >= len(p.s) || p.s[p.i] != ':' {
			return errJSON
		}
		p.i++
		kid, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.keys, n.kids = append(n.keys, key), append(n.kids, kid)
		if done, err := p.comma('}'); done || err != nil {
			return err
		}
	}
}

func (p *jsonParser) array(n *jsonNode, depth int) error {
	n.kind = jsonArray
	p.i++
	if p.space(); p.i < len(p.s) && p.s[p.i] == ']' {
		p.i++
		return nil
	}
	for {
		kid, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.kids = append(n.kids, kid)
		if done, err := p.comma(']'); done || err != nil {
			return err
		}
	}
}

// comma reads a comma, or the closing bracket, which is the end.
func (p *jsonParser) comma(closing byte) (done bool, err error) {
	p.space()
	if p.i >= len(p.s) {
		return false, errJSON
	}
	c := p.s[p.i]
	p.i++
	if c != closing && c != ',' {
		return false, errJSON
	}
	return c == closing, nil
}

func (p *jsonParser) number() (string, error) {
	start := p.i
	digits := func() bool {
		from := p.i
		for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
			p.i++
		}
		return p.i > from
	}
	if p.s[p.i] == '-' {
		p.i++
	}
	whole := p.i
	if !digits() || p.s[whole] == '0' && p.i > whole+1 {
		return "", errJSON
	}
	if p.i < len(p.s) && p.s[p.i] == '.' {
		p.i++
		if !digits() {
			return "", errJSON
		}
	}
	if p.i < len(p.s) && (p.s[p.i] == 'e' || p.s[p.i] == 'E') {
		p.i++
		if p.i < len(p.s) && (p.s[p.i] == '+' || p.s[p.i] == '-') {
			p.i++
		}
		if !digits() {
			return "", errJSON
		}
	}
	return p.s[start:p.i], nil
}

func (p *jsonParser) str() (string, error) {
	p.i++
	start := p.i
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return p.s[start : p.i-1], nil
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", errJSON
		default:
			p.i++
		}
	}
	return "", errJSON
}

var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped goes on with a string from its first backslash.
func (p *jsonParser) escaped(start int) (string, error) {
	b := []byte(p.s[start:p.i])
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == '"':
			return string(b), nil
		case c < ' ' || c == '\\' && p.i >= len(p.s):
			return "", errJSON
		case c != '\\':
			b = append(b, c)
		case p.s[p.i] == 'u':
			r, err := p.unicode()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, r)
		default:
			e, ok := jsonEscapes[p.s[p.i]]
			if !ok {
				return "", errJSON
			}
			b = append(b, e)
			p.i++
		}
	}
	return "", errJSON
}

// unicode reads what follows the backslash of \uXXXX, with its low surrogate.
func (p *jsonParser) unicode() (rune, error) {
	hex := func() (rune, bool) {
		if p.i+5 > len(p.s) {
			return 0, false
		}
		n, err := strconv.ParseUint(p.s[p.i+1:p.i+5], 16, 16)
		p.i += 5
		return rune(n), err == nil
	}
	r, ok := hex()
	if !ok {
		return 0, errJSON
	}
	if utf16.IsSurrogate(r) && strings.HasPrefix(p.s[p.i:], `\u`) {
		at := p.i
		p.i++
		low, ok := hex()
		if full := utf16.DecodeRune(r, low); ok && full != utf8.RuneError {
			return full, nil
		}
		p.i = at
	}
	return r, nil
}

// String writes the value as compact JSON.
func (n *jsonNode) String() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *jsonNode) write(b *strings.Builder) {
	switch n.kind {
	case jsonNull:
		b.WriteString("null")
	case jsonBool, jsonNumber:
		b.WriteString(n.text)
	case jsonString:
		writeJSONString(b, n.text)
	case jsonArray:
		b.WriteByte('[')
		for i, kid := range n.kids {
			if i > 0 {
				b.WriteByte(',')
			}
			kid.write(b)
		}
		b.WriteByte(']')
	case jsonObject:
		b.WriteByte('{')
		for i, kid := range n.kids {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSONString(b, n.keys[i])
			b.WriteByte(':')
			kid.write(b)
		}
		b.WriteByte('}')
	}
}

func writeJSONString(b *strings.Builder, s string) {
	const hex = "0123456789abcdef"
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ':
			b.WriteString(`\u00`)
			b.WriteByte(hex[r>>4])
			b.WriteByte(hex[r&15])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

// scalar gives the text of a value as a field holds it: a string without quotes,
// anything else as JSON.
func (n *jsonNode) scalar() string {
	switch n.kind {
	case jsonString, jsonNumber, jsonBool:
		return n.text
	default:
		return n.String()
	}
}

// member gives the index of a key, or -1.
func (n *jsonNode) member(key string) int {
	for i, k := range n.keys {
		if k == key {
			return i
		}
	}
	return -1
}
