package products

import (
	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/fixtures/flat"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/arcsight"
	"github.com/sigproof/sigproof/targets/pack"
)

// ArcSight packs for ArcSight.
func ArcSight() *Product {
	var emitter arcsight.Emitter
	return &Product{
		Name:    arcsight.Product,
		Short:   "Make a pack for ArcSight: filters, with the keys of CEF that they read",
		Flags:   func(cmd *cobra.Command) { NamesFlag(cmd, &emitter.Names) },
		Engines: func() []fixtures.Engine { return []fixtures.Engine{fixtures.Native{}, flat.ArcSight(emitter)} },
		Build: func(programs []*ir.Program, in *Input) (*pack.Pack, []*sigma.Diagnostic) {
			return arcsight.Build(programs, emitter, in.options())
		},
		Verify:   arcsight.Verify,
		Objects:  arcsight.Objects,
		Exported: arcsight.Exported,
		IsExport: isJSON,
	}
}
