package lint

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// slipChecks look for slips of YAML after which the document can be read, and
// says something else.
var slipChecks = []*Check{searchColon, valueDash, valueCurly}

// fieldLike finds what stands where a field would, with its modifiers, and
// what parts it from its value.
var fieldLike = lazyre.New(`^([A-Za-z_][A-Za-z0-9_.-]*)((?:\|[A-Za-z0-9]+)*)(:| +)['"\S]`)

var searchColon = &Check{
	Code:     "search/colon",
	Severity: sigma.Warning,
	Title:    "keyword is a field that lacks its colon, or the blank behind it",
	Why:      "YAML ends a key by a colon and a blank. Without them all of it is one text, which is looked for in every field and stands in none.",
	Before:   "detection:\n  selection:\n    Image|endswith:'\\a.exe'\n  condition: selection",
	After:    "detection:\n  selection:\n    Image|endswith: '\\a.exe'\n  condition: selection",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			for _, v := range at.Values {
				if field, gap, ok := p.fieldWithoutColon(at, v); ok {
					p.report(firstLineOf(p.File(), v.Span()), "%q is taken for a keyword; a field needs a colon and a blank behind it", field).
						unsafe(`write ": " behind it`, replace(gap, ": ")...)
				}
			}
		}
	},
}

// fieldWithoutColon tells whether a keyword was to be a field: its modifiers
// give it away, or the quotes behind it, or its name. The gap is where colon
// and blank belong.
func (p *Pass) fieldWithoutColon(at place, v sigma.Value) (field string, gap sigma.Span, ok bool) {
	t := v.Written()
	if !at.Keywords || style(p.File(), t) != 0 || !oneLine(p.File(), t) {
		return "", gap, false
	}
	m := fieldLike.Get().FindStringSubmatchIndex(t.Value)
	if m == nil {
		return "", gap, false
	}
	name, modifiers, colon := t.Value[m[2]:m[3]], t.Value[m[4]:m[5]], t.Value[m[6]:m[7]] == ":"
	first, _, _ := strings.Cut(strings.TrimPrefix(modifiers, "|"), "|")
	log := p.Log()
	switch {
	case slices.Contains(sigma.ModifierNames(), first):
	case modifiers == "" && colon && strings.IndexByte(`'"`, t.Value[m[7]]) >= 0:
	case modifiers == "" && colon && log != nil && !log.Open && log.Resolve(name) != nil:
	default:
		return "", gap, false
	}
	return name + modifiers, p.within(t, m[6], m[7]), true
}

var valueDash = &Check{
	Code:     "value/dash",
	Severity: sigma.Warning,
	Title:    "entries of a list lack their dash, or the blank behind it",
	Why:      "YAML begins an entry by a dash and a blank. Without them the lines are one text, which no event has.",
	Before:   selecting("CommandLine|contains:\n  -' /all'"),
	After:    selecting("CommandLine|contains:\n  - ' /all'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			for _, v := range at.Values {
				lines := p.plainLines(v)
				switch {
				case len(lines) > 1:
					p.report(lines[0], "the %d lines are one text; an entry of a list begins with a dash and a blank", len(lines)).
						unsafe("make a list of them", p.listOf(lines)...)
				case len(lines) == 1 && dashQuote.Get().MatchString(p.File().Text(lines[0])):
					p.report(lines[0], "the dash is a part of the value; in a list a blank stands behind it").
						unsafe("make a list of it", p.listOf(lines)...)
				}
			}
		}
	},
}

var (
	dashQuote = lazyre.New(`^-['"]`)
	dashed    = lazyre.New(`^-`)
)

// plainLines are the lines of a text without quotes, each from its first
// character.
func (p *Pass) plainLines(v sigma.Value) []sigma.Span {
	t := v.Written()
	if style(p.File(), t) != 0 || t.Value == "" || t.At.Len() == 0 {
		return nil
	}
	var lines []sigma.Span
	start := t.At.Start
	for line := range strings.Lines(p.File().Text(t.At)) {
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			from := start + strings.Index(line, text)
			lines = append(lines, sigma.Span{Start: from, End: from + len(text)})
		}
		start += len(line)
	}
	return lines
}

// listOf makes a list of lines that stand below their key. A dash before a
// letter may be an option of a program: there a person must say.
func (p *Pass) listOf(lines []sigma.Span) []sigma.Edit {
	all := func(form *lazyre.Regexp, want bool) bool {
		return !slices.ContainsFunc(lines, func(at sigma.Span) bool { return form.Get().MatchString(p.File().Text(at)) != want })
	}
	column := func(at sigma.Span) string { return string(p.File().Src[lineStart(p.File().Src, at.Start):at.Start]) }
	first := column(lines[0])
	if strings.TrimSpace(first) != "" || slices.ContainsFunc(lines, func(at sigma.Span) bool { return column(at) != first }) {
		return nil
	}
	var edits []sigma.Edit
	switch {
	case all(dashQuote, true):
		for _, at := range lines {
			edits = append(edits, insert(at.Start+1, " ")...)
		}
	case all(dashed, false):
		for _, at := range lines {
			edits = append(edits, insert(at.Start, "- ")...)
		}
	}
	return edits
}

// curly are quotes of print around a text.
var curly = lazyre.New(`^[‘“„«](.+)[’”“»]$`)

var valueCurly = &Check{
	Code:     "value/curly-quotes",
	Severity: sigma.Warning,
	Title:    "value stands in quotes of print",
	Why:      "A word processor or a page made them of plain ones. YAML does not know them: they are a part of the value, and no event has it.",
	Before:   selecting("Image|endswith: ‘\\a.exe’"),
	After:    selecting("Image|endswith: '\\a.exe'"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			for _, v := range at.Values {
				t := v.Written()
				m := curly.Get().FindStringSubmatch(t.Value)
				if m == nil {
					continue
				}
				f := p.report(firstLineOf(p.File(), t.At), `the quotes are a part of the value; the quotes of YAML are ' and "`)
				if quoted, ok := quote(m[1]); ok && oneLine(p.File(), t) {
					f.unsafe("write plain quotes", replace(t.At, quoted)...)
				}
			}
		}
	},
}
