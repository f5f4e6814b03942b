package spl

// A Limit is a difference between what a program means and what a query can
// say, which SPL forces.
type Limit struct {
	Code string // stable
	Why  string
}

// Limits lists the differences, in the order of docs/limits.md.
func Limits() []Limit { return append([]Limit(nil), limits...) }

var limits = []Limit{
	{"spl/null-is-absent", "Splunk has no null and no empty list: a field that holds one is absent, so that exists and null can't tell them from a missing field."},
	{"spl/object-is-absent", "A field that holds an object is not a field of Splunk, only its members are: exists and the lone star do not see it."},
	{"spl/number-text", "A field of Splunk is text: a number is met as the event writes it, so that 5.0 is not 5, and a number can't be told from the same digits in quotes."},
	{"spl/number-precision", "SPL computes with floats of 53 bits: numbers that differ in the sixteenth digit compare as equal."},
	{"spl/boolean-word", "true and false are words in Splunk: text that says true can't be told from the boolean, which keywords should not meet."},
	{"spl/case-folding", "Splunk folds case letter by letter: the long s, the Kelvin sign and the dotted capital I are not met by s, k and i."},
	{"spl/list-in-field", "Where a declared field with one value holds a list, Splunk sees its JSON text and not its elements."},
	{"spl/keyword-fields", "A keyword looks into every field of the event, also into host, source, sourcetype and others that Splunk adds."},
	{"spl/keyword-escapes", "A keyword is looked for in the JSON text of the event, where characters beyond ASCII may stand as escapes."},
	{"spl/window-size", "streamstats keeps at most 10,000 events of a window; in groups with more of them within the timespan counts are too low."},
	{"spl/append-size", "The rows of a correlation that another one looks at come by append, which Splunk cuts off at 50,000 rows and 60 seconds."},
	{"spl/time-precision", "_time keeps milliseconds, or microseconds if the sourcetype says so: events closer together than that count as one instant."},
	{"spl/equal-ids", "Of events of one instant the one with the greatest id completes a window; without an id the order is Splunk's."},
}

func limitSentence(code string) string {
	for _, l := range limits {
		if l.Code == code {
			return l.Why
		}
	}
	panic("spl: no limit has the code " + code)
}
