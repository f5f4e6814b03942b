package pipeline

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// pattern reads a regular expression that pySigma gives to Python. With start
// it must match at the start of the text, as Python's re.match wants. Mistakes
// are worded as those of rules are.
func (r *reader) pattern(t sigma.Text, start bool) *regexp.Regexp {
	source := fromPython(t.Value)
	if start {
		source = `\A(?:` + source + `)`
	}
	re, err := regexp.Compile(source)
	if err == nil {
		return re
	}
	diags := sigma.CheckRegex(r.file, t)
	for _, d := range diags {
		r.errorAt("regex", d.At, "%s", d.Message).Label = d.Label
	}
	if len(diags) == 0 {
		r.errorAt("regex", t.At, "the regular expression does not compile: %s", err)
	}
	return nil
}

// The classes of Python by their letter, outside of brackets and inside.
// Python's know all of Unicode, Go's only ASCII.
var pythonClasses = map[byte][2]string{
	'd': {`\p{Nd}`, `\p{Nd}`},
	'D': {`\P{Nd}`, `\P{Nd}`},
	'w': {`[\p{L}\p{N}_]`, `\p{L}\p{N}_`},
	'W': {`[^\p{L}\p{N}_]`, `\W`},
	's': {`[\s\v\x1c-\x1f\x{85}\p{Z}]`, `\s\v\x1c-\x1f\x{85}\p{Z}`},
	'Z': {`\z`, `\Z`},
}

// fromPython writes a regular expression of Python for Go.
func fromPython(s string) string {
	var b strings.Builder
	class := -1 // where the class began that is open
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			text, length := pythonEscape(s[i:], class >= 0)
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

// pythonEscape gives an escape of Python as Go writes it, and its length.
func pythonEscape(s string, class bool) (text string, length int) {
	if c, ok := pythonClasses[s[1]]; ok {
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

// A replacement is the template of Python's re.sub: text and groups.
type replacement []replacementPart

type replacementPart struct {
	text  string
	group int // -1: text
}

// replacement reads a template; groups must be those of the expression.
func (r *reader) replacement(t sigma.Text, re *regexp.Regexp) replacement {
	var out replacement
	s := t.Value
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			break
		}
		out = append(out, replacementPart{s[:i], -1})
		part, length, wrong := replacementEscape(s[i:], re)
		if wrong != "" {
			at := r.file.Within(t, len(t.Value)-len(s)+i, len(t.Value)-len(s)+i+length)
			r.errorAt("replacement", at, "%s", wrong)
			return nil
		}
		out = append(out, part)
		s = s[i+length:]
	}
	return append(out, replacementPart{s, -1})
}

// replacementText are the escapes that stand for a character.
var replacementText = map[byte]string{
	'\\': `\`, 'n': "\n", 't': "\t", 'r': "\r", 'a': "\a", 'f': "\f", 'v': "\v", 'b': "\b",
}

var groupName = regexp.MustCompile(`^\\(?:([1-9][0-9]?)|g<([A-Za-z0-9_]+)>)`)

func replacementEscape(s string, re *regexp.Regexp) (part replacementPart, length int, wrong string) {
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
		return replacementPart{group: n}, len(m[0]), ""
	}
	if text, ok := replacementText[s[1]]; ok {
		return replacementPart{text, -1}, 2, ""
	}
	if c := s[1]; c == '0' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return part, 2, fmt.Sprintf(`%q is no escape of a replacement; a plain backslash is written \\`, s[:2])
	}
	return replacementPart{`\`, -1}, 1, ""
}

// replace replaces every match as Python's re.sub does. It gives false if the
// result has more than most bytes.
func replace(re *regexp.Regexp, with replacement, s string, most int) (string, bool) {
	matches, ok := with.matches(re, s, most)
	if !ok {
		return "", false
	}
	var b strings.Builder
	end := 0
	for _, m := range matches {
		b.WriteString(s[end:m[0]])
		for _, p := range with {
			if p.group < 0 {
				b.WriteString(p.text)
			} else if m[2*p.group] >= 0 {
				b.WriteString(s[m[2*p.group]:m[2*p.group+1]])
			}
		}
		end = m[1]
	}
	return b.String() + s[end:], true
}

// matches finds what is to be replaced; false if that makes more than most
// bytes of the text.
func (t replacement) matches(re *regexp.Regexp, s string, most int) ([][]int, bool) {
	matches := re.FindAllStringSubmatchIndex(s, -1)
	size := len(s)
	for _, m := range matches {
		size -= m[1] - m[0]
		for _, p := range t {
			size += len(p.text)
			if p.group >= 0 {
				size += m[2*p.group+1] - m[2*p.group]
			}
		}
	}
	return matches, size <= most
}
