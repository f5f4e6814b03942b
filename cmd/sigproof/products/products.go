// Package products lists what rules are packed for, with what the command pack
// asks of each: its flags, its engines, and its package's functions. It knows
// neither files nor output.
package products

import (
	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
)

// A Product is what rules are packed for. Each has a file of its own.
type Product struct {
	Name, Short string
	Flags       func(*cobra.Command)

	// Engines replay, one of them the very text that is packed.
	Engines func() []fixtures.Engine
	Build   func([]*ir.Program, *Input) (*pack.Pack, []*sigma.Diagnostic)

	Verify   func(*pack.Pack) []error                // what it can tell beside the hashes
	Objects  func(*pack.Pack) ([]pack.Object, error) // what a pack wants
	Exported func([]byte) ([]pack.Object, error)     // what the product has
	IsExport func(name string) bool                  // picks files of a folder

	// Installed is the ending of the tar archive in gzip that the product
	// installs, and Install what a pack becomes in it; empty if there is none.
	Installed string
	Install   func(*pack.Pack) *pack.Pack

	// Merge joins what several files say of one object; nil if each file says
	// all of its own.
	Merge func([]pack.Object) []pack.Object
}

// Input is what every product's pack is made of beside the programs.
type Input struct {
	Name, Revision string
	Sigproof       string // the version that makes it
	Since          *pack.Pack
	Suites         map[sigma.Document]*pack.Suite
	Force          bool
	Define         map[string][]string
}

// options are what packs of one object a rule are made of.
func (in *Input) options() *pack.Options {
	return &pack.Options{Name: in.Name, Since: in.Since, Sigproof: in.Sigproof, Revision: in.Revision, Suites: in.Suites, Force: in.Force}
}

// All lists the products that there are packs for.
func All() []*Product {
	return []*Product{Sentinel(), Splunk(), AzureMonitor(), XDR(), QRadar(), Sumo(), ArcSight()}
}
