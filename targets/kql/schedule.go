package kql

import (
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets"
)

// Lateness is how long after its time an event may reach the workspace, for a
// scheduled query to count it.
const Lateness = 15 * time.Minute

// How often scheduled queries run. Those that look back over days run less
// often: Sentinel wants an hour at least if a run looks back over two days.
const (
	often    = 5 * time.Minute
	seldom   = time.Hour
	longSpan = 24 * time.Hour
)

// schedule says how a correlation, or a rule if there is none, must run so that
// nothing is missed: each run looks back over a whole window before the events
// that it may tell of. Runs overlap; once.go says which of them tells of a row.
func schedule(c *ir.Correlation) targets.Schedule {
	var window time.Duration
	if c != nil {
		window = time.Duration(span(c)) * time.Second
	}
	s := targets.Schedule{Frequency: often}
	if window >= longSpan {
		s.Frequency = seldom
	}
	s.Period = window + s.Frequency + Lateness
	return s
}

// literal writes a duration of whole seconds.
func literal(d time.Duration) string { return timespan(int64(d / time.Second)) }

// span is the time that a correlation and those among its inputs look back.
func span(c *ir.Correlation) int64 {
	var most int64
	for _, in := range c.Inputs {
		if in.Program.Correlation != nil {
			most = max(most, span(in.Program.Correlation))
		}
	}
	return c.Window + most
}
