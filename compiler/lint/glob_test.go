package lint

import (
	"testing"

	"github.com/sigproof/sigproof/sigma"
)

func TestGlobWithin(t *testing.T) {
	t.Parallel()
	text := func(s string) sigma.Value { return &sigma.String{Text: sigma.Text{Value: s}} }
	for _, test := range []struct {
		modifier, narrow, wide string
		want                   bool
	}{
		{"", "abc", "a*", true},
		{"", "a*", "abc", false},
		{"", "ABC", "abc", true},
		{"cased", "ABC", "abc", false},
		{"", "a?c", "a*", true},
		{"", "a*c", "a?c", false},
		{"", `a\*`, "a*", true},
		{"", "a*", `a\*`, false},
		{"", `a\*`, `a\*`, true},
		{"", "abcabd", "*abd", true},
		{"", "abdabc", "*abd", false},
		{"", "anything", "*", true},
		{"", "", "*", true},
		{"", "", "?", false},
		{"contains", "xaby", "ab", true},
		{"contains", "ab", "xaby", false},
		{"startswith", "abc", "ab", true},
		{"startswith", "xab", "ab", false},
		{"endswith", "xab", "ab", true},
		{"endswith", "abx", "ab", false},
		{"contains", "\u017fOx", "so", true},
		{"contains", "\u212a", "K", true},
		{"startswith", "a", "", true},
	} {
		item := &sigma.Item{Field: sigma.Text{Value: "F"}}
		if test.modifier != "" {
			item.Modifiers = []sigma.Modifier{{Name: test.modifier}}
		}
		narrow, ok := globOf(item, text(test.narrow))
		wide, ok2 := globOf(item, text(test.wide))
		if !ok || !ok2 {
			t.Fatalf("%+v: no text", test)
		}
		if got := narrow.within(wide); got != test.want {
			t.Errorf("%s: %q within %q: %v, want %v", test.modifier, test.narrow, test.wide, got, test.want)
		}
	}
}

// TestGlobOfOthers wants no glob of what is not compared as text.
func TestGlobOfOthers(t *testing.T) {
	t.Parallel()
	item := func(modifiers ...string) *sigma.Item {
		i := &sigma.Item{Field: sigma.Text{Value: "F"}}
		for _, m := range modifiers {
			i.Modifiers = append(i.Modifiers, sigma.Modifier{Name: m})
		}
		return i
	}
	number := &sigma.Number{Text: sigma.Text{Value: "5"}}
	for _, m := range []string{"re", "cidr", "base64", "windash", "expand", "fieldref", "gt", "exists"} {
		if _, ok := globOf(item(m), &sigma.String{Text: sigma.Text{Value: "5"}}); ok {
			t.Errorf("%s has a glob", m)
		}
	}
	if _, ok := globOf(item(), number); ok {
		t.Error("a number is compared as text")
	}
	if _, ok := globOf(item("contains"), number); !ok {
		t.Error("a number that is part of a text is not")
	}
}
