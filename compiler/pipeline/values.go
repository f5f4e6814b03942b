package pipeline

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/sigproof/sigproof/compiler/pipeline/internal/python"
	"github.com/sigproof/sigproof/compiler/pipeline/internal/tree"
	"github.com/sigproof/sigproof/sigma"
)

// eachValue gives every value to edit, which gives back what stands in its
// place; false if the value stays as it is.
func (r *run) eachValue(s *step, edit func(sec *section, i *tree.Item, v *tree.Value) ([]tree.Value, bool)) {
	r.each(s, func(sec *section, i *tree.Item) (tree.Node, bool) {
		var out []tree.Value
		changed := false
		for k := range i.Values {
			made, ok := edit(sec, i, &i.Values[k])
			if !ok {
				made = i.Values[k : k+1]
			}
			changed = changed || ok
			out = append(out, made...)
		}
		if changed {
			i.Values = out
		}
		return i, changed
	})
}

// eachText is eachValue for values that are texts.
func (r *run) eachText(s *step, edit func(i *tree.Item, v *tree.Value, parts tree.Text) ([]tree.Value, bool)) {
	r.eachValue(s, func(_ *section, i *tree.Item, v *tree.Value) ([]tree.Value, bool) {
		parts, ok := v.Parts()
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
	with      python.Replacement
	skip      bool // look only between wildcards
	interpret bool // with skip: wildcards in the result are wildcards
}

func readReplace(p *params) transformation {
	t := replaceString{find: p.pattern(p.text("regex"), false), skip: p.flag("skip_special"), interpret: p.flag("interpret_special")}
	t.with = p.replacement("replacement", t.find)
	return t
}

func (t replaceString) apply(r *run, s *step) {
	r.eachValue(s, func(sec *section, i *tree.Item, v *tree.Value) ([]tree.Value, bool) {
		parts, ok := v.Parts()
		if n, isNumber := v.V.(*sigma.Number); isNumber && len(v.Mods) == 0 {
			parts, ok = tree.Text{{Text: tree.NumberText(n)}}, true
		}
		if !ok {
			return nil, false
		}
		made, ok := t.replace(v, parts)
		if !ok {
			r.errorAt(s, sec.file, v.V.Span(), "limit", fmt.Sprintf("the text grows over %d bytes", MaxText))
			return nil, false
		}
		if made = made.Joined(); slices.Equal(made, parts.Joined()) {
			return nil, false // a number that nothing is replaced in stays one
		}
		return []tree.Value{v.With(made, v.Mods)}, true
	})
}

func (t replaceString) replace(v *tree.Value, parts tree.Text) (tree.Text, bool) {
	if !t.skip {
		return t.replacePlain(v, parts)
	}
	var out tree.Text
	for _, p := range parts {
		if p.Kind != tree.Literal {
			out = append(out, p)
			continue
		}
		text, ok := python.Replace(t.find, t.with, p.Text, MaxText)
		switch {
		case !ok:
			return nil, false
		case t.interpret:
			out = append(out, tree.Read(text)...)
		default:
			out = append(out, tree.Part{Text: text})
		}
	}
	return out, true
}

// protected stands for a backslash before a wildcard while a text is rewritten:
// pySigma takes the two for an escaped character when it reads the text anew.
const protected = "\x00"

// replacePlain replaces in the text as pySigma shows it, and reads the result
// anew.
func (t replaceString) replacePlain(v *tree.Value, parts tree.Text) (tree.Text, bool) {
	shown := parts.Plain()
	matches, ok := t.with.Matches(t.find, shown, MaxText)
	if !ok {
		return nil, false
	}
	var out strings.Builder
	safe := protect(parts)
	end := 0
	for _, m := range matches {
		out.WriteString(safe[end:m[0]])
		for _, p := range t.with {
			if p.Group < 0 {
				out.WriteString(p.Text)
			} else if m[2*p.Group] >= 0 {
				out.WriteString(safe[m[2*p.Group]:m[2*p.Group+1]])
			}
		}
		end = m[1]
	}
	out.WriteString(safe[end:])
	made := v.StringParts(&sigma.String{Text: sigma.Text{Value: doubleBackslashes(out.String())}})
	for k := range made {
		made[k].Text = strings.ReplaceAll(made[k].Text, protected, `\`)
	}
	return made, true
}

// protect shows a text as Plain does, byte for byte, but for backslashes before
// wildcards.
func protect(parts tree.Text) string {
	var b strings.Builder
	for k, p := range parts {
		text := p.Plain()
		if rest, ok := strings.CutSuffix(text, `\`); ok && k+1 < len(parts) && parts[k+1].IsWildcard() {
			text = rest + protected
		}
		b.WriteString(text)
	}
	return b.String()
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
	r.eachText(s, func(_ *tree.Item, v *tree.Value, parts tree.Text) ([]tree.Value, bool) {
		to, ok := t[parts.Plain()]
		var made []tree.Value
		for _, text := range to {
			made = append(made, v.With(tree.Read(text), tree.Without(v.Mods, tree.PartModifiers...)))
		}
		return made, ok
	})
}

// changeCase writes texts in lower, upper or snake case.
type changeCase struct{ method string }

func (t changeCase) apply(r *run, s *step) {
	r.eachText(s, func(_ *tree.Item, v *tree.Value, parts tree.Text) ([]tree.Value, bool) {
		made := slices.Clone(parts)
		for k := range made {
			if made[k].Kind == tree.Literal {
				made[k].Text = t.change(made[k].Text)
			}
		}
		return []tree.Value{v.With(made, v.Mods)}, !slices.Equal(made, parts)
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
	r.eachValue(s, func(sec *section, i *tree.Item, v *tree.Value) ([]tree.Value, bool) {
		parts, ok := v.Parts()
		if !ok || len(parts) == 0 {
			return nil, false // there is no simple expression for ''
		}
		if parts.HasPlaceholder() {
			r.errorAt(s, sec.file, v.V.Span(), "placeholder", fmt.Sprintf(
				"%q holds a placeholder, which can't become a regular expression; value_placeholders must come before", v.V.Written().Value))
			return nil, false
		}
		mods := []sigma.Modifier{i.Modifier("re")}
		if t.method == "ignore_case_flag" && !v.Has("cased") {
			mods = append(mods, i.Modifier("i"))
		}
		if parts.HasWildcard() {
			mods = append(mods, i.Modifier("s"))
		}
		text := sigma.Text{Value: t.expression(parts, v.Has("cased"), i.Keywords), At: v.V.Span()}
		return []tree.Value{{V: &sigma.String{Text: text}, Mods: mods}}, true
	})
}

func (t toRegex) expression(parts tree.Text, cased, keywords bool) string {
	run := tree.Part{Kind: tree.AnyRun}
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
		case p.Kind == tree.AnyOne:
			b.WriteByte('.')
		case t.method == "ignore_case_brackets" && !cased:
			writeBrackets(&b, p.Text)
		default:
			b.WriteString(regexp.QuoteMeta(p.Text))
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
		return &sigma.String{Text: sigma.Text{Value: tree.NumberText(v), At: t.At}}, true
	}
	return nil, false
}

func (t setValue) apply(r *run, s *step) {
	r.eachValue(s, func(_ *section, _ *tree.Item, v *tree.Value) ([]tree.Value, bool) {
		return []tree.Value{{V: movedValue(t.to, v.V.Span())}}, true
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
	r.eachValue(s, func(sec *section, i *tree.Item, v *tree.Value) ([]tree.Value, bool) {
		switch v.V.(type) {
		case *sigma.Number:
			if t.to == "num" || len(tree.Without(v.Mods, "cased")) > 0 {
				return nil, false
			}
		case *sigma.String:
			parts, ok := v.Parts()
			if t.to == "str" || !ok {
				return nil, false
			}
			if made, ok := converted(v.V, t.to); ok && !parts.HasWildcard() {
				return []tree.Value{{V: made}}, true
			}
			r.errorAt(s, sec.file, v.V.Span(), "convert", fmt.Sprintf("%q is no number, and the pipeline wants one", parts.Plain()))
			return nil, false
		default:
			return nil, false
		}
		made, _ := converted(v.V, t.to)
		return []tree.Value{{V: made, Mods: v.Mods}}, true
	})
}
