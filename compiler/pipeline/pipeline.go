// Package pipeline reads processing pipelines as pySigma writes them, and
// applies them to documents and to the text of their queries. It knows what
// each transformation does to a tree; it knows no log, and of languages no more
// than their names.
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
	backends []sigma.Text // of allowed_backends
}

// A variable is a name with the values that a placeholder may stand for.
type variable struct {
	name   string
	values []string
	list   bool // the pipeline writes a list
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

// Defines tells whether the pipeline gives the values of a placeholder.
func (p *Pipeline) Defines(name string) bool {
	return slices.ContainsFunc(p.vars, func(v variable) bool { return v.name == name })
}

// variables gives the values of all variables. Those that are given win over
// the pipeline's own.
func (p *Pipeline) variables(given map[string][]string) map[string][]string {
	vars := map[string][]string{}
	for _, v := range p.vars {
		vars[v.name] = v.values
	}
	for name, values := range given {
		vars[name] = values
	}
	return vars
}

// backendNames gives the names by which pySigma's plugins know a language.
var backendNames = map[string][]string{
	"kql": {"kusto", "microsoft365defender", "microsoft_xdr", "sentinel_asim", "azure_monitor"},
	"spl": {"splunk"},
}

// For reports each part of the pipeline that is not meant for the language.
func (p *Pipeline) For(language string) []*sigma.Diagnostic {
	var diags []*sigma.Diagnostic
	for _, part := range p.parts {
		if len(part.backends) == 0 || slices.ContainsFunc(part.backends, func(t sigma.Text) bool {
			return t.Value == language || slices.Contains(backendNames[language], t.Value)
		}) {
			continue
		}
		diags = append(diags, &sigma.Diagnostic{
			Code: "pipeline/backend", File: part.file, At: part.backends[0].At,
			Message: fmt.Sprintf("the pipeline is for %s, and not for %s", sigma.Choices(values(part.backends)), language),
		})
	}
	return diags
}
