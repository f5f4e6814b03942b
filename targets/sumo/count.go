package sumo

import (
	"strings"

	"github.com/sigproof/sigproof/targets/internal/flat"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// counted writes the operators that count what the search has kept.
//
//	| if(there(a), a, if(there(b), b, "")) as who
//	| where !isEmpty(who)
//	| count as counted by who
//	| where counted >= 4
func counted(c *flat.Count) []write.Text {
	var lines []write.Text
	name := func(v flat.Value) string {
		column, made := first(v)
		if made != "" {
			lines = append(lines, write.Of(made+" as "+column))
		}
		lines = append(lines, write.Of("where !"+empty(column)))
		return column
	}
	var by []string
	for _, g := range c.Groups {
		by = append(by, name(g))
	}
	number := "count"
	if c.Of != nil {
		number = "count_distinct(" + name(*c.Of) + ")"
	}
	number += " as counted"
	if len(by) > 0 {
		number += " by " + strings.Join(by, ", ")
	}
	lines = append(lines, write.Of(number))
	for _, b := range c.Bounds {
		lines = append(lines, write.Of("where counted "+operators[b.Op]+" "+b.Value.String()))
	}
	return lines
}

// first gives the column of a value; made is what makes it of several, of which
// the first that is there counts.
func first(v flat.Value) (column, made string) {
	if len(v.Places) == 1 {
		return v.Places[0].Column, ""
	}
	made = `""`
	for i := len(v.Places) - 1; i >= 0; i-- {
		made = "if(" + v.Places[i].There.String() + ", " + v.Places[i].Column + ", " + made + ")"
	}
	return alias(v.Name), made
}
