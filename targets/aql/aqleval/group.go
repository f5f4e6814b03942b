package aqleval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigproof/sigproof/targets/internal/logic"
)

// A Group is a row of a search that counts: the values that its events share, in
// the order of GROUP BY, and which events they are.
type Group struct {
	Values []string
	Rows   []int
}

// A column of the result: a value of each event, or what is counted of a group.
type column struct {
	name    string
	value   func(Row) (string, bool)
	counts  bool
	differs bool // only different values are counted
}

// Groups counts rows, in the order of the first row of each group. A value that
// is not there is the empty text.
func (q *Query) Groups(rows []Row) []Group {
	var all []Group
	index := map[string]int{}
	for i, row := range rows {
		if !q.Match(row) {
			continue
		}
		values := make([]string, len(q.by))
		for n, name := range q.by {
			values[n], _ = q.named(name)(row)
		}
		key := fmt.Sprintf("%q", values)
		n, ok := index[key]
		if !ok {
			n = len(all)
			index[key] = n
			all = append(all, Group{Values: values})
		}
		all[n].Rows = append(all[n].Rows, i)
	}
	return slices.DeleteFunc(all, func(g Group) bool {
		return q.having != nil && q.having(q.counted(g, rows)) != logic.Yes
	})
}

// named is a column of that name, else the property.
func (q *Query) named(name string) func(Row) (string, bool) {
	for _, c := range q.columns {
		if c.name == name && !c.counts {
			return c.value
		}
	}
	return func(r Row) (string, bool) { return r(name) }
}

// counted gives the numbers of a group by their names.
func (q *Query) counted(g Group, rows []Row) Row {
	return func(name string) (string, bool) {
		for _, c := range q.columns {
			if c.name != name || !c.counts {
				continue
			}
			n, seen := 0, map[string]bool{}
			for _, i := range g.Rows {
				v, ok := c.value(rows[i])
				if ok && !(c.differs && seen[v]) {
					n++
				}
				seen[v] = true
			}
			return strconv.Itoa(n), true
		}
		return "", false
	}
}

// column reads *, a value or a number of a group, and its name.
func (p *parser) column() (column, error) {
	c := column{}
	var err error
	switch {
	case p.Sign("*"):
		return c, nil
	case p.Word("COUNT"), p.Word("UNIQUECOUNT"):
		p.Back()
		c.counts, c.differs = true, strings.EqualFold(p.Next().Text, "UNIQUECOUNT")
		err = p.List(func() error {
			if p.Sign("*") && !c.differs {
				c.value = func(Row) (string, bool) { return "", true }
				return nil
			}
			c.value, err = p.value()
			return err
		})
	default:
		c.name = p.Peek().Text
		c.value, err = p.value()
	}
	if err == nil && p.Word("AS") {
		t := p.Next()
		if c.name = t.Text; t.Kind != logic.Word && t.Kind != '\'' && t.Kind != '"' {
			p.Back()
			err = p.Unexpected()
		}
	}
	return c, err
}

// value reads an operand, or IF condition THEN value ELSE value.
func (p *parser) value() (func(Row) (string, bool), error) {
	if !p.Word("IF") {
		x, err := p.operand()
		return x.value, err
	}
	when, err := p.condition()
	if err != nil {
		return nil, err
	}
	if !p.Word("THEN") {
		return nil, p.Unexpected()
	}
	then, err := p.value()
	if err != nil {
		return nil, err
	}
	if !p.Word("ELSE") {
		return nil, p.Unexpected()
	}
	otherwise, err := p.value()
	return func(r Row) (string, bool) {
		if when(r) == logic.Yes {
			return then(r)
		}
		return otherwise(r)
	}, err
}

// group reads GROUP BY names, and what HAVING wants of a group.
func (p *parser) group() error {
	if p.Word("GROUP") {
		if !p.Word("BY") {
			return p.Unexpected()
		}
		for {
			t := p.Next()
			if t.Kind != logic.Word && t.Kind != '"' {
				p.Back()
				return p.Unexpected()
			}
			if p.query.by = append(p.query.by, t.Text); !p.Sign(",") {
				break
			}
		}
	}
	if !p.Word("HAVING") {
		return nil
	}
	var err error
	p.query.having, err = p.condition()
	return err
}

var units = map[string]time.Duration{"SECONDS": time.Second, "MINUTES": time.Minute, "HOURS": time.Hour, "DAYS": 24 * time.Hour}

// span reads a number and its unit.
func (p *parser) span() (time.Duration, error) {
	number, unit := p.Next(), p.Next()
	n, err := strconv.ParseUint(number.Text, 10, 31)
	if err != nil || units[strings.ToUpper(unit.Text)] == 0 {
		return 0, fmt.Errorf("%d: LAST wants a number and SECONDS, MINUTES, HOURS or DAYS", number.At+1)
	}
	return time.Duration(n) * units[strings.ToUpper(unit.Text)], nil
}
