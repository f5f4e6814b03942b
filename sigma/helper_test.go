package sigma

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Constructors of trees, without places.

func text(s string) Text { return Text{Value: s} }

func str(s string) Value      { return &String{text(s)} }
func num(s string) Value      { return &Number{text(s)} }
func boolean(b bool) Value    { return &Bool{b, text(fmt.Sprint(b))} }
func null() Value             { return &Null{} }
func ref(name string) Expr    { return &Ref{Name: name} }
func and(x ...Expr) Expr      { return &And{X: x} }
func or(x ...Expr) Expr       { return &Or{X: x} }
func not(x Expr) Expr         { return &Not{X: x} }
func allOf(p string) Expr     { return &Quantified{All: true, Pattern: p} }
func all(items ...*Item) *All { return &All{Items: items} }
func anyOf(b ...Block) *Any   { return &Any{Blocks: b} }

func nOf(n int, pattern string) Expr { return &Quantified{N: n, Pattern: pattern} }

// item makes an item of a key such as "Field|contains"; several values are a
// list.
func item(key string, values ...Value) *Item {
	field, rest, _ := strings.Cut(key, "|")
	it := &Item{Field: text(field), Keywords: field == "", Values: values, List: len(values) > 1}
	for name := range strings.SplitSeq(rest, "|") {
		if name != "" {
			it.Modifiers = append(it.Modifiers, Modifier{Name: name})
		}
	}
	return it
}

func search(name string, body Block) *Search { return &Search{Name: text(name), Body: body} }

// detection makes a detection with one condition.
func detection(condition Expr, searches ...*Search) *Detection {
	return &Detection{Searches: searches, Conditions: []*Condition{{Expr: condition}}}
}

// inRule stands a detection in a rule; its first line is line 4.
func inRule(detection string) string {
	return "title: t\nlogsource: {product: p}\ndetection:\n" + detection
}

// inCorrelation stands a correlation behind its rule; its first line is line 4.
func inCorrelation(section string) string { return "title: c\nname: c\ncorrelation:\n" + section }

// inFilter stands a filter in its document; its first line is line 4.
func inFilter(section string) string {
	return "title: f\nlogsource: {product: p}\nfilter:\n" + section
}

func ruleOf(d *Detection) *Rule {
	return &Rule{Head: Head{Title: text("t")}, Logsource: &Logsource{Product: text("p")}, Detection: d}
}

// short is a diagnostic without its file: "4:3: error: message [code]".
func short(d *Diagnostic) string {
	return fmt.Sprintf("%s: %s: %s [%s]", d.File.Position(d.At.Start), d.Severity, d.Message, d.Code)
}

func shorts(diags []*Diagnostic) []string {
	var out []string
	for _, d := range diags {
		out = append(out, short(d))
	}
	return out
}

// shared finds the folder of shared data, or skips the test.
func shared(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("SIGPROOF_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			candidate := filepath.Join(filepath.Dir(dir), "shared")
			if _, err := os.Stat(candidate); err == nil {
				return candidate
			}
		}
	}
	t.Skip("the shared corpus is not here; set SIGPROOF_SHARED to its folder")
	return ""
}
