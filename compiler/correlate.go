package compiler

import (
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// correlations compiles the correlations, each after those that it refers to.
func (c *compilation) correlations() {
	done := map[sigma.Document]bool{}
	var visit func(d *sigma.Correlation)
	visit = func(d *sigma.Correlation) {
		if done[d] {
			return
		}
		done[d] = true // before its inputs: a circle was reported by the collection
		for _, in := range c.References(d) {
			if in, ok := in.(*sigma.Correlation); ok {
				visit(in)
			}
		}
		if !d.Broken {
			c.correlation(d)
		}
	}
	for _, d := range c.Documents {
		if correlation, ok := d.(*sigma.Correlation); ok {
			visit(correlation)
		}
	}
}

func (c *compilation) correlation(doc *sigma.Correlation) {
	d := c.rewriteCorrelation(doc)
	if d.Broken {
		return // the pipeline refuses it
	}
	b := &correlating{compilation: c, doc: d, out: &ir.Correlation{
		Type: d.Type.Value, Window: d.Timespan.Seconds, At: d.At, Percent: ir.DecimalOf(50),
	}}
	if !b.inputs() {
		return // an input did not compile, which was said
	}
	if c.weights[doc] = b.weight(); b.failed {
		return
	}
	b.out.GroupBy = b.groups(d.GroupBy)
	b.out.Values = b.groups(d.Fields)
	for _, t := range d.Threshold {
		value, _ := numberOf(t.Value)
		b.out.Where = append(b.out.Where, ir.Bound{Op: ir.Op(t.Op.Value), Value: value})
	}
	if d.Percent != nil {
		b.out.Percent, _ = numberOf(d.Percent)
	}
	b.condition()
	if b.failed {
		return
	}
	c.programs[doc] = &ir.Program{
		Doc: doc, ID: d.ID.Value, Title: d.Title.Value, Level: d.Level.Value,
		Log: b.out.Inputs[0].Program.Log, Correlation: b.out, Post: c.post(doc),
	}
}

// correlating builds one correlation.
type correlating struct {
	*compilation
	doc    *sigma.Correlation
	out    *ir.Correlation
	failed bool
}

// inputs finds the programs that the correlation looks at, and silences them
// unless it says generate.
func (b *correlating) inputs() bool {
	for _, r := range b.doc.References() {
		d := b.Lookup(r.Value)
		p := b.programs[d]
		if p == nil {
			return false
		}
		b.out.Inputs = append(b.out.Inputs, ir.Input{Name: sigma.CalledBy(d, r), Program: p})
	}
	for _, in := range b.out.Inputs {
		b.silence(in.Program)
	}
	return len(b.out.Inputs) > 0
}

// weight adds up what the correlation looks at, and refuses what is too much.
func (b *correlating) weight() weight {
	var w weight
	for _, in := range b.out.Inputs {
		of := b.weights[in.Program.Doc]
		w.inputs += 1 + of.inputs
		w.unfolded += of.unfolded
		w.depth = max(w.depth, 1+of.depth)
	}
	switch {
	case w.inputs > MaxInputs:
		b.fail("correlation/too-large", b.doc.Type.At,
			fmt.Sprintf("the correlation looks at more than %d documents, those of its inputs counted each time", MaxInputs))
	case w.depth > MaxCorrelations:
		b.fail("correlation/too-large", b.doc.Type.At,
			fmt.Sprintf("correlations look at each other more than %d deep", MaxCorrelations))
	case w.unfolded > b.opts.maxUnfolded():
		b.fail("correlation/too-large", b.doc.Type.At,
			fmt.Sprintf("the rules that the correlation looks at unfold to more than %d tests and values, counted each time", b.opts.maxUnfolded()))
	}
	return w
}

// silence lets a program report only through correlations, unless one of them
// says generate.
func (b *correlating) silence(p *ir.Program) {
	b.generated[p] = b.generated[p] || b.doc.Generate
	p.Silent = !b.generated[p]
}

func (b *correlating) groups(names []sigma.Text) []ir.Group {
	var out []ir.Group
	for _, name := range names {
		g := ir.Group{Name: name.Value}
		for _, in := range b.out.Inputs {
			g.Fields = append(g.Fields, b.field(in, name))
		}
		out = append(out, g)
	}
	return out
}

// field finds what a name means in an input: an alias's field, else its own.
// A correlation as input has the fields that it groups by.
func (b *correlating) field(in ir.Input, name sigma.Text) *ir.Field {
	name = b.aliased(in, name)
	if c := in.Program.Correlation; c != nil {
		if !slices.ContainsFunc(c.GroupBy, func(g ir.Group) bool { return g.Name == name.Value }) {
			b.fail("field/unknown", name.At, fmt.Sprintf("correlation %q does not group by %q", in.Program.Title, name.Value))
		}
		return &ir.Field{Name: name.Value, Type: schema.Any, At: name.At}
	}
	ref := in.Program.Log.ResolveFor(in.Program.Serving, name.Value)
	if ref == nil {
		d := b.fail("field/unknown", name.At, fmt.Sprintf("log %s has no field %q", in.Program.Log.Name, name.Value))
		proposeField(d, in.Program.Log, name)
		return nil
	}
	return fieldOf(ref, name.At, 0)
}

// aliased replaces an alias by the field that it stands for in the input.
// Aliases name rules by name or id.
func (b *correlating) aliased(in ir.Input, name sigma.Text) sigma.Text {
	for _, a := range b.doc.Aliases {
		if a.Name.Value != name.Value {
			continue
		}
		for _, f := range a.Fields {
			if f.Rule.Value == in.Name || b.programs[b.Lookup(f.Rule.Value)] == in.Program {
				return f.Field
			}
		}
	}
	return name
}

func (b *correlating) fail(code string, at sigma.Span, message string) *sigma.Diagnostic {
	b.failed = true
	return b.report(&sigma.Diagnostic{Code: code, Severity: sigma.Error, File: b.doc.File, At: at, Message: message})
}
