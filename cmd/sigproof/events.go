package main

import (
	"fmt"
	"io"

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
	"github.com/sigproof/sigproof/fixtures/event"
)

// An input is a file of events, or stdin as "-".
type input struct {
	name string
	opts *event.Options
	held bool // all of its events stay in memory
}

// eachEvent visits the events of an input.
func (a *app) eachEvent(in *input, visit func(*event.Record) error) error {
	r := a.stdin
	if in.name != "-" {
		f, err := bounded.Open(in.name)
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	if in.held {
		r = &holding{r, a}
	}
	for record, err := range event.Each(r, a.bounds.options(in.opts)) {
		if err != nil {
			return fmt.Errorf("%s: %w", in.name, err)
		}
		if in.held {
			if err := a.hold(leastHeld); err != nil {
				return fmt.Errorf("%s: %w", in.name, err)
			}
		}
		if err := visit(record); err != nil {
			return err
		}
	}
	return nil
}

// hold counts what stays in memory, and says so where that is too much.
func (a *app) hold(bytes int) error {
	if a.held += int64(bytes); a.held > eventsAtOnce*int64(a.bounds.event) {
		return fmt.Errorf("more than %d bytes of events are held at once, where each counts %d beside its text; --max-event sets a %dth of that", eventsAtOnce*int64(a.bounds.event), leastHeld, eventsAtOnce)
	}
	return nil
}

// readEvents gives all events of a file.
func (a *app) readEvents(name string, opts *event.Options) ([]*event.Record, error) {
	var out []*event.Record
	err := a.eachEvent(&input{name, opts, true}, func(r *event.Record) error {
		out = append(out, r)
		return nil
	})
	return out, err
}

// A holding reads what stays in memory, and ends where that is too much.
type holding struct {
	io.Reader
	*app
}

// Read reads what there is room for.
func (h *holding) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if wrong := h.hold(n); wrong != nil {
		return 0, wrong
	}
	return n, err
}
