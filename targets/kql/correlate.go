package kql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// timeColumn is the column of the time in every table of Log Analytics.
const timeColumn = "TimeGenerated"

// A correlation writes the query of one correlation. Its rows are the
// completing events: a group, an instant, and the greatest id of the events of
// that instant.
//
// Windows slide, they are never bins of the clock: bursts lie across those.
type correlation struct {
	*query
	program *ir.Program
	*ir.Correlation
	window string
	groups []string // columns
	values []string
	id     string // column; empty if the log has none
	carry  []string
	inputs []string
	tags   bool // rows name their input
}

func (q *query) newCorrelation(p *ir.Program) *correlation {
	c := &correlation{query: q, program: p, Correlation: p.Correlation, window: timespan(p.Correlation.Window)}
	taken := map[string]bool{timeColumn: true, "Rule": true, "Seen": true, "Bucket": true, "First": true, "Last": true, "Count": true, "Value": true, "Values": true, "Ingested": true, "Arrived": true, "Times": true}
	if id := columnFor(p.Log, p.Log.ID); id != "" {
		c.id, taken[id] = id, true
	}
	fresh := func(base string) string {
		name := base
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s%d", base, n)
		}
		taken[name] = true
		return name
	}
	for _, g := range c.GroupBy {
		c.groups = append(c.groups, fresh(Column(g.Name)))
	}
	for _, name := range q.carried {
		if name != c.id && !slices.Contains(c.groups, name) {
			c.carry, taken[name] = append(c.carry, name), true
		}
	}
	for _, g := range c.Values {
		c.values = append(c.values, fresh(Column(g.Name)))
	}
	for i, in := range c.Inputs {
		base := in.Name
		if !isIdentifier(base) || slices.Contains(reserved, base) {
			base = fmt.Sprintf("Rule%d", i+1)
		}
		c.inputs = append(c.inputs, fresh(base))
	}
	c.tags = strings.HasPrefix(c.Type, "temporal")
	return c
}

// columnFor finds the column of a field; empty if the table has none.
func columnFor(log *schema.Log, field string) string {
	for _, c := range log.KQL.Columns {
		if field != "" && c.From == field {
			return c.Name
		}
	}
	return ""
}

// timespan writes seconds in the greatest unit that holds them whole.
func timespan(seconds int64) string {
	for _, u := range []struct {
		name string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}} {
		if seconds != 0 && seconds%u.size == 0 {
			return fmt.Sprintf("%d%s", seconds/u.size, u.name)
		}
	}
	return fmt.Sprintf("%ds", seconds)
}

// correlation writes the rows of the completing events.
func (q *query) correlation(p *ir.Program) write.Text {
	c := q.newCorrelation(p)
	if c.id == "" {
		q.limit("kql/no-event-id", p.File(), p.Correlation.At)
	}
	if n, ok := atLeast(c.Correlation); ok && c.Type == "event_count" && !q.since {
		return c.counted(n)
	}
	return c.joined()
}

// atLeast gives the number that a condition asks for, if it has no other bound.
func atLeast(c *ir.Correlation) (int64, bool) {
	if c.Extended != nil || len(c.Where) != 1 {
		return 0, false
	}
	b := c.Where[0]
	n, ok := b.Value.Integer()
	if b.Op == ir.Gt {
		n++
	}
	return n, ok && (b.Op == ir.Gt || b.Op == ir.Gte) && n >= 1
}

// counted looks back over the rows of a group: the window holds n events if
// the one n-1 rows before lies in it. The last row of an instant speaks for
// all of them.
func (c *correlation) counted(n int64) write.Text {
	rows := c.rows()
	if len(c.Inputs) > 1 && c.id != "" {
		rows = write.Concat(rows, write.Of("\n| distinct "+c.keys()))
	}
	lines := []string{"sort by " + strings.Join(c.keyList(), " asc, ") + " asc"}
	last := "Last = " + c.differ("next(%s)")
	if n == 1 {
		lines = append(lines, "extend "+last, "where Last")
	} else {
		first := fmt.Sprintf("prev(%s, %d)", timeColumn, n-1)
		if len(c.groups) > 0 {
			same := make([]string, len(c.groups))
			for i, g := range c.groups {
				same[i] = fmt.Sprintf("%s == prev(%s, %d)", name(g), name(g), n-1)
			}
			first = "iff(" + strings.Join(same, " and ") + ", " + first + ", datetime(null))"
		}
		lines = append(lines, "extend First = "+first+",\n    "+last,
			"where "+timeColumn+" - First <= "+c.window+" and Last")
	}
	lines = append(lines, "project "+c.keys())
	return write.Concat(rows, write.Of("\n| "+strings.Join(lines, "\n| ")))
}

// differ asks whether the group or the time of a neighbour is another.
func (c *correlation) differ(neighbour string) string {
	var terms []string
	for _, k := range append(slices.Clone(c.groups), timeColumn) {
		terms = append(terms, name(k)+" != "+fmt.Sprintf(neighbour, name(k)))
	}
	return strings.Join(terms, " or ")
}

// keyList names what identifies a completing event.
func (c *correlation) keyList() []string {
	var out []string
	for _, g := range c.groups {
		out = append(out, name(g))
	}
	out = append(out, timeColumn)
	if c.id != "" {
		out = append(out, name(c.id))
	}
	return append(out, c.carry...)
}

func (c *correlation) keys() string { return strings.Join(c.keyList(), ", ") }

// joined puts beside each instant of a group the events of its window: those
// of the two buckets that the window touches, then exactly.
func (c *correlation) joined() write.Text {
	events := c.define("events", c.rows())
	on := make([]string, len(c.groups))
	for i, g := range c.groups {
		on[i] = name(g)
	}
	bucket := "bin(" + timeColumn + ", " + c.window + ")"
	lines := []string{
		events,
		c.instants(on),
		"extend Bucket = pack_array(" + bucket + ", " + bucket + " - " + c.window + ")",
		"mv-expand Bucket to typeof(datetime)",
		"join kind=inner (\n    " + events + c.wanted() + "\n    | project " + c.seen(on, bucket) + "\n) on " + strings.Join(append(slices.Clone(on), "Bucket"), ", "),
		"where Seen between (" + timeColumn + " - " + c.window + " .. " + timeColumn + ")",
	}
	lines = append(lines, c.measure()...)
	lines = append(lines, "project "+strings.Join(c.withIngested(c.keyList()), ", "))
	return write.Of(strings.Join(lines, "\n| "))
}

// instants gives the times at which windows end, in each group.
func (c *correlation) instants(on []string) string {
	var sums []string
	of := slices.Clone(c.carry)
	if c.id != "" {
		of = append([]string{name(c.id)}, of...)
	}
	switch len(of) {
	case 0:
	case 1:
		sums = append(sums, of[0]+" = max("+of[0]+")")
	default: // all of one event
		all := strings.Join(of, ", ")
		sums = append(sums, "("+all+") = arg_max("+all+")")
	}
	if c.since {
		sums = append(sums, "Arrived = min(Ingested)")
	}
	by := strings.Join(append(slices.Clone(on), timeColumn), ", ")
	if sums == nil {
		return "distinct " + by
	}
	return "summarize " + strings.Join(sums, ", ") + " by " + by
}

// seen lists the columns of an event in a window.
func (c *correlation) seen(on []string, bucket string) string {
	columns := append(slices.Clone(on), "Seen = "+timeColumn, "Bucket = "+bucket)
	if c.tags {
		columns = append(columns, "Rule")
	}
	if c.countsIDs() {
		columns = append(columns, "SeenId = "+name(c.id))
	}
	if len(c.values) > 0 {
		columns = append(columns, "Value")
	}
	return strings.Join(c.withIngested(columns), ", ")
}

// withIngested adds the time of ingestion, where it is asked for.
func (c *correlation) withIngested(columns []string) []string {
	if c.since {
		return append(columns, "Ingested")
	}
	return columns
}

// countsIDs tells whether an event that two inputs match must count once.
func (c *correlation) countsIDs() bool {
	return c.Type == "event_count" && len(c.Inputs) > 1 && c.id != ""
}

// wanted leaves out events that the measure does not look at, unless a window
// without any must be judged as well.
func (c *correlation) wanted() string {
	switch {
	case c.Type == "value_count" && !c.holdsAtZero():
		return "\n    | where isnotempty(Value)"
	case len(c.values) > 0 && c.Type != "value_count":
		return "\n    | where isnotnull(Value)"
	}
	return ""
}

func (c *correlation) holdsAtZero() bool {
	return !slices.ContainsFunc(c.Where, func(b ir.Bound) bool { return !b.Op.Holds(ir.Decimal{}.Compare(b.Value)) })
}

// define names a table once for all that read it.
func (c *correlation) define(base string, rows write.Text) string {
	name := base
	if n := len(c.tables); n > 0 {
		name = fmt.Sprintf("%s%d", base, n+1)
	}
	c.tables = append(c.tables, rows.Indent("    ").Wrap("let "+name+" = materialize(\n    ", "\n);\n"))
	return name
}
