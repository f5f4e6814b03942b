package spl

import "github.com/sigproof/sigproof/compiler/ir"

func timeCond(v string, m *ir.TimePart) cond { panic("later") }
