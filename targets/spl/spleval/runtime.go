package spleval

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// A runtime is one run of a search: its input, its clock and what it has spent.
type runtime struct {
	ctx     context.Context
	in      *Input
	now     float64
	err     error // what stops the run, found where no error can be returned
	bytes   int64 // that may still be written
	steps   int
	regexes map[string]*regexp.Regexp

	documents recentDocuments
	base      []*record // the events, newest first
	subs      map[*subTest]matcher
}

// Limits of a run when Input gives none.
const (
	DefaultMaxEvents = 1_000_000
	DefaultMaxBytes  = 2 << 30
)

func newRuntime(ctx context.Context, in *Input) *runtime {
	now := in.Now
	if now.IsZero() {
		now = time.Now()
	}
	rt := &runtime{ctx: ctx, in: in, now: seconds(now), bytes: in.MaxBytes, regexes: map[string]*regexp.Regexp{}, subs: map[*subTest]matcher{}}
	if rt.bytes <= 0 {
		rt.bytes = DefaultMaxBytes
	}
	return rt
}

func (rt *runtime) maxEvents() int {
	if rt.in.MaxEvents > 0 {
		return rt.in.MaxEvents
	}
	return DefaultMaxEvents
}

// fail stops the run; the first failure counts.
func (rt *runtime) fail(err error) {
	if rt.err == nil {
		rt.err = err
	}
}

// MaxPiece is how many bytes one value or row may take: while it is made, it
// stands in memory twice and more.
const MaxPiece = 64 << 20

// room spends n bytes for a value or row. False stops the run.
func (rt *runtime) room(n int) bool {
	if n > MaxPiece {
		rt.fail(fmt.Errorf("%w: a value or row takes more than %d bytes", ErrLimit, MaxPiece))
	}
	if rt.bytes -= int64(n); rt.bytes < 0 {
		rt.fail(fmt.Errorf("%w: search writes more bytes than it may", ErrLimit))
	}
	return rt.err == nil
}

// step counts work and looks now and then whether the run should end.
func (rt *runtime) step(n int) bool {
	if rt.steps += n; rt.steps >= 512 {
		rt.steps = 0
		if err := rt.ctx.Err(); err != nil {
			rt.fail(err)
		}
	}
	return rt.err == nil
}

// put sets a field of a row that is owned.
func (rt *runtime) put(r *record, name string, values []string) {
	n := 24
	for _, v := range values {
		n += 16 + len(v)
	}
	if rt.room(n) {
		r.set(name, values)
	}
}

// regex compiles a regular expression that is made during the run.
func (rt *runtime) regex(text string) *regexp.Regexp {
	return rt.cached(text, "pcre:"+text, compilePCRE)
}

func (rt *runtime) goRegex(text string) *regexp.Regexp {
	return rt.cached(text, "re2:"+text, regexp.Compile)
}

func (rt *runtime) cached(text, key string, compile func(string) (*regexp.Regexp, error)) *regexp.Regexp {
	if re, ok := rt.regexes[key]; ok {
		return re
	}
	re, err := compile(text)
	if err != nil {
		rt.fail(err)
		return nil
	}
	if len(rt.regexes) < 10_000 {
		rt.regexes[key] = re
	}
	return re
}

// events gives the input as a search brings it: newest first.
func (rt *runtime) events() []*record {
	if rt.base != nil {
		return rt.base
	}
	rows := make([]*record, 0, len(rt.in.Events))
	for i, e := range rt.in.Events {
		r := record{origin: i}
		if e.rec != nil {
			r = *e.rec
			r.origin, r.owned = i, false
		}
		rows = append(rows, &r)
	}
	newestFirst(rows)
	rt.base = rows
	return rows
}

// newestFirst sorts by _time, if every row has one.
func newestFirst(rows []*record) {
	type timed struct {
		r *record
		t float64
	}
	all := make([]timed, len(rows))
	for i, r := range rows {
		t, ok := r.time()
		if !ok {
			return
		}
		all[i] = timed{r, t}
	}
	slices.SortStableFunc(all, func(a, b timed) int { return cmp.Compare(b.t, a.t) })
	for i, t := range all {
		rows[i] = t.r
	}
}
