package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// conditionChecks look at conditions.
var conditionChecks = []*Check{
	conditionSingle, conditionNoStar, conditionAllOfThem, conditionFilter, conditionThemFilter, conditionNotSelection,
	conditionDoubleNot, conditionParens, conditionRepeated, conditionPrecedence, conditionList, conditionSeveral,
}

// conditions gives a function the conditions that could be read.
func (p *Pass) conditions(f func(d *sigma.Detection, c *sigma.Condition)) {
	d := p.Detection()
	if d == nil {
		return
	}
	for _, c := range d.Conditions {
		if c.Expr != nil && c.Aggregate == nil && !asksMuch(c.Expr) {
			f(d, c)
		}
	}
}

// asksMuch tells whether a condition has so many parts that to hold each
// against each other takes too long.
func asksMuch(x sigma.Expr) bool {
	n := 0
	for range sigma.Preorder(x) {
		if n++; n > mostCompared {
			return true
		}
	}
	return false
}

// editable tells whether places in a condition are places in the file.
func (p *Pass) editable(c *sigma.Condition) bool { return p.align(c.Text) != nil }

// matching lists the searches that a pattern names.
func matching(d *sigma.Detection, pattern string) []*sigma.Search {
	var out []*sigma.Search
	for _, s := range d.Searches {
		if sigma.MatchesPattern(pattern, s.Name.Value) {
			out = append(out, s)
		}
	}
	return out
}

var searchNameForm = lazyre.New(`^[A-Za-z0-9_.-]+$`)

// canStand tells whether a condition can name a search.
func canStand(name string) bool {
	switch strings.ToLower(name) {
	case "and", "or", "not", "of", "all", "any", "them", "1":
		return false
	}
	return searchNameForm.Get().MatchString(name)
}

var conditionSingle = &Check{
	Code:     "condition/single",
	Severity: sigma.Hint,
	Title:    `"1 of" or "all of" speaks of one search`,
	Why:      "The name says the same, and says it to whoever reads the condition alone.",
	Before:   deciding("1 of selection* and not filter and other"),
	After:    deciding("selection and not filter and other"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.quantified(func(d *sigma.Detection, c *sigma.Condition, x *sigma.Quantified) {
			found := matching(d, x.Pattern)
			// A pattern of filters waits for more of them: it is a custom of SigmaHQ.
			if len(found) != 1 || excluding.Get().MatchString(x.Pattern) || x.Pattern != "them" && !strings.Contains(x.Pattern, "*") {
				return
			}
			name := found[0].Name.Value
			f := p.report(x.At, "only %q is named so; its name says the same", name)
			if canStand(name) && p.editable(c) {
				f.safe("write "+name, replace(x.At, name)...)
			}
		})
	},
}

// quantified gives a function the "1 of" and "all of" of all conditions.
func (p *Pass) quantified(f func(*sigma.Detection, *sigma.Condition, *sigma.Quantified)) {
	p.conditions(func(d *sigma.Detection, c *sigma.Condition) {
		for n := range sigma.Preorder(c.Expr) {
			if x, ok := n.(*sigma.Quantified); ok {
				f(d, c, x)
			}
		}
	})
}

var conditionNoStar = &Check{
	Code:     "condition/no-star",
	Severity: sigma.Info,
	Title:    `"1 of" or "all of" without a star`,
	Why:      "It names one search, so that the words before it say nothing. Mostly a star was forgotten.",
	Before:   deciding("selection and not 1 of filter and other"),
	After:    deciding("selection and not filter and other"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.quantified(func(d *sigma.Detection, c *sigma.Condition, x *sigma.Quantified) {
			if x.Pattern == "them" || strings.Contains(x.Pattern, "*") || !p.editable(c) {
				return
			}
			f := p.report(x.At, "%q names one search; without a star the words before it say nothing", x.Pattern)
			if others := matching(d, x.Pattern+"*"); len(others) > 1 {
				f.unsafe("add a star", insert(x.Of.End, "*")...)
			} else {
				f.safe("write "+x.Pattern, replace(x.At, x.Pattern)...)
			}
		})
	},
}

// mostNames is how many searches a fix writes out.
const mostNames = 4

var conditionAllOfThem = &Check{
	Code:     "condition/all-of-them",
	Severity: sigma.Hint,
	Title:    `condition is "all of them"`,
	Why:      "A filter that is added later would be asked for as well. Names, or a pattern, stay as they are.",
	Before:   "detection:\n  selection_a:\n    User: a\n  selection_b:\n    Image|endswith: '\\b.exe'\n  condition: all of them",
	After:    "detection:\n  selection_a:\n    User: a\n  selection_b:\n    Image|endswith: '\\b.exe'\n  condition: selection_a and selection_b",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.quantified(func(d *sigma.Detection, c *sigma.Condition, x *sigma.Quantified) {
			found := matching(d, x.Pattern)
			if !x.All || x.Pattern != "them" || len(found) < 2 {
				return
			}
			if slices.ContainsFunc(found, func(s *sigma.Search) bool { return excluding.Get().MatchString(s.Name.Value) }) {
				return // condition/them-filter reports it
			}
			f := p.report(x.At, `"all of them" asks for whatever search is added later as well; names or a pattern do not`)
			if named := joined(found, " and "); named != "" && p.editable(c) {
				if c.Expr != sigma.Expr(x) {
					named = "(" + named + ")"
				}
				f.safe("write the names", replace(x.At, named)...)
			}
		})
	},
}

// joined writes the names of searches with a word between, if they are few.
func joined(searches []*sigma.Search, word string) string {
	if len(searches) > mostNames {
		return ""
	}
	var names []string
	for _, s := range searches {
		if !canStand(s.Name.Value) {
			return ""
		}
		names = append(names, s.Name.Value)
	}
	return strings.Join(names, word)
}

// excluding are the names of searches that are made to be negated.
var excluding = lazyre.New(`(?i)^(?:filter|exclu|whitelist|allowlist)`)

var conditionFilter = &Check{
	Code:     "condition/filter",
	Severity: sigma.Warning,
	Title:    "filter is asked for",
	Why:      "A search named filter holds what is to be left out. Without a not, only that is found. If that is meant, the search needs another name.",
	Before:   deciding("selection and filter and other"),
	After:    deciding("selection and not filter and other"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.conditions(func(d *sigma.Detection, c *sigma.Condition) {
			if negatedTwice(c.Expr) {
				return // condition/double-not reports it
			}
			for _, u := range uses(d, c.Expr) {
				name := u.names[0]
				if u.negated || !excluding.Get().MatchString(name) || u.pattern == "them" || len(d.Searches) == len(u.names) {
					continue
				}
				// Whether not is missing or the name is wrong, a person must say: the
				// one turns the rule around, the other hides that it must be.
				p.report(u.at, "%q is asked for; by its name it holds what is to be left out, with not", name).
					label("a search that is asked for needs another name, such as selection_...")
			}
		})
	},
}

func negatedTwice(x sigma.Expr) bool {
	for n := range sigma.Preorder(x) {
		if outer, ok := n.(*sigma.Not); ok {
			if _, ok := outer.X.(*sigma.Not); ok {
				return true
			}
		}
	}
	return false
}

var conditionThemFilter = &Check{
	Code:     "condition/them-filter",
	Severity: sigma.Warning,
	Title:    `"them" takes in a filter`,
	Why:      "A search named filter holds what is to be left out. Here it is counted among what is looked for.",
	Before:   deciding("1 of them"),
	After:    deciding("1 of selection* and not filter and other"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.conditions(func(d *sigma.Detection, c *sigma.Condition) {
			for _, u := range uses(d, c.Expr) {
				if i := slices.IndexFunc(u.names, excluding.Get().MatchString); i >= 0 && u.pattern == "them" && !u.negated && len(u.names) > 1 {
					p.report(u.at, `"them" takes in %q, which by its name holds what is to be left out`, u.names[i])
				}
			}
		})
	},
}

var (
	lookedFor = lazyre.New(`(?i)^selection`)
	leftOut   = lazyre.New(`(?i)filter|exclu|legit|allow|known|other|not`)
)

var conditionNotSelection = &Check{
	Code:     "condition/not-selection",
	Severity: sigma.Hint,
	Title:    "selection is only left out",
	Why:      "A search named selection holds what is looked for. Whoever reads its name alone is misled.",
	Before:   deciding("other and not selection"),
	After:    deciding("other and selection"),
	Since:    "0.1",
	Run: func(p *Pass) {
		p.conditions(func(d *sigma.Detection, c *sigma.Condition) {
			asked := uses(d, c.Expr)
			for _, u := range asked {
				if u.negated && lookedFor.Get().MatchString(u.names[0]) && !leftOut.Get().MatchString(u.names[0]) && u.pattern == "" &&
					slices.ContainsFunc(asked, func(o use) bool { return !o.negated }) &&
					!slices.ContainsFunc(asked, func(o use) bool { return !o.negated && slices.Contains(o.names, u.names[0]) }) {
					p.report(u.at, "%q is only left out; a search with this name holds what is looked for", u.names[0])
				}
			}
		})
	},
}

// A use is a place where a condition names searches.
type use struct {
	names   []string
	pattern string // of "1 of" and "all of"
	negated bool
	at      sigma.Span
}

// uses lists where a condition names searches, and whether it asks for them.
func uses(d *sigma.Detection, x sigma.Expr) []use {
	var out []use
	var walk func(x sigma.Expr, negated bool)
	walk = func(x sigma.Expr, negated bool) {
		switch x := x.(type) {
		case *sigma.And:
			for _, y := range x.X {
				walk(y, negated)
			}
		case *sigma.Or:
			for _, y := range x.X {
				walk(y, negated)
			}
		case *sigma.Not:
			walk(x.X, !negated)
		case *sigma.Ref:
			out = append(out, use{names: []string{x.Name}, negated: negated, at: x.At})
		case *sigma.Quantified:
			u := use{pattern: x.Pattern, negated: negated, at: x.At}
			for _, s := range matching(d, x.Pattern) {
				u.names = append(u.names, s.Name.Value)
			}
			if len(u.names) > 0 {
				out = append(out, u)
			}
		default:
			panic(fmt.Sprintf("lint: unknown expression %T", x))
		}
	}
	walk(x, false)
	return out
}

var conditionDoubleNot = &Check{
	Code:     "condition/double-not",
	Severity: sigma.Info,
	Title:    "negation is negated",
	Why:      "Two nots are none.",
	Before:   deciding("selection and not (not filter) and other"),
	After:    deciding("selection and filter and other"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.conditions(func(_ *sigma.Detection, c *sigma.Condition) {
			for n := range sigma.Preorder(c.Expr) {
				outer, ok := n.(*sigma.Not)
				if !ok {
					continue
				}
				if inner, ok := outer.X.(*sigma.Not); ok && p.editable(c) {
					p.report(outer.At, "the negation is negated; two nots are none").
						safe("remove both", replace(outer.At, p.File().Text(inner.X.Span()))...)
				}
			}
		})
	},
}

var conditionParens = &Check{
	Code:     "condition/parentheses",
	Severity: sigma.Hint,
	Title:    "parentheses around one name, or doubled, or around all",
	Why:      "They say nothing.",
	Before:   deciding("((selection or other) and not (filter))"),
	After:    deciding("(selection or other) and not filter"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.conditions(func(_ *sigma.Detection, c *sigma.Condition) {
			if !p.editable(c) {
				return
			}
			for _, pair := range needlessParens(c.Text.Value) {
				open, end := p.within(c.Text, pair.Start, pair.Start+1), p.within(c.Text, pair.End-1, pair.End)
				// The blanks inside go with them.
				src, from, to := p.File().Src, open, end
				for from.End < len(src) && src[from.End] == ' ' {
					from.End++
				}
				for to.Start > from.End && src[to.Start-1] == ' ' {
					to.Start--
				}
				p.report(open, "the parentheses around %q say nothing", strings.TrimSpace(c.Text.Value[pair.Start+1:pair.End-1])).
					safe("remove them", append(remove(from), remove(to)...)...)
			}
		})
	},
}

// needlessParens finds pairs of parentheses that hold one name, or another
// pair, or the whole condition.
func needlessParens(text string) []sigma.Span {
	var opened []int
	var pairs []sigma.Span
	closes := map[int]int{}
	for i, r := range text {
		switch {
		case r == '(':
			opened = append(opened, i)
		case r == ')' && len(opened) > 0:
			start := opened[len(opened)-1]
			opened = opened[:len(opened)-1]
			closes[start] = i
			inner := strings.TrimSpace(text[start+1 : i])
			first := start + 1 + strings.Index(text[start+1:], inner)
			double := strings.HasPrefix(inner, "(") && closes[first] == first+len(inner)-1
			whole := strings.TrimSpace(text[:start]) == "" && strings.TrimSpace(text[i+1:]) == ""
			if whole || double || !strings.ContainsAny(inner, " \t\r\n(") {
				pairs = append(pairs, sigma.Span{Start: start, End: i + 1})
			}
		}
	}
	return pairs
}

var conditionRepeated = &Check{
	Code:     "condition/repeated",
	Severity: sigma.Warning,
	Title:    "condition asks for the same twice",
	Why:      "The second says nothing. Often another search was meant.",
	Before:   deciding("selection and not filter and other and selection"),
	After:    deciding("selection and not filter and other"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.conditions(func(_ *sigma.Detection, c *sigma.Condition) {
			for n := range sigma.Preorder(c.Expr) {
				switch n := n.(type) {
				case *sigma.And:
					p.repeated(c, n.X)
				case *sigma.Or:
					p.repeated(c, n.X)
				}
			}
		})
	},
}

func (p *Pass) repeated(c *sigma.Condition, operands []sigma.Expr) {
	seen := map[string]bool{}
	for i, x := range operands {
		text := sigma.PrintExpr(x)
		if seen[text] {
			f := p.report(x.Span(), "%q stands in the condition twice", text)
			if p.editable(c) {
				f.safe("remove the second", remove(sigma.Span{Start: operands[i-1].Span().End, End: x.Span().End})...)
			}
		}
		seen[text] = true
	}
}

var conditionPrecedence = &Check{
	Code:     "condition/precedence",
	Severity: sigma.Hint,
	Title:    `"and" and "or" stand side by side`,
	Why:      "And binds tighter. Parentheses say so to whoever does not know, and to engines that read from left to right.",
	Before:   deciding("other or selection and not filter"),
	After:    deciding("other or (selection and not filter)"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		p.conditions(func(_ *sigma.Detection, c *sigma.Condition) {
			for n := range sigma.Preorder(c.Expr) {
				or, ok := n.(*sigma.Or)
				if !ok || !p.editable(c) {
					continue
				}
				for _, x := range or.X {
					if and, ok := x.(*sigma.And); ok && !wrapped(p.File().Text(and.At)) {
						p.report(and.At, `"and" binds tighter than "or"; parentheses must show it`).
							safe("add parentheses", append(insert(and.At.Start, "("), insert(and.At.End, ")")...)...)
					}
				}
			}
		})
	},
}

// wrapped tells whether one pair of parentheses holds all of a text.
func wrapped(text string) bool {
	depth := 0
	for i, r := range text {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return i == len(text)-1 && r == ')'
		}
	}
	return false
}
