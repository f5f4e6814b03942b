package flat

import (
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// A Count is how a correlation counts the events that a condition selects.
type Count struct {
	Groups []Value // by what; none if all are counted together
	Of     *Value  // whose different values are counted; nil if events are
	Bounds []ir.Bound
	Window time.Duration
}

// A Value is a field that is counted, or that events are grouped by. An event in
// which it is not there is not counted.
type Value struct {
	Name   string
	Places []Place // in the order in which they are looked at
	There  write.Text
}

// A Place is a column in which a value stands if a condition holds.
type Place struct {
	Column string
	There  write.Text
}

// Events gives the program whose events a search selects: a rule itself, or what
// its correlation counts.
func Events(p *ir.Program) *ir.Program {
	if p.Correlation == nil || len(p.Correlation.Inputs) == 0 {
		return p
	}
	return Events(p.Correlation.Inputs[0].Program)
}

// count takes a correlation that counts the events of one rule. Only a threshold
// from below can be told from what is there when a search is run.
func (w *writer) count(p *ir.Program) *Count {
	c := p.Correlation
	values := c.Type == "value_count" && len(c.Values) == 1
	switch {
	case w.CountLimit == "":
		w.refuse(c.At, "correlations: it selects single events")
	case len(c.Inputs) != 1 || c.Inputs[0].Program.Correlation != nil:
		w.refuse(c.At, "correlations of more than the events of one rule")
	case !values && c.Type != "event_count":
		w.refuse(c.At, "correlations of type "+c.Type+": it counts events, or the different values of one field")
	}
	for _, b := range c.Where {
		if b.Op != ir.Gte && b.Op != ir.Gt {
			w.refuse(c.At, "correlations that want fewer than a number: each run of a search would tell of them")
		}
	}
	if len(w.diags) > 0 {
		return nil
	}
	w.limit(w.CountLimit, c.At)
	out := &Count{Bounds: c.Where, Window: time.Duration(c.Window) * time.Second}
	for _, g := range c.GroupBy {
		out.Groups = append(out.Groups, w.value(g))
	}
	if values {
		of := w.value(c.Values[0])
		out.Of = &of
	}
	return out
}

// value gives the places of a field of the first input.
func (w *writer) value(g ir.Group) Value {
	v := Value{Name: g.Name}
	t := &ir.Test{Field: g.Fields[0], At: g.Fields[0].At}
	var parts []write.Expr
	for _, p := range w.places(t) {
		something := write.Expr{Text: w.Not(atom(w.Empty(p.column))), Level: levelNot}
		if w.EmptyIsNull {
			something = atom(w.Present(p.column))
		}
		there := w.guarded(p, something)
		parts = append(parts, there)
		v.Places = append(v.Places, Place{p.column, there.Text})
	}
	if len(parts) > 0 {
		v.There = w.join(parts, w.Or).In(levelNot)
	}
	return v
}
