package flat

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// A place is a column in which the value of a field may stand. If it is that of
// a member of a list which is selected, guard holds if this member is.
type place struct {
	column string
	guard  *write.Expr
}

// A member is one of the list to which a step leads, from 0.
type member struct {
	list  schema.Step
	index int
}

// member writes that one of the first members of a list satisfies a predicate.
//
//	list[]: x  ->  x of list[0], or x of list[1], ...
func (w *writer) member(m *ir.Member, negated bool) write.Expr {
	if w.Members == 0 || w.inside != nil {
		w.refuse(m.At, fmt.Sprintf("lists: %s selects one member, and its tests must hold on the same", schema.Path{m.Step}))
		return atom("")
	}
	defer func() { w.inside = nil }()
	w.limit(w.MembersLimit, m.At)
	parts := make([]write.Expr, w.Members)
	for i := range parts {
		w.inside = &member{m.Step, i}
		x := w.pred(m.X, negated)
		if !m.Step.Every {
			guard := w.guard(&ir.Test{At: m.At}, schema.Path{m.Step}, i)
			x = w.join([]write.Expr{guard, x}, w.And)
		}
		parts[i] = x
	}
	return w.join(parts, w.Or)
}

// places gives where the value of a test's field may stand, in order. There are
// none if one of them can't be said.
func (w *writer) places(t *ir.Test) []place {
	if w.inside != nil {
		f := *t.Field
		f.Path = slices.Concat(schema.Path{w.inside.list}, f.Path)
		if column := w.read(t, &f, w.inside.index); column != "" && f.First == nil {
			return []place{{column: column}}
		}
		return nil
	}
	if own := w.names.Fields[t.Field.Name]; own != "" { // whatever the field is made of
		if column := w.use(t, Column{Name: own, Field: t.Field, Member: -1}); column != "" {
			return []place{{column: column}}
		}
		return nil
	}
	var out []place
	for _, f := range fields(t.Field) {
		found := w.placesOf(t, f)
		if found == nil {
			return nil
		}
		out = append(out, found...)
	}
	return out
}

// fields gives the places of a field: those of a derived one each by itself.
func fields(f *ir.Field) []*ir.Field {
	if f.First == nil {
		return []*ir.Field{f}
	}
	var out []*ir.Field
	for _, path := range f.First {
		out = append(out, &ir.Field{Name: path.String(), Type: f.Type, Path: path, Unquote: f.Unquote, At: f.At})
	}
	return out
}

// placesOf gives those of one path: one for each member of a list on the way.
func (w *writer) placesOf(t *ir.Test, f *ir.Field) []place {
	list := slices.IndexFunc(f.Path, isList)
	if list < 0 || w.Members == 0 {
		if column := w.read(t, f, 0); column != "" {
			return []place{{column: column}}
		}
		return nil
	}
	w.limit(w.MembersLimit, t.At)
	out := make([]place, w.Members)
	for i := range out {
		if out[i].column = w.read(t, f, i); out[i].column == "" {
			return nil
		}
		if !f.Path[list].Every {
			guard := w.guard(t, f.Path[:list+1], i)
			out[i].guard = &guard
		}
	}
	return out
}

func isList(s schema.Step) bool { return s.Every || s.By != "" }

// guard holds if a member is one that the last step of a path selects. It is
// never unknown, so that it may stand below a not.
func (w *writer) guard(t *ir.Test, list schema.Path, index int) write.Expr {
	step := list[len(list)-1]
	f := &ir.Field{Path: append(slices.Clone(list), schema.Step{Key: step.By}), At: t.At}
	column := w.read(t, f, index)
	is := &ir.Text{Parts: []ir.Part{{Kind: ir.Literal, Text: step.Is}}, Cased: true}
	return w.join([]write.Expr{atom(w.Present(column)), w.said(t, w.Match(column, is))}, w.And)
}

// guarded writes what is asked of a place.
func (w *writer) guarded(p place, x write.Expr) write.Expr {
	if p.guard == nil {
		return x
	}
	return w.join([]write.Expr{*p.guard, x}, w.And)
}

// read gives the column of a field, of a member if a list is on the way. It is
// empty if there is no such column, which is told then.
func (w *writer) read(t *ir.Test, f *ir.Field, index int) string {
	c, cannot := w.columnOf(f, index)
	if cannot != "" {
		w.refuse(t.At, cannot)
		return ""
	}
	return w.use(t, c)
}

// use gives the text of a column, and lists that it is read.
func (w *writer) use(t *ir.Test, c Column) string {
	column := w.Column(c.Name)
	if column == "" {
		w.refuse(t.At, fmt.Sprintf("way to write the name of the field %q", c.Name))
		return ""
	}
	if !slices.ContainsFunc(w.columns, func(have Column) bool { return have.Name == c.Name }) {
		w.columns = append(w.columns, c)
	}
	return column
}

// columnOf makes the column of a field, or says what the language has not.
func (w *writer) columnOf(f *ir.Field, index int) (c Column, cannot string) {
	field, lists := *f, 0
	for _, step := range f.Path {
		if isList(step) {
			lists++
		}
	}
	switch {
	case lists > 1 && w.Members > 0:
		return c, fmt.Sprintf("lists inside of lists, in which %q stands", f.Name)
	case lists > 0 && w.Members == 0:
		return c, fmt.Sprintf("lists: %q stands in members of one", f.Name)
	case lists > 0:
		field.Name = memberName(f.Path, index)
	default:
		index = -1
	}
	if f.Unquote {
		return c, fmt.Sprintf("JSON inside of a text, which %q holds", f.Name)
	}
	c = Column{Name: field.Name, Field: &field, Member: index}
	if own := w.names.Fields[field.Name]; own != "" {
		c.Name = own
	}
	return c, ""
}
