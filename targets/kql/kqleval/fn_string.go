package kqleval

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Arguments of the kinds s and S are never nil.
func str(v Value) string {
	s, _ := v.(String)
	return string(s)
}

func num(v Value) int64 {
	n, _ := asInt(v)
	return n
}

// arg gives argument i, or def if it is absent.
func arg(a []Value, i int, def Value) Value {
	if i < len(a) {
		return a[i]
	}
	return def
}

func stringFunctions() map[string]function {
	return map[string]function{
		"strcat":       {params: "S*", ret: TString, apply: joinTexts("", 0)},
		"strcat_delim": {params: "SSS*", ret: TString, apply: joinDelim},
		"strcat_array": {params: "yS", ret: TString, apply: joinArray},
		"strcmp": {params: "SS", ret: TLong, apply: func(_ *runtime, a []Value) Value {
			return Long(strings.Compare(str(a[0]), str(a[1])))
		}},
		"strrep": {params: "Si?S", ret: TString, apply: repeatText},
		"strlen": {params: "s", ret: TLong, naming: nameCallArg, apply: func(_ *runtime, a []Value) Value {
			return Long(utf8.RuneCountInString(str(a[0])))
		}},
		"string_size": {params: "s", ret: TLong, naming: nameCallArg, apply: func(_ *runtime, a []Value) Value {
			return Long(len(str(a[0])))
		}},
		"toupper":       {params: "S", ret: TString, apply: mapText(strings.ToUpper)},
		"tolower":       {params: "S", ret: TString, apply: mapText(strings.ToLower)},
		"reverse":       {params: "S", ret: TString, apply: mapText(reverseText)},
		"isascii":       {params: "S", ret: TBool, apply: func(_ *runtime, a []Value) Value { return Bool(isASCII(str(a[0]))) }},
		"isutf8":        {params: "S", ret: TBool, apply: func(_ *runtime, a []Value) Value { return Bool(utf8.ValidString(str(a[0]))) }},
		"substring":     {params: "Si?i", ret: TString, apply: substring},
		"indexof":       {params: "SS?iii", ret: TLong, apply: indexOf},
		"indexof_regex": {params: "Sr?iii", ret: TLong, apply: indexOfRegex},
		"countof":       {params: "ss?k", ret: TLong, apply: countOf},
		"replace_string": {params: "sss", ret: TString, apply: func(rt *runtime, a []Value) Value {
			return replaceText(rt, str(a[0]), str(a[1]), str(a[2]))
		}},
		"replace_strings": {params: "syy", ret: TString, apply: replaceTexts},
		"replace_regex": {params: "srk", ret: TString, apply: func(rt *runtime, a []Value) Value {
			return replaceRegex(rt, str(a[0]), str(a[1]), str(a[2]))
		}},
		"replace_old": {params: "rks", ret: TString, apply: func(rt *runtime, a []Value) Value {
			return replaceRegex(rt, str(a[2]), str(a[0]), str(a[1]))
		}},
		"trim":        {params: "rs", ret: TString, apply: trimRegex(true, true)},
		"trim_start":  {params: "rs", ret: TString, apply: trimRegex(true, false)},
		"trim_end":    {params: "rs", ret: TString, apply: trimRegex(false, true)},
		"translate":   {params: "sss", ret: TString, apply: translate},
		"regex_quote": {params: "S", ret: TString, apply: mapText(regexp.QuoteMeta)},
		"has_any_index": {params: "sy", ret: TLong, apply: func(_ *runtime, a []Value) Value {
			list, _ := a[1].(Array)
			text := foldString(str(a[0]))
			for i, x := range list {
				if x != nil && hasTerm(text, foldString(FormatValue(x))) {
					return Long(i)
				}
			}
			return Long(-1)
		}},
		"unicode_codepoints_from_string": {params: "S", ret: TDynamic, apply: func(rt *runtime, a []Value) Value {
			out := Array{}
			for _, r := range str(a[0]) {
				out = append(out, Long(r))
			}
			return out
		}},
		"unicode_codepoints_to_string": {params: "a*", ret: TString, apply: fromCodepoints},
	}
}

func mapText(f func(string) string) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value { return String(f(str(a[0]))) }
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func reverseText(s string) string {
	runes := []rune(s)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

// joinTexts joins the arguments from the one at first on.
func joinTexts(delim string, first int) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		n := 0
		for _, v := range a[first:] {
			n += len(str(v)) + len(delim)
		}
		if rt.bigText(n) {
			return nil
		}
		var b strings.Builder
		for i, v := range a[first:] {
			if i > 0 {
				b.WriteString(delim)
			}
			b.WriteString(str(v))
		}
		return String(b.String())
	}
}

func joinDelim(rt *runtime, a []Value) Value { return joinTexts(str(a[0]), 1)(rt, a) }

func joinArray(rt *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	texts := make([]Value, len(list))
	for i, v := range list {
		texts[i] = String(FormatValue(v))
	}
	return joinTexts(str(a[1]), 0)(rt, texts)
}

func repeatText(rt *runtime, a []Value) Value {
	n := num(a[1])
	s, delim := str(a[0]), str(arg(a, 2, String("")))
	if n <= 0 {
		return String("")
	}
	if n > maxText || rt.bigText(int(n)*(len(s)+len(delim))) {
		rt.bigText(maxText + 1)
		return nil
	}
	return String(strings.TrimSuffix(strings.Repeat(s+delim, int(n)), delim))
}

// substring counts code points; a negative start counts from the end.
func substring(_ *runtime, a []Value) Value {
	runes := []rune(str(a[0]))
	size := int64(len(runes))
	start := num(a[1])
	if start < 0 {
		start = max(size+start, 0)
	}
	if start >= size {
		return String("")
	}
	end := size
	if len(a) > 2 {
		n := num(a[2])
		if n < 0 {
			return String("")
		}
		end = min(size, start+min(n, size))
	}
	return String(runes[start:end])
}

// indexOf gives the place in code points, -1 if there is none. Documentation:
// a negative start counts from the end; null for arguments out of range.
func indexOf(_ *runtime, a []Value) Value {
	runes := []rune(str(a[0]))
	size := int64(len(runes))
	start, length, nth := num(arg(a, 2, Long(0))), num(arg(a, 3, Long(-1))), num(arg(a, 4, Long(1)))
	if start < 0 {
		start = max(size+start, 0)
	}
	if nth < 1 || length < -1 {
		return nil
	}
	if start > size {
		return Long(-1)
	}
	want := []rune(str(a[1]))
	// As documented by its examples, the length counts anew from each match.
	for from := start; ; {
		end := size
		if length >= 0 {
			end = min(size, from+min(length, size))
		}
		i := runeIndex(runes[min(from, end):end], want)
		if i < 0 {
			return Long(-1)
		}
		if nth--; nth == 0 {
			return Long(from + i)
		}
		if from += i + 1; from > size {
			return Long(-1)
		}
	}
}

func runeIndex(text, want []rune) int64 {
	s := string(text)
	i := strings.Index(s, string(want))
	if i < 0 {
		return -1
	}
	return int64(utf8.RuneCountInString(s[:i]))
}

// indexOfRegex is like indexOf, but matches do not overlap, and a negative
// start is out of range, as measured.
func indexOfRegex(rt *runtime, a []Value) Value {
	rx := rt.regex(str(a[1]))
	if rx == nil {
		return nil
	}
	runes := []rune(str(a[0]))
	size := int64(len(runes))
	start, length, nth := num(arg(a, 2, Long(0))), num(arg(a, 3, Long(-1))), num(arg(a, 4, Long(1)))
	if start < 0 || length < -1 || nth < 1 {
		return nil
	}
	if start > size {
		return Long(-1)
	}
	end := size
	if length >= 0 {
		end = min(size, start+min(length, size))
	}
	text := string(runes[start:end])
	all := rx.FindAllStringIndex(text, int(min(nth, 1<<20)))
	if int64(len(all)) < nth {
		return Long(-1)
	}
	return Long(start + int64(utf8.RuneCountInString(text[:all[nth-1][0]])))
}

// regex compiles a regular expression once a run.
func (rt *runtime) regex(text string) *regexp.Regexp {
	if rx, ok := rt.regexes[text]; ok {
		return rx
	}
	rx, err := compileRegex(text)
	if err != nil {
		rt.fail(span{}, "%s", err)
		return nil
	}
	if rt.regexes == nil || len(rt.regexes) > 1000 {
		rt.regexes = map[string]*regexp.Regexp{}
	}
	rt.regexes[text] = rx
	return rx
}

// countOf counts texts, which may overlap, or matches, which do not.
func countOf(rt *runtime, a []Value) Value {
	text, want := str(a[0]), str(a[1])
	switch kind := str(arg(a, 2, String("normal"))); kind {
	case "regex":
		rx := rt.regex(want)
		if rx == nil {
			return nil
		}
		return Long(len(rx.FindAllStringIndex(text, -1)))
	case "normal":
	default:
		rt.fail(span{}, "the kind of countof() is normal or regex, not %q", kind)
		return nil
	}
	n := 0
	for want != "" {
		i := strings.Index(text, want)
		if i < 0 {
			break
		}
		n++
		text = text[i+1:]
	}
	return Long(n)
}

func replaceText(rt *runtime, text, lookup, rewrite string) Value {
	if lookup == "" {
		return String(text)
	}
	if rt.bigText(len(text) + strings.Count(text, lookup)*(len(rewrite)-len(lookup))) {
		return nil
	}
	return String(strings.ReplaceAll(text, lookup, rewrite))
}

// replaceTexts replaces the lookups one after the other, and leaves alone what
// one before has matched. As measured, a replacement that is no string keeps
// what its lookup matches.
func replaceTexts(rt *runtime, a []Value) Value {
	lookups, ok1 := a[1].(Array)
	rewrites, ok2 := a[2].(Array)
	if !ok1 || !ok2 || len(lookups) != len(rewrites) {
		return nil
	}
	pieces := []piece{{text: str(a[0])}}
	for i, v := range lookups {
		from := FormatValue(v)
		if from == "" {
			continue
		}
		to := from
		if s, ok := rewrites[i].(String); ok {
			to = string(s)
		}
		pieces = replacePieces(pieces, from, to)
		size := 0
		for _, p := range pieces {
			size += len(p.text)
		}
		if rt.bigText(size) {
			return nil
		}
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
	}
	return String(b.String())
}

// A piece of a text is done if a lookup matched it.
type piece struct {
	text string
	done bool
}

func replacePieces(pieces []piece, from, to string) []piece {
	var out []piece
	for _, p := range pieces {
		if p.done {
			out = append(out, p)
			continue
		}
		for i, part := range strings.Split(p.text, from) {
			if i > 0 {
				out = append(out, piece{to, true})
			}
			if part != "" {
				out = append(out, piece{text: part})
			}
		}
	}
	return out
}

// replaceRegex replaces matches; \0 to \9 in the rewrite are the groups.
func replaceRegex(rt *runtime, text, pattern, rewrite string) Value {
	rx := rt.regex(pattern)
	if rx == nil {
		return nil
	}
	var b strings.Builder
	for i := 0; i < len(rewrite); i++ {
		switch c := rewrite[i]; {
		case c == '\\' && i+1 < len(rewrite) && isDigit(rewrite[i+1]):
			b.WriteString("${" + rewrite[i+1:i+2] + "}")
			i++
		case c == '\\' && i+1 < len(rewrite) && rewrite[i+1] == '\\':
			b.WriteByte('\\')
			i++
		case c == '$':
			b.WriteString("$$")
		default:
			b.WriteByte(c)
		}
	}
	if n := len(rx.FindAllStringIndex(text, -1)); rt.bigText(len(text) + n*(len(rewrite)+8*len(text)/max(n, 1))) {
		return nil
	}
	out := rx.ReplaceAllString(text, b.String())
	if rt.bigText(len(out)) {
		return nil
	}
	return String(out)
}

// trimRegex takes matches off the ends. Documentation: trim removes all leading
// and trailing matches, trim_start and trim_end a leading or a trailing one.
func trimRegex(start, end bool) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		pattern, text := str(a[0]), str(a[1])
		times := ""
		if start && end {
			times = "+"
		}
		if start {
			rx := rt.regex(`\A(?:` + pattern + `)` + times)
			if rx == nil {
				return nil
			}
			if m := rx.FindStringIndex(text); m != nil {
				text = text[m[1]:]
			}
		}
		if end {
			rx := rt.regex(`(?:` + pattern + `)` + times + `\z`)
			if rx == nil {
				return nil
			}
			if m := rx.FindStringIndex(text); m != nil {
				text = text[:m[0]]
			}
		}
		return String(text)
	}
}

// translate maps characters; the last of a short replacement list stands for
// the rest, and an empty list removes.
func translate(_ *runtime, a []Value) Value {
	from, to := []rune(str(a[0])), []rune(str(a[1]))
	return String(strings.Map(func(r rune) rune {
		for i, f := range from {
			if f == r {
				if len(to) == 0 {
					return -1
				}
				return to[min(i, len(to)-1)]
			}
		}
		return r
	}, str(a[2])))
}

func fromCodepoints(rt *runtime, a []Value) Value {
	var b strings.Builder
	for _, v := range a {
		eachItem(v, func(v Value) {
			if n, ok := asInt(v); ok && n >= 0 && n <= utf8.MaxRune && b.Len() < maxText {
				b.WriteRune(rune(n))
			}
		})
	}
	return String(b.String())
}
