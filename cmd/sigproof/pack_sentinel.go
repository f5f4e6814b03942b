package main

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

// sentinelProduct packs for Microsoft Sentinel.
func sentinelProduct() *product {
	var emitter sentinel.Emitter
	return &product{
		name:  "sentinel",
		short: "Make a pack for Microsoft Sentinel: rules as YAML and ARM, a solution folder, tables, watchlists",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&emitter.NoNRT, "no-nrt", false, "make scheduled rules of those that would run in near real time")
		},
		engines: func() []fixtures.Engine {
			return []fixtures.Engine{fixtures.Native{}, fixtures.ScheduledKQL{Emitter: emitter}, fixtures.SPL{}}
		},
		build: func(programs []*ir.Program, in *packInput) (*pack.Pack, []*sigma.Diagnostic) {
			opts := &sentinel.Options{
				Emitter: emitter, Name: in.name, Since: in.since, Sigproof: version(), Revision: in.revision, Suites: in.suites, Force: in.force,
			}
			for _, name := range slices.Sorted(maps.Keys(in.define)) {
				opts.Watchlists = append(opts.Watchlists, sentinel.Watchlist{Name: name, Values: in.define[name]})
			}
			return sentinel.Build(programs, opts)
		},
		verify:   sentinel.Verify,
		objects:  sentinel.Objects,
		exported: sentinel.Exported,
		isExport: func(name string) bool {
			return slices.Contains([]string{".json", ".yaml", ".yml"}, filepath.Ext(name))
		},
	}
}
