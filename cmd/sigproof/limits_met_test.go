package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/aql"
	"github.com/sigproof/sigproof/targets/arcsight"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/spl"
	"github.com/sigproof/sigproof/targets/sumo"
)

// counted is a rule and a correlation that counts its events.
const counted = `title: A
name: a
logsource: {category: c}
detection: {sel: {x: y}, condition: sel}
---
title: B
name: b
correlation: {type: event_count, rules: [a], group-by: [u], timespan: 1h, condition: {gte: 3}}
`

// summed adds up numbers of events.
const summed = `title: A
name: a
logsource: {category: c}
detection: {sel: {x: y}, condition: sel}
---
title: B
correlation: {type: value_sum, rules: [a], group-by: [u], timespan: 1h, condition: {gte: 3, field: n}}
`

// chained is a correlation of a correlation.
const chained = counted + `---
title: C
correlation: {type: temporal, rules: [a, b], group-by: [u], timespan: 1h}
`

// limitRules has, for each limit that queries declare one by one, a log and
// documents whose query declares it.
var limitRules = map[string]struct{ log, src string }{
	"kql/null-is-empty":    {"entra_audit", search("Identity: null")},
	"kql/exists-null":      {"entra_audit", search("ActivityDateTime|exists: true")},
	"kql/open-number":      {"generic", search("EventID: 4624")},
	"kql/open-path":        {"generic", search("a.b.c.d.e: x")},
	"kql/keyword-names":    {"entra_audit", search("- x")},
	"kql/time-text":        {"entra_audit", search("ActivityDateTime: '2026-01-01T00:00:00Z'")},
	"kql/lost-path":        {"entra_audit", search("actor.ip: x")},
	"kql/no-event-id":      {"generic", counted},
	"spl/null-is-absent":   {"generic", search("a: null")},
	"spl/object-is-absent": {"generic", search("a|exists: true")},
	"spl/number-text":      {"generic", search("a: 5")},
	"spl/number-precision": {"generic", search("a|gt: 5")},
	"spl/boolean-word":     {"generic", search("- x")},
	"spl/case-folding":     {"generic", search("a: sk")},
	"spl/list-in-field":    {"entra_audit", search("Result: x")},
	"spl/keyword-fields":   {"generic", search("- x")},
	"spl/keyword-escapes":  {"entra_audit", search("- \u00e4")},
	"spl/xml-entities":     {"windows_sysmon", strings.Replace(search("Image|re: 'a<b'"), "azure, service: auditlogs", "windows, category: process_creation", 1)},
	"spl/window-size":      {"generic", summed},
	"spl/append-size":      {"generic", chained},
	"spl/time-precision":   {"generic", counted},
	"spl/equal-ids":        {"generic", counted},
	"aql/null-is-absent":   {"generic", search("a: null")},
	"aql/number-text":      {"generic", search("a: 5")},
	"aql/number-property":  {"generic", search("a|gt: 5")},
	"aql/address":          {"generic", search("a|cidr: 10.0.0.0/8")},
	"aql/members":          {"entra_audit", search("targetResources[].id: x")},
	"aql/window-at-run":    {"generic", counted},
	"aql/keyword-payload":  {"generic", search("- x")},
	"sumo/null-is-empty":   {"generic", search("a: null")},
	"sumo/number-text":     {"generic", search("a: 5")},
	"sumo/number-cast":     {"generic", search("a|gt: 5")},
	"sumo/address":         {"generic", search("a|cidr: 10.0.0.0/8")},
	"sumo/members":         {"entra_audit", search("targetResources[].id: x")},
	"sumo/window-at-run":   {"generic", counted},
	"sumo/keyword-raw":     {"generic", search("- x")},

	"arcsight/null-is-absent": {"generic", search("a: null")},
	"arcsight/number":         {"generic", search("a: 5")},
}

// search is a rule with one search.
func search(item string) string {
	return "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection:\n    sel:\n        " + item + "\n    condition: sel\n"
}

// TestLimitsAreMet wants a query that declares each limit: one that none
// declares any more is not a limit, and its line in docs/limits.md is wrong.
func TestLimitsAreMet(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for _, language := range []struct {
		targets.Emitter
		limits []targets.LimitKind
	}{{kql.Emitter{}, kql.Limits()}, {spl.Emitter{}, spl.Limits()}, {aql.Emitter{}, aql.Limits()}, {sumo.Emitter{}, sumo.Limits()}, {arcsight.Emitter{}, arcsight.Limits()}} {
		for _, kind := range language.limits {
			met[kind.Code] = true
			r, listed := limitRules[kind.Code]
			switch {
			case kind.General && listed:
				t.Errorf("%s holds for every query, no query declares it", kind.Code)
			case kind.General:
			case !listed:
				t.Errorf("%s is declared for no rule that is listed here", kind.Code)
			case !slices.Contains(declared(t, language, r.log, r.src), kind.Code):
				t.Errorf("%s is not declared for\n%s", kind.Code, r.src)
			}
		}
	}
	for code := range limitRules {
		if !met[code] {
			t.Errorf("%s is no limit of a language", code)
		}
	}
}

// declared gives the codes of the limits that the queries of a file declare.
func declared(t *testing.T, e targets.Emitter, log, src string) []string {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.ByName(log)})
	var codes []string
	for _, p := range programs {
		q, broken := e.Emit(p)
		more = append(more, broken...)
		if q == nil {
			continue
		}
		for _, l := range q.Limits {
			codes = append(codes, l.Code)
		}
	}
	for _, d := range append(diags, more...) {
		if d.Severity == sigma.Error {
			t.Error(d)
		}
	}
	return codes
}
