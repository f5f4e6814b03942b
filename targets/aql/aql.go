// Package aql writes rules in AQL, the Ariel Query Language of IBM QRadar, and
// makes packs of such searches.
//
// A search selects single events, whose properties are flat: correlations and
// tests of members of lists are refused. Properties are named as the rule names
// fields, so that QRadar must have custom properties of these names; what a site
// calls otherwise Names says.
//
// IBM's guide: LIKE and ILIKE have the wildcards % and _ and no escape for
// either; ILIKE and IMATCHES fold case, LIKE and MATCHES do not; texts stand in
// single quotes, of which one inside is doubled, and names of custom properties
// in double ones. IBM's own converter of Sigma rules shows that a backslash is a
// character. Whether MATCHES wants all of the text or a part of it the guide
// does not say: patterns are written so that both give the same.
package aql

import (
	"fmt"
	"net/netip"
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

// Emitter writes AQL. Its zero value is ready, and may be used by many
// goroutines at once.
type Emitter struct {
	Names *targets.Names // nil if all is called as it is assumed
}

var _ targets.Emitter = Emitter{}

// Language is "aql".
func (Emitter) Language() string { return "aql" }

// assumed are the log source types that IBM's modules give to the events of
// logs.
var assumed = &targets.Names{Sources: map[string]string{
	"entra_audit": "Microsoft Entra ID", "entra_signin": "Microsoft Entra ID",
	"activity": "Microsoft Azure Platform", "tenant_activity": "Microsoft Azure Platform",
	"m365_audit":       "Microsoft Office 365",
	"windows_security": "Microsoft Windows Security Event Log", "windows_event": "Microsoft Windows Security Event Log",
	"windows_sysmon": "Microsoft Windows Security Event Log",
	"linux_auditd":   "Linux OS", "linux_syslog": "Linux OS", "linux_sysmon": "Linux OS",
}}

// Emit writes the search of a rule.
func (e Emitter) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	c, diags := e.Condition(p)
	if c == nil {
		return nil, diags
	}
	text := c.Text
	if c.Text.Len() > wide {
		text = c.Lines("AND")
	}
	if source := e.source(p.Log); source != "" {
		own := write.Of("LOGSOURCETYPENAME(devicetype) = " + quote(source))
		if text.Empty() {
			text = own
		} else {
			text = write.Concat(own, write.Of("\n    AND "), c.Lines("AND"))
		}
	}
	if !text.Empty() {
		text = text.Wrap("\nWHERE ", "")
	}
	text = text.Wrap("SELECT *\nFROM events", "")
	return &targets.Query{Language: "aql", Text: text.String(), Links: text.Links(), Limits: c.Limits}, nil
}

// wide is where a condition is broken into lines.
const wide = 100

// Condition writes the condition of a rule, and tells which properties it reads.
func (e Emitter) Condition(p *ir.Program) (*flat.Condition, []*sigma.Diagnostic) {
	names := e.Names.Or(assumed)
	if p.Correlation == nil && !p.Log.Open && names.Sources[p.Log.Name] == "" {
		return nil, []*sigma.Diagnostic{{
			Code: "aql/no-source", Severity: sigma.Error, File: p.File(), At: p.Pred.From(),
			Message: fmt.Sprintf("no log source type of QRadar is known to have log %s; --names may name one", p.Log.Name),
		}}
	}
	return dialect.Condition(p, names)
}

// Row gives what QRadar has of an event: the properties that the search of a rule
// reads, its log source type and its payload.
func (e Emitter) Row(p *ir.Program, log *schema.Log, event *eval.Object) map[string]string {
	c, _ := e.Condition(p)
	if c == nil {
		return nil
	}
	row := flat.Row(c.Columns, event)
	row["UTF8(payload)"] = eval.JSON(event)
	if source := e.source(log); source != "" {
		row["LOGSOURCETYPENAME(devicetype)"] = source
	}
	return row
}

func (e Emitter) source(log *schema.Log) string {
	if log.Open {
		return ""
	}
	return e.Names.Or(assumed).Sources[log.Name]
}

var dialect = &flat.Dialect{
	Language: "aql", Title: "AQL", And: "AND", Or: "OR",
	Not: func(x write.Expr) write.Text { return x.In(flat.Atom).Wrap("NOT ", "") },
	Column: func(name string) string {
		if strings.ContainsFunc(name, func(r rune) bool { return r == '"' || unicode.IsControl(r) }) {
			return ""
		}
		return `"` + name + `"`
	},
	Null:    func(column string) string { return column + " IS NULL" },
	Present: func(column string) string { return column + " IS NOT NULL" },
	Empty:   func(column string) string { return "(" + column + " IS NULL OR " + column + " = '')" },
	Match:   match,
	Keyword: keyword,
	Limits:  limitKinds,

	Members:      8,
	MembersLimit: "aql/members",

	NullLimit: "aql/null-is-absent",
}

// quote writes a text.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func match(column string, m ir.Match) flat.Said {
	switch m := m.(type) {
	case *ir.Text:
		return flat.Said{Text: textCondition(column, m)}
	case *ir.Number:
		return flat.Said{Text: numberCondition(column, m), Limits: []string{"aql/number-text"}}
	case *ir.Bool:
		return flat.Said{Text: fmt.Sprintf("%s ILIKE '%t'", column, m.Value)}
	case *ir.Regex:
		return flat.Said{Text: column + " MATCHES " + quote(flat.Regex(m))}
	case *ir.Compare:
		return flat.Said{Text: column + " " + operators[m.Op] + " " + m.Value.String(), Limits: []string{"aql/number-property"}}
	case *ir.CIDR:
		return cidrCondition(column, m.Prefix)
	case *ir.FieldRef:
		return flat.Cannot("comparison of two fields that is known to read both as text")
	case *ir.TimePart:
		return flat.Cannot("part of a time in UTC: its clock is the console's")
	}
	panic(fmt.Sprintf("aql: unknown match %T", m))
}

var operators = map[ir.Op]string{ir.Eq: "=", ir.Neq: "!=", ir.Lt: "<", ir.Lte: "<=", ir.Gt: ">", ir.Gte: ">="}

// textCondition compares a text with LIKE and its wildcards, or, where the text
// holds one of those as a character, by a regular expression.
func textCondition(column string, m *ir.Text) string {
	if !flat.Literal(m, true) || strings.ContainsFunc(literals(m), func(r rune) bool { return strings.ContainsRune("%_", r) || unicode.IsControl(r) }) {
		return column + " MATCHES " + quote(flat.Pattern(m))
	}
	operator := "ILIKE"
	if m.Cased {
		operator = "LIKE"
	}
	return column + " " + operator + " " + quote(flat.Wildcards(m, "%", "_"))
}

// literals are the characters of a text that are no wildcards.
func literals(m *ir.Text) string {
	var b strings.Builder
	for _, p := range m.Parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// numberCondition is met by a text that is the number, as the rule writes it or
// in its plain form.
func numberCondition(column string, m *ir.Number) string {
	plain := m.Value.String()
	if m.Written == "" || m.Written == plain {
		return column + " = " + quote(plain)
	}
	return column + " IN (" + quote(plain) + ", " + quote(m.Written) + ")"
}

func cidrCondition(column string, p netip.Prefix) flat.Said {
	if !p.Addr().Is4() {
		return flat.Cannot("networks of IPv6")
	}
	return flat.Said{Text: "INCIDR(" + quote(p.String()) + ", " + column + ")", Limits: []string{"aql/address"}}
}

// keyword looks into the event as it came.
func keyword(m ir.Match) flat.Said {
	switch m := m.(type) {
	case *ir.Text:
		return flat.Said{Text: textCondition("UTF8(payload)", m), Limits: []string{"aql/keyword-payload"}}
	case *ir.Regex:
		return flat.Said{Text: "UTF8(payload) MATCHES " + quote(flat.Regex(m)), Limits: []string{"aql/keyword-payload"}}
	}
	return flat.Cannot("keyword that is no text")
}
