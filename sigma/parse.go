package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// Parse reads the documents of one file. It reports all that it finds and
// never stops at the first mistake: a document that has errors is returned as
// far as it could be read, with Broken set. Only a document whose YAML can't
// be read is left out.
func Parse(name string, src []byte) (docs []Document, diags []*Diagnostic) {
	return ParseFile(NewFile(name, src))
}

// ParseFile is Parse for a file that is there already.
func ParseFile(f *File) (docs []Document, diags []*Diagnostic) {
	p := &parser{file: f}
	index := 0
	p.read(func(d Data, before int) {
		doc := p.document(d)
		head := doc.Info()
		head.File, head.Index = p.file, index
		head.Broken = p.errors() > before
		docs = append(docs, doc)
		index++
	})
	return docs, p.reports()
}

// A parser turns the data of one file into documents.
type parser struct {
	file   *File
	diags  []*Diagnostic
	nerr   int
	unsaid int // diagnostics beyond MaxReports
	// joined is set behind an "action: global" document, which was to lend its
	// keys to all that follow.
	joined bool
}

func (p *parser) errors() int { return p.nerr }

// report adds a Diagnostic and gives it back for a label, notes and fixes.
func (p *parser) report(severity Severity, code string, at Span, message string) *Diagnostic {
	if severity == Error {
		p.nerr++
	}
	d := &Diagnostic{Code: code, Severity: severity, File: p.file, At: at, Message: shorten(message)}
	if p.full() {
		p.unsaid++
	} else {
		p.diags = append(p.diags, d)
	}
	return d
}

func (p *parser) full() bool { return len(p.diags) >= MaxReports }

// shorten bounds a message, which may quote a word of a megabyte.
func shorten(message string) string {
	const longest = 1000
	if len(message) <= longest {
		return message
	}
	return strings.ToValidUTF8(message[:longest/2], "") + " … " + strings.ToValidUTF8(message[len(message)-longest/2:], "")
}

// reports gives what was reported, in order, and says if that is not all.
func (p *parser) reports() []*Diagnostic {
	diags := SortDiagnostics(p.diags)
	if p.unsaid > 0 {
		diags = append(diags, unsaid(p.file, p.unsaid))
	}
	return diags
}

func (d *Diagnostic) label(text string) *Diagnostic {
	d.Label = text
	return d
}

// see adds a second place of the same file.
func (d *Diagnostic) see(at Span, message string) *Diagnostic {
	d.Related = append(d.Related, Related{d.File, at, message})
	return d
}

func (d *Diagnostic) fix(title string, safe bool, edits ...Edit) *Diagnostic {
	d.Fixes = append(d.Fixes, Fix{title, safe, edits})
	return d
}

// A key is a row of a table: the name of an entry, and how it is read into a T.
type key[T any] struct {
	name string
	read func(*parser, *T, Entry)
}

// readKeys reads the entries that the table knows and gives back the others.
func readKeys[T any](p *parser, entries []Entry, into *T, keys []key[T]) (rest []Entry) {
	for _, e := range entries {
		i := slices.IndexFunc(keys, func(k key[T]) bool { return k.name == e.Key.Value })
		if i < 0 {
			rest = append(rest, e)
			continue
		}
		keys[i].read(p, into, e)
	}
	return rest
}

func keyNames[T any](keys []key[T]) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

// textKey is the row of an entry that holds one text.
func textKey[T any](name string, field func(*T) *Text) key[T] {
	return key[T]{name, func(p *parser, into *T, e Entry) { *field(into) = p.text(e) }}
}

// textsKey is the row of an entry that holds a list of texts.
func textsKey[T any](name string, field func(*T) *[]Text) key[T] {
	return key[T]{name, func(p *parser, into *T, e Entry) { *field(into) = p.texts(e) }}
}

// text reads an entry that must hold one scalar.
func (p *parser) text(e Entry) Text {
	s, ok := e.Data.(*Scalar)
	if !ok {
		p.wrongKind(e, "text")
		return Text{}
	}
	return s.Text
}

// texts reads an entry that must hold a list of scalars; one scalar is taken
// for a list of one.
func (p *parser) texts(e Entry) []Text {
	switch d := e.Data.(type) {
	case *Scalar:
		if isNothing(d) {
			return nil
		}
		return []Text{d.Text}
	case *List:
		var texts []Text
		for _, x := range d.Of {
			if s, ok := x.(*Scalar); ok {
				texts = append(texts, s.Text)
				continue
			}
			p.report(Error, "type", place(e.Key.At, x), fmt.Sprintf("%q has %s in its list; each entry must be text", e.Key.Value, kindOf(x)))
		}
		return texts
	}
	p.wrongKind(e, "a list of texts")
	return nil
}

// references is texts for lists that are held against others.
func (p *parser) references(e Entry) []Text {
	texts := p.texts(e)
	if len(texts) > MaxReferences {
		p.tooMany(texts[MaxReferences].At, e.Key.Value)
		return texts[:MaxReferences]
	}
	return texts
}

func (p *parser) tooMany(at Span, what string) {
	p.report(Error, "references/too-many", at, fmt.Sprintf("%q has more than %d entries; split the document", what, MaxReferences))
}

// entries reads an entry that must hold a map with something in it.
func (p *parser) entries(e Entry) (*Map, bool) {
	m, ok := e.Data.(*Map)
	switch {
	case !ok:
		p.wrongKind(e, "a map")
	case len(m.Entries) == 0:
		p.report(Error, "empty", m.At, fmt.Sprintf("%q is an empty map", e.Key.Value))
	default:
		return m, true
	}
	return nil, false
}

func (p *parser) wrongKind(e Entry, want string) *Diagnostic {
	return p.report(Error, "type", place(e.Key.At, e.Data), fmt.Sprintf("%q holds %s; it must hold %s", e.Key.Value, kindOf(e.Data), want))
}

// place is where a message about a value points: at the value, or at its key
// if there is nothing to see.
func place(key Span, d Data) Span {
	if at := d.Span(); at.Len() > 0 {
		return at
	}
	return key
}

// document tells the kinds of documents apart by the key that only one has.
func (p *parser) document(d Data) Document {
	m, ok := d.(*Map)
	if !ok {
		p.report(Error, "document/not-a-map", firstLine(p.file, d.Span()),
			fmt.Sprintf(`the document is %s; it must be a map with "title", "logsource" and "detection"`, kindOf(d)))
		return &Rule{At: d.Span()}
	}
	kinds := slices.DeleteFunc([]string{"detection", "correlation", "filter"}, func(k string) bool { return m.Get(k) == nil })
	if len(kinds) > 1 {
		p.report(Error, "document/kind", m.key(kinds[1]).At, fmt.Sprintf("the document has %q and %q; it must have one of them", kinds[0], kinds[1])).
			see(m.key(kinds[0]).At, fmt.Sprintf("%q stands here", kinds[0]))
	}
	if slices.Contains(kinds, "correlation") {
		return p.correlation(m)
	}
	if slices.Contains(kinds, "filter") {
		return p.filter(m)
	}
	return p.rule(m)
}

// firstLine cuts a span at its first line break: a caret has no use for more.
func firstLine(f *File, at Span) Span {
	if i := strings.IndexAny(f.Text(at), "\r\n"); i >= 0 {
		at.End = at.Start + i
	}
	return at
}

// key gives the text of a key of the map.
func (d *Map) key(name string) Text {
	for _, e := range d.Entries {
		if e.Key.Value == name {
			return e.Key
		}
	}
	return Text{}
}

var ruleKeys = []key[Rule]{
	{"logsource", func(p *parser, r *Rule, e Entry) { r.Logsource = p.logsource(e) }},
	{"detection", func(p *parser, r *Rule, e Entry) { r.Detection = p.detectionEntry(e) }},
}

func (p *parser) rule(m *Map) *Rule {
	r := &Rule{At: m.At}
	legacy := p.legacyAction(m)
	known := len(p.diags)
	rest := readKeys(p, m.Entries, r, ruleKeys)
	p.strayKeys(m, p.diags[known:])
	p.require(m, "title", "logsource", "detection")
	p.head(&r.Head, rest, keyNames(ruleKeys))
	if legacy {
		p.diags = p.diags[:known] // half a document has more to report than helps
		return r
	}
	p.offerCorrelation(r)
	return r
}

// require reports the keys that a document lacks, at the key that the author
// may have misspelt, else at the document's first.
func (p *parser) require(m *Map, names ...string) {
	for _, name := range names {
		if m.Get(name) == nil {
			p.missing(m, name, "the document")
		}
	}
}

// strayKeys finds what a section lacks beside it: keys that are indented too
// little. The report of the lack is moved to them.
func (p *parser) strayKeys(m *Map, diags []*Diagnostic) {
	for _, d := range diags {
		switch {
		case d.Code == "missing/condition" && m.Get("condition") != nil:
			d.At = m.key("condition").At
			d.label(`this one stands beside "detection"; it must be indented below it`)
		case d.Code == "type" && d.At == m.key("logsource").At:
			for _, name := range []string{"category", "product", "service"} {
				if m.Get(name) != nil {
					d.label(fmt.Sprintf(`%q stands beside it; it must be indented below it`, name))
					break
				}
			}
		}
	}
}

func (p *parser) missing(m *Map, name, owner string) {
	message := fmt.Sprintf("%s has no %q", owner, name)
	for _, e := range m.Entries {
		if meant(e.Key.Value, name) {
			p.report(Error, "missing/"+name, e.Key.At, message).label(fmt.Sprintf("did you mean %q?", name)).
				fix("rename to "+name, false, Edit{e.Key.At, quoteYAML(name)})
			return
		}
	}
	p.report(Error, "missing/"+name, Span{m.At.Start, m.At.Start}, message)
}

// meant tells whether a key may be meant for name: a slip of the keyboard, or
// the word that Sigma had before.
func meant(key, name string) bool {
	if key == "timeframe" && name == "timespan" {
		return true
	}
	return key != name && len(Nearest(key, []string{name})) > 0
}

// legacyAction reports the documents of the old multi-document form, in which
// "action: global" lent its keys to the documents that follow.
func (p *parser) legacyAction(m *Map) bool {
	action, _ := m.Get("action").(*Scalar)
	named := action != nil && slices.Contains([]string{"global", "reset", "repeat"}, action.Text.Value)
	switch {
	case named:
		p.joined = action.Text.Value != "reset"
		p.report(Error, "document/action", m.key("action").At.join(action.Text.At),
			fmt.Sprintf(`"action: %s" joins documents, which Sigma no longer does; each document must be whole`, action.Text.Value))
	case p.joined && (m.Get("title") == nil || m.Get("detection") == nil || m.Get("logsource") == nil):
		p.report(Error, "document/action", m.Entries[0].Key.At,
			`the document leans on the "action: global" above; it must have its own title, logsource and detection`)
	default:
		return false
	}
	return true
}

var logsourceKeys = []key[Logsource]{
	textKey("category", func(l *Logsource) *Text { return &l.Category }),
	textKey("product", func(l *Logsource) *Text { return &l.Product }),
	textKey("service", func(l *Logsource) *Text { return &l.Service }),
	textKey("definition", func(l *Logsource) *Text { return &l.Definition }),
}

func (p *parser) logsource(e Entry) *Logsource {
	m, ok := p.entries(e)
	if !ok {
		return nil
	}
	l := &Logsource{At: m.At}
	l.Custom = readKeys(p, m.Entries, l, logsourceKeys)
	p.nearMisses(l.Custom, "logsource", keyNames(logsourceKeys))
	if l.Category.Value == "" && l.Product.Value == "" && l.Service.Value == "" && len(l.Custom) == 0 {
		p.report(Error, "logsource/empty", e.Key.At, `the logsource names no log; it needs a "category", "product" or "service"`)
	}
	return l
}

// pointedAt tells whether a key was reported already.
func (p *parser) pointedAt(at Span) bool {
	return slices.ContainsFunc(p.diags, func(d *Diagnostic) bool { return d.At == at })
}

// errorIn tells whether an error was reported within a span.
func (p *parser) errorIn(at Span) bool {
	return slices.ContainsFunc(p.diags, func(d *Diagnostic) bool { return d.Severity == Error && at.Contains(d.At) })
}

// nearMisses warns of unknown keys that look like a known one. Others are
// custom attributes, which the specification allows.
func (p *parser) nearMisses(custom []Entry, owner string, known []string) {
	for _, e := range custom {
		near := Nearest(e.Key.Value, known)
		if len(near) == 0 || p.pointedAt(e.Key.At) {
			continue
		}
		p.report(Warning, "unknown-key", e.Key.At, fmt.Sprintf("%s has no key %q", owner, e.Key.Value)).
			label(fmt.Sprintf("did you mean %q?", near[0])).
			fix("rename to "+near[0], false, Edit{e.Key.At, near[0]})
	}
}
