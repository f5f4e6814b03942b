package compiler_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// lines writes n lines of a format that takes the number of the line.
func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// tree writes correlations that each look at one or two documents before them.
func tree(n, each int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		rules := []string{fmt.Sprintf("c%d", i-1), fmt.Sprintf("c%d", max(i-2, 0))}
		fmt.Fprintf(&b, "---\ntitle: C%d\nname: c%d\ncorrelation:\n  type: temporal\n  rules: [%s]\n  timespan: 1h\n", i, i, strings.Join(rules[:each], ", "))
	}
	return b.String()
}

func ruleOf(detection string) string {
	return "title: T\nlogsource: {category: test}\ndetection:\n" + detection
}

// TestUnfolding has rules that are short and mean much: each compiles, or is
// refused with one line, within a memory that does not grow with what it means.
// Not parallel: the memory of other tests would be counted too.
func TestUnfolding(t *testing.T) {
	if testing.Short() {
		t.Skip("documents that are made to be slow take a while")
	}
	many := make([]string, 100)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for _, test := range []struct{ name, in, want string }{
		{"cross product", ruleOf(lines(900, "  s%[1]d: {a%[1]d: v}\n") + "  condition: " + strings.Repeat("1 of s* or ", 1000) + "s1\n"),
			"904:1532: error: the rule unfolds to more than 500000 tests and values; split it [condition/too-large]"},
		{"combinations", ruleOf(lines(14, "  s%[1]d: {a%[1]d: v}\n") + "  condition: " + strings.Repeat("6 of s* or ", 1000) + "s1\n"),
			"18:399: error: the rule unfolds to more than 500000 tests and values; split it [condition/too-large]"},
		{"more combinations", ruleOf(lines(40, "  s%[1]d: {a%[1]d: v}\n") + "  condition: 20 of s*\n"),
			"44:14: error: 20 of 40 searches can be chosen in more than 5000 ways; split the condition [condition/too-many]"},
		{"placeholders", ruleOf("  s:\n    a|expand:\n" + lines(4000, "      - '%%%%m%%%% %d'\n") + "  condition: s\n"), ""},
		{"placeholders of lists", ruleOf("  s:\n    a|expand:\n" + lines(60, "      - '%%m%%%%n%% %d'\n") + "  condition: s\n"),
			"56:9: error: the rule unfolds to more than 500000 tests and values; split it [condition/too-large]"},
		{"placeholders of one value", ruleOf("  s: {a|expand: '%m%%n%%o%'}\n  condition: s\n"),
			`4:17: error: the placeholders of "%m%%n%%o%" stand for more than 10000 texts [placeholder/too-many]`},
		{"wildcards", ruleOf("  s: {a: '" + strings.Repeat("*a", 1_100_000) + "'}\n  condition: s\n"),
			"5:14: error: the rule unfolds to more than 500000 tests and values; split it [condition/too-large]"},
		{"maps of one field", ruleOf("  s:\n" + lines(60_000, "    - {a: v%d}\n") + "  condition: s\n"), ""},
		{"maps that share", ruleOf("  s:\n" + lines(60_000, "    - {a: v, b%d: w}\n") + "  condition: s\n"), ""},
		{"values", ruleOf("  s:\n    a:\n" + lines(200_000, "    - v%d\n") + "  condition: s\n"), ""},
		{"a tree of correlations", "name: c0\n" + ruleOf("  s: {a: b}\n  condition: s\n") + tree(40, 2),
			"95:9: error: the correlation looks at more than 1000 documents, those of its inputs counted each time [correlation/too-large]"},
		{"a chain of correlations", "name: c0\n" + ruleOf("  s: {a: b}\n  condition: s\n") + tree(40, 1),
			"151:9: error: correlations look at each other more than 20 deep [correlation/too-large]"},
		{"a rule counted often", "name: c0\n" + ruleOf("  s:\n    a:\n"+lines(100_000, "    - v%d\n")+"  condition: s\n") + tree(5, 2),
			"100026:9: error: the rules that the correlation looks at unfold to more than 500000 tests and values, counted each time [correlation/too-large]"},
		{"filters", "title: R\nlogsource: {category: test}\ndetection:\n  s: {a: b}\n  condition: s\n" +
			lines(2000, "---\ntitle: F%[1]d\nlogsource: {category: test}\nfilter: {rules: any, s: {a: v}, condition: s}\n"),
			"1:8: error: 2000 filters apply to the rule; at most 1000 may [filter/too-many]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			docs, diags := sigma.Parse("t", []byte(test.in))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, more := compiler.Compile(docs, &compiler.Options{
				Log: schema.Generic, Define: map[string][]string{"m": many, "n": many, "o": many},
			})
			runtime.ReadMemStats(&after)
			var got []string
			for _, d := range append(diags, more...) {
				if d.Severity == sigma.Error {
					got = append(got, strings.TrimPrefix(d.String(), "t:"))
				}
			}
			if text := strings.Join(got, "\n"); text != test.want {
				t.Errorf("got %.1000s\nwant %s", text, test.want)
			}
			if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 1500 {
				t.Errorf("took %d MiB", grown)
			}
		})
	}
}
