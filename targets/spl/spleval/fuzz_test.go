package spleval

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// scriptTexts gives the searches of the scripts.
func scriptTexts(t testing.TB) []string {
	var texts []string
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, all := archive(string(raw))
		for _, f := range all {
			if filepath.Ext(f.name) == ".spl" {
				texts = append(texts, strings.TrimRight(f.data, "\n"))
			}
		}
	}
	return texts
}

// FuzzRun checks that no text makes Parse or Run panic or hang, and that what is
// wrong has a place in the text.
func FuzzRun(f *testing.F) {
	for _, text := range scriptTexts(f) {
		f.Add(text)
	}
	in := &Input{
		Events: []Event{
			EventFromJSON([]byte(`{"id":1,"a":{"b":[1,{"c":null}]},"v":["x","y"],"user":"Alice"}`), Meta{Time: 100}),
			EventFromJSON([]byte(`{"id":2,"n":"-1.5e3","user":"bob \"q\""}`), Meta{Time: 50, Sourcetype: "s"}),
			NewEvent(Field{"_raw", []string{"plain text = 5"}}, Field{"_time", []string{"70"}}),
		},
		Lookups:   map[string]*Lookup{"t": {Columns: []string{"id", "x"}, Rows: [][]string{{"1", "a"}, {"2"}}}},
		Now:       time.Unix(1000, 0),
		MaxEvents: 1000,
		MaxBytes:  1 << 20,
	}
	opts := &Options{Macros: []Macro{{"m", nil, "user=*"}, {"m", []string{"x"}, `search $x$ | eval y="$x$"`}}}
	f.Fuzz(func(t *testing.T, text string) {
		r := Check(text, opts, audit)
		checked := slices.Concat(r.Errors, r.Notes, r.Fields)
		q, err := Parse(text, opts)
		if (err == nil) != (len(r.Errors) == 0) {
			t.Fatalf("%q: Parse gives %v, and Check %v", text, err, r.Errors)
		}
		for _, e := range checked {
			if e.Offset < 0 || e.Offset > e.End || e.End > len(text) || e.Line < 1 || e.Column < 1 || e.Msg == "" {
				t.Fatalf("%q: error without a place: %+v", text, e)
			}
		}
		if err != nil {
			for _, e := range List(err) {
				if e.Offset < 0 || e.Offset > e.End || e.End > len(text) || e.Line < 1 || e.Column < 1 || e.Msg == "" {
					t.Fatalf("%q: error without a place: %+v", text, e)
				}
			}
			if len(List(err)) == 0 {
				t.Fatalf("%q: error of another kind: %v", text, err)
			}
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		res, err := q.Run(ctx, in)
		if err != nil {
			if ctx.Err() != nil {
				t.Fatalf("%q: runs too long", text)
			}
			return
		}
		if _, err := res.JSON(); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
