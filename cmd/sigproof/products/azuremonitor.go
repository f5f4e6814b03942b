package products

import (
	"path/filepath"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/azuremonitor"
	"github.com/sigproof/sigproof/targets/pack"
)

// AzureMonitor packs for Azure Monitor.
func AzureMonitor() *Product {
	return &Product{
		Name:  azuremonitor.Product,
		Short: "Make a pack for Azure Monitor: scheduled query rules as ARM",
		Engines: func() []fixtures.Engine {
			return []fixtures.Engine{fixtures.Native{}, fixtures.ScheduledKQL{Emitter: azuremonitor.Emitter()}, fixtures.SPL{}}
		},
		Build: func(programs []*ir.Program, in *Input) (*pack.Pack, []*sigma.Diagnostic) {
			return azuremonitor.Build(programs, in.options())
		},
		Verify:   azuremonitor.Verify,
		Objects:  azuremonitor.Objects,
		Exported: azuremonitor.Exported,
		IsExport: isJSON,
	}
}

// isJSON picks the files of a folder that are JSON.
func isJSON(name string) bool { return filepath.Ext(name) == ".json" }
