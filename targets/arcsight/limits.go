package arcsight

import (
	"slices"

	"github.com/sigproof/sigproof/targets"
)

// limitKinds lists every difference between a program and its filter that
// ArcSight forces.
var limitKinds = []targets.LimitKind{
	{Code: "arcsight/null-is-absent", Doc: "The Common Event Format has no null and no empty value: exists and null can't tell a missing field from one that is null or empty."},
	{Code: "arcsight/number", Doc: "A number is compared as ArcSight holds the key: one that is text is met as the event writes it, and is not compared by size."},
	{Code: "arcsight/case", Doc: "Field-based search folds case only if the search options say so; the filters want that.", General: true},
	{Code: "arcsight/list-in-key", Doc: "A field that holds a list is what the connector makes of it.", General: true},
}

// Limits lists the kinds of limits, in the order of docs/limits.md.
func Limits() []targets.LimitKind { return slices.Clone(limitKinds) }
