package kql

import (
	"fmt"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// alerts writes the whole query of a correlation. Runs of a scheduled one
// overlap, and one of them tells of a window:
//
//   - If no event that comes late can undo that the window fires, the run which
//     follows when it came to fire. That is when enough of its events were
//     ingested, and not when the last was: each further one would tell it again.
//   - Else the first run by which all its events must be there.
func (q *query) alerts(p *ir.Program) write.Text {
	q.since = q.scheduled && lasts(p.Correlation)
	text := q.correlation(p)
	switch {
	case !q.scheduled:
		return text
	case q.since:
		return write.Concat(text, write.Of("\n| where "+lately("Ingested", p.Correlation)+"\n| project-away Ingested"))
	}
	every, late := schedule(p.Correlation).Frequency, Lateness
	return write.Concat(text, write.Of(fmt.Sprintf("\n| where %s > ago(%s) and %[1]s <= ago(%[3]s)",
		timeColumn, literal(every+late), literal(late))))
}

// lately asks whether a time lies between the run before and this one. What was
// ingested later is there already if a run starts late, as those of Sentinel do
// by five minutes: the next one tells of it.
func lately(time string, c *ir.Correlation) string {
	return fmt.Sprintf("%s > ago(%s) and %[1]s <= now()", time, literal(schedule(c).Frequency))
}

// lasts tells whether a window that fires does so whatever comes late: it counts,
// and wants so many at least.
func lasts(c *ir.Correlation) bool {
	for _, in := range c.Inputs {
		if in.Program.Correlation != nil && !lasts(in.Program.Correlation) {
			return false
		}
	}
	switch c.Type {
	case "event_count", "value_count":
		_, ok := atLeast(c)
		return ok
	case "temporal":
		_, ok := atLeast(c)
		return ok || c.Extended == nil && len(c.Where) == 0
	}
	return false
}

// firesSince gives the windows that fire, and Ingested, since when: the time at
// which the least of what they count was ingested that is enough, or the event
// that ends them if that came later.
func (c *correlation) firesSince() []string {
	n, ok := atLeast(c.Correlation)
	if !ok {
		n = int64(len(c.inputs)) // all rules
	}
	by := " by " + c.keys() + ", Arrived"
	var lines []string
	if each := c.counts(); each != "" {
		lines = append(lines, "summarize Ingested = min(Ingested)"+by+", "+each)
	}
	return append(lines,
		"summarize Times = array_sort_asc(make_list(Ingested))"+by,
		fmt.Sprintf("where array_length(Times) >= %d", n),
		fmt.Sprintf("extend Ingested = max_of(Arrived, todatetime(Times[%d]))", n-1))
}

// counts names the column whose values are counted once each; empty if that is
// each row.
func (c *correlation) counts() string {
	switch {
	case c.Type == "value_count":
		return "Value"
	case c.Type == "temporal":
		return "Rule"
	case c.countsIDs():
		return "SeenId"
	}
	return ""
}
