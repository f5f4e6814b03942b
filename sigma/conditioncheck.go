package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// conditions reads "condition": one, or a list that is joined by or.
func (p *parser) conditions(e Entry) []*Condition {
	if l, ok := e.Data.(*List); ok && len(l.Of) == 0 || isScalar(e.Data) && isNothing(e.Data) {
		p.report(Error, "condition/syntax", place(e.Key.At, e.Data), "the condition is empty; it must name a search")
		return nil
	}
	texts := p.texts(e)
	var conditions []*Condition
	terms := 0
	for _, t := range texts {
		c := p.condition(t)
		conditions = append(conditions, c)
		if !p.countTerms(c, &terms) {
			break
		}
	}
	return conditions
}

// countTerms adds the names and quantifiers of a condition to those of the
// conditions before it, and reports the first that is too much.
func (p *parser) countTerms(c *Condition, terms *int) bool {
	if c.Expr == nil {
		return true
	}
	for n := range Preorder(c.Expr) {
		switch n.(type) {
		case *Ref, *Quantified:
			if *terms++; *terms > MaxTerms {
				c.Expr = nil
				p.report(Error, "condition/too-large", n.Span(), fmt.Sprintf("the conditions name more than %d searches; split the document", MaxTerms))
				return false
			}
		}
	}
	return true
}

// condition reads one condition and moves its places into the file.
func (p *parser) condition(t Text) *Condition {
	c := &Condition{Text: t}
	expr, aggregate, err := parseCondition(t.Value)
	if err != nil {
		at := p.file.Within(t, err.at.Start, err.at.End)
		d := p.report(Error, err.code, at, err.message).label(err.label)
		if err.write != "" {
			text := err.write
			if next := t.Value[err.at.End:]; next != "" && !isBlank(next[0]) {
				text += " "
			}
			d.fix("write "+err.write, true, Edit{at, text})
		}
		return c
	}
	m := p.mapper(t)
	c.Expr, c.Aggregate = m.expr(expr), m.aggregate(aggregate)
	for _, at := range keywordsNotLower(t.Value) {
		word := strings.ToLower(t.Value[at.Start:at.End])
		p.report(Warning, "condition/case", m.span(at), fmt.Sprintf("operator %q must be in lower case: %q", t.Value[at.Start:at.End], word)).
			fix("write "+word, true, Edit{m.span(at), word})
	}
	return c
}

// A mapper moves nodes from offsets in a text to offsets in its file.
type mapper struct {
	text    Text
	file    *File
	offsets []int
}

func (p *parser) mapper(t Text) mapper { return mapper{t, p.file, p.file.Align(t)} }

func (m mapper) span(at Span) Span {
	if m.offsets == nil {
		return m.text.At
	}
	return m.file.WithinAligned(m.text, m.offsets, at.Start, at.End)
}

func (m mapper) expr(x Expr) Expr {
	switch x := x.(type) {
	case *And:
		return &And{m.exprs(x.X), m.span(x.At)}
	case *Or:
		return &Or{m.exprs(x.X), m.span(x.At)}
	case *Not:
		return &Not{m.expr(x.X), m.span(x.At)}
	case *Ref:
		return &Ref{x.Name, m.span(x.At)}
	case *Quantified:
		return &Quantified{x.All, x.N, x.Pattern, m.span(x.Of), m.span(x.At)}
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", x))
	}
}

func (m mapper) exprs(x []Expr) []Expr {
	out := make([]Expr, len(x))
	for i := range x {
		out[i] = m.expr(x[i])
	}
	return out
}

func (m mapper) aggregate(a *Aggregate) *Aggregate {
	if a == nil {
		return nil
	}
	text := func(t Text) Text {
		if t.Value == "" {
			return t
		}
		return Text{t.Value, m.span(t.At)}
	}
	out := &Aggregate{text(a.Function), text(a.Field), text(a.By), text(a.Op), text(a.Value), nil, m.span(a.At)}
	if a.Near != nil {
		out.Near = m.expr(a.Near)
	}
	return out
}

// checkConditions holds the conditions against the searches.
func (p *parser) checkConditions(d *Detection, names []string, owner string) {
	for _, c := range d.Conditions {
		if c.Expr != nil {
			p.checkNames(c.Expr, names, owner)
		}
		if c.Aggregate != nil && c.Aggregate.Near != nil {
			p.checkNames(c.Aggregate.Near, names, owner)
		}
	}
}

func (p *parser) checkNames(x Expr, names []string, owner string) {
	switch x := x.(type) {
	case *And:
		for _, y := range x.X {
			p.checkNames(y, names, owner)
		}
	case *Or:
		for _, y := range x.X {
			p.checkNames(y, names, owner)
		}
	case *Not:
		p.checkNames(x.X, names, owner)
	case *Ref:
		p.checkRef(x, names, owner)
	case *Quantified:
		p.checkQuantified(x, names, owner)
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", x))
	}
}

func (p *parser) checkRef(x *Ref, names []string, owner string) {
	if slices.Contains(names, x.Name) {
		return
	}
	d := p.report(Error, "condition/undefined-search", x.At, fmt.Sprintf("condition names %q, and no search of the %s has that name", x.Name, owner))
	p.suggest(d, x.At, x.Name, names)
}

// suggest labels a diagnostic with the names that come near, or lists all if
// they are few, and offers the nearest as a fix. What nobody will read is not
// worth the search.
func (p *parser) suggest(d *Diagnostic, at Span, name string, names []string) {
	if p.full() {
		return
	}
	near := Nearest(name, names)
	switch {
	case len(near) > 0:
		d.label("did you mean "+Choices(near)+"?").fix("write "+near[0], false, Edit{at, near[0]})
	case len(names) > 0 && len(names) <= 5:
		d.label("there is " + list(names))
	}
}

func (p *parser) checkQuantified(x *Quantified, names []string, owner string) {
	count := 0
	for _, n := range names {
		if MatchesPattern(x.Pattern, n) {
			count++
		}
	}
	switch {
	case count == 0:
		d := p.report(Error, "condition/undefined-search", x.Of, fmt.Sprintf("no search of the %s is named like %q", owner, x.Pattern))
		if p.suggest(d, x.Of, x.Pattern, patterns(names)); len(d.Fixes) == 0 {
			p.suggest(d, x.Of, x.Pattern, names)
		}
	case x.N > count:
		p.report(Error, "condition/count", x.At, fmt.Sprintf(`"%d of %s" asks for more searches than are named so: there %s %d`, x.N, x.Pattern, isAre(count), count))
	case x.N > 1:
		p.report(Info, "condition/extension", x.At, fmt.Sprintf(`"%d of" is an extension; the specification has "1 of" and "all of"`, x.N))
	case hasPrefixFold(p.file.Text(x.At), "any"):
		at := Span{x.At.Start, x.At.Start + len("any")}
		p.report(Info, "condition/extension", at, `"any of" is an extension; the specification says "1 of"`).
			fix("write 1", true, Edit{at, "1"})
	}
}

// patterns are those that name the searches by the words before a "_".
func patterns(names []string) []string {
	var out []string
	for _, n := range names {
		for i := 1; i < len(n); i++ {
			if n[i] == '_' && !slices.Contains(out, n[:i+1]+"*") {
				out = append(out, n[:i+1]+"*")
			}
		}
	}
	return out
}

func isAre(n int) string {
	if n == 1 {
		return "is only"
	}
	return "are only"
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
