package pipeline

import (
	"github.com/sigproof/sigproof/sigma"
)

// Options say how pipelines are read; nil and the zero value are the default.
type Options struct {
	// ReadFile reads the file that file_placeholders names. Nil means that no
	// pipeline may name one.
	ReadFile func(name string) ([]byte, error)
}

// Read reads a pipeline. It reports all that it finds, and gives no pipeline
// if there is an error.
func Read(name string, src []byte, opts *Options) (*Pipeline, []*sigma.Diagnostic) {
	r := &reader{file: sigma.NewFile(name, src)}
	if opts != nil {
		r.readFile = opts.ReadFile
	}
	docs, diags := sigma.ReadData(r.file)
	r.add(diags...)
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
	if r.errors > 0 {
		p = nil
	}
	return p, r.found.Sorted()
}

func (r *reader) pipeline(d sigma.Data) *Pipeline {
	q, ok := r.mapOf("the pipeline", d)
	if !ok {
		return nil
	}
	p := &Pipeline{Name: q.optional("name", "").Value, Priority: q.number("priority")}
	p.parts = []part{{r.file, q.someTexts("allowed_backends")}}
	p.vars = q.variables()
	p.steps = r.stepsOf(q.list("transformations"))
	p.post = r.postStepsOf(q.list("postprocessing"))
	p.finalizers = r.finalizersOf(q.list("finalizers"))
	q.done()
	return p
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
		_, list := e.Data.(*sigma.List)
		vars = append(vars, variable{e.Key.Value, values(q.textsOf(e)), list})
	}
	return vars
}
