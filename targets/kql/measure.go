package kql

import (
	"strings"
)

// measure writes what is counted of the events in a window, and the bounds.
func (c *correlation) measure() []string {
	by := " by " + c.keys()
	switch {
	case c.since:
		return c.firesSince()
	case c.Extended != nil, c.Type == "temporal" && len(c.Where) == 0:
		return []string{"summarize " + c.occurrences() + by, "where " + c.condition()}
	case c.Chains != nil:
		return c.ordered(by)
	}
	switch c.Type {
	case "event_count":
		return c.bounded("count()", by)
	case "value_count":
		if c.holdsAtZero() {
			return c.bounded("count_distinctif(Value, isnotempty(Value))", by)
		}
		return c.bounded("count_distinct(Value)", by)
	case "temporal":
		return c.bounded("count_distinct(Rule)", by)
	case "value_sum":
		return c.bounded("sum(Value)", by)
	case "value_avg":
		return c.bounded("avg(Value)", by)
	case "value_median":
		return c.ranked("(toreal(Values[(Count - 1) / 2]) + toreal(Values[Count / 2])) / 2", by)
	case "value_percentile":
		return c.ranked(c.percentile(), by)
	}
	panic("kql: unknown correlation " + c.Type)
}

func (c *correlation) bounded(measure, by string) []string {
	if c.countsIDs() {
		measure = "count_distinct(SeenId)"
	}
	return []string{"summarize Count = " + measure + by, "where " + c.bounds("Count")}
}

// ranked sorts the values: the percentiles of KQL are approximate.
func (c *correlation) ranked(value, by string) []string {
	return []string{
		"summarize Values = array_sort_asc(make_list(Value))" + by,
		"extend Count = array_length(Values)",
		"extend Value = " + value,
		"where " + c.bounds("Value"),
	}
}

// percentile takes the nearest rank: the smallest value that at least so many
// in a hundred do not exceed.
func (c *correlation) percentile() string {
	rank := "toint(ceiling(" + c.Percent.String() + " / 100.0 * Count)) - 1"
	return "toreal(Values[max_of(0, " + rank + ")])"
}

func (c *correlation) bounds(value string) string {
	terms := make([]string, len(c.Where))
	for i, b := range c.Where {
		terms[i] = value + " " + opWords[b.Op] + " " + realNumber(b.Value)
	}
	return strings.Join(terms, " and ")
}

// occurrences counts the events of each input.
func (c *correlation) occurrences() string {
	counts := make([]string, len(c.inputs))
	for i, in := range c.inputs {
		counts[i] = name(in) + " = countif(Rule == " + quote(in) + ")"
	}
	return strings.Join(counts, ", ")
}

func (c *correlation) condition() string {
	if c.Extended != nil {
		return c.extended(c.Extended).String()
	}
	terms := make([]string, len(c.inputs))
	for i := range c.inputs {
		terms[i] = c.occurs(i).String()
	}
	return strings.Join(terms, " and ")
}
