package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// detectionEntry reads the "detection" of a rule.
func (p *parser) detectionEntry(e Entry) *Detection {
	m, ok := p.entries(e)
	if !ok {
		return nil
	}
	d := p.detection(m.Entries, "detection")
	d.At = m.At
	if m.Get("condition") == nil {
		p.missing(m, "condition", "the detection")
	}
	if !slices.ContainsFunc(m.Entries, func(e Entry) bool { return isSearch(e.Key.Value) }) {
		p.report(Error, "detection/empty", e.Key.At, "the detection has no search; a condition needs one to name")
	}
	return d
}

// detection reads searches, conditions and the legacy timeframe. A filter
// has them too, between keys of its own.
func (p *parser) detection(entries []Entry, owner string) *Detection {
	d := &Detection{}
	var names []string // also of searches that could not be read
	for _, e := range entries {
		if len(names) == MaxSearches && isSearch(e.Key.Value) {
			p.report(Error, "detection/too-many", e.Key.At, fmt.Sprintf("the %s has more than %d searches; values of one field belong in a list", owner, MaxSearches))
			return d
		}
		switch e.Key.Value {
		case "condition":
			d.Conditions = p.conditions(e)
		case "timeframe":
			if t := p.timespan(e); t.Text.Value != "" {
				d.Timeframe = &t
			}
		default:
			names = append(names, e.Key.Value)
			if s := p.search(e); s != nil {
				d.Searches = append(d.Searches, s)
			}
		}
	}
	if len(names) > 0 { // else no name is known, and the reason is reported
		p.checkConditions(d, names, owner)
	}
	return d
}

// ParseSearch reads data of a file as the search of a rule: who keeps searches
// elsewhere, as pipelines do, has every modifier and every mistake that a rule
// has. It gives nil if the search can't be used.
func ParseSearch(file *File, name Text, d Data) (*Search, []*Diagnostic) {
	p := &parser{file: file}
	s := p.search(Entry{name, d})
	if p.errors() > 0 {
		s = nil
	}
	return s, p.reports()
}

// isSearch tells the name of a search from the keys that stand among them.
func isSearch(key string) bool { return key != "condition" && key != "timeframe" }

func (p *parser) search(e Entry) *Search {
	if i := strings.IndexFunc(e.Key.Value, notNameRune); i >= 0 || e.Key.Value == "" {
		d := p.report(Warning, "search/name", e.Key.At,
			fmt.Sprintf("no condition can name the search %q; names have letters, digits, _ . and -", e.Key.Value))
		if strings.Contains(e.Key.Value, "|") {
			d.label("a modifier stands behind a field, not behind a search")
		}
	} else if isKeyword(e.Key.Value) {
		p.report(Error, "search/name", e.Key.At, fmt.Sprintf("search %q is named like an operator of conditions; it needs another name", e.Key.Value))
	}
	body := p.block(e.Key, e.Data)
	if body == nil {
		return nil
	}
	return &Search{Name: e.Key, Body: body, At: e.Span()}
}

// block reads the body of a search, or nil if it was reported. Spec,
// Search-Identifier: a map holds with all of its items, a list with one of
// its maps or keywords.
func (p *parser) block(name Text, d Data) Block {
	switch d := d.(type) {
	case *Map:
		return p.all(name, d)
	case *List:
		return p.any(name, d)
	case *Scalar:
		if isNothing(d) {
			p.report(Error, "empty", place(name.At, d), fmt.Sprintf("search %q holds nothing; it must have a field or a keyword", name.Value))
			return nil
		}
		return p.keywords(name, []*Scalar{d}, d.Text.At, false)
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", d))
	}
}

func (p *parser) all(name Text, m *Map) Block {
	if len(m.Entries) == 0 {
		p.report(Error, "empty", place(name.At, m), fmt.Sprintf("search %q has an empty map; it must have a field", name.Value))
		return nil
	}
	all := &All{At: m.At}
	known := len(p.diags)
	for _, e := range m.Entries {
		all.Items = append(all.Items, p.item(e))
	}
	if len(m.Entries) == 1 {
		for _, d := range p.diags[known:] {
			p.offerAbsent(d, m)
		}
	}
	return all
}

func (p *parser) any(name Text, l *List) Block {
	if len(l.Of) == 0 {
		p.report(Error, "empty", place(name.At, l), fmt.Sprintf("search %q has an empty list; it must have a map or a keyword", name.Value))
		return nil
	}
	if scalars, ok := allScalars(l); ok {
		return p.keywords(name, scalars, l.At, true)
	}
	list := &Any{At: l.At}
	for _, d := range l.Of {
		if b := p.block(name, d); b != nil {
			list.Blocks = append(list.Blocks, b)
		}
	}
	if len(list.Blocks) == 0 {
		return nil
	}
	return list
}

func allScalars(l *List) ([]*Scalar, bool) {
	var scalars []*Scalar
	for _, d := range l.Of {
		s, ok := d.(*Scalar)
		if !ok {
			return nil, false
		}
		scalars = append(scalars, s)
	}
	return scalars, true
}

// keywords makes the item of values that stand without a field.
func (p *parser) keywords(name Text, scalars []*Scalar, at Span, list bool) Block {
	item := &Item{Keywords: true, List: list, KeyAt: Span{at.Start, at.Start}, At: at}
	for _, s := range scalars {
		item.Values = p.addValue(item, name, s)
	}
	if len(item.Values) == 0 {
		return nil
	}
	p.checkValues(item)
	return item
}

// item reads "field|modifier: values".
func (p *parser) item(e Entry) *Item {
	item := &Item{KeyAt: e.Key.At, At: e.Span()}
	p.itemKey(item, e.Key)
	p.checkTyping(e.Key, &String{e.Key})
	ok := p.checkModifiers(item)
	if !p.itemValues(item, e) || !ok {
		return item
	}
	p.checkValues(item)
	return item
}

// itemKey splits a key at its "|".
func (p *parser) itemKey(item *Item, key Text) {
	parts := strings.Split(key.Value, "|")
	start := len(parts[0])
	item.Field = Text{parts[0], p.file.Within(key, 0, start)}
	item.Keywords = parts[0] == ""
	for _, name := range parts[1:] {
		start++
		item.Modifiers = append(item.Modifiers, Modifier{name, p.file.Within(key, start, start+len(name))})
		start += len(name)
	}
}

// itemValues reads the values; false if the item can't be used.
func (p *parser) itemValues(item *Item, e Entry) bool {
	before := p.errors()
	switch d := e.Data.(type) {
	case *Scalar:
		item.Values = p.addValue(item, e.Key, d)
	case *Map:
		if p.errorIn(d.At) {
			return false // such as {{name}}, whose key is a map
		}
		p.report(Error, "value/map", place(e.Key.At, firstLineOf(p, d)),
			fmt.Sprintf("%q holds a map; it must hold a value or a list of values", e.Key.Value)).
			label(dotted(e.Key, d))
	case *List:
		item.List = true
		if len(d.Of) == 0 {
			p.report(Error, "empty", place(e.Key.At, d), fmt.Sprintf("%q has an empty list; it must have a value", e.Key.Value)).
				label("for a field that is absent, write null")
		}
		for _, x := range d.Of {
			if s, ok := x.(*Scalar); ok {
				if _, null := typed(s).(*Null); null && !item.Keywords {
					p.nullInList(e.Key, d, s)
				} else {
					item.Values = p.addValue(item, e.Key, s)
				}
				continue
			}
			p.report(Error, "value/nested", place(e.Key.At, firstLineOf(p, x)), fmt.Sprintf("%q has %s in its list; each entry must be a value", e.Key.Value, kindOf(x)))
		}
	}
	return p.errors() == before
}

// firstLineOf is d with its span cut to one line.
// dotted tells how a field inside another is written.
func dotted(key Text, d *Map) string {
	inner := "inner"
	if len(d.Entries) > 0 {
		inner = d.Entries[0].Key.Value
	}
	field, modifiers, found := strings.Cut(key.Value, "|")
	if found {
		modifiers = "|" + modifiers
	}
	return fmt.Sprintf("a field inside another is written with a dot: %q", field+"."+inner+modifiers)
}

func firstLineOf(p *parser, d Data) Data {
	return &Scalar{Text: Text{At: firstLine(p.file, d.Span())}}
}

// addValue types one scalar and appends it to the item's values.
func (p *parser) addValue(item *Item, key Text, s *Scalar) []Value {
	v := typed(s)
	_, isNull := v.(*Null)
	switch {
	case isNull && item.Keywords:
		p.report(Error, "value/null", place(key.At, s), "null stands as a keyword; it must be bound to a field")
		return item.Values
	case isNull && len(item.Modifiers) > 0 && !onlyNeq(item):
		message := fmt.Sprintf("modifier %q can't work on null", item.Modifiers[len(item.Modifiers)-1].Name)
		if s.Text.Value == "" {
			message = fmt.Sprintf("%q has no value, and modifier %q needs one", key.Value, item.Modifiers[len(item.Modifiers)-1].Name)
		}
		p.report(Error, "value/type", place(item.KeyAt, s), message)
		return item.Values
	}
	return append(item.Values, v)
}

func onlyNeq(item *Item) bool {
	return !slices.ContainsFunc(item.Modifiers, func(m Modifier) bool { return m.Name != "neq" })
}

// typed gives a scalar the type of YAML 1.2's core schema.
func typed(s *Scalar) Value {
	if s.Quoted {
		return &String{s.Text}
	}
	if isCoreNull(s.Text.Value) {
		return &Null{s.Text}
	}
	if b, ok := coreBool(s.Text.Value); ok {
		return &Bool{b, s.Text}
	}
	if isCoreNumber(s.Text.Value) {
		return &Number{s.Text}
	}
	return &String{s.Text}
}
