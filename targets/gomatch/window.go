package gomatch

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
)

// An occurrence is an event that an input of a correlation has matched.
type occurrence struct {
	input  int
	event  int
	nanos  int64
	id     string
	group  []Value
	values []eval.Value // one a field that is counted
}

// Correlate gives every completing event of a correlation: for each group, the
// last event of each instant t at which the condition holds over the closed
// window [t-W, t]. Events need no order. Alerts come in the order of time, of
// event, of group.
func (s *Set) Correlate(p *ir.Program, events []Event) []Alert {
	var out []Alert
	for _, group := range s.groups(p, events) {
		slices.SortStableFunc(group, inTime)
		out = append(out, completing(p, group)...)
	}
	slices.SortStableFunc(out, func(a, b Alert) int {
		return cmp.Or(events[a.Event].Time.Compare(events[b.Event].Time), cmp.Compare(a.Event, b.Event),
			strings.Compare(groupKey(a.Group), groupKey(b.Group)))
	})
	return out
}

func inTime(a, b *occurrence) int {
	return cmp.Or(cmp.Compare(a.nanos, b.nanos), strings.Compare(a.id, b.id), cmp.Compare(a.event, b.event), cmp.Compare(a.input, b.input))
}

// groups collects the occurrences of all inputs, by group, in the order of the
// groups' first occurrences.
func (s *Set) groups(p *ir.Program, events []Event) [][]*occurrence {
	var out [][]*occurrence
	index := map[string]int{}
	for i := range p.Correlation.Inputs {
		for _, o := range s.occurrences(p.Correlation, i, events) {
			key := groupKey(o.group)
			n, ok := index[key]
			if !ok {
				n = len(out)
				index[key] = n
				out = append(out, nil)
			}
			out[n] = append(out[n], o)
		}
	}
	return out
}

// groupKey is equal for groups that agree in types and case.
func groupKey(group []Value) string {
	var b []byte
	for _, v := range group {
		b = append(eval.AppendJSON(b, v.Value), ',')
	}
	return string(b)
}

func (s *Set) occurrences(c *ir.Correlation, input int, events []Event) []*occurrence {
	program := c.Inputs[input].Program
	if program.Correlation != nil {
		return s.alertsAsEvents(c, input, events)
	}
	var out []*occurrence
	for i := range events {
		e := &events[i]
		if !s.Matches(program, e) {
			continue
		}
		group, ok := tuple(c.GroupBy, input, e.Value)
		if !ok {
			continue
		}
		values, _ := tuple(c.Values, input, e.Value)
		out = append(out, occur(input, i, e, group, values))
	}
	return out
}

func occur(input, index int, e *Event, group, values []Value) *occurrence {
	o := &occurrence{input: input, event: index, nanos: e.Time.UnixNano(), id: e.ID, group: group}
	for _, v := range values {
		o.values = append(o.values, v.Value)
	}
	return o
}

// alertsAsEvents takes the alerts of a correlation as events at the time of
// their completion; their fields are the group-by values.
func (s *Set) alertsAsEvents(c *ir.Correlation, input int, events []Event) []*occurrence {
	var out []*occurrence
	for _, a := range s.Correlate(c.Inputs[input].Program, events) {
		group, ok := ofAlert(c.GroupBy, input, a)
		if !ok {
			continue
		}
		values, _ := ofAlert(c.Values, input, a)
		out = append(out, occur(input, a.Event, &events[a.Event], group, values))
	}
	return out
}

func ofAlert(groups []ir.Group, input int, a Alert) ([]Value, bool) {
	var out []Value
	for _, g := range groups {
		i := slices.IndexFunc(a.Group, func(v Value) bool { return v.Name == g.Fields[input].Name })
		if i < 0 {
			return nil, false
		}
		out = append(out, Value{g.Name, a.Group[i].Value})
	}
	return out, true
}

// tuple gives the values of fields; none unless all of them have one. Of
// several values of a field the first counts.
func tuple(groups []ir.Group, input int, event eval.Value) ([]Value, bool) {
	out := make([]Value, 0, len(groups))
	for _, g := range groups {
		values, _ := eval.Lookup(event, g.Fields[input])
		i := slices.IndexFunc(values, func(v eval.Value) bool { _, null := v.(eval.Null); return !null })
		if i < 0 {
			return nil, false
		}
		out = append(out, Value{g.Name, values[i]})
	}
	return out, true
}

// completing slides the window over the occurrences of one group. Those of one
// instant are one batch, judged after its last.
func completing(p *ir.Program, group []*occurrence) []Alert {
	c := p.Correlation
	width := c.Window * 1e9
	var out []Alert
	w := newWindow(c)
	start := 0
	for end := 1; end <= len(group); end++ {
		last := group[end-1]
		w.add(last, 1)
		if end < len(group) && group[end].nanos == last.nanos {
			continue
		}
		for group[start].nanos < last.nanos-width {
			w.add(group[start], -1)
			start++
		}
		if w.occurrences = group[start:end]; w.holds() {
			out = append(out, Alert{Program: p, Event: last.event, Group: last.group, window: w.occurrences})
		}
	}
	return out
}

// A window is the occurrences between two instants, and how often each event,
// value and input is among them: it slides, and to count anew at each instant
// would take the square of what it holds.
type window struct {
	*ir.Correlation
	occurrences []*occurrence
	events      map[int]int
	values      map[string]int // of value_count, by their text
	inputs      map[int]int
	numbers     []float64 // of values that are added up or ranked
}

func newWindow(c *ir.Correlation) *window {
	return &window{Correlation: c, events: map[int]int{}, values: map[string]int{}, inputs: map[int]int{}}
}

// add takes an occurrence in, or out if n is negative.
func (w *window) add(o *occurrence, n int) {
	count(w.events, o.event, n)
	count(w.inputs, o.input, n)
	if w.Type != "value_count" {
		w.addNumber(o, n)
	} else if len(o.values) == len(w.Values) {
		var key []byte
		for _, v := range o.values {
			key = append(eval.AppendJSON(key, v), ',')
		}
		count(w.values, string(key), n)
	}
}

func count[K comparable](of map[K]int, key K, n int) {
	if of[key] += n; of[key] == 0 {
		delete(of, key)
	}
}

// RisingEdges keeps of a correlation's alerts what a stream reports: the first
// of each group, and then one each time that a whole window has passed since
// the last one reported.
func RisingEdges(p *ir.Program, alerts []Alert, events []Event) []Alert {
	var out []Alert
	last := map[string]int64{}
	for _, a := range alerts {
		key, at := groupKey(a.Group), events[a.Event].Time.UnixNano()
		if before, ok := last[key]; ok && at-before < p.Correlation.Window*1e9 {
			continue
		}
		last[key] = at
		out = append(out, a)
	}
	return out
}
