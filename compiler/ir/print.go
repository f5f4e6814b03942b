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
	var b strings.Builder
	fmt.Fprintf(&b, "program %q log %s\n", p.Title, p.Log.Name)
	if p.Correlation != nil {
		printCorrelation(&b, p.Correlation)
		return b.String()
	}
	printPred(&b, p.Pred, 1)
	return b.String()
}

// Key is the text of a predicate: equal for predicates that ask the same.
func Key(p Pred) string {
	var b strings.Builder
	printPred(&b, p, 0)
	return b.String()
}

func printPred(b *strings.Builder, p Pred, depth int) {
	b.WriteString(strings.Repeat("  ", depth))
	switch p := p.(type) {
	case *And:
		printAll(b, "and", p.X, depth)
	case *Or:
		printAll(b, "or", p.X, depth)
	case *Not:
		printAll(b, "not", []Pred{p.X}, depth)
	case *Const:
		fmt.Fprintf(b, "%t\n", p.Value)
	case *Member:
		printAll(b, "member "+StepText(p.Step), []Pred{p.X}, depth)
	case *Test:
		b.WriteString(TestText(p) + "\n")
	default:
		panic(fmt.Sprintf("ir: unknown predicate %T", p))
	}
}

func printAll(b *strings.Builder, word string, x []Pred, depth int) {
	b.WriteString(word + "\n")
	for _, p := range x {
		printPred(b, p, depth+1)
	}
}

// StepText is a selector as rules write it.
func StepText(s schema.Step) string { return schema.Path{s}.String() }

// TestText is a test on one line.
func TestText(t *Test) string {
	matches := make([]string, len(t.Any))
	for i, m := range t.Any {
		matches[i] = MatchText(m)
	}
	name := "keywords"
	if t.Field != nil {
		name = fieldText(t.Field)
	}
	return name + " in (" + strings.Join(matches, ", ") + ")"
}

func fieldText(f *Field) string {
	if f.Path != nil {
		return f.Path.String()
	}
	return f.Name
}

// MatchText is a match as the ir's text form writes it.
func MatchText(m Match) string {
	switch m := m.(type) {
	case *Text:
		return patternText(m)
	case *Number:
		return m.Value.String() + " " + strconv.Quote(m.Written)
	case *Bool:
		return strconv.FormatBool(m.Value)
	case *Null:
		return "null"
	case *Present:
		return "present"
	case *Exists:
		return "exists"
	case *Regex:
		return "re:" + m.Flags + " " + strconv.Quote(m.Source)
	case *Compare:
		return string(m.Op) + " " + m.Value.String()
	case *CIDR:
		return "cidr " + m.Prefix.String()
	case *TimePart:
		return m.Part + " " + string(m.Op) + " " + m.Value.String()
	case *FieldRef:
		return refText(m)
	default:
		panic(fmt.Sprintf("ir: unknown match %T", m))
	}
}

func refText(m *FieldRef) string {
	text := "field " + string(m.Kind) + " " + fieldText(m.Other)
	if m.Cased {
		return text + " cased"
	}
	return text
}

// patternText quotes a pattern; wildcards stand outside of the quotes.
func patternText(t *Text) string {
	var b strings.Builder
	if t.Cased {
		b.WriteString("cased ")
	}
	for _, p := range t.Parts {
		switch p.Kind {
		case Literal:
			b.WriteString(strconv.Quote(p.Text))
		case AnyRun:
			b.WriteByte('*')
		case AnyOne:
			b.WriteByte('?')
		case Dash:
			b.WriteByte('-')
		}
	}
	if len(t.Parts) == 0 {
		b.WriteString(`""`)
	}
	return b.String()
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
			names[i] = fieldText(f)
		}
		fmt.Fprintf(b, "  %s %s: %s\n", word, g.Name, strings.Join(names, ", "))
	}
}
