package sigma

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is a scalar of a file: what it says after YAML's unquoting and folding,
// and where it stands (quotes and block indicators included).
type Text struct {
	Value string
	At    Span
}

// Span is where the scalar stands.
func (t Text) Span() Span { return t.At }

// Align gives, for each byte of t.Value, the offset of the byte of the file
// that it came from, and one offset more for the end. It returns nil if t is
// no scalar of f (it was made by a program, or came in by an alias).
func (f *File) Align(t Text) []int {
	if t.At.Start < 0 || t.At.End > len(f.Src) || t.At.Len() <= 0 && t.Value != "" {
		return nil
	}
	offsets, _, ok := alignScalar(f.Src[:t.At.End], t.At.Start, t.Value)
	if !ok {
		return nil
	}
	return offsets
}

// Within maps a range of bytes of t.Value to the file. What can't be mapped is
// given as the whole scalar.
func (f *File) Within(t Text, start, end int) Span {
	if t.At.Start >= 0 && t.At.End <= len(f.Src) && 0 <= start && start <= end && end <= len(t.Value) {
		if at, _, ok := verbatim(f.Src[:t.At.End], t.At.Start, t.Value); ok {
			return Span{at + start, at + end}
		}
	}
	return f.WithinAligned(t, f.Align(t), start, end)
}

// WithinAligned is Within for whoever asks of many ranges of one text, and has
// what Align gives of it.
func (f *File) WithinAligned(t Text, offsets []int, start, end int) Span {
	if offsets == nil || start > end || end >= len(offsets) {
		return t.At
	}
	if start == end {
		return Span{offsets[start], offsets[start]}
	}
	last := offsets[end-1]
	_, size := utf8.DecodeRune(f.Src[last:])
	return Span{offsets[start], max(min(offsets[end], t.At.End), last+size)}
}

// verbatim tells whether a scalar stands in the source as its value is, but for
// quotes: where, and where it ends. Nearly all do, and need no walk.
func verbatim(src []byte, start int, value string) (at, end int, ok bool) {
	if start >= len(src) || strings.Contains(value, "\n") {
		return 0, 0, false
	}
	switch quote := src[start]; quote {
	case '|', '>':
		return 0, 0, false
	case '\'', '"':
		at, end = start+1, start+1+len(value)
		ok = end < len(src) && src[end] == quote && string(src[at:end]) == value && strings.IndexByte(value, quote) < 0 &&
			(quote == '\'' || strings.IndexByte(value, '\\') < 0)
		return at, end + 1, ok
	}
	end = start + len(value)
	return start, end, end <= len(src) && string(src[start:end]) == value
}

// alignScalar walks a scalar's decoded value and its source together, since
// YAML nodes have a start but no end, and escapes, folds and indentation lie
// between the bytes. It gives the offset of each byte of value (and of the
// end of the content), and the end of the whole token.
func alignScalar(src []byte, start int, value string) (offsets []int, end int, ok bool) {
	a := aligner{src: src, pos: start, value: value, offsets: make([]int, 0, len(value)+1)}
	if start >= len(src) {
		return append(a.offsets, start), start, value == ""
	}
	switch src[start] {
	case '\'':
		ok = a.quoted('\'', a.singleEscape)
	case '"':
		ok = a.quoted('"', a.doubleEscape)
	case '|', '>':
		ok = a.block()
	default:
		ok = a.plain()
	}
	return a.offsets, a.pos, ok
}

type aligner struct {
	src     []byte
	pos     int
	value   string
	offsets []int // of the bytes of value walked so far
}

// emit maps the next n bytes of value to the offset at.
func (a *aligner) emit(n, at int) {
	for range n {
		a.offsets = append(a.offsets, at)
	}
}

func (a *aligner) rest() string { return a.value[len(a.offsets):] }

// copyByte walks one byte that stands in the source as it is.
func (a *aligner) copyByte() bool {
	if a.pos >= len(a.src) || a.src[a.pos] != a.rest()[0] {
		return false
	}
	a.emit(1, a.pos)
	a.pos++
	return true
}

func (a *aligner) plain() bool {
	for a.rest() != "" {
		if !a.fold() && !a.copyByte() {
			return false
		}
	}
	a.emit(1, a.pos)
	return true
}

func (a *aligner) quoted(quote byte, escape func() bool) bool {
	a.pos++
	for a.rest() != "" {
		if !escape() && !a.fold() && !a.copyByte() {
			return false
		}
	}
	for a.skipContinuation(quote) {
	}
	a.emit(1, a.pos)
	if a.pos >= len(a.src) || a.src[a.pos] != quote {
		return false
	}
	a.pos++
	return true
}

func (a *aligner) singleEscape() bool {
	if !bytes.HasPrefix(a.src[a.pos:], []byte("''")) {
		return false
	}
	a.emit(1, a.pos)
	a.pos += 2
	return true
}

// doubleEscape walks one backslash escape; an escaped line break stands for
// nothing and swallows the indentation of the next line.
func (a *aligner) doubleEscape() bool {
	for a.skipContinuation('"') {
	}
	if a.pos >= len(a.src) || a.src[a.pos] != '\\' || a.rest() == "" {
		return false
	}
	_, size := utf8.DecodeRuneInString(a.rest())
	a.emit(size, a.pos)
	a.pos += escapeLen(a.src[a.pos:])
	return true
}

func (a *aligner) skipContinuation(quote byte) bool {
	if quote != '"' || a.pos+1 >= len(a.src) || a.src[a.pos] != '\\' {
		return false
	}
	width := breakLen(a.src[a.pos+1:])
	if width == 0 {
		return false
	}
	a.pos += 1 + width
	for a.pos < len(a.src) && isBlank(a.src[a.pos]) {
		a.pos++
	}
	return true
}

// escapeLen is the length of a YAML double-quoted escape, backslash included.
func escapeLen(src []byte) int {
	if len(src) < 2 {
		return len(src)
	}
	switch src[1] {
	case 'x':
		return min(4, len(src))
	case 'u':
		return min(6, len(src))
	case 'U':
		return min(10, len(src))
	}
	_, size := utf8.DecodeRune(src[1:])
	return 1 + size
}

// fold walks a folded line break: blanks, breaks and indentation that stand
// for one space or for the breaks but the first.
func (a *aligner) fold() bool {
	p := a.pos
	for p < len(a.src) && isBlank(a.src[p]) {
		p++
	}
	first, breaks := p, 0
	for p < len(a.src) {
		width := breakLen(a.src[p:])
		if width == 0 {
			break
		}
		breaks++
		p += width
		for p < len(a.src) && isBlank(a.src[p]) {
			p++
		}
	}
	if breaks == 0 {
		return false
	}
	switch {
	case breaks == 1 && a.rest()[0] == ' ':
		a.emit(1, first)
	case breaks > 1 && countBreaks(a.rest()) >= breaks-1:
		a.emit(breaks-1, first)
	default:
		return false
	}
	a.pos = p
	return true
}

// block walks a literal or folded block scalar.
func (a *aligner) block() bool {
	indent := a.blockHeader()
	for a.rest() != "" {
		if !a.indentation(indent) {
			return false
		}
		for a.rest() != "" && a.pos < len(a.src) && breakLen(a.src[a.pos:]) == 0 {
			if !a.copyByte() {
				return false
			}
		}
		if a.rest() == "" {
			break
		}
		if !a.blockBreaks(indent) {
			return false
		}
	}
	a.emit(1, a.pos)
	return true
}

// blockHeader skips the indicators and finds the indentation of the content.
func (a *aligner) blockHeader() (indent int) {
	for a.pos < len(a.src) && breakLen(a.src[a.pos:]) == 0 {
		a.pos++
	}
	a.pos += breakLen(a.src[a.pos:])
	// The first line that is not empty sets the indentation, unless a digit of
	// the header did: then the value itself begins with blanks.
	lead := len(a.value) - len(trimBreaks(a.value))
	blanks := 0
	for _, c := range a.value[lead:] {
		if c != ' ' {
			break
		}
		blanks++
	}
	for p := a.pos; p < len(a.src); {
		q := p
		for q < len(a.src) && a.src[q] == ' ' {
			q++
		}
		width := 0
		if q < len(a.src) {
			width = breakLen(a.src[q:])
		}
		if width == 0 {
			return q - p - blanks
		}
		p = q + width
	}
	return 0
}

func (a *aligner) indentation(indent int) bool {
	n := 0
	for n < indent && a.pos < len(a.src) && a.src[a.pos] == ' ' {
		a.pos++
		n++
	}
	return true
}

// blockBreaks walks the break at the end of a line and the empty lines after
// it. What they stand for (a space, all breaks, all but one) is seen in the
// value, since it depends on the style and on both lines around it.
func (a *aligner) blockBreaks(indent int) bool {
	if a.pos >= len(a.src) {
		return false
	}
	if a.rest()[0] == ' ' { // folded
		a.emit(1, a.pos)
		a.pos += breakLen(a.src[a.pos:])
		return true
	}
	want := countBreaks(a.rest())
	if want == 0 {
		return false
	}
	var at []int
	for a.pos < len(a.src) {
		width := breakLen(a.src[a.pos:])
		if width == 0 {
			break
		}
		at = append(at, a.pos)
		a.pos += width
		if !a.emptyLine(indent) {
			break
		}
		a.indentation(indent)
	}
	if len(at) < want {
		return false
	}
	if want == len(a.rest()) { // breaks that end the value: the surplus was chomped
		at = at[:want]
		a.pos = at[want-1] + breakLen(a.src[at[want-1]:])
	}
	for _, p := range at[len(at)-want:] {
		a.emit(1, p)
	}
	return true
}

// emptyLine tells whether the line at pos holds nothing behind the
// indentation.
func (a *aligner) emptyLine(indent int) bool {
	p := a.pos
	for p-a.pos < indent && p < len(a.src) && a.src[p] == ' ' {
		p++
	}
	return p < len(a.src) && breakLen(a.src[p:]) > 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// breakLen is the length of the YAML line break at the start of src, or 0.
func breakLen(src []byte) int {
	if len(src) == 0 || !mayBreak(src[0]) {
		return 0
	}
	switch {
	case src[0] == '\n':
		return 1
	case src[0] == '\r':
		if len(src) > 1 && src[1] == '\n' {
			return 2
		}
		return 1
	case bytes.HasPrefix(src, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(src, []byte("\u2028")), bytes.HasPrefix(src, []byte("\u2029")):
		return 3
	}
	return 0
}

// mayBreak tells whether a line break may begin with the byte: nearly all of a
// file need not be looked at twice.
func mayBreak(c byte) bool { return c == '\n' || c == '\r' || c == 0xC2 || c == 0xE2 }

// countBreaks counts the line feeds that s begins with.
func countBreaks(s string) int { return len(s) - len(trimBreaks(s)) }

func trimBreaks(s string) string {
	for s != "" && s[0] == '\n' {
		s = s[1:]
	}
	return s
}

// yamlLines indexes src by the line breaks of YAML 1.1, which the YAML library
// counts: also a lone CR, NEL, LS and PS.
func yamlLines(src []byte) []int {
	lines := make([]int, 1, 1+bytes.Count(src, []byte("\n")))
	for i := 0; i < len(src); {
		if !mayBreak(src[i]) {
			i++
			continue
		}
		width := breakLen(src[i:])
		if width == 0 {
			i++
			continue
		}
		i += width
		lines = append(lines, i)
	}
	return lines
}

// yamlOffset turns a 1-based line and column (in runes) of the YAML library
// into a byte offset.
func yamlOffset(src []byte, lines []int, line, column int) int {
	if line < 1 {
		return 0
	}
	if line > len(lines) {
		return len(src)
	}
	p := lines[line-1]
	if line == 1 && bytes.HasPrefix(src, []byte("\ufeff")) {
		p += len("\ufeff")
	}
	return p + advance(src[p:], column-1)
}

// advance is the length of the first n runes of src.
func advance(src []byte, n int) int {
	p := 0
	for ; n > 0 && p < len(src); n-- {
		_, size := utf8.DecodeRune(src[p:])
		p += size
	}
	return p
}

// quoteYAML writes a string as a YAML scalar that every YAML 1.1 and 1.2
// reader takes for the same string, on one line: plain if that is safe, else
// in single quotes, else in double quotes.
func quoteYAML(s string) string {
	switch {
	case needsDouble(s):
		return doubleQuote(s)
	case plainSafe(s):
		return s
	default:
		return singleQuote(s)
	}
}

func singleQuote(s string) string {
	return "'" + string(bytes.ReplaceAll([]byte(s), []byte("'"), []byte("''"))) + "'"
}

// needsDouble finds what a single-quoted scalar can't hold on one line.
func needsDouble(s string) bool {
	if !utf8.ValidString(s) {
		return true
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfffe && r <= 0xffff {
			return true
		}
	}
	return false
}

func doubleQuote(s string) string {
	b := []byte{'"'}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r < ' ' || r >= 0x7f && r < 0xa0:
			b = append(b, `\x`...)
			b = appendHex(b, r, 2)
		case r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff:
			b = append(b, `\u`...)
			b = appendHex(b, r, 4)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return string(append(b, '"'))
}

func appendHex(b []byte, r rune, width int) []byte {
	hex := strconv.FormatInt(int64(r), 16)
	for range width - len(hex) {
		b = append(b, '0')
	}
	return append(b, hex...)
}
