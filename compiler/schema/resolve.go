package schema

import (
	"strings"
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
}

// Resolve finds the field that a rule calls name. It returns nil if the log
// has none; Near then gives the names that come closest.
func (l *Log) Resolve(name string) *Ref {
	if l.Open {
		return &Ref{Field: &Field{Name: name, Type: Any}, Name: name}
	}
	if r := l.resolveCanonical(name); r != nil {
		return r
	}
	return l.resolveAlias(name)
}

func (l *Log) resolveCanonical(name string) *Ref {
	for _, f := range l.Fields {
		if f.Name == name {
			return &Ref{Field: f, Name: name, Path: f.Path}
		}
	}
	return resolveList(l.Lists, name)
}

// resolveAlias replaces the longest alias that name is, or begins with, by the
// canonical name. Aliases differ from each other in case alone at times, so an
// exact one wins over one in other case.
func (l *Log) resolveAlias(name string) *Ref {
	for _, equal := range []func(a, b string) bool{exact, strings.EqualFold} {
		var best *Ref
		longest := -1
		l.eachAlias(func(canonical string, a *Alias) {
			rest, ok := cutPrefix(name, a.Name, equal)
			if !ok || len(a.Name) <= longest {
				return
			}
			if r := l.resolveCanonical(canonical + rest); r != nil {
				r.Alias, best, longest = a, r, len(a.Name)
			}
		})
		if best != nil {
			return best
		}
	}
	return l.resolveFold(name)
}

// resolveFold accepts a canonical name in other case, which is an alias that
// nobody declared.
func (l *Log) resolveFold(name string) *Ref {
	for _, f := range l.Fields {
		if strings.EqualFold(f.Name, name) {
			return &Ref{Field: f, Name: f.Name, Path: f.Path, Alias: &Alias{Name: name, Warn: "field names are case-sensitive: " + f.Name}}
		}
	}
	return nil
}

func exact(a, b string) bool { return a == b }

// cutPrefix takes a prefix that ends at a name's end, a dot or a bracket.
func cutPrefix(name, prefix string, equal func(a, b string) bool) (rest string, ok bool) {
	if len(name) < len(prefix) || !equal(name[:len(prefix)], prefix) {
		return "", false
	}
	rest = name[len(prefix):]
	return rest, rest == "" || rest[0] == '.' || rest[0] == '['
}

// eachAlias visits the aliases of fields and of lists, with the canonical name
// that each stands for.
func (l *Log) eachAlias(visit func(canonical string, a *Alias)) {
	for _, f := range l.Fields {
		for i := range f.Aliases {
			visit(f.Name, &f.Aliases[i])
		}
	}
	for _, list := range l.Lists {
		for i := range list.Aliases {
			visit(list.Name, &list.Aliases[i])
		}
	}
}

// resolveList reads list[selector].rest. A selector may hold dots and dashes:
// what stands in the brackets is the whole name.
func resolveList(lists []*List, name string) *Ref {
	for _, list := range lists {
		rest, ok := cutPrefix(name, list.Name, exact)
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
		return resolveMember(list, step, rest)
	}
	return nil
}

func resolveMember(list *List, step Step, rest string) *Ref {
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
	below := resolveList(list.Lists, property)
	for _, f := range list.Fields {
		if f.Name == property {
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
