package sigma

import "fmt"

var filterKeys = []key[Filter]{
	{"logsource", func(p *parser, f *Filter, e Entry) { f.Logsource = p.logsource(e) }},
}

func (p *parser) filter(m *Map) *Filter {
	f := &Filter{At: m.At}
	rest := readKeys(p, m.Entries, f, append([]key[Filter]{{"filter", (*parser).filterSection}}, filterKeys...))
	p.require(m, "title", "logsource")
	p.head(&f.Head, rest, append(keyNames(filterKeys), "filter"))
	return f
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
		f.Rules = p.texts(e)
	default:
		p.report(Error, "type", place(e.Key.At, d), fmt.Sprintf(`"rules" holds %s; it must hold "any", a name or id, or a list of them`, kindOf(d)))
	}
}
