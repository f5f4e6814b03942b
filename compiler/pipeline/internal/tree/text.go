package tree

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// A Text is a text in parts, as pySigma sees it.
type Text []Part

// A Part is a stretch of a text.
type Part struct {
	Kind Kind
	Text string // the characters, or the placeholder's name
}

// Kind tells the parts of a text.
type Kind int

// The kinds of parts: characters, wildcards, placeholders.
const (
	Literal Kind = iota
	AnyRun
	AnyOne
	Placeholder
)

// PartModifiers are the modifiers that stand for wildcards.
var PartModifiers = []string{"contains", "startswith", "endswith"}

// textModifiers are those under which a value is still a text that a
// transformation may look into. Encoded values, regular expressions and the
// like are none.
var textModifiers = append([]string{"cased", "expand"}, PartModifiers...)

// placeholderPattern is %name%, as the compiler knows it.
var placeholderPattern = regexp.MustCompile(`%([A-Za-z0-9_.-]+)%`)

// Parts gives a value as pySigma sees it: a text with the wildcards that its
// modifiers stand for. It gives false for what is no text.
//
//	contains: abc    ->  * abc *
//	expand: %u%.exe  ->  <u> .exe
func (v *Value) Parts() (Text, bool) {
	for _, m := range v.Mods {
		if !slices.Contains(textModifiers, m.Name) {
			return nil, false
		}
	}
	var parts Text
	switch x := v.V.(type) {
	case *sigma.String:
		parts = v.StringParts(x)
	case *sigma.Number:
		if !v.Partial() {
			return nil, false
		}
		parts = Text{{Literal, x.Text.Value}}
	default:
		return nil, false
	}
	run := Part{Kind: AnyRun}
	if (v.Has("contains") || v.Has("endswith")) && (len(parts) == 0 || parts[0] != run) {
		parts = slices.Insert(parts, 0, run)
	}
	if (v.Has("contains") || v.Has("startswith")) && (len(parts) == 0 || parts[len(parts)-1] != run) {
		parts = append(parts, run)
	}
	return parts, true
}

// Partial tells whether a modifier asks for a part of the field.
func (v *Value) Partial() bool {
	return slices.ContainsFunc(PartModifiers, v.Has)
}

// StringParts cuts a text, and its placeholders if the value has the modifier
// for them.
func (v *Value) StringParts(s *sigma.String) Text {
	var parts Text
	for _, r := range s.Runs() {
		switch {
		case r.Kind == sigma.AnyRun:
			parts = append(parts, Part{Kind: AnyRun})
		case r.Kind == sigma.AnyOne:
			parts = append(parts, Part{Kind: AnyOne})
		case v.Has("expand"):
			parts = append(parts, CutPlaceholders(r.Text)...)
		default:
			parts = append(parts, Part{Literal, r.Text})
		}
	}
	return parts
}

// CutPlaceholders cuts characters at the placeholders in them.
func CutPlaceholders(s string) Text {
	var parts Text
	end := 0
	for _, m := range placeholderPattern.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > end {
			parts = append(parts, Part{Literal, s[end:m[0]]})
		}
		parts = append(parts, Part{Placeholder, s[m[2]:m[3]]})
		end = m[1]
	}
	if end < len(s) {
		parts = append(parts, Part{Literal, s[end:]})
	}
	return parts
}

// HasPlaceholder tells whether a part is one.
func (t Text) HasPlaceholder() bool {
	return slices.ContainsFunc(t, func(p Part) bool { return p.Kind == Placeholder })
}

// HasWildcard tells whether a part is one.
func (t Text) HasWildcard() bool {
	return slices.ContainsFunc(t, Part.IsWildcard)
}

// IsWildcard tells whether the part stands for other characters.
func (p Part) IsWildcard() bool { return p.Kind == AnyRun || p.Kind == AnyOne }

// With gives the value a text. Wildcards at its ends become contains and its
// kin again where the modifiers have them; a modifier whose wildcard is gone
// goes too.
func (v *Value) With(parts Text, mods []sigma.Modifier) Value {
	parts = parts.Joined()
	for _, m := range mods {
		if !slices.Contains(PartModifiers, m.Name) {
			continue
		}
		before, after := m.Name != "startswith", m.Name != "endswith"
		inner, ok := trimRuns(parts, before, after)
		if !ok {
			mods = Without(mods, m.Name)
			break
		}
		parts = inner
		break
	}
	if !parts.HasPlaceholder() {
		mods = Without(mods, "expand")
	}
	return String(parts.Written(), v.V.Span(), mods)
}

// trimRuns takes off the wildcards at the ends that are asked for, if they are
// there and something is left.
func trimRuns(parts Text, before, after bool) (Text, bool) {
	if before {
		if len(parts) == 0 || parts[0].Kind != AnyRun {
			return nil, false
		}
		parts = parts[1:]
	}
	if after {
		if len(parts) == 0 || parts[len(parts)-1].Kind != AnyRun {
			return nil, false
		}
		parts = parts[:len(parts)-1]
	}
	return parts, len(parts) > 0
}

// Joined is the text without characters that stand beside others, or nothing.
func (t Text) Joined() Text {
	var out Text
	for _, p := range t {
		last := len(out) - 1
		switch {
		case p.Kind != Literal:
			out = append(out, p)
		case p.Text == "":
		case last >= 0 && out[last].Kind == Literal:
			out[last].Text += p.Text
		default:
			out = append(out, p)
		}
	}
	return out
}

// Written writes the text so that it is read as these parts again.
func (t Text) Written() string {
	var b strings.Builder
	for _, p := range t {
		switch p.Kind {
		case Literal:
			b.WriteString(sigma.EscapeString(p.Text))
		case AnyRun:
			b.WriteByte('*')
		case AnyOne:
			b.WriteByte('?')
		case Placeholder:
			b.WriteString("%" + p.Text + "%")
		}
	}
	return b.String()
}

// Plain is the text as pySigma shows it to regular expressions: wildcards as
// they are, characters like them escaped, backslashes single.
func (t Text) Plain() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.Plain())
	}
	return b.String()
}

var escapeWildcards = strings.NewReplacer("*", `\*`, "?", `\?`)

// Plain is the part as Text.Plain shows it.
func (p Part) Plain() string {
	switch p.Kind {
	case Literal:
		return escapeWildcards.Replace(p.Text)
	case AnyRun:
		return "*"
	case AnyOne:
		return "?"
	default:
		return "%" + p.Text + "%"
	}
}

// Read cuts a text as rules and pipelines write it.
func Read(s string) Text {
	v := Value{V: &sigma.String{Text: sigma.Text{Value: s}}}
	return v.StringParts(v.V.(*sigma.String))
}

// NumberText is a number as pySigma writes it: in decimal, whatever the rule's
// base.
func NumberText(n *sigma.Number) string {
	s := n.Text.Value
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'o') {
		if u, err := strconv.ParseUint(s, 0, 64); err == nil {
			return strconv.FormatUint(u, 10)
		}
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign = "-"
	}
	digits := strings.TrimLeft(strings.TrimLeft(s, "+-"), "0")
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		digits = "0" + digits
	}
	return sign + digits
}
