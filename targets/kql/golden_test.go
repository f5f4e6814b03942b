package kql_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// A golden is a rule with its query, its limits, and rows with the verdict
// that the query gives. Its comment may name a log.
type golden struct {
	path    string
	archive *txtar.Archive
}

func (g *golden) file(name string) string {
	for _, f := range g.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// expect compares a file of the archive, or rewrites it.
func (g *golden) expect(t *testing.T, name, got string) {
	t.Helper()
	want := g.file(name)
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(want, got))
		return
	}
	for i := range g.archive.Files {
		if g.archive.Files[i].Name == name {
			g.archive.Files[i].Data = []byte(got)
			return
		}
	}
	g.archive.Files = append(g.archive.Files, txtar.File{Name: name, Data: []byte(got)})
}

func (g *golden) log() *schema.Log {
	_, after, ok := strings.Cut(string(g.archive.Comment), "log: ")
	if !ok {
		return nil
	}
	return schema.ByName(strings.Fields(after)[0])
}

func TestGolden(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			g := &golden{path, archive}
			g.check(t)
			if *update {
				if err := os.WriteFile(path, txtar.Format(g.archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// check emits the last document of the file, and runs the query.
func (g *golden) check(t *testing.T) {
	programs := compile(t, g.file("rule.yml"), g.log())
	p := programs[len(programs)-1]
	q := emit(t, p)
	var limits strings.Builder
	for _, l := range q.Limits {
		place, _, _ := strings.Cut(string(l.File.Src[l.At.Start:l.At.End]), "\n")
		limits.WriteString(l.Code + " at " + place + "\n")
	}
	g.expect(t, "query.kql", q.Text+"\n")
	g.expect(t, "limits", limits.String())
	if p.Correlation != nil {
		g.checkAlerts(t, p, q.Text)
	} else {
		g.checkRows(t, p, q.Text)
	}
}

// checkRows runs the query over rows.jsonl: lines of a verdict and a row. In an
// open log a row is the event, of which the reference matcher must think
// alike.
func (g *golden) checkRows(t *testing.T, p *ir.Program, query string) {
	var want, native []bool
	var rows [][]byte
	for _, line := range lines(g.file("rows.jsonl")) {
		verdict, row, _ := strings.Cut(line, " ")
		want = append(want, verdict == "true")
		rows = append(rows, []byte(row))
	}
	if diff := cmp.Diff(want, verdicts(t, query, p.Log, rows)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s\n%s", diff, query)
	}
	if !p.Log.Open || strings.Contains(string(g.archive.Comment), "differs from native") {
		return
	}
	m := eval.NewMatcher(p.Pred)
	for _, row := range rows {
		event, err := eval.ParseJSON(row)
		if err != nil {
			t.Fatal(err)
		}
		native = append(native, m.Match(event))
	}
	if diff := cmp.Diff(want, native); diff != "" {
		t.Errorf("the matcher's verdicts (-want +got):\n%s", diff)
	}
}

// checkAlerts compares the rows of the result.
func (g *golden) checkAlerts(t *testing.T, p *ir.Program, query string) {
	var rows [][]byte
	for _, line := range lines(g.file("rows.jsonl")) {
		rows = append(rows, []byte(line))
	}
	var got struct{ Rows []json.RawMessage }
	if err := json.Unmarshal(run(t, query, p.Log, rows).JSON(), &got); err != nil {
		t.Fatal(err)
	}
	var alerts strings.Builder
	for _, row := range got.Rows {
		alerts.Write(row)
		alerts.WriteByte('\n')
	}
	g.expect(t, "alerts", alerts.String())
}
