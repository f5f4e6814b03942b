package spleval

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// A Macro is a search macro: its name, the names of its arguments and its text.
// Two macros may share a name if they take different numbers of arguments.
type Macro struct {
	Name       string
	Args       []string
	Definition string // holds $arg$ where an argument belongs
}

const (
	maxMacroDepth = 20      // macros within macros
	maxSource     = 8 << 20 // bytes of a search, macros written out
)

// A source is the text that is parsed (comments left out, macros written out),
// and for each stretch of it the place in the given text that it stems from.
type source struct {
	given    string
	text     string
	segments []segment
	missing  []*Error // calls of macros that are not given, which stand in the text as they are
}

// A segment of a source starts at byte at. Outside macros it is a copy of the
// given text from byte from on; in a macro all of it stems from the call.
type segment struct {
	at, from, to int
	macro        string
}

// errorf makes an Error at bytes lo to hi of the parsed text.
func (s *source) errorf(lo, hi int, format string, args ...any) *Error {
	e := &Error{Msg: fmt.Sprintf(format, args...)}
	if hi <= lo && lo > 0 {
		// Nothing stands there: the end of what stands before it is the place.
		e.Offset, e.End, e.Macro = s.place(lo - 1)
		if e.Macro == "" {
			e.Offset = e.End
		}
	} else {
		e.Offset, _, e.Macro = s.place(lo)
		_, e.End, _ = s.place(max(hi-1, lo))
	}
	e.End = max(e.End, e.Offset)
	e.Line, e.Column = position(s.given, e.Offset)
	return e
}

// place gives the bytes of the given text that hold byte i of the parsed one.
func (s *source) place(i int) (from, to int, macro string) {
	n := sort.Search(len(s.segments), func(k int) bool { return s.segments[k].at > i })
	if n == 0 {
		return min(i, len(s.given)), min(i+1, len(s.given)), ""
	}
	seg := s.segments[n-1]
	if seg.macro != "" {
		return seg.from, seg.to, seg.macro
	}
	from = min(seg.from+i-seg.at, len(s.given))
	return from, min(from+1, len(s.given)), ""
}

// plainSource is a source without macros, for templates and searchmatch.
func plainSource(text string) *source {
	return &source{given: text, text: text, segments: []segment{{0, 0, len(text), ""}}}
}

// expand leaves comments out and writes macros out, as Splunk does before it
// parses anything. Inside double quotes a backtick is a character.
func expand(given string, macros []Macro) (*source, *Error) {
	src, err := expandKnown(given, macros)
	if err == nil && len(src.missing) > 0 {
		err = src.missing[0]
	}
	return src, err
}

// expandKnown leaves calls of macros that are not given as they are.
func expandKnown(given string, macros []Macro) (*source, *Error) {
	x := &expander{macros: macros, src: &source{given: given}}
	if err := x.copy(given, origin{}, 0); err != nil {
		return nil, err
	}
	x.src.text = x.out.String()
	return x.src, nil
}

type expander struct {
	macros []Macro
	src    *source
	out    strings.Builder
}

// origin says where the text that is being copied stems from: the given text
// itself (macro is empty), or a call.
type origin struct {
	from, to int
	macro    string
}

func (x *expander) copy(text string, from origin, depth int) *Error {
	start := 0
	for i := 0; i < len(text); {
		switch {
		case text[i] == '\\':
			i = min(i+2, len(text))
		case text[i] == '"':
			i = skipQuoted(text, i)
		case strings.HasPrefix(text[i:], "```"):
			x.emit(text[start:i], start, from)
			n := strings.Index(text[i+3:], "```")
			if n < 0 {
				return x.errorf(from, i, i+3, "comment is not closed: ``` is missing")
			}
			i += 3 + n + 3
			start = i
		case text[i] == '`':
			x.emit(text[start:i], start, from)
			n := strings.IndexByte(text[i+1:], '`')
			if n < 0 {
				return x.errorf(from, i, i+1, "macro is not closed: ` is missing")
			}
			call := origin{i, i + n + 2, from.macro}
			if from.macro != "" {
				call = from
			}
			if err := x.call(text[i+1:i+1+n], call, depth); err != nil {
				return err
			}
			i += n + 2
			start = i
		default:
			i++
		}
		if x.out.Len() > maxSource {
			return x.errorf(from, i, i, "search is longer than %d bytes when its macros are written out", maxSource)
		}
	}
	x.emit(text[start:], start, from)
	return nil
}

// callAt says whether the call of a macro that is not given opens at byte i. In
// any other text a backtick is a letter.
func (s *source) callAt(i int) bool {
	return len(s.missing) > 0 && i < len(s.text) && s.text[i] == '`'
}

// skipMacro returns the byte after the macro call that opens at i, or len(text).
func skipMacro(text string, i int) int {
	n := strings.IndexByte(text[i+1:], '`')
	if n < 0 {
		return len(text)
	}
	return i + n + 2
}

// skipQuoted returns the byte after the string that opens at i, or len(text).
func skipQuoted(text string, i int) int {
	quote := text[i]
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(text)
}

func (x *expander) emit(text string, at int, from origin) {
	if text == "" {
		return
	}
	seg := segment{x.out.Len(), from.from, from.to, from.macro}
	if from.macro == "" {
		seg.from = at
	}
	x.src.segments = append(x.src.segments, seg)
	x.out.WriteString(text)
}

func (x *expander) errorf(from origin, lo, hi int, format string, args ...any) *Error {
	if from.macro != "" {
		lo, hi = from.from, from.to
	}
	e := &Error{Offset: lo, End: hi, Macro: from.macro, Msg: fmt.Sprintf(format, args...)}
	e.Line, e.Column = position(x.src.given, lo)
	return e
}

// call writes out one macro call, without its backticks.
func (x *expander) call(text string, at origin, depth int) *Error {
	fail := func(format string, args ...any) *Error { return x.errorf(at, at.from, at.to, format, args...) }
	if depth >= maxMacroDepth {
		return fail("macros are nested more than %d deep: %q may call itself", maxMacroDepth, text)
	}
	name, args := strings.TrimSpace(text), []string(nil)
	if open := strings.IndexByte(text, '('); open >= 0 {
		if !strings.HasSuffix(strings.TrimSpace(text), ")") {
			return fail("macro call %q lacks its closing parenthesis", text)
		}
		name = strings.TrimSpace(text[:open])
		inner := strings.TrimSpace(text)
		args = macroArgs(inner[strings.IndexByte(inner, '(')+1 : len(inner)-1])
	}
	i := slices.IndexFunc(x.macros, func(m Macro) bool { return m.Name == name && len(m.Args) == len(args) })
	if i < 0 {
		x.src.missing = append(x.src.missing, fail("no macro %q with %d arguments is known", name, len(args)))
		x.emit("`"+text+"`", at.from, at)
		return nil
	}
	m := x.macros[i]
	pairs := make([]string, 0, 2*len(args))
	for k, arg := range m.Args {
		pairs = append(pairs, "$"+arg+"$", args[k])
	}
	body := strings.NewReplacer(pairs...).Replace(m.Definition)
	return x.copy(body, origin{at.from, at.to, name}, depth+1)
}

// macroArgs splits at the commas outside quotes and parentheses. Quotes around a
// whole argument only protect its commas: they are not part of it.
func macroArgs(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var args []string
	start, depth := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = skipQuoted(text, i) - 1
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				args = append(args, macroArg(text[start:i]))
				start = i + 1
			}
		}
	}
	return append(args, macroArg(text[start:]))
}

func macroArg(text string) string {
	text = strings.TrimSpace(text)
	if len(text) >= 2 && text[0] == '"' && skipQuoted(text, 0) == len(text) && text[len(text)-1] == '"' {
		return unescape(text[1 : len(text)-1])
	}
	return text
}
