package spl

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// Lateness is how long after its time an event may be indexed, for a scheduled
// search to count it.
const Lateness = 15 * time.Minute

// How often scheduled searches run; those that look back over days less often.
const (
	often    = 5 * time.Minute
	seldom   = time.Hour
	longSpan = 24 * time.Hour
)

// schedule says how a correlation must run so that no window is missed: with
// earliest=-Period, each run looks back over a whole window before the events
// that it is the first to see. What two runs see both is told once if the alert
// is suppressed by the fields of its row: the group and the completing event.
func schedule(c *ir.Correlation) targets.Schedule {
	window := time.Duration(span(c)) * time.Second
	s := targets.Schedule{Frequency: often}
	if window >= longSpan {
		s.Frequency = seldom
	}
	s.Period = window + s.Frequency + Lateness
	return s
}

// span is the time that a correlation and those among its inputs look back.
func span(c *ir.Correlation) int64 {
	var most int64
	for _, in := range c.Inputs {
		if in.Program.Correlation != nil {
			most = max(most, span(in.Program.Correlation))
		}
	}
	return c.Window + most
}

// A correlating is a correlation that is being written.
type correlating struct {
	*emission
	c       *ir.Correlation
	scopes  []*scope // one an input
	expands bool     // an event is a row for each input that it matches
}

// The fields that a correlation makes; the last line drops them.
const (
	ruleField   = "sigproof_rule"   // the names of the inputs that an event matches
	orderField  = "sigproof_order"  // counts the rows in the order of time
	lastField   = "sigproof_last"   // the order of the last row of the instant
	pointField  = "sigproof_point"  // the time of an event and its value
	windowField = "sigproof_window" // the points of the window
	valueField  = "sigproof_value"  // what is counted, added up or compared
)

// correlation writes the query of a correlation: the events of its inputs, in
// the order of time; of each group and instant the last row, which sees the
// whole window; and of these rows those at which the condition holds. bin would
// cut time at fixed places and miss what happens over them.
func (e *emission) correlation(p *ir.Program, q *targets.Query) write.Text {
	q.Schedule = schedule(p.Correlation)
	return write.Join(e.correlationLines(p), "\n")
}

func (e *emission) correlationLines(p *ir.Program) []write.Text {
	defer e.within(p.File())()
	c := &correlating{emission: e, c: p.Correlation}
	for _, in := range c.c.Inputs {
		c.scopes = append(c.scopes, &scope{emission: e, log: in.Program.Log, met: map[*ir.Test]string{}})
	}
	c.expands = len(c.c.Inputs) > 1 && (c.c.Type != "event_count" || c.aliased())
	e.limit("spl/time-precision", c.c.At)
	e.limit("spl/equal-ids", c.c.At)

	lines := c.events()
	lines = append(lines, plainLines(c.fields()...)...)
	judged := write.Join(plainLines(c.judge()...), "\n").Linked(p.File(), c.c.At)
	return append(lines, judged, write.Of("| table "+strings.Join(c.columns(), ", ")))
}

func plainLines(lines ...string) []write.Text {
	out := make([]write.Text, len(lines))
	for i, l := range lines {
		out[i] = write.Of(l)
	}
	return out
}

// aliased tells whether a field of the correlation is another one in another
// input.
func (c *correlating) aliased() bool {
	for _, g := range slices.Concat(c.c.GroupBy, c.c.Values) {
		for i := range g.Fields {
			if c.read(g, i) != c.read(g, 0) {
				return true
			}
		}
	}
	return false
}

// read gives the expression for a field of the correlation in one input. Of
// several values the first counts.
func (c *correlating) read(g ir.Group, input int) string {
	f, s := g.Fields[input], c.scopes[input]
	if c.c.Inputs[input].Program.Correlation != nil {
		return field(f.Name)
	}
	if s.column(f) != "" {
		v := s.value(f)
		if v.many {
			return "mvindex(" + v.text + ", 0)"
		}
		return v.text
	}
	if v, ok := s.below(f); ok {
		return "mvindex(" + v.list + ", 0)"
	}
	return firstValue(s.log, f.Path, func(v string) string { return v })
}

// fields gives the fields of the correlation their values, and drops the
// events that lack one to group by.
func (c *correlating) fields() []string {
	var lines, evals, wanted []string
	for _, g := range c.c.GroupBy {
		if !nameable(g.Name) {
			c.unsupported(c.c.At, "SPL has no way to write the field name "+text(g.Name))
		}
		if v := c.byRule(g); v != field(g.Name) {
			evals = append(evals, searchField(g.Name)+"="+v)
		}
		wanted = append(wanted, "isnotnull("+field(g.Name)+")")
	}
	if v := c.counted(); v != "" {
		evals = append(evals, valueField+"="+v)
	}
	if len(evals) > 0 {
		lines = append(lines, "| eval "+strings.Join(evals, ", "))
	}
	if len(wanted) > 0 {
		lines = append(lines, "| where "+strings.Join(wanted, " AND "))
	}
	if c.expands && c.c.Type == "event_count" {
		lines = append(lines, "| dedup "+strings.Join(append([]string{orderField}, c.groups()...), " "))
	}
	return lines
}

// byRule reads a field in the input that the row is of.
func (c *correlating) byRule(g ir.Group) string {
	first := c.read(g, 0)
	same := true
	cases := make([]string, len(g.Fields))
	for i := range g.Fields {
		v := c.read(g, i)
		same = same && v == first
		cases[i] = ruleField + "=" + text(c.c.Inputs[i].Name) + ", " + v
	}
	if same {
		return first
	}
	return "case(" + strings.Join(cases, ", ") + ")"
}

// counted gives what is counted or added up; several fields make a tuple,
// which is nothing if one of them is missing.
func (c *correlating) counted() string {
	var parts, present []string
	for _, g := range c.c.Values {
		v := c.byRule(g)
		parts = append(parts, v)
		present = append(present, "isnotnull("+v+")")
	}
	switch {
	case len(parts) == 0:
		return ""
	case c.c.Type != "value_count":
		c.limit("spl/number-precision", c.c.At)
		return "tonumber(" + parts[0] + ")"
	case len(parts) == 1:
		return parts[0]
	}
	return "if(" + strings.Join(present, " AND ") + ", json_array(" + strings.Join(parts, ", ") + "), null())"
}

// groups names the fields to group by, as commands name them.
func (c *correlating) groups() []string {
	out := make([]string, len(c.c.GroupBy))
	for i, g := range c.c.GroupBy {
		out[i] = searchField(g.Name)
	}
	return out
}

// by is the by-clause over the group, and over more fields.
func (c *correlating) by(more ...string) string {
	fields := append(more, c.groups()...)
	if len(fields) == 0 {
		return ""
	}
	return " by " + strings.Join(fields, " ")
}

// id names the field that identifies an event, which is "" if the inputs have
// none.
func (c *correlating) id() string {
	for _, s := range c.scopes {
		if s.log.ID != "" {
			return searchField(s.log.ID)
		}
	}
	return ""
}

// columns lists what a row of the result has.
func (c *correlating) columns() []string {
	out := []string{"_time"}
	if id := c.id(); id != "" {
		out = append(out, id)
	}
	return append(out, c.groups()...)
}

// order sorts the rows by time, and those of an instant by id, and counts them.
func (c *correlating) order() []string {
	by := "_time"
	if id := c.id(); id != "" {
		by += ", str(" + id + ")"
	}
	return []string{"| sort 0 " + by, "| streamstats count as " + orderField}
}

// lastOfInstant keeps of each group and instant the last row. Events of one
// instant are one batch, judged after its last.
func (c *correlating) lastOfInstant() []string {
	return []string{
		"| eventstats max(" + orderField + ") as " + lastField + c.by("_time"),
		"| where " + orderField + "=" + lastField,
	}
}

// events writes the lines that find the events of all inputs. One log is
// searched once, whatever number of inputs read it.
func (c *correlating) events() []write.Text {
	if len(c.c.Inputs) == 1 {
		return c.input(0)
	}
	var logs []*schema.Log
	for _, s := range c.scopes {
		if !slices.Contains(logs, s.log) {
			logs = append(logs, s.log)
		}
	}
	var branches [][]write.Text
	for _, log := range logs {
		if lines := c.ofLog(log); lines != nil {
			branches = append(branches, lines)
		}
	}
	lines := join(branches)
	for i, in := range c.c.Inputs {
		if in.Program.Correlation != nil {
			lines = c.appended(lines, append(c.input(i), write.Of("| eval "+ruleField+"="+text(in.Name))))
		}
	}
	if c.expands && c.c.Type == "event_count" {
		lines = append(lines, write.Of("| streamstats count as "+orderField))
	}
	if c.expands {
		lines = append(lines, write.Of("| mvexpand "+ruleField))
	}
	return lines
}

// input writes the lines that find the events of one input.
func (c *correlating) input(i int) []write.Text {
	p := c.c.Inputs[i].Program
	if p.Correlation != nil {
		return c.correlationLines(p)
	}
	defer c.within(p.File())()
	s := c.scopes[i]
	terms, rest := s.split(p.Pred)
	return s.lines(terms, rest)
}

// ofLog writes the lines for all rules over one log. Each event gets the names
// of the rules that it matches.
func (c *correlating) ofLog(log *schema.Log) []write.Text {
	var heads [][]ir.Pred
	var prepared, tags []write.Text
	anyHead := true
	for i, in := range c.c.Inputs {
		if c.scopes[i].log != log || in.Program.Correlation != nil {
			continue
		}
		done, s := c.within(in.Program.File()), c.scopes[i]
		terms, _ := s.split(in.Program.Pred)
		anyHead = anyHead && len(terms) > 0
		heads = append(heads, terms)
		prepared = append(prepared, s.prepare([]ir.Pred{in.Program.Pred})...)
		tags = append(tags, s.where(in.Program.Pred, false).Wrap("if(", ", "+text(in.Name)+", null())"))
		done()
	}
	if len(tags) == 0 {
		return nil
	}
	s := &scope{emission: c.emission, log: log}
	if !anyHead {
		heads = nil
	}
	lines := append(s.headOfAny(heads), prepared...)
	tag := write.Join(tags, ",\n    ")
	if len(tags) > 1 {
		tag = tag.Wrap("mvappend(\n    ", ")")
	}
	return append(lines, tag.Wrap("| eval "+ruleField+"=", ""), write.Of("| where isnotnull("+ruleField+")"))
}

// headOfAny is head for the events of several rules.
func (s *scope) headOfAny(heads [][]ir.Pred) []write.Text {
	switch len(heads) {
	case 0:
		return s.head(nil)
	case 1:
		return s.head(heads[0])
	}
	parts := make([]write.Text, len(heads))
	for i, terms := range heads {
		parts[i] = write.Expr{Text: write.Join(s.terms(terms), " "), Level: levelJoin}.In(levelAtom)
	}
	terms := write.Join(parts, " OR ")
	if s.log.Open {
		return []write.Text{terms}
	}
	return []write.Text{write.Of(macroCall(s.log)), terms.Wrap("| search ", "")}
}

// join makes one search of several. Manual, multisearch: it "runs multiple
// streaming searches at the same time" and needs at least two.
func join(branches [][]write.Text) []write.Text {
	if len(branches) == 0 {
		return nil
	}
	if len(branches) == 1 {
		return branches[0]
	}
	lines := []write.Text{write.Of("| multisearch")}
	for _, b := range branches {
		lines = append(lines, subsearch(b).Wrap("    ", ""))
	}
	return lines
}

// subsearch puts lines in brackets. What is no command of its own is a search.
func subsearch(lines []write.Text) write.Text {
	t := write.Join(lines, "\n").Indent("      ")
	if strings.HasPrefix(t.String(), "|") {
		return t.Wrap("[ ", " ]")
	}
	return t.Wrap("[ search ", " ]")
}

// appended puts the rows of a correlation after those of the other inputs.
func (c *correlating) appended(lines, more []write.Text) []write.Text {
	if len(lines) == 0 {
		return more
	}
	c.limit("spl/append-size", c.c.At)
	return append(lines, subsearch(more).Wrap("| append ", ""))
}

// bound writes a comparison with what the condition asks for.
func (c *correlating) bounds(value string) string {
	parts := make([]string, len(c.c.Where))
	for i, b := range c.c.Where {
		parts[i] = value + operators[b.Op] + b.Value.String()
	}
	return strings.Join(parts, " AND ")
}

func seconds(n int64) string { return strconv.FormatInt(n, 10) }
