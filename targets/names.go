package targets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

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
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(&n)
	if err == nil && d.More() {
		err = errors.New("more follows")
	}
	if err != nil {
		return nil, fmt.Errorf(`it must hold {"sources": {...}, "fields": {...}}: %w`, err)
	}
	for _, name := range slices.Sorted(maps.Keys(n.Sources)) {
		if schema.ByName(name) == nil {
			return nil, fmt.Errorf("sources: there is no log %q; sigproof schema lists them", name)
		}
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
		maps.Copy(out.Sources, from.Sources)
		maps.Copy(out.Fields, from.Fields)
	}
	return out
}
