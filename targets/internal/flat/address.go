package flat

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// A Key leads from an object to a value, and if List is set, which is a list, to
// the member of that number, from 0.
type Key struct {
	Name   string
	List   bool
	Member int
}

// Layout is how an event hub writes the records that a rule finds; nil if its log
// does not come by one. PIM writes records of its own into the Activity Log.
func Layout(p *ir.Program) *schema.Shape {
	events := Events(p)
	if own := events.Log.Shape("azurerbac"); own != nil && ofPIM(events.Pred) {
		return own
	}
	return events.Log.Shape("eventhub")
}

// ofPIM tells whether a rule wants records that say that PIM wrote them.
func ofPIM(p ir.Pred) bool {
	return slices.ContainsFunc(conjuncts(p), func(p ir.Pred) bool {
		t, ok := p.(*ir.Test)
		if !ok || t.Field == nil || t.Field.Name != "resourceProviderName" || len(t.Any) != 1 {
			return false
		}
		text, ok := t.Any[0].(*ir.Text)
		if !ok {
			return false
		}
		shape, name := text.Shape()
		return shape == ir.Equals && strings.EqualFold(name, "azurerbac")
	})
}

// Address gives the keys that lead to a field of an event as it comes: in the
// layout of an event hub, or without one as the log lays it out. It is nil for a
// field of an open log, which says nothing of its layout, and for one that stands
// in several places.
func Address(layout *schema.Shape, c Column) []Key {
	var keys []Key
	for _, step := range c.Field.Path {
		keys = append(keys, Key{step.Key, isList(step) && c.Member >= 0, c.Member})
	}
	if layout == nil || keys == nil {
		return keys
	}
	for n := len(keys); n > 0; n-- { // what is moved takes along what is below it
		for _, moved := range layout.Moved {
			if moved.Path == c.Field.Path[:n].String() {
				return append(Keys(moved.At[0]), keys[n:]...)
			}
		}
	}
	return append(Keys(layout.Base), keys...)
}

// Keys reads an address without lists.
func Keys(address string) []Key {
	var keys []Key
	for _, name := range schema.Steps(address) {
		keys = append(keys, Key{Name: name})
	}
	return keys
}

// memberName is the name of a field of one member of a list:
// targetResources[0].displayName.
func memberName(path schema.Path, index int) string {
	var parts []string
	for _, step := range path {
		part := step.Key
		if isList(step) {
			part = fmt.Sprintf("%s[%d]", step.Key, index)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ".")
}

// Row gives what a product that flattens an event has under the names of
// columns. A null, a list and an object give nothing.
func Row(columns []Column, event *eval.Object) map[string]string {
	row := map[string]string{}
	for _, c := range columns {
		values := values(event, c)
		if len(values) != 1 {
			continue
		}
		if text, ok := eval.Text(values[0]); ok {
			row[c.Name] = text
		}
	}
	return row
}

func values(event *eval.Object, c Column) []eval.Value {
	list := slices.IndexFunc(c.Field.Path, isList)
	if list < 0 || c.Member < 0 {
		all, _ := eval.Lookup(event, c.Field)
		return all
	}
	members := []eval.Value{event}
	for i, step := range c.Field.Path[:list+1] {
		o, ok := members[0].(*eval.Object)
		if !ok {
			return nil
		}
		members = slices.Collect(eval.Members(o, schema.Step{Key: step.Key, Every: i == list}))
		if len(members) == 0 {
			return nil
		}
	}
	if c.Member >= len(members) {
		return nil
	}
	all, _ := eval.Lookup(members[c.Member], &ir.Field{Name: c.Name, Path: c.Field.Path[list+1:]})
	return all
}
