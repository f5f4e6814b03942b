package kql

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// inside finds a field that has no column of its own: a part of one, or among
// the rest. It gives the value and how many steps of the path lead there.
func (s *scope) inside(f *ir.Field, path schema.Path) (operand, int, bool) {
	columns := s.log.KQL.Columns
	for _, p := range s.log.KQL.Parts {
		if n := holds(p.From, path); n > 0 && !selects(path[n-1]) {
			i := slices.IndexFunc(columns, func(c schema.Column) bool { return c.Name == p.Column })
			return s.part(f, &columns[i], p.Key), n, true
		}
	}
	i := slices.IndexFunc(columns, func(c schema.Column) bool { return c.From == schema.Rest })
	switch {
	case i < 0 || s.lacks(path):
		return operand{}, 0, false
	case columns[i].Form == "":
		return operand{expr: name(columns[i].Name), typ: "dynamic", field: f, query: s.query}, 0, true
	case len(path) > 1 || f == nil:
		return operand{}, 0, false
	}
	return s.part(f, &columns[i], path[0].Key), 1, true
}

// part gives what stands under a key in a column: a property, or a field of an
// event of Windows in XML.
func (s *scope) part(f *ir.Field, c *schema.Column, key string) operand {
	o := operand{typ: "dynamic", field: f, query: s.query, key: key}
	switch {
	case c.Form == "":
		o.parent = name(c.Name)
		o.expr = o.parent + property(key)
	case f.Type == schema.Any && c.Form == "xml":
		o.expr = s.call("texts", "extract_all("+quoteRegex(dataPattern(key))+", "+name(c.Name)+")")
	default:
		s.needsLists = true
		value := "extract(" + quoteRegex(pattern(c.Form, key)) + ", 1, " + name(c.Name) + ")"
		if c.Form == "xml" {
			value = s.call("unescape", value)
		}
		o.expr, o.typ = name(s.addColumn(c.Name+"/"+key, key, value)), "string"
	}
	return o
}

// lacks tells whether rows of the table are declared not to hold a path.
func (r *rule) lacks(path schema.Path) bool {
	row := r.log.Row()
	return row != nil && slices.Contains(row.Lacks, path.String())
}

// unnamed is the field of the data of an event of Windows that have no name.
const unnamed = "Data"

// pattern finds a field in a column of a form.
func pattern(form, key string) string {
	switch form {
	case "xml":
		return dataPattern(key)
	case "extensions":
		return "(?:^|;)" + regexp.QuoteMeta(key) + "=([^;]*)"
	}
	return pairPattern(key)
}

// pairPattern finds a field among pairs, of which auditd ends one by a blank, a
// quote around several, or the sign before those that it has enriched.
func pairPattern(key string) string {
	return `(?:^|[\s'"\x1d])` + regexp.QuoteMeta(key) + `="?([^\s'"\x1d]*)`
}

// dataPattern finds a field of an event of Windows in XML:
// <Data Name="Image">…</Data>, or <EventID>…</EventID> in its head.
func dataPattern(key string) string {
	switch {
	case key == unnamed:
		return "<Data>([^<]*)<"
	case strings.HasPrefix(key, "<"):
		return key + "([^<]*)<"
	}
	return "<Data Name=[\"']" + regexp.QuoteMeta(key) + "[\"']>([^<]*)<"
}

// addColumn adds a column behind the lists, once for what it is of.
func (r *rule) addColumn(of, base, value string) string {
	i := slices.IndexFunc(r.derived, func(c column) bool { return c.field == of })
	if i >= 0 {
		return r.derived[i].name
	}
	c := column{of, r.unique(pascal(base)), value}
	r.derived = append(r.derived, c)
	return c.name
}

// made tells how a field is made of others, if the table has no column for it.
func (r *rule) made(f *ir.Field) *schema.Made {
	for _, own := range r.log.Fields {
		if own.Name == f.Name && own.Made != nil && columnFor(r.log, f.Name) == "" {
			return own.Made
		}
	}
	return nil
}

// madeColumn adds a column for a field that is made of others.
func (r *rule) madeColumn(f *ir.Field, m *schema.Made) string {
	switch {
	case m.Find != "":
		return name(r.addColumn(f.Name, f.Name, "extract("+quoteRegex(m.Find)+", 1, "+r.textOf(f, m.Of)+")"))
	case m.Kind != "":
		return name(r.addColumn(f.Name, f.Name, r.ofKind(f, m)))
	case m.Of != "":
		return name(r.addColumn(f.Name, f.Name, r.words(f, m)))
	}
	pieces := make([]string, len(m.Join))
	for i, p := range m.Join {
		text := r.textOf(f, p.Field)
		pieces[i] = fmt.Sprintf(`iff(isempty(%s), "", strcat(%s, %s))`, text, quote(m.With+p.Before), text)
	}
	joined := strings.Join(pieces, ",\n        ")
	value := fmt.Sprintf("substring(strcat(\n        %s), %d)", joined, len([]rune(m.With)))
	if len(m.Join) == 1 && m.Join[0].Before == "" {
		value = r.textOf(f, m.Join[0].Field)
	}
	for _, w := range m.Starts {
		for _, start := range w.Of {
			value = r.call("start", value+", "+quote(start)+", "+quote(w.Is))
		}
	}
	return name(r.addColumn(f.Name, f.Name, value))
}

// words writes the word for the value of another field; empty for one that has
// none.
func (r *rule) words(f *ir.Field, m *schema.Made) string {
	value := r.textOf(f, m.Of)
	var cases []string
	for _, w := range m.Words {
		cases = append(cases, oneOf(value, w)+", "+quote(w.Is))
	}
	return caseOf(cases, `""`)
}

func oneOf(value string, w schema.Word) string {
	literals := make([]string, len(w.Of))
	for i, v := range w.Of {
		literals[i] = quote(v)
	}
	return equals(value, literals, "=~", "in~").text
}

func caseOf(cases []string, otherwise string) string {
	return "case(\n        " + strings.Join(cases, ",\n        ") + ", " + otherwise + ")"
}

// ofKind writes the text of a field as its kind wants it.
func (r *rule) ofKind(f *ir.Field, m *schema.Made) string {
	kind, value := r.textOf(f, m.Kind), r.textOf(f, m.Of)
	cases := []string{"isempty(" + value + `), ""`}
	for _, w := range m.Words {
		text := quote(w.Is)
		if before, after, hex := strings.Cut(w.Is, schema.Hex); hex {
			text = "strcat(" + quote(before) + ", tohex(tolong(" + value + "), 8), " + quote(after) + ")"
		}
		cases = append(cases, oneOf(kind, w)+", "+text)
	}
	return caseOf(cases, value)
}

// textOf gives the text of a field of the log that another one is made of.
func (r *rule) textOf(f *ir.Field, field string) string {
	ref := r.log.Resolve(field)
	p, ok := r.row.reach(&ir.Field{Name: ref.Name, Type: ref.Field.Type, Path: ref.Path, At: f.At}, ref.Path)
	if !ok || p.list != nil {
		panic(fmt.Sprintf("kql: log %s makes %s of %s, for which its table has no column", r.log.Name, f.Name, field))
	}
	return p.value.text()
}
