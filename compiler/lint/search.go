package lint

import (
	"bytes"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// searchChecks look at searches, and at items beside each other.
var searchChecks = []*Check{
	searchUnused, searchSame, searchOperator, searchOneMap, searchImplied, searchAbsorbed, searchNever, searchKeywords, valueListOfOne,
}

var searchUnused = &Check{
	Code:     "search/unused",
	Severity: sigma.Warning,
	Title:    "search that the condition never uses",
	Why:      "It has no effect. The condition was changed and the search forgotten, or the other way round.",
	Before:   "detection:\n  selection:\n    User: a\n  other:\n    User: b\n    Image|endswith: '\\a.exe'\n  condition: selection",
	After:    "detection:\n  selection:\n    User: a\n  condition: selection",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		d := p.Detection()
		if d == nil || len(d.Conditions) == 0 {
			return
		}
		used := map[string]bool{}
		for _, c := range d.Conditions {
			if c.Expr == nil || c.Aggregate != nil {
				return
			}
			for _, u := range uses(d, c.Expr) {
				for _, name := range u.names {
					used[name] = true
				}
			}
		}
		for _, s := range d.Searches {
			if !used[s.Name.Value] {
				f := p.report(s.Name.At, "the condition never uses %q, which has no effect", s.Name.Value)
				if lines, ok := keyLines(p.File(), s.At); ok {
					f.unsafe("remove it", removeLines(p.File(), lines, s.At.End)...)
				}
			}
		}
	},
}

var searchSame = &Check{
	Code:     "search/same",
	Severity: sigma.Warning,
	Title:    "two searches look for the same",
	Why:      "One of them was copied, and not changed.",
	Before:   "detection:\n  selection_a:\n    User: a\n  selection_b:\n    User: a\n  condition: 1 of selection_*",
	After:    "detection:\n  selection_a:\n    User: a\n  selection_b:\n    User: b\n  condition: 1 of selection_*",
	Since:    "0.1",
	Run: func(p *Pass) {
		d := p.Detection()
		if d == nil || len(d.Searches) < 2 {
			return
		}
		type key struct {
			sense
			filter  bool
			company string
		}
		seen, company := map[key]*sigma.Search{}, company(d)
		for _, s := range d.Searches {
			key := key{senseOf(s.Body), excluding.Get().MatchString(s.Name.Value), strings.Join(company[s.Name.Value], " ")}
			if first := seen[key]; first != nil {
				p.report(s.Name.At, "%q looks for the same as %q", s.Name.Value, first.Name.Value).
					see(p.File(), first.Name.At, "the first stands here")
				continue
			}
			seen[key] = s
		}
	},
}

// company gives for the name of a search the patterns of the conditions that
// name it. Searches with the same, which are both filters or both not, have no
// reason to look for the same; others may well.
func company(d *sigma.Detection) map[string][]string {
	company := map[string][]string{}
	for _, c := range d.Conditions {
		if asksMuch(c.Expr) {
			continue
		}
		for _, u := range uses(d, c.Expr) {
			if u.pattern == "" {
				continue
			}
			for _, name := range u.names {
				company[name] = append(company[name], u.pattern)
			}
		}
	}
	return company
}

// operatorStart finds names that begin like an operator.
var operatorStart = lazyre.New(`^(?i)(?:and|or|not)(?:[_.-]|[0-9]|$)`)

var searchOperator = &Check{
	Code:     "search/operator",
	Severity: sigma.Info,
	Title:    "name of a search begins like an operator",
	Why:      "Tools that read conditions word by word, or without spaces, take it for one.",
	Before:   "detection:\n  selection:\n    User: a\n  not_b:\n    User: b\n  condition: selection and not not_b",
	After:    "detection:\n  selection:\n    User: a\n  search_not_b:\n    User: b\n  condition: selection and not search_not_b",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		d := p.Detection()
		if d == nil {
			return
		}
		for _, s := range d.Searches {
			if name := s.Name.Value; operatorStart.Get().MatchString(name) && canStand(name) {
				p.report(s.Name.At, "the name %q begins like an operator of conditions", name).
					safe("rename it", p.rename(d, s, "search_"+name)...)
			}
		}
	},
}

// rename gives a search another name, unless it is taken or some pattern of
// the conditions has to do with either.
func (p *Pass) rename(d *sigma.Detection, s *sigma.Search, name string) []sigma.Edit {
	if d.Search(name) != nil || p.File().Text(s.Name.At) != s.Name.Value {
		return nil
	}
	edits := replace(s.Name.At, name)
	for _, c := range d.Conditions {
		if c.Expr == nil || !p.editable(c) {
			return nil
		}
		for n := range sigma.Preorder(c.Expr) {
			switch x := n.(type) {
			case *sigma.Ref:
				if x.Name == s.Name.Value {
					edits = append(edits, replace(x.At, name)...)
				}
			case *sigma.Quantified:
				if sigma.MatchesPattern(x.Pattern, s.Name.Value) != sigma.MatchesPattern(x.Pattern, name) {
					return nil
				}
			}
		}
	}
	return edits
}

var searchOneMap = &Check{
	Code:     "search/one-map",
	Severity: sigma.Hint,
	Title:    "list holds one map",
	Why:      "A list says that one of several may hold. The map alone says the same.",
	Before:   "detection:\n  selection:\n    - User: a\n      Image|endswith: '\\a.exe'\n  condition: selection",
	After:    "detection:\n  selection:\n      User: a\n      Image|endswith: '\\a.exe'\n  condition: selection",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		d := p.Detection()
		if d == nil {
			return
		}
		for _, s := range d.Searches {
			list, ok := s.Body.(*sigma.Any)
			if !ok || len(list.Blocks) != 1 {
				continue
			}
			all, ok := list.Blocks[0].(*sigma.All)
			if !ok {
				continue
			}
			f := p.report(s.Name.At, "the list of %q holds one map, which says the same without it", s.Name.Value)
			start := lineStart(p.File().Src, all.At.Start)
			if before := p.File().Text(sigma.Span{Start: start, End: all.At.Start}); strings.TrimSpace(before) == "-" && p.alone(all) {
				dash := start + strings.IndexByte(before, '-')
				f.safe("write the map alone", replace(sigma.Span{Start: dash, End: dash + 1}, " ")...)
			}
		}
	},
}

// alone tells whether a map is written line by line.
func (p *Pass) alone(all *sigma.All) bool {
	return all.At.Len() > 0 && p.File().Src[all.At.Start] != '{' && p.File().Src[all.At.Start] != '&'
}

// What stands between a key and the only entry of its list: a dash on another
// line, with comments between, or a bracket.
var (
	beforeDash    = lazyre.New(`^[ \t]*:[ \t]*\r?\n(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*-[ \t]+$`)
	beforeBracket = lazyre.New(`^[ \t]*:[ \t]*\[[ \t]*$`)
)

var valueListOfOne = &Check{
	Code:     "value/list-of-one",
	Severity: sigma.Hint,
	Title:    "list holds one value",
	Why:      "The value alone says the same in one line less.",
	Before:   selecting("User:\n  - 'a' # the account of the service"),
	After:    selecting("User: 'a' # the account of the service"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if !at.List || len(at.Values) != 1 || at.Keywords || at.all == nil {
				continue
			}
			f := p.report(at.Values[0].Span(), "%q has a list of one value, which says the same without it", sigma.ItemKey(at.Item))
			f.safe("write the value alone", p.unlist(at.KeyAt, at.Values[0].Written())...)
		}
	},
}

// unlist writes the only entry of a list behind its key. Comments that stand
// between them stay where they are.
func (p *Pass) unlist(key sigma.Span, entry sigma.Text) []sigma.Edit {
	if !oneLine(p.File(), entry) || entry.At.Start < key.End {
		return nil
	}
	src := p.File().Src
	between := sigma.Span{Start: key.End, End: entry.At.Start}
	text := p.File().Text(between)
	switch {
	case beforeDash.Get().MatchString(text):
		colon := sigma.Span{Start: key.End, End: key.End + strings.IndexAny(text, "\r\n")}
		line := sigma.Span{Start: lineStart(src, entry.At.Start), End: lineEnd(src, entry.At.End)}
		rest := strings.TrimRight(string(src[entry.At.Start:line.End]), "\r\n")
		return append(replace(colon, ": "+rest), remove(line)...)
	case beforeBracket.Get().MatchString(text):
		end := entry.At.End
		for end < len(src) && isBlank(src[end]) {
			end++
		}
		if end < len(src) && src[end] == ']' {
			return append(replace(between, ": "), remove(sigma.Span{Start: entry.At.End, End: end + 1})...)
		}
	}
	return nil
}

var conditionList = &Check{
	Code:     "condition/list",
	Severity: sigma.Hint,
	Title:    "condition is a list of one",
	Why:      "A list of conditions makes a rule for each in some tools, and is refused by others. One needs no list.",
	Before:   "detection:\n  selection:\n    User: a\n  condition:\n    - selection",
	After:    "detection:\n  selection:\n    User: a\n  condition: selection",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		d := p.Detection()
		if d == nil || len(d.Conditions) != 1 {
			return
		}
		c := d.Conditions[0]
		if !p.isEntry(c.Text) {
			return
		}
		f := p.report(c.Text.At, "the condition is a list of one; it needs none")
		const key = "condition"
		if i := bytes.LastIndex(p.File().Src[:c.Text.At.Start], []byte(key)); i >= 0 {
			f.safe("write it alone", p.unlist(sigma.Span{Start: i, End: i + len(key)}, c.Text)...)
		}
	},
}

var searchImplied = &Check{
	Code:     "search/implied",
	Severity: sigma.Info,
	Title:    "item follows from another of its map",
	Why:      "Where the other holds, this one does: it has no effect. Often the other was made narrower, and this one left over.",
	Before:   selecting("Image|endswith: '\\cmd.exe'\nImage|contains: 'cmd'\nUser: a"),
	After:    selecting("Image|endswith: '\\cmd.exe'\nUser: a"),
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			if at.all == nil || len(at.all.Items) < 2 || at.Has("neq") {
				continue
			}
			for _, other := range p.sameField(at) {
				if other == at.Item || other.Has("neq") || !implies(other, at.Item) || implies(at.Item, other) && other.At.Start > at.At.Start {
					continue
				}
				f := p.report(at.KeyAt, "%q follows from %q of the same map, and has no effect", sigma.ItemKey(at.Item), sigma.ItemKey(other)).
					see(p.File(), other.KeyAt, "the item that says more stands here")
				if lines, ok := keyLines(p.File(), at.At); ok {
					f.safe("remove it", removeLines(p.File(), lines, at.At.End)...)
				}
				break
			}
		}
	},
}

// implies tells whether whatever item a holds of, b holds of too. It errs on
// the side of no.
func implies(a, b *sigma.Item) bool {
	if len(a.Values)*len(b.Values) > mostCompared || !comparesText(a) || !comparesText(b) {
		return false
	}
	narrow, wide := globsOf(a), globsOf(b)
	if narrow == nil || wide == nil {
		return false
	}
	meets := func(w glob) func(n glob) bool { return func(n glob) bool { return n.within(w) } }
	if a.Has("all") {
		// Each value of a holds: one that says enough is enough for each of b.
		each := func(w glob) bool { return slices.ContainsFunc(narrow, meets(w)) }
		if b.Has("all") {
			return !slices.ContainsFunc(wide, func(w glob) bool { return !each(w) })
		}
		return slices.ContainsFunc(wide, each)
	}
	// Some value of a holds, which one is not known: all must say enough.
	every := func(w glob) bool { return !slices.ContainsFunc(narrow, func(n glob) bool { return !n.within(w) }) }
	if b.Has("all") {
		return !slices.ContainsFunc(wide, func(w glob) bool { return !every(w) })
	}
	return !slices.ContainsFunc(narrow, func(n glob) bool {
		return !slices.ContainsFunc(wide, func(w glob) bool { return n.within(w) })
	})
}

// globsOf gives what all values of an item ask for; nil if one is no text.
func globsOf(item *sigma.Item) []glob {
	var out []glob
	for _, v := range item.Values {
		g, ok := globOf(item, v)
		if !ok {
			return nil
		}
		out = append(out, g)
	}
	return out
}

var searchAbsorbed = &Check{
	Code:     "search/absorbed",
	Severity: sigma.Warning,
	Title:    "map of a list asks for all that another asks for, and more",
	Why:      "Maps of a list are joined by or, so that it finds nothing which the other does not.",
	Before:   "detection:\n  selection:\n    - User: a\n    - User: a\n      Image|endswith: '\\a.exe'\n    - User: b\n  condition: selection",
	After:    "detection:\n  selection:\n    - User: a\n    - User: b\n  condition: selection",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		d := p.Detection()
		if d == nil {
			return
		}
		for _, s := range d.Searches {
			if list, ok := s.Body.(*sigma.Any); ok && len(list.Blocks) <= mostCompared {
				p.absorbed(list)
			}
		}
	},
}

func (p *Pass) absorbed(list *sigma.Any) {
	keys := make([]map[sense]bool, len(list.Blocks))
	for i, b := range list.Blocks {
		if all, ok := b.(*sigma.All); ok {
			keys[i] = map[sense]bool{}
			for _, item := range all.Items {
				keys[i][senseOf(item)] = true
			}
		}
	}
	for i, more := range keys {
		for j, less := range keys {
			if i == j || more == nil || less == nil || !subset(less, more) || subset(more, less) && i < j {
				continue
			}
			p.report(firstLineOf(p.File(), list.Blocks[i].Span()), "the map asks for all that another map of the list asks for: it finds nothing which the other does not").
				see(p.File(), firstLineOf(p.File(), list.Blocks[j].Span()), "the other stands here").
				safe("remove it", removeEntry(p.File(), list.Blocks[i].Span())...)
			break
		}
	}
}

func subset(small, large map[sense]bool) bool {
	for k := range small {
		if !large[k] {
			return false
		}
	}
	return true
}

var searchNever = &Check{
	Code:     "search/never",
	Severity: sigma.Warning,
	Title:    "two items of a map can't both hold",
	Why:      "No text is what the one asks for and what the other asks for: the search finds nothing.",
	Before:   selecting("Image: 'C:\\Windows\\a.exe'\nImage|endswith: '\\b.exe'"),
	After:    selecting("Image|startswith: 'C:\\Windows\\'\nImage|endswith: '\\b.exe'"),
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			// The values of a list need not be one text. Names with a path are those
			// of logs that have lists.
			if at.all == nil || len(at.all.Items) < 2 || at.Has("neq") || at.Has("all") || strings.ContainsAny(at.Field.Value, ".[{") {
				continue
			}
			for _, other := range p.sameField(at) {
				if other == at.Item || other.Has("neq") || other.Has("all") || !excludes(at.Item, other) {
					continue
				}
				p.report(at.KeyAt, "no text is what %q and %q both ask for: the search finds nothing", sigma.ItemKey(at.Item), sigma.ItemKey(other)).
					see(p.File(), other.KeyAt, "the other item stands here")
				break
			}
		}
	},
}

// excludes tells whether a asks for whole texts of which none is one of b's.
func excludes(a, b *sigma.Item) bool {
	whole, parts := globsOf(a), globsOf(b)
	if whole == nil || parts == nil || len(whole)*len(parts) > mostCompared {
		return false
	}
	for _, w := range whole {
		if slices.ContainsFunc(w, func(r rune) bool { return r < 0 }) || slices.ContainsFunc(parts, w.within) {
			return false
		}
	}
	return true
}

// structured are categories whose events have fields for all that they say.
var structured = lazyre.New(`^(?:process_|file_|registry_|image_load|driver_load|network_connection|dns_query|pipe_created|create_|raw_access|wmi_event)`)

// records are products whose logs hold no messages: logs of web servers and
// network devices may have fields, and yet be lines of text.
var records = lazyre.New(`^(?:azure|m365|aws|gcp|google_workspace|okta|onelogin|github|bitbucket|kubernetes)$`)

var searchKeywords = &Check{
	Code:     "search/keywords",
	Severity: sigma.Hint,
	Title:    "keyword is looked for in a log that has fields",
	Why:      "It is found in any field of the event, also where it means something else, and a query that looks at all of them is slow.",
	Before:   "detection:\n  keywords:\n    - ' -enc '\n  condition: keywords",
	After:    "detection:\n  keywords:\n    CommandLine|contains: ' -enc '\n  condition: keywords",
	Since:    "0.1",
	Run: func(p *Pass) {
		l := p.Logsource()
		log := p.Log()
		if l == nil || !structured.Get().MatchString(l.Category.Value) && (log == nil || log.Open || !records.Get().MatchString(l.Product.Value)) {
			return
		}
		for _, at := range p.Items() {
			if at.Keywords && !slices.ContainsFunc(at.Values, func(v sigma.Value) bool { _, _, slip := p.fieldWithoutColon(at, v); return slip }) {
				p.report(at.search.Name.At, "the keywords of %q are looked for in every field; this log names its fields, and one of them is meant", at.search.Name.Value)
			}
		}
	},
}

var conditionSeveral = &Check{
	Code:     "condition/several",
	Severity: sigma.Info,
	Title:    "rule has several conditions",
	Why:      "Each fires by itself: they are joined by or, or make a rule each, and some tools refuse them. What must hold together is joined by and.",
	Before:   "detection:\n  selection:\n    User: a\n  other:\n    User: b\n  condition:\n    - selection\n    - other",
	After:    "detection:\n  selection:\n    User: a\n  other:\n    User: b\n  condition: selection or other",
	Since:    "0.1",
	Run: func(p *Pass) {
		if d := p.Detection(); d != nil && len(d.Conditions) > 1 {
			p.report(d.Conditions[1].Text.At, "the rule has %d conditions, and fires where one of them holds; one with and, or and parentheses says which is meant", len(d.Conditions))
		}
	},
}
