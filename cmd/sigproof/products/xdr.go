package products

import (
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/xdr"
)

// XDR packs for Microsoft Defender XDR.
func XDR() *Product {
	return &Product{
		Name:  xdr.Product,
		Short: "Make a pack for Microsoft Defender XDR: custom detections as Microsoft Graph takes them",
		Engines: func() []fixtures.Engine {
			return []fixtures.Engine{fixtures.Native{}, fixtures.KQL{Emitter: xdr.Emitter{}, Table: xdr.Table}}
		},
		Build: func(programs []*ir.Program, in *Input) (*pack.Pack, []*sigma.Diagnostic) {
			return xdr.Build(programs, in.options())
		},
		Verify:   xdr.Verify,
		Objects:  xdr.Objects,
		Exported: xdr.Exported,
		IsExport: isJSON,
	}
}
