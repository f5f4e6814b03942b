package sigma

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// This file is the only one that knows the YAML library: all else, here and in
// other rooms, works on Data.

// ReadData reads the YAML documents of a file, each as a tree with places.
// Scalars keep their text; what type it has is the reader's business. A
// document with a mistake in its YAML is left out and reported.
func ReadData(file *File) ([]Data, []*Diagnostic) {
	p := &parser{file: file}
	var docs []Data
	p.read(func(d Data, _ int) { docs = append(docs, d) })
	return docs, p.reports()
}

// read gives each document of the file to yield, with the number of errors
// that were known before it.
func (p *parser) read(yield func(d Data, before int)) {
	src := p.file.Src
	if why := unreadable(p.file); why != nil {
		p.diags = append(p.diags, why)
		return
	}
	budget := newBudget(p.file)
	for _, chunk := range splitDocuments(src) {
		p.readChunk(chunk, budget, yield)
		if budget.spent || p.full() {
			return
		}
	}
}

// unreadable looks at the file as a whole.
func unreadable(f *File) *Diagnostic {
	switch {
	case len(f.Src) > f.maxSize():
		return &Diagnostic{Code: "yaml/too-large", File: f, Message: fmt.Sprintf("the file has more than %d bytes, and no more are read", f.maxSize())}
	case bytes.HasPrefix(f.Src, []byte("\xff\xfe")), bytes.HasPrefix(f.Src, []byte("\xfe\xff")):
		return &Diagnostic{Code: "yaml/encoding", File: f, At: Span{0, 2}, Message: "the file is in UTF-16; it must be in UTF-8"}
	}
	return nil
}

// splitDocuments cuts a file before each "---" line. YAML lets no scalar hold
// such a line (YAML 1.2.2, 9.1.2), so a mistake in one document can't hide
// the next. Directives stay with the document that they speak of.
func splitDocuments(src []byte) []Span {
	var chunks []Span
	start, empty := 0, true
	for p := 0; p < len(src); {
		line := src[p:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		switch {
		case isMarker(line):
			if !empty {
				chunks = append(chunks, Span{start, p})
				start = p
			}
			empty = false
		case line[0] != '%' && line[0] != '#' && len(bytes.TrimSpace(line)) > 0:
			empty = false
		}
		p += len(line)
	}
	return append(chunks, Span{start, len(src)})
}

func isMarker(line []byte) bool {
	return bytes.HasPrefix(line, []byte("---")) && (len(line) == 3 || isBlank(line[3]) || breakLen(line[3:]) > 0)
}

// readChunk reads the documents of one chunk: one, or more if "..." ends them.
func (p *parser) readChunk(chunk Span, budget *budget, yield func(Data, int)) {
	if d, nodes, ok := readPlain(p.file.Src, chunk, budget.nodes); ok {
		budget.nodes -= nodes
		yield(d, p.errors())
		return
	}
	p.readAny(chunk, budget, yield)
}

// readAny is readChunk by the library, which reads all of YAML.
func (p *parser) readAny(chunk Span, budget *budget, yield func(Data, int)) {
	text := p.file.Src[chunk.Start:chunk.End]
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	r := &reader{parser: p, budget: budget, base: chunk.Start, src: p.file.Src[:chunk.End], lines: yamlLines(text)}
	for {
		before := p.errors()
		node, err := decodeNode(decoder)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			p.reportYAML(chunk, err)
			return
		}
		d, _ := r.data(node, 0)
		if budget.spent {
			return
		}
		if !isNothing(d) {
			yield(d, before)
		}
	}
}

// isNothing tells a document that holds only comments.
func isNothing(d Data) bool {
	s, ok := d.(*Scalar)
	return ok && !s.Quoted && s.Text.Value == ""
}

// decodeNode reads one document. The library panics on what it did not think
// of; that is an error of the text too.
func decodeNode(decoder *yaml.Decoder) (node *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	var doc yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		return nil, err
	}
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		return doc.Content[0], nil
	}
	return &doc, nil
}

// yamlProblem gives the problem that the library sees in text, without its
// line, which it counts wrongly; empty if there is none.
func yamlProblem(text []byte) string {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		_, err := decodeNode(decoder)
		if errors.Is(err, io.EOF) {
			return ""
		}
		if err != nil {
			return problemText(err)
		}
	}
}

func problemText(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if _, problem, ok := strings.Cut(rest, ": "); ok {
			return problem
		}
	}
	return text
}

// budget bounds what one file may unfold to.
type budget struct {
	nodes, aliases int
	text           int // bytes of keys and values behind aliases
	spent          bool
}

func newBudget(f *File) *budget {
	return &budget{nodes: f.maxNodes(), aliases: MaxAliases, text: f.maxAliased()}
}

// A reader turns the library's nodes into Data.
type reader struct {
	*parser
	budget *budget
	src    []byte // of the file, up to the end of the chunk
	base   int    // where the chunk begins
	lines  []int  // of the chunk

	// The last place asked for: nodes come in order, and a line of a megabyte
	// must not be walked from its start for each of them.
	line, column, last int
}

// data converts a node. end is the place behind what stands for the node: an
// alias is shorter than what it brings in.
func (r *reader) data(n *yaml.Node, depth int) (d Data, end int) {
	at := r.offset(n)
	if r.exhausted(at, depth) {
		return &Scalar{}, at
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.alias(n, at, depth)
	case yaml.MappingNode:
		return r.mapping(n, r.skipProperties(n, at), depth)
	case yaml.SequenceNode:
		return r.sequence(n, r.skipProperties(n, at), depth)
	default:
		s := r.scalar(n, r.skipProperties(n, at))
		return s, s.Text.At.End
	}
}

// exhausted counts a node and reports the first that is too much.
func (r *reader) exhausted(at, depth int) bool {
	if r.budget.spent {
		return true
	}
	why := ""
	if r.budget.nodes--; r.budget.nodes < 0 {
		why = fmt.Sprintf("the file unfolds to more than %d keys and values", r.file.maxNodes())
	}
	if depth > MaxDepth {
		why = fmt.Sprintf("lists and maps stand within each other deeper than %d", MaxDepth)
	}
	if r.budget.aliases < 0 {
		why = fmt.Sprintf("the file has more than %d aliases", MaxAliases)
	}
	if r.budget.text < 0 {
		why = fmt.Sprintf("aliases bring in more than %d bytes of keys and values", r.file.maxAliased())
	}
	if why != "" {
		r.budget.spent = true
		r.report(Error, "yaml/limit", Span{at, at}, why)
	}
	return r.budget.spent
}

func (r *reader) alias(n *yaml.Node, at, depth int) (Data, int) {
	r.budget.aliases--
	end := r.skipWord(at)
	if n.Alias == nil {
		return &Scalar{Text: Text{At: Span{at, end}}}, end
	}
	r.budget.text -= textOf(n.Alias, r.budget.text)
	if r.budget.text < 0 && r.exhausted(at, depth) {
		return &Scalar{}, end
	}
	d, _ := r.data(n.Alias, depth+1)
	return d, end
}

// textOf counts the bytes of a node and of those within it, but for those behind
// aliases, up to most and what goes beyond.
func textOf(n *yaml.Node, most int) int {
	size := len(n.Value)
	for _, child := range n.Content {
		if size > most {
			break
		}
		size += textOf(child, most-size)
	}
	return size
}

func (r *reader) mapping(n *yaml.Node, at, depth int) (Data, int) {
	m := &Map{Entries: make([]Entry, 0, len(n.Content)/2)}
	seen := newKeys(len(n.Content) / 2)
	end := at
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, keyEnd := r.key(n.Content[i], depth+1)
		value, valueEnd := r.data(n.Content[i+1], depth+1)
		if r.budget.spent {
			return m, at
		}
		if first, ok := seen.add(m.Entries, key); !ok {
			if depth == 0 && r.missingMarker(key, first) {
				break
			}
			r.report(Error, "yaml/duplicate-key", key.At, fmt.Sprintf("key %q stands twice in one map", key.Value)).
				see(first.At, "the first stands here")
		}
		m.Entries = append(m.Entries, Entry{key, value})
		end = max(end, keyEnd, valueEnd)
	}
	m.At = r.closed(at, end, '{', '}')
	return m, m.At.End
}

// missingMarker reports a second title that begins a line: the document ends
// there, and what follows is another, of which nothing else is to be said.
func (r *reader) missingMarker(key, first Text) bool {
	if key.Value != "title" || key.At.Start == 0 || r.src[key.At.Start-1] != '\n' {
		return false
	}
	r.report(Error, "yaml/duplicate-key", key.At, `key "title" stands twice in one map; a line of "---" parts two documents`).
		see(first.At, "the first stands here").
		fix(`write "---" before it`, false, Edit{Span{key.At.Start, key.At.Start}, "---\n"})
	return true
}

// keys are those of one map so far. Few are looked through one by one.
type keys map[string]Text

func newKeys(n int) keys {
	if n <= 16 {
		return nil
	}
	return make(keys, n)
}

// add takes a key behind entries, unless one of them has it.
func (k keys) add(before []Entry, key Text) (first Text, ok bool) {
	if k != nil {
		if first, met := k[key.Value]; met {
			return first, false
		}
		k[key.Value] = key
		return key, true
	}
	for _, e := range before {
		if e.Key.Value == key.Value {
			return e.Key, false
		}
	}
	return key, true
}

// key reads a key, which Sigma wants to be a scalar.
func (r *reader) key(n *yaml.Node, depth int) (Text, int) {
	d, end := r.data(n, depth)
	s, ok := d.(*Scalar)
	if !ok {
		r.report(Error, "yaml/key", d.Span(), fmt.Sprintf("%s stands as a key; a key must be text", kindOf(d)))
		return Text{At: d.Span()}, end
	}
	return s.Text, end
}

func (r *reader) sequence(n *yaml.Node, at, depth int) (Data, int) {
	l := &List{}
	end := at
	for _, child := range n.Content {
		d, childEnd := r.data(child, depth+1)
		if r.budget.spent {
			return l, at
		}
		l.Of = append(l.Of, d)
		end = max(end, childEnd)
	}
	l.At = r.closed(at, end, '[', ']')
	return l, l.At.End
}

// closed finds the bracket that ends a flow collection: behind its last child
// only blanks, commas and comments can stand before it.
func (r *reader) closed(start, end int, open, closing byte) Span {
	if start >= len(r.src) || r.src[start] != open {
		return Span{start, end}
	}
	for p := max(end, start+1); p < len(r.src); p++ {
		switch {
		case r.src[p] == closing:
			return Span{start, p + 1}
		case r.src[p] == '#' && (isBlank(r.src[p-1]) || breakLen(r.src[p-1:]) > 0):
			for p+1 < len(r.src) && breakLen(r.src[p+1:]) == 0 {
				p++
			}
		}
	}
	return Span{start, max(end, start+1)}
}

// tagBefore is the tag that stands on the line of a value.
func (r *reader) tagBefore(at int) Span {
	line := r.src[bytes.LastIndexByte(r.src[:at], '\n')+1 : at]
	tag := bytes.TrimRight(line, " \t")
	i := bytes.LastIndexAny(tag, " \t") + 1
	if i == len(tag) || tag[i] != '!' {
		return Span{at, at}
	}
	start := at - len(line) + i
	return Span{start, start + len(tag) - i}
}

func (r *reader) scalar(n *yaml.Node, at int) *Scalar {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	s := &Scalar{Quoted: n.Style&quoted != 0}
	if n.Style&yaml.TaggedStyle != 0 {
		s.Quoted = s.Quoted || n.Tag == "!!str" || n.Tag == "!"
		if !s.Quoted {
			r.report(Error, "yaml/tag", r.tagBefore(at), fmt.Sprintf("tag %q has no meaning in Sigma; write the value without it", n.Tag))
		}
	}
	if n.Value == "" && !s.Quoted {
		s.Text = Text{"", Span{at, at}}
		return s
	}
	_, end, ok := verbatim(r.src, at, n.Value)
	if !ok {
		_, end, ok = alignScalar(r.src, at, n.Value)
	}
	if !ok { // a style that the walk does not know: at least the line is right
		end = max(at, r.lineEnd(at))
	}
	s.Text = Text{n.Value, Span{at, min(end, len(r.src))}}
	return s
}

func (r *reader) lineEnd(p int) int {
	for p < len(r.src) && breakLen(r.src[p:]) == 0 {
		p++
	}
	return p
}

// offset gives the place of a node.
func (r *reader) offset(n *yaml.Node) int {
	text := r.src[r.base:]
	if n.Line == r.line && n.Column >= r.column && r.line > 0 {
		r.last += advance(text[r.last:], n.Column-r.column)
	} else {
		r.last = yamlOffset(text, r.lines, n.Line, n.Column)
	}
	r.line, r.column = n.Line, n.Column
	return min(r.base+r.last, len(r.src))
}

// skipProperties goes from a node's start, which the library puts at its
// anchor or tag, to what the node holds. The library forgets a lone "!", which
// nothing but a tag can begin with.
func (r *reader) skipProperties(n *yaml.Node, start int) int {
	p, anchor := start, n.Anchor != ""
	tag := n.Style&yaml.TaggedStyle != 0 || r.tagAt(p)
	for anchor || tag {
		q := r.skipSpace(p)
		switch {
		case q < len(r.src) && r.src[q] == '&' && anchor:
			anchor = false
			p = r.skipWord(q)
			tag = tag || r.tagAt(r.skipBlanks(p))
		case q < len(r.src) && r.src[q] == '!' && tag:
			tag = false
			p = r.skipWord(q)
		default:
			return q
		}
	}
	if n.Kind == yaml.ScalarNode && n.Value == "" && !r.quoteAt(r.skipSpace(p)) {
		return p
	}
	if p > start {
		return r.skipSpace(p)
	}
	return p
}

func (r *reader) tagAt(p int) bool { return p < len(r.src) && r.src[p] == '!' }

func (r *reader) quoteAt(p int) bool {
	return p < len(r.src) && strings.IndexByte(`'"|>`, r.src[p]) >= 0
}

// skipWord skips an anchor, alias or tag.
func (r *reader) skipWord(p int) int {
	for p < len(r.src) && !isBlank(r.src[p]) && breakLen(r.src[p:]) == 0 && strings.IndexByte(",[]{}", r.src[p]) < 0 {
		p++
	}
	return p
}

func (r *reader) skipBlanks(p int) int {
	for p < len(r.src) && isBlank(r.src[p]) {
		p++
	}
	return p
}

// skipSpace skips blanks, breaks and comments.
func (r *reader) skipSpace(p int) int {
	for p < len(r.src) {
		switch width := breakLen(r.src[p:]); {
		case width > 0:
			p += width
		case isBlank(r.src[p]):
			p++
		case r.src[p] == '#':
			p = r.lineEnd(p)
		default:
			return p
		}
	}
	return p
}

// kindOf names a piece of data for a message.
func kindOf(d Data) string {
	switch d := d.(type) {
	case *Scalar:
		switch {
		case d.Quoted:
			return "text"
		case isCoreNull(d.Text.Value):
			return "nothing"
		case isCoreNumber(d.Text.Value):
			return "a number"
		}
		if _, ok := coreBool(d.Text.Value); ok {
			return "a boolean"
		}
		return "text"
	case *List:
		return "a list"
	case *Map:
		return "a map"
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", d))
	}
}
