package sigma

import (
	"fmt"
	"slices"
)

// correlationType describes one "type". Spec, Correlation rules, Types.
type correlationType struct {
	name      string
	counts    bool // needs a threshold
	measures  bool // needs a field
	manyRules bool // speaks of the relation of rules, so may do without a threshold
}

var correlationTypes = []correlationType{
	{name: "event_count", counts: true},
	{name: "value_count", counts: true, measures: true},
	{name: "value_sum", counts: true, measures: true},
	{name: "value_avg", counts: true, measures: true},
	{name: "value_median", counts: true, measures: true},
	{name: "value_percentile", counts: true, measures: true},
	{name: "temporal", manyRules: true},
	{name: "temporal_ordered", manyRules: true},
}

func correlationTypeByName(name string) *correlationType {
	for i := range correlationTypes {
		if correlationTypes[i].name == name {
			return &correlationTypes[i]
		}
	}
	return nil
}

// CorrelationTypes lists the types that a correlation may have.
func CorrelationTypes() []string {
	names := make([]string, len(correlationTypes))
	for i, t := range correlationTypes {
		names[i] = t.name
	}
	return names
}

var correlationKeys = []key[Correlation]{
	textKey("type", func(c *Correlation) *Text { return &c.Type }),
	{"rules", func(p *parser, c *Correlation, e Entry) { c.Rules = p.references(e) }},
	{"group-by", func(p *parser, c *Correlation, e Entry) { c.GroupBy = p.references(e) }},
	{"timespan", func(p *parser, c *Correlation, e Entry) { c.Timespan = p.timespan(e) }},
	{"condition", (*parser).correlationCondition},
	{"aliases", func(p *parser, c *Correlation, e Entry) { c.Aliases = p.aliases(e) }},
	{"generate", func(p *parser, c *Correlation, e Entry) { c.Generate = p.boolean(e) }},
}

func (p *parser) correlation(m *Map) *Correlation {
	c := &Correlation{At: m.At}
	var section *Map
	rest := readKeys(p, m.Entries, c, []key[Correlation]{
		{"correlation", func(p *parser, _ *Correlation, e Entry) { section, _ = p.entries(e) }},
		{"generate", (*parser).outerGenerate},
	})
	p.require(m, "title")
	p.head(&c.Head, rest, []string{"correlation", "generate"})
	if section == nil {
		return c
	}
	custom := readKeys(p, section.Entries, c, correlationKeys)
	p.checkCorrelation(c, section, custom)
	return c
}

// outerGenerate reads "generate" where the specification's schema has it,
// beside "correlation", though its text and other tools have it inside.
func (p *parser) outerGenerate(c *Correlation, e Entry) {
	c.Generate = p.boolean(e)
	p.report(Info, "correlation/generate-place", e.Key.At, `"generate" stands beside "correlation"; most tools read it only inside`)
}

func (p *parser) checkCorrelation(c *Correlation, section *Map, custom []Entry) {
	if refs := c.References(); len(refs) > MaxReferences {
		p.tooMany(refs[MaxReferences].At, "condition")
		c.Extended.Expr = nil
	}
	for _, name := range []string{"type", "rules", "timespan"} {
		if section.Get(name) == nil && !(name == "rules" && c.Extended != nil) {
			p.missing(section, name, "the correlation")
		}
	}
	for _, e := range custom {
		if !p.pointedAt(e.Key.At) {
			d := p.report(Error, "correlation/key", e.Key.At, fmt.Sprintf("a correlation has no key %q; it has %s", e.Key.Value, list(keyNames(correlationKeys))))
			suggestKey(d, e.Key, keyNames(correlationKeys))
		}
	}
	switch d := section.Get("rules").(type) {
	case *List:
		if len(d.Of) == 0 {
			p.report(Error, "empty", d.At, `"rules" is an empty list; it must name a rule`)
		}
	case *Scalar:
		if isNothing(d) {
			p.report(Error, "empty", section.key("rules").At, `"rules" is empty; it must name a rule`)
		}
	}
	kind := correlationTypeByName(c.Type.Value)
	switch {
	case c.Type.Value == "":
		if _, empty := section.Get("type").(*Scalar); empty {
			p.report(Error, "correlation/type", section.key("type").At, "the correlation's type is empty; it must be "+Choices(CorrelationTypes()))
		}
	case kind == nil:
		d := p.report(Error, "correlation/type", c.Type.At, fmt.Sprintf("correlation type %q is unknown; it must be %s", c.Type.Value, Choices(CorrelationTypes())))
		if near := Nearest(c.Type.Value, CorrelationTypes()); len(near) > 0 {
			d.label(DidYouMean(c.Type.Value, CorrelationTypes())).fix("write "+near[0], false, Edit{c.Type.At, near[0]})
		}
	default:
		p.checkKind(c, section, kind)
	}
}

// checkKind holds the condition against what the type needs.
func (p *parser) checkKind(c *Correlation, section *Map, kind *correlationType) {
	condition := section.key("condition")
	cond, _ := section.Get("condition").(*Map)
	switch {
	case kind.counts && section.Get("condition") == nil:
		p.report(Error, "missing/condition", c.Type.At, fmt.Sprintf("%s needs a condition such as gte: 10", kind.name))
		return
	case kind.counts && c.Extended != nil:
		inCondition := func(d *Diagnostic) bool { return d.Code == "condition/syntax" && c.Extended.Text.At.Contains(d.At) }
		p.diags = slices.DeleteFunc(p.diags, inCondition) // it was read as what it can't be
		p.report(Error, "correlation/condition", c.Extended.Text.At, fmt.Sprintf("%s needs a condition such as gte: 10; only temporal types join rules by names", kind.name))
		return
	case cond == nil:
		return
	}
	if len(c.Threshold) == 0 && !p.errorIn(cond.At) {
		p.report(Error, "correlation/condition", condition.At, "the condition compares with nothing; it needs one of "+list(boundOps))
	}
	if kind.measures && len(c.Fields) == 0 {
		p.report(Error, "correlation/field", condition.At, fmt.Sprintf(`%s needs a "field" in its condition: what to count or measure`, kind.name))
	}
	if !kind.measures && cond.Get("field") != nil {
		p.report(Error, "correlation/field", cond.key("field").At, fmt.Sprintf(`%s has no use for "field"; %s has`, kind.name, "value_count"))
	}
	if len(c.Fields) > 1 && kind.measures && kind.name != "value_count" {
		p.report(Error, "correlation/field", c.Fields[1].At, fmt.Sprintf("%s measures one field; only value_count takes a list", kind.name))
	}
	p.checkPercentile(c, cond, kind)
	p.checkThreshold(c)
}

func (p *parser) checkPercentile(c *Correlation, cond *Map, kind *correlationType) {
	wants := kind.name == "value_percentile"
	switch has := cond.Get("percentile") != nil; {
	case has && !wants:
		p.report(Error, "correlation/percentile", cond.key("percentile").At, fmt.Sprintf(`%s has no use for "percentile"; value_percentile has`, kind.name))
	case !has && wants:
		p.report(Info, "correlation/percentile", c.Type.At, `value_percentile has no "percentile" in its condition; 50, the median, is taken`)
	}
	if c.Percent != nil {
		if x := c.Percent.Float(); x < 0 || x > 100 {
			p.report(Error, "correlation/percentile", c.Percent.Text.At, fmt.Sprintf("percentile %s is not between 0 and 100", c.Percent.Text.Value))
		}
	}
}

// checkThreshold takes one operator, or two that bound a range.
func (p *parser) checkThreshold(c *Correlation) {
	for _, b := range c.Threshold {
		if slices.Contains([]string{"lt", "lte", "eq", "neq"}, b.Op.Value) && len(c.Threshold) == 1 {
			p.report(Info, "correlation/only-on-events", b.Op.At,
				fmt.Sprintf(`%q is judged only when an event arrives; nothing reports that there were none`, b.Op.Value))
		}
	}
	if len(c.Threshold) < 2 {
		return
	}
	low, high := c.bound("gt", "gte"), c.bound("lt", "lte")
	if len(c.Threshold) > 2 || low == nil || high == nil {
		p.report(Error, "correlation/condition", c.Threshold[1].Op.At, "a condition has one operator, or a range of gt or gte with lt or lte")
		return
	}
	if low.Value != nil && high.Value != nil && low.Value.Float() > high.Value.Float() {
		p.report(Error, "correlation/condition", high.Op.At, fmt.Sprintf("the condition never holds: no number is %s %s and %s %s",
			low.Op.Value, low.Value.Text.Value, high.Op.Value, high.Value.Text.Value))
	}
}

func (c *Correlation) bound(ops ...string) *Bound {
	for i := range c.Threshold {
		if slices.Contains(ops, c.Threshold[i].Op.Value) {
			return &c.Threshold[i]
		}
	}
	return nil
}

// References lists the documents that the correlation names: those of "rules",
// or without that the names in its condition, in the order in which they first
// stand there.
func (c *Correlation) References() []Text {
	if len(c.Rules) > 0 || c.Extended == nil || c.Extended.Expr == nil {
		return c.Rules
	}
	var refs []Text
	seen := map[string]bool{}
	for n := range Preorder(c.Extended.Expr) {
		if x, ok := n.(*Ref); ok && !seen[x.Name] {
			seen[x.Name] = true
			refs = append(refs, Text{x.Name, x.At})
		}
	}
	return refs
}

// boundOps are the operators of a correlation's condition.
var boundOps = []string{"gt", "gte", "lt", "lte", "eq", "neq"}

// correlationCondition reads a map of operators, or the extended form: a
// condition over the names of rules.
func (p *parser) correlationCondition(c *Correlation, e Entry) {
	if s, ok := e.Data.(*Scalar); ok && kindOf(s) == "text" {
		c.Extended = p.condition(s.Text)
		p.countTerms(c.Extended, new(int))
		if a := c.Extended.Aggregate; a != nil {
			p.report(Error, "correlation/condition", a.At, `a correlation's condition has no "|"; it joins names of rules`)
		}
		return
	}
	m, ok := e.Data.(*Map)
	switch {
	case !ok:
		p.wrongKind(e, `a comparison such as "gte: 10", or text that joins rules`)
		return
	case len(m.Entries) == 0:
		p.entries(e) // says that it is empty
		return
	}
	for _, e := range m.Entries {
		switch name := e.Key.Value; {
		case name == "field":
			c.Fields = p.references(e)
		case name == "percentile":
			c.Percent = p.number(e)
		case slices.Contains(boundOps, name):
			c.Threshold = append(c.Threshold, Bound{e.Key, p.number(e)})
		default:
			known := append(slices.Clone(boundOps), "field", "percentile")
			d := p.report(Error, "correlation/condition", e.Key.At, fmt.Sprintf("a correlation's condition has no key %q; it has %s", name, list(known)))
			suggestKey(d, e.Key, known)
		}
	}
}

// suggestKey is suggest for keys, and knows the signs that stand for words.
func suggestKey(d *Diagnostic, key Text, known []string) {
	signs := map[string]string{">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "=": "eq", "==": "eq", "!=": "neq", "ge": "gte", "le": "lte", "ne": "neq"}
	if word, ok := signs[key.Value]; ok {
		d.label(fmt.Sprintf("write %q", word)).fix("write "+word, true, Edit{key.At, word})
		return
	}
	if near := Nearest(key.Value, known); len(near) > 0 {
		d.label(DidYouMean(key.Value, known)).fix("write "+near[0], false, Edit{key.At, near[0]})
	}
}

func (p *parser) number(e Entry) *Number {
	s, ok := e.Data.(*Scalar)
	if !ok {
		p.wrongKind(e, "a number")
		return nil
	}
	if n, ok := typed(s).(*Number); ok {
		return n
	}
	if d := p.wrongKind(e, "a number"); isCoreNumber(s.Text.Value) {
		d.fix("remove the quotes", true, Edit{s.Text.At, s.Text.Value})
	}
	return nil
}

func (p *parser) boolean(e Entry) bool {
	if s, ok := e.Data.(*Scalar); ok {
		if b, ok := typed(s).(*Bool); ok {
			return b.Value
		}
	}
	p.wrongKind(e, "true or false")
	return false
}

// aliases reads fields that have other names in each rule.
func (p *parser) aliases(e Entry) []Alias {
	m, ok := p.entries(e)
	if !ok {
		return nil
	}
	var aliases []Alias
	total := 0
	for _, e := range m.Entries {
		fields, ok := p.entries(e)
		if !ok {
			continue
		}
		if total += len(fields.Entries); total > MaxReferences {
			p.tooMany(e.Key.At, "aliases")
			return aliases
		}
		a := Alias{Name: e.Key, At: e.Span()}
		for _, f := range fields.Entries {
			a.Fields = append(a.Fields, AliasField{f.Key, p.text(f)})
		}
		aliases = append(aliases, a)
	}
	return aliases
}
