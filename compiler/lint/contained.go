package lint

import (
	"strings"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/sigma"
)

// containedChecks look for values that another one of their list makes useless.
var containedChecks = []*Check{valueContained, valueImplied, valueCase, valueNumberTwice}

// mostCompared bounds the lists whose values are held against each other: the
// work grows with the square.
const mostCompared = 500

// A pair is a value that another one of its list makes useless.
type pair struct{ dead, by sigma.Value }

// pairs finds the values of a list that another makes useless: the wider one
// does, or in a list that asks for all values the narrower one. Of two that
// make each other useless the second is.
func pairs(item *sigma.Item) []pair {
	if len(item.Values) < 2 || len(item.Values) > mostCompared || !comparesText(item) {
		return nil
	}
	globs, letters := make([]glob, len(item.Values)), make([]letterSet, len(item.Values))
	for i, v := range item.Values {
		globs[i], _ = globOf(item, v)
		letters[i] = globs[i].letters()
	}
	within := func(i, j int) bool { return letters[i].has(letters[j]) && globs[i].within(globs[j]) }
	useless := within
	if item.Has("all") {
		useless = func(i, j int) bool { return within(j, i) }
	}
	var found []pair
	for i, g := range globs {
		for j, other := range globs {
			if i == j || g == nil || other == nil || !useless(i, j) {
				continue
			}
			if useless(j, i) && i < j || strings.EqualFold(item.Values[i].Written().Value, item.Values[j].Written().Value) {
				continue // the other is reported, or is the same but for case
			}
			if item.Values[j].Written().Value == "" {
				continue // beside it every value is useless: value/empty-part speaks of the cause
			}
			found = append(found, pair{item.Values[i], item.Values[j]})
			break
		}
	}
	return found
}

var valueContained = &Check{
	Code:     "value/contained",
	Severity: sigma.Info,
	Title:    "value has no effect beside a wider one of its list",
	Why:      "Whatever it matches, the other matches too. Often the wider one is a slip, and finds more than was meant.",
	Before:   selecting("CommandLine|contains:\n  - 'abc'\n  - 'abcd'\n  - 'x'"),
	After:    selecting("CommandLine|contains:\n  - 'abc'\n  - 'x'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if at.Has("all") {
				continue
			}
			for _, x := range pairs(at.Item) {
				p.report(x.dead.Span(), "%s has no effect: whatever it matches, %s matches too", p.shown(x.dead), p.shown(x.by)).
					see(p.File(), x.by.Span(), "the wider value stands here").
					safe("remove it", removeEntry(p.File(), x.dead.Span())...)
			}
		}
	},
}

var valueImplied = &Check{
	Code:     "value/implied",
	Severity: sigma.Info,
	Title:    `value of an "all" list follows from another`,
	Why:      "Where the other is found, so is this one. Often it was to stand elsewhere in the text as well, which Sigma can't say so.",
	Before:   selecting("CommandLine|contains|all:\n  - 'abc'\n  - 'abcd'\n  - 'x'"),
	After:    selecting("CommandLine|contains|all:\n  - 'abcd'\n  - 'x'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if !at.Has("all") {
				continue
			}
			found := pairs(at.Item)
			for _, x := range found {
				f := p.report(x.dead.Span(), "%s follows from %s, and has no effect", p.shown(x.dead), p.shown(x.by)).
					see(p.File(), x.by.Span(), "the value that says more stands here")
				edits := removeEntry(p.File(), x.dead.Span())
				if left := len(at.Values) - len(found); left == 1 && len(edits) > 0 {
					edits = append(edits, p.dropModifier(at, "all")...)
				}
				f.safe("remove it", edits...)
			}
		}
	},
}

// dropModifier takes a modifier out of an item's key.
func (p *Pass) dropModifier(at place, name string) []sigma.Edit {
	for _, m := range at.Modifiers {
		if start := m.At.Start - 1; m.Name == name && start > 0 && p.File().Src[start] == '|' {
			return remove(sigma.Span{Start: start, End: m.At.End})
		}
	}
	return nil
}

var valueCase = &Check{
	Code:     "value/case",
	Severity: sigma.Info,
	Title:    "two values of a list differ in case alone",
	Why:      "Text is compared in any case, unless the modifier cased says otherwise.",
	Before:   selecting("CommandLine|contains:\n  - 'abc'\n  - 'ABC'\n  - 'x'"),
	After:    selecting("CommandLine|contains:\n  - 'abc'\n  - 'x'"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if len(at.Values) < 2 || at.Has("cased") || !comparesText(at.Item) {
				continue
			}
			same := map[string]sigma.Value{}
			for _, v := range at.Values {
				s, ok := v.(*sigma.String)
				if !ok {
					continue
				}
				key := strings.Map(eval.Fold, s.Text.Value)
				first := same[key]
				if first == nil {
					same[key] = v
				} else if first.Written().Value != s.Text.Value {
					f := p.report(v.Span(), "%s and %s differ in case alone, which does not count", p.shown(first), p.shown(v)).
						see(p.File(), first.Span(), "the first stands here")
					f.safe("remove it", p.removeValue(at, v)...)
				}
			}
		}
	},
}

// removeValue takes a value out of a list, and the modifier all with it if one
// value is left: all of one is an error.
func (p *Pass) removeValue(at place, v sigma.Value) []sigma.Edit {
	edits := removeEntry(p.File(), v.Span())
	if len(edits) > 0 && len(at.Values) == 2 && at.Has("all") {
		return append(edits, p.dropModifier(at, "all")...)
	}
	return edits
}

var valueNumberTwice = &Check{
	Code:     "value/number-twice",
	Severity: sigma.Info,
	Title:    "number stands in a list with and without quotes",
	Why:      "Text meets a number by its digits, and a number meets text: the second has no effect.",
	Before:   selecting("EventID:\n  - 4624\n  - '4624'\n  - 4625"),
	After:    selecting("EventID:\n  - 4624\n  - 4625"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if len(at.Values) < 2 || len(at.Modifiers) > 0 {
				continue
			}
			met := map[string]sigma.Value{}
			for _, v := range at.Values {
				text := v.Written().Value
				if !isDigits(text) {
					continue
				}
				other := met[text]
				switch {
				case other == nil:
					met[text] = v
				case kind(other) != kind(v):
					p.report(v.Span(), "%s stands in the list already, as %s", p.shown(v), p.shown(other)).
						see(p.File(), other.Span(), "the first stands here").
						safe("remove it", removeEntry(p.File(), v.Span())...)
				}
			}
		}
	},
}

// isDigits tells whether s is a whole number as every tool writes it.
func isDigits(s string) bool {
	return s == "0" || s != "" && s[0] != '0' && strings.Trim(s, "0123456789") == "" && len(s) < 16
}

// shown quotes a value as the author wrote it, cut short if it is long.
func (p *Pass) shown(v sigma.Value) string {
	text := p.File().Text(firstLineOf(p.File(), v.Span()))
	const longest = 60
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

func firstLineOf(f *sigma.File, at sigma.Span) sigma.Span {
	if i := strings.IndexAny(f.Text(at), "\r\n"); i >= 0 {
		at.End = at.Start + i
	}
	return at
}
