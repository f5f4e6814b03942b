package pipeline

import (
	"fmt"

	"github.com/sigproof/sigproof/sigma"
)

// Read reads a pipeline. It reports all that it finds, and gives no pipeline
// if there is an error.
func Read(name string, src []byte) (*Pipeline, []*sigma.Diagnostic) {
	r := &reader{file: sigma.NewFile(name, src)}
	docs, diags := sigma.ReadData(r.file)
	r.diags = diags
	var p *Pipeline
	switch {
	case sigma.HasErrors(diags):
	case len(docs) == 0:
		r.errorAt("empty", sigma.Span{}, `the file is empty; a pipeline has "transformations"`)
	default:
		p = r.pipeline(docs[0])
	}
	if len(docs) > 1 {
		r.errorAt("documents", r.firstLine(docs[1].Span()), "the file has %d documents; a pipeline is one", len(docs))
	}
	r.diags = sigma.SortDiagnostics(r.diags)
	if sigma.HasErrors(r.diags) {
		return nil, r.diags
	}
	return p, r.diags
}

func (r *reader) pipeline(d sigma.Data) *Pipeline {
	q, ok := r.mapOf("the pipeline", d)
	if !ok {
		return nil
	}
	p := &Pipeline{Name: q.optional("name", "").Value, Priority: q.number("priority")}
	p.parts = []part{q.backends()}
	p.vars = q.variables()
	p.steps = r.stepsOf(q.list("transformations"))
	p.post = r.postStepsOf(q.list("postprocessing"))
	p.finalizers = r.finalizersOf(q.list("finalizers"))
	q.done()
	return p
}

func (p *params) backends() part {
	e, ok := p.entry("allowed_backends")
	if !ok || isNothing(e.Data) {
		return part{file: p.file}
	}
	return part{p.file, p.textsOf(e), e.Key.At}
}

// variables reads "vars": texts and numbers, or lists of them, by name.
func (p *params) variables() []variable {
	e, ok := p.entry("vars")
	if !ok || isNothing(e.Data) {
		return nil
	}
	q, ok := p.mapOf(`"vars"`, e.Data)
	if !ok {
		return nil
	}
	var vars []variable
	for _, e := range q.m.Entries {
		vars = append(vars, variable{e.Key.Value, values(q.textsOf(e))})
	}
	return vars
}

// query reads what stands behind the query: its type, conditions and keys.
func (r *reader) postStep(d sigma.Data) *postStep {
	p, ok := r.mapOf("a postprocessing", d)
	if !ok {
		return nil
	}
	k, t, ok := typed(p, postprocessings())
	if !ok {
		return nil
	}
	p.what, p.at = fmt.Sprintf("postprocessing %q", t.Value), t.At
	s := &postStep{step: step{
		file: r.file, at: t.At, kind: t.Value,
		id:    p.optional("id", "").Value,
		rules: readGate(p, "rule", ruleConditions()),
	}}
	s.do = k.read(p)
	p.done()
	return s
}

func (r *reader) postStepsOf(list []sigma.Data) []*postStep {
	var steps []*postStep
	for _, d := range list {
		if s := r.postStep(d); s != nil {
			steps = append(steps, s)
		}
	}
	return steps
}
