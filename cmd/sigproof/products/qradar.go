package products

import (
	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/fixtures/flat"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/aql"
	"github.com/sigproof/sigproof/targets/pack"
)

// QRadar packs for IBM QRadar.
func QRadar() *Product {
	var emitter aql.Emitter
	return &Product{
		Name:    aql.Product,
		Short:   "Make a pack for IBM QRadar: searches in AQL, with the custom properties that they read",
		Flags:   func(cmd *cobra.Command) { NamesFlag(cmd, &emitter.Names) },
		Engines: func() []fixtures.Engine { return []fixtures.Engine{fixtures.Native{}, flat.AQL(emitter)} },
		Build: func(programs []*ir.Program, in *Input) (*pack.Pack, []*sigma.Diagnostic) {
			return aql.Build(programs, emitter, in.options())
		},
		Verify:   aql.Verify,
		Objects:  aql.Objects,
		Exported: aql.Exported,
		IsExport: isJSON,
	}
}
