// Package gomatch runs programs in Go: sets of rules over streams of events,
// correlations over time, and why a rule did or did not match. It also writes
// programs as Go source. What a single test means is the business of
// compiler/eval.
package gomatch

import (
	"time"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// An Event is what a Set matches.
type Event struct {
	Value eval.Value
	Time  time.Time // of correlations; the zero time is a time like others
	ID    string    // orders events of one instant
	Log   *schema.Log
}

// An Alert says that a program has matched.
type Alert struct {
	Program *ir.Program
	Event   int     // index of the event that matched, or completed a window
	Group   []Value // of a correlation: its group-by values

	window []*occurrence // of a correlation
}

// Events gives, for a correlation, the events of the window in order of time.
func (a Alert) Events() []int {
	seen := map[int]bool{}
	var out []int
	for _, o := range a.window {
		if !seen[o.event] {
			seen[o.event] = true
			out = append(out, o.event)
		}
	}
	return out
}

// A Value is a named group-by value.
type Value struct {
	Name  string
	Value eval.Value
}

// A Set matches events against programs. It may be used by many goroutines at
// once.
type Set struct {
	programs []*ir.Program
	matchers map[*ir.Program]*eval.Matcher

	// Route applies a rule only to events of its own log.
	Route bool
}

// NewSet makes a Set of programs. Correlations bring the programs that they
// refer to along.
func NewSet(programs []*ir.Program) *Set {
	s := &Set{programs: programs, matchers: map[*ir.Program]*eval.Matcher{}}
	for _, p := range programs {
		s.add(p)
	}
	return s
}

func (s *Set) add(p *ir.Program) {
	if p.Correlation == nil {
		if s.matchers[p] == nil {
			s.matchers[p] = eval.NewMatcher(p.Pred)
		}
		return
	}
	for _, in := range p.Correlation.Inputs {
		s.add(in.Program)
	}
}

// Matches tells whether a rule of the set matches the event.
func (s *Set) Matches(p *ir.Program, e *Event) bool {
	if s.Route && e.Log != nil && p.Log != e.Log {
		return false
	}
	return s.matchers[p].Match(e.Value)
}

// Match gives the alerts of the rules for one event, in the order of the set.
// Rules that report only through a correlation are left out.
func (s *Set) Match(e *Event, index int) []Alert {
	var out []Alert
	for _, p := range s.programs {
		if p.Correlation == nil && !p.Silent && s.Matches(p, e) {
			out = append(out, Alert{Program: p, Event: index})
		}
	}
	return out
}
