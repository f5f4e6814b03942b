package kql

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// rows gives the events of all inputs, in columns of the same names.
func (c *correlation) rows() write.Text {
	if len(c.Inputs) == 1 {
		return c.input(0)
	}
	parts := make([]write.Text, len(c.Inputs))
	for i := range c.Inputs {
		parts[i] = c.input(i).Indent("    ").Wrap("(\n    ", "\n)")
	}
	return write.Join(parts, ", ").Wrap("union ", "")
}

func (c *correlation) input(i int) write.Text {
	in := c.Inputs[i].Program
	if in.Correlation != nil {
		return c.ofCorrelation(i)
	}
	r := c.rule(in)
	r.input = true
	project, filters := []string{}, []write.Text{}
	if c.tags {
		project = append(project, "Rule = "+quote(c.inputs[i]))
	}
	for n, g := range c.GroupBy {
		column := r.fieldColumn(g.Fields[i], c.groups[n])
		filters = append(filters, write.Of("isnotempty("+column+")").Linked(c.program.File(), g.Fields[i].At))
		project = append(project, renamed(c.groups[n], column))
	}
	project = append(project, renamed(timeColumn, r.time()))
	if c.id != "" {
		id := columnFor(in.Log, in.Log.ID)
		if id == "" {
			id = `""`
		}
		project = append(project, renamed(c.id, id))
	}
	project = append(project, c.carry...)
	if len(c.values) > 0 {
		project = append(project, "Value = "+c.value(r, i))
	}
	lines := appendWheres([]write.Text{r.text(in.Pred)}, filters)
	lines = append(lines, write.Of("project "+strings.Join(c.withIngested(project), ", ")))
	return write.Join(lines, "\n| ")
}

// renamed gives a column by the name that the correlation has for it.
func renamed(to, from string) string {
	if name(to) == from {
		return from
	}
	return name(to) + " = " + from
}

// ofCorrelation takes the alerts of a correlation as events; their fields are
// the groups.
func (c *correlation) ofCorrelation(i int) write.Text {
	p := c.Inputs[i].Program
	inner := c.newCorrelation(p)
	column := func(f *ir.Field) string {
		n := slices.IndexFunc(inner.GroupBy, func(g ir.Group) bool { return g.Name == f.Name })
		return name(inner.groups[n])
	}
	var project []string
	if c.tags {
		project = append(project, "Rule = "+quote(c.inputs[i]))
	}
	for n, g := range c.GroupBy {
		project = append(project, renamed(c.groups[n], column(g.Fields[i])))
	}
	project = append(project, timeColumn)
	if c.id != "" {
		id := `""`
		if inner.id != "" {
			id = name(inner.id)
		}
		project = append(project, renamed(c.id, id))
	}
	project = append(project, c.carry...)
	if len(c.values) > 0 {
		texts := make([]string, len(c.values))
		for n, g := range c.Values {
			texts[n] = column(g.Fields[i])
		}
		project = append(project, "Value = "+c.combined(texts))
	}
	return write.Concat(c.query.correlation(p), write.Of("\n| project "+strings.Join(c.withIngested(project), ", ")))
}

// value writes what is counted or added up.
func (c *correlation) value(r *rule, input int) string {
	texts := make([]string, len(c.Values))
	for n, g := range c.Values {
		texts[n] = r.fieldColumn(g.Fields[input], c.values[n])
	}
	return c.combined(texts)
}

// combined makes one value of texts: a number, a text, or the text of a tuple
// that is empty if one of its texts is.
func (c *correlation) combined(texts []string) string {
	switch {
	case c.Type != "value_count":
		return "toreal(" + c.call("number", texts[0]) + ")"
	case len(texts) == 1:
		return texts[0]
	}
	present := make([]string, len(texts))
	for i, t := range texts {
		present[i] = "isnotempty(" + t + ")"
	}
	return "iff(" + strings.Join(present, " and ") + ", tostring(pack_array(" + strings.Join(texts, ", ") + `)), "")`
}

// fieldColumn gives a column that holds the first text of a field.
func (r *rule) fieldColumn(f *ir.Field, base string) string {
	if made := r.made(f); made != nil {
		return r.madeColumn(f, made)
	}
	switch {
	case f.First != nil:
		column, _ := r.derivedColumn(f)
		return name(column)
	case f.Path == nil:
		return r.openColumn(f, false)
	}
	if c, n := r.columnOf(f.Path); c != nil && n == len(f.Path) && c.Type == "string" && !selects(f.Path[n-1]) {
		return name(c.Name)
	}
	column, _ := r.firstColumn(f, base, []schema.Path{f.Path})
	return name(column)
}

// time gives the instant of an event. In an open log the type of the column is
// not known.
func (r *rule) time() string {
	if r.log.Open {
		return "todatetime(column_ifexists(" + quote(cmp.Or(r.log.Time, timeColumn)) + ", datetime(null)))"
	}
	if column := columnFor(r.log, r.log.Time); column != "" {
		return name(column)
	}
	return timeColumn
}
