package compiler

import (
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// gate asks first for what tells the events of the logsource from others in a
// log that holds both.
//
//	category process_creation: p  ->  Channel is Sysmon's and EventID is 1 and p
func gate(u *unit) {
	if u.serving == nil || len(u.serving.Where) == 0 {
		return
	}
	at := u.logsourceAt()
	var all []ir.Pred
	for _, g := range u.serving.Where {
		field := fieldOf(u.log.Resolve(g.Field), at, 0)
		t := &ir.Test{Field: field, At: at}
		for _, value := range g.Is {
			t.Any = append(t.Any, gateMatch(field, value))
		}
		all = append(all, t)
	}
	u.pred = and(append(all, u.pred), at)
}

func gateMatch(field *ir.Field, value string) ir.Match {
	if d, ok := ir.ParseDecimal(value); ok && field.Type == schema.Number {
		return &ir.Number{Value: d, Written: value}
	}
	return &ir.Text{Parts: []ir.Part{{Kind: ir.Literal, Text: value}}}
}
