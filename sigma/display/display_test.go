package display

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDisplay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		show func(string) string
		in   string
		want string
	}{
		{"what drives a terminal", Text, "a\x1b[31mb\x07\u009bc\x00\u202ed\u2066", "a\uFFFD[31mb\uFFFD\uFFFDc\uFFFD\uFFFDd\uFFFD"},
		{"other letters stay", Text, "ä\t日本\né 👍", "ä\t日本\né 👍"},
		{"line breaks", Text, "a\r\nb\rc\n", "a\r\nb\uFFFDc\n"},
		{"commands of servers", Log, "a\n ::error::x\nb::c ##[set]y ##vso[z]", "a\n :\uFFFDerror::x\nb::c #\uFFFD[set]y #\uFFFDvso[z]"},
		{"one line", Line, "::a\r\n::b\n\tc\u0085d\u2028e", ":\uFFFDa ::b  c d e"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.show(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Plain title (a, b): 50% of c-d": "Plain title (a, b): 50% of c-d",
		"a|b `c` *d* __e__ ~~f~~ \\g":    "a\\|b \\`c\\` \\*d\\* \\_\\_e\\_\\_ \\~\\~f\\~\\~ \\\\g",
		"<!-- <img src=x> &lt;":          "&lt;!-- &lt;img src=x> &amp;lt;",
		"![x](https://x.example/p.png)":  "!\\[x](https://x.example/p.png)",
		"@org/team, eve@x.example (@a)":  "@&#8203;org/team, eve@x.example (@&#8203;a)",
		"fixes #12 of o/r#3, C#":         "fixes #&#8203;12 of o/r#&#8203;3, C#",
		"two\r\nlines\x1b[1m":            "two lines\uFFFD\\[1m",
	} {
		if got := Markdown(in); got != want {
			t.Errorf("%s\nis written %s\nand not     %s", in, got, want)
		}
	}
}

// TestDisplayLaws holds for any text that what is shown drives nothing, is one
// line where it must be, and is shown alike when it is shown again.
func TestDisplayLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", " ", "\t", "\n", "\r", "\x1b", "\u009b", "\u202e", "\u2028", "::", ":", "##", "[", "vso[", "|", "\\"})).Draw(t, "text"), "")
		line := Line(text)
		if line != Line(line) || strings.ContainsAny(line, "\n\r\t") || strings.ContainsFunc(line, drives) {
			t.Errorf("%q is shown as %q", text, line)
		}
		for _, l := range strings.Split(Log(text), "\n") {
			if strings.HasPrefix(strings.TrimSpace(l), "::") || strings.Contains(l, "##[") || strings.Contains(l, "##vso[") {
				t.Errorf("%q is logged as %q", text, l)
			}
		}
	})
}
