package kql

import (
	"fmt"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets/internal/write"
)

// An Added is a column that a query makes for whoever reads its rows: the first
// text of a field.
type Added struct {
	Name  string
	Field string // of the rule's log
}

// added gives the extend that names the columns which were asked for. It must
// come before the text of the rule, which goes through each list once. A log
// that has no such field, or whose table can't hold it, is a mistake of the
// caller.
//
// What the table can't hold of such a field is no limit of the rule.
func (r *rule) added(columns []Added) []column {
	limits := r.limits
	defer func() { r.limits = limits }()
	var out []column
	for _, a := range columns {
		ref := r.log.Resolve(a.Field)
		if ref == nil || r.log.Open {
			panic(fmt.Sprintf("kql: log %s has no field %q to add", r.log.Name, a.Field))
		}
		f := &ir.Field{Name: ref.Name, Type: ref.Field.Type, Path: ref.Path, First: ref.Field.First, Unquote: ref.Field.Unquote}
		if value := r.fieldColumn(f, a.Name); value != name(a.Name) {
			out = append(out, column{name: a.Name, value: value})
		}
	}
	return out
}

// told is the whole query of a rule: what it asks, then the columns that are
// added for people.
func (q *query) told(p *ir.Program) write.Text {
	r := q.rule(p)
	added := r.added(q.added)
	return write.Join(appendColumns([]write.Text{r.text(p.Pred)}, added), "\n| ")
}
