package flat

import (
	"regexp/syntax"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
)

// Pattern writes a text as a regular expression of the whole value. It is bound
// to both ends, so that it does not matter whether the language looks for it
// anywhere or wants it to be all.
func Pattern(t *ir.Text) string {
	var b strings.Builder
	b.WriteString("(?s")
	if !t.Cased {
		b.WriteByte('i')
	}
	b.WriteString(")^")
	for _, p := range t.Parts {
		switch p.Kind {
		case ir.AnyRun:
			b.WriteString(".*")
		case ir.AnyOne:
			b.WriteByte('.')
		case ir.Dash:
			b.WriteString("[" + ir.Dashes + "]")
		default:
			b.WriteString(quoteMeta(p.Text))
		}
	}
	b.WriteString(`\z`)
	return b.String()
}

// quoteMeta writes a text for a regular expression of RE2 and of Java.
func quoteMeta(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
			b.WriteByte('\\')
		}
		switch r {
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Regex writes a regular expression of RE2 for RE2 and Java alike, so that it is
// found anywhere in the value, whether the language looks for it anywhere or
// wants it to be all. Groups capture nothing, and the end of the text is \z: that
// is all in which what the printer of the standard library writes is not read
// alike by both.
func Regex(m *ir.Regex) string {
	flags := syntax.Perl
	for _, f := range m.Flags {
		switch f {
		case 'i':
			flags |= syntax.FoldCase
		case 's':
			flags |= syntax.DotNL
		case 'm':
			flags &^= syntax.OneLine
		}
	}
	re, err := syntax.Parse(m.Source, flags)
	if err != nil {
		panic("flat: a regular expression that was read once is not read again: " + err.Error())
	}
	return `(?s:.*)(?:` + portable(re).String() + `)(?s:.*)`
}

func portable(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpCapture {
		return portable(re.Sub[0])
	}
	out := *re
	if re.Op == syntax.OpEndText {
		out.Flags &^= syntax.WasDollar
	}
	out.Sub = make([]*syntax.Regexp, len(re.Sub))
	for i, sub := range re.Sub {
		out.Sub[i] = portable(sub)
	}
	return &out
}
