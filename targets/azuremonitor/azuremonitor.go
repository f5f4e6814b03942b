// Package azuremonitor makes packs of alert rules for Azure Monitor: scheduled
// query rules over a Log Analytics workspace, as ARM templates. It reads back
// what a resource group exports, and holds it against a pack.
//
// It knows what Azure Monitor takes. The queries are those of package kql, to
// the byte. The properties are those of the ARM reference of
// Microsoft.Insights/scheduledQueryRules.
package azuremonitor

import (
	"time"
	"unicode/utf8"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/pack"
)

// Product is the name of the product, in manifests and diagnostics.
const Product = "azure-monitor"

// Emitter writes the queries that packs hold. A rule runs again and again over
// windows that overlap, so that its query tells each event in one run only.
func Emitter() kql.Emitter { return kql.Emitter{Scheduled: true} }

// Build makes the pack of programs. What Azure Monitor does not take is left
// out, with an error that says why.
func Build(programs []*ir.Program, opts *pack.Options) (*pack.Pack, []*sigma.Diagnostic) {
	return maker.Build(programs, opts)
}

var maker = &pack.Maker{
	Product: Product, Emitter: Emitter(), Engine: "kql",
	Kind: func(*pack.Artifact) string { return kind }, Check: check,
	Path: func(a *pack.Artifact) string { return "ARM/" + a.Name + ".json" },
	File: func(a *pack.Artifact) []byte { return deploy(resource(a)) },
	Whole: func(all []*pack.Artifact) []pack.File {
		resources := make([]any, len(all))
		for i, a := range all {
			resources[i] = resource(a)
		}
		return arm.Templates(everything, parameters, resources)
	},
}

// everything is the template that deploys all rules of the pack.
const everything = "ARM/all.json"

// What Azure Monitor takes. Service limits: the description of a log search
// alert has at most 4,096 characters, and all properties together 64 KB.
const (
	maxName        = 260
	maxDescription = 4096
	maxRule        = 64 << 10
)

// windows are the times that a run may look back over. They grow with the
// schedule of the query: a longer one finds no more, since the query tells of
// what was ingested since the last run.
var windows = []time.Duration{
	5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, 45 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 5 * time.Hour, 6 * time.Hour, 24 * time.Hour, 48 * time.Hour,
}

// window is the shortest that holds the period of a schedule; zero if none
// does.
func window(period time.Duration) time.Duration {
	for _, w := range windows {
		if w >= period {
			return w
		}
	}
	return 0
}

// check says what Azure Monitor would not take of a rule.
func check(a *pack.Artifact) []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	refuse := func(code, format string, args ...any) {
		out = append(out, pack.Refuse(Product, a.Program.Doc, code, format, args...))
	}
	for _, log := range pack.Logs(a.Program) {
		if log.Open {
			refuse("log", "log %s is no table of a workspace; the rule must name a log that is", log.Name)
		}
	}
	if n := utf8.RuneCountInString(a.Title); n > maxName {
		refuse("title", "the title has %d characters, and a rule of Azure Monitor takes %d", n, maxName)
	}
	if n := utf8.RuneCountInString(a.Description); n > maxDescription {
		refuse("description", "what is said of the rule has %d characters, and Azure Monitor takes %d: the description with the false positives must be shorter", n, maxDescription)
	}
	if n := len(deploy(resource(a))); n > maxRule {
		refuse("query", "the rule has %d bytes, and Azure Monitor takes %d: it must be split", n, maxRule)
	}
	if window(a.Query.Schedule.Period) == 0 {
		refuse("period", "a run would look back over %s, and Azure Monitor takes 2 days: the timespan must be shorter", a.Query.Schedule.Period)
	}
	return out
}
