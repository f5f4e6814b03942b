package kql

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// A scope is what a predicate is asked of: a row, or one member of a list
// inside mv-apply.
type scope struct {
	*rule
	item  string // names the member; empty for the row
	lists []*list

	// needsLists tells that what was written since it was cleared uses
	// columns that come after the mv-apply.
	needsLists bool
}

// A list is gone through once, by one mv-apply.
type list struct {
	source  string // the array
	members *scope
	sums    []sum
}

// A sum is a column of the body's summarize.
type sum struct {
	name  string
	value write.Text
}

// list gives the list of an array in this scope.
func (s *scope) list(source, key string) *list {
	for _, l := range s.lists {
		if l.source == source {
			return l
		}
	}
	l := &list{source: source, members: &scope{rule: s.rule, item: s.unique(singular(key))}}
	s.lists = append(s.lists, l)
	return l
}

// sum gives the column that holds a value over the members. Equal values
// share one.
func (l *list) sum(base string, value write.Text) string {
	for _, old := range l.sums {
		if old.value.String() == value.String() {
			return old.name
		}
	}
	column := l.members.unique(base)
	l.sums = append(l.sums, sum{column, value})
	return column
}

// applies writes the mv-apply of each list, and within it those of the lists
// of its members.
func (s *scope) applies() []write.Text {
	var out []write.Text
	for _, l := range s.lists {
		if len(l.sums) == 0 {
			continue // null is asked of the list as a whole
		}
		body := l.members.applies()
		body = append(body, l.summarize())
		head := "mv-apply " + l.members.item + " = " + l.array() + " on (\n    "
		out = append(out, write.Join(body, "\n| ").Indent("    ").Wrap(head, "\n)"))
	}
	return out
}

// array is never empty: what mv-apply does with an empty array, or with null,
// is not the same everywhere.
func (l *list) array() string {
	if strings.HasPrefix(l.source, "elements(") {
		return l.source
	}
	return "iff(array_length(" + l.source + ") > 0, " + l.source + ", dynamic([null]))"
}

func (l *list) summarize() write.Text {
	sums := make([]write.Text, len(l.sums))
	for i, s := range l.sums {
		sums[i] = s.value.Wrap(name(s.name)+" = ", "")
	}
	return write.Join(sums, ",\n    ").Wrap("summarize ", "")
}

// itemNames names a member of lists that have a better word than their key.
var itemNames = []struct{ key, item string }{
	{"targetResources", "target"},
	{"modifiedProperties", "property"},
}

// singular names a member of a list: the last word of the key, without its s.
func singular(key string) string {
	for _, n := range itemNames {
		if n.key == key {
			return n.item
		}
	}
	key, _, _ = strings.Cut(key, "_")
	start := max(0, strings.LastIndexFunc(key, func(r rune) bool { return 'A' <= r && r <= 'Z' }))
	word := strings.ToLower(key[start:])
	if stem, ok := strings.CutSuffix(word, "ies"); ok {
		word = stem + "y"
	} else {
		word = strings.TrimSuffix(word, "s")
	}
	if !isIdentifier(word) || slices.Contains(reserved, word) {
		return "item"
	}
	return word
}

// plural is the word for the members that a count counts.
func plural(item string) string {
	if stem, ok := strings.CutSuffix(item, "y"); ok {
		return pascal(stem) + "ies"
	}
	return pascal(item) + "s"
}

// A place is where a path leads: to a value, or to the members of a list and
// on from them.
type place struct {
	value operand
	list  *list // nil for a value
	step  schema.Step
	rest  schema.Path // from the member on

	// whole tells that the value may be an array or not: the list has its
	// elements, or itself.
	whole bool
}

// reach follows a path of a declared log as far as the first list.
func (s *scope) reach(f *ir.Field, path schema.Path) (place, bool) {
	value := operand{expr: s.item, typ: "dynamic", field: f, query: s.query}
	if s.item == "" {
		column, n := s.columnOf(path)
		if column == nil {
			var ok bool
			if value, n, ok = s.inside(f, path); !ok {
				return place{}, false
			}
			return s.below(value, path[n:])
		}
		value.expr, value.typ = name(column.Name), column.Type
		if last := path[n-1]; selects(last) {
			return place{list: s.list(value.array(), last.Key), step: last, rest: path[n:]}, true
		}
		if len(path) > n {
			value.expr, value.typ = value.dynamic(), "dynamic"
			if open := s.log.Under(f.Name); open != nil && n > len(open.Path) {
				return s.through(value, column.Name, path[n:]), true
			}
		} else if mayBeArray(f, column.Type) && !s.isOpen(f) {
			return s.elements(value, column.Name), true
		}
		path = path[n:]
	}
	return s.below(value, path)
}

// below follows a path from a value on. Below an open object an array may stand
// under each key.
func (s *scope) below(value operand, path schema.Path) (place, bool) {
	anywhere := s.isUnder(value.field)
	for i, step := range path {
		value.parent, value.key = value.expr, step.Key
		value.expr += property(step.Key)
		if selects(step) {
			return place{list: s.list(value.expr, step.Key), step: step, rest: path[i+1:]}, true
		}
		if anywhere && i < len(path)-1 {
			return s.through(value, step.Key, path[i+1:]), true
		}
	}
	if value.key != "" && mayBeArray(value.field, "dynamic") {
		return s.elements(value, value.key), true
	}
	return place{value: value}, true
}

// mayBeArray tells whether a field of which the log says no type may hold an
// array.
func mayBeArray(f *ir.Field, columnType string) bool {
	return f != nil && (f.Type == schema.Any || f.Type == schema.Object) && (columnType == "dynamic" || columnType == "string")
}

// isOpen tells whether a field is an open object, which is no array.
func (s *scope) isOpen(f *ir.Field) bool {
	return slices.ContainsFunc(s.log.Fields, func(own *schema.Field) bool { return own.Open && own.Name == f.Name })
}

// isUnder tells whether a field is below an open object.
func (s *scope) isUnder(f *ir.Field) bool { return f != nil && s.log.Under(f.Name) != nil }

// through goes on from the elements of a value, or from the value itself if it
// is no array.
func (s *scope) through(value operand, key string, rest schema.Path) place {
	p := s.elements(value, key)
	p.rest, p.whole = rest, false
	return p
}

// elements is the list of the elements of a value, or of the value itself if
// it is no array.
func (s *scope) elements(value operand, key string) place {
	source := s.call("elements", value.dynamic())
	return place{value: value, list: s.list(source, key), step: schema.Step{Every: true}, rest: schema.Path{}, whole: true}
}

func selects(s schema.Step) bool { return s.By != "" || s.Every }

// columnOf finds the column that holds the path, or the longest beginning of
// it, and how many steps it holds.
func (r *rule) columnOf(path schema.Path) (*schema.Column, int) {
	var best *schema.Column
	steps := 0
	for i := range r.log.KQL.Columns {
		c := &r.log.KQL.Columns[i]
		if n := holds(c.From, path); n > steps {
			best, steps = c, n
		}
	}
	return best, steps
}

// holds gives the number of steps of path that a column of from covers; zero
// if it is another one. Only the last of them may select from a list.
func holds(from string, path schema.Path) int {
	if from == "" {
		return 0
	}
	keys := strings.Split(from, ".")
	if len(keys) > len(path) {
		return 0
	}
	for i, key := range keys {
		if path[i].Key != key || i < len(keys)-1 && selects(path[i]) {
			return 0
		}
	}
	return len(keys)
}

// selector asks whether the member is one that the step selects. Names of
// members are compared exactly.
func (l *list) selector(s schema.Step) string {
	if s.Every {
		return ""
	}
	return "tostring(" + l.members.item + property(s.By) + ") == " + quote(s.Is)
}
