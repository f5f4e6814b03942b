package flat

import (
	"github.com/sigproof/sigproof/compiler/eval"
)

// Row gives what a product that flattens an event has under the names of
// columns. A null, a list and an object give nothing.
func Row(columns []Column, event *eval.Object) map[string]string {
	row := map[string]string{}
	for _, c := range columns {
		values, _ := eval.Lookup(event, c.Field)
		if len(values) != 1 {
			continue
		}
		if text, ok := eval.Text(values[0]); ok {
			row[c.Name] = text
		}
	}
	return row
}
