package pipeline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigproof/sigproof/sigma"
)

// attributeCondition compares an attribute of the document.
type attributeCondition struct {
	name, op string
	want     datum
}

func readAttribute(p *params) ruleCondition {
	return attributeCondition{
		name: p.text("attribute").Value, want: p.datum("value"),
		op: p.choice("op", "eq", append(slices.Clone(comparisons), "in", "not_in")...),
	}
}

// The orders of words that have one.
var (
	levels   = []string{"informational", "low", "medium", "high", "critical"}
	statuses = []string{"unsupported", "deprecated", "experimental", "test", "stable"}
)

// holds compares by the kind of the attribute. An attribute that the document
// does not have satisfies nothing.
func (c attributeCondition) holds(r *run, s *step) bool {
	got, ok := r.attribute(c.name)
	if !ok {
		return false
	}
	if l, ok := got.data.(*sigma.List); ok {
		in := slices.ContainsFunc(l.Of, func(d sigma.Data) bool {
			e, ok := d.(*sigma.Scalar)
			return ok && e.Text.Value == c.want.String()
		})
		return c.op == "in" && in || c.op == "not_in" && !in || c.op == "ne"
	}
	holds, ok := c.compare(got)
	if !ok {
		r.errorAt(s, r.head.File, r.titleAt(), "attribute", fmt.Sprintf(
			"attribute %q is %q, which can't be compared with %q by %q", c.name, got, c.want, c.op))
	}
	return holds
}

func (c attributeCondition) compare(got datum) (holds, ok bool) {
	want := c.want.String()
	switch c.name {
	case "level":
		return ranked(levels, got.String(), c.op, want)
	case "status":
		return ranked(statuses, got.String(), c.op, want)
	case "date", "modified":
		a, aok := date(got.String())
		b, bok := date(want)
		return ordered(a.Compare(b), c.op), aok && bok && c.op != "in" && c.op != "not_in"
	}
	switch got.value.(type) {
	case *sigma.Number, *sigma.Bool:
		a, b := number(got), number(c.want)
		if a == nil || b == nil {
			return false, false
		}
		return compare(*a, c.op, *b)
	}
	return c.op == "eq" == (got.String() == want), c.op == "eq" || c.op == "ne"
}

func ranked(order []string, got, op, want string) (holds, ok bool) {
	a, b := slices.Index(order, strings.ToLower(got)), slices.Index(order, strings.ToLower(want))
	if a < 0 || b < 0 || op == "in" || op == "not_in" {
		return false, false
	}
	return ordered(a-b, op), true
}

func date(s string) (time.Time, bool) {
	t, err := time.Parse("2006-1-2", strings.ReplaceAll(s, "/", "-"))
	return t, err == nil
}

// number gives a datum as a number, as Python's float does; nil if it is none.
func number(d datum) *datum {
	text := d.String()
	if b, ok := d.value.(*sigma.Bool); ok {
		text = map[bool]string{true: "1", false: "0"}[b.Value]
	}
	if _, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil {
		return nil
	}
	return &datum{value: &sigma.Number{Text: sigma.Text{Value: strings.TrimSpace(text)}}}
}

// attribute finds an attribute of the document: one that the specification
// knows, else a custom one. It gives false for one that is not there.
func (r *run) attribute(name string) (datum, bool) {
	if d, known := r.specified(name); known {
		return d, d != datum{}
	}
	for _, e := range r.head.Custom {
		if e.Key.Value == name {
			return datumOf(e.Data), true
		}
	}
	return datum{}, false
}

// specified gives an attribute that the specification knows; nothing if the
// document does not have it.
func (r *run) specified(name string) (d datum, known bool) {
	h := r.head
	for _, a := range []struct {
		name string
		text sigma.Text
	}{
		{"title", h.Title}, {"id", h.ID}, {"name", h.Name}, {"taxonomy", h.Taxonomy}, {"status", h.Status},
		{"level", h.Level}, {"description", h.Description}, {"author", h.Author}, {"license", h.License},
		{"date", h.Date}, {"modified", h.Modified},
	} {
		if a.name == name && a.text.Value != "" {
			return textDatum(a.text.Value), true
		} else if a.name == name {
			return datum{}, true
		}
	}
	for _, a := range []struct {
		name  string
		texts []sigma.Text
	}{
		{"references", h.References}, {"tags", h.Tags}, {"falsepositives", h.FalsePositives}, {"fields", h.Fields}, {"scope", h.Scope},
	} {
		if a.name == name {
			return listDatum(a.texts), true
		}
	}
	if r.corr == nil {
		return datum{}, false
	}
	switch name {
	case "type":
		return textDatum(r.corr.Type.Value), true
	case "group_by":
		return listDatum(r.corr.GroupBy), true
	case "timespan":
		return textDatum(r.corr.Timespan.Text.Value), true
	case "generate":
		t := sigma.Text{Value: strconv.FormatBool(r.corr.Generate)}
		return datumOf(&sigma.Scalar{Text: t}), true
	}
	return datum{}, false
}

func listDatum(texts []sigma.Text) datum {
	l := &sigma.List{}
	for _, t := range texts {
		l.Of = append(l.Of, &sigma.Scalar{Text: t, Quoted: true})
	}
	return datum{data: l}
}
