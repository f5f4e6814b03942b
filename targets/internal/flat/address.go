package flat

import (
	"github.com/sigproof/sigproof/compiler/schema"
)

// Address gives the keys that lead to a field of an event as it comes: by an
// event hub, if the log does, else as the log lays it out. It is nil for a field
// of an open log, which says nothing of its layout.
func Address(log *schema.Log, c Column) []string {
	if c.Field.Path == nil {
		return nil
	}
	var keys []string
	for _, step := range c.Field.Path {
		keys = append(keys, step.Key)
	}
	hub := log.Shape("eventhub")
	if hub == nil {
		return keys
	}
	for _, moved := range hub.Moved {
		if moved.Path == c.Field.Path.String() {
			return schema.Steps(moved.At[0])
		}
	}
	return append(schema.Steps(hub.Base), keys...)
}
