package sigma

import (
	"strings"
	"unicode/utf8"
)

// This file reads the YAML that nearly all rules are written in, several times
// faster than the library: maps and lists in block style, whose scalars stand
// on one line or in a literal block. The library is the reference. What is
// written otherwise, and what is wrong or only unusual, is left to it; what is
// read here, the library reads the same way (TestPlain and FuzzPlain hold it).

// readPlain reads one chunk: a map, or nothing and false. It counts the keys
// and values that it read.
func readPlain(src []byte, chunk Span, most int) (d *Map, nodes int, ok bool) {
	r := &plainReader{src: string(src[chunk.Start:chunk.End]), base: chunk.Start}
	if !isPlain(r.src) {
		return nil, 0, false
	}
	r.peek()
	if r.indent == 0 && !r.done && strings.HasPrefix(r.src[r.at:], "---") {
		if r.lineEnd() != r.at+len("---") {
			return nil, 0, false
		}
		r.advance(r.lineEnd())
	}
	if r.done || r.indent != 0 || r.isEntry() {
		return nil, 0, false
	}
	d = r.mapping(0, r.at)
	if r.failed || !r.done || r.nodes > most {
		return nil, 0, false
	}
	return d, r.nodes, true
}

// isPlain tells whether all characters stand for themselves in every version
// of YAML, and no line ends the document or the line in an unusual way.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case ' ' <= c && c < 0x7F:
		case c == '\n':
			if endsDocument(s[i+1:]) {
				return false
			}
		case c < utf8.RuneSelf:
			return false
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r < 0xA0 || r == 0x2028 || r == 0x2029 || r == 0xFEFF || r == utf8.RuneError || r >= 0xFFFE {
				return false
			}
			i += size - 1
		}
	}
	return !endsDocument(s)
}

// endsDocument tells whether a line is not one of a document's.
func endsDocument(line string) bool {
	return strings.HasPrefix(line, "...") || strings.HasPrefix(line, "%")
}

// A plainReader walks the lines of a chunk. The line that it stands at is the
// next that holds something: neither blank nor only a comment.
type plainReader struct {
	src  string
	base int // where src begins in the file
	next int // where the line begins that peek looks at first

	done   bool // no line is left
	at     int  // where the line's text begins
	indent int  // the column of it, from 0

	depth, nodes int
	failed       bool // something is left to the library

	scalars []Scalar // room for those that come
}

// fail leaves the chunk to the library.
func (r *plainReader) fail() {
	r.failed, r.done = true, true
}

// peek finds the next line that holds something.
func (r *plainReader) peek() {
	for r.next < len(r.src) {
		p := r.next
		for p < len(r.src) && r.src[p] == ' ' {
			p++
		}
		if p < len(r.src) && r.src[p] != '\n' && r.src[p] != '#' {
			r.at, r.indent = p, p-r.next
			return
		}
		r.next = r.after(p)
	}
	r.done = true
}

// after gives the start of the line behind the one that p is in.
func (r *plainReader) after(p int) int {
	if i := strings.IndexByte(r.src[p:], '\n'); i >= 0 {
		return p + i + 1
	}
	return len(r.src)
}

// advance goes on behind the line that p is in.
func (r *plainReader) advance(p int) {
	r.next = r.after(p)
	r.peek()
}

// lineEnd is the end of the line that the reader stands at, without blanks.
func (r *plainReader) lineEnd() int {
	return r.at + len(r.lineFrom(r.at))
}

// lineFrom gives the rest of a line, without the blanks at its end.
func (r *plainReader) lineFrom(p int) string {
	line := r.src[p:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	return strings.TrimRight(line, " ")
}

// isEntry tells whether the line is one of a list.
func (r *plainReader) isEntry() bool {
	return r.src[r.at] == '-' && (r.at+1 == len(r.src) || r.src[r.at+1] == ' ' || r.src[r.at+1] == '\n')
}

// enter counts a node and a level of nesting.
func (r *plainReader) enter() {
	r.nodes++
	if r.depth++; r.depth > MaxDepth-2 {
		r.fail()
	}
}

// mapping reads a map whose keys stand in column indent, and the first of them
// at p, which may be behind the "- " of a list.
func (r *plainReader) mapping(indent, p int) *Map {
	r.enter()
	defer func() { r.depth-- }()
	m := &Map{Entries: make([]Entry, 0, 4), At: r.span(p, p)}
	seen := newKeys(0)
	for {
		key, behind, ok := r.key(p)
		if !ok {
			r.fail()
			return m
		}
		if _, ok := seen.add(m.Entries, key); !ok || len(m.Entries) >= 1000 {
			r.fail() // and the library's reader says so, or has a table of keys
			return m
		}
		r.nodes++
		value := r.value(indent, behind)
		if r.failed {
			return m
		}
		m.Entries = append(m.Entries, Entry{key, value})
		m.At.End = max(m.At.End, key.At.End, value.Span().End)
		if r.done || r.indent < indent {
			return m
		}
		if r.indent > indent || r.isEntry() {
			r.fail()
			return m
		}
		p = r.at
	}
}

// key reads a key at p, on one line with the colon that ends it.
func (r *plainReader) key(p int) (key Text, behind int, ok bool) {
	end, value, ok := p, "", false
	if c := r.src[p]; c == '\'' || c == '"' {
		value, end, ok = r.quoted(p)
	} else if !beginsOtherwise(r.src[p:]) {
		end = p + keyLen(r.src[p:])
		value, ok = r.src[p:end], end > p && r.src[end-1] != ' '
	}
	if !ok || value == "<<" || end-p > 1000 || end >= len(r.src) || r.src[end] != ':' || !endsToken(r.src[end+1:]) {
		return Text{}, 0, false
	}
	return Text{value, r.span(p, end)}, end + 1, true
}

// keyLen is the length of the plain text before ": ", or of the line.
func keyLen(s string) int {
	for i := range len(s) {
		switch s[i] {
		case '\n':
			return i
		case ':':
			if endsToken(s[i+1:]) {
				return i
			}
		case '#':
			if i > 0 && s[i-1] == ' ' {
				return i
			}
		}
	}
	return len(s)
}

// endsToken tells whether an indicator before s is one.
func endsToken(s string) bool { return s == "" || s[0] == ' ' || s[0] == '\n' }

// beginsOtherwise tells whether s begins with what is no plain scalar.
func beginsOtherwise(s string) bool {
	switch s[0] {
	case '-':
		return endsToken(s[1:])
	case '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return true
	}
	return false
}

// value reads what stands behind a key of a map in column indent: on the line,
// or on those below.
func (r *plainReader) value(indent, p int) Data {
	colon := p
	for p < len(r.src) && r.src[p] == ' ' {
		p++
	}
	if p < len(r.src) && r.src[p] != '\n' && (r.src[p] != '#' || p == colon) {
		return r.inline(indent, p)
	}
	r.advance(p)
	switch {
	case r.done || r.indent < indent || r.indent == indent && !r.isEntry():
		r.nodes++
		return r.scalar("", colon, colon, false)
	case r.isEntry():
		return r.sequence(r.indent)
	default:
		return r.mapping(r.indent, r.at)
	}
}

// sequence reads a list whose dashes stand in column indent.
func (r *plainReader) sequence(indent int) Data {
	r.enter()
	defer func() { r.depth-- }()
	l := &List{At: r.span(r.at, r.at)}
	for !r.done && r.indent == indent && r.isEntry() {
		p := r.at + 1
		for p < len(r.src) && r.src[p] == ' ' {
			p++
		}
		if p == len(r.src) || r.src[p] == '\n' || r.src[p] == '#' {
			r.fail()
			return l
		}
		d := r.entry(indent, p)
		l.Of = append(l.Of, d)
		l.At.End = max(l.At.End, d.Span().End)
	}
	if !r.done && r.indent > indent {
		r.fail()
	}
	return l
}

// entry reads what stands behind a dash in column indent.
func (r *plainReader) entry(indent, p int) Data {
	if _, _, ok := r.key(p); ok {
		return r.mapping(indent+p-r.at, p)
	}
	return r.inline(indent, p)
}

// inline reads a scalar that begins on the line of its key or dash, within a
// collection in column indent.
func (r *plainReader) inline(indent, p int) Data {
	r.nodes++
	switch c := r.src[p]; {
	case c == '\'' || c == '"':
		value, end, ok := r.quoted(p)
		if rest := r.lineFrom(min(end, len(r.src))); !ok || rest != "" && !strings.HasPrefix(strings.TrimLeft(rest, " "), "#") || strings.HasPrefix(rest, "#") {
			r.fail()
			return &Scalar{}
		}
		r.advance(end)
		return r.scalar(value, p, end, true)
	case c == '|':
		return r.literal(indent, p)
	case beginsOtherwise(r.src[p:]):
		r.fail()
		return &Scalar{}
	}
	end := p + keyLen(r.src[p:])
	if end < len(r.src) && r.src[end] == ':' {
		r.fail() // a map on the line of its key
		return &Scalar{}
	}
	r.advance(end)
	value := strings.TrimRight(r.src[p:end], " ")
	return r.scalar(value, p, p+len(value), false)
}

func (r *plainReader) span(start, end int) Span { return Span{r.base + start, r.base + end} }

func (r *plainReader) scalar(value string, start, end int, quoted bool) *Scalar {
	if len(r.scalars) == cap(r.scalars) {
		r.scalars = make([]Scalar, 0, 32)
	}
	r.scalars = append(r.scalars, Scalar{Text{value, r.span(start, end)}, quoted})
	return &r.scalars[len(r.scalars)-1]
}

// quoted reads a scalar in quotes that ends on its line, with no escape but a
// doubled quote, or a backslash before a backslash or quote.
func (r *plainReader) quoted(p int) (value string, end int, ok bool) {
	quote, escaped := r.src[p], false
	for q := p + 1; q < len(r.src) && r.src[q] != '\n'; q++ {
		switch c := r.src[q]; {
		case c == '\\' && quote == '"':
			if q++; q == len(r.src) || r.src[q] != '\\' && r.src[q] != '"' {
				return "", q, false
			}
			escaped = true
		case c == quote && quote == '\'' && q+1 < len(r.src) && r.src[q+1] == quote:
			q++
			escaped = true
		case c == quote:
			if value = r.src[p+1 : q]; escaped {
				value = unescape[quote].Replace(value)
			}
			return value, q + 1, true
		}
	}
	return "", p, false
}

var unescape = map[byte]*strings.Replacer{
	'\'': strings.NewReplacer("''", "'"),
	'"':  strings.NewReplacer(`\\`, `\`, `\"`, `"`),
}

// literal reads a literal block, "|" or "|-", of a collection in column
// parent. The first of its lines sets its indentation.
func (r *plainReader) literal(parent, p int) Data {
	header := r.lineFrom(p)
	start := r.after(p)
	indent := 0
	for start+indent < len(r.src) && r.src[start+indent] == ' ' {
		indent++
	}
	if header != "|" && header != "|-" || indent <= parent || start+indent == len(r.src) || r.src[start+indent] == '\n' {
		r.fail()
		return &Scalar{}
	}
	var text strings.Builder
	end, empty := start, 0 // behind the last line that is not empty; empty lines since
	for r.next = start; r.next < len(r.src); {
		line := r.src[r.next:r.after(r.next)]
		content := strings.TrimLeft(line, " ")
		if width := len(line) - len(content); width < indent && content != "\n" && content != "" {
			break
		}
		r.next += len(line)
		if len(strings.TrimSuffix(line, "\n")) <= indent {
			empty++
			continue
		}
		text.WriteString(strings.Repeat("\n", empty))
		text.WriteString(line[indent:])
		empty, end = 0, r.next
	}
	r.peek()
	value := text.String()
	if !strings.HasSuffix(value, "\n") {
		r.fail() // the file ends within
		return &Scalar{}
	}
	if header == "|-" {
		value = value[:len(value)-1]
		end--
	}
	return r.scalar(value, p, end, true)
}
