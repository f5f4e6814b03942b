package sigma

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLimits has files that are made to harm. Each is refused with one clear
// line, in a time that leaves room for a busy machine.
func TestLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("documents that are made to be slow take a while")
	}
	t.Parallel()
	if testing.Short() {
		t.Skip("files of megabytes take seconds")
	}
	repeat := func(s string) string { return strings.Repeat(s, (MaxSize-100)/len(s)) }
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'z'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9))
	}
	for _, test := range []struct{ name, in, want string }{
		{"size", strings.Repeat("#", MaxSize+1), "1:1: error: the file has more than 4194304 bytes, and no more are read [yaml/too-large]"},
		{"nodes", repeat("- 1\n"), "500000:3: error: the file unfolds to more than 500000 keys and values [yaml/limit]"},
		{"nodes on one line", "a: [" + repeat("1,") + "]", "1:999999: error: the file unfolds to more than 500000 keys and values [yaml/limit]"},
		{"aliases", bomb, "2:4: error: the file has more than 1000 aliases [yaml/limit]"},
		{"text behind aliases", "a: &a " + strings.Repeat("x", 1<<20) + "\nb: [" + strings.Repeat("*a, ", 9) + "]\n", "2:37: error: aliases bring in more than 8388608 bytes of keys and values [yaml/limit]"},
		{"a long regular expression", inRule("  a: {b|re: '" + strings.Repeat("x", MaxRegex+1) + "'}\n  condition: a\n"), "4:13: error: the regular expression has more than 65536 bytes; split it [value/regex]"},
		{"groups of a regular expression", inRule("  a: {b|re: '" + strings.Repeat("(x*)*", 201) + "'}\n  condition: a\n"), `4:13: error: the regular expression has more than 200 groups that capture; "(?:" begins one that does not [value/regex]`},
		{"an anchor within itself", "a: &a [*a]\n", "1:4: error: lists and maps stand within each other deeper than 100 [yaml/limit]"},
		{"brackets", repeat("["), "1:1: error: lists and maps stand within each other deeper than 100 [yaml/limit]"},
		{"an open quote", "'" + repeat("a\n"), "1:1: error: the quote ' is never closed [yaml/quote]"},
		{"broken documents", repeat("---\na: 'b\n"), "2:4: error: the quote ' is never closed [yaml/quote]"},
		{"parentheses", inRule("  a: x\n  condition: " + strings.Repeat("(", 100_000) + "a\n"), "5:514: error: parentheses nest deeper than 500 [condition/syntax]"},
		{"negations", inRule("  a: x\n  condition: " + strings.Repeat("not ", 100_000) + "a\n"), `5:14: error: more than 500 "not" in a row [condition/syntax]`},
		{"names", inRule("  a: x\n  condition: " + strings.Repeat("a or ", 100_000) + "a\n"), "5:50014: error: the conditions name more than 10000 searches; split the document [condition/too-large]"},
		{"unknown names", inRule("  a: x\n  condition: " + strings.Repeat("b or ", 9_000) + "b\n"), `5:14: error: condition names "b", and no search of the detection has that name [condition/undefined-search]`},
		{"quantifiers", inRule(numbered(1000, "  s%[1]d: v\n") + "  condition: " + strings.Repeat("1 of x*s* or ", 9_000) + "s1\n"), `1004:19: error: no search of the detection is named like "x*s*" [condition/undefined-search]`},
		{"searches", inRule(numbered(100_000, "  s%[1]d: v\n") + "  condition: all of s*\n"), "1004:3: error: the detection has more than 1000 searches; values of one field belong in a list [detection/too-many]"},
		{"a long name", inRule("  ? " + strings.Repeat("n", 1<<20) + "\n  : x\n  condition: " + strings.Repeat("m", 1<<20) + "\n"), `6:14: error: condition names "mmm`},
		{"rules of a correlation", "title: C\ncorrelation:\n  type: temporal\n  timespan: 1h\n  rules:\n" + numbered(100_000, "  - r%d\n"), `1006:5: error: "rules" has more than 1000 entries; split the document [references/too-many]`},
		{"names of rules", "title: C\ncorrelation:\n  type: temporal\n  timespan: 1h\n  condition: r" + numbered(9000, " or r%d") + "\n", `5:7901: error: "condition" has more than 1000 entries; split the document [references/too-many]`},
		{"aliases", "title: C\ncorrelation:\n  type: temporal\n  timespan: 1h\n  rules: [a]\n  aliases:\n" + numbered(100_000, "    a%d: {a: b}\n"), `1007:5: error: "aliases" has more than 1000 entries; split the document [references/too-many]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			_, diags := Parse("test.yml", []byte(test.in))
			if len(diags) == 0 || len(diags) > MaxReports+1 {
				t.Fatalf("got %d diagnostics", len(diags))
			}
			if got := short(diags[0]); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

// numbered writes n lines of a format that takes the number of the line.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestAllow has a file that is larger than most, for someone who wants it.
func TestAllow(t *testing.T) {
	if testing.Short() {
		t.Skip("documents that are made to be slow take a while")
	}
	t.Parallel()
	src := []byte(inRule("  s:\n    a:\n" + numbered(600_000, "      - %d\n") + "  condition: s\n"))
	docs, diags := ParseFile(NewFile("test.yml", src).Allow(len(src)))
	if len(docs) != 1 || len(diags) > 0 {
		t.Errorf("got %d documents, and %v", len(docs), diags)
	}
	_, diags = ParseFile(NewFile("test.yml", src).Allow(len(src) - 1))
	if len(diags) != 1 || diags[0].Code != "yaml/too-large" {
		t.Errorf("one byte too many gives %v", diags)
	}
}

// TestCollectionLimits has documents that refer to each other in ways that are
// made to be slow: what is said of them is bounded.
func TestCollectionLimits(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads ten thousand documents, several times")
	}
	rules := numbered(10_000, "---\ntitle: T%[1]d\nname: r%[1]d\nlogsource: {category: test}\ndetection: {s: {a: b}, condition: s}\n")
	correlations := func(n int, rule func(i int) string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "---\ntitle: C%[1]d\nname: c%[1]d\ncorrelation: {type: temporal, rules: [%s], timespan: 1h}\n", i, rule(i))
		}
		return b.String()
	}
	for _, test := range []struct {
		name, in, want string
		count          int
	}{
		{"a long circle", correlations(20_000, func(i int) string { return fmt.Sprintf("c%d", (i+1)%20_000) }), `4:39: error: the correlation waits for itself: "C0" -> "C1" -> "C2"`, 1},
		{"nothing", rules + correlations(20_000, func(i int) string { return fmt.Sprintf("x%d", i) }), `50004:39: error: no document has the id or name "x0" [collection/dangling]`, MaxReports + 1},
		{"titles", rules + correlations(20_000, func(i int) string { return fmt.Sprintf("T%d", i%10_000) }), `50004:39: info: "T0" is a title; an id or name lasts longer [collection/title-reference]`, MaxReports + 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			docs, diags := Parse("test.yml", []byte(test.in))
			if len(diags) > 0 {
				t.Fatal(diags[0])
			}
			_, diags = NewCollection(docs)
			if len(diags) != test.count {
				t.Fatalf("got %d diagnostics, want %d", len(diags), test.count)
			}
			if got := short(diags[0]); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	t.Parallel()
	_, diags := Parse("test.yml", []byte(inRule("  a: x\n  condition: "+strings.Repeat("b", 5000)+"\n")))
	if len(diags) != 1 || len(diags[0].Message) > 1100 || !strings.Contains(diags[0].Message, "…") {
		t.Errorf("got %v", diags)
	}
}
