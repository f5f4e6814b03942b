package sigma

import (
	"fmt"
	"strconv"
	"strings"
)

// Print writes a document as canonical text: one order of keys, one way to
// quote, no comments. What was read from the text of a document that is not
// Broken is read from its canonical text again. What only a pipeline can make
// has no text: Print panics on it.
func Print(d Document) string {
	w := &writer{scalar: canonicalScalar, key: canonicalKey}
	w.mapping(dataOf(d), 0, false)
	return w.String()
}

// PrintData writes data that is no document, such as a suite, as canonical text.
func PrintData(d Data) string {
	w := &writer{scalar: canonicalScalar, key: canonicalKey}
	if !w.flat(d, 0) {
		w.block(d, 0, false)
	}
	return strings.TrimPrefix(w.String(), " ")
}

// keyOrder is the order of keys that authors are used to. Spec, Rule file
// structure.
var keyOrder = []string{
	"title", "id", "name", "related", "status", "description", "license", "references", "author", "date", "modified",
	"tags", "scope", "taxonomy", "logsource", "detection", "correlation", "filter", "fields", "falsepositives", "level",
}

// dataOf turns a document into data again.
func dataOf(d Document) *Map {
	m := &mapBuilder{}
	h := d.Info()
	m.text("title", h.Title)
	m.text("id", h.ID)
	m.text("name", h.Name)
	m.relations(h.Related)
	m.text("status", h.Status)
	m.text("description", h.Description)
	m.text("license", h.License)
	m.texts("references", h.References)
	m.text("author", h.Author)
	m.date("date", h.Date)
	m.date("modified", h.Modified)
	m.texts("tags", h.Tags)
	m.texts("scope", h.Scope)
	m.text("taxonomy", h.Taxonomy)
	switch d := d.(type) {
	case *Rule:
		m.logsource(d.Logsource)
		m.set("detection", detectionData(d.Detection))
	case *Correlation:
		m.set("correlation", correlationData(d))
	case *Filter:
		m.logsource(d.Logsource)
		m.set("filter", filterData(d))
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", d))
	}
	m.texts("fields", h.Fields)
	m.texts("falsepositives", h.FalsePositives)
	m.text("level", h.Level)
	m.Entries = append(m.Entries, h.Custom...)
	return &m.Map
}

// A mapBuilder makes a Map and leaves out what is absent.
type mapBuilder struct{ Map }

func (m *mapBuilder) set(key string, d Data) {
	if d != nil {
		m.Entries = append(m.Entries, Entry{Text{Value: key}, d})
	}
}

func (m *mapBuilder) text(key string, t Text) {
	if t.Value != "" {
		m.set(key, textData(t))
	}
}

func (m *mapBuilder) texts(key string, texts []Text) {
	if len(texts) == 0 {
		return
	}
	l := &List{}
	for _, t := range texts {
		l.Of = append(l.Of, textData(t))
	}
	m.set(key, l)
}

// date leaves a date without quotes, as all readers of Sigma take it.
func (m *mapBuilder) date(key string, t Text) {
	if looseDate.MatchString(t.Value) {
		m.set(key, &Scalar{Text: t})
		return
	}
	m.text(key, t)
}

func textData(t Text) Data { return &Scalar{Text: t, Quoted: true} }

func (m *mapBuilder) relations(relations []Relation) {
	if len(relations) == 0 {
		return
	}
	l := &List{}
	for _, r := range relations {
		var one mapBuilder
		one.text("id", r.ID)
		one.text("type", r.Type)
		l.Of = append(l.Of, &one.Map)
	}
	m.set("related", l)
}

func (m *mapBuilder) logsource(l *Logsource) {
	if l == nil {
		return
	}
	var b mapBuilder
	b.text("category", l.Category)
	b.text("product", l.Product)
	b.text("service", l.Service)
	b.text("definition", l.Definition)
	b.Entries = append(b.Entries, l.Custom...)
	m.set("logsource", &b.Map)
}

func (m *mapBuilder) detection(d *Detection) {
	for _, s := range d.Searches {
		if s.Body != nil {
			m.set(s.Name.Value, blockData(s.Body))
		}
	}
	if d.Timeframe != nil {
		m.text("timeframe", d.Timeframe.Text)
	}
	l := &List{}
	for _, c := range d.Conditions {
		l.Of = append(l.Of, conditionData(c))
	}
	switch len(l.Of) {
	case 0:
	case 1:
		m.set("condition", l.Of[0])
	default:
		m.set("condition", l)
	}
}

func detectionData(d *Detection) Data {
	if d == nil {
		return nil
	}
	var m mapBuilder
	m.detection(d)
	return &m.Map
}

// conditionData writes a condition that was read in one way, and one that was
// not, or is legacy, as it stands.
func conditionData(c *Condition) Data {
	if c.Expr == nil || c.Aggregate != nil {
		return textData(c.Text)
	}
	return textData(Text{Value: PrintExpr(c.Expr)})
}

func blockData(b Block) Data {
	switch b := b.(type) {
	case *All:
		if len(b.Also) > 0 {
			panic("sigma: no text says what a pipeline has made of a map")
		}
		m := &Map{}
		for _, item := range b.Items {
			m.Entries = append(m.Entries, Entry{Text{Value: ItemKey(item)}, itemData(item)})
		}
		return m
	case *Any:
		l := &List{}
		for _, x := range b.Blocks {
			l.Of = append(l.Of, blockData(x))
		}
		return l
	case *Item:
		return itemData(b)
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", b))
	}
}

// ItemKey writes an item's field and modifiers as they stand in its key.
func ItemKey(item *Item) string {
	var b strings.Builder
	b.WriteString(item.Field.Value)
	for _, m := range item.Modifiers {
		b.WriteString("|" + m.Name)
	}
	return b.String()
}

func itemData(item *Item) Data {
	l := &List{}
	for _, v := range item.Values {
		l.Of = append(l.Of, valueData(v))
	}
	if !item.List && len(l.Of) == 1 {
		return l.Of[0]
	}
	return l
}

func valueData(v Value) Data {
	switch v := v.(type) {
	case *String:
		return textData(v.Text)
	case *Number:
		return &Scalar{Text: v.Text}
	case *Bool:
		return &Scalar{Text: v.Text}
	case *Null:
		return &Scalar{Text: Text{Value: "null"}}
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", v))
	}
}

func correlationData(c *Correlation) Data {
	var m mapBuilder
	m.text("type", c.Type)
	m.texts("rules", c.Rules)
	m.texts("group-by", c.GroupBy)
	m.text("timespan", c.Timespan.Text)
	if c.Generate {
		m.set("generate", &Scalar{Text: Text{Value: "true"}})
	}
	if len(c.Aliases) > 0 {
		var aliases mapBuilder
		for _, a := range c.Aliases {
			var fields mapBuilder
			for _, f := range a.Fields {
				fields.set(f.Rule.Value, textData(f.Field))
			}
			aliases.set(a.Name.Value, &fields.Map)
		}
		m.set("aliases", &aliases.Map)
	}
	if c.Extended != nil {
		m.set("condition", conditionData(c.Extended))
	} else if condition := thresholdData(c); len(condition.Entries) > 0 {
		m.set("condition", condition)
	}
	return &m.Map
}

func thresholdData(c *Correlation) *Map {
	var m mapBuilder
	for _, b := range c.Threshold {
		if b.Value != nil {
			m.set(b.Op.Value, valueData(b.Value))
		}
	}
	if len(c.Fields) == 1 {
		m.text("field", c.Fields[0])
	} else {
		m.texts("field", c.Fields)
	}
	if c.Percent != nil {
		m.set("percentile", valueData(c.Percent))
	}
	return &m.Map
}

func filterData(f *Filter) Data {
	var m mapBuilder
	if f.Any {
		m.set("rules", &Scalar{Text: Text{Value: "any"}})
	}
	m.texts("rules", f.Rules)
	if f.Detection != nil {
		m.detection(f.Detection)
	}
	return &m.Map
}

// PrintExpr writes a condition with the parentheses that its shape needs.
func PrintExpr(x Expr) string {
	var b strings.Builder
	writeExpr(&b, x)
	return b.String()
}

func writeExpr(b *strings.Builder, x Expr) {
	switch x := x.(type) {
	case *And:
		writeJoined(b, x.X, " and ", true)
	case *Or:
		writeJoined(b, x.X, " or ", false)
	case *Not:
		b.WriteString("not ")
		writeOperand(b, x.X, true)
	case *Ref:
		b.WriteString(x.Name)
	case *Quantified:
		if x.All {
			b.WriteString("all of " + x.Pattern)
		} else {
			b.WriteString(strconv.Itoa(x.N) + " of " + x.Pattern)
		}
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", x))
	}
}

func writeJoined(b *strings.Builder, operands []Expr, word string, tight bool) {
	for i, x := range operands {
		if i > 0 {
			b.WriteString(word)
		}
		_, same := x.(*Or)
		writeOperand(b, x, tight || same)
	}
}

// writeOperand puts parentheses around what would otherwise be read into the
// expression outside it: or anywhere, and inside and and not.
func writeOperand(b *strings.Builder, x Expr, tight bool) {
	switch x.(type) {
	case *And, *Or:
		if tight {
			b.WriteByte('(')
			writeExpr(b, x)
			b.WriteByte(')')
			return
		}
	}
	writeExpr(b, x)
}
