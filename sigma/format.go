package sigma

import (
	"cmp"
	"slices"
	"strings"
)

// Format lays a file out anew: keys in their usual order, four blanks for each
// level, one way to write lists. Comments, quotes and single empty lines stay as the author set them. A document that can't be read, or
// that uses anchors or tags, stays as it is and is reported if it has errors.
func Format(name string, src []byte) ([]byte, []*Diagnostic) {
	return FormatFile(NewFile(name, src))
}

// FormatFile is Format for a file that is there already.
func FormatFile(file *File) ([]byte, []*Diagnostic) {
	p, src := &parser{file: file}, file.Src
	if why := unreadable(file); why != nil {
		return src, []*Diagnostic{why}
	}
	var b strings.Builder
	for i, chunk := range splitDocuments(src) {
		text := formatChunk(p, chunk)
		if i > 0 && !strings.HasPrefix(text, "---") {
			text = "---\n" + text
		}
		b.WriteString(text)
	}
	return []byte(b.String()), p.reports()
}

// formatChunk lays out one document. What it makes is read again: text that
// would mean something else, or lose a comment, is not used.
func formatChunk(p *parser, chunk Span) string {
	original := p.file.Text(chunk)
	var docs []Data
	before := p.errors()
	p.readChunk(chunk, newBudget(p.file), func(d Data, _ int) { docs = append(docs, d) })
	if p.errors() > before || len(docs) != 1 || p.shares(docs[0], chunk) {
		return original
	}
	m, ok := docs[0].(*Map)
	if !ok {
		return original
	}
	f := newFormatter(p.file, chunk, m)
	text := f.document(m)
	if f.odd {
		return original
	}

	again := &parser{file: NewFile("", []byte(text)).Allow(2 * max(len(text), p.file.maxSize()))} // may be longer
	var got []Data
	again.read(func(d Data, _ int) { got = append(got, d) })
	if again.errors() > 0 || len(got) != 1 || !sameData(m, got[0]) || !f.keepsComments(again.file, got[0]) {
		return original
	}
	return text
}

// shares tells whether anchors, tags or directives stand in the chunk: they
// are rare, and a layout that kept them would be another program.
func (p *parser) shares(d Data, chunk Span) bool {
	last := chunk.Start
	for _, at := range scalarPlaces(d) {
		if at.Start < last { // brought in by an alias
			return true
		}
		if at.Start > last && strings.ContainsAny(p.file.Text(Span{last, at.Start}), "&*!%") && !onlyComments(p.file.Text(Span{last, at.Start})) {
			return true
		}
		last = at.End
	}
	return false
}

// onlyComments tells whether the signs in what stands between scalars are all
// in comments.
func onlyComments(between string) bool {
	for line := range strings.Lines(between) {
		code, _, _ := strings.Cut(line, "#")
		if strings.ContainsAny(code, "&*!%") {
			return false
		}
	}
	return true
}

// scalarPlaces lists where the keys and scalars of d stand, in file order.
func scalarPlaces(d Data) []Span {
	var places []Span
	for n := range Preorder(d) {
		switch n := n.(type) {
		case *Entry:
			places = append(places, n.Key.At)
		case *Scalar:
			if n.Text.At.Len() > 0 {
				places = append(places, n.Text.At)
			}
		}
	}
	return places
}

// A comment is a "#" and what follows it on its line.
type comment struct {
	at    Span
	own   bool // nothing else stands on its line
	blank bool // an empty line stands before it
}

// findComments lists the comments of a chunk: "#" outside of scalars, at the
// start of a line or behind a blank.
func findComments(f *File, chunk Span, scalars []Span) []comment {
	var found []comment
	for p := chunk.Start; p < chunk.End; p++ {
		if len(scalars) > 0 && p >= scalars[0].Start {
			p = max(p, scalars[0].End-1)
			scalars = scalars[1:]
			continue
		}
		if f.Src[p] != '#' || p > chunk.Start && !isBlank(f.Src[p-1]) && f.Src[p-1] != '\n' {
			continue
		}
		end := p
		for end < chunk.End && f.Src[end] != '\n' {
			end++
		}
		line := lineStart(f.Src, p)
		found = append(found, comment{
			at:    Span{p, end},
			own:   strings.TrimSpace(string(f.Src[line:p])) == "",
			blank: blankBefore(f.Src, line),
		})
		p = end - 1
	}
	return found
}

func lineStart(src []byte, p int) int {
	for p > 0 && src[p-1] != '\n' {
		p--
	}
	return p
}

// blankBefore tells whether the line that begins at p has an empty one above.
func blankBefore(src []byte, p int) bool {
	if p == 0 {
		return false
	}
	return strings.TrimSpace(string(src[lineStart(src, p-1):p])) == ""
}

// A formatter is a writer that looks at the source.
type formatter struct {
	writer
	file     *File
	chunk    Span
	comments []comment
	next     int  // the first comment that was not written
	odd      bool // a layout that is better left alone
}

func newFormatter(file *File, chunk Span, m *Map) *formatter {
	f := &formatter{file: file, chunk: chunk, comments: findComments(file, chunk, scalarPlaces(m))}
	f.key, f.scalar = f.sourceKey, f.sourceScalar
	f.writer.before, f.writer.behind, f.writer.flow = f.leading, f.trailing, f.bracketed
	f.odd = strings.Contains(file.Text(Span{m.At.End, chunk.End}), "\n...")
	return f
}

// document writes the entries of the top level in their usual order, each
// with the comments that stand around it.
func (f *formatter) document(m *Map) string {
	if strings.HasPrefix(f.file.Text(f.chunk), "---") {
		f.WriteString("---\n")
	}
	f.opening(m)
	parts := f.parts(m)
	for i, part := range parts {
		f.next = part.first
		if i > 0 && part.blank {
			f.WriteByte('\n')
		}
		f.mapping(&Map{Entries: []Entry{part.entry}}, 0, false)
		f.flush(part.last, 0)
	}
	f.next = len(f.comments)
	if len(parts) > 0 {
		f.next = lastOf(parts)
	}
	f.flush(len(f.comments), 0)
	return f.String()
}

// opening writes the comments that speak of the whole document: those that an
// empty line parts from the first key.
func (f *formatter) opening(m *Map) {
	n := 0
	for i, c := range f.comments {
		if len(m.Entries) == 0 || c.at.Start > m.Entries[0].Key.At.Start {
			break
		}
		following := m.Entries[0].Key.At.Start
		if i+1 < len(f.comments) {
			following = min(following, f.comments[i+1].at.Start)
		}
		if blankBefore(f.file.Src, lineStart(f.file.Src, following)) {
			n = i + 1
		}
	}
	f.flush(n, 0)
	if n > 0 {
		f.WriteByte('\n')
	}
}

// part is an entry of the top level with its comments.
type part struct {
	entry       Entry
	first, last int  // comments[first:last]
	blank       bool // an empty line stands before it
}

// parts deals the comments out and sorts the entries.
func (f *formatter) parts(m *Map) []part {
	next := f.next
	parts := make([]part, len(m.Entries))
	for i, e := range m.Entries {
		end := f.lineEnd(e.Span().End)
		parts[i] = part{entry: e, first: next}
		for next < len(f.comments) && f.comments[next].at.Start < end {
			next++
		}
		if i+1 < len(m.Entries) {
			next = f.closing(next, m.Entries[i+1].Key.At.Start)
		}
		parts[i].last = next
		start := e.Key.At.Start
		if parts[i].first < next {
			start = min(start, f.comments[parts[i].first].at.Start)
		}
		parts[i].blank = blankBefore(f.file.Src, lineStart(f.file.Src, start))
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(rank(a.entry), rank(b.entry)) })
	return parts
}

// closing passes the comments that stand right behind an entry and are parted
// by an empty line from what follows, the next key at last: they close the entry.
func (f *formatter) closing(first, key int) int {
	for n := first; n < len(f.comments) && f.comments[n].at.Start < key; n++ {
		if blankBefore(f.file.Src, lineStart(f.file.Src, f.comments[n].at.Start)) {
			return first
		}
		following := key
		if n+1 < len(f.comments) {
			following = min(key, f.comments[n+1].at.Start)
		}
		if blankBefore(f.file.Src, lineStart(f.file.Src, following)) {
			return n + 1
		}
	}
	return first
}

// rank is an entry's place in keyOrder; keys of the author's own come last.
func rank(e Entry) int {
	if i := slices.Index(keyOrder, e.Key.Value); i >= 0 {
		return i
	}
	return len(keyOrder)
}

func lastOf(parts []part) int {
	last := 0
	for _, p := range parts {
		last = max(last, p.last)
	}
	return last
}

func (f *formatter) lineEnd(p int) int {
	if p > 0 && f.file.Src[p-1] == '\n' {
		return p
	}
	for p < f.chunk.End && f.file.Src[p] != '\n' {
		p++
	}
	return p
}

// leading writes the comments and the empty line that stand before a node.
func (f *formatter) leading(offset, indent int) {
	n := f.next
	for n < len(f.comments) && f.comments[n].at.Start < offset {
		n++
	}
	f.flush(n, indent)
	if indent > 0 && blankBefore(f.file.Src, lineStart(f.file.Src, offset)) && !f.atBlank() {
		f.WriteByte('\n')
	}
}

// flush writes the comments before the n-th on lines of their own.
func (f *formatter) flush(n, indent int) {
	for ; f.next < n; f.next++ {
		c := f.comments[f.next]
		if c.blank && !f.atBlank() {
			f.WriteByte('\n')
		}
		f.pad(indent)
		f.WriteString(f.commentText(c) + "\n")
	}
}

func (f *formatter) commentText(c comment) string {
	return strings.TrimRight(f.file.Text(c.at), " \t\r")
}

// atBlank tells whether an empty line was just written, or nothing yet.
func (f *formatter) atBlank() bool {
	s := f.String()
	return s == "" || strings.HasSuffix(s, "\n\n")
}

// trailing writes the comment that stands behind a node on its line.
func (f *formatter) trailing(offset int) {
	if f.next >= len(f.comments) {
		return
	}
	if c := f.comments[f.next]; !c.own && c.at.Start >= offset && c.at.Start < f.lineEnd(offset) {
		f.WriteString(" " + f.commentText(c))
		f.next++
	}
}

// bracketed keeps a collection that stands in brackets on one line.
func (f *formatter) bracketed(d Data) (string, bool) {
	text := f.file.Text(d.Span())
	if text == "" || text[0] != '[' && text[0] != '{' || strings.ContainsAny(text, "\r\n") {
		return "", false
	}
	return text, true
}

func (f *formatter) sourceKey(t Text) string {
	if text := f.file.Text(t.At); text != "" && !strings.ContainsAny(text, "\r\n") {
		return text
	}
	return quoteYAML(t.Value)
}

// sourceScalar keeps how the author wrote a scalar and moves its lines to
// their new column.
func (f *formatter) sourceScalar(s *Scalar, indent int) string {
	text := strings.ReplaceAll(f.file.Text(s.Text.At), "\r\n", "\n")
	if !strings.Contains(text, "\n") {
		return strings.TrimRight(text, " \t") // behind the sign of a block without lines
	}
	lines := strings.Split(strings.TrimRight(text, " \t\n"), "\n")
	if text[0] == '|' || text[0] == '>' {
		return f.blockScalar(text, lines, indent)
	}
	for i := 1; i < len(lines); i++ {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return lines[0] + "\n" + indentLines(strings.Join(lines[1:], "\n"), indent+step)
}

// blockScalar moves the lines of a literal or folded block. A block that says
// how far it is indented is written anew.
func (f *formatter) blockScalar(text string, lines []string, indent int) string {
	header, _, _ := strings.Cut(lines[0], "#")
	if strings.ContainsAny(header, "123456789") {
		f.odd = true
	}
	breaks := text[len(strings.TrimRight(text, "\n")):]
	if len(lines) == 1 { // a block without text
		if !strings.Contains(header, "+") {
			breaks = ""
		}
		return lines[0] + strings.TrimSuffix(breaks, "\n")
	}
	margin := -1
	for _, line := range lines[1:] {
		if strings.TrimSpace(line) != "" && (margin < 0 || width(line) < margin) {
			margin = width(line)
		}
	}
	for i := 1; i < len(lines); i++ {
		lines[i] = lines[i][min(len(lines[i]), max(margin, 0)):]
	}
	body := strings.Join(lines[1:], "\n")
	if strings.Contains(header, "+") {
		body += strings.TrimSuffix(breaks, "\n")
	}
	return lines[0] + "\n" + indentLines(body, indent+step)
}

// keepsComments compares the comments of source and result as sets: the order
// of keys may have changed.
func (f *formatter) keepsComments(file *File, d Data) bool {
	whole := Span{0, len(file.Src)}
	return slices.Equal(sortedTexts(f.file, f.comments), sortedTexts(file, findComments(file, whole, scalarPlaces(d))))
}

func sortedTexts(f *File, comments []comment) []string {
	var out []string
	for _, c := range comments {
		out = append(out, strings.TrimRight(f.Text(c.at), " \t\r"))
	}
	slices.Sort(out)
	return out
}

// sameData compares data by what it says; the entries of the top level may
// come in another order.
func sameData(a, b Data) bool {
	x, ok := a.(*Map)
	y, also := b.(*Map)
	if !ok || !also || len(x.Entries) != len(y.Entries) {
		return false
	}
	for _, e := range x.Entries {
		if other := y.Get(e.Key.Value); other == nil || !equalData(e.Data, other) {
			return false
		}
	}
	return true
}

func equalData(a, b Data) bool {
	switch a := a.(type) {
	case *Scalar:
		b, ok := b.(*Scalar)
		return ok && a.Text.Value == b.Text.Value && kindOf(a) == kindOf(b)
	case *List:
		b, ok := b.(*List)
		return ok && slices.EqualFunc(a.Of, b.Of, equalData)
	case *Map:
		b, ok := b.(*Map)
		return ok && slices.EqualFunc(a.Entries, b.Entries, func(x, y Entry) bool {
			return x.Key.Value == y.Key.Value && equalData(x.Data, y.Data)
		})
	}
	return false
}
