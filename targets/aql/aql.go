// Package aql writes rules in AQL, the Ariel Query Language of IBM QRadar, and
// makes packs of such searches.
//
// A search selects single events, whose properties are flat, or counts them over
// the time before it is run. Properties are named as the rule names fields, so
// that QRadar must have custom properties of these names; what a site calls
// otherwise Names says. Each of the first members of a list has properties of its
// own.
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

// deviceTypes are the log source types of logs, by the numbers that IBM gives
// them: Microsoft Entra ID (once Azure Active Directory) 445, Microsoft Azure
// Platform 413, Microsoft Office 365 397, Microsoft Windows Security Event Log 12,
// Linux OS 11. A number stays when a type is renamed.
// https://github.com/IBM/pySigma-backend-QRadar-AQL/blob/main/sigma/mapping/logsources.py
var deviceTypes = &targets.Names{Sources: map[string]string{
	"entra_audit": "445", "entra_signin": "445", "activity": "413", "tenant_activity": "413", "m365_audit": "397",
	"windows_security": "12", "windows_event": "12", "windows_sysmon": "12",
	"linux_auditd": "11", "linux_syslog": "11", "linux_sysmon": "11",
}}

// Emit writes the search of a rule.
func (e Emitter) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	c, diags := e.Condition(p)
	if c == nil {
		return nil, diags
	}
	if c.Count != nil {
		return e.counted(p, c)
	}
	text := e.where(flat.Events(p).Log, c)
	text = text.Wrap("SELECT *\nFROM events", "")
	return &targets.Query{Language: "aql", Text: text.String(), Links: text.Links(), Limits: c.Limits}, nil
}

// where writes the clause that selects events of a log.
func (e Emitter) where(log *schema.Log, c *flat.Condition) write.Text {
	text := c.Text
	if c.Text.Len() > wide {
		text = c.Lines("AND")
	}
	if column, source := e.source(log); source != "" {
		if column != deviceType {
			source = quote(source)
		}
		own := write.Of(column + " = " + source)
		if text.Empty() {
			text = own
		} else {
			text = write.Concat(own, write.Of("\n    AND "), c.Lines("AND"))
		}
	}
	if !text.Empty() {
		text = text.Wrap("\nWHERE ", "")
	}
	return text
}

// wide is where a condition is broken into lines.
const wide = 100

// Condition writes the condition of a rule, and tells which properties it reads.
func (e Emitter) Condition(p *ir.Program) (*flat.Condition, []*sigma.Diagnostic) {
	names := e.Names.Or(deviceTypes)
	if events := flat.Events(p); !events.Log.Open && names.Sources[events.Log.Name] == "" {
		return nil, []*sigma.Diagnostic{{
			Code: "aql/no-source", Severity: sigma.Error, File: events.File(), At: events.Pred.From(),
			Message: fmt.Sprintf("no log source type of QRadar is known to have log %s; --names may name one", events.Log.Name),
		}}
	}
	return dialect.Condition(p, names)
}

// Rows gives what makes of an event what QRadar has of it: the properties that the
// search of a rule reads, its log source type and its payload. It is nil if there
// is no search.
func (e Emitter) Rows(p *ir.Program) func(log *schema.Log, event *eval.Object) map[string]string {
	c, _ := e.Condition(p)
	if c == nil {
		return nil
	}
	return func(log *schema.Log, event *eval.Object) map[string]string {
		row := flat.Row(c.Columns, event)
		row["UTF8(payload)"] = eval.JSON(event)
		if column, source := e.source(log); source != "" {
			row[column] = source
		}
		return row
	}
}

// deviceType is the property that has the number of the log source type.
const deviceType = "devicetype"

// source gives the log source type of a log, and what has it: a number, or a name
// that a site has chosen. There is none for an open log.
func (e Emitter) source(log *schema.Log) (column, source string) {
	if log.Open {
		return "", ""
	}
	source = e.Names.Or(deviceTypes).Sources[log.Name]
	if source != "" && strings.Trim(source, "0123456789") == "" {
		return deviceType, source
	}
	return "LOGSOURCETYPENAME(" + deviceType + ")", source
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

	CountLimit: "aql/window-at-run",

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
