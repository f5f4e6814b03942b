package kql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// derivedColumn gives the column of a derived field, made once: the first of
// its paths with a value.
func (r *rule) derivedColumn(f *ir.Field) (string, bool) {
	return r.firstColumn(f, pascal(f.Name), f.First)
}

// firstColumn adds a column that holds the first text, which is not empty, to
// which one of the paths leads.
func (r *rule) firstColumn(f *ir.Field, base string, paths []schema.Path) (string, bool) {
	i := slices.IndexFunc(r.derived, func(c column) bool { return c.field == f.Name })
	if i >= 0 {
		return r.derived[i].name, true
	}
	var values []string
	for _, path := range paths {
		if v, ok := r.firstValue(f, path); ok {
			values = append(values, v)
		} else {
			r.declare("kql/lost-path", f.At)
		}
	}
	if len(values) == 0 {
		r.unsupported(r.file(), f.At, "kql/no-column",
			fmt.Sprintf("table %s has no column for %q", r.log.KQL.Name, f.Name))
		return "", false
	}
	value := values[0]
	if i := slices.IndexFunc(r.derived, func(c column) bool { return name(c.name) == value }); i >= 0 && len(values) == 1 {
		return r.derived[i].name, true
	}
	if len(values) > 1 {
		value = "coalesce(" + strings.Join(values, ", ") + ")"
		if len(value) > maxLine-10 {
			value = "coalesce(\n        " + strings.Join(values, ",\n        ") + ")"
		}
	}
	c := column{f.Name, r.unique(base), value}
	r.derived = append(r.derived, c)
	return c.name, true
}

// firstValue gives the first text to which a path leads, or the empty text.
func (r *rule) firstValue(f *ir.Field, path schema.Path) (string, bool) {
	p, ok := r.row.reach(r.declared(f, path), path)
	if !ok {
		return "", false
	}
	return r.valueOf(f, path, p), true
}

// declared is the field with what the log says of the path: whether its text
// is quoted.
func (r *rule) declared(f *ir.Field, path schema.Path) *ir.Field {
	out := *f
	if ref := r.log.Resolve(path.String()); ref != nil {
		out.Unquote = out.Unquote || ref.Field.Unquote
	}
	return &out
}

// valueOf writes the text at a place, or the first of several. In a list that
// is a map, one member at most is selected, so that any will do; of other
// lists the values are gathered in order.
func (r *rule) valueOf(f *ir.Field, path schema.Path, p place) string {
	if p.list == nil {
		return p.value.text()
	}
	inner, ok := p.list.members.reach(r.declared(f, path), p.rest)
	if !ok {
		panic("kql: a path below a member has no column to miss")
	}
	value := r.valueOf(f, path, inner)
	sel := p.list.selector(p.step)
	base := pascal(path[len(path)-1].Key)
	if inner.list != nil && !inner.step.Every {
		base = pascal(inner.step.Is) + base
	}
	if !p.step.Every {
		base = pascal(p.step.Is) + base
	}
	if sel != "" && r.isMap(p.step.Key) {
		return p.list.sum(base, write.Of("take_anyif("+value+", "+sel+")"))
	}
	present := "isnotempty(" + value + ")"
	if inner.list == nil && inner.value.typ == "dynamic" {
		present = "isnotempty(" + inner.value.expr + ")"
	}
	if sel != "" {
		present = sel + " and " + present
	}
	return "tostring(" + p.list.sum(plural(base), write.Of("make_list_if("+value+", "+present+")")) + "[0])"
}

// isMap tells whether the log declares a list as one of names and values.
func (r *rule) isMap(key string) bool { return mapIn(r.log.Lists, key) }

func mapIn(lists []*schema.List, key string) bool {
	return slices.ContainsFunc(lists, func(l *schema.List) bool { return l.Name == key && l.Map || mapIn(l.Lists, key) })
}
