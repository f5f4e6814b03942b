package kqleval

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzRun holds that no text makes parsing, binding or running panic, that an
// error has its place in the text, and that a result has the columns that were
// bound, with values of their types.
func FuzzRun(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if filepath.Ext(part.Name) == ".kql" {
				f.Add(string(bytes.TrimSpace(part.Data)))
			}
		}
	}
	if data, err := os.ReadFile("testdata/seeds.txt"); err == nil {
		for _, line := range bytes.Split(data, []byte("\n")) {
			f.Add(string(line))
		}
	}
	schema := Schema{"E": {{"s", TString}, {"l", TLong}, {"i", TInt}, {"r", TReal}, {"b", TBool}, {"d", TDateTime},
		{"t", TTimespan}, {"y", TDynamic}, {"g", TGuid}, {"m", TDecimal}}}
	table, err := ReadTable(bytes.NewReader([]byte(`{"s":"a,b","l":1,"i":2,"r":1.5,"b":true,"d":"2024-01-01","t":"1.02:03:04","y":{"a":[1,"y",null],"b":{"c":2}},"g":"01234567-89ab-cdef-0123-456789abcdef","m":"1.25"}
{"s":"10.0.0.1","y":[1,{"k":"v"}]}
{"s":"a,b","l":-5,"i":7,"r":-2.5,"d":"2024-01-01T01:00:00Z","y":"text"}`)), schema["E"])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) { tryText(t, text, schema, table) })
}

func tryText(t *testing.T, text string, schema Schema, table *Table) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	q, err := Parse(text)
	if err != nil {
		checkPlace(t, text, err)
		return
	}
	p, err := q.Bind(schema)
	if err != nil {
		checkPlace(t, text, err)
		return
	}
	out, err := p.Run(ctx, &Input{Tables: map[string]*Table{"E": table}, Now: time.Unix(1700000000, 0), MaxRows: 2000, MaxBytes: 8 << 20})
	if err != nil {
		if !errors.Is(err, context.DeadlineExceeded) {
			checkPlace(t, text, err)
		}
		return
	}
	if !wellTyped(out) {
		t.Fatalf("the result is not of its types: %s\n%s", out.JSON(), text)
	}
	if cols := p.Columns(); cols != nil && len(cols) != len(out.Columns) {
		t.Fatalf("bound %v, got %v", cols, out.Columns)
	}
}

// checkPlace holds that an error is one of the query, within its text.
func checkPlace(t *testing.T, text string, err error) {
	var list Errors
	var one *Error
	switch {
	case errors.As(err, &list):
	case errors.As(err, &one):
		list = Errors{one}
	default:
		t.Fatalf("%T has no place: %v\n%s", err, err, text)
	}
	for _, e := range list {
		if e.Offset < 0 || e.Offset > len(text) || e.End < e.Offset || e.End > len(text) || e.Line < 1 || e.Column < 1 {
			t.Fatalf("%+v is outside of the text\n%s", e, text)
		}
	}
}
