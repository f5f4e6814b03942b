package lint_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler/lint"
	"github.com/sigproof/sigproof/sigma"
)

// TestHostile has documents on which a check that holds each part against each
// other would never end. What is said of them is bounded, and so is what it
// takes. Not parallel: the memory of other tests would be counted too.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("documents that are made to be slow take a while")
	}
	lines := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	rule := func(detection string) string {
		return "title: T\nlogsource: {category: test}\ndetection:\n" + detection
	}
	long := strings.Repeat("a", 1<<20)
	for _, test := range []struct{ name, in string }{
		{"numbers", rule("  s:\n    a:\n" + lines(100_000, "      - %d\n") + "  condition: s\n")},
		{"fields", rule("  s:\n" + lines(50_000, "    a%d: v\n") + "  condition: s\n")},
		{"stars", rule("  s:\n" + lines(50_000, "    a%d: '*v'\n") + "  condition: s\n")},
		{"one line", rule("  s:\n    a: [" + lines(100_000, "v%d, ") + strings.Repeat("v, ", 100_000) + "v]\n  condition: s\n")},
		{"names", rule("  s: {a: b}\n  t: {c: d}\n  condition: " + strings.Repeat("s or t or ", 4500) + "s\n")},
		{"parentheses", rule("  s: {a: b}\n  condition: " + strings.Repeat(strings.Repeat("(", 100)+"s"+strings.Repeat(")", 100)+" or ", 2000) + "s\n")},
		{"documents", lines(10_000, "---\ntitle: T%d\nlogsource: {category: test}\ndetection:\n s: {a: b}\n condition: s\n")},
		{"long values", rule("  s:\n    a:\n      - '*" + long + "b*'\n      - '*" + long + long + "*'\n  condition: s\n")},
		{"comments", rule("  s:\n    a: b\n" + lines(20_000, "    # sigproof:ignore a/b%d\n") + "  condition: s\n")},
		{"lists", rule("  s:\n    " + strings.Repeat("- ", 95) + "a: b\n  condition: s\n")},
		{"activities", "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection:\n  s:\n    operationName:\n" +
			lines(50_000, "      - 'Add membr%d'\n") + "      - '" + strings.Repeat("*a", 400_000) + "'\n  condition: s\n"},
		{"question marks", rule("  s:\n    a: '" + strings.Repeat("?a", 200_000) + "'\n  condition: s\n")},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := lint.Run([]lint.Source{{Name: "t.yml", Src: []byte(test.in)}}, &lint.Options{Enable: []string{"all"}})
			runtime.ReadMemStats(&after)
			if len(r.Docs) == 0 || len(r.Diags) > 3*sigma.MaxReports {
				t.Errorf("%d documents, %d findings", len(r.Docs), len(r.Diags))
			}
			if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 2000 {
				t.Errorf("took %d MiB", grown)
			}
		})
	}
}
