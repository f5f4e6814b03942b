package kql

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigproof/sigproof/compiler/ir"
)

// quote makes a string literal. Line breaks and tabs are escaped, since a raw
// line break ends the literal; so are characters that nobody sees.
func quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + strings.Count(s, `\`) + len(`""`))
	b.WriteByte('"')
	start := 0 // of what stands as it is
	for i, r := range s {
		if r != '"' && r != '\\' && r != utf8.RuneError && unicode.IsPrint(r) {
			continue
		}
		b.WriteString(s[start:i])
		writeEscaped(&b, r)
		_, size := utf8.DecodeRuneInString(s[i:])
		start = i + size
	}
	b.WriteString(s[start:])
	b.WriteByte('"')
	return b.String()
}

func writeEscaped(b *strings.Builder, r rune) {
	switch {
	case r == '"' || r == '\\':
		b.WriteByte('\\')
		b.WriteRune(r)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r == utf8.RuneError: // also for a byte that is no character
		b.WriteRune(r)
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

// quoteRegex makes a string literal of a regular expression: a verbatim one,
// in which backslashes stand as they are, unless it needs an escape.
func quoteRegex(s string) string {
	if !strings.Contains(s, `\`) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return quote(s)
	}
	return `@"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// number makes the literal of a number: a long or a decimal, which are exact.
func number(d ir.Decimal) string {
	if _, ok := d.Integer(); ok {
		return d.String()
	}
	return "decimal(" + d.String() + ")"
}

// realNumber makes a literal that compares with a real column.
func realNumber(d ir.Decimal) string {
	if s := d.String(); strings.Contains(s, ".") {
		return s
	}
	if _, ok := d.Integer(); ok {
		return d.String()
	}
	return "real(" + d.String() + ")"
}

// reserved are the words that Microsoft's analyser does not take as the name
// of a column or property unless it stands in brackets.
var reserved = strings.Fields(`
	accumulate and as asc bagexpansion between bool boolean by byte callout cancel char contains contains_cs datatable
	date datetime decimal decodeblocks desc double dynamic earliest endswith endswith_cs expandoutput external_data
	externaldata false find first flags float guid has has_all has_any has_cs hasprefix hasprefix_cs hassuffix
	hassuffix_cs in int int16 int32 int64 invoke isfuzzy kind last latest let like long materialize missing not notlike
	null of on or print project queries real relaxed sample search set simple startswith startswith_cs string time
	timeline timespan title to toscalar totable true typeof union uniqueid verbose views where`)

// name makes the name of a column. One with odd characters stands in
// brackets: in quotes alone it would be a string.
func name(s string) string {
	if isIdentifier(s) && !slices.Contains(reserved, s) {
		return s
	}
	double := quote(s)
	inner := strings.ReplaceAll(double[1:len(double)-1], `\"`, `"`)
	return "['" + strings.ReplaceAll(inner, "'", `\'`) + "']"
}

// property makes the access to a key below a dynamic value.
func property(s string) string {
	if isIdentifier(s) && !slices.Contains(reserved, s) {
		return "." + s
	}
	return "[" + quote(s) + "]"
}

func isIdentifier(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// pascal joins the words of a name: "role.name" is RoleName.
func pascal(s string) string {
	var b strings.Builder
	up := true
	for _, r := range s {
		switch {
		case !isIdentifier("x" + string(r)):
			up = true
		case up:
			b.WriteRune(unicode.ToUpper(r))
			up = false
		default:
			b.WriteRune(r)
		}
	}
	out := b.String()
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		return "Field" + out
	}
	return out
}

// Column gives the column in which the result of a correlation holds a
// group-by value: the name as the rule writes it if KQL can take it as it
// is, else its words joined: ActorId for actor.id.
func Column(group string) string {
	if isIdentifier(group) && !slices.Contains(reserved, group) {
		return group
	}
	return pascal(group)
}
