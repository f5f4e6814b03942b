package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/spl"
)

var update = flag.Bool("update", false, "write what is generated anew")

// TestGoldenLimitsPage wants docs/limits.md to list what the languages declare.
func TestGoldenLimitsPage(t *testing.T) {
	t.Parallel()
	const name = "../../docs/limits.md"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := string(page)
	want = between(want, "kql", limitLines(kql.Limits()))
	want = between(want, "spl", limitLines(spl.Limits()))
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("docs/limits.md is stale, make golden writes it (-want +got):\n%s", diff)
	}
}

func limitLines(kinds []targets.LimitKind) []string {
	var lines []string
	for _, k := range kinds {
		lines = append(lines, fmt.Sprintf("- `%s`: %s", k.Code, k.Doc))
	}
	return lines
}

// between replaces what stands between the marks of a name.
func between(page, name string, lines []string) string {
	marked := regexp.MustCompile(`(?s)(<!-- ` + name + ` -->\n).*?(<!-- end -->)`)
	return marked.ReplaceAllStringFunc(page, func(old string) string {
		return "<!-- " + name + " -->\n" + strings.Join(lines, "\n") + "\n<!-- end -->"
	})
}
