package products

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/splunk"
)

// Splunk packs for Splunk and its Enterprise Security.
func Splunk() *Product {
	var noES bool
	spl := &fixtures.FindingSPL{}
	return &Product{
		Name:  "splunk",
		Short: "Make a pack for Splunk: an app with scheduled searches, macros and lookups, for Enterprise Security too",
		Flags: func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&noES, "no-es", false, "leave out what only Enterprise Security takes")
		},
		Engines: func() []fixtures.Engine { return []fixtures.Engine{fixtures.Native{}, fixtures.KQL{}, spl} },
		Build: func(programs []*ir.Program, in *Input) (*pack.Pack, []*sigma.Diagnostic) {
			opts := &splunk.Options{
				Name: in.Name, Since: in.Since, Sigproof: in.Sigproof, Revision: in.Revision, Suites: in.Suites, Force: in.Force, NoES: noES,
				Events: spl.Found(),
			}
			for _, name := range slices.Sorted(maps.Keys(in.Define)) {
				opts.Lookups = append(opts.Lookups, splunk.Lookup{Name: name, Values: in.Define[name]})
			}
			for _, r := range entra.Privileged() {
				opts.Roles = append(opts.Roles, splunk.Role{ID: r.ID, Name: r.Name, Scope: r.Scope()})
			}
			return splunk.Build(programs, opts)
		},
		Verify:    splunk.Verify,
		Objects:   splunk.Objects,
		Exported:  splunk.Exported,
		Merge:     splunk.Merge,
		Installed: ".spl",
		Install:   splunk.App,
		IsExport:  splunk.IsExport,
	}
}
