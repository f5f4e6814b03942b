// Package sumo writes rules in the search language of Sumo Logic, and makes packs
// of such searches.
//
// A search takes its fields out of the JSON of each message, by their place in
// it, and keeps single messages, or counts them over the time before it is run.
// Where the messages of a log are Names says; sigproof assumes a source category
// of its own.
//
// Sumo Logic's documentation: json with nodrop leaves a field that is not there
// null, "(empty)"; parsed fields are strings, and are read as numbers where a
// number is asked for; comparisons of strings are case-sensitive; a text in
// double quotes has a backslash before a quote; regular expressions are RE2's.
// Whether matches wants all of a text or a part of it is not said: patterns are
// written so that both give the same.
package sumo

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
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

// Emitter writes searches. Its zero value is ready, and may be used by many
// goroutines at once.
type Emitter struct {
	// Names are what a site calls things: sources are the scope with which a
	// search begins, fields are paths into the JSON of a message. Nil if all is
	// as it is assumed.
	Names *targets.Names
}

var _ targets.Emitter = Emitter{}

// Language is "sumo".
func (Emitter) Language() string { return "sumo" }

// Emit writes the search of a rule.
func (e Emitter) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	c, diags := e.Condition(p)
	if c == nil {
		return nil, diags
	}
	log := flat.Events(p).Log
	lines := []write.Text{write.Of(e.scope(log))}
	taken := map[string]bool{}
	for _, column := range c.Columns {
		path, ok := e.path(p, column)
		if word := alias(column.Name); taken[word] {
			ok = false // two fields would be one
		} else {
			taken[word] = true
		}
		if !ok {
			return nil, []*sigma.Diagnostic{{
				Code: "sumo/unsupported", Severity: sigma.Error, File: p.File(), At: column.Field.At,
				Message: fmt.Sprintf("Sumo Logic has no way to write the name of the field %q", column.Name),
			}}
		}
		lines = append(lines, write.Of(`json "`+path+`" as `+alias(column.Name)+" nodrop"))
	}
	for _, term := range c.Terms {
		lines = append(lines, term.Wrap("where ", ""))
	}
	q := &targets.Query{Language: "sumo", Limits: c.Limits}
	if c.Count != nil {
		lines = append(lines, counted(c.Count)...)
		q.Schedule = targets.Schedule{Frequency: frequency(c.Count.Window), Period: c.Count.Window}
	}
	text := write.Join(lines, "\n| ")
	q.Text, q.Links = text.String(), text.Links()
	return q, nil
}

// Condition writes the condition of a rule, and tells which fields it reads.
func (e Emitter) Condition(p *ir.Program) (*flat.Condition, []*sigma.Diagnostic) {
	// Names give fields other places, not other names: also one to a field that
	// is made of several.
	own := &targets.Names{Fields: map[string]string{}}
	if e.Names != nil {
		for name := range e.Names.Fields {
			own.Fields[name] = name
		}
	}
	return dialect.Condition(p, own)
}

// scope says where the messages of a log are.
func (e Emitter) scope(log *schema.Log) string {
	switch {
	case e.Names != nil && e.Names.Sources[log.Name] != "":
		return e.Names.Sources[log.Name]
	case log.Open:
		return "*"
	}
	return "_sourceCategory=sigproof/" + log.Name
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// path is the place of a field in the JSON of a message. A key with special
// characters stands in brackets.
func (e Emitter) path(p *ir.Program, c flat.Column) (string, bool) {
	if e.Names != nil && e.Names.Fields[c.Field.Name] != "" {
		return e.Names.Fields[c.Field.Name], true
	}
	keys := flat.Address(flat.Layout(p), c)
	if keys == nil {
		keys = flat.Keys(c.Name)
	}
	var b strings.Builder
	for i, key := range keys {
		switch {
		case strings.ContainsFunc(key.Name, func(r rune) bool { return strings.ContainsRune(`'"\`, r) || unicode.IsControl(r) }):
			return "", false
		case !plainKey.MatchString(key.Name):
			b.WriteString("['" + key.Name + "']")
		case i > 0:
			b.WriteString("." + key.Name)
		default:
			b.WriteString(key.Name)
		}
		if key.List {
			fmt.Fprintf(&b, "[%d]", key.Member)
		}
	}
	return b.String(), true
}

// words of the language are no names of fields.
var words = strings.Fields("and as asc avg auto by compare contains count desc extract false fields filter first format if in join json last limit lookup " +
	"matches max min nodrop not now null num or parse sort split sum timeslice top total trace transpose trim true where")

// alias is the name that a search gives to a field: its own, as a word.
func alias(name string) string {
	name = strings.ReplaceAll(name, "].", ".")
	word := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	if word == "" || word[0] <= '9' || word[0] == '_' || slices.Contains(words, strings.ToLower(word)) {
		return "field_" + word
	}
	return word
}

var dialect = &flat.Dialect{
	Language: "sumo", Title: "Sumo Logic", And: "and", Or: "or",
	Not:     func(x write.Expr) write.Text { return x.Wrap("!(", ")") },
	Column:  alias,
	Null:    empty,
	Empty:   empty,
	Present: func(column string) string { return "!" + empty(column) },
	Match:   match,
	Keyword: keyword,
	Limits:  limitKinds,

	Members:      8,
	MembersLimit: "sumo/members",

	CountLimit: "sumo/window-at-run",

	NullLimit:   "sumo/null-is-empty",
	EmptyIsNull: true,
}

func empty(column string) string { return "isEmpty(" + column + ")" }

// quote writes a text. One that a backslash or a control character is in is
// compared by a regular expression instead.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// pattern writes a regular expression.
func pattern(source string) string { return "/" + strings.ReplaceAll(source, "/", `\/`) + "/" }

func match(column string, m ir.Match) flat.Said {
	switch m := m.(type) {
	case *ir.Text:
		return textCondition(column, m)
	case *ir.Number:
		return flat.Said{Text: numberCondition(column, m), Limits: []string{"sumo/number-text"}}
	case *ir.Bool:
		return flat.Said{Text: fmt.Sprintf(`toLowerCase(%s) = "%t"`, column, m.Value)}
	case *ir.Regex:
		return matching(column, flat.Regex(m))
	case *ir.Compare:
		return flat.Said{Text: column + " " + operators[m.Op] + " " + m.Value.String(), Limits: []string{"sumo/number-cast"}}
	case *ir.CIDR:
		return cidrCondition(column, m.Prefix)
	case *ir.FieldRef:
		return flat.Cannot("comparison of two fields that is known to read both as text")
	case *ir.TimePart:
		return flat.Cannot("part of a time in UTC: its clock is the reader's")
	}
	panic(fmt.Sprintf("sumo: unknown match %T", m))
}

var operators = map[ir.Op]string{ir.Eq: "=", ir.Neq: "!=", ir.Lt: "<", ir.Lte: "<=", ir.Gt: ">", ir.Gte: ">="}

// textCondition compares a text, or matches it with a pattern.
func textCondition(column string, m *ir.Text) flat.Said {
	shape, s := m.Shape()
	switch {
	case shape == ir.Equals && s == "":
		return flat.Said{Text: empty(column), Limits: []string{"sumo/null-is-empty"}, Bare: true}
	case shape != ir.Equals || strings.ContainsFunc(s, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }):
		return matching(column, flat.Pattern(m))
	case m.Cased:
		return flat.Said{Text: column + " = " + quote(s)}
	}
	return flat.Said{Text: "toLowerCase(" + column + ") = " + quote(strings.Map(unicode.ToLower, s))}
}

// matching matches a pattern. One that the empty text fits must not be met by a
// field that is not there.
func matching(column, source string) flat.Said {
	said := flat.Said{Text: column + " matches " + pattern(source)}
	if regexp.MustCompile(source).MatchString("") {
		said.Text = "(!" + empty(column) + " and " + said.Text + ")"
		said.Limits = []string{"sumo/null-is-empty"}
	}
	return said
}

func numberCondition(column string, m *ir.Number) string {
	plain := m.Value.String()
	if m.Written == "" || m.Written == plain {
		return column + " = " + quote(plain)
	}
	return "(" + column + " = " + quote(plain) + " or " + column + " = " + quote(m.Written) + ")"
}

func cidrCondition(column string, p netip.Prefix) flat.Said {
	if !p.Addr().Is4() {
		return flat.Cannot("networks of IPv6")
	}
	text := fmt.Sprintf(`(isValidIPv4(%[1]s) and compareCIDRPrefix("%[2]s", %[1]s, "%[3]d"))`, column, p.Addr(), p.Bits())
	return flat.Said{Text: text, Limits: []string{"sumo/address"}}
}

// keyword looks into the message as it came.
func keyword(m ir.Match) flat.Said {
	source := ""
	switch m := m.(type) {
	case *ir.Text:
		source = flat.Pattern(m)
	case *ir.Regex:
		source = flat.Regex(m)
	default:
		return flat.Cannot("keyword that is no text")
	}
	return flat.Said{Text: "_raw matches " + pattern(source), Limits: []string{"sumo/keyword-raw"}}
}

// Rows gives what makes of an event what Sumo Logic has of it: the message, and the
// scope that finds messages of its log. A message is laid out as the log comes.
func (e Emitter) Rows(p *ir.Program) func(log *schema.Log, event *eval.Object) map[string]string {
	c, _ := e.Condition(p)
	return func(log *schema.Log, event *eval.Object) map[string]string {
		message := event
		if c != nil && !log.Open {
			message = e.message(p, c, event)
		}
		return map[string]string{"scope": e.scope(log), "_raw": eval.JSON(message)}
	}
}

// message lays an event out.
func (e Emitter) message(p *ir.Program, c *flat.Condition, event *eval.Object) *eval.Object {
	message := event
	if hub := flat.Layout(p); hub != nil && hub.Base != "" {
		message = put(&eval.Object{}, schema.Steps(hub.Base), event)
	}
	for _, column := range c.Columns {
		path, ok := e.path(p, column)
		if values, _ := eval.Lookup(event, column.Field); ok && len(values) == 1 && column.Member < 0 {
			message = put(message, schema.Steps(strings.NewReplacer("['", "[", "']", "]").Replace(path)), values[0])
		}
	}
	return message
}

// put gives an object with a value at the end of keys.
func put(o *eval.Object, keys []string, v eval.Value) *eval.Object {
	if len(keys) == 1 {
		return o.Set(keys[0], v)
	}
	below, ok := o.Get(keys[0]).(*eval.Object)
	if !ok {
		below = &eval.Object{}
	}
	return o.Set(keys[0], put(below, keys[1:], v))
}
