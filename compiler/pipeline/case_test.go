package pipeline_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/spl"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

var update = flag.Bool("update", false, "write what the cases give now")

// A testCase is an archive: pipelines, a rule, and the ir that they give or
// what is wrong with them. Events say which of them the rule then finds.
//
// "output" is the text that postprocessing and finalizers make of its SPL.
//
// The section "pysigma" says why pySigma has another answer; that it has one is
// tested where pySigma is.
type testCase struct {
	name     string
	archive  *txtar.Archive
	pipeline *pipeline.Pipeline
	programs []*ir.Program
	diags    []*sigma.Diagnostic
	output   string
}

func cases(t *testing.T) []*testCase {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	var out []*testCase
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c := &testCase{name: strings.TrimSuffix(filepath.Base(name), ".txtar"), archive: archive}
		c.compile()
		out = append(out, c)
	}
	return out
}

// files gives the names of the pipelines of an archive.
func (c *testCase) pipelines() []string {
	var names []string
	for _, f := range c.archive.Files {
		if strings.HasPrefix(f.Name, "pipeline") {
			names = append(names, f.Name)
		}
	}
	return names
}

func (c *testCase) section(name string) (string, bool) {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

// readFile reads a section as a file.
func (c *testCase) readFile(name string) ([]byte, error) {
	if text, ok := c.section(name); ok {
		return []byte(text), nil
	}
	return nil, os.ErrNotExist
}

func (c *testCase) compile() {
	var all []*pipeline.Pipeline
	for _, name := range c.pipelines() {
		text, _ := c.section(name)
		p, diags := pipeline.Read(name, []byte(text), &pipeline.Options{ReadFile: c.readFile})
		c.diags = append(c.diags, diags...)
		if p != nil {
			all = append(all, p)
		}
	}
	if len(all) < len(c.pipelines()) {
		return
	}
	rule, _ := c.section("rule.yml")
	docs, diags := sigma.Parse("rule.yml", []byte(rule))
	c.pipeline = pipeline.Merge(all...)
	programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.Generic, Pipeline: c.pipeline})
	c.programs, c.diags = programs, slices.Concat(diags, more)
	c.write()
}

// write makes the output.
func (c *testCase) write() {
	var queries []string
	for _, p := range c.programs {
		q, diags := targets.Write(spl.Emitter{}, p)
		c.diags = append(c.diags, diags...)
		if q != nil && !p.Silent {
			queries = append(queries, q.Text)
		}
	}
	c.output = strings.Join(queries, "\n")
	if c.pipeline.Finalizes() {
		text, diags := c.pipeline.Finalize("spl", queries)
		c.output, c.diags = text, append(c.diags, diags...)
	}
}

// result is what the archive's ir or errors must be.
func (c *testCase) result() (section, text string) {
	var b strings.Builder
	for _, d := range c.diags {
		if d.Severity == sigma.Error {
			b.WriteString(d.Render())
		}
	}
	if b.Len() > 0 {
		return "errors", b.String()
	}
	for _, p := range c.programs {
		b.WriteString(ir.Print(p))
	}
	return "ir", b.String()
}

// TestCases holds each case to its ir or errors, and runs its events natively
// and as SPL.
func TestCases(t *testing.T) {
	t.Parallel()
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			section, got := c.result()
			c.compare(t, section, got)
			if section == "errors" {
				return
			}
			if _, ok := c.section("output"); ok {
				c.compare(t, "output", c.output+"\n")
			}
			for _, e := range c.events(t) {
				if got := eval.NewMatcher(c.programs[0].Pred).Match(e.value); got != e.match {
					t.Errorf("%s: native says %t", e.raw, got)
				}
				if got := e.meets(t, c.spl(t)); got != e.match {
					t.Errorf("%s: SPL says %t\n%s", e.raw, got, c.spl(t))
				}
			}
		})
	}
}

func (c *testCase) compare(t *testing.T, section, got string) {
	t.Helper()
	if *update {
		c.update(t, section, got)
	}
	want, _ := c.section(section)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", section, diff)
	}
}

func (c *testCase) update(t *testing.T, section, text string) {
	t.Helper()
	i := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == section })
	if i < 0 {
		i = len(c.archive.Files)
		c.archive.Files = append(c.archive.Files, txtar.File{Name: section})
	}
	c.archive.Files[i].Data = []byte(text)
	if err := os.WriteFile(filepath.Join("testdata", c.name+".txtar"), txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// spl gives the query of the case's first program.
func (c *testCase) spl(t *testing.T) string {
	t.Helper()
	q, diags := targets.Write(spl.Emitter{}, c.programs[0])
	if q == nil {
		t.Fatal(diags)
	}
	return q.Text
}

// An event of a case, with the verdict that the case wants.
type event struct {
	match bool
	raw   string
	value eval.Value
}

func (c *testCase) events(t *testing.T) []event {
	t.Helper()
	text, _ := c.section("events")
	var out []event
	for line := range strings.Lines(text) {
		verdict, raw, _ := strings.Cut(strings.TrimSpace(line), " ")
		v, err := eval.ParseJSON([]byte(raw))
		if err != nil || verdict != "match" && verdict != "miss" {
			t.Fatalf("%s: %q is no event: %v", c.name, line, err)
		}
		out = append(out, event{verdict == "match", raw, v})
	}
	return out
}

// meets runs a query over the event.
func (e *event) meets(t *testing.T, query string) bool {
	t.Helper()
	var macros []spleval.Macro
	for _, m := range spl.Macros(schema.Generic) {
		macros = append(macros, spleval.Macro{Name: m.Name, Args: m.Args, Definition: m.Definition})
	}
	s, err := spleval.Parse(query, &spleval.Options{Macros: macros})
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	in := spleval.EventFromFields(e.raw, spleval.Meta{Index: "main"}, fields("", e.value)...)
	result, err := s.Run(context.Background(), &spleval.Input{Events: []spleval.Event{in}})
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	return len(result.Events) > 0
}

// fields gives an event as Splunk's KV_MODE=json does: one a dotted path.
func fields(name string, v eval.Value) []spleval.Field {
	switch v := v.(type) {
	case *eval.Object:
		var out []spleval.Field
		for _, m := range v.Members {
			out = append(out, fields(strings.TrimPrefix(name+"."+m.Key, "."), m.Value)...)
		}
		return out
	case eval.String:
		return []spleval.Field{{Name: name, Values: []string{string(v)}}}
	case eval.Null:
		return nil
	}
	return []spleval.Field{{Name: name, Values: []string{eval.JSON(v)}}}
}

// TestPySigma converts each case with pySigma and its splunk backend too. The
// two queries say the same of every event, and an error of one is an error of
// the other, but where the case says why not.
func TestPySigma(t *testing.T) {
	t.Parallel()
	python := pySigma(t)
	all := cases(t)
	answers := convert(t, python, all)
	for i, c := range all {
		t.Run(c.name, func(t *testing.T) {
			differs := c.differsFrom(t, answers[i])
			why, declared := c.section("pysigma")
			switch {
			case differs != "" && !declared:
				t.Error(differs)
			case differs == "" && declared:
				t.Errorf("pySigma says the same, and the case says why not: %s", why)
			}
		})
	}
}

type answer struct {
	Queries []string
	Error   string
}

func (c *testCase) differsFrom(t *testing.T, a answer) string {
	t.Helper()
	failed := sigma.HasErrors(c.diags)
	switch {
	case failed && a.Error != "":
		return ""
	case failed:
		return fmt.Sprintf("pySigma takes what is refused here: %s", a.Queries)
	case a.Error != "":
		return "pySigma refuses it: " + a.Error
	case len(a.Queries) == 0:
		return "pySigma gives no query"
	}
	if _, ok := c.section("output"); ok {
		return cmp.Diff(strings.Join(a.Queries, "\n"), c.output)
	}
	for _, e := range c.events(t) {
		if got := e.meets(t, a.Queries[0]); got != e.match {
			return fmt.Sprintf("%s: the query of pySigma says %t\n%s\n%s", e.raw, got, a.Queries[0], c.spl(t))
		}
	}
	return ""
}

// pySigma gives a Python that has pySigma 1.5.1 with its splunk backend.
func pySigma(t *testing.T) string {
	t.Helper()
	python := os.Getenv("SIGPROOF_PYSIGMA")
	if python == "" {
		python = "python3"
	}
	out, err := exec.Command(python, "-c", "import importlib.metadata as m, sigma.backends.splunk; print(m.version('pysigma'))").Output()
	if version := strings.TrimSpace(string(out)); err != nil || version != "1.5.1" {
		t.Skipf("no pySigma 1.5.1 with its splunk backend here (%q): $SIGPROOF_PYSIGMA may name a Python that has it", version)
	}
	return python
}

// convert lays each case into a folder of its own and asks one process for
// all.
func convert(t *testing.T, python string, all []*testCase) []answer {
	t.Helper()
	var in bytes.Buffer
	for _, c := range all {
		dir := t.TempDir()
		for _, f := range c.archive.Files {
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintln(&in, dir)
	}
	cmd := exec.Command(python, "testdata/pysigma.py")
	cmd.Env = append(os.Environ(), "PYSIGMA_ALLOW_EXTERNAL_SOURCES=1")
	cmd.Stdin = &in
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(all) {
		t.Fatalf("%d answers to %d cases", len(answers), len(all))
	}
	return answers
}
