package kql_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/gomatch"
)

const windowRules = `
title: Added
name: added
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: Add}, condition: sel}
---
title: Removed
name: removed
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: Remove}, condition: sel}
---
title: Any
name: any_change
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: '*'}, condition: sel}
---
title: Other
name: other
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: Other}, condition: sel}
---
title: Correlation
name: correlation
correlation:
  timespan: 10s
`

// windows are correlations of every type and form.
var windows = []string{
	"type: event_count\nrules: [added]\ngroup-by: [actor.id]\ncondition: {gte: 2}",
	"type: event_count\nrules: [added]\ngroup-by: [actor.id]\ncondition: {gt: 0}",
	"type: event_count\nrules: [added, any_change]\ngroup-by: [actor.id, category]\ncondition: {gt: 2}",
	"type: event_count\nrules: [added, any_change]\ncondition: {gte: 4}",
	"type: event_count\nrules: [added, any_change]\ngroup-by: [actor.id]\ncondition: {lt: 3}",
	"type: event_count\nrules: [any_change]\ngroup-by: [actor.id]\ncondition: {eq: 2}",
	"type: event_count\nrules: [any_change]\ngroup-by: [actor.id]\ncondition: {gt: 1, lte: 3}",
	"type: value_count\nrules: [any_change]\ngroup-by: [actor.id]\ncondition: {field: subject.id, gte: 2}",
	"type: value_count\nrules: [any_change]\ngroup-by: [actor.id]\ncondition: {field: [subject.id, category], gte: 2}",
	"type: value_count\nrules: [any_change]\ngroup-by: [actor.id]\ncondition: {field: subject.id, lt: 2}",
	"type: value_sum\nrules: [added, removed]\ngroup-by: [actor.id]\ncondition: {field: durationMs, gt: 5}",
	"type: value_avg\nrules: [any_change]\ngroup-by: [actor.id]\ncondition: {field: durationMs, lte: 2.5}",
	"type: value_median\nrules: [any_change]\ngroup-by: [actor.id]\ncondition: {field: durationMs, gte: 2}",
	"type: value_percentile\nrules: [any_change]\ngroup-by: [actor.id]\ncondition: {field: durationMs, percentile: 75, gte: 3}",
	"type: temporal\nrules: [added, removed]\ngroup-by: [actor.id]",
	"type: temporal\nrules: [added, removed, any_change]\ngroup-by: [actor.id]\ncondition: {gte: 3}",
	"type: temporal\nrules: [added, removed, any_change]\ngroup-by: [actor.id]\ncondition: removed and not added",
	"type: temporal\nrules: [added, removed, any_change]\ngroup-by: [actor.id]\ncondition: 3 of them or not 1 of a*",
	"type: temporal_ordered\nrules: [added, removed]\ngroup-by: [actor.id]",
	"type: temporal_ordered\nrules: [removed, added, removed]\ngroup-by: [actor.id]",
	"type: temporal_ordered\nrules: [added, removed, any_change, added]\ngroup-by: [actor.id]",
	"type: temporal\ngroup-by: [actor.id]\ncondition: removed and not added",
	"type: temporal_ordered\ngroup-by: [actor.id]\ncondition: added and removed",
	"type: temporal_ordered\ngroup-by: [actor.id]\ncondition: (added or removed) and any_change and not other",
	"type: temporal_ordered\nrules: [removed, other, added]\ngroup-by: [actor.id]\ncondition: 2 of * or not (added or other)",
	"type: temporal_ordered\nrules: [added, removed, other]\ngroup-by: [actor.id]\ncondition: {gt: 1}",
}

// TestWindows holds the query of each correlation against the native windows,
// over streams with bursts, ties and events that lack something.
func TestWindows(t *testing.T) {
	t.Parallel()
	for _, window := range windows {
		src := windowRules + "  " + strings.ReplaceAll(window, "\n", "\n  ") + "\n"
		checkWindows(t, window, compile(t, src, nil))
	}
	// A correlation of a correlation.
	src := windowRules + "  type: temporal\n  rules: [added, removed]\n  group-by: [actor.id]\n" +
		"---\ntitle: Outer\ncorrelation:\n  type: event_count\n  rules: [correlation]\n  group-by: [actor.id]\n  timespan: 20s\n  condition: {gte: 2}\n"
	checkWindows(t, "nested", compile(t, src, nil))
}

func checkWindows(t *testing.T, name string, programs []*ir.Program) {
	p := programs[len(programs)-1]
	query := emit(t, p).Text
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(rt *rapid.T) {
			stream := rapid.SliceOfN(rapid.Custom(drawChange), 1, 12).Draw(rt, "stream")
			var events []gomatch.Event
			var rows [][]byte
			for i, c := range stream {
				c.id = fmt.Sprintf("id%02d", i)
				events = append(events, c.event(t, p))
				rows = append(rows, c.row())
			}
			want := nativeAlerts(gomatch.NewSet(programs), p, events)
			if diff := cmp.Diff(want, queryAlerts(t, query, p, rows)); diff != "" {
				rt.Fatalf("(-native +kql):\n%s\n%s", diff, query)
			}
		})
	})
}

// A change is an event of the stream.
type change struct {
	id, operation, actor, category, subject string
	at, duration                            int // duration is negative if it is missing
}

func drawChange(t *rapid.T) change {
	return change{
		operation: rapid.SampledFrom([]string{"Add", "Remove", "Other"}).Draw(t, "operation"),
		actor:     rapid.SampledFrom([]string{"eve", "eve", "eve", "Eve", ""}).Draw(t, "actor"),
		category:  rapid.SampledFrom([]string{"x", "y", ""}).Draw(t, "category"),
		subject:   rapid.SampledFrom([]string{"s1", "s2", "s3", ""}).Draw(t, "subject"),
		at:        5 * rapid.IntRange(0, 8).Draw(t, "at"), // windows end where events are
		duration:  rapid.IntRange(-1, 6).Draw(t, "duration"),
	}
}

func (c change) time() time.Time {
	return time.Date(2026, 1, 1, 23, 59, 40, 0, time.UTC).Add(time.Duration(c.at) * time.Second)
}

// fields gives the parts of the event that it has.
func (c change) fields(initiatedBy, targets, category, duration string) map[string]any {
	out := map[string]any{}
	if c.actor != "" {
		out[initiatedBy] = map[string]any{"user": map[string]any{"id": c.actor}}
	}
	if c.subject != "" {
		out[targets] = []any{map[string]any{"type": "User", "id": c.subject}}
	}
	if c.category != "" {
		out[category] = c.category
	}
	if c.duration >= 0 {
		out[duration] = c.duration
	}
	return out
}

func (c change) event(t *testing.T, p *ir.Program) gomatch.Event {
	fields := c.fields("initiatedBy", "targetResources", "category", "durationMs")
	fields["activityDisplayName"] = c.operation
	data, _ := json.Marshal(fields)
	value, err := eval.ParseJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return gomatch.Event{Value: value, Time: c.time(), ID: c.id, Log: p.Log}
}

func (c change) row() []byte {
	fields := c.fields("InitiatedBy", "TargetResources", "Category", "DurationMs")
	fields["OperationName"], fields["TimeGenerated"], fields["Id"] = c.operation, c.time().Format(time.RFC3339), c.id
	data, _ := json.Marshal(fields)
	return data
}

func nativeAlerts(set *gomatch.Set, p *ir.Program, events []gomatch.Event) []string {
	var out []string
	for _, a := range set.Correlate(p, events) {
		var parts []string
		for _, g := range a.Group {
			text, _ := eval.Text(g.Value)
			parts = append(parts, text)
		}
		e := events[a.Event]
		parts = append(parts, e.Time.Format(time.RFC3339), e.ID)
		out = append(out, strings.Join(parts, " "))
	}
	slices.Sort(out)
	return out
}

func queryAlerts(t *testing.T, query string, p *ir.Program, rows [][]byte) []string {
	return alertsOf(t, run(t, query, p.Log, rows))
}
