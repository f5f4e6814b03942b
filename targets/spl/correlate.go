package spl

import (
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/write"
)

func (e *emission) correlation(p *ir.Program, q *targets.Query) write.Text { panic("later") }
