package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// An ignore is a comment that silences checks:
//
//	# sigproof:ignore value/contained,value/case the log truncates
//
// Behind a value it speaks of its line; on a line of its own, of the next line
// that is no comment; above the first key of a document, of all of it.
type ignore struct {
	file   *sigma.File
	at     sigma.Span // the comment
	codes  []sigma.Text
	reason string

	line  int // that it speaks of; 0 means all of scope
	scope sigma.Span

	used map[string]bool // codes that silenced something
}

type ignores []*ignore

var ignoreForm = regexp.MustCompile(`(?:^|[ \t])(#[ \t]*sigproof:ignore\b:?[ \t]*([^ \t\r\n]*)([^\r\n]*))`)

// ignores reads the comments of all files.
func (s *session) ignores() ignores {
	var all ignores
	seen := map[*sigma.File]bool{}
	for _, d := range s.docs {
		f := d.Info().File
		if f == nil || seen[f] {
			continue
		}
		seen[f] = true
		if strings.Contains(string(f.Src), "sigproof:ignore") {
			all = append(all, s.ignoresOf(f)...)
		}
	}
	return all
}

func (s *session) ignoresOf(f *sigma.File) ignores {
	var found ignores
	scalars := scalarSpans(s.fileData(f))
	for _, m := range ignoreForm.FindAllSubmatchIndex(f.Src, -1) {
		at := sigma.Span{Start: m[2], End: m[3]}
		if slices.ContainsFunc(scalars, func(x sigma.Span) bool { return x.Start <= at.Start && at.Start < x.End }) {
			continue
		}
		at.End = at.Start + len(strings.TrimRight(f.Text(at), " \t"))
		g := &ignore{file: f, at: at, used: map[string]bool{}, reason: strings.TrimSpace(string(f.Src[m[6]:m[7]]))}
		start := m[4]
		for _, code := range strings.Split(string(f.Src[m[4]:m[5]]), ",") {
			if code != "" {
				g.codes = append(g.codes, sigma.Text{Value: code, At: sigma.Span{Start: start, End: start + len(code)}})
			}
			start += len(code) + 1
		}
		s.aim(g)
		found = append(found, g)
	}
	return found
}

// aim finds what the comment speaks of.
func (s *session) aim(g *ignore) {
	line := g.file.Position(g.at.Start).Line
	if strings.TrimSpace(string(g.file.Src[lineStart(g.file.Src, g.at.Start):g.at.Start])) != "" {
		g.line = line
		return
	}
	for _, d := range s.fileData(g.file) {
		if before := d.Span().Start; before > g.at.Start {
			if onlyComments(g.file.Text(sigma.Span{Start: g.at.Start, End: before})) {
				g.scope = d.Span()
				return
			}
			break
		}
	}
	for line++; ; line++ {
		text := strings.TrimSpace(g.file.Line(line))
		if text != "" && text[0] != '#' || g.file.Line(line) == "" && g.file.Line(line+1) == "" {
			g.line = line
			return
		}
	}
}

func onlyComments(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !strings.HasPrefix(line, "---") {
			return false
		}
	}
	return true
}

// scalarSpans lists where the scalars stand, in which a # is no comment.
func scalarSpans(docs []sigma.Data) []sigma.Span {
	var spans []sigma.Span
	for _, d := range docs {
		for n := range sigma.Preorder(d) {
			if t, ok := n.(sigma.Text); ok {
				spans = append(spans, t.At)
			} else if s, ok := n.(*sigma.Scalar); ok {
				spans = append(spans, s.Text.At)
			}
		}
	}
	return spans
}

// silence tells whether a comment with a reason silences d.
func (all ignores) silence(d *sigma.Diagnostic) bool {
	silenced := false
	for _, g := range all {
		if g.file != d.File || g.line != 0 && d.File.Position(d.At.Start).Line != g.line {
			continue
		}
		if g.line == 0 && !(g.scope.Start <= d.At.Start && d.At.Start <= g.scope.End) {
			continue
		}
		for _, code := range g.codes {
			if covers(code.Value, d.Code) {
				g.used[code.Value] = true
				silenced = true
			}
		}
	}
	return silenced
}

// findings reports comments that lack something or have no effect.
func (all ignores) findings(s *session) []*sigma.Diagnostic {
	var diags []*sigma.Diagnostic
	report := func(c *Check, g *ignore, at sigma.Span, message string) *finding {
		d := &sigma.Diagnostic{Code: c.Code, Severity: c.Severity, File: g.file, At: at, Message: message}
		diags = append(diags, d)
		return &finding{d}
	}
	for _, g := range all {
		if len(g.codes) == 0 {
			report(ignoreUnknown, g, g.at, `the comment ignores nothing; a code must follow, such as "sigproof:ignore value/contained because ..."`)
			continue
		}
		if g.reason == "" {
			report(ignoreReason, g, g.at, "the comment does not say why; a reason must stand behind the code")
		}
		for _, code := range g.codes {
			switch {
			case !s.known(code.Value):
				report(ignoreUnknown, g, code.At, fmt.Sprintf("there is no check %q", code.Value)).
					label("%s", sigma.DidYouMean(code.Value, s.codes()))
			case !g.used[code.Value] && s.enabled(code.Value):
				f := report(ignoreUnused, g, code.At, fmt.Sprintf("%q is not found here, so that there is nothing to ignore", code.Value))
				if len(g.codes) == 1 {
					f.safe("remove the comment", removeComment(g.file, g.at)...)
				}
			}
		}
	}
	return diags
}

// known tells whether a code, or one that begins so, is in the catalogue.
func (s *session) known(name string) bool {
	for code := range s.checks {
		if covers(name, code) {
			return true
		}
	}
	return false
}

func (s *session) codes() []string {
	var out []string
	for code := range s.checks {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

// removeComment takes away a comment with the blanks before it, and its line
// if nothing else stands on it.
func removeComment(f *sigma.File, at sigma.Span) []sigma.Edit {
	start := lineStart(f.Src, at.Start)
	if strings.TrimSpace(string(f.Src[start:at.Start])) == "" {
		return []sigma.Edit{{At: sigma.Span{Start: start, End: lineEnd(f.Src, at.End)}}}
	}
	for at.Start > start && isBlank(f.Src[at.Start-1]) {
		at.Start--
	}
	return []sigma.Edit{{At: at}}
}

var ignoreUnknown = &Check{
	Code:     "ignore/unknown",
	Severity: sigma.Warning,
	Title:    "comment ignores a check that does not exist",
	Why:      "A misspelt code silences nothing.",
	Before:   "level: medium # sigproof:ignore level/mising not ours to say",
	After:    "level: medium",
	Since:    "0.1",
}

var ignoreReason = &Check{
	Code:     "ignore/reason",
	Severity: sigma.Warning,
	Title:    "comment ignores a check without a reason",
	Why:      "Whoever reads the rule next must know whether the reason still holds.",
	Before:   "title: detects things. # sigproof:ignore title",
	After:    "title: detects things. # sigproof:ignore title the portal shows it so",
	Since:    "0.1",
}

var ignoreUnused = &Check{
	Code:     "ignore/unused",
	Severity: sigma.Warning,
	Title:    "comment ignores what is not found",
	Why:      "The finding is gone; the comment would silence the next one, which nobody has looked at.",
	Before:   "level: medium # sigproof:ignore title/long it is short",
	After:    "level: medium",
	Fix:      SafeFix,
	Since:    "0.1",
}
