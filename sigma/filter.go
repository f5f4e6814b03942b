package sigma

import (
	"fmt"
	"regexp"
)

var filterKeys = []key[Filter]{
	{"logsource", func(p *parser, f *Filter, e Entry) { f.Logsource = p.logsource(e) }},
}

func (p *parser) filter(m *Map) *Filter {
	f := &Filter{At: m.At}
	rest := readKeys(p, m.Entries, f, append([]key[Filter]{{"filter", (*parser).filterSection}}, filterKeys...))
	p.require(m, "title", "logsource")
	p.head(&f.Head, rest, append(keyNames(filterKeys), "filter"))
	p.checkKeeps(f)
	return f
}

// suppresses are words by which a filter says that it takes events away.
var suppresses = regexp.MustCompile(`(?i)\b(?:filter|exclu|suppress|ignor|remov|drop|allow|whitelist|exce?pt|valid|legit|known|benign|trusted|noise|false.positive)`)

// checkKeeps warns of a filter that keeps only what its text says it takes
// away. Spec, Filters: the condition of the filter is joined to the rule's by
// and, so what it matches is what stays.
func (p *parser) checkKeeps(f *Filter) {
	if f.Detection == nil || !suppresses.MatchString(f.Title.Value+" "+f.Description.Value) {
		return
	}
	for _, c := range f.Detection.Conditions {
		if c.Expr == nil || c.Aggregate != nil || negates(c.Expr) {
			continue
		}
		d := p.report(Warning, "filter/keeps", c.Text.At, fmt.Sprintf("the filter keeps only what matches %q; to take those events away it must say not", PrintExpr(c.Expr)))
		d.fix("negate the condition", false, Edit{c.Text.At, PrintExpr(&Not{X: c.Expr})})
	}
}

func negates(x Expr) bool {
	for n := range Preorder(x) {
		if _, ok := n.(*Not); ok {
			return true
		}
	}
	return false
}

// filterSection reads "filter": the rules that it goes to, and a detection.
func (p *parser) filterSection(f *Filter, e Entry) {
	m, ok := p.entries(e)
	if !ok {
		return
	}
	rest := readKeys(p, m.Entries, f, []key[Filter]{{"rules", (*parser).filterRules}})
	f.Detection = p.detection(rest, "filter")
	f.Detection.At = m.At
	for _, name := range []string{"rules", "condition"} {
		if m.Get(name) == nil {
			p.missing(m, name, "the filter")
		}
	}
	if len(f.Detection.Searches) == 0 && m.Get("condition") != nil {
		p.report(Error, "detection/empty", e.Key.At, "the filter has no search; a condition needs one to name")
	}
	if t := f.Detection.Timeframe; t != nil {
		p.report(Error, "detection/timeframe", t.Text.At, `"timeframe" has no meaning in a filter; it says of single events whether they stay`)
	}
	for _, c := range f.Detection.Conditions {
		if c.Aggregate != nil {
			p.report(Error, "condition/aggregation", c.Aggregate.At, "a filter can't count; it says of single events whether they stay")
		}
	}
}

// filterRules reads "rules": any, one name or id, or a list of them.
func (p *parser) filterRules(f *Filter, e Entry) {
	switch d := e.Data.(type) {
	case *Scalar:
		if isNothing(d) {
			p.report(Error, "empty", e.Key.At, `"rules" is empty; it must be "any", or name a rule`)
			return
		}
		if f.Any = d.Text.Value == "any"; !f.Any {
			f.Rules = []Text{d.Text}
		}
	case *List:
		if len(d.Of) == 0 {
			p.report(Error, "empty", d.At, `"rules" is an empty list; it must name a rule, or be "any"`)
		}
		f.Rules = p.references(e)
	default:
		p.report(Error, "type", place(e.Key.At, d), fmt.Sprintf(`"rules" holds %s; it must hold "any", a name or id, or a list of them`, kindOf(d)))
	}
}
