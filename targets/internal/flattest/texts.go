package flattest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
)

// signs are characters that some language reads as more than themselves.
const signs = `ab%_*?\'"/|.()[]{}^$&<>=!~-@,;: ` + "\n\té"

// Texts holds generated texts and patterns against the reference matcher: what a
// language writes must read back as what was meant, or be refused.
func Texts(t *testing.T, l Language) {
	t.Helper()
	base := Compile(t, item("a: x"))
	field := base.Pred.(*ir.Test).Field
	rapid.Check(t, func(t *rapid.T) {
		text := &ir.Text{Parts: parts(t), Cased: rapid.Bool().Draw(t, "cased")}
		p := *base
		p.Pred = &ir.Test{Field: field, Any: []ir.Match{text}}
		if rapid.Bool().Draw(t, "negated") {
			p.Pred = &ir.Not{X: p.Pred}
		}
		q, _ := l.Emit(&p)
		if q == nil {
			return // refused
		}
		event := &eval.Object{Members: []eval.Member{{Key: "a", Value: eval.String(value(t, text))}}}
		if event.Members[0].Value == eval.String("") {
			return // a limit of most languages
		}
		got, err := l.Match(q.Text, &p, event)
		if err != nil {
			t.Fatalf("%v\n%s", err, q.Text)
		}
		if want := eval.NewMatcher(p.Pred).Match(event); got != want {
			t.Fatalf("%s: got %t, want %t\n%s", eval.JSON(event), got, want, q.Text)
		}
	})
}

// parts draws a pattern as the compiler makes them: no two literals, nor two
// stars, stand beside each other, and it is not nothing but stars.
func parts(t *rapid.T) []ir.Part {
	var out []ir.Part
	literal := false
	for range rapid.IntRange(1, 4).Draw(t, "parts") {
		kind := rapid.SampledFrom([]ir.PartKind{ir.Literal, ir.Literal, ir.AnyRun, ir.AnyOne, ir.Dash}).Draw(t, "kind")
		if len(out) > 0 && out[len(out)-1].Kind == kind && (kind == ir.Literal || kind == ir.AnyRun) {
			continue
		}
		part := ir.Part{Kind: kind}
		if kind == ir.Literal {
			part.Text = rapid.StringOfN(rapid.SampledFrom([]rune(signs)), 1, 5, -1).Draw(t, "literal")
		}
		literal = literal || kind != ir.AnyRun
		out = append(out, part)
	}
	if !literal {
		out = append(out, ir.Part{Kind: ir.Literal, Text: "a"})
	}
	return out
}

// value draws a text that a pattern is likely to meet, or nearly so.
func value(t *rapid.T, text *ir.Text) string {
	anything := rapid.StringOfN(rapid.SampledFrom([]rune(signs)), 0, 3, -1)
	var b strings.Builder
	for _, p := range text.Parts {
		switch p.Kind {
		case ir.Literal:
			b.WriteString(p.Text)
		case ir.AnyRun:
			b.WriteString(anything.Draw(t, "run"))
		case ir.AnyOne:
			b.WriteRune(rapid.SampledFrom([]rune(signs)).Draw(t, "one"))
		default:
			b.WriteRune(rapid.SampledFrom([]rune(ir.Dashes)).Draw(t, "dash"))
		}
	}
	s := []rune(b.String())
	switch rapid.IntRange(0, 3).Draw(t, "change") {
	case 1:
		return strings.ToUpper(string(s))
	case 2:
		return string(s) + anything.Draw(t, "more")
	case 3:
		if len(s) > 0 { // other characters in place of one
			i := rapid.IntRange(0, len(s)-1).Draw(t, "place")
			return string(s[:i]) + anything.Draw(t, "other") + string(s[i+1:])
		}
	}
	return string(s)
}
