package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	var lines []string
	for _, l := range kql.Limits() {
		lines = append(lines, limitLine(l.Code, l.Doc))
	}
	want = between(want, "kql", lines)
	lines = nil
	for _, l := range spl.Limits() {
		lines = append(lines, limitLine(l.Code, l.Why))
	}
	want = between(want, "spl", lines)
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

func limitLine(code, why string) string { return fmt.Sprintf("- `%s`: %s", code, why) }

// between replaces what stands between the marks of a name.
func between(page, name string, lines []string) string {
	marked := regexp.MustCompile(`(?s)(<!-- ` + name + ` -->\n).*?(<!-- end -->)`)
	return marked.ReplaceAllStringFunc(page, func(old string) string {
		return "<!-- " + name + " -->\n" + strings.Join(lines, "\n") + "\n<!-- end -->"
	})
}
