package sigma

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// offerCorrelation refuses what Sigma had before correlations: a condition
// that counts or looks near by, and the timeframe in which it did. Where a
// correlation says the same, it is offered as a fix.
func (p *parser) offerCorrelation(r *Rule) {
	if r.Detection == nil {
		return
	}
	counted := false
	for _, c := range r.Detection.Conditions {
		if c.Aggregate == nil {
			continue
		}
		counted = true
		d := p.report(Error, "condition/aggregation", c.Aggregate.At,
			fmt.Sprintf("%q joins events, which a condition no longer can; a correlation must", p.file.Text(firstLine(p.file, c.Aggregate.At))))
		mended, title, why := mend(r, c.Aggregate)
		if why != "" {
			d.label(why)
			continue
		}
		if edits := p.separate(r, c, mended); edits != nil {
			d.fix(title, false, edits...)
		}
	}
	if t := r.Detection.Timeframe; t != nil && !counted {
		d := p.report(Error, "detection/timeframe", t.Text.At, `"timeframe" belongs to a count, and the condition has none; without it the rule means the same`)
		if line, ok := p.lineOf(t.Text.At, "timeframe:"); ok {
			d.fix("remove the line", true, Edit{line, ""})
		}
	}
}

// mend makes the documents that say what an aggregation says, or tells why
// there are none.
func mend(r *Rule, a *Aggregate) (docs []Document, title, why string) {
	switch {
	case r.Detection.Timeframe == nil:
		return nil, "", `no "timeframe" says within what time`
	case len(r.Detection.Conditions) > 1:
		return nil, "", "only a rule with one condition can be mended"
	case a.Near != nil:
		docs, why = neighboursOf(r, a)
		return docs, "move what is near to a correlation", why
	}
	c, why := counterOf(r, a)
	return []Document{c}, "move the count to a correlation", why
}

// The words of legacy aggregations in the words of correlations.
var (
	aggregateTypes = map[string]string{"count": "value_count", "sum": "value_sum", "avg": "value_avg"}
	aggregateOps   = map[string]string{">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "=": "eq", "==": "eq", "!=": "neq"}
)

// counterOf makes the correlation that counts or adds up.
func counterOf(r *Rule, a *Aggregate) (c *Correlation, why string) {
	kind := aggregateTypes[strings.ToLower(a.Function.Value)]
	if kind == "value_count" && a.Field.Value == "" {
		kind = "event_count"
	}
	op := aggregateOps[a.Op.Value]
	switch {
	case kind == "":
		return nil, fmt.Sprintf("no correlation does what %q did", a.Function.Value)
	case op == "" || !isCoreNumber(a.Value.Value):
		return nil, "it compares with no number"
	}
	c = &Correlation{
		Head:      offspring(&r.Head, "correlation", "count"),
		Type:      Text{Value: kind},
		Rules:     []Text{reference(&r.Head)},
		Timespan:  *r.Detection.Timeframe,
		Threshold: []Bound{{Text{Value: op}, &Number{a.Value}}},
	}
	if a.By.Value != "" {
		c.GroupBy = []Text{a.By}
	}
	if a.Field.Value != "" {
		c.Fields = []Text{a.Field}
	}
	return c, ""
}

// neighboursOf makes a rule of each search that must be near, and the
// correlation that joins them with what is left of this one.
func neighboursOf(r *Rule, a *Aggregate) (docs []Document, why string) {
	var quantified bool
	names := map[string]string{} // of the new rules, by search
	main := callable(&r.Head)
	rules := []Text{{Value: main}}
	for n := range Preorder(a.Near) {
		switch x := n.(type) {
		case *Quantified:
			quantified = true
		case *Ref:
			s := r.Detection.Search(x.Name)
			if s == nil {
				return nil, fmt.Sprintf("no search is named %q", x.Name)
			}
			if names[x.Name] != "" {
				continue
			}
			neighbour := &Rule{
				Head: offspring(&r.Head, x.Name, x.Name), Logsource: r.Logsource,
				Detection: &Detection{Searches: []*Search{s}, Conditions: []*Condition{{Expr: &Ref{Name: x.Name}}}},
			}
			neighbour.Name.Value = main + "_" + x.Name
			names[x.Name] = neighbour.Name.Value
			rules = append(rules, neighbour.Name)
			docs = append(docs, neighbour)
		}
	}
	if quantified {
		return nil, `"of" behind near takes rules of its own; name the searches one by one`
	}
	c := &Correlation{Head: offspring(&r.Head, "correlation", "near"), Type: Text{Value: "temporal"}, Rules: rules, Timespan: *r.Detection.Timeframe}
	if !wantsAll(a.Near) {
		near := []Expr{renamedRefs(a.Near, names)}
		if and, ok := near[0].(*And); ok {
			near = and.X
		}
		c.Extended = &Condition{Expr: &And{X: append([]Expr{&Ref{Name: main}}, near...)}}
	}
	return append(docs, c), ""
}

// wantsAll tells whether a condition holds when all that it names occur, which
// a temporal correlation asks for by itself.
func wantsAll(x Expr) bool {
	for n := range Preorder(x) {
		switch n.(type) {
		case *Or, *Not:
			return false
		}
	}
	return true
}

func renamedRefs(x Expr, names map[string]string) Expr {
	all := func(list []Expr) []Expr {
		out := make([]Expr, len(list))
		for i, y := range list {
			out[i] = renamedRefs(y, names)
		}
		return out
	}
	switch x := x.(type) {
	case *And:
		return &And{X: all(x.X)}
	case *Or:
		return &Or{X: all(x.X)}
	case *Not:
		return &Not{X: renamedRefs(x.X, names)}
	case *Ref:
		return &Ref{Name: names[x.Name]}
	case *Quantified:
		return x
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", x))
	}
}

// offspring is the head of a document that is made of another one; its id is
// always the same.
func offspring(h *Head, from, label string) Head {
	out := *h
	out.Title.Value += " (" + label + ")"
	out.Name, out.Related, out.Custom, out.Fields = Text{}, nil, nil, nil
	if id, err := uuid.Parse(h.ID.Value); err == nil {
		out.ID.Value = uuid.NewSHA1(id, []byte(from)).String()
	}
	return out
}

// reference is what another document should call this one.
func reference(h *Head) Text {
	for _, t := range []Text{h.ID, h.Name} {
		if t.Value != "" {
			return t
		}
	}
	return h.Title
}

var notNames = regexp.MustCompile(`[^a-z0-9]+`)

// callable is the name of a document, or one that its title makes: a condition
// over rules can't say a title.
func callable(h *Head) string {
	if h.Name.Value != "" {
		return h.Name.Value
	}
	name := strings.Trim(notNames.ReplaceAllString(strings.ToLower(h.Title.Value), "_"), "_")
	if name == "" || isKeyword(name) {
		return "rule"
	}
	return name
}

// separate gives the edits that take the aggregation out of the rule and put
// the documents behind it, or nil if the text is laid out in an unusual way.
func (p *parser) separate(r *Rule, c *Condition, docs []Document) []Edit {
	src := p.file.Src
	line, ok := p.lineOf(r.Detection.Timeframe.Text.At, "timeframe:")
	if !ok || c.Aggregate.At == c.Text.At {
		return nil
	}
	count := c.Aggregate.At
	for count.Start > c.Text.At.Start && isBlank(src[count.Start-1]) {
		count.Start--
	}
	edits := []Edit{{line, ""}, {count, ""}}
	if c.Aggregate.Near != nil && r.Name.Value == "" {
		title, ok := p.lineOf(r.Title.At, "title:")
		if !ok {
			return nil
		}
		edits = append(edits, Edit{Span{title.End, title.End}, "name: " + callable(&r.Head) + "\n"})
	}
	end, text := r.At.End, ""
	if src[end-1] != '\n' {
		if i := bytes.IndexByte(src[end:], '\n'); i >= 0 {
			end += i + 1
		} else {
			end, text = len(src), "\n"
		}
	}
	for _, d := range docs {
		text += "---\n" + p.printed(d)
	}
	edits = append(edits, Edit{Span{end, end}, text})
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.At.Start - b.At.Start })
	return edits
}

// printed is the text of a document. A search keeps the text of its author if
// that stands in the same column.
func (p *parser) printed(d Document) string {
	text := Print(d)
	r, ok := d.(*Rule)
	if !ok {
		return text
	}
	src, at := p.file.Src, r.Detection.Searches[0].At
	start := bytes.LastIndexByte(src[:at.Start], '\n') + 1
	head, rest, _ := strings.Cut(text, "\ndetection:\n")
	condition := strings.LastIndex(rest, strings.Repeat(" ", step)+"condition:")
	if string(src[start:at.Start]) != strings.Repeat(" ", step) || condition < 0 {
		return text
	}
	own := strings.TrimRight(string(src[start:at.End]), "\r\n") + "\n"
	return head + "\ndetection:\n" + own + rest[condition:]
}

// lineOf gives the whole line of a value if nothing but before begins it and
// nothing but a comment follows.
func (p *parser) lineOf(value Span, before string) (Span, bool) {
	src := p.file.Src
	start := bytes.LastIndexByte(src[:value.Start], '\n') + 1
	end := len(src)
	if i := bytes.IndexByte(src[value.End:], '\n'); i >= 0 {
		end = value.End + i + 1
	}
	behind := strings.TrimSpace(string(src[value.End:end]))
	alone := strings.TrimSpace(string(src[start:value.Start])) == before
	return Span{start, end}, alone && (behind == "" || behind[0] == '#')
}
