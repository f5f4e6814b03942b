package splunk

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/pack"
)

// A rule is a document as Splunk has it, whatever file it is written to.
type rule struct {
	doc       sigma.Document
	documents []sigma.Document // with those that it refers to
	logs      []*schema.Log
	kind      string
	name      string // of the saved search
	content   string // name in the repository of contentctl

	title, description, level string
	techniques                []string
	correlates                bool // it is a correlation
	domain                    string
	query                     string
	timing                    timing
	subjects                  []subject
	limits                    []string
	events                    []Event // that the query is known to find

	suite   *pack.Suite
	forced  bool
	version string
}

// newRule makes the rule of a program and its query.
func newRule(p *ir.Program, q *targets.Query) *rule {
	head := p.Doc.Info()
	r := &rule{
		doc: p.Doc, documents: pack.Documents(p), logs: pack.Logs(p), kind: kindOf(p),
		title: pack.OneLine(head.Label()), description: pack.Describe(p.Doc), level: p.Level,
		techniques: techniques(head.Tags), query: q.Text, subjects: subjectsOf(p), timing: timingOf(p, q.Schedule),
	}
	r.correlates = p.Correlation != nil
	r.domain = viewOf(r.logs[0]).domain
	for _, l := range q.Limits {
		if !slices.Contains(r.limits, l.Code) {
			r.limits = append(r.limits, l.Code)
		}
	}
	return r
}

var techniqueForm = regexp.MustCompile(`^attack\.(t\d{4}(\.\d{3})?)$`)

// techniques reads the techniques of ATT&CK among the tags of a document.
func techniques(tags []sigma.Text) []string {
	var out []string
	for _, tag := range tags {
		if m := techniqueForm.FindStringSubmatch(strings.ToLower(tag.Value)); m != nil {
			out = append(out, strings.ToUpper(m[1]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// check says what a .conf file does not take of a rule, and why it is not to be
// packed.
func (r *rule) check() []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	report := func(code, format string, args ...any) {
		out = append(out, &sigma.Diagnostic{
			Code: code, Severity: sigma.Error, File: r.doc.Info().File, At: r.doc.Span(), Message: fmt.Sprintf(format, args...),
		})
	}
	if why := unwritable(r.query); why != "" {
		report("splunk/query", "savedsearches.conf can't keep the query of the rule as it is: %s", why)
	}
	if r.suite.Fails("spl") && !r.forced {
		report("splunk/suite", "the suite of the rule fails on its query; --force packs it all the same, and marks it")
	}
	return out
}

// severity is Splunk's number for a level, of 1 to 5. A document without one is
// as bad as most.
func (r *rule) severity() (number, word string) {
	switch r.level {
	case "informational":
		return "1", r.level
	case "low":
		return "2", r.level
	case "high":
		return "4", r.level
	case "critical":
		return "5", r.level
	}
	return "3", "medium"
}
