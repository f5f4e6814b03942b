package sentinel

import (
	"testing"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
)

// build makes a pack of which nothing is refused.
func build(t *testing.T, programs []*ir.Program, opts *Options) *pack.Pack {
	t.Helper()
	if opts == nil {
		opts = &Options{}
	}
	if opts.Name == "" {
		opts.Name = "Entra PIM"
	}
	p, diags := Build(programs, opts)
	for _, d := range diags {
		if d.Severity == sigma.Error {
			t.Error(d.Render())
		}
	}
	return p
}
