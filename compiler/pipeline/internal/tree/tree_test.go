package tree

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/sigma"
)

func parse(t *testing.T, detection string) *sigma.Detection {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte("title: T\nlogsource: {product: x}\ndetection:\n"+detection))
	if sigma.HasErrors(diags) {
		t.Fatal(diags)
	}
	return docs[0].(*sigma.Rule).Detection
}

// TestUntouched holds that what nothing changes is unloaded as the block that
// it was.
func TestUntouched(t *testing.T) {
	t.Parallel()
	d := parse(t, "  s: [{a: 1, b|contains|all: [x, y]}, {c: 2}]\n  w: [x, y]\n  condition: s or w\n")
	for _, s := range d.Searches {
		if n := Load(s.Body); n.Touched() || Unload(n) != s.Body {
			t.Errorf("%s was changed", s.Name.Value)
		}
	}
}

// TestText cuts values into parts, and writes them so that they are read as the
// same parts again.
func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key, value, plain, written string
	}{
		{"a", `x*y?\*`, `x*y?\*`, `x*y?\*`},
		{"a|contains", `x`, `*x*`, `*x*`},
		{"a|startswith", `x*`, `x*`, `x*`},
		{"a|endswith", `\x`, `*\x`, `*\x`},
		{"a|expand", `%u%.exe`, `%u%.exe`, `%u%.exe`},
		{"a|cased", `C:\\*`, `C:\*`, `C:\\*`},
		{"a", `C:\\\*`, `C:\\*`, `C:\\\*`},
	} {
		item := parse(t, "  s: {"+test.key+": '"+test.value+"'}\n  condition: s\n").Searches[0].Body.(*sigma.All).Items[0]
		v := Load(item).(*Item).Values[0]
		parts, ok := v.Parts()
		if !ok || parts.Plain() != test.plain || parts.Written() != test.written {
			t.Errorf("%s: %s is %q, written %q", test.key, test.value, parts.Plain(), parts.Written())
		}
		again := v.With(parts, v.Mods)
		if got, _ := again.Parts(); cmp.Diff(parts.Joined(), got.Joined()) != "" {
			t.Errorf("%s: %s is read as %v again", test.key, test.value, got)
		}
	}
	re := parse(t, "  s: {a|re: x}\n  condition: s\n").Searches[0].Body.(*sigma.All).Items[0]
	if _, ok := Load(re).(*Item).Values[0].Parts(); ok {
		t.Error("a regular expression has parts of text")
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ condition, want string }{
		{"a and gone", "a"},
		{"a or gone", "a"},
		{"a and not gone", "a"},
		{"not (gone or a)", "not a"},
		{"not gone", ""},
		{"1 of gone*", ""},
		{"1 of a* or 1 of gone*", "1 of a*"},
		{"all of them", "all of them"},
		{"(a or b) and c", "(a or b) and c"},
	} {
		d := parse(t, "  a: {x: 1}\n  b: {x: 1}\n  c: {x: 1}\n  gone: {x: 1}\n  condition: "+test.condition+"\n")
		got, few := Prune(d.Conditions[0], []string{"a", "b", "c"})
		text := ""
		if got != nil {
			text = sigma.PrintExpr(got.Expr)
		}
		if text != test.want || few != nil {
			t.Errorf("%s is %q, want %q", test.condition, text, test.want)
		}
	}
	d := parse(t, "  a_1: {x: 1}\n  a_2: {x: 1}\n  condition: 2 of a_*\n")
	if _, few := Prune(d.Conditions[0], []string{"a_1"}); few == nil || few.N != 2 {
		t.Error("two of one search were found")
	}
}

func TestNumberText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "00": "0", "-0.5": "-0.5", ".5": "0.5", "010": "10", "0x1F": "31", "0o17": "15", "+5": "5", "1e3": "1e3", "-7": "-7", "0e1": "0e1",
	} {
		if got := NumberText(&sigma.Number{Text: sigma.Text{Value: text}}); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}
