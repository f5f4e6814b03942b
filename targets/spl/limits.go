package spl

import (
	"slices"

	"github.com/sigproof/sigproof/targets"
)

// Limits lists the kinds of limits, in the order of docs/limits.md.
func Limits() []targets.LimitKind { return slices.Clone(limitKinds) }

// limitKinds lists every difference between a program and its query that SPL
// forces.
var limitKinds = []targets.LimitKind{
	{Code: "spl/null-is-absent", Doc: "Splunk has no null and no empty list: a field that holds one is absent, so that exists and null can't tell them from a missing field."},
	{Code: "spl/object-is-absent", Doc: "A field that holds an object is not a field of Splunk, only its members are: exists, the lone star and what is asked of its text do not see it."},
	{Code: "spl/number-text", Doc: "A field of Splunk is text: a number is met as the event writes it, so that 5.0 is not 5, and a number can't be told from the same digits in quotes."},
	{Code: "spl/number-precision", Doc: "SPL computes with floats of 53 bits: numbers that differ in the sixteenth digit compare as equal."},
	{Code: "spl/boolean-word", Doc: "true and false are words in Splunk: text that says true can't be told from the boolean, which keywords should not meet."},
	{Code: "spl/case-folding", Doc: "Splunk folds case letter by letter: the long s, the Kelvin sign and the dotted capital I are not met by s, k and i."},
	{Code: "spl/list-in-field", Doc: "Where a declared field with one value holds a list, Splunk sees its JSON text and not its elements."},
	{Code: "spl/keyword-fields", Doc: "A keyword looks into every field of the event, also into host, source, sourcetype and others that Splunk adds."},
	{Code: "spl/keyword-escapes", Doc: "A keyword is looked for in the JSON text of the event, where characters beyond ASCII may stand as escapes."},
	{Code: "spl/xml-entities", Doc: "The add-on for Windows leaves <, > and & in fields as XML writes them: texts are looked for in both ways, a regular expression only as the rule writes it."},
	{Code: "spl/window-size", Doc: "streamstats keeps at most 10,000 events of a window; in groups with more of them within the timespan counts are too low."},
	{Code: "spl/append-size", Doc: "The rows of a correlation that another one looks at come by append, which Splunk cuts off at 50,000 rows and 60 seconds."},
	{Code: "spl/time-precision", Doc: "_time keeps milliseconds, or microseconds if the sourcetype says so: events closer together than that count as one instant."},
	{Code: "spl/equal-ids", Doc: "Of events of one instant the one with the greatest id completes a window; without an id the order is Splunk's."},
}

func limitSentence(code string) string {
	for _, l := range limitKinds {
		if l.Code == code {
			return l.Doc
		}
	}
	panic("spl: no limit has the code " + code)
}
