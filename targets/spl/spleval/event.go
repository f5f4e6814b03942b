package spleval

import (
	"slices"
	"strconv"
	"strings"
)

// A Field is one field of an event with its values. Several values make it a
// multivalue field; a field without values is absent.
type Field struct {
	Name   string
	Values []string
}

// An Event is an ordered list of fields. Events are never changed: what a command
// alters is a copy. The zero Event has no fields.
type Event struct{ rec *record }

// NewEvent makes an event of fields, in their order. A name that comes twice
// gathers the values of both.
func NewEvent(fields ...Field) Event {
	r := newRecord(len(fields))
	for _, f := range fields {
		r.set(f.Name, append(slices.Clone(r.get(f.Name)), f.Values...))
	}
	return Event{r}
}

// Get gives the values of a field, none if it is absent.
func (e Event) Get(name string) []string {
	if e.rec == nil {
		return nil
	}
	return e.rec.get(name)
}

// First gives the first value of a field, or "".
func (e Event) First(name string) string {
	if v := e.Get(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// Fields gives the fields in their order.
func (e Event) Fields() []Field {
	if e.rec == nil {
		return nil
	}
	var fields []Field
	for i, name := range e.rec.names {
		if len(e.rec.vals[i]) > 0 {
			fields = append(fields, Field{name, e.rec.vals[i]})
		}
	}
	return fields
}

// Origin is the index in Input.Events of the event that this one came from, or -1
// for one that a command made.
func (e Event) Origin() int {
	if e.rec == nil {
		return -1
	}
	return e.rec.origin
}

// A record is what an Event points to. A name whose values are empty is a field
// that was taken out; its place is kept, so that the index stays valid.
type record struct {
	names  []string
	vals   [][]string
	index  map[string]int // only for many names
	origin int
	owned  bool // made during the run, so that it may be changed in place
}

// indexFrom is the number of names from which a map is faster than a walk.
const indexFrom = 12

func newRecord(size int) *record {
	return &record{names: make([]string, 0, size), vals: make([][]string, 0, size), origin: -1}
}

func (r *record) find(name string) int {
	if r.index != nil {
		if i, ok := r.index[name]; ok {
			return i
		}
		return -1
	}
	return slices.Index(r.names, name)
}

func (r *record) get(name string) []string {
	if i := r.find(name); i >= 0 {
		return r.vals[i]
	}
	return nil
}

func (r *record) has(name string) bool { return len(r.get(name)) > 0 }

func (r *record) first(name string) (string, bool) {
	if v := r.get(name); len(v) > 0 {
		return v[0], true
	}
	return "", false
}

// set gives a field its values; none take it out. Only for records that are owned
// or being made.
func (r *record) set(name string, values []string) {
	if i := r.find(name); i >= 0 {
		r.vals[i] = values
		return
	}
	if len(values) == 0 {
		return
	}
	r.names = append(r.names, name)
	r.vals = append(r.vals, values)
	switch {
	case r.index != nil:
		r.index[name] = len(r.names) - 1
	case len(r.names) >= indexFrom:
		r.index = make(map[string]int, 2*len(r.names))
		for i, n := range r.names {
			r.index[n] = i
		}
	}
}

// add appends values to a field.
func (r *record) add(name string, values ...string) {
	old := r.get(name)
	r.set(name, append(old[:len(old):len(old)], values...))
}

// clone is a copy that may be changed.
func (r *record) clone() *record {
	c := &record{names: slices.Clone(r.names), vals: slices.Clone(r.vals), origin: r.origin, owned: true}
	if r.index != nil {
		c.index = make(map[string]int, len(r.index)+4)
		for i, n := range c.names {
			c.index[n] = i
		}
	}
	return c
}

// own gives a record that may be changed: r itself, or a copy.
func (r *record) own() *record {
	if r.owned {
		return r
	}
	return r.clone()
}

// time gives _time in seconds.
func (r *record) time() (float64, bool) {
	s, ok := r.first("_time")
	if !ok {
		return 0, false
	}
	return parseNumber(s)
}

// size is about what the record takes of memory.
func (r *record) size() int64 {
	n := int64(64)
	for i, name := range r.names {
		n += int64(len(name)) + 40
		for _, v := range r.vals[i] {
			n += int64(len(v)) + 16
		}
	}
	return n
}

// key joins the values of fields to one text by which rows are grouped. It is
// false if a field is absent.
func (r *record) key(fields []string) (string, bool) {
	if len(fields) == 1 {
		if v := r.get(fields[0]); len(v) == 1 {
			return v[0], true
		}
	}
	var b strings.Builder
	for _, f := range fields {
		values := r.get(f)
		if len(values) == 0 {
			return "", false
		}
		b.WriteString(strconv.Itoa(len(values)))
		for _, v := range values {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(len(v)))
			b.WriteByte('=')
			b.WriteString(v)
		}
	}
	return b.String(), true
}

// A table is what flows from command to command.
type table struct {
	rows []*record
	cols []string // the columns that a command fixed, in order; nil if none did
}

// names gives the columns: the fixed ones, then others as they first appear.
func (t table) names() []string {
	seen := make(map[string]bool, len(t.cols))
	names := slices.Clone(t.cols)
	for _, c := range t.cols {
		seen[c] = true
	}
	for _, r := range t.rows {
		for i, n := range r.names {
			if len(r.vals[i]) > 0 && !seen[n] {
				seen[n] = true
				names = append(names, n)
			}
		}
	}
	return names
}
