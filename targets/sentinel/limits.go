package sentinel

import (
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/sigproof/sigproof/sigma"
)

// What Sentinel, and the checks of its repository, take.
const (
	maxName        = 256
	maxDescription = 5000
	maxQuery       = 10_000
	maxDetailKey   = 20
	maxDetails     = 20
	maxNRT         = 50 // rules a workspace
	longestPeriod  = 14 * 24 * time.Hour
)

var (
	detailKeyForm    = regexp.MustCompile(`^[a-zA-Z]+\w*$`)
	detailColumnForm = regexp.MustCompile(`^[a-zA-Z_]+\w*$`)
)

// check says what Sentinel would not take of a rule.
func (r *rule) check() []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	head := r.doc.Info()
	report := func(at sigma.Span, code, format string, args ...any) {
		out = append(out, &sigma.Diagnostic{Code: code, Severity: sigma.Error, File: head.File, At: at, Message: fmt.Sprintf(format, args...)})
	}
	if n := utf8.RuneCountInString(r.title); n > maxName {
		report(head.Title.At, "sentinel/title", "the title has %d characters, and a rule of Sentinel takes %d", n, maxName)
	}
	if n := utf8.RuneCountInString(r.description); n > maxDescription {
		report(head.Description.At, "sentinel/description", "what is said of the rule has %d characters, and Sentinel takes %d: the description with the false positives must be shorter", n, maxDescription)
	}
	if n := utf8.RuneCountInString(r.query); n > maxQuery {
		report(r.doc.Span(), "sentinel/query", "the query has %d characters, and a rule of Sentinel takes %d: the rule must be split", n, maxQuery)
	}
	if r.schedule.Period > longestPeriod {
		report(r.doc.Span(), "sentinel/period", "a run would look back over %s, and Sentinel takes 14 days: the timespan must be shorter", r.schedule.Period)
	}
	if r.suite.Fails("kql") && !r.forced {
		report(r.doc.Span(), "sentinel/suite", "the suite of the rule fails on its query; --force packs it all the same, and marks it")
	}
	return out
}
