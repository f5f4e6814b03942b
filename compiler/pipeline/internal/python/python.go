// Package python says in Go what regular expressions and replacements of
// Python's re mean. It knows nothing of pipelines.
package python

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The classes of Python by their letter, outside of brackets and inside.
// Python's know all of Unicode, Go's only ASCII.
var classes = map[byte][2]string{
	'd': {`\p{Nd}`, `\p{Nd}`},
	'D': {`\P{Nd}`, `\P{Nd}`},
	'w': {`[\p{L}\p{N}_]`, `\p{L}\p{N}_`},
	'W': {`[^\p{L}\p{N}_]`, `\W`},
	's': {`[\s\v\x1c-\x1f\x{85}\p{Z}]`, `\s\v\x1c-\x1f\x{85}\p{Z}`},
	'Z': {`\z`, `\Z`},
}

// Regex writes a regular expression of Python for Go.
func Regex(s string) string {
	var b strings.Builder
	class := -1 // where the class began that is open
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			text, length := classEscape(s[i:], class >= 0)
			b.WriteString(text)
			i += length - 1
			continue
		case c == '[' && class < 0:
			class = i
		case c == ']' && class >= 0 && s[class:i] != "[" && s[class:i] != "[^":
			class = -1
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// classEscape gives an escape of Python as Go writes it, and its length.
func classEscape(s string, class bool) (text string, length int) {
	if c, ok := classes[s[1]]; ok {
		if class {
			return c[1], 2
		}
		return c[0], 2
	}
	for _, u := range []struct {
		letter byte
		digits int
	}{{'u', 4}, {'U', 8}} {
		if s[1] == u.letter && len(s) >= 2+u.digits {
			return `\x{` + s[2:2+u.digits] + "}", 2 + u.digits
		}
	}
	return s[:2], 2
}

// A Replacement is the template of Python's re.sub.
type Replacement []Part

// A Part of a replacement is text, or what a group has found.
type Part struct {
	Text  string
	Group int // -1: text
}

// An Error is a mistake in a replacement, at a range of its bytes.
type Error struct {
	Start, End int
	Message    string
}

// ReadReplacement reads a replacement; its groups must be those of the
// expression, unless that is nil.
func ReadReplacement(text string, re *regexp.Regexp) (Replacement, *Error) {
	var out Replacement
	pos := 0
	for pos < len(text) {
		i := strings.IndexByte(text[pos:], '\\')
		if i < 0 || pos+i+1 == len(text) {
			break
		}
		out = append(out, Part{text[pos : pos+i], -1})
		pos += i
		part, length, wrong := escape(text[pos:], re)
		if wrong != "" {
			return nil, &Error{pos, pos + length, wrong}
		}
		out, pos = append(out, part), pos+length
	}
	return append(out, Part{text[pos:], -1}), nil
}

// escapes are the escapes that stand for a character.
var escapes = map[byte]string{
	'\\': `\`, 'n': "\n", 't': "\t", 'r': "\r", 'a': "\a", 'f': "\f", 'v': "\v", 'b': "\b",
}

var groupName = regexp.MustCompile(`^\\(?:([1-9][0-9]?)|g<([A-Za-z0-9_]+)>)`)

func escape(s string, re *regexp.Regexp) (part Part, length int, wrong string) {
	if m := groupName.FindStringSubmatch(s); m != nil {
		name := m[1] + m[2]
		n, err := strconv.Atoi(name)
		if err != nil {
			n = -1
			if re != nil {
				n = re.SubexpIndex(name)
			}
		}
		if re != nil && (n < 0 || n > re.NumSubexp()) {
			return part, len(m[0]), fmt.Sprintf("the replacement names the group %q, and the regular expression has no such group", name)
		}
		return Part{Group: n}, len(m[0]), ""
	}
	if text, ok := escapes[s[1]]; ok {
		return Part{text, -1}, 2, ""
	}
	if c := s[1]; c == '0' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return part, 2, fmt.Sprintf(`%q is no escape of a replacement; a plain backslash is written \\`, s[:2])
	}
	return Part{`\`, -1}, 1, ""
}

// Replace replaces every match as Python's re.sub does. It gives false if the
// result has more than most bytes.
func Replace(re *regexp.Regexp, with Replacement, s string, most int) (string, bool) {
	matches, ok := with.Matches(re, s, most)
	if !ok {
		return "", false
	}
	var b strings.Builder
	end := 0
	for _, m := range matches {
		b.WriteString(s[end:m[0]])
		for _, p := range with {
			if p.Group < 0 {
				b.WriteString(p.Text)
			} else if m[2*p.Group] >= 0 {
				b.WriteString(s[m[2*p.Group]:m[2*p.Group+1]])
			}
		}
		end = m[1]
	}
	return b.String() + s[end:], true
}

// Matches finds what is to be replaced; false if that makes more than most
// bytes of the text.
func (t Replacement) Matches(re *regexp.Regexp, s string, most int) ([][]int, bool) {
	matches := re.FindAllStringSubmatchIndex(s, -1)
	size := len(s)
	for _, m := range matches {
		size -= m[1] - m[0]
		for _, p := range t {
			size += len(p.Text)
			if p.Group >= 0 {
				size += m[2*p.Group+1] - m[2*p.Group]
			}
		}
	}
	return matches, size <= most
}
