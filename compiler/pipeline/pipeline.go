// Package pipeline reads processing pipelines as pySigma writes them, and
// applies them to documents. It knows what each transformation does to a tree;
// it knows no log and no language.
//
// Where pySigma changes what a rule means by accident, this package does not:
// an item with neq that is mapped to several fields must hold for none of
// them, a value that becomes a regular expression stays anchored, and a
// wildcard behind a backslash stays a wildcard.
package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sigproof/sigproof/sigma"
)

// A Pipeline is a list of transformations, each with the conditions under
// which it is applied. It is never changed after Read and may be used by many
// goroutines at once.
type Pipeline struct {
	Name     string
	Priority int

	parts      []part
	vars       []variable
	steps      []*step
	post       []*postStep
	finalizers []finalizer
}

// A part is one file of a pipeline, of which Merge joins several.
type part struct {
	file     *sigma.File
	backends []sigma.Text
	at       sigma.Span // of allowed_backends
}

// A variable is a name with the values that a placeholder may stand for.
type variable struct {
	name   string
	values []string
}

// Options say how to apply a pipeline; nil and the zero value are the default.
type Options struct {
	// Backend is the language that the documents are compiled to. A pipeline
	// whose allowed_backends do not name it is refused. Empty means any.
	Backend string

	// Vars gives the values of variables; they win over the pipeline's own.
	Vars map[string][]string
}

// Merge joins pipelines into one, the lowest priority first. As in pySigma,
// the names of the files decide between equal priorities, so that the result
// does not hang on the order of flags.
func Merge(pipelines ...*Pipeline) *Pipeline {
	sorted := slices.Clone(pipelines)
	slices.SortStableFunc(sorted, func(a, b *Pipeline) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.fileName(), b.fileName()))
	})
	m := &Pipeline{}
	for i, p := range sorted {
		if i == 0 {
			m.Name, m.Priority = p.Name, p.Priority
		}
		m.parts = append(m.parts, p.parts...)
		m.vars = append(m.vars, p.vars...)
		m.steps = append(m.steps, p.steps...)
		m.post = append(m.post, p.post...)
		m.finalizers = append(m.finalizers, p.finalizers...)
	}
	return m
}

func (p *Pipeline) fileName() string {
	if len(p.parts) == 0 {
		return ""
	}
	return p.parts[0].file.Name
}

// Types lists the types of transformations, in the order of the table.
func Types() []string { return typeNames(transformations()) }

// backendNames gives the names by which pySigma's plugins know a language.
var backendNames = map[string][]string{
	"kql": {"kusto", "microsoft365defender", "microsoft_xdr", "sentinel_asim", "azure_monitor"},
	"spl": {"splunk"},
}

// checkBackend refuses each part that is not meant for the language.
func (p *Pipeline) checkBackend(backend string) []*sigma.Diagnostic {
	var diags []*sigma.Diagnostic
	for _, part := range p.parts {
		if backend == "" || len(part.backends) == 0 || slices.ContainsFunc(part.backends, func(t sigma.Text) bool {
			return t.Value == backend || slices.Contains(backendNames[backend], t.Value)
		}) {
			continue
		}
		names := make([]string, len(part.backends))
		for i, b := range part.backends {
			names[i] = b.Value
		}
		diags = append(diags, &sigma.Diagnostic{
			Code: "pipeline/backend", File: part.file, At: part.at,
			Message: fmt.Sprintf("the pipeline is for %s, and not for %q", sigma.Choices(names), backend),
		})
	}
	return diags
}
