package pipeline

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// dropItem takes items away.
type dropItem struct{}

func (dropItem) apply(r *run, s *step) {
	r.each(s, func(*section, *item) (node, bool) { return nil, true })
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
	r.each(s, func(sec *section, i *item) (node, bool) {
		r.errorAt(s, sec.file, i.src.At, "item-failure", t.message)
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

// addCondition asks for a search more.
//
//	condition  ->  name and condition
//	condition  ->  not name and condition
type addCondition struct {
	body     sigma.Block
	name     sigma.Text // empty: one is made
	template bool
	not      bool
}

func readAddCondition(p *params) transformation {
	t := addCondition{name: p.optional("name", ""), template: p.flag("template"), not: p.flag("negated")}
	e, ok := p.need("conditions")
	if !ok {
		return nil
	}
	body, diags := p.search(e.Data)
	p.diags = append(p.diags, diags...)
	t.body = body
	return t
}

func (t addCondition) apply(r *run, s *step) {
	if r.rule == nil {
		return
	}
	sec := r.sections[0]
	name, ok := r.freeName(s, t.name)
	if !ok {
		return
	}
	at := r.titleAt()
	if r.rule.Logsource != nil && r.rule.Logsource.At.Len() > 0 {
		at = r.rule.Logsource.At // pipelines add what the logsource stands for
	}
	body := load(t.body)
	for _, i := range items(body) {
		t.fill(r, s, i, at)
		if s.id != "" {
			i.applied = append(i.applied, s.id)
		}
	}
	if g, ok := body.(*group); ok {
		g.at, g.lost = at, true
	}
	sec.searches = append(sec.searches, &search{name: sigma.Text{Value: name, At: at}, body: body, at: at})
	var ref sigma.Expr = &sigma.Ref{Name: name, At: at}
	if t.not {
		ref = &sigma.Not{X: ref, At: at}
	}
	conditions := make([]*sigma.Condition, len(sec.conditions))
	for k, c := range sec.conditions {
		conditions[k] = withExpr(c, and(ref, c))
	}
	sec.conditions, sec.changed, r.changed = conditions, true, true
}

func and(first sigma.Expr, c *sigma.Condition) sigma.Expr {
	x := []sigma.Expr{first}
	if rest, ok := c.Expr.(*sigma.And); ok {
		x = append(x, rest.X...)
	} else {
		x = append(x, c.Expr)
	}
	return &sigma.And{X: x, At: c.Text.At}
}

// fill gives an item of the pipeline a place in the rule, and the parts of the
// logsource to its templates.
func (t addCondition) fill(r *run, s *step, i *item, at sigma.Span) {
	src := *i.src
	src.KeyAt, src.At = at, at
	i.src, i.changed = &src, true
	i.field.At = at
	mods := make([]sigma.Modifier, 0, len(src.Modifiers))
	for _, m := range src.Modifiers {
		mods = append(mods, sigma.Modifier{Name: m.Name, At: at})
	}
	src.Modifiers = mods
	for k := range i.values {
		v := &i.values[k]
		v.mods = without(mods, "all", "neq")
		v.v = movedValue(v.v, at)
		if x, ok := v.v.(*sigma.String); ok && t.template {
			v.v = &sigma.String{Text: sigma.Text{Value: r.fillTemplate(s, x.Text.Value), At: at}}
		}
	}
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

// freeName gives the name of the search to add: the one that is wanted, unless
// the rule has it or a pattern of the rule takes it in.
func (r *run) freeName(s *step, wanted sigma.Text) (string, bool) {
	sec := r.sections[0]
	taken := func(name string) bool {
		return slices.ContainsFunc(sec.searches, func(x *search) bool { return x.name.Value == name }) ||
			slices.ContainsFunc(sec.conditions, func(c *sigma.Condition) bool { return takesIn(c.Expr, name) })
	}
	if wanted.Value != "" && !taken(wanted.Value) {
		return wanted.Value, true
	}
	for _, stem := range []string{"_cond", "added", "_added"} {
		for n := 1; n <= len(sec.searches)+1; n++ {
			if name := fmt.Sprintf("%s_%d", stem, n); !taken(name) {
				return name, true
			}
		}
	}
	r.errorAt(s, r.rule.File, r.titleAt(), "name-taken",
		"the rule's patterns take in every name that the pipeline can give to the search that it adds")
	return "", false
}

// takesIn tells whether a pattern of the expression names the search.
func takesIn(x sigma.Expr, name string) bool {
	for n := range sigma.Preorder(x) {
		if q, ok := n.(*sigma.Quantified); ok && sigma.MatchesPattern(q.Pattern, name) {
			return true
		}
	}
	return false
}
