package arcsight

import (
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/internal/flat"
	"github.com/sigproof/sigproof/targets/internal/searches"
	"github.com/sigproof/sigproof/targets/pack"
)

// Product is the name of the product that packs are for.
const Product = "arcsight"

var product = &searches.Product{
	Name: Product, Engine: "arcsight", QueryKey: "query", Place: place,
	Steps: []string{
		"Let a FlexConnector read the records of the event hub, with the parsers in `flexconnector/`, or let your own put the fields into the keys below; `fields.json` has the " +
			"same list. The parsers have not been tried in the product: hold a few events against the table.",
		"Paste the text of a search into field-based search, with the option that folds case. Try one with an event that it must find.",
		"Save it as a filter under its name, with its description: by the mark at the end of that `sigproof pack drift` knows it again in a file of the form of `searches.json`.",
		"For alerts, use the filter in a rule. ESM imports packages that another ESM has exported, and no text.",
	},
}

// Build makes a pack of filters. What ArcSight can't say is left out, with an
// error that says why.
func Build(programs []*ir.Program, e Emitter, opts *pack.Options) (*pack.Pack, []*sigma.Diagnostic) {
	x := *product
	x.More = e.connectors
	return x.Build(programs, e, opts)
}

// Verify holds the filters of a pack against the hashes in its manifest.
func Verify(p *pack.Pack) []error { return product.Verify(p) }

// Objects gives the filters of a pack as a console should hold them.
func Objects(p *pack.Pack) ([]pack.Object, error) { return product.Objects(p) }

// Exported reads filters in the form in which packs have them.
func Exported(data []byte) ([]pack.Object, error) { return product.Exported(data) }

// place is where the connector must take a key from: the place in the event as
// it comes.
func place(p *ir.Program, c flat.Column) string {
	var names []string
	for _, key := range flat.Address(flat.Layout(p), c) {
		names = append(names, key.Name)
	}
	return strings.Join(names, ".")
}
