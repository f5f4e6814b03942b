package sigma

import (
	"regexp"
	"strconv"
	"strings"
)

// Value is what an item asks for: *String, *Number, *Bool or *Null.
type Value interface {
	Node
	// Written is the text of the value as YAML gives it, without quotes.
	Written() Text
	value()
}

type (
	// A String is text. Its wildcards and escapes are kept as written, since
	// what they mean depends on the modifiers: see Runs.
	String struct {
		Text Text
	}
	// A Number is an unquoted scalar that YAML 1.2's core schema takes for an
	// integer or a float.
	Number struct {
		Text Text
	}
	// A Bool is an unquoted true or false.
	Bool struct {
		Value bool
		Text  Text
	}
	// A Null is an unquoted null, ~ or nothing.
	Null struct {
		Text Text
	}
)

func (v *String) Span() Span { return v.Text.At }
func (v *Number) Span() Span { return v.Text.At }
func (v *Bool) Span() Span   { return v.Text.At }
func (v *Null) Span() Span   { return v.Text.At }

// Written is the string without quotes, escapes and wildcards as they stand.
func (v *String) Written() Text { return v.Text }

// Written is the number as the author wrote it.
func (v *Number) Written() Text { return v.Text }

// Written is "true" or "false", in the author's case.
func (v *Bool) Written() Text { return v.Text }

// Written is "null", "~" or empty.
func (v *Null) Written() Text { return v.Text }

func (*String) value() {}
func (*Number) value() {}
func (*Bool) value()   {}
func (*Null) value()   {}

// A Run is a stretch of a String after unescaping: literal text or one
// wildcard.
type Run struct {
	Kind       RunKind
	Text       string // of a Literal
	Start, End int    // bytes of String.Text.Value
}

// RunKind tells literal text from the wildcards.
type RunKind int

// The kinds of runs.
const (
	Literal RunKind = iota
	AnyRun          // "*": any run of characters, also none
	AnyOne          // "?": exactly one character
)

// Runs unescapes the string.
//
//	\*  \?      the literal character
//	\\          one backslash; before a wildcard the wildcard stays one
//	\ elsewhere one backslash, and the next character as it is
//
// Spec, Escaping: a backslash is itself unless it stands before a wildcard or
// another backslash.
func (v *String) Runs() []Run { return runs(v.Text.Value) }

func runs(s string) []Run {
	const special = `*?\`
	var out []Run
	lit := literalRun{of: s}
	for i := 0; i < len(s); {
		n := strings.IndexAny(s[i:], special)
		if n < 0 {
			n = len(s) - i
		}
		lit.add(i, i+n)
		if i += n; i == len(s) {
			break
		}
		switch c := s[i]; {
		case c != '\\':
			out = lit.flush(out, i)
			kind := AnyRun
			if c == '?' {
				kind = AnyOne
			}
			out = append(out, Run{Kind: kind, Start: i, End: i + 1})
			i++
		case i+1 < len(s) && strings.IndexByte(special, s[i+1]) >= 0:
			lit.escaped(i)
			i += 2
		default:
			lit.add(i, i+1)
			i++
		}
	}
	return lit.flush(out, len(s))
}

// A literalRun is the literal that is being read: a stretch of the text as it
// stands there, until an escape makes it a text of its own.
type literalRun struct {
	of         string
	start, end int
	own        []byte
}

func (l *literalRun) add(start, end int) {
	switch {
	case l.own != nil:
		l.own = append(l.own, l.of[start:end]...)
	case l.start == l.end:
		l.start, l.end = start, end
	default:
		l.end = end
	}
}

// escaped adds the character behind a backslash.
func (l *literalRun) escaped(backslash int) {
	if l.own == nil {
		if l.start == l.end {
			l.start = backslash
			l.end = backslash
		}
		l.own = append(make([]byte, 0, len(l.of)-l.start), l.of[l.start:l.end]...)
	}
	l.own = append(l.own, l.of[backslash+1])
}

func (l *literalRun) flush(out []Run, end int) []Run {
	text := l.of[l.start:l.end]
	if l.own != nil {
		text = string(l.own)
	}
	if text != "" {
		out = append(out, Run{Literal, text, l.start, end})
	}
	*l = literalRun{of: l.of, start: end, end: end}
	return out
}

// EscapeString writes literal text as a String that means it: no wildcard, no
// lost backslash.
func EscapeString(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '*' || c == '?':
			b.WriteByte('\\')
		case c == '\\' && (i+1 == len(s) || strings.IndexByte(`*?\`, s[i+1]) >= 0):
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// The scalars of YAML 1.2's core schema (YAML 1.2.2, 10.3.2), less .inf and
// .nan, which no log writes: those stay text.
var (
	coreInt   = regexp.MustCompile(`^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$`)
	coreFloat = regexp.MustCompile(`^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$`)
)

func isCoreNull(s string) bool {
	return s == "" || s == "~" || s == "null" || s == "Null" || s == "NULL"
}

func coreBool(s string) (value, ok bool) {
	switch s {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

func isCoreNumber(s string) bool {
	if s == "" || strings.IndexByte("+-.0123456789", s[0]) < 0 {
		return false
	}
	return coreInt.MatchString(s) || coreFloat.MatchString(s)
}

// yaml11 matches the unquoted scalars that YAML 1.1 readers take for
// something else than text (yaml.org/type): booleans, the null, dates,
// sexagesimals, octals, binaries, infinities, merge keys.
var yaml11 = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|~|null|true|false|<<|=|[-+]?\.(?:inf|nan)` +
	`|[-+]?[0-9][0-9_,]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?|[-+]?\.[0-9_]+(?:e[-+]?[0-9]+)?` +
	`|[-+]?0b[01_]+|[-+]?0x[0-9a-f_]+|[-+]?0o?[0-7_]+` +
	`|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt ].*)?)$`)

// plainSafe tells whether s may stand without quotes as a value or key: no
// indicator, nothing that reads as another type anywhere.
func plainSafe(s string) bool {
	if s == "" || yaml11.MatchString(s) || isCoreNumber(s) || strings.TrimSpace(s) != s {
		return false
	}
	if strings.ContainsAny(s[:1], "-?:,[]{}#&*!|>'\"%@`=<") {
		return false
	}
	return !strings.Contains(s, ": ") && !strings.Contains(s, " #") && !strings.HasSuffix(s, ":") &&
		!strings.ContainsAny(s, "[]{},?\t") && s != "---" && s != "..."
}

// Float is the number in floating point, as exact as that can be. A
// leading zero means nothing (YAML 1.2.2, 10.3.2): 010 is ten.
func (v *Number) Float() float64 {
	s := v.Text.Value
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'o') {
		n, _ := strconv.ParseUint(s, 0, 64)
		return float64(n)
	}
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
