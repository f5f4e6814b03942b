package kql

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// A rule writes the query of one rule: the rows of its log's table that match.
type rule struct {
	*query
	program *ir.Program
	log     *schema.Log
	row     *scope
	taken   map[string]bool // names of columns
	input   bool            // of a correlation
	in      *sigma.File     // where the test stands that is being written; nil is the program's own file

	columns []column       // what is added before the first where: fields of an open log
	column  map[string]int // of a field of an open log: its place in columns
	derived []column       // what is added after the lists were gone through
}

// A column is added to the rows.
type column struct {
	field string // of the rule
	name  string
	value string
}

func (q *query) rule(p *ir.Program) *rule {
	r := &rule{query: q, program: p, log: p.Log, taken: map[string]bool{}, column: map[string]int{}}
	for _, c := range p.Log.KQL.Columns {
		r.taken[c.Name] = true
	}
	r.row = &scope{rule: r}
	return r
}

// text writes the query for a predicate; further columns may be asked for
// before by row.column.
func (r *rule) text(p ir.Pred) write.Text {
	var early, late []write.Text
	for _, c := range conjuncts(p) {
		r.row.needsLists = false
		line := r.row.pred(c, false)
		if line.String() == "true" {
			continue
		}
		if text := line.In(levelOr); r.row.needsLists {
			late = append(late, text)
		} else {
			early = append(early, text)
		}
	}
	lines := []write.Text{write.Of(name(r.log.KQL.Name))}
	switch { // the time of ingestion is lost behind mv-apply
	case r.input && r.since:
		lines = append(lines, write.Of("extend Ingested = ingestion_time()"))
	case r.scheduled && !r.input:
		lines = append(lines, write.Of("where "+lately("ingestion_time()", nil)))
	}
	lines = appendColumns(lines, r.columns)
	lines = appendWheres(lines, early)
	lines = append(lines, r.row.applies()...)
	lines = appendColumns(lines, r.derived)
	lines = appendWheres(lines, late)
	return write.Join(lines, "\n| ")
}

func appendWheres(lines, conditions []write.Text) []write.Text {
	for _, c := range conditions {
		lines = append(lines, c.Wrap("where ", ""))
	}
	return lines
}

// appendColumns adds columns by one extend. Each sees the columns of the
// table, not those that the same extend adds.
func appendColumns(lines []write.Text, columns []column) []write.Text {
	if len(columns) == 0 {
		return lines
	}
	texts := make([]string, len(columns))
	for i, c := range columns {
		texts[i] = name(c.name) + " = " + c.value
	}
	return append(lines, write.Of("extend "+strings.Join(texts, ",\n    ")))
}

// conjuncts gives what must all hold.
func conjuncts(p ir.Pred) []ir.Pred {
	and, ok := p.(*ir.And)
	if !ok {
		return []ir.Pred{p}
	}
	var out []ir.Pred
	for _, x := range and.X {
		out = append(out, conjuncts(x)...)
	}
	return out
}

// unique makes a column name that nothing else has.
func (r *rule) unique(base string) string {
	name := base
	for n := 2; r.taken[name]; n++ {
		name = fmt.Sprintf("%s%d", base, n)
	}
	r.taken[name] = true
	return name
}

// openColumn gives the column of a field of an open log. It is made at the
// start of the query: whether the table has the column, and of which type, is
// not known here. A field that is compared with numbers loses a fraction of
// zero, so that 4624.0 is 4624.
func (r *rule) openColumn(f *ir.Field, numeric bool) string {
	i, ok := r.column[f.Name]
	if !ok {
		i = len(r.columns)
		r.column[f.Name] = i
		r.columns = append(r.columns, column{f.Name, f.Name, openValue(f.Name)})
		if strings.Count(f.Name, ".") > 3 {
			r.declare("kql/open-path", f.At)
		}
	}
	if numeric {
		r.columns[i].value = `trim_end(@"\.0+", ` + openValue(f.Name) + ")"
		r.declare("kql/open-number", f.At)
	}
	return name(f.Name)
}

// maxCoalesce is how many arguments coalesce takes.
const maxCoalesce = 64

// openValue reads a field of an open log as text: under its whole name, or
// below the parts of it.
func openValue(field string) string {
	ways := openWays(strings.Split(field, "."))
	if len(ways) == 1 {
		return ways[0]
	}
	return "coalesce(\n        " + strings.Join(ways, ",\n        ") + ")"
}

// openWays lists where a name may lead: the whole name is a flat key, or a
// beginning of it is one, with more below. It ends at what coalesce takes.
func openWays(parts []string) []string {
	ways := []string{"tostring(column_ifexists(" + quote(strings.Join(parts, ".")) + `, ""))`}
	for i := 1; i < len(parts) && len(ways) < maxCoalesce; i++ {
		root := "column_ifexists(" + quote(strings.Join(parts[:i], ".")) + ", dynamic(null))"
		for _, below := range splits(parts[i:], len(parts) > 4) {
			access := ""
			for _, key := range below {
				access += property(key)
			}
			ways = append(ways, "tostring("+root+access+")")
		}
	}
	return ways[:min(len(ways), maxCoalesce)]
}

// splits lists the ways to join neighbours of parts by dots; only all and none
// if few are wanted.
func splits(parts []string, few bool) [][]string {
	if len(parts) == 1 {
		return [][]string{parts}
	}
	if few {
		return [][]string{{strings.Join(parts, ".")}, parts}
	}
	out := [][]string{{strings.Join(parts, ".")}}
	for i := 1; i < len(parts); i++ {
		for _, rest := range splits(parts[i:], false) {
			out = append(out, append([]string{strings.Join(parts[:i], ".")}, rest...))
		}
	}
	return out
}

// declare declares a limit of this rule.
func (r *rule) declare(code string, at sigma.Span) { r.limit(code, r.file(), at) }

// file is where what is being written stands: a test may come from a filter.
func (r *rule) file() *sigma.File {
	if r.in != nil {
		return r.in
	}
	return r.program.File()
}

// within lets places be of a file, until the function that it gives is called.
func (r *rule) within(f *sigma.File) func() {
	before := r.in
	r.in = f
	return func() { r.in = before }
}
