// Package spleval runs SPL, the search language of Splunk, over events in memory.
// It is a second opinion, written from Splunk's manuals: it knows nothing of Sigma,
// of the ir or of the emitter. What it does not know it refuses, with the place.
//
// Where the manuals are silent, these are the choices made here:
//
//   - Text functions work on each value of a multivalue field; a comparison, match,
//     like and cidrmatch hold if any value fits, and != is the opposite of =.
//   - A function of text gives null of null, so that NOT match(absent, "x") is null
//     and where drops the row. AND, OR and NOT treat null as unknown.
//   - Times are in UTC. A search gives its events newest first; those without _time
//     keep their order.
//   - A text that begins with a pipe and a command that brings no events gets all
//     events, as after search *. Splunk gives it none: Search.Notes says so.
//   - KV_MODE=json and spath give a JSON null as the word null.
package spleval

import (
	"context"
	"slices"
	"time"
)

// Options are what a search may refer to. Nil has no macros.
type Options struct {
	Macros []Macro
}

// A Search is parsed and may be run many times, also by many goroutines at once.
type Search struct {
	plan  *plan
	notes []*Error
}

// An Input is what a search runs over.
type Input struct {
	Events  []Event
	Lookups map[string]*Lookup // by the name that lookup and inputlookup use

	Now     time.Time // of now(), earliest and relative times; zero is the time of Run
	AnyTime bool      // earliest= and latest= hold of every event

	MaxEvents int   // rows that a command may give; 0 is DefaultMaxEvents
	MaxBytes  int64 // bytes that commands may write in all; 0 is DefaultMaxBytes

	// SpathChars is what spath reads of a field when it has no path. 0 is Splunk's
	// default of 5,000 characters, negative is all.
	SpathChars int
}

// A Result is what a search gives.
type Result struct {
	Events []Event
	Fields []string // the columns in order
}

// Parse reads a search. The error is an *Error or, for several, Errors.
func Parse(text string, opts *Options) (*Search, error) {
	if opts == nil {
		opts = &Options{}
	}
	src, err := expand(text, opts.Macros)
	if err != nil {
		return nil, err
	}
	p := newParser(src)
	pl := p.pipeline(0, len(src.text), false)
	switch len(p.errs) {
	case 0:
		return &Search{pl, p.notes}, nil
	case 1:
		return nil, p.errs[0]
	default:
		return nil, Errors(p.errs)
	}
}

// Notes are remarks about a search that runs here, yet otherwise on Splunk.
func (s *Search) Notes() []*Error { return slices.Clone(s.notes) }

// Commands gives the names of the commands in order, the implied search included.
func (s *Search) Commands() []string {
	names := make([]string, len(s.plan.steps))
	for i, st := range s.plan.steps {
		names[i] = st.name
	}
	return names
}

// Run runs the search. It changes nothing of its input. An error of the search is an
// *Error; it wraps ErrLimit if a limit of the input was reached. Otherwise the error
// is that of ctx.
func (s *Search) Run(ctx context.Context, in *Input) (*Result, error) {
	if in == nil {
		in = &Input{}
	}
	rt := newRuntime(ctx, in)
	t, err := s.plan.run(rt, nil)
	if err != nil {
		return nil, err
	}
	res := &Result{Events: make([]Event, len(t.rows)), Fields: t.names()}
	for i, r := range t.rows {
		res.Events[i] = Event{r}
	}
	return res, nil
}
