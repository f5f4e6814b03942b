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
var product = &searches.Product{Name: Product, Engine: "aql", QueryKey: "aql", Place: place}

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
	keys := flat.Address(p.Log, c)
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
