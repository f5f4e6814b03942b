package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// A Ref is what a field name of a rule means in a log.
type Ref struct {
	Field *Field
	Name  string // canonical
	Path  Path   // from the event; nil for a derived field and in an open log

	// Member is the number of leading steps that select one member of a list,
	// which all items of a search with this selector share. Zero if there is
	// none.
	Member int

	// Alias is the spelling that the rule used, if it is not the canonical one.
	Alias *Alias

	// Also are what the name means besides: what a rule says of it holds if it
	// does of one of them.
	Also []*Ref
}

// Resolve finds the field that a rule calls name. It returns nil if the log
// has none; Near then gives the names that come closest.
//
// Names differ from each other in case alone at times (Location is a country,
// location a place), so an exact one wins over one in other case.
func (l *Log) Resolve(name string) *Ref {
	if l.Open {
		return &Ref{Field: &Field{Name: name, Type: Any}, Name: name}
	}
	if r := l.resolve(name, exact); r != nil {
		return r
	}
	r := l.resolve(name, strings.EqualFold)
	if r != nil && (r.Alias == nil || r.Alias.Warn == "") {
		r.Alias = &Alias{Name: name, For: r.Name, Warn: fmt.Sprintf("this log has %q, and not %q: field names are case-sensitive", r.Name, name)}
	}
	return r
}

// Near gives the canonical names that someone who wrote name may have meant.
func (l *Log) Near(name string) []string { return sigma.Nearest(name, l.Names()) }

// A comparison of names: exact, or in any case.
type comparison func(a, b string) bool

func exact(a, b string) bool { return a == b }

// resolve tries a name as the canonical one, as an alias, behind a product's
// prefix, and with lists as Splunk writes them.
func (l *Log) resolve(name string, equal comparison) *Ref {
	if r := l.canonical(name, equal); r != nil {
		return r
	}
	if r := l.alias(name, equal); r != nil {
		return r
	}
	for i := range l.Prefixes {
		p := &l.Prefixes[i]
		if rest, ok := cutPrefix(name, p.Name, equal); ok && len(rest) > 1 {
			if r := l.resolve(rest[1:], equal); r != nil {
				return r.spelt(Alias{Name: name, Origin: p.Origin, Warn: p.Warn})
			}
		}
	}
	if !strings.Contains(name, "{}") {
		return nil
	}
	if r := l.resolve(strings.ReplaceAll(name, "{}", "[]"), equal); r != nil {
		return r.spelt(Alias{Name: name, Origin: "Splunk"})
	}
	return nil
}

// spelt notes the spelling of a name of which a part was resolved already.
func (r *Ref) spelt(a Alias) *Ref {
	a.For = r.Name
	if r.Alias != nil && a.Warn == "" {
		a.Warn = r.Alias.Warn
	}
	r.Alias = &a
	return r
}

func (l *Log) canonical(name string, equal comparison) *Ref {
	for _, f := range l.Fields {
		if equal(f.Name, name) {
			return &Ref{Field: f, Name: f.Name, Path: f.Path}
		}
	}
	if r := resolveList(l.Lists, name, equal); r != nil {
		return r
	}
	return l.below(name, equal)
}

// below finds a name below an object that is open. Whether arrays are on the
// way does not show in it: a[].b is a.b.
func (l *Log) below(name string, equal comparison) *Ref {
	open, rest := l.open(name, equal)
	if open == nil || strings.Contains(rest, "{}") || l.declaresFolded(name) {
		return nil
	}
	rest = strings.ReplaceAll(rest, "[]", "")
	if strings.Contains("."+rest+".", "..") {
		return nil // a key is missing
	}
	name = open.Name + "." + rest
	return &Ref{Field: &Field{Name: name, Type: Any, Doc: open.Doc, Control: open.Control}, Name: name, Path: append(slices.Clone(open.Path), Keys(rest)...)}
}

// declaresFolded tells whether a name is that of a declared field but for case,
// which is then meant.
func (l *Log) declaresFolded(name string) bool {
	return slices.ContainsFunc(l.Fields, func(f *Field) bool { return strings.EqualFold(f.Name, name) })
}

// open finds the open object that a name leads into, and the rest of the name.
func (l *Log) open(name string, equal comparison) (open *Field, rest string) {
	for _, f := range l.Fields {
		if below, ok := cutPrefix(name, f.Name, equal); ok && f.Open && len(below) > 1 && below[0] == '.' && (open == nil || len(f.Name) > len(open.Name)) {
			open, rest = f, below[1:]
		}
	}
	return open, rest
}

// Under gives the open object that a canonical name leads into; nil for a field
// that is declared, and for one that is derived or made.
func (l *Log) Under(name string) *Field {
	if slices.ContainsFunc(l.Fields, func(f *Field) bool { return f.Name == name }) {
		return nil
	}
	f, _ := l.open(name, exact)
	return f
}

// alias replaces the longest alias that name is, or begins with, by the
// canonical name.
func (l *Log) alias(name string, equal comparison) *Ref {
	var best *Ref
	longest := -1
	for i := range l.Aliases {
		a := &l.Aliases[i]
		rest, ok := cutPrefix(name, a.Name, equal)
		if !ok || len(a.Name) <= longest {
			continue
		}
		if r := l.canonical(a.For+rest, equal); r != nil {
			r.Alias, best, longest = a, r, len(a.Name)
		}
	}
	return best
}

// cutPrefix takes a prefix that ends at a name's end, a dot or a bracket.
func cutPrefix(name, prefix string, equal comparison) (rest string, ok bool) {
	if len(name) < len(prefix) || !equal(name[:len(prefix)], prefix) {
		return "", false
	}
	rest = name[len(prefix):]
	return rest, rest == "" || rest[0] == '.' || rest[0] == '['
}

// resolveList reads list[selector].rest. A selector may hold dots and dashes:
// what stands in the brackets is the whole name.
func resolveList(lists []*List, name string, equal comparison) *Ref {
	for _, list := range lists {
		rest, ok := cutPrefix(name, list.Name, equal)
		if !ok {
			continue
		}
		step := Step{Key: list.Name, By: list.By, Every: true}
		if strings.HasPrefix(rest, "[") {
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil
			}
			step.Is, rest = rest[1:end], rest[end+1:]
			step.Every = step.Is == ""
		}
		return resolveMember(list, step, rest, equal)
	}
	return nil
}

func resolveMember(list *List, step Step, rest string, equal comparison) *Ref {
	if rest == "" {
		if list.Value == "" || step.Every {
			return wholeList(list, step)
		}
		rest = "." + list.Value
	}
	property, ok := strings.CutPrefix(rest, ".")
	if !ok {
		return nil
	}
	below := resolveList(list.Lists, property, equal)
	for _, f := range list.Fields {
		if equal(f.Name, property) {
			below = &Ref{Field: f, Name: f.Name, Path: f.Path}
		}
	}
	if below == nil {
		return nil
	}
	r := &Ref{Field: below.Field, Path: append(Path{step}, below.Path...)}
	if !list.Map || step.Every {
		r.Member = 1
	}
	r.Name = r.Path.String()
	return r
}

// wholeList is a list or member itself: it has no value, but can be present.
func wholeList(list *List, step Step) *Ref {
	path := Path{{Key: list.Name}}
	if step.By != "" && !step.Every {
		path = Path{step}
	}
	return &Ref{Field: &Field{Name: list.Name, Type: Object, Path: path, Doc: list.Doc}, Name: path.String(), Path: path}
}

// Names lists the canonical names of the log, lists with empty selectors: what
// a person can choose from.
func (l *Log) Names() []string {
	var names []string
	for _, f := range l.Fields {
		names = append(names, f.Name)
	}
	return appendListNames(names, "", l.Lists)
}

func appendListNames(names []string, prefix string, lists []*List) []string {
	for _, list := range lists {
		at := prefix + list.Name + "[]"
		for _, f := range list.Fields {
			names = append(names, at+"."+f.Name)
		}
		names = appendListNames(names, at+".", list.Lists)
	}
	return names
}
