package spl

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

// compile compiles documents for a log; nil is the log of their logsource.
func compile(t testing.TB, log *schema.Log, src string) []*ir.Program {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: log})
	for _, d := range append(diags, more...) {
		if d.Severity == sigma.Error {
			t.Fatal(d.Render())
		}
	}
	return programs
}

// emit writes a program.
func emit(t testing.TB, p *ir.Program) *targets.Query {
	t.Helper()
	q, diags := Emitter{}.Emit(p)
	var text strings.Builder
	for _, d := range diags {
		text.WriteString(d.Render())
	}
	if text.Len() > 0 {
		t.Fatal(text.String())
	}
	return q
}

// run runs a query with the macros of a log.
func run(t testing.TB, log *schema.Log, query string, events ...spleval.Event) []spleval.Event {
	t.Helper()
	var macros []spleval.Macro
	for _, m := range Macros(log) {
		macros = append(macros, spleval.Macro{Name: m.Name, Args: m.Args, Definition: m.Definition})
	}
	s, err := spleval.Parse(query, &spleval.Options{Macros: macros})
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	result, err := s.Run(context.Background(), &spleval.Input{Events: events})
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	return result.Events
}

// matches tells whether a query finds an event.
func matches(t testing.TB, log *schema.Log, query string, event spleval.Event) bool {
	t.Helper()
	return found(t, log, query, event)[0]
}

// found tells of each event whether a query finds it.
func found(t testing.TB, log *schema.Log, query string, events ...spleval.Event) []bool {
	t.Helper()
	out := make([]bool, len(events))
	for _, e := range run(t, log, query, events...) {
		out[e.Origin()] = true
	}
	return out
}

// openEvent gives an event of an open log as it reaches Splunk: a field for
// each dotted path, with several values below an array; no field for null.
func openEvent(v eval.Value) spleval.Event {
	var fields []spleval.Field
	var walk func(name string, v eval.Value)
	walk = func(name string, v eval.Value) {
		switch v := v.(type) {
		case *eval.Object:
			for _, m := range v.Members {
				walk(strings.TrimPrefix(name+"."+m.Key, "."), m.Value)
			}
		case eval.Array:
			for _, x := range v {
				walk(name, x)
			}
		case eval.String:
			fields = append(fields, spleval.Field{Name: name, Values: []string{string(v)}})
		case eval.Number:
			fields = append(fields, spleval.Field{Name: name, Values: []string{string(v)}})
		case eval.Bool:
			fields = append(fields, spleval.Field{Name: name, Values: []string{eval.JSON(v)}})
		}
	}
	walk("", v)
	return spleval.NewEvent(fields...)
}

func parseJSON(t testing.TB, raw string) eval.Value {
	t.Helper()
	v, err := eval.ParseJSON([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

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

// eachLine reads JSON lines.
func eachLine[T any](t testing.TB, name string, visit func(T)) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		visit(v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func hasLimit(limits []targets.Limit, code string) bool {
	return slices.ContainsFunc(limits, func(l targets.Limit) bool { return l.Code == code })
}
