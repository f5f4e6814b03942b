package pipeline

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// A textPart is a stretch of a text: characters, a wildcard or a placeholder.
type textPart struct {
	kind partKind
	text string // the characters, or the placeholder's name
}

type partKind int

const (
	literal partKind = iota
	anyRun
	anyOne
	placeholder
)

// partModifiers are the modifiers that stand for wildcards.
var partModifiers = []string{"contains", "startswith", "endswith"}

// textModifiers are those under which a value is still a text that a
// transformation may look into. Encoded values, regular expressions and the
// like are none.
var textModifiers = append([]string{"cased", "expand"}, partModifiers...)

// placeholderPattern is %name%, as the compiler knows it.
var placeholderPattern = regexp.MustCompile(`%([A-Za-z0-9_.-]+)%`)

// parts gives a value as pySigma sees it: a text with the wildcards that its
// modifiers stand for. It gives false for what is no text.
//
//	contains: abc    ->  * abc *
//	expand: %u%.exe  ->  <u> .exe
func (v *value) parts() ([]textPart, bool) {
	for _, m := range v.mods {
		if !slices.Contains(textModifiers, m.Name) {
			return nil, false
		}
	}
	var parts []textPart
	switch x := v.v.(type) {
	case *sigma.String:
		parts = v.stringParts(x)
	case *sigma.Number:
		if !v.partial() {
			return nil, false
		}
		parts = []textPart{{literal, x.Text.Value}}
	default:
		return nil, false
	}
	run := textPart{kind: anyRun}
	if (v.has("contains") || v.has("endswith")) && (len(parts) == 0 || parts[0] != run) {
		parts = slices.Insert(parts, 0, run)
	}
	if (v.has("contains") || v.has("startswith")) && (len(parts) == 0 || parts[len(parts)-1] != run) {
		parts = append(parts, run)
	}
	return parts, true
}

// partial tells whether a modifier asks for a part of the field.
func (v *value) partial() bool {
	return slices.ContainsFunc(partModifiers, v.has)
}

func (v *value) stringParts(s *sigma.String) []textPart {
	var parts []textPart
	for _, r := range s.Runs() {
		switch {
		case r.Kind == sigma.AnyRun:
			parts = append(parts, textPart{kind: anyRun})
		case r.Kind == sigma.AnyOne:
			parts = append(parts, textPart{kind: anyOne})
		case v.has("expand"):
			parts = append(parts, cutPlaceholders(r.Text)...)
		default:
			parts = append(parts, textPart{literal, r.Text})
		}
	}
	return parts
}

func cutPlaceholders(s string) []textPart {
	var parts []textPart
	end := 0
	for _, m := range placeholderPattern.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > end {
			parts = append(parts, textPart{literal, s[end:m[0]]})
		}
		parts = append(parts, textPart{placeholder, s[m[2]:m[3]]})
		end = m[1]
	}
	if end < len(s) {
		parts = append(parts, textPart{literal, s[end:]})
	}
	return parts
}

func hasPlaceholder(parts []textPart) bool {
	return slices.ContainsFunc(parts, func(p textPart) bool { return p.kind == placeholder })
}

func hasWildcard(parts []textPart) bool {
	return slices.ContainsFunc(parts, func(p textPart) bool { return p.kind == anyRun || p.kind == anyOne })
}

// with gives the value a text. Wildcards at its ends become contains and its
// kin again where the modifiers have them; a modifier whose wildcard is gone
// goes too.
func (v *value) with(parts []textPart, mods []sigma.Modifier) value {
	parts = joinLiterals(parts)
	for _, m := range mods {
		if !slices.Contains(partModifiers, m.Name) {
			continue
		}
		before, after := m.Name != "startswith", m.Name != "endswith"
		inner, ok := trimRuns(parts, before, after)
		if !ok {
			mods = without(mods, m.Name)
			break
		}
		parts = inner
		break
	}
	if !hasPlaceholder(parts) {
		mods = without(mods, "expand")
	}
	return value{&sigma.String{Text: sigma.Text{Value: written(parts), At: v.v.Span()}}, mods}
}

// trimRuns takes off the wildcards at the ends that are asked for, if they are
// there and something is left.
func trimRuns(parts []textPart, before, after bool) ([]textPart, bool) {
	if before {
		if len(parts) == 0 || parts[0].kind != anyRun {
			return nil, false
		}
		parts = parts[1:]
	}
	if after {
		if len(parts) == 0 || parts[len(parts)-1].kind != anyRun {
			return nil, false
		}
		parts = parts[:len(parts)-1]
	}
	return parts, len(parts) > 0
}

func joinLiterals(parts []textPart) []textPart {
	var out []textPart
	for _, p := range parts {
		last := len(out) - 1
		switch {
		case p.kind != literal:
			out = append(out, p)
		case p.text == "":
		case last >= 0 && out[last].kind == literal:
			out[last].text += p.text
		default:
			out = append(out, p)
		}
	}
	return out
}

// written writes a text so that it is read as these parts again.
func written(parts []textPart) string {
	var b strings.Builder
	for _, p := range parts {
		switch p.kind {
		case literal:
			b.WriteString(sigma.EscapeString(p.text))
		case anyRun:
			b.WriteByte('*')
		case anyOne:
			b.WriteByte('?')
		case placeholder:
			b.WriteString("%" + p.text + "%")
		}
	}
	return b.String()
}

// plain writes a text as pySigma shows it to regular expressions: wildcards as
// they are, characters like them escaped, backslashes single.
func plain(parts []textPart) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.plain())
	}
	return b.String()
}

var escapeWildcards = strings.NewReplacer("*", `\*`, "?", `\?`)

func (p textPart) plain() string {
	switch p.kind {
	case literal:
		return escapeWildcards.Replace(p.text)
	case anyRun:
		return "*"
	case anyOne:
		return "?"
	default:
		return "%" + p.text + "%"
	}
}

// read gives text that a pipeline writes its parts.
func read(s string) []textPart {
	v := value{v: &sigma.String{Text: sigma.Text{Value: s}}}
	return v.stringParts(v.v.(*sigma.String))
}

// numberText is a number as pySigma writes it: in decimal, whatever the rule's
// base.
func numberText(n *sigma.Number) string {
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
