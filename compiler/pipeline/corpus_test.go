package pipeline_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// idle are pipelines that change how rules are written, and not what they find.
var idle = map[string]string{
	"brackets": "transformations: [{type: regex}]",
	"flag":     "transformations: [{type: regex, method: ignore_case_flag}]",
	"lower":    "transformations: [{type: case}]",
	"upper":    "transformations: [{type: case, method: upper}]",
	"text":     "transformations: [{type: convert_type, target_type: str}]",
	"twice":    "transformations: [{type: replace_string, regex: '[a-z]', replacement: '\\g<0>', skip_special: true}]",
	"plain":    "transformations: [{type: replace_string, regex: '(.)', replacement: '\\1'}]",
	"renamed":  "transformations: [{type: field_name_prefix, prefix: x.}, {type: field_name_prefix_mapping, mapping: {x.: ''}}]",
	"both": "transformations: [{type: field_name_prefix_mapping, mapping: {'': ['', no.]}, " +
		"detection_item_conditions: [{type: is_null, cond: any}], detection_item_cond_not: true}]",
}

// TestIdlePipelines runs the rules of the corpus over the events made from
// them, with and without pipelines that change no verdict.
func TestIdlePipelines(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short leaves the corpus out")
	}
	var rows []corpusRow
	readRows(t, &rows)
	for name, src := range idle {
		p, diags := pipeline.Read("pipeline.yml", []byte(src), nil)
		if p == nil {
			t.Fatal(diags)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := 0
			for _, r := range rows {
				programs, diags := compiler.Compile(r.docs, &compiler.Options{Log: schema.Generic, Pipeline: p})
				for _, program := range programs {
					if program.ID != r.ID {
						continue
					}
					changed++
					m := eval.NewMatcher(program.Pred)
					for i, e := range r.events {
						if got := m.Match(e); got != r.Want[i] {
							t.Errorf("%s: %s: got %t", r.Path, r.Events[i], got)
						}
					}
				}
				if sigma.HasErrors(diags) {
					t.Errorf("%s: %v", r.Path, diags[0])
				}
			}
			if changed < 1000 {
				t.Errorf("only %d rules were run", changed)
			}
		})
	}
}

type corpusRow struct {
	ID, Path string
	Events   []json.RawMessage
	Want     []bool

	docs   []sigma.Document
	events []eval.Value
}

// readRows reads the rules of the corpus that have events, and skips the test
// without them.
func readRows(t *testing.T, rows *[]corpusRow) {
	t.Helper()
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(dir, "oracle", "rule-verdicts.jsonl"))
	if err != nil {
		t.Skip("the design data is not here: neither ../shared nor $SIGPROOF_SHARED has oracle/rule-verdicts.jsonl")
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var r corpusRow
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		src, err := os.ReadFile(filepath.Join(dir, "corpus", "sigma", r.Path))
		if err != nil {
			t.Fatal(err)
		}
		r.docs, _ = sigma.Parse(r.Path, src)
		for _, raw := range r.Events {
			v, err := eval.ParseJSON(raw)
			if err != nil {
				t.Fatal(err)
			}
			r.events = append(r.events, v)
		}
		*rows = append(*rows, r)
	}
}
