package main

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/splunk"
)

// splunkProduct packs for Splunk and its Enterprise Security.
func splunkProduct() *product {
	var noES bool
	return &product{
		name:  "splunk",
		short: "Make a pack for Splunk: an app with scheduled searches, macros and lookups, for Enterprise Security too",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&noES, "no-es", false, "leave out what only Enterprise Security takes")
		},
		engines: func() []fixtures.Engine { return []fixtures.Engine{fixtures.Native{}, fixtures.KQL{}, fixtures.SPL{}} },
		build: func(programs []*ir.Program, in *packInput) (*pack.Pack, []*sigma.Diagnostic) {
			opts := &splunk.Options{
				Name: in.name, Since: in.since, Sigproof: version(), Revision: in.revision, Suites: in.suites, Force: in.force, NoES: noES,
			}
			for _, name := range slices.Sorted(maps.Keys(in.define)) {
				opts.Lookups = append(opts.Lookups, splunk.Lookup{Name: name, Values: in.define[name]})
			}
			return splunk.Build(programs, opts)
		},
		verify:   splunk.Verify,
		objects:  splunk.Objects,
		exported: splunk.Exported,
		merge:    splunk.Merge,
		isExport: splunk.IsExport,
	}
}
