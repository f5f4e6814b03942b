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
		r.unsupported(r.program.File(), f.At, "kql/no-column",
			fmt.Sprintf("table %s has no column for %q", r.log.KQL.Name, f.Name))
		return "", false
	}
	value := values[0]
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
	if p.list == nil {
		return p.value.text(), true
	}
	return "tostring(" + r.valuesOf(f, path, p) + "[0])", true
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

// valuesOf gives the column that lists the texts of a place in the members of
// a list.
func (r *rule) valuesOf(f *ir.Field, path schema.Path, p place) string {
	inner, ok := p.list.members.reach(r.declared(f, path), p.rest)
	if !ok {
		panic("kql: a path below a member has no column to miss")
	}
	value, present := "", ""
	if inner.list == nil {
		value = inner.value.text()
		present = "isnotempty(" + value + ")"
	} else {
		column := r.valuesOf(f, path, inner)
		value, present = "tostring("+column+"[0])", "array_length("+column+") > 0"
	}
	if sel := p.list.selector(p.step); sel != "" {
		present = sel + " and " + present
	}
	last := path[len(path)-1]
	base := pascal(p.step.Is) + plural(last.Key)
	if p.step.Every && inner.list != nil {
		base = pascal(inner.step.Is) + plural(last.Key)
	}
	return p.list.sum(base, write.Of("make_list_if("+value+", "+present+")"))
}
