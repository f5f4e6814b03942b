package targets_test

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/spl"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestLogsCover compiles every rule of the corpus for each log that serves its
// logsource, to each language of the products that keep the log. The golden
// counts what compiles, and why the rest does not.
func TestLogsCover(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the corpus takes a while")
	}
	rules := corpusRules(t)
	var b strings.Builder
	for _, log := range schema.Logs() {
		for _, source := range sourcesOf(rules, func(s schema.Source) bool { return log.Serves(s) > 0 }) {
			writeCoverage(&b, log, source, rules[source])
		}
	}
	b.WriteString("\nno log\n")
	for _, source := range sourcesOf(rules, func(s schema.Source) bool { return schema.For(s) == nil }) {
		fmt.Fprintf(&b, "    %s: %d rules\n", describe(source), len(rules[source]))
	}
	golden(t, filepath.Join("testdata", "logs.txt"), b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// corpusRules reads the maintained rules of the corpus, by logsource.
func corpusRules(t *testing.T) map[schema.Source][]*sigma.Rule {
	t.Helper()
	root := os.Getenv("SIGPROOF_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	rules := map[schema.Source][]*sigma.Rule{}
	corpus := os.DirFS(filepath.Join(root, "corpus", "sigma"))
	if _, err := fs.Stat(corpus, "rules"); err != nil {
		t.Skip("the design data is not here: neither ../shared nor $SIGPROOF_SHARED has corpus/sigma")
	}
	err := fs.WalkDir(corpus, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(name, "rules") || filepath.Ext(name) != ".yml" {
			return err
		}
		src, err := fs.ReadFile(corpus, name)
		if err != nil {
			return err
		}
		docs, _ := sigma.Parse(name, src)
		for _, doc := range docs {
			if r, ok := doc.(*sigma.Rule); ok && !r.Broken {
				l := r.Logsource
				source := schema.Source{Product: l.Product.Value, Service: l.Service.Value, Category: l.Category.Value}
				rules[source] = append(rules[source], r)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func sourcesOf(rules map[schema.Source][]*sigma.Rule, want func(schema.Source) bool) []schema.Source {
	var out []schema.Source
	for s := range rules {
		if want(s) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b schema.Source) int { return strings.Compare(describe(a), describe(b)) })
	return out
}

func describe(s schema.Source) string {
	return strings.Join(slices.DeleteFunc([]string{s.Product, s.Service, s.Category}, func(p string) bool { return p == "" }), " ")
}

// writeCoverage writes how many rules of a logsource a log covers.
func writeCoverage(b *strings.Builder, log *schema.Log, source schema.Source, rules []*sigma.Rule) {
	reasons := map[string]int{}
	done := map[string]int{}
	for _, r := range rules {
		programs, diags := compiler.Compile([]sigma.Document{r}, &compiler.Options{Log: log, Define: placeholders(r)})
		if len(programs) == 0 {
			reasons[reason(diags)]++
			continue
		}
		for _, e := range emittersOf(log) {
			q, diags := e.Emit(programs[0])
			if q == nil {
				reasons[reason(diags)]++
				continue
			}
			done[e.Language()]++
		}
	}
	fmt.Fprintf(b, "%s: %s: %d rules", log.Name, describe(source), len(rules))
	for _, e := range emittersOf(log) {
		fmt.Fprintf(b, ", %d %s", done[e.Language()], e.Language())
	}
	b.WriteByte('\n')
	for _, r := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(b, "    %s: %d\n", r, reasons[r])
	}
}

// placeholders gives a value to each placeholder of a rule: an address, which
// any modifier takes.
func placeholders(r *sigma.Rule) map[string][]string {
	define := map[string][]string{}
	for _, m := range placeholder.FindAllSubmatch(r.File.Src, -1) {
		define[string(m[1])] = []string{"10.0.0.0/8"}
	}
	return define
}

var placeholder = regexp.MustCompile(`%([\w ]+)%`)

func emittersOf(log *schema.Log) []targets.Emitter {
	var out []targets.Emitter
	if log.KQL.Name != "" {
		out = append(out, kql.Emitter{})
	}
	if log.SPL.Macro != "" {
		out = append(out, spl.Emitter{})
	}
	return out
}

var quoted = regexp.MustCompile(`"([^"]*)"`)

// reason is the code of the first error, and what it is about.
func reason(diags []*sigma.Diagnostic) string {
	for _, d := range diags {
		if d.Severity != sigma.Error {
			continue
		}
		if m := quoted.FindStringSubmatch(d.Message); m != nil {
			return d.Code + " " + m[1]
		}
		return d.Code
	}
	return "nothing said"
}
