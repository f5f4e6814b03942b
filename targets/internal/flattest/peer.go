package flattest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler/eval"
)

// Peer holds what another compiler writes of the cases against the reference
// matcher, by running it. $SIGPROOF_PEER is the command that has it; .ci/flat
// sets it. Known says of cases why the other one's text does not select the same
// or is not there; one that does select the same is listed wrongly.
func Peer(t *testing.T, l Language, known map[string]string) {
	t.Helper()
	command := strings.Fields(os.Getenv("SIGPROOF_PEER"))
	if len(command) == 0 {
		t.Skip("pySigma is not here; .ci/flat runs this")
	}
	agree := 0
	queries := convert(t, command)
	for _, c := range Cases {
		query := queries[c.Name]
		differs := compare(t, l, c, query)
		switch why := known[c.Name]; {
		case differs != "" && why == "":
			t.Errorf("%s: %s\n%s", c.Name, differs, query)
		case differs == "" && why != "":
			t.Errorf("%s selects the same, and is said to differ: %s\n%s", c.Name, why, query)
		case differs == "":
			agree++
		}
	}
	t.Logf("%d of %d cases select the same events; %d are known to differ", agree, len(Cases), len(known))
}

// convert gives what the other compiler writes of each case; "error: ..." where
// it refuses one.
func convert(t *testing.T, command []string) map[string]string {
	t.Helper()
	type line struct{ Name, Rule, Query, Error string }
	var in bytes.Buffer
	for _, c := range Cases {
		rule := "title: T\nlogsource: {category: test}\ndetection:\n  " + c.Detection + "\n"
		if err := json.NewEncoder(&in).Encode(map[string]string{"name": c.Name, "rule": rule}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	data, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(data)); d.More(); {
		var l line
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		if out[l.Name] = l.Query; l.Error != "" {
			out[l.Name] = "error: " + l.Error
		}
	}
	if len(out) != len(Cases) {
		t.Fatalf("%d of %d cases came back", len(out), len(Cases))
	}
	return out
}

// compare tells how a text of the other compiler differs; empty if it does not.
func compare(t *testing.T, l Language, c Case, query string) string {
	t.Helper()
	if strings.HasPrefix(query, "error: ") {
		return query
	}
	p := Compile(t, c.Detection)
	matcher := eval.NewMatcher(p.Pred)
	for _, src := range c.Events {
		event, err := eval.ParseJSON([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.Match(query, p, event.(*eval.Object))
		if err != nil {
			return err.Error()
		}
		if want := matcher.Match(event); got != want {
			return "an event is selected otherwise: " + src
		}
	}
	return ""
}
