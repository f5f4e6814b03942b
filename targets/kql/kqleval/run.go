package kqleval

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"
)

// Limits of a run when Input gives none.
const (
	DefaultMaxRows  = 2_000_000
	DefaultMaxBytes = 1 << 30
	maxText         = 1 << 20 // of one string or dynamic value that a function makes
)

// Input is what a plan reads. The zero value has no rows.
type Input struct {
	// Tables holds the rows of the tables of the schema; one that is absent
	// has none. The tables are not changed.
	Tables map[string]*Table
	// Now is what now() gives; zero is the time of the call.
	Now time.Time
	// MaxRows bounds the rows of the result and of each step before it; zero
	// is DefaultMaxRows.
	MaxRows int
	// MaxBytes bounds the memory of the values that the run makes, as it
	// estimates it; zero is DefaultMaxBytes.
	MaxBytes int64
}

// runtime is the state of one run.
type runtime struct {
	ctx      context.Context
	text     string
	in       *Input
	now      DateTime
	maxRows  int
	maxBytes int64
	used     int64
	kept     int64 // of used, what memos hold on to
	steps    int
	maxSteps int   // zero is no bound
	slots    []any // memory of call sites: memos and window functions
	random   *rand.Rand
	regexes  map[string]*regexp.Regexp
	shapes   map[*Bag][]geoPolygon // that were read
	call     span                  // the call of a function that is being evaluated
	err      error                 // the first error of an expression
}

func newRuntime(ctx context.Context, text string, in *Input) *runtime {
	if in == nil {
		in = &Input{}
	}
	rt := &runtime{ctx: ctx, text: text, in: in, maxRows: in.MaxRows, maxBytes: in.MaxBytes}
	if rt.maxRows <= 0 {
		rt.maxRows = DefaultMaxRows
	}
	if rt.maxBytes <= 0 {
		rt.maxBytes = DefaultMaxBytes
	}
	now := in.Now
	if now.IsZero() {
		now = time.Now()
	}
	rt.now = dateTimeOf(now)
	rt.random = rand.New(rand.NewPCG(1, 2))
	return rt
}

func dateTimeOf(t time.Time) DateTime {
	ticks := t.Unix()*second + int64(t.Nanosecond())/100 + unixEpoch
	return DateTime(min(max(ticks, 0), maxTicks))
}

// fail keeps the first error that an expression meets.
// Without a place it is that of the call that is being evaluated.
func (rt *runtime) fail(at span, format string, args ...any) {
	if at == (span{}) {
		at = rt.call
	}
	if rt.err == nil {
		rt.err = rt.errorAt(at, format, args...)
	}
}

func (rt *runtime) errorAt(s span, format string, args ...any) error {
	return at(rt.text, s, "", fmt.Sprintf(format, args...))
}

// step is called once a row: it ends a run that was cancelled or failed.
func (rt *runtime) step() error {
	if rt.err != nil {
		return rt.err
	}
	if rt.steps++; rt.steps%stepsBetween == 0 {
		return rt.checkTime()
	}
	return nil
}

// stepsBetween is how many steps are taken before the time is looked at.
const stepsBetween = 1024

func (rt *runtime) checkTime() error {
	if rt.maxSteps > 0 && rt.steps > rt.maxSteps {
		return errLater
	}
	return rt.ctx.Err()
}

// errLater ends an evaluation that takes too long while a query is bound.
var errLater = errors.New("kqleval: it is evaluated when the query runs")

// ended is step for the loops of one value, whose error the run has then.
func (rt *runtime) ended() bool {
	if err := rt.step(); err != nil {
		rt.err = err
	}
	return rt.err != nil
}

// endedAfter is ended for a loop that takes n steps at once.
func (rt *runtime) endedAfter(n int) bool {
	before := rt.steps
	if rt.steps += n; rt.err == nil && before/stepsBetween != rt.steps/stepsBetween {
		rt.err = rt.checkTime()
	}
	return rt.err != nil
}

func (rt *runtime) slot(i int) any {
	if i < len(rt.slots) {
		return rt.slots[i]
	}
	return nil
}

func (rt *runtime) setSlot(i int, v any) {
	for len(rt.slots) <= i {
		rt.slots = append(rt.slots, nil)
	}
	rt.slots[i] = v
}

// bigText says whether a text of n bytes is too long to be made.
func (rt *runtime) bigText(n int) bool {
	if n <= maxText {
		return false
	}
	rt.fail(span{}, "a value grew beyond %d bytes", maxText)
	return true
}

// rowset is a table on its way through a pipe.
type rowset struct {
	rows  [][]Value
	bytes int64 // what it was charged for
}

// Estimates of the memory of a row.
const (
	rowBytes  = 24
	cellBytes = 16
)

func rowSize(row []Value) int64 {
	n := int64(rowBytes)
	for _, v := range row {
		n += cellBytes
		switch v := v.(type) {
		case String:
			n += int64(len(v))
		case Array, *Bag:
			n += int64(sizeOf(v))
		}
	}
	return n
}

// builder gathers the rows that an operator at a place puts out.
type builder struct {
	rt  *runtime
	out rowset
	at  span
}

func (rt *runtime) builder(at span) *builder { return &builder{rt: rt, at: at} }

// add takes a row that the operator made.
func (b *builder) add(row []Value) error { return b.charge(row, rowSize(row)) }

// keep takes a row of the input as it is.
func (b *builder) keep(row []Value) error { return b.charge(row, rowBytes) }

func (b *builder) charge(row []Value, n int64) error {
	if err := b.rt.step(); err != nil {
		return err
	}
	if len(b.out.rows) >= b.rt.maxRows {
		return b.rt.errorAt(b.at, "the operator gives more than %d rows, which is the limit of this run", b.rt.maxRows)
	}
	b.out.rows = append(b.out.rows, row)
	b.out.bytes += n
	if b.rt.used += n; b.rt.used > b.rt.maxBytes {
		return b.rt.errorAt(b.at, "the rows need more than %d bytes of memory, which is the limit of this run", b.rt.maxBytes)
	}
	return nil
}

// done gives the rows, and takes back what the input was charged for: the rows
// that were kept are charged again for what they hold.
func (b *builder) done(in *rowset, kept bool) (*rowset, error) {
	if b.rt.err != nil {
		return nil, b.rt.err
	}
	if kept && len(in.rows) > 0 {
		share := int64(float64(in.bytes) * min(1, float64(len(b.out.rows))/float64(len(in.rows))))
		b.out.bytes += share
		b.rt.used += share
	}
	b.rt.used -= in.bytes
	return &b.out, nil
}

// env is what an expression sees: a row, and its place among its fellows for
// the window functions.
type env struct {
	rt   *runtime
	row  []Value
	rows [][]Value
	idx  int
}

// evalFn computes the value of an expression for a row.
type evalFn func(*env) Value
