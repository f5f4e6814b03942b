package kql_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/kql"
)

// TestKusto asks Microsoft's analyser about every query that the goldens and
// the corpus give. $SIGPROOF_KUSTO names the folder in which npm has installed
// @kusto/language-service-next.
func TestKusto(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("SIGPROOF_KUSTO")
	if dir == "" {
		t.Skip("Microsoft's analyser is not here: $SIGPROOF_KUSTO names no folder")
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	if err := enc.Encode(columnsOf(schema.Logs())); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for name, query := range queries(t) {
		asked++
		if err := enc.Encode(map[string]string{"name": name, "query": query}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", "testdata/kustocheck.mjs", dir)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := lines(string(out))
	for _, line := range answers {
		var answer struct {
			Name        string
			Diagnostics []string
		}
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatal(err)
		}
		for _, d := range answer.Diagnostics {
			t.Errorf("%s: %s", answer.Name, d)
		}
	}
	if len(answers) != asked || asked == 0 {
		t.Errorf("%d answers to %d queries", len(answers), asked)
	}
	t.Logf("%d queries", asked)
}

// columnsOf gives the tables of the logs; that of the open log has a column,
// and none of those that rules ask for.
func columnsOf(logs []*schema.Log) map[string]map[string]string {
	out := map[string]map[string]string{schema.Generic.KQL.Name: {"TimeGenerated": "datetime"}}
	for _, log := range logs {
		out[log.KQL.Name] = map[string]string{}
		for _, c := range log.KQL.Columns {
			out[log.KQL.Name][c.Name] = c.Type
		}
	}
	return out
}

// queries gives each query by a name.
func queries(t *testing.T) map[string]string {
	out := map[string]string{}
	goldens, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range goldens {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		g := golden{path, archive}
		for _, p := range compile(t, g.file("rule.yml"), g.log()) {
			out[path+": "+p.Title] = emit(t, p).Text
			scheduled, _ := kql.Emitter{Scheduled: true}.Emit(p)
			out[path+": "+p.Title+", scheduled"] = scheduled.Text
		}
	}
	for _, window := range windows {
		programs := compile(t, windowRules+"  "+strings.ReplaceAll(window, "\n", "\n  ")+"\n", nil)
		for name, e := range map[string]kql.Emitter{"": {}, "scheduled": {Scheduled: true}, "carried": {Carried: []string{"CorrelationId", "Id", "ResultReason"}}} {
			q, _ := e.Emit(programs[len(programs)-1])
			out[window+": "+name] = q.Text
		}
	}
	if !testing.Short() {
		corpusQueries(t, out)
	}
	return out
}

func corpusQueries(t *testing.T, out map[string]string) {
	for path, p := range corpus(t) {
		if q, _ := (kql.Emitter{}).Emit(p); q != nil {
			out[path+": "+p.Title] = q.Text
		}
	}
}
