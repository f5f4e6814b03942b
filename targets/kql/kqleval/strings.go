package kqleval

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// compileRegex reads a regular expression as RE2 does.
func compileRegex(text string) (*regexp.Regexp, error) {
	if len(text) > 10000 {
		return nil, fmt.Errorf("the regular expression is longer than 10,000 bytes")
	}
	rx, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("the regular expression %q cannot be read: %s", clip(text), strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	if rx.NumSubexp() > 200 { // each place of it may hold all of them when it runs
		return nil, fmt.Errorf("the regular expression has more than 200 groups that capture")
	}
	return rx, nil
}

// foldString maps texts that differ by case only to one: each rune to its upper
// case, as ordinal comparison without case does. The dotless i and the long s
// have upper cases in ASCII, and yet are not equal to i and s.
func foldString(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c >= 'a' && c <= 'z' {
			return strings.Map(foldRune, s)
		}
	}
	return s
}

func foldRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return r - 'a' + 'A'
	case r < utf8.RuneSelf || r == 'ı' || r == 'ſ':
		return r
	}
	return unicode.ToUpper(r)
}

// hasTerm looks for term as whole terms of s: where term starts or ends with a
// letter or digit, none may stand before or after it.
func hasTerm(s, term string) bool {
	return findTerm(s, term, true, true)
}

func findTerm(s, term string, left, right bool) bool {
	if term == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(term)
	last, _ := utf8.DecodeLastRuneInString(term)
	left = left && isTermRune(first)
	right = right && isTermRune(last)
	for from := 0; ; {
		i := strings.Index(s[from:], term)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(term):])
		if (i == 0 || !left || !isTermRune(before)) && (i+len(term) == len(s) || !right || !isTermRune(after)) {
			return true
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		from = i + n
	}
}

// isTermRune says whether r belongs to a term. The underscore does not.
func isTermRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// stringTest gives the test of an operator of two strings, and whether it is
// negated. All but those ending in _cs are without case.
func stringTest(op string) (test func(s, t string) bool, not bool) {
	if op == "=~" || op == "!~" {
		return func(s, t string) bool { return s == t || foldString(s) == foldString(t) }, op == "!~"
	}
	word, not := strings.CutPrefix(op, "!")
	word, cased := strings.CutSuffix(word, "_cs")
	switch word {
	case "has":
		test = hasTerm
	case "hasprefix":
		test = func(s, t string) bool { return findTerm(s, t, true, false) }
	case "hassuffix":
		test = func(s, t string) bool { return findTerm(s, t, false, true) }
	case "contains":
		test = strings.Contains
	case "startswith":
		test = strings.HasPrefix
	case "endswith":
		test = strings.HasSuffix
	default:
		return nil, false
	}
	if cased {
		return test, not
	}
	inner := test
	return func(s, t string) bool { return inner(foldString(s), foldString(t)) }, not
}
