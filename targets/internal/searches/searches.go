// Package searches makes packs of saved searches for products that take the text
// of one with its name and description, and that choose ids themselves. It knows
// no product: what the text is called, and what stands beside it, its caller
// says.
package searches

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/flat"
	"github.com/sigproof/sigproof/targets/pack"
)

// A Product is what searches are saved in.
type Product struct {
	Name     string
	Engine   string // replays the searches
	QueryKey string // under which a saved search has its text

	// Place says where the product finds a field of an event as it comes.
	Place func(p *ir.Program, c flat.Column) string

	// Steps say how the searches are brought into the product, in Markdown.
	Steps []string

	// More makes further files; nil if there are none.
	More func([]*pack.Artifact) []pack.File
}

// An Emitter writes searches, and tells which fields they read.
type Emitter interface {
	targets.Emitter
	Condition(*ir.Program) (*flat.Condition, []*sigma.Diagnostic)
}

// The files of a pack beside those of its rules.
const (
	everything = "searches.json"
	fieldsName = "fields.json"
)

// A field is one that searches of the pack read.
type field struct {
	Name  string `json:"name"`  // in the product
	Field string `json:"field"` // of the rule
	Place string `json:"place,omitempty"`
}

// Build makes the pack of programs.
func (x *Product) Build(programs []*ir.Program, e Emitter, opts *pack.Options) (*pack.Pack, []*sigma.Diagnostic) {
	m := &pack.Maker{
		Product: x.Name, Emitter: e, Engine: x.Engine,
		Kind: func(*pack.Artifact) string { return "Search" },
		Path: x.path,
		File: func(a *pack.Artifact) []byte { return pack.JSON(x.search(a)) },
		Whole: func(all []*pack.Artifact) []pack.File {
			list := make([]any, len(all))
			for i, a := range all {
				list[i] = x.search(a)
			}
			fields := x.fields(all, e)
			files := []pack.File{
				{Path: everything, Data: pack.JSON(list)}, {Path: fieldsName, Data: pack.JSON(fields)},
				{Path: readmeName, Data: x.readme(opts.Name, fields, all)},
			}
			if x.More != nil {
				files = append(files, x.More(all)...)
			}
			return files
		},
	}
	return m.Build(programs, opts)
}

func (x *Product) path(a *pack.Artifact) string { return "searches/" + a.Name + ".json" }

// search is a saved search.
func (x *Product) search(a *pack.Artifact) any {
	return map[string]any{
		"name": a.Title, "description": a.Mark(), "severity": severity(a.Program.Level), x.QueryKey: a.Query.Text,
	}
}

// severity is a number from 1 to 10 for a level. A rule without one is as bad as
// most.
func severity(level string) int {
	switch level {
	case "informational":
		return 1
	case "low":
		return 3
	case "high":
		return 8
	case "critical":
		return 10
	}
	return 5
}

// fields lists what the searches read, ordered by name: the product must have
// all of it.
func (x *Product) fields(all []*pack.Artifact, e Emitter) []field {
	out := []field{}
	for _, a := range all {
		c, _ := e.Condition(a.Program)
		for _, column := range c.Columns {
			f := field{column.Name, column.Field.Name, x.Place(a.Program, column)}
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	slices.SortFunc(out, func(a, b field) int {
		return strings.Compare(a.Name+"\x00"+a.Place, b.Name+"\x00"+b.Place)
	})
	return out
}

// Verify holds the searches of a pack against the hashes in its manifest.
func (x *Product) Verify(p *pack.Pack) []error {
	return pack.VerifyQueries(p, everything, x.Exported)
}

// Objects gives the searches of a pack as the product should hold them.
func (x *Product) Objects(p *pack.Pack) ([]pack.Object, error) {
	return pack.Whole(p, everything, x.Exported)
}

// Exported reads saved searches: an array of them, or one.
func (x *Product) Exported(data []byte) ([]pack.Object, error) {
	exports := &pack.Export{
		Wants:  fmt.Sprintf("JSON of saved searches with their text under %q: an array of them, or one", x.QueryKey),
		Object: x.object,
	}
	return exports.Read(data)
}

// object reads one saved search.
func (x *Product) object(data json.RawMessage) ([]pack.Object, bool, error) {
	if pack.Keys(data)[x.QueryKey] == nil {
		return nil, false, nil
	}
	var one map[string]any
	if err := json.Unmarshal(data, &one); err != nil {
		return nil, true, err
	}
	text := func(key string) string {
		s, _ := one[key].(string)
		return strings.ReplaceAll(s, "\r\n", "\n")
	}
	if text(x.QueryKey) == "" {
		return nil, true, nil
	}
	id, description := pack.Marked(text("description"))
	fields := []pack.Field{{Name: "name", Value: text("name")}, {Name: "description", Value: description}, {Name: "query", Value: text(x.QueryKey)}}
	if n, ok := one["severity"].(float64); ok {
		fields = append(fields, pack.Field{Name: "severity", Value: strconv.FormatFloat(n, 'f', -1, 64)})
	}
	return []pack.Object{{ID: id, Title: text("name"), Fields: fields}}, true, nil
}
