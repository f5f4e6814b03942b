package flat

import (
	"encoding/json"
	"fmt"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// Names are what a site calls things, where it does not call them as sigproof
// assumes. The zero value assumes all.
type Names struct {
	// Sources says where the events of a log are, by the log's name: a log
	// source type, a source category, a filter.
	Sources map[string]string `json:"sources"`

	// Fields says what fields are called, by their canonical names.
	Fields map[string]string `json:"fields"`
}

// ReadNames reads names from JSON: {"sources": {...}, "fields": {...}}.
func ReadNames(data []byte) (*Names, error) {
	var n Names
	if err := json.Unmarshal(data, &n); err != nil {
		return nil, fmt.Errorf(`it must hold {"sources": {...}, "fields": {...}}: %w`, err)
	}
	return &n, nil
}

// Or gives names with those of others where these say nothing.
func (n *Names) Or(others *Names) *Names {
	out := &Names{map[string]string{}, map[string]string{}}
	for _, from := range []*Names{others, n} {
		if from == nil {
			continue
		}
		for k, v := range from.Sources {
			out.Sources[k] = v
		}
		for k, v := range from.Fields {
			out.Fields[k] = v
		}
	}
	return out
}

// of gives the name of a field, or says what the language has not.
func (n *Names) of(log *schema.Log, f *ir.Field) (name, cannot string) {
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
