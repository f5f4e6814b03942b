package sigma

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
)

// CheckRegex tells what keeps a text of a file from being a regular expression
// as rules may have it.
func CheckRegex(file *File, t Text) []*Diagnostic {
	p := &parser{file: file}
	p.checkRegex(t)
	return p.reports()
}

// checkRegex compiles a regular expression and names what RE2 lacks as what it
// is, since "invalid syntax" leaves the author guessing.
func (p *parser) checkRegex(t Text) {
	if len(t.Value) > MaxRegex { // what is wrong besides is not looked for
		p.report(Error, "value/regex", t.At, RegexExcess(t.Value, 0))
		return
	}
	parsed, err := syntax.Parse(t.Value, syntax.Perl)
	if err == nil {
		if excess := RegexExcess(t.Value, parsed.MaxCap()); excess != "" {
			p.report(Error, "value/regex", t.At, excess)
		}
		return
	}
	if c, ok := foreignConstruct(t.Value); ok {
		p.report(Error, "value/regex", p.file.Within(t, c.at.Start, c.at.End),
			fmt.Sprintf("%q is %s, which RE2 syntax does not have", t.Value[c.at.Start:c.at.End], c.name)).label(c.instead)
		return
	}
	var re *syntax.Error
	if !errors.As(err, &re) {
		p.report(Error, "value/regex", t.At, fmt.Sprintf("the regular expression does not compile: %s", err))
		return
	}
	at := regexPlace(t.Value, re)
	p.report(Error, "value/regex", p.file.Within(t, at.Start, at.End), regexMessage(re))
}

// RegexExcess tells what makes a regular expression with so many groups too
// large to be run; it is empty if nothing does.
func RegexExcess(source string, groups int) string {
	switch {
	case len(source) > MaxRegex:
		return fmt.Sprintf("the regular expression has more than %d bytes; split it", MaxRegex)
	case groups > MaxGroups:
		return fmt.Sprintf(`the regular expression has more than %d groups that capture; "(?:" begins one that does not`, MaxGroups)
	}
	return ""
}

// construct is a piece of another dialect.
type construct struct {
	name    string
	at      Span
	instead string
}

// groups of other dialects, by what they begin with; the longest first.
var foreignGroups = []struct{ opens, name, instead string }{
	{"(?<=", "a lookbehind", "write what stands before as part of the pattern"},
	{"(?<!", "a negative lookbehind", "write it as a search of its own, joined by not"},
	{"(?=", "a lookahead", "write what follows as part of the pattern"},
	{"(?!", "a negative lookahead", "write it as a search of its own, joined by not"},
	{"(?>", "an atomic group", "write (?: which finds the same texts or more"},
	{"(?(", "a conditional", "write both branches as alternatives"},
	{"(?P=", "a backreference", ""},
	{"(?R)", "a recursion", ""},
	{"(?#", "a comment", "remove it"},
}

// foreignConstruct finds the first piece of another dialect outside classes
// and escapes.
func foreignConstruct(re string) (construct, bool) {
	class := false
	for i := 0; i < len(re); i++ {
		switch c := re[i]; {
		case c == '\\' && i+1 < len(re):
			if next := re[i+1]; !class && (next >= '1' && next <= '9' || next == 'k' && i+2 < len(re) && strings.IndexByte("<{'", re[i+2]) >= 0) {
				return construct{"a backreference", Span{i, i + 2}, "write each repetition as an alternative"}, true
			}
			if rest := re[i:]; strings.HasPrefix(rest, `\Q`) {
				if end := strings.Index(rest, `\E`); end >= 0 {
					i += end
				} else {
					return construct{}, false
				}
			}
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
			i = classStart(re, i)
		case c == '(':
			for _, g := range foreignGroups {
				if strings.HasPrefix(re[i:], g.opens) {
					return construct{g.name, Span{i, i + len(g.opens)}, g.instead}, true
				}
			}
		case c == '+' && i > 0 && possessive(re, i):
			return construct{"a possessive quantifier", Span{i - 1, i + 1}, "remove the second +; it finds the same texts or more"}, true
		}
	}
	return construct{}, false
}

// classStart steps over "[", "[^" and a "]" that stands first and is literal.
func classStart(re string, i int) int {
	if i+1 < len(re) && re[i+1] == '^' {
		i++
	}
	if i+1 < len(re) && re[i+1] == ']' {
		i++
	}
	return i
}

// possessive tells whether the plus at i follows a quantifier that is one
// itself: *+ ++ ?+ }+ with an unescaped quantifier.
func possessive(re string, i int) bool {
	if strings.IndexByte("*+?}", re[i-1]) < 0 {
		return false
	}
	backslashes := 0
	for j := i - 2; j >= 0 && re[j] == '\\'; j-- {
		backslashes++
	}
	if backslashes%2 == 1 {
		return false
	}
	if re[i-1] != '}' {
		return i >= 2 && re[i-2] != '(' && re[i-2] != '|'
	}
	open := strings.LastIndexByte(re[:i], '{')
	return open > 0 && strings.Trim(re[open+1:i-1], "0123456789,") == "" && open+1 < i-1
}

// regexPlace finds the piece that a compile error speaks of. For parentheses
// the compiler gives the whole expression, so they are counted again.
func regexPlace(re string, err *syntax.Error) Span {
	switch err.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
		if at, ok := unpaired(re); ok {
			return at
		}
	case syntax.ErrTrailingBackslash:
		return Span{len(re) - 1, len(re)}
	}
	if i := strings.Index(re, err.Expr); i >= 0 && err.Expr != "" {
		return Span{i, i + len(err.Expr)}
	}
	return Span{0, len(re)}
}

func unpaired(re string) (Span, bool) {
	var open []int
	class := false
	for i := 0; i < len(re); i++ {
		switch c := re[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
			i = classStart(re, i)
		case c == '(':
			open = append(open, i)
		case c == ')':
			if len(open) == 0 {
				return Span{i, i + 1}, true
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return Span{}, false
	}
	at := open[len(open)-1]
	return Span{at, at + 1}, true
}

func regexMessage(err *syntax.Error) string {
	switch err.Code {
	case syntax.ErrMissingParen:
		return `"(" is never closed in the regular expression`
	case syntax.ErrUnexpectedParen:
		return `")" has no "(" in the regular expression; a plain one is written \)`
	case syntax.ErrMissingBracket:
		return `"[" is never closed in the regular expression; a plain one is written \[`
	case syntax.ErrTrailingBackslash:
		return `the regular expression ends in "\"; a plain one is written \\`
	case syntax.ErrMissingRepeatArgument:
		if err.Expr == "*" {
			return `"*" has nothing before it to repeat; any text is .*, and a plain star is written \*`
		}
		return fmt.Sprintf("%q has nothing before it to repeat; a plain one is written \\%s", err.Expr, err.Expr)
	case syntax.ErrInvalidRepeatOp:
		return fmt.Sprintf("%q repeats a repetition", err.Expr)
	case syntax.ErrInvalidRepeatSize:
		return fmt.Sprintf("%q repeats too often, or backwards; at most 1000 is possible", err.Expr)
	case syntax.ErrInvalidEscape:
		return fmt.Sprintf("%q is no escape of RE2 syntax", err.Expr)
	case syntax.ErrInvalidCharRange:
		return fmt.Sprintf("%q is no range of characters, or an unknown class", err.Expr)
	case syntax.ErrInvalidPerlOp:
		return fmt.Sprintf("%q is no group or flag of RE2 syntax", err.Expr)
	case syntax.ErrInvalidNamedCapture:
		return fmt.Sprintf("%q names a group in a way that can't be read", err.Expr)
	}
	return fmt.Sprintf("the regular expression does not compile: %s", err.Code)
}
