package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/tree"
	"github.com/sigproof/sigproof/sigma"
)

// A renaming gives the names that stand for a field. It gives false for a
// field that keeps its name.
type renaming interface {
	rename(name string, keywords bool) ([]string, bool)
}

// mapFields renames fields: of items and their references, of the list of
// fields, and of a correlation.
type mapFields struct{ renaming }

// nameMap maps whole names.
type nameMap struct {
	names    map[string][]string
	keywords []string // what null is mapped to: the field of keywords
}

func readMapping(p *params) transformation {
	m := nameMap{names: map[string][]string{}}
	for _, e := range p.table("mapping") {
		to := values(p.textsOf(e))
		if p.isNullKey(e.Key) {
			m.keywords = to
		} else {
			m.names[e.Key.Value] = to
		}
	}
	return mapFields{m}
}

// isNullKey tells an unquoted null from a field of that name.
func (p *params) isNullKey(k sigma.Text) bool {
	quoted := k.At.Len() > 0 && strings.IndexByte(`'"`, p.file.Src[k.At.Start]) >= 0
	return isNothing(&sigma.Scalar{Text: k, Quoted: quoted})
}

func (m nameMap) rename(name string, keywords bool) ([]string, bool) {
	if keywords {
		return m.keywords, len(m.keywords) > 0
	}
	to, ok := m.names[name]
	return to, ok
}

// prefixMap maps the first prefix that a name has.
type prefixMap []struct {
	prefix string
	to     []string
}

func readPrefixMapping(p *params) transformation {
	var m prefixMap
	for _, e := range p.table("mapping") {
		if p.isNullKey(e.Key) {
			p.errorAt("type", e.Key.At, "null is no prefix; each key must be the beginning of a field's name")
		}
		m = append(m, struct {
			prefix string
			to     []string
		}{e.Key.Value, values(p.textsOf(e))})
	}
	return mapFields{m}
}

func (m prefixMap) rename(name string, keywords bool) ([]string, bool) {
	for _, e := range m {
		rest, ok := strings.CutPrefix(name, e.prefix)
		if !ok || keywords {
			continue
		}
		var names []string
		for _, to := range e.to {
			names = append(names, to+rest)
		}
		return names, true
	}
	return nil, false
}

// affix puts text before or behind each name.
type affix struct{ prefix, suffix string }

func (a affix) rename(name string, keywords bool) ([]string, bool) {
	return []string{a.prefix + name + a.suffix}, !keywords
}

func (a affix) apply(r *run, s *step) { mapFields{a}.apply(r, s) }

func (t mapFields) apply(r *run, s *step) {
	t.mapList(r, s, &r.head.Fields)
	if r.corr != nil {
		t.mapCorrelation(r, s)
		return
	}
	r.each(s, func(_ *section, i *tree.Item) (tree.Node, bool) { return t.item(r, s, i) })
}

// names maps one name outside of an item, if the conditions on names hold.
func (t mapFields) names(r *run, s *step, name string) ([]string, bool) {
	to, ok := t.rename(name, false)
	if !ok || !s.names(r, fieldUse{name: name}) {
		return []string{name}, false
	}
	r.track(s, name, to)
	return to, !slices.Equal(to, []string{name})
}

// track hands the ids of the steps that made a name on to the names that it is
// mapped to.
func (r *run) track(s *step, name string, to []string) {
	if slices.Equal(to, []string{name}) {
		return
	}
	if r.names == nil {
		r.names = map[string][]string{}
	}
	ids := slices.Clone(r.names[name])
	if s.id != "" {
		ids = append(ids, s.id)
	}
	delete(r.names, name)
	for _, n := range to {
		r.names[n] = ids
	}
}

func (t mapFields) mapList(r *run, s *step, list *[]sigma.Text) {
	var out []sigma.Text
	changed := false
	for _, f := range *list {
		to, ok := t.names(r, s, f.Value)
		changed = changed || ok
		for _, name := range to {
			out = append(out, sigma.Text{Value: name, At: f.At})
			r.spend(s, 50+len(name))
		}
	}
	if changed {
		*list, r.changed = out, true
	}
}

func (t mapFields) mapCorrelation(r *run, s *step) {
	c := r.corr
	aliases := slices.Clone(c.Aliases)
	var names []string
	for k := range aliases {
		a := &aliases[k]
		names = append(names, a.Name.Value)
		a.Fields = slices.Clone(a.Fields)
		for n := range a.Fields {
			t.mapOne(r, s, &a.Fields[n].Field)
		}
	}
	c.Aliases = aliases

	groupBy := []sigma.Text{}
	for _, f := range c.GroupBy {
		if slices.Contains(names, f.Value) {
			groupBy = append(groupBy, f)
			continue
		}
		one := []sigma.Text{f}
		t.mapList(r, s, &one)
		groupBy = append(groupBy, one...)
	}
	c.GroupBy = groupBy

	c.Fields = slices.Clone(c.Fields)
	for k := range c.Fields {
		t.mapOne(r, s, &c.Fields[k])
	}
}

// mapOne maps a name where only one can stand.
func (t mapFields) mapOne(r *run, s *step, f *sigma.Text) {
	to, ok := t.names(r, s, f.Value)
	if len(to) != 1 {
		r.errorAt(s, r.head.File, f.At, "several-fields", fmt.Sprintf("field %q is mapped to %s, and only one can stand here", f.Value, sigma.Choices(to)))
		return
	}
	if ok {
		*f, r.changed = sigma.Text{Value: to[0], At: f.At}, true
	}
}

// item maps the fields that an item's values name, and its own.
//
//	f: x  ->  a: x or b: x
func (t mapFields) item(r *run, s *step, i *tree.Item) (tree.Node, bool) {
	referred := t.references(r, s, i)
	to, ok := t.rename(i.Field.Value, i.Keywords)
	ok = ok && s.names(r, fieldUse{name: i.Field.Value, keywords: i.Keywords, item: i})
	if !ok {
		return i, referred
	}
	r.noteMapped(i.Field.Value, to)
	var made []tree.Node
	for _, name := range to {
		c := i.Clone()
		c.Field = sigma.Text{Value: name, At: i.Field.At}
		if i.Keywords {
			c.Bind()
		}
		made = append(made, c)
	}
	return tree.EitherOf(i, made), true
}

func (t mapFields) references(r *run, s *step, i *tree.Item) bool {
	changed := false
	var out []tree.Value
	for _, v := range i.Values {
		name := v.V.Written()
		to, ok := []string{name.Value}, false
		if v.Has("fieldref") {
			to, ok = t.names(r, s, name.Value)
		}
		if !ok {
			out = append(out, v)
			continue
		}
		changed = true
		for _, n := range to {
			out = append(out, tree.String(n, name.At, v.Mods))
		}
	}
	if changed {
		i.Values = out
	}
	return changed
}

func (r *run) noteMapped(name string, to []string) {
	if r.mapped == nil {
		r.mapped = map[string]bool{}
	}
	r.mapped[name] = true
	for _, n := range to {
		r.mapped[n] = true
	}
}

// strictMapping refuses a rule with a field that nothing has mapped.
type strictMapping struct{}

func (strictMapping) apply(r *run, s *step) {
	for _, sec := range r.sections {
		var told []string
		for _, x := range sec.searches {
			for _, i := range tree.Items(x.body) {
				if name := i.Field.Value; !i.Keywords && !r.mapped[name] && !slices.Contains(told, name) {
					told = append(told, name)
					r.errorAt(s, sec.file, i.Field.At, "not-mapped", fmt.Sprintf("field %q is not mapped, and the pipeline wants every field to be", name))
				}
			}
		}
	}
}

type (
	addFields    struct{ fields []sigma.Text }
	removeFields struct{ names []string }
	setFields    struct{ fields []sigma.Text }
)

func readSetFields(p *params) transformation {
	if e, ok := p.need("fields"); ok {
		if l, ok := e.Data.(*sigma.List); ok && len(l.Of) == 0 {
			return setFields{}
		}
		return setFields{p.textsOf(e)}
	}
	return nil
}

func (t addFields) apply(r *run, _ *step) {
	r.head.Fields = append(slices.Clone(r.head.Fields), r.placed(t.fields)...)
	r.changed = true
}

func (t removeFields) apply(r *run, _ *step) {
	before := len(r.head.Fields)
	fields := slices.Clone(r.head.Fields)
	for _, name := range t.names {
		if k := slices.IndexFunc(fields, func(f sigma.Text) bool { return f.Value == name }); k >= 0 {
			fields = slices.Delete(fields, k, k+1)
		}
	}
	if len(fields) != before {
		r.head.Fields, r.changed = fields, true
	}
}

func (t setFields) apply(r *run, _ *step) { r.head.Fields, r.changed = r.placed(t.fields), true }

// placed gives texts of the pipeline a place in the rule's file: its title, in
// the want of a better one.
func (r *run) placed(texts []sigma.Text) []sigma.Text {
	out := make([]sigma.Text, len(texts))
	for i, t := range texts {
		out[i] = sigma.Text{Value: t.Value, At: r.titleAt()}
	}
	return out
}
