package spleval

import (
	"fmt"
	"strconv"
)

// A streamArgs is streamstats with its windows.
type streamArgs struct {
	*statsArgs
	window   int  // rows; 0 is all
	global   bool // one window for all groups
	current  bool // the row itself counts
	onChange bool
	span     float64 // of time_window, in seconds; 0 is none
	capacity int     // rows that a time window can hold
}

// maxStreamWindow: "The count will never be greater than 10000, even if there are
// actually more than 10,000 events in any 5 minute period." (max_stream_window)
const maxStreamWindow = 10_000

func parseStreamstats(p *parser, s *scanner) (command, *Error) {
	a, err := p.parseAggs(s, "streamstats", "window", "global", "current", "time_window", "reset_on_change", "reset_before", "reset_after", "allnum")
	if err != nil {
		return nil, err
	}
	a.makes(s.log)
	st := &streamArgs{statsArgs: a, global: true, current: true, capacity: maxStreamWindow}
	for name, opt := range a.opts {
		switch name {
		case "window":
			n, bad := strconv.Atoi(opt.value.text)
			if bad != nil || n < 0 {
				return nil, s.errorf(opt.value.lo, opt.value.hi, "window takes a number of events, 0 for all")
			}
			st.window = n
		case "global":
			st.global = isYes(opt.value.text)
		case "current":
			st.current = isYes(opt.value.text)
		case "reset_on_change":
			st.onChange = isYes(opt.value.text)
		case "time_window":
			span, ok := parseSpan(opt.value.text)
			if !ok || span.months != 0 {
				return nil, s.errorf(opt.value.lo, opt.value.hi, "time_window takes a span such as 5m, in seconds, minutes, hours, days or weeks")
			}
			st.span = span.seconds
		case "allnum":
			if isYes(opt.value.text) {
				return nil, s.errorf(opt.lo, opt.value.hi, "allnum=true is not read here")
			}
		}
	}
	if st.span > 0 && st.window > 0 {
		st.capacity = min(st.window, maxStreamWindow)
	}
	return st.run, nil
}

// A streamRow is a row that a window holds, with what the aggregations take of it.
type streamRow struct {
	key    string
	at     float64
	values [][]string
}

// A streamState is what has been seen so far: running totals without a window, else
// the rows of the windows.
type streamState struct {
	totals  map[string]*group
	windows map[string][]streamRow // by group, or all under ""
}

func newStreamState() *streamState {
	return &streamState{totals: map[string]*group{}, windows: map[string][]streamRow{}}
}

// run adds to each row the aggregations of the rows so far. A row without a BY
// field stays as it is and is not counted.
func (a *streamArgs) run(rt *runtime, in table) (table, error) {
	aggs := a.expandStars(in)
	state, last, previous := newStreamState(), "", 0.0
	direction := 0
	var failed error
	n := 0
	out := change(rt, in, func(r *record) {
		key, ok := r.key(a.by)
		if !ok || failed != nil {
			return
		}
		row := streamRow{key: key, at: rowTime(r)}
		if a.span > 0 && n > 0 {
			direction, failed = timeOrder(direction, previous, row.at)
		}
		if a.onChange && n > 0 && key != last || a.resetBy(rt, "reset_before", r) {
			state = newStreamState()
		}
		last, previous = key, row.at
		n++
		for i := range aggs {
			row.values = append(row.values, aggs[i].values(rt, r))
		}
		for i, v := range a.next(rt, state, aggs, row) {
			rt.put(r, aggs[i].as, v)
		}
		if a.resetBy(rt, "reset_after", r) {
			state = newStreamState()
		}
	})
	return out, failed
}

func (a *streamArgs) resetBy(rt *runtime, name string, r *record) bool {
	test := a.resets[name]
	return test != nil && isTrue(test(&scope{rt: rt, rec: r}))
}

// timeOrder: "To use the time_window argument, the events must be sorted in either
// ascending or descending time order."
func timeOrder(direction int, before, at float64) (int, error) {
	d := 0
	switch {
	case at > before:
		d = 1
	case at < before:
		d = -1
	case at != before:
		return direction, fmt.Errorf("time_window needs _time in every row")
	}
	if d != 0 && direction != 0 && d != direction {
		return direction, fmt.Errorf("time_window needs rows in order of time: sort 0 _time before it")
	}
	if d != 0 {
		direction = d
	}
	return direction, nil
}

// next takes a row in and gives the aggregations for it.
func (a *streamArgs) next(rt *runtime, state *streamState, aggs []aggregation, row streamRow) [][]string {
	if a.window == 0 && a.span == 0 {
		return a.running(state, aggs, row)
	}
	slot := ""
	if !a.global && a.span == 0 {
		slot = row.key
	}
	w := state.windows[slot]
	if a.current {
		w = a.trim(append(w, row), row.at)
	} else {
		w = a.trim(w, row.at)
	}
	g := newGroup(aggs, nil)
	for _, seen := range w {
		if seen.key != row.key || !rt.step(1) {
			continue
		}
		for i, acc := range g.accs {
			acc.add(seen.values[i], seen.at)
		}
	}
	if !a.current {
		w = a.trim(append(w, row), row.at)
	}
	state.windows[slot] = w
	return g.results()
}

// running adds to totals of all rows of the group.
func (a *streamArgs) running(state *streamState, aggs []aggregation, row streamRow) [][]string {
	g := state.totals[row.key]
	if g == nil {
		g = newGroup(aggs, nil)
		state.totals[row.key] = g
	}
	var before [][]string
	if !a.current {
		before = g.results()
	}
	for i, acc := range g.accs {
		acc.add(row.values[i], row.at)
	}
	if !a.current {
		return before
	}
	return g.results()
}

func (g *group) results() [][]string {
	out := make([][]string, len(g.accs))
	for i, acc := range g.accs {
		out[i] = acc.result()
	}
	return out
}

// trim takes the rows out that have left the window. A row at a distance of exactly
// the span of time_window is out: the manual does not say.
func (a *streamArgs) trim(w []streamRow, at float64) []streamRow {
	if a.span > 0 {
		for len(w) > 0 && !(abs(at-w[0].at) < a.span) {
			w = w[1:]
		}
		return w[max(0, len(w)-a.capacity):]
	}
	return w[max(0, len(w)-a.window):]
}

func abs(f float64) float64 { return max(f, -f) }
