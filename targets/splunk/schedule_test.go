package splunk_test

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/splunk"
)

// TestRuns runs the searches as the scheduler does, with events that come late:
// every suite has its verdicts, and no row is told twice.
func TestRuns(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("replays a thousand cases, run by run")
	}
	in := suites(t)
	programs, _ := compiler.Compile(in.Documents, in.Compile)
	p, _ := splunk.Build(programs, &splunk.Options{Name: "Entra PIM"})
	engine := scheduled{settings: map[string]map[string]string{}}
	objects, err := splunk.Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		engine.settings[o.ID] = map[string]string{}
		for _, f := range o.Fields {
			engine.settings[o.ID][f.Name] = f.Value
		}
	}
	in.Suites = slices.DeleteFunc(in.Suites, func(s *fixtures.Suite) bool { return len(s.Define) > 0 })
	in.Engines = []fixtures.Engine{engine}
	report, err := fixtures.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, s := range report.Suites {
		for _, c := range s.Cases {
			for _, v := range c.Verdicts {
				if cases++; v.Status != fixtures.Pass {
					t.Errorf("%s: %s: %s: %s", s.Suite.File.Name, c.Case.Name.Value, v.Status, v.Detail)
				}
			}
		}
	}
	if cases < 500 {
		t.Errorf("%d cases replayed", cases)
	}
}

// A scheduled engine runs searches by the settings of an app.
type scheduled struct {
	fixtures.SPL
	settings map[string]map[string]string // by the id of the rule
}

func (e scheduled) Prepare(p *ir.Program) (*fixtures.Prepared, []*sigma.Diagnostic) {
	prepared, diags := e.SPL.Prepare(p)
	if s := e.settings[pack.DocumentID(p.Doc)]; prepared != nil && s["cron"] != "" {
		prepared.Runner = &scheduledRuns{prepared.Runner, s}
	}
	return prepared, diags
}

type scheduledRuns struct {
	fixtures.Runner
	settings map[string]string
}

// late is how long after its time an event is indexed: up to the quarter of an
// hour that searches wait for, by the event.
func late(s *fixtures.Sample) time.Duration {
	h := fnv.New32()
	h.Write([]byte(s.Canonical()))
	return time.Duration(h.Sum32()%900) * time.Second
}

// Match wants each event to be in just one run, and asks them all at once: a
// rule looks at each by itself.
func (r *scheduledRuns) Match(ctx context.Context, samples []*fixtures.Sample) ([]bool, error) {
	for _, s := range samples {
		if runs := r.runsThatSee(s); runs != 1 && !s.Time.IsZero() {
			return nil, fmt.Errorf("%d runs see the event of %s", runs, s.Time)
		}
	}
	return r.Runner.Match(ctx, samples)
}

func (r *scheduledRuns) runsThatSee(s *fixtures.Sample) (runs int) {
	indexed := s.Time.Add(late(s))
	for now := r.first(s.Time); now.Before(indexed.Add(time.Hour)); now = now.Add(r.every()) {
		if within(s.Time, now, r.settings["earliest"], r.settings["latest"]) &&
			within(indexed, now, r.settings["indexed since"], r.settings["indexed until"]) {
			runs++
		}
	}
	return runs
}

// Alerts asks run by run, of the events that are there by then, and leaves out
// what is suppressed.
func (r *scheduledRuns) Alerts(ctx context.Context, samples []*fixtures.Sample) ([]fixtures.Alert, error) {
	var out []fixtures.Alert
	told := map[string]time.Time{}
	if len(samples) == 0 {
		return nil, nil
	}
	period := span(r.settings["suppressed for"])
	last := samples[len(samples)-1].Time.Add(period + 30*time.Minute)
	for now := r.first(samples[0].Time); now.Before(last); now = now.Add(r.every()) {
		var there []*fixtures.Sample
		news := false
		for _, s := range samples {
			indexed := s.Time.Add(late(s))
			if !indexed.After(now) && within(s.Time, now, r.settings["earliest"], r.settings["latest"]) {
				there = append(there, s)
				news = news || indexed.After(now.Add(-r.every()))
			}
		}
		if !news && len(told) == 0 {
			continue
		}
		alerts, err := r.Runner.Alerts(ctx, there)
		if err != nil {
			return nil, err
		}
		for _, a := range alerts {
			key := fmt.Sprint(a.Time.UnixMicro(), a.ID, a.Group)
			if before, ok := told[key]; !ok {
				told[key] = now
				out = append(out, a)
			} else if now.Sub(before) >= period {
				return nil, fmt.Errorf("two runs tell of %s", a)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b fixtures.Alert) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.String(), b.String()))
	})
	return out, nil
}

// every is how often the search runs, and first the first run after a time.
func (r *scheduledRuns) every() time.Duration {
	if minutes, ok := strings.CutPrefix(strings.Fields(r.settings["cron"])[0], "*/"); ok {
		return span(minutes + "m")
	}
	return time.Hour
}

func (r *scheduledRuns) first(t time.Time) time.Time { return t.Truncate(r.every()) }

// within tells whether a time is between two that are relative to a run.
func within(t, now time.Time, earliest, latest string) bool {
	from, to := relative(now, earliest), relative(now, latest)
	return (earliest == "" || !t.Before(from)) && (latest == "" || t.Before(to) || latest == "now" && t.Equal(to))
}

func relative(now time.Time, s string) time.Time {
	if s == "now" || s == "" {
		return now
	}
	s, snap := strings.CutSuffix(s, "@m")
	d := span(s[1:])
	if s[0] == '-' {
		d = -d
	}
	if now = now.Add(d); snap {
		now = now.Truncate(time.Minute)
	}
	return now
}

func span(s string) time.Duration {
	if s == "" {
		return 0
	}
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil {
		panic(err)
	}
	return time.Duration(n) * units[s[len(s)-1]]
}
