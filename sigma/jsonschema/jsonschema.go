// Package jsonschema holds JSON schemas of the three kinds of documents, after
// the specification of Sigma 2.1: for editors, and for a second opinion on what
// package sigma takes. It knows the form of documents; what their searches and
// conditions say is beyond a schema.
package jsonschema

import (
	"embed"
	"fmt"
	"slices"
)

//go:embed rule.json correlation.json filter.json
var files embed.FS

// Kinds lists the kinds of documents that have a schema.
func Kinds() []string { return []string{"rule", "correlation", "filter"} }

// Text gives the schema of a kind of documents.
func Text(kind string) ([]byte, error) {
	if !slices.Contains(Kinds(), kind) {
		return nil, fmt.Errorf("there is no schema of %q", kind)
	}
	return files.ReadFile(kind + ".json")
}
