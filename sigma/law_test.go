package sigma

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPrintLaw holds that any tree that can be meant is printed as text that
// is read as that tree.
func TestPrintLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := ruleOf(drawDetection(t))
		text := Print(want)
		docs, diags := Parse("test.yml", []byte(text))
		if HasErrors(diags) || len(docs) != 1 {
			t.Fatalf("%v\n%s", diags, text)
		}
		if diff := cmp.Diff(Document(want), docs[0], sameTree); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s", diff, text)
		}
		if formatted, _ := Format("test.yml", []byte(text)); string(formatted) != text {
			t.Fatalf("canonical text is laid out anew (-want +got):\n%s", cmp.Diff(text, string(formatted)))
		}
	})
}

// nasty draws text with all that YAML and Sigma give a meaning to.
var nasty = rapid.StringOfN(rapid.RuneFrom([]rune("ab0 :#'\"\\*?|>-[]{},&!%@`~<=\n\tä\u0085\u2028😀")), 0, 12, -1)

func drawDetection(t *rapid.T) *Detection {
	d := &Detection{}
	n := rapid.IntRange(1, 4).Draw(t, "searches")
	for i := range n {
		d.Searches = append(d.Searches, search(fmt.Sprintf("s%d", i), drawBlock(t, 2)))
	}
	for range rapid.IntRange(1, 2).Draw(t, "conditions") {
		d.Conditions = append(d.Conditions, &Condition{Expr: drawExpr(t, n, 4)})
	}
	return d
}

// drawBlock draws a body. Lists have a map in them, since one of scalars
// alone is one item.
func drawBlock(t *rapid.T, depth int) Block {
	switch kind := rapid.IntRange(0, 2).Draw(t, "block"); {
	case kind == 0 && depth > 0:
		list := anyOf(drawMap(t))
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			list.Blocks = append(list.Blocks, drawBlock(t, depth-1))
		}
		return list
	case kind == 1:
		it := &Item{Keywords: true, List: rapid.Bool().Draw(t, "list")}
		for range rapid.IntRange(1, 3).Draw(t, "keywords") {
			it.Values = append(it.Values, str(nasty.Draw(t, "keyword")))
		}
		it.List = it.List || len(it.Values) > 1
		return it
	}
	return drawMap(t)
}

func drawMap(t *rapid.T) *All {
	m := &All{}
	for i := range rapid.IntRange(1, 3).Draw(t, "items") {
		field := rapid.StringOfN(rapid.RuneFrom([]rune("ab.:#' -*?[é")), 0, 6, -1).Draw(t, "field")
		it := &Item{Field: text(fmt.Sprintf("f%d%s", i, field))}
		modified := rapid.Bool().Draw(t, "modified")
		if modified {
			it.Modifiers = []Modifier{{Name: "contains"}}
		}
		for range rapid.IntRange(1, 3).Draw(t, "values") {
			it.Values = append(it.Values, drawValue(t, modified))
		}
		it.List = len(it.Values) > 1
		m.Items = append(m.Items, it)
	}
	return m
}

func drawValue(t *rapid.T, modified bool) Value {
	switch rapid.IntRange(0, 3).Draw(t, "value") {
	case 0:
		return num(rapid.SampledFrom([]string{"0", "010", "-1", "+1", "1.50", "1e3", "0x1F", "0o7", ".5", "5."}).Draw(t, "number"))
	case 1:
		if !modified {
			return boolean(rapid.Bool().Draw(t, "boolean"))
		}
	case 2:
		return str(rapid.SampledFrom([]string{"", "null", "~", "true", "5", "yes", "2024-01-01", "1:2", "<<", "=", ".inf", "---", "...", "- a", "? a", "a: b", "'", "\n", " a", "a ", "a\n", "a\n\n", "\na", " \na"}).Draw(t, "word"))
	}
	return str(nasty.Draw(t, "text"))
}

func drawExpr(t *rapid.T, n, depth int) Expr {
	kind := rapid.IntRange(0, 5).Draw(t, "expr")
	if depth == 0 {
		kind = kind % 3
	}
	switch kind {
	case 0, 1:
		return ref(fmt.Sprintf("s%d", rapid.IntRange(0, n-1).Draw(t, "ref")))
	case 2:
		if rapid.Bool().Draw(t, "all") {
			return allOf("s*")
		}
		return nOf(rapid.IntRange(1, n).Draw(t, "n"), "them")
	case 3:
		return not(drawExpr(t, n, depth-1))
	}
	x := []Expr{drawExpr(t, n, depth-1), drawExpr(t, n, depth-1)}
	if kind == 4 {
		return and(x...)
	}
	return or(x...)
}
