// Package lint finds what is legal and yet wrong, and mends it: rules that say
// something else than their author means, that other tools read otherwise, or
// that never fire. It knows the tree, the logs and the habits of authors; it
// knows no query language and runs no event.
//
// A check is data and a function. The catalogue also holds what the parser and
// the other rooms report, so that each code that a person can meet is
// explained in one place.
package lint

import (
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/atonce"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// Options say what to look for; nil and the zero value are the default.
type Options struct {
	// Enable turns on checks that are off by default, and Disable turns checks
	// off. Both take codes and their beginnings: "value" means "value/..." too,
	// "all" means every check. Of two that fit, the longer wins.
	Enable, Disable []string

	// Severity replaces the severity of codes, named as in Enable.
	Severity map[string]sigma.Severity

	// Compile says what rules mean. Its zero value takes a rule whose
	// logsource no log serves with its fields as they are written.
	Compile compiler.Options

	// Also gives what else is to be said of the program of a document, such as
	// what a language has no words for; nil for nothing. It is called for many
	// at once.
	Also func(*ir.Program) []*sigma.Diagnostic

	// Unsafe lets Fix also make fixes that change which events match, or that a
	// person should look at.
	Unsafe bool

	// MaxSize is how many bytes of a file are read; 0 means sigma.MaxSize.
	MaxSize int

	// Jobs is how many files are read at once; 0 means one a core.
	Jobs int
}

// compile gives the options of the compiler. A linter has much to say of a
// rule whose log it does not know.
func (o *Options) compile() *compiler.Options {
	c := o.Compile
	if c.Log == nil && c.Fallback == nil {
		c.Fallback = schema.Generic
	}
	c.Jobs = o.Jobs
	return &c
}

// A Source is one file to look at.
type Source struct {
	Name string
	Src  []byte
}

// A Result is what a look at sources gives.
type Result struct {
	Docs  []sigma.Document
	Diags []*sigma.Diagnostic

	collection *sigma.Collection
}

// Run parses, links, compiles and lints sources: it reports all that can be
// said of them, less what comments and opts silence. An error can't be
// silenced: its document can't be used. Sources are seen together, so that
// those that name each other must be given in one call.
func Run(sources []Source, opts *Options) *Result {
	if opts == nil {
		opts = &Options{}
	}
	files := atonce.Map(opts.Jobs, sources, opts.parse)
	return lint(files, opts)
}

// lint looks at files that are parsed.
func lint(files []*parsed, opts *Options) *Result {
	r := &Result{}
	for _, f := range files {
		r.Docs = append(r.Docs, f.docs...)
	}
	s := newSession(r.Docs, opts)
	r.collection = s.collection
	said := s.fromOthers()
	looks := atonce.Map(opts.Jobs, files, func(f *parsed) []*sigma.Diagnostic {
		l := &look{session: s, parsed: f}
		return l.run(said[f.source.Name])
	})
	for i, diags := range looks {
		r.Diags = append(r.Diags, diags...)
		delete(said, files[i].source.Name)
	}
	for _, elsewhere := range said { // such as in a pipeline
		r.Diags = append(r.Diags, elsewhere...)
	}
	r.Diags = sigma.SortDiagnostics(r.Diags)
	return r
}

// parsed is a source with its documents and what the parser said of them.
type parsed struct {
	source Source
	file   *sigma.File // nil if there is no document
	docs   []sigma.Document
	diags  []*sigma.Diagnostic
}

func (o *Options) parse(s Source) *parsed {
	docs, diags := sigma.ParseFile(sigma.NewFile(s.Name, s.Src).Allow(o.MaxSize))
	f := &parsed{source: s, docs: docs, diags: diags}
	if len(docs) > 0 {
		f.file = docs[0].Info().File
	}
	return f
}
