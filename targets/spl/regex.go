package spl

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/sigproof/sigproof/compiler/ir"
)

// A pattern is a regular expression for texts that match finds anywhere: it is
// bound to an end of the value where the texts have no star.
type pattern struct {
	flags, start, end string
	bodies            []string
}

// newPattern writes a text as a pattern.
func newPattern(t *ir.Text) *pattern {
	parts := t.Parts
	p := &pattern{start: "^", end: `\z`}
	for len(parts) > 0 && parts[0].Kind == ir.AnyRun {
		parts, p.start = parts[1:], ""
	}
	for len(parts) > 0 && parts[len(parts)-1].Kind == ir.AnyRun {
		parts, p.end = parts[:len(parts)-1], ""
	}
	if !t.Cased {
		p.flags = "i"
	}
	var b strings.Builder
	any := ""
	for _, part := range parts {
		switch part.Kind {
		case ir.AnyRun:
			b.WriteString(".*")
			any = "s"
		case ir.AnyOne:
			b.WriteByte('.')
			any = "s"
		case ir.Dash:
			b.WriteString("[" + ir.Dashes + "]")
		default:
			b.WriteString(literal(part.Text))
		}
	}
	p.flags += any
	p.bodies = []string{b.String()}
	return p
}

func (p *pattern) String() string {
	body := p.bodies[0]
	if len(p.bodies) > 1 {
		body = "(" + strings.Join(p.bodies, "|") + ")"
	}
	body = p.start + body + p.end
	if p.flags != "" {
		return "(?" + p.flags + ")" + body
	}
	return body
}

// A patternList joins the patterns of texts that are bound alike.
type patternList []*pattern

func (l *patternList) add(t *ir.Text) {
	p := newPattern(t)
	for _, q := range *l {
		if q.flags == p.flags && q.start == p.start && q.end == p.end {
			q.bodies = append(q.bodies, p.bodies...)
			return
		}
	}
	*l = append(*l, p)
}

// literal writes text for a regular expression.
func literal(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, `\x{%X}`, r)
		case strings.ContainsRune(`\.+*?()|[]{}^$`, r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// regexSource writes a regular expression of RE2 for PCRE.
func regexSource(m *ir.Regex) string {
	t := &translation{in: m.Source, lines: []bool{strings.Contains(m.Flags, "m")}}
	if m.Flags != "" {
		t.out.WriteString("(?" + m.Flags + ")")
	}
	t.run()
	return t.out.String()
}

// A translation turns RE2's syntax into PCRE's. Most of it is the same; what
// the two read otherwise is written so that both read it as RE2 does:
//
//	$          ->  \z                 without the flag m; PCRE's $ also stands before a last line break
//	\s \S      ->  [\t\n\f\r ] ...    PCRE's \s has the vertical tab as well
//	\v         ->  \x0B               PCRE's \v is any vertical space
//	{ } alone  ->  \{ \}              newer PCRE takes {,3} for a repetition
type translation struct {
	in    string
	i     int
	out   strings.Builder
	lines []bool // the flag m, for each open group
}

func (t *translation) run() {
	for t.i < len(t.in) {
		switch c := t.in[t.i]; {
		case c == '\\':
			t.escape(false)
		case c == '[':
			t.class()
		case c == '(':
			t.open()
		case c == ')':
			if len(t.lines) > 1 {
				t.lines = t.lines[:len(t.lines)-1]
			}
			t.copy(1)
		case c == '$' && !t.lines[len(t.lines)-1]:
			t.put(`\z`, 1)
		case c == '{':
			t.brace()
		case c == '}':
			t.put(`\}`, 1)
		default:
			t.copy(1)
		}
	}
}

func (t *translation) copy(n int) { t.put(t.in[t.i:min(t.i+n, len(t.in))], n) }

// put writes s for the next n bytes of the source.
func (t *translation) put(s string, n int) {
	t.out.WriteString(s)
	t.i = min(t.i+n, len(t.in))
}

// escape translates a backslash and what follows it.
func (t *translation) escape(inClass bool) {
	rest := t.in[t.i:]
	switch {
	case strings.HasPrefix(rest, `\Q`):
		quoted, _, found := strings.Cut(rest[2:], `\E`)
		n := 2 + len(quoted)
		if found {
			n += 2
		}
		t.put(literal(quoted), n)
	case strings.HasPrefix(rest, `\v`):
		t.put(`\x0B`, 2)
	case strings.HasPrefix(rest, `\s`) && inClass:
		t.put(`\t\n\f\r `, 2)
	case strings.HasPrefix(rest, `\s`):
		t.put(`[\t\n\f\r ]`, 2)
	case strings.HasPrefix(rest, `\S`) && inClass:
		t.put(`\S\x0B`, 2)
	case strings.HasPrefix(rest, `\S`):
		t.put(`[^\t\n\f\r ]`, 2)
	case strings.HasPrefix(rest, `\x{`), strings.HasPrefix(rest, `\p{`), strings.HasPrefix(rest, `\P{`):
		t.copy(strings.IndexByte(rest, '}') + 1)
	default:
		t.copy(2)
	}
}

// class copies a class; a ] that stands first in it is a character.
func (t *translation) class() {
	t.copy(1)
	if strings.HasPrefix(t.in[t.i:], "^") {
		t.copy(1)
	}
	if strings.HasPrefix(t.in[t.i:], "]") {
		t.put(`\]`, 1)
	}
	for t.i < len(t.in) && t.in[t.i] != ']' {
		rest := t.in[t.i:]
		switch end := strings.Index(rest, ":]"); {
		case rest[0] == '\\':
			t.escape(true)
		case strings.HasPrefix(rest, "[:") && end > 0:
			t.copy(end + 2)
		case rest[0] == '[':
			t.put(`\[`, 1)
		default:
			t.copy(1)
		}
	}
	t.copy(1)
}

// open copies the opening of a group with its flags, of which m is followed.
func (t *translation) open() {
	rest := t.in[t.i:]
	lines := t.lines[len(t.lines)-1]
	if !strings.HasPrefix(rest, "(?") || strings.HasPrefix(rest, "(?P") || strings.HasPrefix(rest, "(?<") {
		t.lines = append(t.lines, lines)
		t.copy(1)
		return
	}
	end := strings.IndexAny(rest, ":)")
	if end < 0 {
		t.copy(len(rest))
		return
	}
	on, off, _ := strings.Cut(rest[2:end], "-")
	lines = (lines || strings.Contains(on, "m")) && !strings.Contains(off, "m")
	if rest[end] == ':' {
		t.lines = append(t.lines, lines)
	} else {
		t.lines[len(t.lines)-1] = lines
	}
	t.copy(end + 1)
}

// brace copies a repetition; any other brace is a character.
func (t *translation) brace() {
	end := strings.IndexByte(t.in[t.i:], '}')
	if end < 0 || !isRepetition(t.in[t.i+1:t.i+end]) {
		t.put(`\{`, 1)
		return
	}
	t.copy(end + 1)
}

// isRepetition reads n, n, or n,m.
func isRepetition(s string) bool {
	low, high, _ := strings.Cut(s, ",")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	return low != "" && digits(low) && digits(high)
}
