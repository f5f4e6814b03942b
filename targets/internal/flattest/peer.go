package flattest

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
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
	rules := map[string]string{}
	for _, c := range Cases {
		rules[c.Name] = "title: T\nlogsource: {category: test}\ndetection:\n  " + c.Detection + "\n"
	}
	queries := convert(t, rules)
	differs := map[string]string{}
	for _, c := range Cases {
		if what := compare(t, l, c, queries[c.Name]); what != "" {
			differs[c.Name] = what + "\n" + queries[c.Name]
		}
	}
	held(t, len(Cases), differs, known)
}

// PeerCorpus holds what another compiler writes of public rules against their
// known verdicts, as Peer does: one rule in each step. Known is by the rules'
// paths.
func PeerCorpus(t *testing.T, l Language, step int, known map[string]string) {
	t.Helper()
	rules := map[string]string{}
	var all []verdicts
	for v := range sampled(t, step) {
		all, rules[v.Path] = append(all, v), string(v.src)
	}
	queries := convert(t, rules)
	differs := map[string]string{}
	for _, v := range all {
		if what := v.against(t, l, queries[v.Path]); what != "" {
			differs[v.Path] = what + "\n" + queries[v.Path]
		}
	}
	held(t, len(all), differs, known)
}

// against tells how a text of the other compiler differs from the verdicts.
func (v verdicts) against(t *testing.T, l Language, query string) string {
	t.Helper()
	if strings.HasPrefix(query, "error: ") {
		return query
	}
	p := v.programs(t)[0]
	for i, event := range v.events(t) {
		got, err := l.Match(query, p, event)
		switch {
		case err != nil:
			return err.Error()
		case got != v.Want[i]:
			return "an event is selected otherwise: " + string(v.Events[i])
		}
	}
	return ""
}

// held wants just the known ones to differ.
func held(t *testing.T, all int, differs, known map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(differs)) {
		if known[name] == "" {
			t.Errorf("%s: %s", name, differs[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if differs[name] == "" {
			t.Errorf("%s selects the same, and is said to differ: %s", name, known[name])
		}
	}
	t.Logf("%d of %d select the same events; %d are known to differ", all-len(differs), all, len(known))
}

// convert gives what the other compiler writes of each rule; "error: ..." where
// it refuses one.
func convert(t *testing.T, rules map[string]string) map[string]string {
	t.Helper()
	command := strings.Fields(os.Getenv("SIGPROOF_PEER"))
	if len(command) == 0 {
		t.Skip("pySigma is not here; .ci/flat runs this")
	}
	type line struct{ Name, Rule, Query, Error string }
	var in bytes.Buffer
	for name, rule := range rules {
		if err := json.NewEncoder(&in).Encode(map[string]string{"name": name, "rule": rule}); err != nil {
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
	if len(out) != len(rules) {
		t.Fatalf("%d of %d rules came back", len(out), len(rules))
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
