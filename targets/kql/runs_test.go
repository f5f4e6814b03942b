package kql_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/gomatch"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
)

// TestRuns runs scheduled queries as a product does, again and again over times
// that overlap, while events come late and in any order. All runs together tell
// what the native windows find in the end, each alert once.
func TestRuns(t *testing.T) {
	t.Parallel()
	const rule = "title: R\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: Add}, condition: sel}\n"
	checkRuns(t, "rule", compile(t, rule, nil))
	for _, window := range windows {
		checkRuns(t, window, compile(t, windowRules+"  "+strings.ReplaceAll(window, "\n", "\n  ")+"\n", nil))
	}
	day := strings.Replace(windowRules, "timespan: 10s", "timespan: 1d", 1) // runs are hourly
	for _, condition := range []string{"{gte: 2}", "{lt: 3}"} {
		checkRuns(t, "a day "+condition, compile(t, day+"  type: event_count\n  rules: [added]\n  group-by: [actor.id]\n  condition: "+condition+"\n", nil))
	}
	outer := "---\ntitle: Outer\ncorrelation:\n  type: event_count\n  rules: [correlation]\n  group-by: [actor.id]\n  timespan: 20s\n  condition: {gte: 2}\n"
	checkRuns(t, "nested", compile(t, windowRules+"  type: temporal\n  rules: [added, removed]\n  group-by: [actor.id]\n"+outer, nil))
	checkRuns(t, "nested order", compile(t, windowRules+"  type: temporal_ordered\n  rules: [added, removed]\n  group-by: [actor.id]\n"+outer, nil))
}

func checkRuns(t *testing.T, name string, programs []*ir.Program) {
	p := programs[len(programs)-1]
	q, diags := kql.Emitter{Scheduled: true}.Emit(p)
	if q == nil {
		t.Fatal(diags)
	}
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		product := newProduct(t, p, q)
		seeds := 25
		if testing.Short() {
			seeds = 4
		}
		for seed := range seeds {
			stream := rapid.SliceOfN(rapid.Custom(drawLate), 1, 25).Example(seed)
			var events []gomatch.Event
			for i := range stream {
				stream[i].id = fmt.Sprintf("id%02d", i)
				events = append(events, stream[i].event(t, p))
			}
			want := matched(stream)
			if p.Correlation != nil {
				want = nativeAlerts(gomatch.NewSet(programs), p, events)
			}
			if diff := cmp.Diff(withoutIDs(want), withoutIDs(product.told(t, stream))); diff != "" {
				t.Fatalf("seed %d (-native +runs):\n%s\n%s", seed, diff, q.Text)
			}
		}
	})
}

// A lateChange reaches its table some time after it happened.
type lateChange struct {
	change
	late time.Duration
}

func drawLate(t *rapid.T) lateChange {
	return lateChange{drawChange(t), time.Duration(rapid.IntRange(0, int(kql.Lateness/time.Minute)).Draw(t, "late")) * time.Minute}
}

func (c lateChange) ingested() time.Time { return c.time().Add(c.late) }

// matched are the events that the rule of this test looks for.
func matched(stream []lateChange) []string {
	var out []string
	for _, c := range stream {
		if c.operation == "Add" {
			out = append(out, c.time().Format(time.RFC3339)+" "+c.id)
		}
	}
	return out
}

// withoutIDs leaves out which of the events of one instant completes a window:
// they may come one after the other.
func withoutIDs(alerts []string) []string {
	var out []string
	for _, a := range alerts {
		out = append(out, a[:strings.LastIndexByte(a, ' ')])
	}
	slices.Sort(out)
	return out
}

// A product runs one query by its schedule.
type product struct {
	program  *ir.Program
	schedule targets.Schedule
	plan     *kqleval.Plan
}

func newProduct(t *testing.T, p *ir.Program, q *targets.Query) *product {
	parsed, err := kqleval.Parse(q.Text)
	if err != nil {
		t.Fatalf("%v\n%s", err, q.Text)
	}
	s, _ := table(t, p.Log, nil)
	name := p.Log.KQL.Name
	s[name] = append(s[name], kqleval.Column{Name: kqleval.IngestionColumn, Type: kqleval.TDateTime})
	plan, err := parsed.Bind(s)
	if err != nil {
		t.Fatalf("%v\n%s", err, q.Text)
	}
	return &product{p, q.Schedule, plan}
}

// told is what all runs tell: from before the first event until nothing can
// come any more. What comes in while a run waits for its turn is there already.
func (x *product) told(t *testing.T, stream []lateChange) []string {
	const wait = 5 * time.Minute // Sentinel runs a query so long after its time
	first := change{}.time().Truncate(time.Hour)
	var out []string
	for now := first; now.Before(first.Add(3 * time.Hour)); now = now.Add(x.schedule.Frequency) {
		var rows [][]byte
		var there []lateChange
		for _, c := range stream {
			if !c.ingested().After(now.Add(wait)) && !c.time().Before(now.Add(-x.schedule.Period)) && !c.time().After(now) {
				rows, there = append(rows, c.row()), append(there, c)
			}
		}
		if len(rows) > 0 {
			out = append(out, x.run(t, now, rows, there)...)
		}
	}
	return out
}

func (x *product) run(t *testing.T, now time.Time, rows [][]byte, there []lateChange) []string {
	_, in := table(t, x.program.Log, rows)
	in.Now = now
	read := in.Tables[x.program.Log.KQL.Name]
	read.Columns = append(read.Columns, kqleval.Column{Name: kqleval.IngestionColumn, Type: kqleval.TDateTime})
	for i, c := range there {
		read.Rows[i] = append(read.Rows[i], kqleval.String(c.ingested().Format(time.RFC3339)))
	}
	result, err := x.plan.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	if x.program.Correlation != nil {
		return alertsOf(t, result)
	}
	number := slices.IndexFunc(result.Columns, func(c kqleval.Column) bool { return c.Name == rowNumber })
	var out []string
	for _, row := range result.Rows {
		c := there[row[number].(kqleval.Long)]
		out = append(out, c.time().Format(time.RFC3339)+" "+c.id)
	}
	return out
}

// alertsOf reads the rows of a correlation.
func alertsOf(t *testing.T, result *kqleval.Table) []string {
	t.Helper()
	var got struct{ Rows [][]string }
	if err := json.Unmarshal(result.JSON(), &got); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range got.Rows {
		out = append(out, strings.ReplaceAll(strings.Join(row, " "), ".0000000Z", "Z"))
	}
	slices.Sort(out)
	return out
}
