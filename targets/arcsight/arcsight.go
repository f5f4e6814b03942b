// Package arcsight writes rules as filters of ArcSight, in the text of its
// field-based search, and makes packs of them.
//
// A filter selects single events in the Common Event Format, which are flat:
// correlations and tests of members of lists are refused. Into which keys of the
// format a log goes is up to the connector, and no vendor's connector is
// documented for the logs of Entra: keys are assumed, and Names says others.
//
// The operators are assumed too, as Logger's guide is not to be had without an
// account: they are =, !=, <, <=, >, >=, STARTSWITH, ENDSWITH,
// CONTAINS, IS NULL and IS NOT NULL, joined by AND, OR and NOT; texts stand in
// double quotes; field-based search folds case if its search options say so. A
// star in a text is a wildcard, and how a quote or backslash is written is told
// in more than one way, so that texts with one of these are refused.
package arcsight

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"unicode"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/flat"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// Emitter writes filters. Its zero value is ready, and may be used by many
// goroutines at once.
type Emitter struct {
	// Names are what a site calls things: sources are filters that find the
	// events of a log, fields are keys of the format or names of the search.
	Names *targets.Names
}

var _ targets.Emitter = Emitter{}

// Language is "arcsight".
func (Emitter) Language() string { return "arcsight" }

// Emit writes the filter of a rule.
func (e Emitter) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	c, diags := e.Condition(p)
	if c == nil {
		return nil, diags
	}
	terms := c.Terms
	if source := e.source(p.Log); source != "" {
		terms = append([]write.Text{write.Of("(" + source + ")")}, terms...)
	}
	text := write.Join(terms, "\nAND ")
	return &targets.Query{Language: "arcsight", Text: text.String(), Links: text.Links(), Limits: c.Limits}, nil
}

// source is the filter that finds the events of a log; empty if all are meant.
func (e Emitter) source(log *schema.Log) string {
	if log.Open {
		return ""
	}
	if e.Names != nil && e.Names.Sources[log.Name] != "" {
		return e.Names.Sources[log.Name]
	}
	return sources[log.Name]
}

// Condition writes the condition of a rule, and tells which fields it reads.
func (e Emitter) Condition(p *ir.Program) (*flat.Condition, []*sigma.Diagnostic) {
	if p.Correlation != nil || p.Log.Open {
		return dialect.Condition(p, e.Names.Or(nil))
	}
	refuse := func(code, format string, args ...any) []*sigma.Diagnostic {
		return []*sigma.Diagnostic{{Code: "arcsight/" + code, Severity: sigma.Error, File: p.File(), At: p.Pred.From(), Message: fmt.Sprintf(format, args...)}}
	}
	if e.source(p.Log) == "" {
		return nil, refuse("no-source", "no filter is known that finds the events of log %s in ArcSight; --names may name one", p.Log.Name)
	}
	c, diags := dialect.Condition(p, e.Names.Or(&targets.Names{Fields: keys[p.Log.Name]}))
	if c == nil {
		return nil, diags
	}
	for _, column := range c.Columns {
		field := column.Field.Name
		if keys[p.Log.Name][field] == "" && (e.Names == nil || e.Names.Fields[field] == "") {
			return nil, refuse("no-key", "no key of the Common Event Format is known that holds %q; --names may name one", field)
		}
	}
	return c, nil
}

var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

var dialect = &flat.Dialect{
	Language: "arcsight", Title: "ArcSight", And: "AND", Or: "OR",
	Not: func(x write.Expr) write.Text { return x.Wrap("NOT (", ")") },
	Column: func(name string) string {
		if !plainName.MatchString(name) {
			return ""
		}
		return searchName(name)
	},
	Null:    func(column string) string { return column + " IS NULL" },
	Empty:   func(column string) string { return column + " IS NULL" }, // the format has no empty values
	Present: func(column string) string { return column + " IS NOT NULL" },
	Match:   match,
	Keyword: func(ir.Match) flat.Said { return flat.Cannot("keywords that may be part of a word") },
	Limits:  limitKinds,

	NullLimit:   "arcsight/null-is-absent",
	EmptyIsNull: true,
}

func match(column string, m ir.Match) flat.Said {
	switch m := m.(type) {
	case *ir.Text:
		return textCondition(column, m)
	case *ir.Number:
		return flat.Said{Text: column + " = " + m.Value.String(), Limits: []string{"arcsight/number"}}
	case *ir.Bool:
		return flat.Said{Text: fmt.Sprintf(`%s = "%t"`, column, m.Value)}
	case *ir.Compare:
		return flat.Said{Text: column + " " + operators[m.Op] + " " + m.Value.String(), Limits: []string{"arcsight/number"}}
	case *ir.Regex:
		return flat.Cannot("regular expressions that may stand below an OR or a NOT")
	case *ir.CIDR:
		return flat.Cannot("networks with a prefix")
	case *ir.FieldRef:
		return flat.Cannot("comparison of two fields")
	case *ir.TimePart:
		return flat.Cannot("part of a time in UTC")
	}
	panic(fmt.Sprintf("arcsight: unknown match %T", m))
}

var operators = map[ir.Op]string{ir.Eq: "=", ir.Neq: "!=", ir.Lt: "<", ir.Lte: "<=", ir.Gt: ">", ir.Gte: ">="}

var shapes = map[ir.Shape]string{ir.Equals: "=", ir.Contains: "CONTAINS", ir.StartsWith: "STARTSWITH", ir.EndsWith: "ENDSWITH"}

func textCondition(column string, m *ir.Text) flat.Said {
	shape, s := m.Shape()
	operator := shapes[shape]
	switch {
	case m.Cased:
		return flat.Cannot("case that counts in one test and not in another")
	case operator == "":
		return flat.Cannot("wildcards inside of a text")
	case s == "":
		return flat.Cannot("empty values")
	case strings.ContainsFunc(s, func(r rune) bool { return strings.ContainsRune(`"\*`, r) || unicode.IsControl(r) }):
		return flat.Cannot(fmt.Sprintf("one way to write the text %q", s))
	}
	return flat.Said{Text: column + " " + operator + ` "` + s + `"`}
}

// Rows gives what makes of an event what ArcSight has of it: the fields that the
// filter of a rule reads, by the names of the search, and what finds events of
// its log. It is nil if there is no filter.
func (e Emitter) Rows(p *ir.Program) func(log *schema.Log, event *eval.Object) map[string]string {
	c, _ := e.Condition(p)
	if c == nil {
		return nil
	}
	return func(log *schema.Log, event *eval.Object) map[string]string {
		row := map[string]string{}
		for name, value := range flat.Row(c.Columns, event) {
			if value != "" { // the format has no empty values
				row[searchName(name)] = value
			}
		}
		maps.Copy(row, equalities(e.source(log)))
		return row
	}
}

var equality = regexp.MustCompile(`(\w+) = "([^"]*)"`)

// equalities reads what a filter of a source says of its events.
func equalities(source string) map[string]string {
	out := map[string]string{}
	for _, m := range equality.FindAllStringSubmatch(source, -1) {
		out[m[1]] = m[2]
	}
	return out
}
