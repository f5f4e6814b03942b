package spl

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

// FuzzQuote says any text in each form of a Text, and asks it of the text
// itself and of its neighbours.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", `\`, `\\`, `"`, `'`, "`", `a\"b`, "*", "?", "a|b", "[", "]]", "$x$", "```", "10.0.0.0/8", "\n", "\x00", "5", "é", `\.+`, "(?i)", `\E`, "%", "search x", "a, b"} {
		f.Add(s)
	}
	doc := &sigma.Rule{}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		literal, run := ir.Part{Kind: ir.Literal, Text: s}, ir.Part{Kind: ir.AnyRun}
		for _, parts := range [][]ir.Part{{literal}, {run, literal}, {literal, run}, {run, literal, run}, {literal, {Kind: ir.AnyOne}}} {
			for _, cased := range []bool{false, true} {
				p := &ir.Program{Doc: doc, Log: schema.Generic, Pred: &ir.Test{Field: &ir.Field{Name: "f"}, Any: []ir.Match{&ir.Text{Parts: parts, Cased: cased}}}}
				q, native := emit(t, p), eval.NewMatcher(p.Pred)
				var events []spleval.Event
				values := []string{s, s + "x", "x" + s, strings.ToUpper(s), strings.TrimSpace(s), strings.ReplaceAll(s, `\`, `\\`), s + "\n"}
				for _, v := range values {
					events = append(events, spleval.NewEvent(spleval.Field{Name: "f", Values: []string{v}}))
				}
				for i, got := range found(t, schema.Generic, q.Text, events...) {
					want := native.Match(&eval.Object{Members: []eval.Member{{Key: "f", Value: eval.String(values[i])}}})
					if got != want && !hasLimit(q.Limits, "spl/case-folding") {
						t.Errorf("SPL says %t of %q\n%s", got, values[i], q.Text)
					}
				}
			}
		}
	})
}
