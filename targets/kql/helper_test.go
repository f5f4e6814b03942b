package kql_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
)

// shared gives a file of the design data, and skips the test without it.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	name := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skip("the design data is not here: neither ../shared nor $SIGPROOF_SHARED has", filepath.Join(parts...))
	}
	return name
}

// compile compiles the documents of a file; log may be nil.
func compile(t testing.TB, src string, log *schema.Log) []*ir.Program {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: log})
	for _, d := range append(diags, more...) {
		if d.Severity == sigma.Error {
			t.Fatalf("%s\n%s", d.Render(), src)
		}
	}
	if len(programs) == 0 {
		t.Fatalf("no program:\n%s", src)
	}
	return programs
}

// corpus compiles the rules of others, each with its path.
func corpus(t testing.TB) iter.Seq2[string, *ir.Program] {
	t.Helper()
	root := shared(t, "corpus", "sigma")
	return func(yield func(string, *ir.Program) bool) {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".yml") {
				return err
			}
			src, err := os.ReadFile(path)
			docs, _ := sigma.Parse(path, src)
			programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
			for _, p := range programs {
				if !yield(path, p) {
					return fs.SkipAll
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func emit(t testing.TB, p *ir.Program) *targets.Query {
	t.Helper()
	q, diags := kql.Emitter{}.Emit(p)
	if q == nil {
		t.Fatalf("%s: %v", p.Title, diags)
	}
	return q
}

// rowNumber is a column that tells the rows of a result apart.
const rowNumber = "row_number"

// table loads rows into the table of a log: with its columns, or in an open
// log with those that the rows have.
func table(t testing.TB, log *schema.Log, rows [][]byte) (kqleval.Schema, *kqleval.Input) {
	t.Helper()
	var data bytes.Buffer
	for i, row := range rows {
		number, _ := json.Marshal(map[string]int{rowNumber: i})
		row = bytes.TrimSuffix(bytes.TrimSpace(row), []byte("}"))
		data.Write(row)
		if !bytes.HasSuffix(bytes.TrimSpace(row), []byte("{")) {
			data.WriteByte(',')
		}
		data.Write(number[1:])
		data.WriteByte('\n')
	}
	var columns []kqleval.Column
	if !log.Open {
		for _, c := range log.KQL.Columns {
			typ, ok := kqleval.ParseType(c.Type)
			if !ok {
				t.Fatalf("log %s has a column of type %q", log.Name, c.Type)
			}
			columns = append(columns, kqleval.Column{Name: c.Name, Type: typ})
		}
		columns = append(columns, kqleval.Column{Name: rowNumber, Type: kqleval.TLong})
	}
	read, err := kqleval.ReadTable(&data, columns)
	if err != nil {
		t.Fatal(err)
	}
	name := log.KQL.Name
	return kqleval.Schema{name: read.Columns}, &kqleval.Input{Tables: map[string]*kqleval.Table{name: read}}
}

func run(t testing.TB, query string, log *schema.Log, rows [][]byte) *kqleval.Table {
	t.Helper()
	q, err := kqleval.Parse(query)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	s, in := table(t, log, rows)
	plan, err := q.Bind(s)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	out, err := plan.Run(context.Background(), in)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	return out
}

// verdicts tells which rows a rule's query keeps; each must come once at most.
func verdicts(t testing.TB, query string, log *schema.Log, rows [][]byte) []bool {
	t.Helper()
	result := run(t, query, log, rows)
	number := slices.IndexFunc(result.Columns, func(c kqleval.Column) bool { return c.Name == rowNumber })
	if number < 0 {
		t.Fatalf("the query drops columns of the table:\n%s", query)
	}
	out := make([]bool, len(rows))
	for _, row := range result.Rows {
		i := row[number].(kqleval.Long)
		if out[i] {
			t.Fatalf("row %d comes twice:\n%s", i, query)
		}
		out[i] = true
	}
	return out
}

func lines(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "\n"), func(line string) bool { return strings.TrimSpace(line) == "" })
}
