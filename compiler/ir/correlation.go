package ir

import (
	"github.com/sigproof/sigproof/sigma"
)

// A Correlation looks at the events of other programs in the closed window
// [t-Window, t] that ends at each of their events.
type Correlation struct {
	Type   string  // event_count value_count value_sum value_avg value_median value_percentile temporal temporal_ordered
	Inputs []Input // in the order of "rules:"
	Window int64   // seconds

	// GroupBy splits the events by the tuple of these values; an event without
	// one of them is not counted.
	GroupBy []Group

	// Values are the fields that value_* count or add up; several make a
	// tuple.
	Values []Group

	// Where bounds what was counted; all bounds hold. Of
	// temporal with neither Where nor Extended all inputs must occur.
	Where   []Bound
	Percent Decimal // of value_percentile

	// Extended joins the inputs of type temporal by name; nil unless the
	// condition is one.
	Extended sigma.Expr

	// Chains are the orders that temporal_ordered asks for; one must hold.
	Chains []Chain

	At sigma.Span
}

// An Input is a program whose events are looked at, and the name by which the
// correlation calls it.
type Input struct {
	Name    string
	Program *Program
}

// A Chain holds when its inputs, which stand in the order of "rules:", occur in
// the window one after the other, ties allowed, and those of Without do not
// occur in it at all.
type Chain struct {
	Inputs  []int
	Without []int
}

// A Group is a name and the field that it means in each input.
type Group struct {
	Name   string
	Fields []*Field // one an input
}

// A Bound compares what was counted.
type Bound struct {
	Op    Op
	Value Decimal
}
