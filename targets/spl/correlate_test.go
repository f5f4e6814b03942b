package spl

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/gomatch"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

// logins are the rules that the correlations of the tests name.
const logins = `title: Login
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
  sel: {e|re: '^logout$'}
  condition: sel
---
title: Other
name: other
logsource: {category: auth}
detection:
  sel: {e: other}
  condition: sel
---
title: Correlation
id: 33333333-3333-4333-8333-333333333333
correlation:
  `

func correlation(body string) string {
	first, more, _ := strings.Cut(body, "\n---\n")
	return logins + strings.ReplaceAll(first, "\n", "\n  ") + "\nname: inner\n---\n" + more
}

// A timed event is one of an open log at a second.
type timed struct {
	second int64
	value  eval.Value
}

// completing compares the completing events of a correlation, natively and as
// SPL: the groups and numbers of the events.
func completing(t *testing.T, src string, events []timed) {
	t.Helper()
	programs := compile(t, schema.Generic, src)
	i := slices.IndexFunc(programs, func(p *ir.Program) bool { return p.Correlation != nil && !p.Silent })
	q := emit(t, programs[i])

	var natives []gomatch.Event
	var found []spleval.Event
	for i, e := range events {
		natives = append(natives, gomatch.Event{Value: e.value, Time: time.Unix(e.second, 0)})
		event := openEvent(e.value).WithField("_time", fmt.Sprint(e.second)).WithField("number", fmt.Sprint(i))
		found = append(found, event)
	}
	var want, got []string
	for _, a := range gomatch.NewSet(programs).Correlate(programs[i], natives) {
		var group []string
		for _, v := range a.Group {
			s, _ := eval.Text(v.Value)
			group = append(group, s)
		}
		want = append(want, fmt.Sprintf("%d %q", events[a.Event].second, group))
	}
	for _, r := range run(t, schema.Generic, q.Text, found...) {
		var group []string
		for _, g := range programs[i].Correlation.GroupBy {
			group = append(group, r.First(g.Name))
		}
		got = append(got, fmt.Sprintf("%s %q", r.First("_time"), group))
	}
	slices.SortFunc(want, cmp.Compare)
	slices.SortFunc(got, cmp.Compare)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-native +SPL):\n%s\n%s\n%v", diff, q.Text, events)
	}
}

func TestSharedCorrelations(t *testing.T) {
	t.Parallel()
	eachLine(t, shared(t, "oracle", "correlation-cases.jsonl"), func(r struct {
		ID, Corr, Rule string
		Events         []json.RawMessage
	}) {
		src := r.Rule
		if src == "" {
			src = correlation(r.Corr)
		}
		if strings.HasPrefix(r.ID, "fi") {
			return // a filter: no window
		}
		var events []timed
		for _, raw := range r.Events {
			var stamp struct {
				T int64 `json:"_t"`
			}
			if err := json.Unmarshal(raw, &stamp); err != nil {
				t.Fatal(err)
			}
			events = append(events, timed{stamp.T, parseJSON(t, string(raw))})
		}
		t.Run(r.ID, func(t *testing.T) { completing(t, src, events) })
	})
}

// TestRandomWindows compares every type over random events, of which many fall
// on one instant or on the edge of a window.
func TestRandomWindows(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"type: event_count\nrules: [login]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 3}",
		"type: event_count\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gt: 1, lte: 4}",
		"type: event_count\nrules: [login]\ntimespan: 5s\ncondition: {eq: 2}",
		"type: event_count\nrules: [login]\ngroup-by: [u]\ntimespan: 10s\ncondition: {neq: 2}",
		"type: event_count\nrules: [login]\ngroup-by: [u]\ntimespan: 10s\ncondition: {lt: 2.5}",
		"type: event_count\nrules: [login, lout]\ngroup-by: [who]\ntimespan: 10s\ncondition: {gte: 3}\naliases: {who: {login: u, lout: v}}",
		"type: value_count\nrules: [login]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: n, gte: 3}",
		"type: value_count\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: [n, v], gte: 3}",
		"type: value_count\nrules: [login]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: n, lt: 2}",
		"type: value_sum\nrules: [login]\ngroup-by: [u, v]\ntimespan: 10s\ncondition: {field: n, gt: 4, lte: 9}",
		"type: value_avg\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: n, gte: 2.5}",
		"type: value_median\nrules: [login]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: n, gte: 2.5}",
		"type: value_percentile\nrules: [login]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: n, percentile: 75, gte: 4}",
		"type: temporal\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 4s",
		"type: temporal\nrules: [login, lout]\ngroup-by: [who]\ntimespan: 4s\ncondition: {gte: 2}\naliases: {who: {login: u, lout: v}}",
		"type: temporal\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 4s\ncondition: login and not lout",
		"type: temporal\nrules: [login, lout]\ntimespan: 2s\ncondition: 1 of lo*",
		"type: temporal_ordered\nrules: [login, lout]\ngroup-by: [u]\ntimespan: 3s",
		"type: temporal_ordered\nrules: [lout, login]\ntimespan: 1s",
		"type: temporal\ngroup-by: [u]\ntimespan: 4s\ncondition: 11111111-1111-4111-8111-111111111111 and not lout",
		"type: temporal_ordered\ngroup-by: [u]\ntimespan: 3s\ncondition: lout and login",
		"type: temporal_ordered\ngroup-by: [u]\ntimespan: 3s\ncondition: (login or lout) and other",
		"type: temporal_ordered\ngroup-by: [u]\ntimespan: 3s\ncondition: login and other and not lout",
		"type: temporal_ordered\nrules: [login, lout, other]\ngroup-by: [u]\ntimespan: 3s\ncondition: 2 of * or not (login or other)",
		"type: temporal_ordered\nrules: [other, login, lout]\ngroup-by: [u]\ntimespan: 3s\ncondition: {gte: 2}",
		"type: event_count\nrules: [login]\ngroup-by: [u, v]\ntimespan: 5s\ncondition: {gte: 2}\n---\ntitle: Outer\ncorrelation:\n  type: temporal\n  rules: [inner, lout]\n  group-by: [u]\n  timespan: 9s",
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			src := correlation(body)
			for seed := range int64(12) {
				completing(t, src, randomEvents(rand.New(rand.NewSource(seed))))
			}
		})
	}
}

func randomEvents(r *rand.Rand) []timed {
	var events []timed
	for range 6 + r.Intn(30) {
		e := map[string]any{"e": []string{"login", "logout", "other"}[r.Intn(3)], "v": []string{"a", "b"}[r.Intn(2)]}
		if r.Intn(8) > 0 {
			e["u"] = []string{"a", "b", "A"}[r.Intn(3)]
		}
		if r.Intn(6) > 0 {
			e["n"] = r.Intn(6)
		}
		raw, _ := json.Marshal(e)
		v, _ := eval.ParseJSON(raw)
		events = append(events, timed{int64(1000 + r.Intn(40)), v})
	}
	return events
}
