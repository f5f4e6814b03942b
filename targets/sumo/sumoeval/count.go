package sumoeval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/targets/internal/logic"
)

// A Group is a row of a search that counts: the values that its messages share,
// in the order in which the search names them, and which messages they are.
type Group struct {
	Values []string
	Rows   []int
}

// A count is what a search counts: messages, or the different values of a field.
type count struct {
	of     string // empty for messages
	name   string // of the number
	by     []string
	having []condition
}

// Groups counts messages, in the order of the first message of each group.
func (q *Query) Groups(rows []Row) []Group {
	var all []Group
	index := map[string]int{}
	kept := make([]Row, len(rows))
	for i, row := range rows {
		named, ok := q.keep(row)
		if !ok {
			continue
		}
		kept[i] = named
		values := make([]string, len(q.count.by))
		for n, name := range q.count.by {
			values[n] = named(name)
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
		number := strconv.Itoa(q.count.number(g, kept))
		row := func(name string) string {
			if name == q.count.name {
				return number
			}
			return ""
		}
		return slices.ContainsFunc(q.count.having, func(c condition) bool { return c(row) != logic.Yes })
	})
}

// number counts a group. Documentation, count_distinct: an empty value counts.
func (c *count) number(g Group, rows []Row) int {
	if c.of == "" {
		return len(g.Rows)
	}
	seen := map[string]bool{}
	for _, i := range g.Rows {
		seen[rows[i](c.of)] = true
	}
	return len(seen)
}

// counts reads count or count_distinct(field), as name, by names.
func (p *parser) counts() error {
	c := &count{}
	c.name = "_" + strings.ToLower(p.Next().Text)
	if c.name == "_count_distinct" {
		args, err := p.arguments(1)
		if err != nil {
			return err
		}
		c.of = args[0].text
	}
	var err error
	if p.Word("as") {
		if c.name, err = p.name(); err != nil {
			return err
		}
	}
	if p.Word("by") {
		for {
			name, err := p.name()
			if err != nil {
				return err
			}
			if c.by = append(c.by, name); !p.Sign(",") {
				break
			}
		}
	}
	p.query.count = c
	return nil
}

// having reads a condition of what was counted.
func (p *parser) having() error {
	if !p.Word("where") {
		return p.Unexpected()
	}
	c, err := p.condition()
	p.query.count.having = append(p.query.count.having, c)
	return err
}

func (p *parser) name() (string, error) {
	t := p.Next()
	if t.Kind != logic.Word {
		p.Back()
		return "", p.Unexpected()
	}
	return t.Text, nil
}

// field reads if(condition, value, value) as name.
func (p *parser) field() error {
	value, err := p.value()
	if err != nil {
		return err
	}
	if !p.Word("as") {
		return p.Unexpected()
	}
	name, err := p.name()
	p.query.stages = append(p.query.stages, func(m *message) bool {
		m.values[name] = value(m.value)
		return true
	})
	return err
}

// value reads an operand, or if(condition, value, value).
func (p *parser) value() (func(Row) string, error) {
	if !p.Word("if") {
		x, err := p.operand()
		return x.value, err
	}
	var when condition
	var values []func(Row) string
	err := p.List(func() (err error) {
		if when == nil {
			when, err = p.condition()
			return err
		}
		v, err := p.value()
		values = append(values, v)
		return err
	})
	if err == nil && len(values) != 2 {
		err = fmt.Errorf("if wants a condition and two values, and has %d", len(values))
	}
	return func(r Row) string {
		if when(r) == logic.Yes {
			return values[0](r)
		}
		return values[1](r)
	}, err
}
