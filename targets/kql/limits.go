package kql

import (
	"slices"

	"github.com/sigproof/sigproof/targets"
)

// limitKinds lists every difference between a program and its query that KQL
// forces.
var limitKinds = []targets.LimitKind{
	{
		Code: "kql/null-is-empty",
		Doc: "A string column holds the empty string for a field that is missing, null or empty. `null` and `''` are isempty, " +
			"`exists` and a lone `*` are isnotempty, and a pattern that the empty text fits wants a text that is not empty.",
	},
	{
		Code: "kql/exists-null",
		Doc:  "A column that is null may stand for a field that is missing or for one that is null: `exists` is isnotnull.",
	},
	{
		Code: "kql/open-array",
		Doc: "In an open log an array is read as its JSON text, since the type of a column is not known when the query is " +
			"written. A test that only one element passes is not met.",
		General: true,
	},
	{
		Code: "kql/open-number",
		Doc: "In an open log numbers are compared as text, without a fraction of zero: a string `4624.0` equals 4624, " +
			"and a number that the engine writes with an exponent equals no plain number.",
	},
	{
		Code: "kql/open-path",
		Doc: "In an open log a dotted name is tried as nested keys, as one flat key, and in every mixture of both up to " +
			"four parts; a longer one is tried as nested keys, as one flat key, and as one flat key below nested ones. The first that holds a text is read.",
	},
	{
		Code: "kql/keyword-names",
		Doc: "A keyword is looked for in the JSON text of a dynamic column, and in the XML of the data of an event, so that the " +
			"name of a property may meet it, and a boolean's word.",
	},
	{
		Code:    "kql/member-values",
		Doc:     "A property that the log declares as text or number is read as its JSON text if an event holds an array or object there.",
		General: true,
	},
	{
		Code:    "kql/case-folding",
		Doc:     "Case is folded as the engine does it: whether the long s, the Kelvin sign and the dotted capital I meet s, k and i is left to it.",
		General: true,
	},
	{
		Code:    "kql/digits",
		Doc:     "Numbers that stand in texts are compared as decimals of 34 digits, and added up as doubles.",
		General: true,
	},
	{
		Code:    "kql/address-text",
		Doc:     "ipv4_is_in_range also reads an address that carries a prefix of its own, such as 10.1.2.3/24.",
		General: true,
	},
	{
		Code: "kql/time-text",
		Doc:  "A datetime column holds an instant; a test of the text of a time reads it as KQL writes it, with seven digits after the second.",
	},
	{
		Code: "kql/lost-path",
		Doc:  "The table has no column for one of the places in which a derived field looks.",
	},
	{
		Code: "kql/no-event-id",
		Doc: "The log has no field that identifies an event: one that two rules of a correlation match counts twice, and of " +
			"events of one instant any may complete.",
	},
}

// Limits lists the kinds of limits, in the order of docs/limits.md.
func Limits() []targets.LimitKind { return slices.Clone(limitKinds) }
