package kqleval

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata")

// TestScripts runs the archives of testdata. Each has a file schema, with a
// line "table column:type, ..." for each table, rows in TABLE.jsonl, and pairs
// NAME.kql and NAME.out: the columns, then a row a line, or the error.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts in testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runScript(t, file)
		})
	}
}

func runScript(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	schema, tables := readScript(t, archive)
	for i, f := range archive.Files {
		if !strings.HasSuffix(f.Name, ".kql") {
			continue
		}
		got := answer(string(f.Data), schema, tables)
		if *update {
			archive.Files[i+1].Data = []byte(got)
			continue
		}
		want := archive.Files[i+1]
		if want.Name != strings.TrimSuffix(f.Name, ".kql")+".out" {
			t.Fatalf("%s is followed by %s", f.Name, want.Name)
		}
		if diff := cmp.Diff(string(want.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readScript(t *testing.T, archive *txtar.Archive) (Schema, map[string]*Table) {
	schema, tables := Schema{}, map[string]*Table{}
	for _, f := range archive.Files {
		if f.Name == "schema" {
			for line := range strings.Lines(string(f.Data)) {
				name, cols, _ := strings.Cut(strings.TrimSpace(line), " ")
				for _, c := range strings.Split(cols, ",") {
					col, typ, _ := strings.Cut(strings.TrimSpace(c), ":")
					parsed, ok := ParseType(typ)
					if !ok {
						t.Fatalf("schema: no type %q", typ)
					}
					schema[name] = append(schema[name], Column{col, parsed})
				}
			}
		}
		if name, ok := strings.CutSuffix(f.Name, ".jsonl"); ok {
			table, err := ReadTable(bytes.NewReader(f.Data), schema[name])
			if err != nil {
				t.Fatal(err)
			}
			tables[name] = table
		}
	}
	return schema, tables
}

// answer runs a query at noon of 2024-03-01 and writes what comes of it.
func answer(text string, schema Schema, tables map[string]*Table) string {
	q, err := Parse(text)
	if err != nil {
		return err.Error() + "\n"
	}
	p, err := q.Bind(schema)
	if err != nil {
		return err.Error() + "\n"
	}
	out, err := p.Run(context.Background(), &Input{Tables: tables, Now: time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	for i, c := range out.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s:%s", c.Name, c.Type)
	}
	b.WriteString("\n")
	for _, row := range out.Rows {
		fmt.Fprintf(&b, "%s\n", appendJSON(nil, Array(row)))
	}
	return b.String()
}
