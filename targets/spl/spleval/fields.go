package spleval

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Events is what is known of the events that a search reads.
type Events struct {
	Of     string // what they are, as messages call them
	Fields []KnownField
}

// A KnownField is a field that events may have. A name with a star stands for
// all fields that it meets.
type KnownField struct {
	Name string
	Kind FieldKind
}

// A FieldKind says which values a field has.
type FieldKind byte

// The kinds of fields.
const (
	AnyKind FieldKind = iota
	NumberKind
	BoolKind
)

// A Report is what is wrong with a search.
type Report struct {
	Errors []*Error // it does not run
	Notes  []*Error // it runs here, yet otherwise on Splunk
	Fields []*Error // it reads a field that no row has, or compares one with what it never is
}

// Check says what is wrong with the text of a search. Of the events with some
// sourcetypes, none if the search does not say them, events tells the fields;
// it gives nil if they are not known, and then nothing is said of fields until
// a command leaves only those that it names.
func Check(text string, opts *Options, events func(sourcetypes []string) *Events) *Report {
	if opts == nil {
		opts = &Options{}
	}
	src, err := expandKnown(text, opts.Macros)
	if err != nil {
		return &Report{Errors: []*Error{err}}
	}
	p := newParser(src)
	pl := p.pipeline(0, len(src.text), false)
	c := &fieldChecker{src: src, events: events}
	c.plan(pl, nil)
	errs := slices.Concat(src.missing, p.errs)
	slices.SortStableFunc(errs, func(a, b *Error) int { return a.Offset - b.Offset })
	return &Report{Errors: errs, Notes: p.notes, Fields: c.found}
}

// sourcetypes gives the sourcetypes that an event must have one of; none if the
// search does not say.
func sourcetypes(n searchNode) []string {
	switch n := n.(type) {
	case *fieldTest:
		if n.field != "sourcetype" || n.op != "=" {
			return nil
		}
		var names []string
		for _, v := range n.values {
			names = append(names, v.text)
		}
		return names
	case *searchAnd:
		for _, x := range n.x {
			if names := sourcetypes(x); names != nil {
				return names
			}
		}
	case *searchOr:
		var all []string
		for _, x := range n.x {
			names := sourcetypes(x)
			if names == nil {
				return nil
			}
			all = append(all, names...)
		}
		return all
	}
	return nil
}

// A fieldChecker goes through the commands with the fields that rows have.
type fieldChecker struct {
	src    *source
	events func([]string) *Events
	found  []*Error
}

// A fieldSet is the fields that rows may have.
type fieldSet struct {
	open  bool // also any other
	known map[string]FieldKind
	stars []string          // patterns of others
	gone  map[string]string // those that are no more, and where they went
	by    string            // what gave the rows: "events of X have", or "stats leaves"

	events bool // they are those of events, and many
}

// plan gives the fields of the rows that a pipeline gives for rows with some
// fields; nil stands for the events.
func (c *fieldChecker) plan(pl *plan, in *fieldSet) *fieldSet {
	for i, st := range pl.steps {
		if i == 0 && in == nil {
			in = c.start(st)
		}
		for _, u := range st.uses {
			in = c.use(st, u, in)
		}
	}
	if in == nil {
		return &fieldSet{open: true}
	}
	return in
}

// start gives the fields of the rows that come to the first command.
func (c *fieldChecker) start(st planStep) *fieldSet {
	if st.info.brings() {
		return newFieldSet(st.name + " gives")
	}
	var names []string
	if i := slices.IndexFunc(st.uses, func(u fieldUse) bool { return u.kind == useSource }); i >= 0 {
		names = st.uses[i].names
	}
	f := &fieldSet{known: map[string]FieldKind{}, gone: map[string]string{}, events: true}
	e := c.events(names)
	if e == nil {
		f.open = true
		return f
	}
	f.by = "events of " + e.Of + " have"
	for _, k := range e.Fields {
		if strings.IndexByte(k.Name, '*') >= 0 {
			f.stars = append(f.stars, k.Name)
		} else {
			f.known[k.Name] = k.Kind
		}
	}
	return f
}

func newFieldSet(by string) *fieldSet {
	return &fieldSet{known: map[string]FieldKind{}, gone: map[string]string{}, by: by}
}

func (c *fieldChecker) use(st planStep, u fieldUse, f *fieldSet) *fieldSet {
	switch u.kind {
	case useRead:
		c.read(u, f)
	case useMake:
		for _, n := range u.names {
			f.add(n, AnyKind)
		}
	case useKeep:
		return f.keep(u.names, st.name)
	case useDrop:
		f.drop(u.names)
	case useRename:
		f.rename(u.names[0], u.names[1])
	case useOpen:
		f.open = true
		clear(f.gone)
	case useSub:
		c.plan(u.plan, nil)
	case useUnion:
		f.join(c.plan(u.plan, nil))
	case useBranch:
		f.join(c.plan(u.plan, f.clone()))
	case useBegin:
		return newFieldSet(st.name + " gives")
	}
	return f
}

// read looks whether there is such a field, and says so once if there is none.
func (c *fieldChecker) read(u fieldUse, f *fieldSet) {
	name := u.names[0]
	if where, gone := f.gone[name]; gone {
		c.find(u.lo, u.hi, "field %q %s", name, where)
	} else if !f.has(name) {
		c.find(u.lo, u.hi, "%s no field %q%s", f.by, name, f.near(name))
	} else {
		c.compare(u, f.known[name])
		return
	}
	f.add(name, AnyKind)
}

func (c *fieldChecker) find(lo, hi int, format string, args ...any) {
	c.found = append(c.found, c.src.errorf(lo, hi, format, args...))
}

// compare looks whether a field can be what it is compared with.
func (c *fieldChecker) compare(u fieldUse, kind FieldKind) {
	for _, t := range u.equals {
		if strings.IndexByte(t.text, '*') >= 0 && !u.exact {
			continue
		}
		_, number := parseNumber(t.text)
		word := t.text
		if !u.exact {
			word = strings.ToLower(word)
		}
		switch {
		case kind == NumberKind && !number:
			c.find(t.lo, t.hi, "%s is a number, and never %q", u.names[0], t.text)
		case kind == BoolKind && word != "true" && word != "false":
			c.find(t.lo, t.hi, "%s is true or false, and never %q", u.names[0], t.text)
		}
	}
}

func (f *fieldSet) has(name string) bool {
	if _, ok := f.known[name]; ok || f.open || strings.HasPrefix(name, "\x00") {
		return true
	}
	return slices.ContainsFunc(f.stars, func(p string) bool { _, ok := nameMatch(p, name); return ok })
}

func (f *fieldSet) add(name string, kind FieldKind) {
	f.known[name] = kind
	delete(f.gone, name)
}

// keep leaves the fields that a command names.
func (f *fieldSet) keep(names []string, command string) *fieldSet {
	out := newFieldSet(command + " leaves")
	for _, n := range names {
		switch {
		case strings.IndexByte(n, '*') < 0:
			out.known[n] = f.known[n]
			continue
		case f.open || strings.HasPrefix(n, "_"):
			out.stars = append(out.stars, n)
		default:
			out.stars = append(out.stars, slices.DeleteFunc(slices.Clone(f.stars), func(s string) bool {
				_, ok := nameMatch(n, s)
				return !ok
			})...)
		}
		for k, kind := range f.known {
			if _, ok := nameMatch(n, k); ok {
				out.known[k] = kind
			}
		}
	}
	return out
}

func (f *fieldSet) drop(names []string) {
	for _, n := range names {
		if strings.IndexByte(n, '*') < 0 {
			delete(f.known, n)
			f.gone[n] = "is taken out before"
			continue
		}
		maps.DeleteFunc(f.known, func(k string, _ FieldKind) bool { _, ok := nameMatch(n, k); return ok })
	}
}

func (f *fieldSet) rename(from, to string) {
	kind := f.known[from]
	delete(f.known, from)
	f.gone[from] = fmt.Sprintf("is called %q since it was renamed", to)
	f.add(to, kind)
}

func (f *fieldSet) clone() *fieldSet {
	out := *f
	out.known, out.gone, out.stars = maps.Clone(f.known), maps.Clone(f.gone), slices.Clone(f.stars)
	return &out
}

// join adds the fields of other rows.
func (f *fieldSet) join(other *fieldSet) {
	f.open = f.open || other.open
	f.stars = append(f.stars, other.stars...)
	for name, kind := range other.known {
		if mine, ok := f.known[name]; ok && mine != kind {
			kind = AnyKind
		}
		f.add(name, kind)
	}
	clear(f.gone)
}

// near names the fields that may be meant, or all if they are few.
func (f *fieldSet) near(name string) string {
	names := nearFields(name, slices.Sorted(maps.Keys(f.known)))
	switch {
	case len(names) > 0:
		return ": did you mean " + strings.Join(names, " or ") + "?"
	case !f.events && len(f.known) > 0 && len(f.known) <= 8:
		return ": " + strings.Join(slices.Sorted(maps.Keys(f.known)), ", ")
	}
	return ""
}

// nearFields gives at most three of the names: the same in other case, else those
// that are spelt nearly so, else those that end alike.
func nearFields(name string, names []string) []string {
	var found [3][]string
	tail := "." + lastKey(name)
	for _, n := range names {
		switch {
		case strings.EqualFold(n, name):
			found[0] = append(found[0], n)
		case editDistance(strings.ToLower(name), strings.ToLower(n)) <= min(2, max(1, len(name)/3)) && len(name) > 2:
			found[1] = append(found[1], n)
		case strings.HasSuffix(strings.ToLower("."+n), strings.ToLower(tail)):
			found[2] = append(found[2], n)
		}
	}
	for _, f := range found {
		if len(f) > 0 {
			return f[:min(len(f), 3)]
		}
	}
	return nil
}

// lastKey is what stands after the last dot of a name.
func lastKey(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
