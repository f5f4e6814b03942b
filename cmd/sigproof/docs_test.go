package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/cmd/sigproof/config"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

var (
	example = regexp.MustCompile("(?ms)^```sigma\n(.*?)^---\n(.*?)^```$")
	verdict = regexp.MustCompile(`^(match|miss)(?: \(not ([a-z, ]+)\))? (\{.*\})$`)
)

// TestSemantics runs the examples of docs/semantics.md.
func TestSemantics(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/semantics.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := example.FindAllSubmatch(page, -1)
	if want := strings.Count(string(page), "```sigma"); len(examples) != want {
		t.Errorf("%d of %d examples have the form that is run", len(examples), want)
	}
	for _, x := range examples {
		runExample(t, string(x[1]), strings.Split(strings.TrimSpace(string(x[2])), "\n"))
	}
}

func runExample(t *testing.T, detection string, lines []string) {
	t.Helper()
	src := "title: T\nlogsource: {category: test}\ndetection:\n  " + strings.ReplaceAll(detection, "\n", "\n  ") + "\n"
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
	diags = append(diags, more...)
	if code, ok := strings.CutPrefix(lines[0], "error "); ok {
		if !slices.ContainsFunc(diags, func(d *sigma.Diagnostic) bool { return d.Code == code && d.Severity == sigma.Error }) {
			t.Errorf("%s: no error %s", detection, code)
		}
		return
	}
	if len(programs) != 1 {
		t.Errorf("%s: not compiled: %v", detection, diags)
		return
	}
	replayExample(t, src, lines)
}

// replayExample makes a suite of the verdicts and replays it on each engine.
// Of a row that names languages the named ones must differ, as they declare.
func replayExample(t *testing.T, src string, lines []string) {
	t.Helper()
	suite := "cases:\n"
	limited := map[string]string{}
	for i, line := range lines {
		v := verdict.FindStringSubmatch(line)
		if v == nil {
			t.Errorf("%s\n%q is neither a verdict nor an error", src, line)
			return
		}
		name := fmt.Sprintf("%d: %s", i, line)
		limited[name] = v[2]
		suite += fmt.Sprintf("  - {name: %q, event: %s, match: %t}\n", name, v[3], v[1] == "match")
	}
	dir := t.TempDir()
	for file, text := range map[string]string{"rule.yml": src, "rule.test.yml": suite} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, trouble bytes.Buffer
	newApp(strings.NewReader(""), &out, &trouble).run([]string{"test", "--log", "generic", "--format", "json", dir})
	answers := 0
	for d := json.NewDecoder(&out); d.More(); answers++ {
		var a struct{ Case, Engine, Status string }
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		differs := slices.Contains(strings.Split(limited[a.Case], ", "), a.Engine)
		if differs == (a.Status == "pass") {
			t.Errorf("%s\n%s: %s on %s", src, a.Case, a.Status, a.Engine)
		}
	}
	if answers != 3*len(lines) {
		t.Errorf("%s\n%d answers for %d events\n%s", src, answers, len(lines), trouble.String())
	}
}

var suiteFile = regexp.MustCompile("(?ms)^```yaml (\\S+\\.yml)\n(.*?)^```$")

// TestFixturesPage replays the files of docs/fixtures.md.
func TestFixturesPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/fixtures.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := suiteFile.FindAllStringSubmatch(string(page), -1)
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f[1]), []byte(f[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, trouble bytes.Buffer
	code := newApp(strings.NewReader(""), &out, &trouble).run([]string{"test", dir})
	if code != exitFine || !strings.Contains(out.String(), "2 suites, 6 cases, 3 engines: 18 passed") {
		t.Errorf("exit %d with %d files\n%s%s", code, len(files), out.String(), trouble.String())
	}
}

var settingsExample = regexp.MustCompile("(?ms)^```yaml\n(# sigproof.yaml\n.*?)^```$")

// TestSettingsOfChecksPage reads the settings of docs/checks.md.
func TestSettingsOfChecksPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	found := settingsExample.FindSubmatch(page)
	if found == nil {
		t.Fatal("no example of sigproof.yaml")
	}
	c, diags := config.Read("sigproof.yaml", found[1])
	if len(diags) > 0 || len(c.Settings()) != 6 {
		t.Error(c.Settings(), diags)
	}
}

// pageBlock is a file of a page, or a command with its output.
var pageBlock = regexp.MustCompile("(?ms)^```(?:yaml (\\S+)\n(.*?)|console\n\\$ sigproof ([^\n]*)\n(.*?))^```$")

// TestPipelinesPage runs the commands of docs/pipelines.md on its files.
func TestPipelinesPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/pipelines.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	blocks := pageBlock.FindAllStringSubmatch(string(page), -1)
	if len(blocks) != strings.Count(string(page), "```")/2 {
		t.Errorf("%d blocks can be used", len(blocks))
	}
	for _, b := range blocks {
		if b[1] != "" {
			if err := os.WriteFile(b[1], []byte(b[2]), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var out bytes.Buffer
		newApp(strings.NewReader(""), &out, &out).run(strings.Fields(b[3]))
		if !shows(strings.Split(b[4], "\n"), strings.Split(out.String(), "\n")) {
			t.Errorf("sigproof %s (-page +output):\n%s", b[3], cmp.Diff(b[4], out.String()))
		}
	}
}
