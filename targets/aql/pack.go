package aql

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/internal/flat"
	"github.com/sigproof/sigproof/targets/internal/searches"
	"github.com/sigproof/sigproof/targets/pack"
)

// Product is the name of the product that packs are for.
const Product = "qradar"

// QRadar's API gives saved searches with their text under "aql".
var product = &searches.Product{
	Name: Product, Engine: "aql", QueryKey: "aql", Place: place,
	Steps: []string{
		"Make a custom event property of each name below that QRadar does not have, of type JSON, with the expression that stands beside it, for the log source type " +
			"of its events. `fields.json` has the same list.",
		"Run a search in Log Activity as an advanced search, or by `POST /api/ariel/searches` with its text as `query_expression`. A search of single events has no time: " +
			"add `LAST` and how far back it shall look. One that counts looks back over the timespan of its rule.",
		"Save it under its name, with its description: by the mark at the end of that `sigproof pack drift` knows it again.",
		"QRadar takes no text of rules. For offenses, make a rule whose test is an AQL filter query, with what stands after `WHERE` in the search of single events.",
	},
}

// Build makes a pack of searches. What AQL can't say is left out, with an error
// that says why.
func Build(programs []*ir.Program, e Emitter, opts *pack.Options) (*pack.Pack, []*sigma.Diagnostic) {
	return product.Build(programs, e, opts)
}

// Verify holds the searches of a pack against the hashes in its manifest.
func Verify(p *pack.Pack) []error { return product.Verify(p) }

// Objects gives the searches of a pack as a console should hold them.
func Objects(p *pack.Pack) ([]pack.Object, error) { return product.Objects(p) }

// Exported reads saved searches as the API gives them.
func Exported(data []byte) ([]pack.Object, error) { return product.Exported(data) }

// place is the JSON expression of a custom property, as the DSM editor takes it:
// /"properties"/"category". Logs of Azure come by an event hub.
func place(p *ir.Program, c flat.Column) string {
	keys := flat.Address(flat.Layout(p), c)
	if keys == nil {
		return ""
	}
	var b strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&b, `/"%s"`, key.Name)
		if key.List {
			fmt.Fprintf(&b, "[%d]", key.Member)
		}
	}
	return b.String()
}
