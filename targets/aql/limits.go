package aql

import (
	"slices"

	"github.com/sigproof/sigproof/targets"
)

// limitKinds lists every difference between a program and its search that AQL
// forces.
var limitKinds = []targets.LimitKind{
	{Code: "aql/null-is-absent", Doc: "A property that no event text gives a value is null: exists and null can't tell a missing field from one that is null."},
	{Code: "aql/number-text", Doc: "A property is text: a number is met as the event writes it, so that 5.0 is not 5."},
	{Code: "aql/number-property", Doc: "What is compared by size must be a property that QRadar holds as a number; one that it holds as text is compared letter by letter."},
	{Code: "aql/address", Doc: "INCIDR reads addresses of IPv4: one that is mapped to IPv6 is not met."},
	{Code: "aql/members", Doc: "Of a list the first eight members are looked at, each of which has properties of its own; one further back is not met."},
	{
		Code: "aql/window-at-run",
		Doc: "A correlation is counted over the timespan before the moment at which its search is run: a burst is told by each run that still has all of it in that time, " +
			"and by none if no run has.",
	},
	{Code: "aql/keyword-payload", Doc: "A keyword is looked for in the whole payload, so that the name of a field may meet it, and a text that JSON writes with escapes does not."},
	{Code: "aql/list-in-property", Doc: "A field that holds a list is one text in QRadar, or none.", General: true},
	{Code: "aql/case-folding", Doc: "Case is folded as QRadar does it: whether letters beyond ASCII are is left to it.", General: true},
	{Code: "aql/time-range", Doc: "A search without a clause of time looks back over five minutes: who runs it says how far back.", General: true},
}

// Limits lists the kinds of limits, in the order of docs/limits.md.
func Limits() []targets.LimitKind { return slices.Clone(limitKinds) }
