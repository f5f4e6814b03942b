package spl_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/targets/spl"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

// TestMacroFields carries each sample event into every shape that Splunk has
// of its log, and holds the fields that the macro gives against the event.
func TestMacroFields(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs each macro over all samples")
	}
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	samples, _ := fs.Glob(os.DirFS(dir), "domain/samples/*")
	if len(samples) == 0 {
		t.Skip("the design data is not here: neither ../shared nor $SIGPROOF_SHARED has domain/samples")
	}
	checked := map[string]int{}
	for _, name := range samples {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		records, _ := event.Read(f, nil)
		f.Close()
		for _, r := range records {
			if r.Event.Log.Open {
				continue
			}
			for _, shape := range r.Event.Log.Shapes {
				if shape.Sourcetype != "" {
					checked[shape.Name] += checkFields(t, name, r.Event, shape)
				}
			}
		}
	}
	t.Log(checked)
	for _, log := range schema.Logs() {
		for _, shape := range log.Shapes {
			if shape.Sourcetype != "" && checked[shape.Name] == 0 {
				t.Logf("no sample for %s of %s", shape.Name, log.Name)
			}
		}
	}
}

func checkFields(t *testing.T, name string, e *event.Event, shape *schema.Shape) (checked int) {
	t.Helper()
	if e.Shape != nil && e.Shape.Form == "azurerbac" && shape.Form != "azurerbac" {
		return 0 // a record of PIM is told by what it says, not by its sourcetype
	}
	s, _, err := event.SplunkEvent(e.Log, shape, e.Value)
	if err != nil {
		return 0
	}
	raw, err := eval.ParseJSON([]byte(s.Raw))
	if err != nil {
		t.Fatal(err)
	}
	read, err := event.Decode(e.Log, shape, raw)
	if err != nil {
		return 0 // the shape is not for this event
	}
	row := throughMacro(t, e.Log, spleval.EventFromJSON([]byte(s.Raw), spleval.Meta{Index: "main", Sourcetype: s.Sourcetype, Time: 1}))
	for _, f := range e.Log.Fields {
		if f.Type == schema.Object {
			continue
		}
		var want []string
		values, _ := eval.Lookup(event.New(e.Log, read).Value, &ir.Field{Name: f.Name, Path: f.Path, First: f.First, Unquote: f.Unquote})
		for _, v := range values {
			if text, ok := eval.Text(v); ok {
				want = append(want, text)
			}
		}
		if len(values) > 0 && len(want) == 0 {
			continue // an object, or null
		}
		got := row.Get(f.Name)
		if len(want) == 0 && len(got) == 1 && got[0] == "[]" {
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s as %s: %s (-event +macro):\n%s", name, shape.Name, f.Name, diff)
		}
		checked++
	}
	return checked
}

func throughMacro(t *testing.T, log *schema.Log, e spleval.Event) spleval.Event {
	t.Helper()
	var macros []spleval.Macro
	for _, m := range spl.Macros(log) {
		macros = append(macros, spleval.Macro{Name: m.Name, Args: m.Args, Definition: m.Definition})
	}
	s, err := spleval.Parse("`"+log.SPL.Macro+"`", &spleval.Options{Macros: macros})
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.Run(context.Background(), &spleval.Input{Events: []spleval.Event{e}})
	if err != nil || len(result.Events) != 1 {
		t.Fatalf("%v, %d events", err, len(result.Events))
	}
	return result.Events[0]
}
