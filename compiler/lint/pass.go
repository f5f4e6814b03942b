package lint

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// A Pass gives a check one document, and what else it asks for. What takes
// time is computed once, when the first check asks.
type Pass struct {
	*look
	Doc   sigma.Document
	check *Check

	read struct {
		items   []place
		itemsOK bool
		fields  map[fieldOf][]*sigma.Item
		truths  map[*sigma.Condition]*truth
		log     *schema.Log
		logOK   bool
	}
}

// A place is an item with what is around it.
type place struct {
	*sigma.Item
	search *sigma.Search
	all    *sigma.All // the map that holds the item; nil for keywords
}

// fieldOf is a field in a map.
type fieldOf struct {
	all  *sigma.All
	name string
}

// Head is the document's head.
func (p *Pass) Head() *sigma.Head { return p.Doc.Info() }

// File is the file that holds the document.
func (p *Pass) File() *sigma.File { return p.file }

// Detection is the detection of a rule or filter; nil if there is none or if
// it has errors, which were reported and need no second opinion.
func (p *Pass) Detection() *sigma.Detection {
	if p.Head().Broken {
		return nil
	}
	switch d := p.Doc.(type) {
	case *sigma.Rule:
		return d.Detection
	case *sigma.Filter:
		return d.Detection
	}
	return nil
}

// Logsource is the logsource of a rule or filter, or nil.
func (p *Pass) Logsource() *sigma.Logsource {
	switch d := p.Doc.(type) {
	case *sigma.Rule:
		return d.Logsource
	case *sigma.Filter:
		return d.Logsource
	}
	return nil
}

// Log is the log that the document reads, or nil if none is known.
func (p *Pass) Log() *schema.Log {
	if !p.read.logOK {
		p.read.logOK = true
		p.read.log = p.findLog()
	}
	return p.read.log
}

func (p *Pass) findLog() *schema.Log {
	return logOf(p.opts, p.Logsource())
}

// logOf is the log of a logsource, or the one that is asked for.
func logOf(opts *Options, l *sigma.Logsource) *schema.Log {
	if log := opts.Compile.Log; log != nil {
		return log
	}
	if l == nil {
		return nil
	}
	return schema.For(schema.Source{Product: l.Product.Value, Service: l.Service.Value, Category: l.Category.Value})
}

// Items lists the items of the detection in file order.
func (p *Pass) Items() []place {
	if !p.read.itemsOK {
		p.read.itemsOK = true
		if d := p.Detection(); d != nil {
			for _, s := range d.Searches {
				p.collect(s, s.Body)
			}
		}
	}
	return p.read.items
}

func (p *Pass) collect(s *sigma.Search, b sigma.Block) {
	switch b := b.(type) {
	case *sigma.All:
		for _, item := range b.Items {
			p.read.items = append(p.read.items, place{item, s, b})
		}
	case *sigma.Any:
		for _, x := range b.Blocks {
			p.collect(s, x)
		}
	case *sigma.Item:
		p.read.items = append(p.read.items, place{b, s, nil})
	default:
		panic(fmt.Sprintf("lint: unknown block %T", b))
	}
}

// sameField lists the items of an item's map that speak of its field, the item
// among them.
func (p *Pass) sameField(at place) []*sigma.Item {
	if p.read.fields == nil {
		p.read.fields = map[fieldOf][]*sigma.Item{}
		for _, x := range p.Items() {
			key := fieldOf{x.all, x.Field.Value}
			p.read.fields[key] = append(p.read.fields[key], x.Item)
		}
	}
	return p.read.fields[fieldOf{at.all, at.Field.Value}]
}

// Data is the document as plain YAML, for checks of keys and their order; nil
// if it is no map.
func (p *Pass) Data() *sigma.Map {
	docs := p.yaml()
	if i := p.Head().Index; i < len(docs) {
		m, _ := docs[i].(*sigma.Map)
		return m
	}
	return nil
}

// lacks tells whether the document has no entry of a key, whose text is t, or
// an empty one, and where to say so. One that has errors may have it under
// another name, or elsewhere.
func (p *Pass) lacks(key string, t sigma.Text) (at sigma.Span, ok bool) {
	if t.Value != "" || p.Head().Broken || p.misspells(key) {
		return at, false
	}
	e := p.entry(key)
	if e == nil {
		return p.Head().Title.At, true
	}
	_, scalar := e.Data.(*sigma.Scalar)
	return e.Key.At, scalar
}

// reportLack says that a document lacks an entry of a key. The edits add it,
// unless it is there and empty.
func (p *Pass) reportLack(at sigma.Span, key string) (f *finding, empty bool) {
	if at != p.Head().Title.At {
		return p.report(at, "%q is empty", key), true
	}
	return p.report(at, "the document has no %q", key), false
}

// misspells tells whether the document has a key that may be meant for
// another, which unknown-key reports.
func (p *Pass) misspells(key string) bool {
	return slices.ContainsFunc(p.Head().Custom, func(e sigma.Entry) bool { return len(sigma.Nearest(e.Key.Value, []string{key})) > 0 })
}

// entry finds a top-level entry of the document. It reads the file once more,
// so that a check asks when it has reason to.
func (p *Pass) entry(key string) *sigma.Entry {
	if m := p.Data(); m != nil {
		for i := range m.Entries {
			if m.Entries[i].Key.Value == key {
				return &m.Entries[i]
			}
		}
	}
	return nil
}

// report adds a finding of the check that runs.
func (p *Pass) report(at sigma.Span, format string, args ...any) *finding {
	d := &sigma.Diagnostic{
		Code: p.check.Code, Severity: p.check.Severity, File: p.File(), At: at, Message: fmt.Sprintf(format, args...),
	}
	return &finding{p.found.Add(d)}
}

// A finding is a diagnostic that is being made.
type finding struct{ *sigma.Diagnostic }

func (f *finding) label(format string, args ...any) *finding {
	f.Label = fmt.Sprintf(format, args...)
	return f
}

func (f *finding) see(in *sigma.File, at sigma.Span, message string) *finding {
	f.Related = append(f.Related, sigma.Related{File: in, At: at, Message: message})
	return f
}

// safe offers a fix that matches exactly the same events. Without edits there
// is none to offer: the layout is one that the check can't edit.
func (f *finding) safe(title string, edits ...sigma.Edit) *finding { return f.fix(title, true, edits) }

// unsafe offers a fix that may match other events.
func (f *finding) unsafe(title string, edits ...sigma.Edit) *finding {
	return f.fix(title, false, edits)
}

func (f *finding) fix(title string, safe bool, edits []sigma.Edit) *finding {
	if len(edits) > 0 {
		f.Fixes = append(f.Fixes, sigma.Fix{Title: title, Safe: safe, Edits: edits})
	}
	return f
}

// insertBehind writes a line behind a top-level entry.
func (p *Pass) insertBehind(key, line string) []sigma.Edit {
	e := p.entry(key)
	if e == nil || e.Key.At.Start != lineStart(p.File().Src, e.Key.At.Start) {
		return nil
	}
	if _, ok := keyLines(p.File(), e.Span()); !ok {
		return nil
	}
	end := lineEnd(p.File().Src, e.Span().End-1)
	if end > 0 && p.File().Src[end-1] != '\n' {
		return insert(end, "\n"+line)
	}
	return insert(end, line+"\n")
}

// removeKey takes a top-level entry away, unless it is the only one.
func (p *Pass) removeKey(key string) []sigma.Edit {
	e := p.entry(key)
	if e == nil || len(p.Data().Entries) == 1 {
		return nil
	}
	if lines, ok := keyLines(p.File(), e.Span()); ok {
		return removeLines(p.File(), lines, e.Span().End)
	}
	return nil
}
