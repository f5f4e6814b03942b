package flat

import (
	"fmt"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets"
)

// nameOf gives the name of a field, or says what the language has not.
func nameOf(n *targets.Names, f *ir.Field) (name, cannot string) {
	for _, step := range f.Path {
		if step.Every || step.By != "" {
			return "", fmt.Sprintf("lists: %q stands in members of one", f.Name)
		}
	}
	if f.Unquote {
		return "", fmt.Sprintf("JSON inside of a text, which %q holds", f.Name)
	}
	if own := n.Fields[f.Name]; own != "" {
		return own, ""
	}
	return f.Name, ""
}
