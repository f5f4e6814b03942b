package sigma

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// offerCorrelation refuses what Sigma had before correlations: a condition
// that counts, and the timeframe in which it did. Where one correlation says
// the same, it is offered as a fix.
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
		counter, why := counterOf(r, c.Aggregate)
		if why != "" {
			d.label(why)
			continue
		}
		if edits := p.separate(r, c, counter); edits != nil {
			d.fix("move the count to a correlation", false, edits...)
		}
	}
	if t := r.Detection.Timeframe; t != nil && !counted {
		d := p.report(Error, "detection/timeframe", t.Text.At, `"timeframe" belongs to a count, and the condition has none; without it the rule means the same`)
		if line, ok := p.lineOf(t.Text.At, "timeframe:"); ok {
			d.fix("remove the line", true, Edit{line, ""})
		}
	}
}

// The words of legacy aggregations in the words of correlations.
var (
	aggregateTypes = map[string]string{"count": "value_count", "sum": "value_sum", "avg": "value_avg"}
	aggregateOps   = map[string]string{">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "=": "eq", "==": "eq", "!=": "neq"}
)

// counterOf makes the correlation that an aggregation asks for, or says why
// there is none.
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
	case r.Detection.Timeframe == nil:
		return nil, `no "timeframe" says within what time to count`
	case len(r.Detection.Conditions) > 1:
		return nil, "only a rule with one condition can be mended"
	}
	c = &Correlation{
		Head:      r.Head,
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
	c.Title.Value += " (count)"
	c.Name, c.Related, c.Custom, c.Head.Fields = Text{}, nil, nil, nil
	if id, err := uuid.Parse(r.ID.Value); err == nil {
		c.ID.Value = uuid.NewSHA1(id, []byte("correlation")).String()
	}
	return c, ""
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

// separate gives the edits that take the count out of the rule and put the
// correlation behind it, or nil if the text is laid out in an unusual way.
func (p *parser) separate(r *Rule, c *Condition, counter *Correlation) []Edit {
	src := p.file.Src
	line, ok := p.lineOf(r.Detection.Timeframe.Text.At, "timeframe:")
	if !ok || c.Aggregate.At == c.Text.At {
		return nil
	}
	count := c.Aggregate.At
	for count.Start > c.Text.At.Start && isBlank(src[count.Start-1]) {
		count.Start--
	}
	end, text := r.At.End, "---\n"+Print(counter)
	if src[end-1] != '\n' {
		if i := bytes.IndexByte(src[end:], '\n'); i >= 0 {
			end += i + 1
		} else {
			end, text = len(src), "\n"+text
		}
	}
	return []Edit{{line, ""}, {count, ""}, {Span{end, end}, text}}
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
