package sigma

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestYAML has the ways in which people break YAML, with the place to mend.
func TestYAML(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want, fixed string }{
		{"a tab", "a:\n\tb: c\n", "2:1: error: a tab indents the line; YAML indents with blanks [yaml/tab]", "a:\n    b: c\n"},
		{"a tab behind blanks", "a: 1\n  \tb: 2\n", "2:3: error: a tab indents the line; YAML indents with blanks [yaml/tab]", ""},
		{"an open quote at the end", "a: 'b\nc: d\n", "1:4: error: the quote ' is never closed [yaml/quote]", "a: 'b'\nc: d\n"},
		{"an open quote before another", "a: 'b\nc: 'd'\n", "1:4: error: the quote ' is closed only in line 2, and text follows there [yaml/quote]", "a: 'b'\nc: 'd'\n"},
		{"an open double quote in a list", "a:\n  - \"b\n  - \"c\"\n", "2:5: error: the quote \" is closed only in line 3, and text follows there [yaml/quote]", "a:\n  - \"b\"\n  - \"c\"\n"},
		{"a quote in quotes", "a: 'it's'\n", "1:7: error: the quote ' closes the text, and more follows [yaml/quote]", "a: 'it''s'\n"},
		{"a double quote in double quotes", "a: \"b\" \"c\"\n", "1:6: error: the quote \" closes the text, and more follows [yaml/quote]", "a: 'b\" \"c'\n"},
		{"text behind quotes", "a: 'b' c\n", "1:6: error: the quote ' closes the text, and more follows [yaml/quote]", ""},
		{"a Windows path in double quotes", "a: \"C:\\Windows\"\n", `1:7: error: \W is no escape of double quotes; in single quotes \ is itself [yaml/escape]`, "a: 'C:\\Windows'\n"},
		{"half an escape", "a: \"\\xZZ\"\n", `1:5: error: \x is no escape of double quotes; in single quotes \ is itself [yaml/escape]`, "a: '\\xZZ'\n"},
		{"a wildcard without quotes", "a:\n  - x\n  - *\\cmd.exe\n", `3:5: error: text that begins with "*" needs quotes [yaml/quote]`, "a:\n  - x\n  - '*\\cmd.exe'\n"},
		{"a wildcard that looks like an alias", "a: *foo\nb: c\n", `1:4: error: text that begins with "*" needs quotes [yaml/quote]`, "a: '*foo'\nb: c\n"},
		{"a wildcard in brackets", "a: [x, *foo]\n", `1:8: error: text that begins with "*" needs quotes [yaml/quote]`, "a: [x, '*foo']\n"},
		{"a variable", "a: %TEMP%\\x # y\n", `1:4: error: text that begins with "%" needs quotes [yaml/quote]`, "a: '%TEMP%\\x' # y\n"},
		{"a handle", "author: @me\n", `1:9: error: text that begins with "@" needs quotes [yaml/quote]`, "author: '@me'\n"},
		{"a colon in text", "title: Foo: Bar\n", `1:11: error: ":" stands in text without quotes; the text needs quotes [yaml/quote]`, "title: 'Foo: Bar'\n"},
		{"a colon at the end of text", "a: b:\n", `1:5: error: ":" stands in text without quotes; the text needs quotes [yaml/quote]`, "a: 'b:'\n"},
		{"a map below a value", "a: b\n  c: d\n", "2:3: error: the line is indented below line 1, which has a value of its own [yaml/indent]", ""},
		{"no colon", "a: 1\nb\nc: 2\n", `2:1: error: the line has no ":"; a key needs one behind it [yaml/colon]`, ""},
		{"no blank behind a colon", "a:b\nc: d\n", `1:2: error: ":" needs a blank behind it to end a key [yaml/colon]`, "a: b\nc: d\n"},
		{"a wrong column", "x:\n    a: 1\n   b: 2\n", "3:4: error: the line is indented by 3; the maps above it stand at 4, 0 [yaml/indent]", ""},
		{"a key in a list", "a:\n  - b\n  c: d\n", `3:3: error: the line stands where the list of line 2 goes on; it must begin with "- ", or stand in another column [yaml/indent]`, ""},
		{"entries without dashes", "a:\n  'b'\n  'c'\n  'd'\ne: f\n", `2:3: error: one text stands below another; entries of a list begin with "- " [yaml/list]`, "a:\n  - 'b'\n  - 'c'\n  - 'd'\ne: f\n"},
		{"a list below a value", "a:\n  b: 'c'\n    - d\n", `2:6: error: a list begins in line 3, and its key has this value already; the value must be an entry too [yaml/list]`, ""},
		{"a list behind a key", "a: - b\n", "1:4: error: a list must begin on a line of its own below its key [yaml/list]", ""},
		{"an open bracket", "a: [1, 2\nb: 3\n", `1:4: error: "[" is never closed, or a comma is missing behind it [yaml/bracket]`, ""},
		{"an open brace", "a: {b: '}'\nc: 2\n", `1:4: error: "{" is never closed, or a comma is missing behind it [yaml/bracket]`, ""},
		{"brackets that cross", "a: {b: [x, y}\n", `1:8: error: "[" is closed by "}"; "]" must close it first [yaml/bracket]`, ""},
		{"a bracket too many", "a: [b, c]]\n", `1:10: error: "]" closes nothing [yaml/bracket]`, ""},
		{"a pipe before text", "a: |x\n", `1:4: error: text that begins with "|" needs quotes, or must begin on the next line [yaml/quote]`, "a: '|x'\n"},
		{"a control character", "a: b\x01\n", `1:5: error: control character U+0001 can't stand in YAML; in double quotes it is written "\x01" [yaml/encoding]`, ""},
		{"another encoding", "a: caf\xe9\n", "1:7: error: byte 0xE9 is not UTF-8; the file must be saved in UTF-8 [yaml/encoding]", ""},
		{"UTF-16", "\xff\xfea\x00", "1:1: error: the file is in UTF-16; it must be in UTF-8 [yaml/encoding]", ""},
		{"depth", "a: " + deep(200), "1:104: error: lists and maps stand within each other deeper than 100 [yaml/limit]", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, diags := ReadData(NewFile("test.yml", []byte(test.in)))
			if diff := cmp.Diff([]string{test.want}, shorts(diags)); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			if test.fixed == "" {
				return
			}
			got, _ := Apply([]byte(test.in), diags[0].Fixes)
			if diff := cmp.Diff(test.fixed, string(got)); diff != "" {
				t.Errorf("fixed (-want +got):\n%s", diff)
			}
			if problem := yamlProblem(got); problem != "" {
				t.Errorf("the mended text still has a problem: %s", problem)
			}
		})
	}
}

func deep(n int) string {
	var open, closing string
	for range n {
		open, closing = open+"[", closing+"]"
	}
	return open + closing + "\n"
}
