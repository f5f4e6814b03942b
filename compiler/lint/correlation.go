package lint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// correlationChecks look at correlations.
var correlationChecks = []*Check{
	correlationGroup, correlationGroupTwice, correlationOneRule, correlationTrivial, correlationCounted,
	correlationAliasUnused, correlationAliasGap, correlationUnnamed, timespanUnit, timespanLong,
}

// correlation gives the document as a correlation, if it is one that can be
// used.
func (p *Pass) correlation() *sigma.Correlation {
	c, _ := p.Doc.(*sigma.Correlation)
	if c == nil || c.Broken {
		return nil
	}
	return c
}

// failuresCounted is the body of an example that counts.
func failuresCounted(rest string) string {
	return correlating("type: event_count\nrules:\n  - failures\n" + rest)
}

var correlationGroup = &Check{
	Code:     "correlation/no-group",
	Severity: sigma.Info,
	Title:    "correlation does not group its events",
	Why:      "It counts those of everybody together, and fires the sooner the larger the network is.",
	Before:   failuresCounted("timespan: 1h\ncondition:\n  gte: 10"),
	After:    failuresCounted("group-by:\n  - User\ntimespan: 1h\ncondition:\n  gte: 10"),
	Since:    "0.1",
	Run: func(p *Pass) {
		if c := p.correlation(); c != nil && len(c.GroupBy) == 0 {
			p.report(c.Type.At, `without "group-by" the events of everybody are taken together`)
		}
	},
}

var correlationGroupTwice = &Check{
	Code:     "correlation/duplicate-group",
	Severity: sigma.Info,
	Title:    "entry stands twice in group-by",
	Why:      "The second says nothing; often another field was meant.",
	Before:   failuresCounted("group-by:\n  - User\n  - User\ntimespan: 1h\ncondition:\n  gte: 10"),
	After:    failuresCounted("group-by:\n  - User\ntimespan: 1h\ncondition:\n  gte: 10"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		c := p.correlation()
		if c == nil {
			return
		}
		seen := map[string]bool{}
		for _, t := range c.GroupBy {
			if seen[t.Value] {
				p.report(t.At, "%q stands twice in \"group-by\"", t.Value).safe("remove the second", removeEntry(p.File(), t.At)...)
			}
			seen[t.Value] = true
		}
	},
}

var correlationOneRule = &Check{
	Code:     "correlation/one-rule",
	Severity: sigma.Warning,
	Title:    "temporal correlation of one rule",
	Why:      "It says that several rules fire together, or in order. With one it says what the rule says by itself.",
	Before:   correlating("type: temporal\nrules:\n  - failures\ngroup-by:\n  - User\ntimespan: 1h"),
	After:    failuresCounted("group-by:\n  - User\ntimespan: 1h\ncondition:\n  gte: 10"),
	Since:    "0.1",
	Run: func(p *Pass) {
		c := p.correlation()
		if c != nil && strings.HasPrefix(c.Type.Value, "temporal") && len(c.References()) == 1 && c.Extended == nil {
			p.report(c.Rules[0].At, "%s joins several rules, and there is one", c.Type.Value)
		}
	},
}

var correlationTrivial = &Check{
	Code:     "correlation/one-event",
	Severity: sigma.Info,
	Title:    "count is reached by one event",
	Why:      "The correlation fires wherever its rule does. A larger number was meant, or the rule is enough.",
	Before:   failuresCounted("group-by:\n  - User\ntimespan: 1h\ncondition:\n  gte: 1"),
	After:    failuresCounted("group-by:\n  - User\ntimespan: 1h\ncondition:\n  gte: 10"),
	Since:    "0.1",
	Run: func(p *Pass) {
		c := p.correlation()
		if c == nil || c.Type.Value != "event_count" && c.Type.Value != "value_count" || len(c.Threshold) != 1 || c.Threshold[0].Value == nil {
			return
		}
		b := c.Threshold[0]
		if n := b.Value.Float(); b.Op.Value == "gte" && n <= 1 || b.Op.Value == "gt" && n < 1 {
			p.report(b.Op.At, "one event reaches %s %s: the correlation fires wherever its rule does", b.Op.Value, b.Value.Text.Value)
		}
	},
}

var correlationCounted = &Check{
	Code:     "correlation/counts-group",
	Severity: sigma.Warning,
	Title:    "values are counted of a field that groups them",
	Why:      "Within a group the field has one value: the count never passes one.",
	Before:   correlating("type: value_count\nrules:\n  - failures\ngroup-by:\n  - User\ntimespan: 1h\ncondition:\n  field: User\n  gte: 10"),
	After:    correlating("type: value_count\nrules:\n  - failures\ngroup-by:\n  - User\ntimespan: 1h\ncondition:\n  field: Computer\n  gte: 10"),
	Since:    "0.1",
	Run: func(p *Pass) {
		c := p.correlation()
		if c == nil || c.Type.Value != "value_count" || len(c.Fields) != 1 {
			return
		}
		if i := slices.IndexFunc(c.GroupBy, func(t sigma.Text) bool { return t.Value == c.Fields[0].Value }); i >= 0 {
			p.report(c.Fields[0].At, "%q groups the events, so that it has one value in each group", c.Fields[0].Value).
				see(p.File(), c.GroupBy[i].At, "it groups them here")
		}
	},
}

const aliasBody = "type: event_count\nrules:\n  - failures\ngroup-by:\n  - who\ntimespan: 1h\naliases:\n  who:\n    failures: User"

var correlationAliasUnused = &Check{
	Code:     "correlation/alias-unused",
	Severity: sigma.Warning,
	Title:    "alias that nothing uses",
	Why:      "It has no effect. Mostly a field stands in group-by where the alias was meant.",
	Before:   correlating(aliasBody + "\n  host:\n    failures: Computer\ncondition:\n  gte: 10"),
	After:    correlating(aliasBody + "\ncondition:\n  gte: 10"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		c := p.correlation()
		if c == nil {
			return
		}
		for _, a := range c.Aliases {
			if slices.ContainsFunc(slices.Concat(c.GroupBy, c.Fields), func(t sigma.Text) bool { return t.Value == a.Name.Value }) {
				continue
			}
			f := p.report(a.Name.At, "nothing uses the alias %q, neither group-by nor the condition", a.Name.Value)
			if lines, ok := keyLines(p.File(), a.At); ok && len(c.Aliases) > 1 {
				f.safe("remove it", removeLines(p.File(), lines, a.At.End)...)
			}
		}
	},
}

var correlationAliasGap = &Check{
	Code:     "correlation/alias-gap",
	Severity: sigma.Info,
	Title:    "alias leaves out a rule of the correlation",
	Why:      "For that rule the name is taken as a field's. If its events have none of that name, they are not counted.",
	Before: "title: A\nname: a\nlogsource: {product: proxy}\ndetection:\n  s: {EventID: 1}\n  condition: s\n---\n" +
		"title: B\nname: b\nlogsource: {product: proxy}\ndetection:\n  s: {EventID: 2}\n  condition: s\n---\n" +
		"title: A and B\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  group-by: [who]\n  timespan: 1h\n  aliases:\n    who: {a: User}",
	After: "title: A\nname: a\nlogsource: {product: proxy}\ndetection:\n  s: {EventID: 1}\n  condition: s\n---\n" +
		"title: B\nname: b\nlogsource: {product: proxy}\ndetection:\n  s: {EventID: 2}\n  condition: s\n---\n" +
		"title: A and B\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  group-by: [who]\n  timespan: 1h\n  aliases:\n    who: {a: User, b: Account}",
	Since: "0.1",
	Run: func(p *Pass) {
		c := p.correlation()
		if c == nil {
			return
		}
		for _, a := range c.Aliases {
			named := map[sigma.Document]bool{}
			for _, f := range a.Fields {
				named[p.collection.Lookup(f.Rule.Value)] = true
			}
			if named[nil] {
				continue // one of its names is misspelt, which correlation/alias reports
			}
			for _, ref := range c.References() {
				if to := p.collection.Lookup(ref.Value); to != nil && !named[to] && p.mayHave(to, a.Name.Value) {
					p.report(a.Name.At, "the alias %q says nothing of rule %q", a.Name.Value, ref.Value)
				}
			}
		}
	},
}

// mayHave tells whether the events of a document may have a field. Of those
// that can't the compiler says so.
func (p *Pass) mayHave(d sigma.Document, field string) bool {
	r, ok := d.(*sigma.Rule)
	if !ok {
		return true
	}
	log := logOf(p.opts, r.Logsource)
	return log == nil || log.Resolve(field) != nil
}

var correlationUnnamed = &Check{
	Code:     "correlation/unnamed-rule",
	Severity: sigma.Hint,
	Title:    "correlation names a rule that has no name",
	Why:      "An id or title says nothing to whoever reads the correlation, and a condition over rules needs names.",
	Before: "title: A\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\nlogsource: {product: windows}\ndetection:\n  s: {EventID: 1}\n  condition: s\n---\n" +
		"title: Many\ncorrelation:\n  type: event_count\n  rules: [3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21]\n  group-by: [User]\n  timespan: 1h\n  condition: {gte: 5}",
	After: "title: A\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\nname: a\nlogsource: {product: windows}\ndetection:\n  s: {EventID: 1}\n  condition: s\n---\n" +
		"title: Many\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [User]\n  timespan: 1h\n  condition: {gte: 5}",
	Since: "0.1",
	Run: func(p *Pass) {
		c := p.correlation()
		if c == nil {
			return
		}
		for _, ref := range c.References() {
			if to := p.collection.Lookup(ref.Value); to != nil && to.Info().Name.Value == "" {
				p.report(ref.At, "rule %q has no name that the correlation could use", to.Info().Label())
			}
		}
	},
}

var timespanUnit = &Check{
	Code:     "timespan/unit",
	Severity: sigma.Hint,
	Title:    "timespan has a larger unit",
	Why:      "Who reads 3600s must reckon.",
	Before:   failuresCounted("group-by:\n  - User\ntimespan: 3600s\ncondition:\n  gte: 10"),
	After:    failuresCounted("group-by:\n  - User\ntimespan: 1h\ncondition:\n  gte: 10"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		c := p.correlation()
		if c == nil {
			return
		}
		t := c.Timespan.Text
		better := ""
		for _, unit := range []struct {
			name    string
			seconds int64
		}{{"d", 86400}, {"h", 3600}, {"m", 60}} {
			if c.Timespan.Seconds%unit.seconds == 0 && c.Timespan.Seconds > 0 {
				better = strconv.FormatInt(c.Timespan.Seconds/unit.seconds, 10) + unit.name
				break
			}
		}
		// Up to here numbers are at home with any unit: 60m, 24h, 90d.
		const familiar = 90
		if n, err := strconv.Atoi(strings.TrimRight(t.Value, "smh")); err != nil || n <= familiar || better == "" || better == t.Value {
			return
		}
		f := p.report(t.At, "%s is %s", t.Value, better)
		if oneLine(p.File(), t) && style(p.File(), t) == 0 {
			f.safe("write "+better, replace(t.At, better)...)
		}
	},
}

var timespanLong = &Check{
	Code:     "timespan/long",
	Severity: sigma.Info,
	Title:    "timespan is longer than two weeks",
	Why:      "The scheduled rules of Sentinel look back no further, and an engine that counts as events come must keep them all that time.",
	Before:   failuresCounted("group-by:\n  - User\ntimespan: 90d\ncondition:\n  gte: 10"),
	After:    failuresCounted("group-by:\n  - User\ntimespan: 7d\ncondition:\n  gte: 10"),
	Since:    "0.1",
	Run: func(p *Pass) {
		if c := p.correlation(); c != nil && c.Timespan.Seconds > 14*86400 && !strings.HasSuffix(c.Timespan.Text.Value, "M") { // of months value/timespan speaks
			p.report(c.Timespan.Text.At, "%s is longer than two weeks, which is as far as a scheduled rule of Sentinel looks back", c.Timespan.Text.Value)
		}
	},
}
