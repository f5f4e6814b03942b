package lint

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
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

	used   map[string]bool // codes that silenced something
	errors map[string]bool // codes of errors, which nothing silences
}

type ignores []*ignore

// ignoreChecks look at those comments.
var ignoreChecks = []*Check{
	ignoreUnknown, ignoreReason, ignoreUnused,
}

// mostIgnores is how many comments of a file are read: each finding is held
// against each of them. Those beyond silence nothing.
const mostIgnores = 1_000

var ignoreForm = lazyre.New(`(?m)(?:^|[ \t])(#[ \t]*sigproof:ignore\b:?[ \t]*([^ \t\r\n]*)([^\r\n]*))`)

// ignores reads the comments of the file.
func (l *look) ignores() ignores {
	if l.file == nil || !bytes.Contains(l.file.Src, []byte("sigproof:ignore")) {
		return nil
	}
	f := l.file
	var found ignores
	scalars := scalarSpans(l.yaml())
	for _, m := range ignoreForm.Get().FindAllSubmatchIndex(f.Src, -1) {
		at := sigma.Span{Start: m[2], End: m[3]}
		if within(scalars, at.Start) || len(found) == mostIgnores {
			continue
		}
		at.End = at.Start + len(strings.TrimRight(f.Text(at), " \t"))
		g := &ignore{file: f, at: at, used: map[string]bool{}, errors: map[string]bool{}, reason: strings.TrimSpace(string(f.Src[m[6]:m[7]]))}
		start := m[4]
		for _, code := range strings.Split(string(f.Src[m[4]:m[5]]), ",") {
			if code != "" {
				g.codes = append(g.codes, sigma.Text{Value: code, At: sigma.Span{Start: start, End: start + len(code)}})
			}
			start += len(code) + 1
		}
		l.aim(g)
		found = append(found, g)
	}
	return found
}

// aim finds what the comment speaks of.
func (l *look) aim(g *ignore) {
	line := g.file.Position(g.at.Start).Line
	if strings.TrimSpace(string(g.file.Src[lineStart(g.file.Src, g.at.Start):g.at.Start])) != "" {
		g.line = line
		return
	}
	for _, d := range l.yaml() {
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

// within tells whether p stands in one of the spans.
func within(spans []sigma.Span, p int) bool {
	i, _ := slices.BinarySearchFunc(spans, p, func(s sigma.Span, p int) int { return s.End - p - 1 })
	return i < len(spans) && spans[i].Start <= p
}

// scalarSpans lists where the scalars stand, in which a # is no comment, in
// order: an alias brings in what stands elsewhere.
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
	slices.SortFunc(spans, func(a, b sigma.Span) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
	return spans
}

// silence tells whether a comment silences d. An error stays.
func (all ignores) silence(d *sigma.Diagnostic) bool {
	silenced := false
	for _, g := range all {
		if !g.meets(d) {
			continue
		}
		for _, code := range g.codes {
			switch {
			case !covers(code.Value, d.Code):
			case d.Severity == sigma.Error:
				g.errors[code.Value] = true
			default:
				g.used[code.Value] = true
				silenced = true
			}
		}
	}
	return silenced
}

// meets tells whether the comment speaks of the place of d.
func (g *ignore) meets(d *sigma.Diagnostic) bool {
	if g.line != 0 {
		return d.File.Position(d.At.Start).Line == g.line
	}
	return g.scope.Start <= d.At.Start && d.At.Start <= g.scope.End
}

// findings reports comments that lack something or have no effect.
func (all ignores) findings(l *look) []*sigma.Diagnostic {
	var diags []*sigma.Diagnostic
	for _, g := range all {
		diags = append(diags, g.form()...)
		for _, code := range g.codes {
			if d := g.effect(code, l.opts); d != nil {
				diags = append(diags, d)
			}
		}
	}
	return diags
}

func (g *ignore) report(c *Check, at sigma.Span, format string, args ...any) *finding {
	return &finding{&sigma.Diagnostic{Code: c.Code, Severity: c.Severity, File: g.file, At: at, Message: fmt.Sprintf(format, args...)}}
}

// form says what the comment lacks.
func (g *ignore) form() []*sigma.Diagnostic {
	switch {
	case len(g.codes) == 0:
		return []*sigma.Diagnostic{g.report(ignoreUnknown, g.at,
			`the comment ignores nothing; a code must follow, such as "sigproof:ignore value/duplicate because ..."`).Diagnostic}
	case g.reason == "":
		return []*sigma.Diagnostic{g.report(ignoreReason, g.at,
			"the comment does not say why; a reason must stand behind the code").Diagnostic}
	}
	return nil
}

// effect says that a code of the comment has none; nil if it has, or if nobody
// looked for it.
func (g *ignore) effect(code sigma.Text, opts *Options) *sigma.Diagnostic {
	switch {
	case g.used[code.Value]:
		return nil
	case g.errors[code.Value]:
		return g.report(ignoreUnused, code.At, "%q is an error here; an error can't be ignored, since its document can't be used", code.Value).Diagnostic
	case !Covers(code.Value):
		return g.report(ignoreUnknown, code.At, "there is no check %q", code.Value).
			label("%s", sigma.DidYouMean(code.Value, Codes())).Diagnostic
	case !opts.enabled(code.Value):
		return nil
	}
	f := g.report(ignoreUnused, code.At, "%q is not found here, so that there is nothing to ignore", code.Value)
	if len(g.codes) == 1 {
		f.safe("remove the comment", removeComment(g.file, g.at)...)
	}
	return f.Diagnostic
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
