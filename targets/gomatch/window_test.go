package gomatch_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/gomatch"
)

// base are the rules that the correlations of the tests name.
const base = `title: Login
id: 11111111-1111-4111-8111-111111111111
name: login
logsource: {category: auth}
detection:
  sel: {e: login}
  condition: sel
---
title: Logout
id: 22222222-2222-4222-8222-222222222222
name: lout
logsource: {category: auth}
detection:
  sel: {e: logout}
  condition: sel
---
title: Correlation
id: 33333333-3333-4333-8333-333333333333
correlation:
`

// login and logout make events at a second, by a user, with a number.
func at(second int, name, user string, n int) string {
	b, _ := json.Marshal(map[string]any{"_t": second, "e": name, "u": user, "n": n})
	return string(b)
}

func TestCorrelate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, correlation string
		events            []string
		want              string // one letter an event: x completes a window
	}{
		{
			"four in an hour, over the full hour", "type: event_count\nrules: [login]\ngroup-by: [u]\ntimespan: 1h\ncondition: {gte: 4}",
			[]string{at(3480, "login", "a", 0), at(3490, "login", "a", 0), at(3720, "login", "a", 0), at(3730, "login", "a", 0)}, "...x",
		},
		{
			"exactly the window", "type: event_count\nrules: [login]\ngroup-by: [u]\ntimespan: 60m\ncondition: {gte: 2}",
			[]string{at(0, "login", "a", 0), at(3600, "login", "a", 0), at(7201, "login", "a", 0)}, ".x.",
		},
		{
			"groups apart", "type: event_count\nrules: [login]\ngroup-by: [u]\ntimespan: 1m\ncondition: {gte: 2}",
			[]string{at(0, "login", "a", 0), at(1, "login", "b", 0), at(2, "login", "a", 0), at(3, "logout", "b", 0)}, "..x.",
		},
		{
			"equal times are one batch", "type: event_count\nrules: [login]\ngroup-by: [u]\ntimespan: 1m\ncondition: {gte: 2}",
			[]string{at(5, "login", "a", 0), at(5, "login", "a", 0), at(5, "login", "a", 0)}, "..x",
		},
		{
			"distinct values", "type: value_count\nrules: [login]\ngroup-by: [u]\ntimespan: 1m\ncondition: {field: n, gte: 2}",
			[]string{at(0, "login", "a", 1), at(1, "login", "a", 1), at(2, "login", "a", 2), at(63, "login", "a", 2)}, "..x.",
		},
		{
			"sum and range", "type: value_sum\nrules: [login]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: n, gt: 3, lte: 6}",
			[]string{at(0, "login", "a", 3), at(1, "login", "a", 3), at(2, "login", "a", 3), at(12, "login", "a", 3)}, ".x.x",
		},
		{
			"percentile by nearest rank", "type: value_percentile\nrules: [login]\ngroup-by: [u]\ntimespan: 1m\ncondition: {field: n, percentile: 90, gte: 10}",
			[]string{at(0, "login", "a", 1), at(1, "login", "a", 2), at(2, "login", "a", 10)}, "..x",
		},
		{
			"both rules", "type: temporal\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s",
			[]string{at(0, "logout", "a", 0), at(1, "login", "b", 0), at(9, "login", "a", 0), at(30, "logout", "a", 0)}, "..x.",
		},
		{
			"in order", "type: temporal_ordered\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s",
			[]string{at(0, "logout", "a", 0), at(1, "login", "a", 0), at(2, "logout", "a", 0)}, "..x",
		},
		{
			"in order at one instant", "type: temporal_ordered\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s",
			[]string{at(2, "logout", "a", 0), at(2, "login", "a", 0)}, ".x",
		},
		{
			"a condition in order", "type: temporal_ordered\ngroup-by: [u]\ntimespan: 10s\ncondition: lout and login",
			[]string{at(0, "login", "a", 0), at(1, "logout", "a", 0), at(2, "login", "a", 0)}, "..x",
		},
		{
			"in order, and one not at all", "type: temporal_ordered\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s\ncondition: login and not lout",
			[]string{at(0, "login", "a", 0), at(1, "logout", "a", 0), at(12, "login", "a", 0)}, "x.x",
		},
		{
			"one of two in order", "type: temporal_ordered\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 1}",
			[]string{at(0, "logout", "a", 0)}, "x",
		},
		{
			"a condition by ids", "type: temporal\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s\ncondition: 11111111-1111-4111-8111-111111111111 and not lout",
			[]string{at(0, "login", "a", 0), at(1, "logout", "a", 0), at(2, "login", "a", 0)}, "x..",
		},
		{
			"a condition over names", "type: temporal\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s\ncondition: login and not lout",
			[]string{at(0, "login", "a", 0), at(1, "logout", "a", 0), at(2, "login", "a", 0)}, "x..",
		},
		{
			"late in the input", "type: temporal_ordered\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 60s",
			[]string{at(9, "logout", "a", 0), at(5, "login", "a", 0)}, "x.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := base + indent(test.correlation)
			if diff := cmp.Diff(test.want, completingEvents(t, src, test.events)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") + "\n" }

// completingEvents is a letter an event: x if it completes a window, else a
// dot.
func completingEvents(t *testing.T, src string, raw []string) string {
	t.Helper()
	docs, diags := sigma.Parse("rules.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
	for _, d := range append(diags, more...) {
		if d.Severity == sigma.Error {
			t.Fatal(d.Render())
		}
	}
	var correlation *ir.Program
	for _, p := range programs {
		if p.Correlation != nil {
			correlation = p
		}
	}
	var events []gomatch.Event
	for _, text := range raw {
		v, err := eval.ParseJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var stamp struct {
			T int64 `json:"_t"`
		}
		if err := json.Unmarshal([]byte(text), &stamp); err != nil {
			t.Fatal(err)
		}
		events = append(events, gomatch.Event{Value: v, Time: time.Unix(stamp.T, 0)})
	}
	out := []byte(strings.Repeat(".", len(raw)))
	for _, a := range gomatch.NewSet(programs).Correlate(correlation, events) {
		out[a.Event] = 'x'
	}
	return string(out)
}

// firing is what each shared case must give: at each event at which the
// condition holds.
var firing = map[string]string{
	"co03-lt":                            "xx..",
	"co04-range":                         ".xx.",
	"co06-missing-groupval":              "....",
	"co07-boundary":                      ".xxx",
	"co08-value_count-multi":             "..xx",
	"co10-temporal-cond":                 "x",
	"co11-temporal_ordered":              "..x",
	"co18-median":                        "..xx",
	"co19-timespan-week":                 ".xxx",
	"co20-timespan-month":                ".xxx",
	"co22-float-cond":                    "..xx",
	"cx temporal names-only(no id)":      ".xx",
	"cx event_count id+name ref by name": "..x",
	"cx ordered late arrival (ts order ok, arrival reversed)": "x.",
	"cx alias, rules by id, alias keys by name":               ".x.",
	"cx extended names, no ids: login and not lout":           "x..",
	"cx extended names, with ids: login and lout":             ".xx",
}

func TestSharedCorrelations(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(dir, "oracle", "correlation-cases.jsonl"))
	if err != nil {
		t.Skip("the design data is not here:", err)
	}
	defer f.Close()
	met := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var c struct {
			ID, Corr, Rule string
			Events         []json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		want, ok := firing[c.ID]
		if !ok {
			continue // a filter: no window
		}
		met++
		src := c.Rule
		if src == "" {
			src = base + indent(c.Corr)
		}
		var raw []string
		for _, e := range c.Events {
			raw = append(raw, string(e))
		}
		if got := completingEvents(t, src, raw); got != want {
			t.Errorf("%s: got %s, want %s", c.ID, got, want)
		}
	}
	if met != len(firing) {
		t.Errorf("%d of %d cases were met", met, len(firing))
	}
}

// TestManyEventsOfOneWindow has windows of thousands of events, each of which
// completes one. Not parallel: the memory of other tests would be counted too.
func TestManyEventsOfOneWindow(t *testing.T) {
	const n = 10_000
	events := make([]string, n)
	for i := range events {
		events[i] = at(i, "login", "a", i)
	}
	for _, correlation := range []string{
		"type: event_count\nrules: [login]\ngroup-by: [u]\ntimespan: 1d\ncondition: {gte: 1}",
		"type: value_count\nrules: [login]\ngroup-by: [u]\ntimespan: 1d\ncondition: {gte: 1, field: n}",
		"type: temporal\nrules: [login]\ngroup-by: [u]\ntimespan: 1d",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := completingEvents(t, base+indent(correlation), events)
		runtime.ReadMemStats(&after)
		if want := strings.Repeat("x", n); got != want {
			t.Errorf("%s: %d events complete a window, want %d", correlation, strings.Count(got, "x"), n)
		}
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 200 {
			t.Errorf("%s: took %d MiB", correlation, grown)
		}
	}
}
