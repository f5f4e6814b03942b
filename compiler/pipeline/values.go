package pipeline

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/sigproof/sigproof/sigma"
)

// eachValue gives every value to edit, which gives back what stands in its
// place; false if the value stays as it is.
func (r *run) eachValue(s *step, edit func(sec *section, i *item, v *value) ([]value, bool)) {
	r.each(s, func(sec *section, i *item) (node, bool) {
		var out []value
		changed := false
		for k := range i.values {
			made, ok := edit(sec, i, &i.values[k])
			if !ok {
				made = i.values[k : k+1]
			}
			changed = changed || ok
			out = append(out, made...)
		}
		if changed {
			i.values = out
		}
		return i, changed
	})
}

// eachText is eachValue for values that are texts.
func (r *run) eachText(s *step, edit func(i *item, v *value, parts []textPart) ([]value, bool)) {
	r.eachValue(s, func(_ *section, i *item, v *value) ([]value, bool) {
		parts, ok := v.parts()
		if !ok {
			return nil, false
		}
		return edit(i, v, parts)
	})
}

// replaceString replaces what a regular expression finds in a text or a
// number. It sees wildcards as the characters that they are, unless
// skip_special keeps it to the text between them.
type replaceString struct {
	find      *regexp.Regexp
	with      replacement
	skip      bool // look only between wildcards
	interpret bool // with skip: wildcards in the result are wildcards
}

func readReplace(p *params) transformation {
	t := replaceString{find: p.pattern(p.text("regex"), false), skip: p.flag("skip_special"), interpret: p.flag("interpret_special")}
	t.with = p.replacement(p.anyText("replacement"), t.find)
	return t
}

func (t replaceString) apply(r *run, s *step) {
	r.eachValue(s, func(sec *section, i *item, v *value) ([]value, bool) {
		parts, ok := v.parts()
		if n, isNumber := v.v.(*sigma.Number); isNumber && len(v.mods) == 0 {
			parts, ok = []textPart{{literal, numberText(n)}}, true
		}
		if !ok {
			return nil, false
		}
		made, ok := t.replace(parts)
		if !ok {
			r.errorAt(s, sec.file, v.v.Span(), "limit", fmt.Sprintf("the text grows over %d bytes", mostText))
			return nil, false
		}
		if made = joinLiterals(made); slices.Equal(made, joinLiterals(parts)) {
			return nil, false // a number that nothing is replaced in stays one
		}
		return []value{v.with(made, v.mods)}, true
	})
}

// mostText bounds a text that a step makes: one that doubles each letter, a
// hundred times, would never end.
const mostText = 100_000

func (t replaceString) replace(parts []textPart) ([]textPart, bool) {
	if !t.skip {
		return t.replacePlain(parts)
	}
	var out []textPart
	for _, p := range parts {
		if p.kind != literal {
			out = append(out, p)
			continue
		}
		text, ok := replace(t.find, t.with, p.text, mostText)
		switch {
		case !ok:
			return nil, false
		case t.interpret:
			out = append(out, read(text)...)
		default:
			out = append(out, textPart{literal, text})
		}
	}
	return out, true
}

// replacePlain replaces in the text as pySigma shows it. What the expression
// did not find, and what its groups have found, stays what it was: pySigma
// reads the whole text anew, and takes a wildcard behind a backslash for an
// escaped character.
func (t replaceString) replacePlain(parts []textPart) ([]textPart, bool) {
	shown := show(parts)
	matches, ok := t.with.matches(t.find, shown.text, mostText)
	if !ok {
		return nil, false
	}
	var out []textPart
	end := 0
	for _, m := range matches {
		out = append(out, shown.between(end, m[0])...)
		for _, p := range t.with {
			if p.group < 0 {
				out = append(out, read(doubleBackslashes(p.text))...)
			} else if m[2*p.group] >= 0 {
				out = append(out, shown.between(m[2*p.group], m[2*p.group+1])...)
			}
		}
		end = m[1]
	}
	return append(out, shown.between(end, len(shown.text))...), true
}

// doubleBackslashes makes a backslash a plain one, unless it escapes a
// wildcard.
func doubleBackslashes(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		if s[i] == '\\' && (i+1 == len(s) || s[i+1] != '*' && s[i+1] != '?') {
			b.WriteByte('\\')
		}
	}
	return b.String()
}

// A shownText is a text as pySigma shows it, with where each part begins.
type shownText struct {
	text   string
	parts  []textPart
	starts []int // one more than parts
}

func show(parts []textPart) *shownText {
	s := &shownText{parts: parts}
	var b strings.Builder
	for _, p := range parts {
		s.starts = append(s.starts, b.Len())
		b.WriteString(p.plain())
	}
	s.starts, s.text = append(s.starts, b.Len()), b.String()
	return s
}

// between gives the parts that stand at the bytes from start to end.
func (s *shownText) between(start, end int) []textPart {
	var out []textPart
	first, _ := slices.BinarySearch(s.starts[1:], start+1)
	for k := first; k < len(s.parts) && s.starts[k] < end; k++ {
		from, to := max(start, s.starts[k]), min(end, s.starts[k+1])
		switch {
		case from == s.starts[k] && to == s.starts[k+1]:
			out = append(out, s.parts[k])
		case s.parts[k].kind == literal:
			out = append(out, textPart{literal, unescape(s.text, from, to)})
		default: // half a placeholder is text
			out = append(out, textPart{literal, s.text[from:to]})
		}
	}
	return out
}

// unescape cuts a piece out of an escaped literal and takes its escapes away.
func unescape(shown string, from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		escapes := shown[i] == '\\' && i+1 < to && (shown[i+1] == '*' || shown[i+1] == '?')
		if !escapes {
			b.WriteByte(shown[i])
		}
	}
	return b.String()
}

// mapString maps whole texts, as pySigma shows them.
type mapString map[string][]string

func readMapString(p *params) transformation {
	m := mapString{}
	for _, e := range p.table("mapping") {
		m[e.Key.Value] = values(p.textsOf(e))
	}
	return m
}

func (t mapString) apply(r *run, s *step) {
	r.eachText(s, func(_ *item, v *value, parts []textPart) ([]value, bool) {
		to, ok := t[plain(parts)]
		var made []value
		for _, text := range to {
			made = append(made, v.with(read(text), without(v.mods, partModifiers...)))
		}
		return made, ok
	})
}

// changeCase writes texts in lower, upper or snake case.
type changeCase struct{ method string }

func (t changeCase) apply(r *run, s *step) {
	r.eachText(s, func(_ *item, v *value, parts []textPart) ([]value, bool) {
		made := slices.Clone(parts)
		for k := range made {
			if made[k].kind == literal {
				made[k].text = t.change(made[k].text)
			}
		}
		return []value{v.with(made, v.mods)}, !slices.Equal(made, parts)
	})
}

func (t changeCase) change(s string) string {
	switch t.method {
	case "upper":
		return strings.ToUpper(s)
	case "lower":
		return strings.ToLower(s)
	}
	var b strings.Builder
	for i, c := range s {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return strings.ToLower(b.String())
}

// toRegex turns texts into regular expressions. pySigma leaves it to the
// backend where they must match; here they are anchored, so that they find
// what the texts found.
//
//	f: Ab*c               ->  f|re|s: ^[aA][bB].*[cC]$
//	f|contains: ab        ->  f|re|s: [aA][bB]
type toRegex struct{ method string }

func readRegex(p *params) transformation {
	return toRegex{p.choice("method", "ignore_case_brackets", "plain", "ignore_case_flag", "ignore_case_brackets")}
}

func (t toRegex) apply(r *run, s *step) {
	r.eachValue(s, func(sec *section, i *item, v *value) ([]value, bool) {
		parts, ok := v.parts()
		if !ok || len(parts) == 0 {
			return nil, false // there is no simple expression for ''
		}
		if hasPlaceholder(parts) {
			r.errorAt(s, sec.file, v.v.Span(), "placeholder", fmt.Sprintf(
				"%q holds a placeholder, which can't become a regular expression; value_placeholders must come before", v.v.Written().Value))
			return nil, false
		}
		mods := []sigma.Modifier{i.modifier("re")}
		if t.method == "ignore_case_flag" && !v.has("cased") {
			mods = append(mods, i.modifier("i"))
		}
		if hasWildcard(parts) {
			mods = append(mods, i.modifier("s"))
		}
		text := sigma.Text{Value: t.expression(parts, v.has("cased"), i.keywords), At: v.v.Span()}
		return []value{{&sigma.String{Text: text}, mods}}, true
	})
}

func (t toRegex) expression(parts []textPart, cased, keywords bool) string {
	run := textPart{kind: anyRun}
	before, after := "^", "$"
	if keywords || parts[0] == run {
		before = ""
	}
	if keywords || parts[len(parts)-1] == run {
		after = ""
	}
	var b strings.Builder
	for k, p := range parts {
		switch {
		case p == run && (k == 0 || k == len(parts)-1) && len(parts) > 1:
		case p == run:
			b.WriteString(".*")
		case p.kind == anyOne:
			b.WriteByte('.')
		case t.method == "ignore_case_brackets" && !cased:
			writeBrackets(&b, p.text)
		default:
			b.WriteString(regexp.QuoteMeta(p.text))
		}
	}
	return before + b.String() + after
}

func writeBrackets(b *strings.Builder, s string) {
	for _, c := range s {
		lower, upper := unicode.ToLower(c), unicode.ToUpper(c)
		if unicode.IsLetter(c) && lower != upper {
			b.WriteString("[" + string(lower) + string(upper) + "]")
		} else {
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
}

// setValue sets every value, whatever it was.
type setValue struct{ to sigma.Value }

func readSetValue(p *params) transformation {
	to := p.value("value")
	force := ""
	if _, ok := p.entry("force_type"); ok {
		force = p.choice("force_type", "", "str", "num")
	}
	if to == nil || force == "" {
		return setValue{to}
	}
	forced, ok := converted(to, force)
	if e, _ := p.entry("value"); !ok {
		p.wrong(e, "text or a number, since force_type wants one")
	}
	return setValue{forced}
}

// converted gives a value another type; false if that can't be.
func converted(v sigma.Value, to string) (sigma.Value, bool) {
	t := v.Written()
	switch v := v.(type) {
	case *sigma.String:
		if to == "str" {
			return v, true
		}
		plain := &sigma.Scalar{Text: sigma.Text{Value: strings.TrimSpace(t.Value), At: t.At}}
		if n, ok := plain.Value().(*sigma.Number); ok {
			return n, true
		}
	case *sigma.Number:
		if to == "num" {
			return v, true
		}
		return &sigma.String{Text: sigma.Text{Value: numberText(v), At: t.At}}, true
	}
	return nil, false
}

func (t setValue) apply(r *run, s *step) {
	r.eachValue(s, func(_ *section, _ *item, v *value) ([]value, bool) {
		return []value{{movedValue(t.to, v.v.Span()), nil}}, true
	})
}

// movedValue copies a value of the pipeline to a place in the rule.
func movedValue(v sigma.Value, at sigma.Span) sigma.Value {
	t := sigma.Text{Value: v.Written().Value, At: at}
	switch v := v.(type) {
	case *sigma.String:
		return &sigma.String{Text: t}
	case *sigma.Number:
		return &sigma.Number{Text: t}
	case *sigma.Bool:
		return &sigma.Bool{Value: v.Value, Text: t}
	case *sigma.Null:
		return &sigma.Null{Text: t}
	default:
		panic(fmt.Sprintf("pipeline: unknown value %T", v))
	}
}

// convertType turns numbers into texts, or texts into numbers.
type convertType struct{ to string }

func (t convertType) apply(r *run, s *step) {
	r.eachValue(s, func(sec *section, i *item, v *value) ([]value, bool) {
		switch v.v.(type) {
		case *sigma.Number:
			if t.to == "num" || len(without(v.mods, "cased")) > 0 {
				return nil, false
			}
		case *sigma.String:
			parts, ok := v.parts()
			if t.to == "str" || !ok {
				return nil, false
			}
			if made, ok := converted(v.v, t.to); ok && !hasWildcard(parts) {
				return []value{{made, nil}}, true
			}
			r.errorAt(s, sec.file, v.v.Span(), "convert", fmt.Sprintf("%q is no number, and the pipeline wants one", plain(parts)))
			return nil, false
		default:
			return nil, false
		}
		made, _ := converted(v.v, t.to)
		return []value{{made, v.mods}}, true
	})
}
