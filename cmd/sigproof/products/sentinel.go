package products

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/sentinel"
)

// Sentinel packs for Microsoft Sentinel.
func Sentinel() *Product {
	var emitter sentinel.Emitter
	return &Product{
		Name:  "sentinel",
		Short: "Make a pack for Microsoft Sentinel: rules as YAML and ARM, a solution folder, tables, watchlists",
		Flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&emitter.NoNRT, "no-nrt", false, "make scheduled rules of those that would run in near real time")
		},
		Engines: func() []fixtures.Engine {
			return []fixtures.Engine{fixtures.Native{}, fixtures.ScheduledKQL{Emitter: emitter}, fixtures.SPL{}}
		},
		Build: func(programs []*ir.Program, in *Input) (*pack.Pack, []*sigma.Diagnostic) {
			opts := &sentinel.Options{
				Emitter: emitter, Name: in.Name, Since: in.Since, Sigproof: in.Sigproof, Revision: in.Revision, Suites: in.Suites, Force: in.Force,
			}
			for _, name := range slices.Sorted(maps.Keys(in.Define)) {
				opts.Watchlists = append(opts.Watchlists, sentinel.Watchlist{Name: name, Values: in.Define[name]})
			}
			return sentinel.Build(programs, opts)
		},
		Verify:   sentinel.Verify,
		Objects:  sentinel.Objects,
		Exported: sentinel.Exported,
		IsExport: func(name string) bool {
			return slices.Contains([]string{".json", ".yaml", ".yml"}, filepath.Ext(name))
		},
	}
}
