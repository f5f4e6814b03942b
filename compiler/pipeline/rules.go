package pipeline

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/tree"
	"github.com/sigproof/sigproof/sigma"
)

// dropItem takes items away.
type dropItem struct{}

func (dropItem) apply(r *run, s *step) {
	r.each(s, func(*section, *tree.Item) (tree.Node, bool) { return nil, true })
}

// failRule and failItem refuse a document, in the pipeline's words.
type (
	failRule struct{ message string }
	failItem struct{ message string }
)

func (t failRule) apply(r *run, s *step) {
	r.errorAt(s, r.head.File, r.titleAt(), "rule-failure", t.message)
}

func (t failItem) apply(r *run, s *step) {
	r.each(s, func(sec *section, i *tree.Item) (tree.Node, bool) {
		r.errorAt(s, sec.file, i.Src.At, "item-failure", t.message)
		return i, false
	})
}

type setState struct {
	key string
	val datum
}

func (t setState) apply(r *run, _ *step) { r.state[t.key] = t.val }

type setAttribute struct {
	name string
	data sigma.Data
}

func readSetAttribute(p *params) transformation {
	t := setAttribute{name: p.text("attribute").Value}
	if e, ok := p.need("value"); ok {
		t.data = e.Data
	}
	return t
}

func (t setAttribute) apply(r *run, _ *step) {
	e := sigma.Entry{Key: sigma.Text{Value: t.name, At: r.titleAt()}, Data: moved(t.data, r.titleAt())}
	custom := slices.Clone(r.head.Custom)
	if k := slices.IndexFunc(custom, func(c sigma.Entry) bool { return c.Key.Value == t.name }); k >= 0 {
		custom[k] = e
	} else {
		custom = append(custom, e)
	}
	r.head.Custom, r.changed = custom, true
}

// moved copies data of the pipeline to a place in the rule's file.
func moved(d sigma.Data, at sigma.Span) sigma.Data {
	switch d := d.(type) {
	case *sigma.Scalar:
		return &sigma.Scalar{Text: sigma.Text{Value: d.Text.Value, At: at}, Quoted: d.Quoted}
	case *sigma.List:
		l := &sigma.List{At: at}
		for _, x := range d.Of {
			l.Of = append(l.Of, moved(x, at))
		}
		return l
	case *sigma.Map:
		m := &sigma.Map{At: at}
		for _, e := range d.Entries {
			m.Entries = append(m.Entries, sigma.Entry{Key: sigma.Text{Value: e.Key.Value, At: at}, Data: moved(e.Data, at)})
		}
		return m
	default:
		panic(fmt.Sprintf("pipeline: unknown data %T", d))
	}
}

// changeLogsource replaces the rule's log as a whole.
type changeLogsource struct{ category, product, service string }

func readChangeLogsource(p *params) transformation {
	l := readLogsource(p).(logsource)
	return changeLogsource(l)
}

func (t changeLogsource) apply(r *run, _ *step) {
	if r.rule == nil {
		return
	}
	at := r.titleAt()
	if r.rule.Logsource != nil {
		at = r.rule.Logsource.At
	}
	text := func(s string) sigma.Text {
		if s == "" {
			return sigma.Text{}
		}
		return sigma.Text{Value: s, At: at}
	}
	r.rule.Logsource = &sigma.Logsource{Category: text(t.category), Product: text(t.product), Service: text(t.service), At: at}
	r.changed = true
}

// addCondition asks for a search more. It is added as a filter is, so that the
// rule's "1 of them" does not take it in, whatever its name.
//
//	condition  ->  condition and search
//	condition  ->  condition and not search
type addCondition struct {
	filter   *sigma.Filter
	template bool
}

func readAddCondition(p *params) transformation {
	t := addCondition{template: p.flag("template")}
	p.optional("name", "") // of no use to a filter
	negated := p.flag("negated")
	e, ok := p.need("conditions")
	if !ok {
		return nil
	}
	search, diags := sigma.ParseSearch(p.file, sigma.Text{Value: "conditions", At: e.Key.At}, p.withKeywords(e.Data))
	p.add(diags...)
	if search == nil {
		return nil
	}
	at := e.Key.At
	var x sigma.Expr = &sigma.Ref{Name: search.Name.Value, At: at}
	if negated {
		x = &sigma.Not{X: x, At: at}
	}
	t.filter = &sigma.Filter{Head: sigma.Head{File: p.file}, At: search.At, Detection: &sigma.Detection{
		Searches:   []*sigma.Search{search},
		Conditions: []*sigma.Condition{{Text: sigma.Text{Value: sigma.PrintExpr(x), At: at}, Expr: x}},
		At:         search.At,
	}}
	return t
}

// withKeywords writes null, which stands for no field in pipelines, as the key
// of keywords in rules.
func (p *params) withKeywords(d sigma.Data) sigma.Data {
	m, ok := d.(*sigma.Map)
	if !ok {
		return d
	}
	out := &sigma.Map{Entries: slices.Clone(m.Entries), At: m.At}
	for i, e := range out.Entries {
		if p.isNullKey(e.Key) {
			out.Entries[i].Key.Value = ""
		}
	}
	return out
}

func (t addCondition) apply(r *run, s *step) {
	if r.rule == nil {
		return
	}
	sec := r.addSection(t.filter.File, t.filter.Detection, t.filter)
	r.changed = true
	for _, i := range tree.Items(sec.searches[0].body) {
		if s.id != "" {
			i.Applied = append(i.Applied, s.id)
		}
		if t.template && r.fill(s, i) {
			i.Changed, sec.changed = true, true
		}
	}
}

// fill fills the templates among the values of an item.
func (r *run) fill(s *step, i *tree.Item) bool {
	changed := false
	for k := range i.Values {
		v, ok := i.Values[k].V.(*sigma.String)
		if !ok {
			continue
		}
		if text := r.fillTemplate(s, v.Text.Value); text != v.Text.Value {
			i.Values[k].V, changed = &sigma.String{Text: sigma.Text{Value: text, At: v.Text.At}}, true
		}
	}
	return changed
}

// fillTemplate replaces $category, $product and $service, also as ${product}.
// As in Python's safe_substitute a name that is not known stays, and "$$" is a
// dollar. pySigma writes None for a part that the rule does not have, which
// nobody looks for: that is refused.
func (r *run) fillTemplate(s *step, text string) string {
	l := r.rule.Logsource
	if l == nil {
		l = &sigma.Logsource{}
	}
	parts := map[string]string{"category": l.Category.Value, "product": l.Product.Value, "service": l.Service.Value}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if strings.HasPrefix(rest, "$") {
			b.WriteByte('$')
			text = rest[1:]
			continue
		}
		name, length := templateName(rest)
		part, known := parts[name]
		switch {
		case !known:
			b.WriteString("$" + rest[:length])
		case part == "":
			r.errorAt(s, r.rule.File, r.titleAt(), "template", fmt.Sprintf(
				"the pipeline asks for the %s of the rule's logsource, and it has none", name))
		}
		b.WriteString(part)
		text = rest[length:]
	}
}

// templateNames finds the name behind a dollar: "name" or "{name}".
var templateNames = regexp.MustCompile(`^(?:([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})`)

func templateName(s string) (name string, length int) {
	m := templateNames.FindStringSubmatch(s)
	if m == nil {
		return "", 0
	}
	return m[1] + m[2], len(m[0])
}
