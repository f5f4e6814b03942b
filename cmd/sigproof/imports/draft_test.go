package imports

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/cmd/sigproof/binding"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/fixtures/foreign/suites"
	"github.com/sigproof/sigproof/sigma"
)

// draft drafts suites of a file of rules from JSON lines.
func draft(t *testing.T, rules, lines string) *Run {
	t.Helper()
	docs, diags := sigma.Parse("rules.yml", []byte(rules))
	if sigma.HasErrors(diags) {
		t.Fatal(diags[0].Message)
	}
	b, _ := binding.New(docs, &compiler.Options{Log: schema.Generic}, binding.Options{Route: true})
	records, err := event.Read(strings.NewReader(lines), &event.Options{Log: schema.Generic})
	if err != nil {
		t.Fatal(err)
	}
	run := &Run{Homes: suites.NewHomes(docs, nil)}
	run.Events("events.jsonl", records, b)
	return run
}

func says(run *Run) string {
	var lines []string
	for _, d := range run.Diags {
		lines = append(lines, fmt.Sprintf("%s: %s", d.Severity, d.Message))
	}
	return strings.Join(lines, "\n")
}

// A rule of six parts can tell 64 events apart, which nobody reads.
func TestMostCases(t *testing.T) {
	t.Parallel()
	rule := "title: Six\nlogsource: {product: x}\ndetection:\n"
	for i := range 6 {
		rule += fmt.Sprintf("  s%d: {f%d: 1}\n", i, i)
	}
	var lines strings.Builder
	for n := range 64 {
		for range 2 { // the second says nothing new
			lines.WriteString("{")
			for i := range 6 {
				fmt.Fprintf(&lines, `"f%d": %d, `, i, n>>i&1)
			}
			lines.WriteString(`"x": 1}` + "\n")
		}
	}
	run := draft(t, rule+"  condition: 1 of s*\n", lines.String())
	home := run.Homes.All()
	if len(home) != 1 || len(home[0].Suites[0].Cases) != mostCases {
		t.Fatalf("got %d homes: %s", len(home), says(run))
	}
	if want := `warning: events.jsonl: "Six" would have 64 cases; the first 40 are taken`; says(run) != want {
		t.Errorf("got %s\nwant %s", says(run), want)
	}
	for i, c := range home[0].Suites[0].Cases {
		if c.Match != (i > 0) || c.Name != fmt.Sprintf("event %d of events.jsonl", 2*i) {
			t.Errorf("case %d is %q, %t", i, c.Name, c.Match)
		}
	}
}

// Of several rules those that match nothing have no suite; of a correlation all
// events are one case.
func TestDraftsOfSeveral(t *testing.T) {
	t.Parallel()
	const rules = `title: One
name: one
logsource: {product: x}
detection: {sel: {a: 1}, condition: sel}
---
title: Other
name: other
logsource: {product: x}
detection: {sel: {a: 9}, condition: sel}
---
title: Many
name: many
correlation: {type: event_count, rules: [one], generate: true, timespan: 1h, condition: {gte: 3}}
`
	for _, test := range []struct {
		events int
		want   string // suites and cases
		says   string
	}{
		{2, "one 1", ""},
		{3, "one 1, many 1", ""},
		{mostEvents + 1, "one 1", `error: events.jsonl: a case of "Many" would hold 201 events; export at most 200`},
	} {
		run := draft(t, rules, strings.Repeat(`{"a": 1, "TimeGenerated": "2026-11-24T10:00:00Z"}`+"\n", test.events))
		var got []string
		for _, h := range run.Homes.All() {
			for _, s := range h.Suites {
				got = append(got, fmt.Sprintf("%s %d", s.Rule.Value, len(s.Cases)))
			}
		}
		if strings.Join(got, ", ") != test.want || says(run) != test.says {
			t.Errorf("%d events:\n got %v, %s\nwant %s, %s", test.events, got, says(run), test.want, test.says)
		}
	}
}
