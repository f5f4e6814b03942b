package spleval

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// compilePCRE reads a regular expression of Splunk, which is PCRE, for Go's
// regexp, which is RE2. What RE2 lacks is an error that names it; what the two
// read otherwise is translated:
//
//	$        also before a line break at the end, unless (?m)
//	\s \S    with the vertical tab
//	\Z       the end, or before a line break at the end
//	\h \H    a space or tab
//	\e       escape
//	\Q...\E  the text between, whatever it holds
//	(?'n'x)  (?<n>x)
//	(?#x)    nothing
func compilePCRE(text string) (*regexp.Regexp, error) {
	t := &pcre{s: text}
	if err := t.translate(); err != nil {
		return nil, err
	}
	if len(text) > longestRegex {
		return nil, fmt.Errorf("regular expression is refused: it has more than %d bytes", longestRegex)
	}
	re, err := regexp.Compile(t.out.String())
	if err == nil && re.NumSubexp() > mostGroups {
		return nil, fmt.Errorf("regular expression is refused: it has more than %d groups that capture", mostGroups)
	}
	if err == nil {
		return re, nil
	}
	if se, ok := err.(*syntax.Error); ok {
		return nil, fmt.Errorf("regular expression is refused: %s: %q", se.Code, se.Expr)
	}
	return nil, fmt.Errorf("regular expression is refused: %w", err)
}

// Each place of an expression may hold all of its groups when it runs, so that
// both numbers bound the memory that it takes.
const (
	longestRegex = 1 << 16
	mostGroups   = 200
)

// A lack is what PCRE has and RE2 has not.
type lack string

func lacks(format string, args ...any) error { return lack(fmt.Sprintf(format, args...)) }

func (l lack) Error() string {
	return "regular expression has " + string(l) + ", which RE2 has no way to say"
}

// regexError says what is wrong with a regular expression, or that it can't be
// read here.
func (s *source) regexError(lo, hi int, err error) *Error {
	e := s.errorf(lo, hi, "%s", err)
	var l lack
	e.Refused = errors.As(err, &l)
	return e
}

type pcre struct {
	s     string
	i     int
	out   strings.Builder
	lines []bool // (?m) in each open group
}

var lookarounds = []struct{ start, name string }{
	{"(?=", "lookahead (?=...)"}, {"(?!", "negative lookahead (?!...)"},
	{"(?<=", "lookbehind (?<=...)"}, {"(?<!", "negative lookbehind (?<!...)"},
	{"(?>", "atomic group (?>...)"}, {"(?|", "branch reset (?|...)"}, {"(?(", "condition (?(...)...)"},
	{"(?R", "recursion (?R)"}, {"(?&", "recursion (?&name)"}, {"(?P>", "recursion (?P>name)"}, {"(?P=", "backreference (?P=name)"},
	{"(*", "verb (*...)"},
}

func (t *pcre) translate() error {
	t.lines = []bool{false}
	for t.i < len(t.s) {
		rest := t.s[t.i:]
		switch c := rest[0]; {
		case c == '\\':
			if err := t.escape(false); err != nil {
				return err
			}
		case c == '[':
			if err := t.class(); err != nil {
				return err
			}
		case c == '(':
			if err := t.open(); err != nil {
				return err
			}
		case c == ')':
			if len(t.lines) > 1 {
				t.lines = t.lines[:len(t.lines)-1]
			}
			t.copy(1)
		case c == '$' && !t.lines[len(t.lines)-1]:
			t.put(`(?:\n?\z)`, 1)
		case (c == '*' || c == '+' || c == '?' || c == '}') && len(rest) > 1 && rest[1] == '+':
			if c != '}' || t.isRepeat() {
				return lacks("a possessive quantifier (%s)", rest[:2])
			}
			t.copy(1)
		default:
			t.copy(1)
		}
	}
	return nil
}

func (t *pcre) copy(n int) { t.put(t.s[t.i:t.i+n], n) }

func (t *pcre) put(s string, n int) {
	t.out.WriteString(s)
	t.i += n
}

// isRepeat says whether the } at i closes a {n,m}.
func (t *pcre) isRepeat() bool {
	open := strings.LastIndexByte(t.s[:t.i], '{')
	return open >= 0 && open+1 < t.i && strings.Trim(t.s[open+1:t.i], "0123456789,") == ""
}

func (t *pcre) open() error {
	rest := t.s[t.i:]
	for _, l := range lookarounds {
		if strings.HasPrefix(rest, l.start) {
			return lacks("a %s", l.name)
		}
	}
	lines := t.lines[len(t.lines)-1]
	switch {
	case strings.HasPrefix(rest, "(?#"):
		n := strings.IndexByte(rest, ')')
		if n < 0 {
			return fmt.Errorf("regular expression has a comment without an end")
		}
		t.i += n + 1
		return nil
	case strings.HasPrefix(rest, "(?'"):
		n := strings.IndexByte(rest[3:], '\'')
		if n < 0 {
			return fmt.Errorf("regular expression has a group name without an end")
		}
		t.lines = append(t.lines, lines)
		t.put("(?<"+rest[3:3+n]+">", n+4)
		return nil
	case strings.HasPrefix(rest, "(?<"), strings.HasPrefix(rest, "(?P<"):
		t.lines = append(t.lines, lines)
		t.copy(2)
		return nil
	case strings.HasPrefix(rest, "(?"):
		return t.flags(rest, lines)
	}
	t.lines = append(t.lines, lines)
	t.copy(1)
	return nil
}

// flags reads (?flags) and (?flags:. RE2 knows i, m, s and U.
func (t *pcre) flags(rest string, lines bool) error {
	n := strings.IndexAny(rest, "):")
	if n < 0 {
		return errors.New("regular expression has a (? without an end")
	}
	on := true
	for _, f := range rest[2:n] {
		switch f {
		case '-':
			on = false
		case 'm':
			lines = on
		case 'i', 's', 'U':
		default:
			return lacks("the flag or construct %q", rest[:n+1])
		}
	}
	if rest[n] == ')' {
		t.lines[len(t.lines)-1] = lines
	} else {
		t.lines = append(t.lines, lines)
	}
	t.copy(n + 1)
	return nil
}

// escape reads a backslash and what follows it.
func (t *pcre) escape(inClass bool) error {
	if t.i+1 >= len(t.s) {
		return fmt.Errorf("regular expression ends in a lone backslash")
	}
	c := t.s[t.i+1]
	switch {
	case c == 'Q':
		n := strings.Index(t.s[t.i:], `\E`)
		if n < 0 {
			n = len(t.s) - t.i - 2
		}
		t.put(regexp.QuoteMeta(t.s[t.i+2:t.i+max(n, 2)]), min(n+2, len(t.s)-t.i))
	case c == 's' && inClass:
		t.put(`\s\v`, 2)
	case c == 's':
		t.put(`[\s\v]`, 2)
	case c == 'S' && !inClass:
		t.put(`[^\s\v]`, 2)
	case c == 'h' && inClass:
		t.put(` \t`, 2)
	case c == 'h':
		t.put(`[ \t]`, 2)
	case c == 'H' && !inClass:
		t.put(`[^ \t]`, 2)
	case c == 'Z' && !inClass:
		t.put(`(?:\n?\z)`, 2)
	case c == 'e':
		t.put(`\x1b`, 2)
	case c >= '1' && c <= '9' && !inClass:
		return lacks("a backreference (\\%c)", c)
	case strings.IndexByte("kgGKRXNHc", c) >= 0:
		return lacks("\\%c", c)
	case c >= utf8.RuneSelf:
		_, n := utf8.DecodeRuneInString(t.s[t.i+1:])
		t.put(t.s[t.i+1:t.i+1+n], n+1)
	default:
		t.copy(2)
	}
	return nil
}

// class copies a [...] to its end.
func (t *pcre) class() error {
	t.copy(1)
	if t.i < len(t.s) && t.s[t.i] == '^' {
		t.copy(1)
	}
	if t.i < len(t.s) && t.s[t.i] == ']' {
		t.put(`\]`, 1)
	}
	for t.i < len(t.s) && t.s[t.i] != ']' {
		rest := t.s[t.i:]
		switch {
		case rest[0] == '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		case strings.HasPrefix(rest, "[:") && strings.Contains(rest, ":]"):
			t.copy(strings.Index(rest, ":]") + 2)
		case rest[0] == '[':
			t.put(`\[`, 1)
		default:
			t.copy(1)
		}
	}
	if t.i < len(t.s) {
		t.copy(1)
	}
	return nil
}

// likePattern turns a pattern of like() into a regular expression: % is any run of
// characters, _ one; a backslash makes the next one literal.
func likePattern(text string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '%':
			b.WriteString(".*")
		case r == '_':
			b.WriteString(".")
		case r == '\\' && i+1 < len(text) && (text[i+1] == '%' || text[i+1] == '_'):
			b.WriteByte(text[i+1])
			n = 2
		default:
			b.WriteString(regexp.QuoteMeta(text[i : i+n]))
		}
		i += n
	}
	b.WriteString(`\z`)
	return b.String()
}

// groupNames gives the named groups of a regular expression with their numbers.
func groupNames(re *regexp.Regexp) (names []string, numbers []int) {
	for i, name := range re.SubexpNames() {
		if name != "" {
			names, numbers = append(names, name), append(numbers, i)
		}
	}
	return names, numbers
}

// replacement turns \1 and $1-like texts of replace() and sed into Go's template.
func replacement(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && isDigit(text[i+1]):
			i++
			b.WriteString("${" + text[i:i+1] + "}")
		case c == '\\' && i+1 < len(text) && text[i+1] == '\\':
			i++
			b.WriteByte('\\')
		case c == '$':
			b.WriteString("$$")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
