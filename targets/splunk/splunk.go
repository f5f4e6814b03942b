// Package splunk makes packs for Splunk: an app with saved searches that run by
// a schedule, as correlation searches of Enterprise Security too, and with the
// macros, event types and lookups that they need. It reads back what a search
// head exports, and holds it against a pack.
//
// It knows what Splunk takes. The searches are those of package spl, to the
// byte: whoever replays spl.Emitter replays what is packed.
package splunk

import (
	"fmt"
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets"
)

// The kinds of what a document becomes.
const (
	Alert   = "Alert"   // runs by a schedule
	Hunting = "Hunting" // runs when somebody asks: rules of informational level
)

// kindOf says what a program becomes.
func kindOf(p *ir.Program) string {
	if p.Level == "informational" {
		return Hunting
	}
	return Alert
}

// A timing is when a search runs, over which events, and which rows of it are
// told once.
type timing struct {
	cron             string
	earliest, latest string // by the time of events
	since, until     string // by when they were indexed; empty is all the time

	once string   // how long a row is not told again; empty if each is told
	by   []string // the fields that make rows the same
}

const (
	ruleFrequency = 5 * time.Minute

	// settled is how long an indexed event may not be found yet.
	settled = time.Minute

	// latest and earliest time of the events of a rule: some come a day late,
	// and clocks differ.
	longAgo, ahead = "-1d", "+1h"

	// polledAgain is how long the state of an object is not told again.
	polledAgain = 24 * time.Hour
)

// timingOf says how a query must run. A rule looks at each event by itself, so
// that each run takes those that were indexed since the run before: one is seen
// once, however late it comes. A correlation looks back over its whole window
// in each run, and what two runs see is told once.
func timingOf(p *ir.Program, s targets.Schedule) timing {
	if p.Correlation == nil {
		t := timing{
			cron: cron(ruleFrequency), earliest: longAgo, latest: ahead,
			since: ago(ruleFrequency+settled) + "@m", until: ago(settled) + "@m",
		}
		if v := viewOf(p.Log); v.polled {
			t.once, t.by = short(polledAgain), []string{p.Log.ID}
		}
		return t
	}
	t := timing{cron: cron(s.Frequency), earliest: ago(s.Period), latest: "now", once: short(s.Period), by: []string{"_time"}}
	if id := completing(p); id != "" {
		t.by = append(t.by, id)
	}
	for _, g := range p.Correlation.GroupBy {
		t.by = append(t.by, g.Name)
	}
	return t
}

// completing names the field with the id of the event that completes an alert,
// as the query does; empty if no input has one.
func completing(p *ir.Program) string {
	for _, in := range p.Correlation.Inputs {
		if log := in.Program.Log; log != nil && log.ID != "" {
			return log.ID
		}
	}
	return ""
}

// cron writes a frequency: of minutes that divide an hour, or of an hour.
func cron(d time.Duration) string {
	if d < time.Hour {
		return fmt.Sprintf("*/%d * * * *", d/time.Minute)
	}
	return "0 * * * *"
}

func ago(d time.Duration) string { return "-" + short(d) }

// short writes a duration in the greatest unit that it is a multiple of.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}
