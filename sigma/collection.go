package sigma

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Collection is a set of documents that may name each other. It is never
// changed after NewCollection and may be used by many goroutines at once.
type Collection struct {
	Documents []Document

	ids, names, titles map[string]Document
	places             map[Document]int     // of each in the collection
	general            map[source][]*Filter // those for any rule, by logsource
	references         map[Document][]Document
	dependents         map[Document][]Document
}

// NewCollection joins documents, of one file or many, and reports what only
// shows when they are seen together: names that two have, that nobody has, or
// that lead round in a circle.
func NewCollection(docs []Document) (*Collection, []*Diagnostic) {
	c := &Collection{
		Documents:  docs,
		ids:        make(map[string]Document, len(docs)),
		names:      map[string]Document{},
		titles:     make(map[string]Document, len(docs)),
		places:     make(map[Document]int, len(docs)),
		general:    map[source][]*Filter{},
		references: map[Document][]Document{},
		dependents: map[Document][]Document{},
	}
	l := &linker{Collection: c, titled: map[string]Document{}}
	l.index()
	for i, d := range docs {
		c.places[d] = i
		switch d := d.(type) {
		case *Rule:
		case *Correlation:
			l.correlation(d)
		case *Filter:
			if d.Any && d.Logsource != nil {
				of := sourceOf(d.Logsource)
				c.general[of] = append(c.general[of], d)
			}
			l.filter(d)
		default:
			panic(fmt.Sprintf("sigma: unknown node %T", d))
		}
	}
	l.circles()
	return c, l.reports.Sorted()
}

// Lookup finds a document by its id, else by its name, else by its title. It
// gives nil if there is none.
func (c *Collection) Lookup(ref string) Document {
	if d := c.ids[strings.ToLower(ref)]; d != nil {
		return d
	}
	if d := c.names[ref]; d != nil {
		return d
	}
	return c.titles[ref]
}

// References lists the documents that d names: the rules of a correlation, or
// of a filter.
func (c *Collection) References(d Document) []Document { return c.references[d] }

// Dependents lists the documents that name d, in the order of the collection.
// Filters for any rule name none.
func (c *Collection) Dependents(d Document) []Document { return c.dependents[d] }

// Filters lists the filters that apply to a rule: those that name it or any,
// and whose logsource covers the rule's.
func (c *Collection) Filters(r *Rule) []*Filter {
	var named []*Filter
	for _, d := range c.dependents[r] {
		if f, ok := d.(*Filter); ok && !f.Any && f.Logsource.Covers(r.Logsource) {
			named = append(named, f)
		}
	}
	lists := [][]*Filter{named}
	if r.Logsource != nil {
		for _, s := range sourceOf(r.Logsource).wider() {
			lists = append(lists, c.general[s])
		}
	}
	lists = slices.DeleteFunc(lists, func(l []*Filter) bool { return len(l) == 0 })
	if len(lists) == 1 {
		return slices.Clip(lists[0]) // of many rules and filters one list is made once
	}
	all := slices.Concat(lists...)
	slices.SortFunc(all, func(a, b *Filter) int { return c.places[a] - c.places[b] })
	return all
}

// Needs lists what the meaning of a document is made of, in the order of the
// collection: the document, what it names, and so on, and the filters that
// apply to the rules among them.
func (c *Collection) Needs(d Document) []Document {
	needed := map[Document]bool{d: true}
	for todo := []Document{d}; len(todo) > 0; todo = todo[1:] {
		if r, ok := todo[0].(*Rule); ok {
			for _, f := range c.Filters(r) {
				needed[f] = true
			}
		}
		for _, in := range c.references[todo[0]] {
			if !needed[in] {
				needed[in] = true
				todo = append(todo, in)
			}
		}
	}
	list := slices.Collect(maps.Keys(needed))
	slices.SortFunc(list, func(a, b Document) int { return c.places[a] - c.places[b] })
	return list
}

// A source is a logsource by its category, product and service.
type source [3]string

func sourceOf(l *Logsource) source { return source{l.Category.Value, l.Product.Value, l.Service.Value} }

// wider lists the sources that cover s, itself among them: each part of s may
// be left open.
func (s source) wider() []source {
	all := []source{s}
	for i := range s {
		if s[i] == "" {
			continue
		}
		for _, x := range all[:len(all):len(all)] {
			x[i] = ""
			all = append(all, x)
		}
	}
	return all
}

// Covers tells whether each part that l names is the same in m. Spec, Filters:
// a filter applies to rules of its logsource. A part that l leaves open may be
// anything.
func (l *Logsource) Covers(m *Logsource) bool {
	if l == nil || m == nil {
		return false
	}
	return covers(l.Category, m.Category) && covers(l.Product, m.Product) && covers(l.Service, m.Service)
}

func covers(a, b Text) bool { return a.Value == "" || a.Value == b.Value }

// A linker fills a Collection.
type linker struct {
	*Collection
	reports Reports
	named   []string            // see choices
	titled  map[string]Document // the second that has a title
}

func (l *linker) report(severity Severity, code string, in Document, at Span, message string) *Diagnostic {
	return l.reports.Add(&Diagnostic{Code: code, Severity: severity, File: in.Info().File, At: at, Message: message})
}

// index fills the maps of names. The first document keeps a name that two
// claim.
func (l *linker) index() {
	for _, d := range l.Documents {
		h := d.Info()
		l.claim(l.ids, d, "id", h.ID, strings.ToLower(h.ID.Value))
		l.claim(l.names, d, "name", h.Name, h.Name.Value)
		switch {
		case l.titles[h.Title.Value] == nil:
			l.titles[h.Title.Value] = d
		case l.titled[h.Title.Value] == nil:
			l.titled[h.Title.Value] = d
		}
	}
	delete(l.titles, "")
}

func (l *linker) claim(index map[string]Document, d Document, what string, t Text, key string) {
	if key == "" {
		return
	}
	first := index[key]
	if first == nil {
		index[key] = d
		return
	}
	at := first.Info().ID.At
	if what == "name" {
		at = first.Info().Name.At
	}
	diag := l.report(Error, "collection/duplicate-"+what, d, t.At, fmt.Sprintf("%s %q is taken: %q has it", what, t.Value, first.Info().Label()))
	diag.Related = append(diag.Related, Related{first.Info().File, at, "the first stands here"})
}

// refer finds the document that ref means, and reports a reference to nothing.
func (l *linker) refer(from Document, ref Text) Document {
	to := l.Lookup(ref.Value)
	if to == nil {
		near := l.nearest(from, ref.Value, l.choices())
		d := l.report(Error, "collection/dangling", from, ref.At, fmt.Sprintf("no document has the id or name %q", ref.Value))
		if len(near) > 0 {
			d.label(didYouMean(near)).fix("write "+near[0], false, Edit{ref.At, quoteYAML(near[0])})
		}
		return nil
	}
	h := to.Info()
	if l.ids[strings.ToLower(ref.Value)] == nil && l.names[ref.Value] == nil {
		l.titleReference(from, to, ref)
	}
	if h.Broken {
		l.report(Info, "collection/broken-reference", from, ref.At, fmt.Sprintf("%q has errors of its own, so this document can't be compiled", h.Label()))
	}
	return to
}

// nearest is Nearest, unless nobody will read what it gives.
func (l *linker) nearest(in Document, name string, names []string) []string {
	if l.reports.Full(in.Info().File) {
		return nil
	}
	return Nearest(name, names)
}

// link notes that from builds on to.
func (l *linker) link(from, to Document) {
	if !slices.Contains(l.references[from], to) {
		l.references[from] = append(l.references[from], to)
		l.dependents[to] = append(l.dependents[to], from)
	}
}

// titleReference accepts a title, since older documents use it, unless two
// documents have it.
func (l *linker) titleReference(from, to Document, ref Text) {
	if d := l.titled[ref.Value]; d != nil {
		diag := l.report(Error, "collection/ambiguous", from, ref.At, fmt.Sprintf("two documents have the title %q; an id or name must say which is meant", ref.Value))
		diag.Related = append(diag.Related, Related{to.Info().File, to.Info().Title.At, "one stands here"}, Related{d.Info().File, d.Info().Title.At, "another here"})
		return
	}
	diag := l.report(Info, "collection/title-reference", from, ref.At, fmt.Sprintf("%q is a title; an id or name lasts longer", ref.Value))
	for _, t := range []Text{to.Info().Name, to.Info().ID} {
		if t.Value != "" {
			diag.fix("write "+t.Value, true, Edit{ref.At, quoteYAML(t.Value)})
			return
		}
	}
}

// choices lists what a reference may say: names and ids, and the titles of
// documents that have neither.
func (l *linker) choices() []string {
	if l.named != nil {
		return l.named
	}
	var names []string
	for _, d := range l.Documents {
		h, before := d.Info(), len(names)
		for _, t := range []Text{h.Name, h.ID} {
			if t.Value != "" {
				names = append(names, t.Value)
			}
		}
		if len(names) == before && h.Title.Value != "" {
			names = append(names, h.Title.Value)
		}
	}
	l.named = names
	return names
}

func (l *linker) correlation(c *Correlation) {
	l.repeated(c)
	for _, ref := range c.References() {
		l.counted(c, ref)
	}
	if c.Extended != nil && c.Extended.Expr != nil {
		l.extended(c)
	}
	for _, a := range c.Aliases {
		for _, f := range a.Fields {
			if to := l.Lookup(f.Rule.Value); to == nil || !slices.Contains(l.references[c], to) {
				near := l.nearest(c, f.Rule.Value, values(c.References()))
				l.report(Error, "correlation/alias", c, f.Rule.At, fmt.Sprintf("alias %q names %q, which is none of the correlation's rules", a.Name.Value, f.Rule.Value)).
					label(didYouMean(near))
			}
		}
	}
}

// repeated warns of a rule that is named twice, by one word or by two. Only in
// an order does that say something: first, and then again.
func (l *linker) repeated(c *Correlation) {
	if c.Type.Value == "temporal_ordered" {
		return
	}
	first := map[Document]Text{}
	for _, ref := range c.Rules {
		to := l.Lookup(ref.Value)
		if to == nil {
			continue
		}
		if before, ok := first[to]; ok {
			d := l.report(Warning, "correlation/repeated-rule", c, ref.At, fmt.Sprintf("%q names a rule that stands in the list already; its events count once", ref.Value))
			d.Related = append(d.Related, Related{c.File, before.At, "it stands here"})
			continue
		}
		first[to] = ref
	}
}

// counted links a correlation to a document whose events it counts.
func (l *linker) counted(c *Correlation, ref Text) {
	switch to := l.refer(c, ref).(type) {
	case nil:
	case *Filter:
		l.report(Error, "collection/kind", c, ref.At, fmt.Sprintf("%q is a filter; a correlation counts the events of rules", to.Label()))
	default:
		l.link(c, to)
	}
}

// extended holds the names in a condition over rules against "rules". Without
// that it is the condition that says which they are.
func (l *linker) extended(c *Correlation) {
	asked, like := map[Document]bool{}, map[string][]Document{}
	for n := range Preorder(c.Extended.Expr) {
		switch x := n.(type) {
		case *Ref:
			to := l.Lookup(x.Name)
			asked[to] = true
			if len(c.Rules) > 0 && (to == nil || !slices.Contains(l.references[c], to)) {
				near := l.nearest(c, x.Name, values(c.Rules))
				l.report(Error, "collection/dangling", c, x.At, fmt.Sprintf("condition names %q, which is not among the correlation's rules", x.Name)).
					label(didYouMean(near))
			}
		case *Quantified:
			named, known := like[x.Pattern]
			if !known {
				named = l.namedLike(c, x.Pattern)
				like[x.Pattern] = named
			}
			for _, to := range named {
				asked[to] = true
			}
			switch {
			case len(named) == 0:
				l.report(Error, "collection/dangling", c, x.Of, fmt.Sprintf("none of the correlation's rules is named like %q", x.Pattern))
			case x.N > len(named):
				l.report(Error, "condition/count", c, x.At, fmt.Sprintf(`"%d of %s" asks for more rules than are named so: there %s %d`, x.N, x.Pattern, isAre(len(named)), len(named)))
			}
		}
	}
	l.unasked(c, asked)
}

// namedLike gives the rules of the correlation that a pattern takes in: by
// their name, or by the word that the correlation has for them.
func (l *linker) namedLike(c *Correlation, pattern string) []Document {
	var named []Document
	for _, ref := range c.References() {
		if to := l.Lookup(ref.Value); to != nil && MatchesPattern(pattern, CalledBy(to, ref)) {
			named = append(named, to)
		}
	}
	return named
}

// CalledBy is what a correlation's condition calls a document that it refers
// to: its name, or the reference itself if it has none.
func CalledBy(d Document, ref Text) string { return cmp.Or(d.Info().Name.Value, ref.Value) }

// unasked warns of rules that the condition says nothing of: their events do
// no more than ask it again.
func (l *linker) unasked(c *Correlation, asked map[Document]bool) {
	for _, ref := range c.Rules {
		if to := l.Lookup(ref.Value); to != nil && !asked[to] {
			l.report(Warning, "correlation/unused-rule", c, ref.At, fmt.Sprintf("the condition does not ask for %q", ref.Value))
		}
	}
}

func values(texts []Text) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = t.Value
	}
	return out
}

// filter resolves the rules of a filter. Spec, Filters: correlations are not
// filtered, their rules are.
func (l *linker) filter(f *Filter) {
	for _, ref := range f.Rules {
		switch to := l.refer(f, ref).(type) {
		case nil:
		case *Rule:
			l.link(f, to)
			if f.Logsource != nil && to.Logsource != nil && !f.Logsource.Covers(to.Logsource) {
				d := l.report(Error, "collection/logsource", f, ref.At, fmt.Sprintf("the filter's logsource does not cover that of %q, so it would never apply", to.Label()))
				d.Related = append(d.Related, Related{to.File, to.Logsource.At, "the rule's logsource"})
			}
		default:
			l.report(Error, "collection/kind", f, ref.At, fmt.Sprintf("%q is no rule; a filter goes to rules, also to those of a correlation", to.Info().Label()))
		}
	}
}

// circles reports correlations that lead back to themselves, each circle once.
func (l *linker) circles() {
	done, within := map[Document]bool{}, map[Document]bool{}
	var path []Document
	var visit func(d Document)
	visit = func(d Document) {
		if within[d] {
			l.circle(path[slices.Index(path, d):])
			return
		}
		if done[d] {
			return
		}
		path = append(path, d)
		within[d] = true
		for _, to := range l.references[d] {
			visit(to)
		}
		path = path[:len(path)-1]
		within[d] = false
		done[d] = true
	}
	for _, d := range l.Documents {
		visit(d)
	}
}

func (l *linker) circle(path []Document) {
	first := path[0].(*Correlation) // only they can refer to what refers on
	labels := make([]string, 0, len(path)+1)
	for _, d := range append(slices.Clone(path), path[0]) {
		labels = append(labels, fmt.Sprintf("%q", d.Info().Label()))
	}
	at := first.Type.At
	for _, ref := range first.References() {
		if l.Lookup(ref.Value) == path[1%len(path)] {
			at = ref.At
		}
	}
	l.report(Error, "collection/circle", first, at, "the correlation waits for itself: "+strings.Join(labels, " -> "))
}
