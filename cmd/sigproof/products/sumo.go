package products

import (
	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/fixtures/flat"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/sumo"
)

// Sumo packs for Sumo Logic.
func Sumo() *Product {
	var emitter sumo.Emitter
	return &Product{
		Name:    sumo.Product,
		Short:   "Make a pack for Sumo Logic: a folder of saved searches",
		Flags:   func(cmd *cobra.Command) { NamesFlag(cmd, &emitter.Names) },
		Engines: func() []fixtures.Engine { return []fixtures.Engine{fixtures.Native{}, flat.Sumo(emitter)} },
		Build: func(programs []*ir.Program, in *Input) (*pack.Pack, []*sigma.Diagnostic) {
			return sumo.Build(programs, emitter, in.options())
		},
		Verify:   sumo.Verify,
		Objects:  sumo.Objects,
		Exported: sumo.Exported,
		IsExport: isJSON,
	}
}
