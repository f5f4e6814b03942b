package kql

import (
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/write"
)

func (q *query) correlation(p *ir.Program) write.Text {
	q.unsupported(p.File(), p.Correlation.At, "kql/correlation", "KQL correlations")
	return write.Text{}
}

func schedule(*ir.Correlation) targets.Schedule { return targets.Schedule{} }
