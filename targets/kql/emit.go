// Package kql writes programs in KQL, the Kusto Query Language, as Microsoft
// Sentinel and Log Analytics run it.
//
// A query gives exactly the program's verdict for each row, also for rows in
// which columns are null. What a table can't carry is a declared limit, see
// Limits; what KQL can't say is an error.
//
// A rule's query is the table, the cheap conjuncts as one where each, then
// what needs the members of lists, then the rest:
//
//	AuditLogs
//	| where OperationName =~ "Add member to role"
//	| mv-apply target = iff(array_length(TargetResources) > 0, TargetResources, dynamic([null])) on (
//	    summarize RoleTargets = countif(tostring(target.type) == "Role" and tostring(target.displayName) =~ "Global Administrator")
//	)
//	| where RoleTargets > 0
//
// mv-apply over what is never empty, with a body that only summarizes, keeps
// each row exactly once: what it counts can stand under not and or. All
// columns of the table are kept, and some are added.
package kql

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// Emitter writes KQL. Its zero value is ready, and may be used by many
// goroutines at once.
type Emitter struct {
	// Scheduled writes queries for a product that runs them by their Schedule.
	// Runs overlap, so that no event and no window is missed; each row comes
	// from one run only, so that none is said twice. False means all rows.
	Scheduled bool

	// Columns are added to the rows of rules. Those of a correlation are its
	// groups, whatever stands here.
	Columns []Added

	// Carried are columns of the tables that a correlation reads, of the event
	// that completes it, in the rows of correlations; the first tells events of
	// one instant apart. Every table must have them.
	Carried []string
}

// maxLength is how many characters a query of an analytics rule may have.
const maxLength = 10_000

// Language is "kql".
func (Emitter) Language() string { return "kql" }

// Emit writes the query of a program.
func (e Emitter) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	if d := noTable(p); d != nil {
		return nil, []*sigma.Diagnostic{d}
	}
	q := &query{helpers: map[string]bool{}, scheduled: e.Scheduled, added: e.Columns, carried: e.Carried}
	text := q.program(p)
	if sigma.HasErrors(q.diags) {
		return nil, sigma.SortDiagnostics(q.diags)
	}
	text = write.Concat(slices.Concat([]write.Text{write.Of(q.lets())}, q.functionTexts(), q.tables, []write.Text{text})...)
	if n := utf8.RuneCountInString(text.String()); n > maxLength {
		q.diags = append(q.diags, &sigma.Diagnostic{
			Code: "kql/too-long", Severity: sigma.Warning, File: p.File(), At: spanOf(p),
			Message: fmt.Sprintf("the query has %d characters, and an analytics rule of Sentinel takes %d", n, maxLength),
		})
	}
	out := &targets.Query{Language: "kql", Text: text.String(), Links: text.Links(), Limits: distinct(q.limits)}
	if e.Scheduled || p.Correlation != nil {
		out.Schedule = schedule(p.Correlation)
	}
	return out, sigma.SortDiagnostics(q.diags)
}

// noTable refuses a program of a log that only Splunk keeps.
func noTable(p *ir.Program) *sigma.Diagnostic {
	if p.Correlation == nil {
		if p.Log.KQL.Name != "" {
			return nil
		}
		return &sigma.Diagnostic{
			Code: "kql/no-table", Severity: sigma.Error, File: p.File(), At: spanOf(p),
			Message: fmt.Sprintf("log %s has no table in Log Analytics: it is Splunk's", p.Log.Name),
		}
	}
	for _, in := range p.Correlation.Inputs {
		if d := noTable(in.Program); d != nil {
			return d
		}
	}
	return nil
}

func spanOf(p *ir.Program) sigma.Span {
	if p.Correlation != nil {
		return p.Correlation.At
	}
	return p.Pred.From()
}

// A query is what the texts of one query share.
type query struct {
	helpers   map[string]bool
	functions []function
	tables    []write.Text // let statements

	scheduled bool
	added     []Added
	carried   []string

	// since tells that the rows of a scheduled correlation say since when their
	// window fires: see once.go.
	since bool

	limits []targets.Limit
	diags  []*sigma.Diagnostic
}

// program writes a rule or a correlation.
func (q *query) program(p *ir.Program) write.Text {
	if p.Correlation != nil {
		return q.alerts(p)
	}
	return q.told(p)
}

// helperFunctions are defined in front of queries that need them.
var helperFunctions = []struct{ name, text string }{
	{"unquote", `let unquote = (s:string) { iff(s startswith "\"" and s endswith "\"", tostring(parse_json(s)), s) };`},
	{"elements", `let elements = (x:dynamic) { case(array_length(x) > 0, x, isnull(array_length(x)), pack_array(x), dynamic([null])) };`},
	{"unescape", `let unescape = (s:string) { replace_string(replace_string(replace_string(replace_string(s, "&lt;", "<"), "&gt;", ">"), "&quot;", "\""), "&amp;", "&") };`},
	{"start", `let start = (s:string, old:string, new:string) { iff(s startswith old, strcat(new, substring(s, strlen(old))), s) };`},
	{"texts", `let texts = (x:dynamic) { parse_json(replace_string(replace_string(replace_string(replace_string(tostring(x), "&lt;", "<"), "&gt;", ">"), "&quot;", "\\\""), "&amp;", "&")) };`},
	{"number", `let number = (s:string) { todecimal(extract(@"^[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$", 0, s)) };`},
	{"instant", `let instant = (s:string) { todatetime(extract(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?$", 0, s)) };`},
}

// call makes a call of a helper.
func (q *query) call(helper, argument string) string {
	q.helpers[helper] = true
	return helper + "(" + argument + ")"
}

// A function of a text is made for a query. Its parameter is s.
type function struct {
	name string
	body write.Text
}

// function names the function of a body, which those that are equal share.
func (q *query) function(base string, body write.Text) string {
	for _, f := range q.functions {
		if f.body.String() == body.String() {
			return f.name
		}
	}
	name := base
	if n := len(q.functions); n > 0 {
		name = fmt.Sprintf("%s%d", base, n+1)
	}
	q.functions = append(q.functions, function{name, body})
	return name
}

func (q *query) functionTexts() []write.Text {
	texts := make([]write.Text, len(q.functions))
	for i, f := range q.functions {
		texts[i] = f.body.Wrap("let "+f.name+" = (s:string) { ", " };\n")
	}
	return texts
}

func (q *query) lets() string {
	var b strings.Builder
	for _, h := range helperFunctions {
		if q.helpers[h.name] {
			b.WriteString(h.text + "\n")
		}
	}
	return b.String()
}

// limit declares a limit; Emit drops what was declared twice at a place.
func (q *query) limit(code string, f *sigma.File, at sigma.Span) {
	for _, d := range limitKinds {
		if d.Code == code {
			q.limits = append(q.limits, targets.Limit{Code: code, Why: d.Doc, File: f, At: at})
			return
		}
	}
	panic("kql: unknown limit " + code)
}

// distinct keeps the first of equal limits.
func distinct(limits []targets.Limit) []targets.Limit {
	seen := map[targets.Limit]bool{}
	return slices.DeleteFunc(limits, func(l targets.Limit) bool {
		twice := seen[l]
		seen[l] = true
		return twice
	})
}

// unsupported reports what the language can't say.
func (q *query) unsupported(f *sigma.File, at sigma.Span, code, message string) {
	q.diags = append(q.diags, &sigma.Diagnostic{Code: code, Severity: sigma.Error, File: f, At: at, Message: message})
}
