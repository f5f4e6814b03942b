package main

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/cmd/sigproof/products"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
)

// TestGoldenLanguagesPage wants docs/languages.md to tell how many rules of the
// embedded pack each product takes, and why it does not take the others. Each rule
// is packed, or refused with a reason.
func TestGoldenLanguagesPage(t *testing.T) {
	t.Parallel()
	const name = "../../docs/languages.md"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := between(string(page), "packed", packedLines(t))
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("docs/languages.md is stale, make golden writes it (-want +got):\n%s", diff)
	}
}

// reasons why a rule is refused, by what their messages say.
var reasons = []struct{ title, says string }{
	{"correlation", " no correlations"}, {"lists or JSON inside of members", " inside of "}, {"members of a list", "no lists"},
	{"no known source", "/no-source"}, {"no known key", "/no-key"},
}

func packedLines(t *testing.T) []string {
	t.Helper()
	head, rule := "| product | packed |", "|---|---|"
	for _, r := range reasons {
		head, rule = head+" "+r.title+" |", rule+"---|"
	}
	lines := []string{head, rule}
	programs := embedded(t)
	for _, p := range products.All() {
		made, diags := p.Build(programs, &products.Input{Name: "Entra PIM"})
		refused := map[*sigma.File]string{}
		counts := map[string]int{}
		for _, d := range diags {
			if d.Severity != sigma.Error || refused[d.File] != "" {
				continue
			}
			for _, r := range reasons {
				if strings.Contains(d.String(), r.says) {
					refused[d.File] = r.title
					counts[r.title]++
					break
				}
			}
			if refused[d.File] == "" {
				t.Errorf("%s: a reason that the page does not have: %s", p.Name, d)
			}
		}
		line := fmt.Sprintf("| `%s` | %d |", p.Name, len(made.Manifest.Rules))
		for _, r := range reasons {
			line += fmt.Sprintf(" %d |", counts[r.title])
		}
		lines = append(lines, line)
		if spoken := len(made.Manifest.Rules) + len(refused); spoken != told(programs) {
			t.Errorf("%s packs or refuses %d of %d rules", p.Name, spoken, told(programs))
		}
	}
	return lines
}

// told counts the programs that report by themselves.
func told(programs []*ir.Program) int {
	n := 0
	for _, p := range programs {
		if !p.Silent {
			n++
		}
	}
	return n
}

// embedded compiles the embedded pack.
func embedded(t *testing.T) []*ir.Program {
	t.Helper()
	var docs []sigma.Document
	err := fs.WalkDir(entra.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".test.yml") || name == "defaults.yml" {
			return err
		}
		src, err := fs.ReadFile(entra.FS(), name)
		parsed, _ := sigma.Parse(name, src)
		docs = append(docs, parsed...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	define := map[string][]string{}
	for _, p := range entra.Placeholders() {
		define[p.Name] = p.Values
	}
	programs, _ := compiler.Compile(docs, &compiler.Options{Define: define})
	return programs
}
