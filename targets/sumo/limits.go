package sumo

import (
	"slices"

	"github.com/sigproof/sigproof/targets"
)

// limitKinds lists every difference between a program and its search that Sumo
// Logic forces.
var limitKinds = []targets.LimitKind{
	{
		Code: "sumo/null-is-empty",
		Doc: "A field that is missing, null or empty is empty: `null`, `''` and `exists` can't tell them apart, and a pattern that the empty text fits " +
			"wants a text that is not empty.",
	},
	{Code: "sumo/number-text", Doc: "A field is text: a number is met as the message writes it, so that 5.0 is not 5."},
	{Code: "sumo/number-cast", Doc: "What is compared by size is read as a number by Sumo Logic: what it makes of a text that is none is left to it."},
	{Code: "sumo/address", Doc: "Networks are those of IPv4: an address that is mapped to IPv6 is not met."},
	{Code: "sumo/members", Doc: "Of a list the first eight members are looked at; one further back is not met."},
	{
		Code: "sumo/window-at-run",
		Doc: "A correlation is counted over the timespan before the moment at which its search is run: a burst is told by each run that still has all of it in that time, " +
			"and by none if no run has. More than 100 different values are counted nearly.",
	},
	{Code: "sumo/keyword-raw", Doc: "A keyword is looked for in the whole message, so that the name of a field may meet it, and a text that JSON writes with escapes does not."},
	{Code: "sumo/open-path", Doc: "In an open log a dotted name is read as nested keys, never as one flat key.", General: true},
	{Code: "sumo/list-in-field", Doc: "A field that holds a list or an object is its JSON text.", General: true},
	{Code: "sumo/case-folding", Doc: "Case is folded as Sumo Logic does it: whether letters beyond ASCII are is left to it.", General: true},
}

// Limits lists the kinds of limits, in the order of docs/limits.md.
func Limits() []targets.LimitKind { return slices.Clone(limitKinds) }
