package main

import (
	"fmt"
	"io"
	"os"

	"github.com/sigproof/sigproof/fixtures/event"
)

// eachEvent visits the events of a file, or of stdin for "-".
func (a *app) eachEvent(name string, opts *event.Options, visit func(*event.Record) error) error {
	var r io.Reader = a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	for record, err := range event.Each(r, opts) {
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := visit(record); err != nil {
			return err
		}
	}
	return nil
}

// readEvents gives all events of a file.
func (a *app) readEvents(name string, opts *event.Options) ([]*event.Record, error) {
	var out []*event.Record
	err := a.eachEvent(name, opts, func(r *event.Record) error {
		out = append(out, r)
		return nil
	})
	return out, err
}
