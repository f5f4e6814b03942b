package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/aql"
	"github.com/sigproof/sigproof/targets/arcsight"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/spl"
	"github.com/sigproof/sigproof/targets/spl/spleval"
	"github.com/sigproof/sigproof/targets/sumo"
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
	want = between(want, "kql-refused", refusedKQL())
	want = between(want, "spl-refused", refusedSPL())
	want = between(want, "aql", limitLines(aql.Limits()))
	want = between(want, "sumo", limitLines(sumo.Limits()))
	want = between(want, "arcsight", limitLines(arcsight.Limits()))
	want = between(want, "bounds", boundLines())
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

func refusedKQL() []string {
	lines := []string{"| KQL that is refused | why |", "|---|---|"}
	for _, r := range kqleval.Refusals() {
		lines = append(lines, refusedLine(r.Kind, r.Names, r.Why))
	}
	return lines
}

func refusedSPL() []string {
	lines := []string{"| SPL that is refused | why |", "|---|---|"}
	for _, r := range spleval.Refusals() {
		lines = append(lines, refusedLine(r.Kind, r.Names, r.Why))
	}
	return lines
}

func refusedLine(kind string, names []string, why string) string {
	if len(names) > 1 {
		kind += "s"
	}
	return fmt.Sprintf("| %s `%s` | %s |", kind, strings.Join(names, "`, `"), why)
}

// boundLines lists the bounds, so that the page has the figures of the code.
func boundLines() []string {
	lines := []string{"| what | at most | set by |", "|---|---|---|"}
	for _, b := range []struct {
		what string
		most any
		flag string
	}{
		{"a file of rules or tests, with settings or with a query", size(sigma.MaxSize), "`--max-size`"},
		{"a file that `pack drift` reads", size(maxExport), "`--max-size`"},
		{"files that are read at once", size(filesAtOnce * sigma.MaxSize), "`--max-size`, in proportion"},
		{"keys and values of a file, those behind aliases counted each time", sigma.MaxNodes, "`--max-size`, in proportion"},
		{"lists and maps within each other", sigma.MaxDepth, ""},
		{"aliases in a file", sigma.MaxAliases, ""},
		{"keys and values that aliases bring in, counted each time", size(sigma.MaxAliased), "`--max-size`, in proportion"},
		{"diagnostics of a file; more are counted only", sigma.MaxReports, ""},
		{"searches of a rule or filter", sigma.MaxSearches, ""},
		{"names and quantifiers in the conditions of a document", sigma.MaxTerms, ""},
		{"a regular expression", size(sigma.MaxRegex), ""},
		{"groups of a regular expression that capture", sigma.MaxGroups, ""},
		{"parentheses within each other", sigma.MaxNesting, ""},
		{"rules, fields or aliases that a correlation or filter names", sigma.MaxReferences, ""},
		{"tests and values that a rule unfolds to: searches count each time that a condition takes them in", compiler.MaxUnfolded, "`--max-size`, in proportion"},
		{"ways in which \"N of\" chooses its searches", compiler.MaxCombinations, ""},
		{"texts that the placeholders of one value stand for", compiler.MaxExpanded, ""},
		{"filters of one rule", compiler.MaxFilters, ""},
		{"documents that a correlation looks at, those of its inputs counted each time", compiler.MaxInputs, ""},
		{"correlations that look at each other in a row", compiler.MaxCorrelations, ""},
		{"transformations, postprocessings or finalizers of a pipeline within each other", pipeline.MaxNesting, ""},
		{"what a pipeline makes of one document", size(pipeline.MaxMade), ""},
		{"a text of which `replace_string` makes another", pipeline.MaxText, ""},
		{"what postprocessing makes of one query", size(pipeline.MaxQuery), ""},
		{"an event", size(event.MaxBytes), "`--max-event`"},
		{"events that are held at once, each with 1KiB beside its text: by queries, and by `match` with a correlation", size(eventsAtOnce * event.MaxBytes), "`--max-event`, in proportion"},
		{"values of an event", eval.MaxValues, ""},
		{"objects and arrays within each other", eval.MaxDepth, ""},
		{"events of a case of a suite, also of a log that it names", fixtures.MaxEvents, ""},
		{"events of all cases of a file", fixtures.MaxFileEvents, ""},
		{"what those are when they are written out", size(fixtures.MaxWritten), ""},
		{"bases of a suite", fixtures.MaxBases, ""},
		{"bases that build on each other in a row", fixtures.MaxBasesOn, ""},
		{"files of a pack", pack.MaxFiles, ""},
		{"a file of a pack", size(pack.MaxFileSize), ""},
		{"the files of a pack together", size(pack.MaxSize), ""},
		{"how many times its own size the archive of a pack holds", pack.MaxRatio, ""},
		{"the file of a key", size(pack.MaxKey), ""},
		{"steps of the constants of a KQL query, before it runs", kqleval.MaxFolded, ""},
		{"rows that a step of a KQL query gives", kqleval.DefaultMaxRows, "`--max-rows`"},
		{"memory for the rows of a KQL query", size(kqleval.DefaultMaxBytes), "`--max-memory`"},
		{"rows that a command of an SPL search gives", spleval.DefaultMaxEvents, "`--max-rows`"},
		{"bytes that the commands of an SPL search write", size(spleval.DefaultMaxBytes), "`--max-memory`"},
		{"one value or row of an SPL search", size(spleval.MaxPiece), ""},
		{"time of a query", defaultTimeout, "`--timeout`"},
	} {
		lines = append(lines, fmt.Sprintf("| %s | %s | %s |", b.what, figure(b.most), b.flag))
	}
	return lines
}

// figure writes a number as people read it.
func figure(v any) string {
	switch v := v.(type) {
	case int:
		digits := strconv.Itoa(v)
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + "," + digits[i:]
		}
		return digits
	case size:
		return v.String()
	case time.Duration:
		return strings.TrimSuffix(v.String(), "0s")
	}
	return fmt.Sprint(v)
}

// between replaces what stands between the marks of a name.
func between(page, name string, lines []string) string {
	marked := regexp.MustCompile(`(?s)(<!-- ` + name + ` -->\n).*?(<!-- end -->)`)
	return marked.ReplaceAllStringFunc(page, func(old string) string {
		return "<!-- " + name + " -->\n" + strings.Join(lines, "\n") + "\n<!-- end -->"
	})
}
