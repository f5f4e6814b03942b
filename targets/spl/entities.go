package spl

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// entities are what may not stand in XML as it is.
var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// keepsEntities tells whether an add-on takes fields out of the log's XML as
// they stand there: the one for Windows does, by regular expressions.
func keepsEntities(log *schema.Log) bool {
	return slices.ContainsFunc(log.Shapes, func(s *schema.Shape) bool { return s.Sourcetype != "" && s.Form == schema.Entities })
}

// withEntities lets each text also be met as XML writes it. Events of a log may
// come from several add-ons, so that the plain text stays.
func (e *emission) withEntities(p *ir.Program) *ir.Program {
	out := *p
	if p.Correlation != nil {
		c := *p.Correlation
		c.Inputs = slices.Clone(c.Inputs)
		for i := range c.Inputs {
			c.Inputs[i].Program = e.withEntities(c.Inputs[i].Program)
		}
		out.Correlation = &c
	} else if keepsEntities(p.Log) {
		e.file = p.File()
		out.Pred = e.escapeAll(p.Pred)
	}
	return &out
}

func (e *emission) escapeAll(p ir.Pred) ir.Pred {
	switch p := p.(type) {
	case *ir.And:
		return &ir.And{X: e.escapeEach(p.X), At: p.At}
	case *ir.Or:
		return &ir.Or{X: e.escapeEach(p.X), At: p.At}
	case *ir.Not:
		return &ir.Not{X: e.escapeAll(p.X), At: p.At}
	case *ir.Test:
		return e.escapeTest(p)
	}
	return p
}

func (e *emission) escapeEach(x []ir.Pred) []ir.Pred {
	out := make([]ir.Pred, len(x))
	for i, p := range x {
		out[i] = e.escapeAll(p)
	}
	return out
}

func (e *emission) escapeTest(t *ir.Test) ir.Pred {
	out := *t
	out.Any = nil
	for _, m := range t.Any {
		out.Any = append(out.Any, m)
		switch m := m.(type) {
		case *ir.Text:
			if escaped := escapeText(m); escaped != nil {
				out.Any = append(out.Any, escaped)
			}
		case *ir.Regex:
			e.entityLimit(m.Source, t.At)
		}
	}
	return &out
}

// entityLimit says that a regular expression which asks for one of the
// characters does not meet its entity.
func (e *emission) entityLimit(source string, at sigma.Span) {
	if strings.ContainsAny(source, "&<>") {
		e.limit("spl/xml-entities", at)
	}
}

// escapeText gives the text as XML writes it; nil if that is the same.
func escapeText(m *ir.Text) *ir.Text {
	out := &ir.Text{Cased: m.Cased}
	changed := false
	for _, p := range m.Parts {
		escaped := entities.Replace(p.Text)
		changed = changed || escaped != p.Text
		p.Text = escaped
		out.Parts = append(out.Parts, p)
	}
	if !changed {
		return nil
	}
	return out
}
