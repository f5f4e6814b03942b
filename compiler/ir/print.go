package ir

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/schema"
)

// Print writes a program in the text form of the ir: a line a predicate, what
// it holds below it.
func Print(p *Program) string {
	text := fmt.Appendf(nil, "program %q log %s\n", p.Title, p.Log.Name)
	if p.Correlation != nil {
		var b strings.Builder
		b.Write(text)
		printCorrelation(&b, p.Correlation)
		return b.String()
	}
	return string(appendPred(text, p.Pred, 1))
}

// Key is the text of a predicate: equal for predicates that ask the same.
func Key(p Pred) string { return string(AppendKey(nil, p)) }

// AppendKey appends the key of a predicate.
func AppendKey(b []byte, p Pred) []byte { return appendPred(b, p, 0) }

// The text of predicates is appended to bytes: as the key by which passes tell
// predicates apart it is made for each of them, several times.
func appendPred(b []byte, p Pred, depth int) []byte {
	for range depth {
		b = append(b, "  "...)
	}
	switch p := p.(type) {
	case *And:
		return appendAll(append(b, "and\n"...), p.X, depth)
	case *Or:
		return appendAll(append(b, "or\n"...), p.X, depth)
	case *Not:
		return appendPred(append(b, "not\n"...), p.X, depth+1)
	case *Const:
		return append(strconv.AppendBool(b, p.Value), '\n')
	case *Member:
		return appendPred(append(b, "member "+StepText(p.Step)+"\n"...), p.X, depth+1)
	case *Test:
		return append(appendTest(b, p), '\n')
	default:
		panic(fmt.Sprintf("ir: unknown predicate %T", p))
	}
}

func appendAll(b []byte, x []Pred, depth int) []byte {
	for _, p := range x {
		b = appendPred(b, p, depth+1)
	}
	return b
}

// StepText is a selector as rules write it.
func StepText(s schema.Step) string { return schema.Path{s}.String() }

// TestText is a test on one line.
func TestText(t *Test) string { return string(appendTest(nil, t)) }

func appendTest(b []byte, t *Test) []byte {
	if t.Field != nil {
		b = append(b, FieldText(t.Field)...)
	} else {
		b = append(b, "keywords"...)
	}
	b = append(b, " in ("...)
	for i, m := range t.Any {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendMatch(b, m)
	}
	return append(b, ')')
}

// FieldText is a field as the ir's text form writes it: equal for fields that
// are the same.
func FieldText(f *Field) string {
	if f.Path != nil {
		return f.Path.String()
	}
	return f.Name
}

// MatchText is a match as the ir's text form writes it.
func MatchText(m Match) string { return string(appendMatch(nil, m)) }

func appendMatch(b []byte, m Match) []byte {
	switch m := m.(type) {
	case *Text:
		return appendPattern(b, m)
	case *Number:
		return strconv.AppendQuote(append(b, m.Value.String()+" "...), m.Written)
	case *Bool:
		return strconv.AppendBool(b, m.Value)
	case *Null:
		return append(b, "null"...)
	case *Present:
		return append(b, "present"...)
	case *Exists:
		return append(b, "exists"...)
	case *Regex:
		return strconv.AppendQuote(append(b, "re:"+m.Flags+" "...), m.Source)
	case *Compare:
		return append(b, string(m.Op)+" "+m.Value.String()...)
	case *CIDR:
		return m.Prefix.AppendTo(append(b, "cidr "...))
	case *TimePart:
		return append(b, m.Part+" "+string(m.Op)+" "+m.Value.String()...)
	case *FieldRef:
		return append(b, refText(m)...)
	default:
		panic(fmt.Sprintf("ir: unknown match %T", m))
	}
}

func refText(m *FieldRef) string {
	text := "field " + string(m.Kind) + " " + FieldText(m.Other)
	if m.Cased {
		return text + " cased"
	}
	return text
}

// appendPattern quotes a pattern; wildcards stand outside of the quotes.
func appendPattern(b []byte, t *Text) []byte {
	if t.Cased {
		b = append(b, "cased "...)
	}
	for _, p := range t.Parts {
		switch p.Kind {
		case Literal:
			b = strconv.AppendQuote(b, p.Text)
		case AnyRun:
			b = append(b, '*')
		case AnyOne:
			b = append(b, '?')
		case Dash:
			b = append(b, '-')
		}
	}
	if len(t.Parts) == 0 {
		b = append(b, `""`...)
	}
	return b
}

func printCorrelation(b *strings.Builder, c *Correlation) {
	fmt.Fprintf(b, "  %s within %ds\n", c.Type, c.Window)
	for _, in := range c.Inputs {
		fmt.Fprintf(b, "  of %s %q\n", in.Name, in.Program.Title)
	}
	printGroups(b, "by", c.GroupBy)
	printGroups(b, "values", c.Values)
	if c.Type == "value_percentile" {
		fmt.Fprintf(b, "  percentile %s\n", c.Percent)
	}
	for _, w := range c.Where {
		fmt.Fprintf(b, "  where %s %s\n", w.Op, w.Value)
	}
}

func printGroups(b *strings.Builder, word string, groups []Group) {
	for _, g := range groups {
		names := make([]string, len(g.Fields))
		for i, f := range g.Fields {
			names[i] = FieldText(f)
		}
		fmt.Fprintf(b, "  %s %s: %s\n", word, g.Name, strings.Join(names, ", "))
	}
}
