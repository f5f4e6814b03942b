// Package binding finds the program that a document has for an event: the same
// documents mean something in each log whose events turn up. It knows nothing
// of flags.
package binding

import (
	"strings"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/sigma"
)

// A Binding is the same documents compiled for each log whose events turn up:
// a rule whose logsource names that log as it is, any other with its fields
// taken as that log's. What does not fit a log has no program there.
type Binding struct {
	Docs  []sigma.Document
	opts  *compiler.Options
	route bool

	own  map[sigma.Document]*ir.Program // by the rule's logsource
	logs map[*schema.Log]map[sigma.Document]*ir.Program
}

// Options say how documents are bound; the zero value is the default.
type Options struct {
	// Route keeps a rule to events of its logsource.
	Route bool
}

// New compiles documents. With a named log every rule must fit it; without one
// only what is wrong whatever the log counts as wrong.
func New(docs []sigma.Document, opts *compiler.Options, how Options) (*Binding, []*sigma.Diagnostic) {
	b := &Binding{Docs: docs, opts: opts, route: how.Route, logs: map[*schema.Log]map[sigma.Document]*ir.Program{}}
	programs, diags := compiler.Compile(docs, opts)
	b.own = byDocument(programs)
	if opts.Log != nil {
		return b, diags
	}
	generic := *opts
	generic.Log = schema.Generic
	programs, diags = compiler.Compile(docs, &generic)
	b.logs[schema.Generic] = byDocument(programs)
	return b, diags
}

func byDocument(programs []*ir.Program) map[sigma.Document]*ir.Program {
	out := map[sigma.Document]*ir.Program{}
	for _, p := range programs {
		out[p.Doc] = p
	}
	return out
}

// in gives the programs for events of one log.
func (b *Binding) in(log *schema.Log) map[sigma.Document]*ir.Program {
	if b.opts.Log != nil {
		return b.own
	}
	if found := b.logs[log]; found != nil {
		return found
	}
	opts := *b.opts
	opts.Log = log
	programs, _ := compiler.Compile(b.Docs, &opts) // what does not fit has no program
	b.logs[log] = byDocument(programs)
	return b.logs[log]
}

// Program gives the program of a document for an event; nil if it has nothing
// to say about it.
func (b *Binding) Program(doc sigma.Document, e *event.Event) *ir.Program {
	if p := b.own[doc]; p != nil && p.Log == e.Log {
		return p
	}
	if b.route && serves(e.Log, doc) {
		return b.in(e.Log)[doc]
	}
	if b.route && !routed(doc, e) {
		return nil
	}
	return b.in(e.Log)[doc]
}

// serves tells whether a log holds events of the logsource of a rule: several
// may.
func serves(log *schema.Log, doc sigma.Document) bool {
	rule, ok := doc.(*sigma.Rule)
	if !ok || rule.Logsource == nil {
		return false
	}
	l := rule.Logsource
	return log.Serves(schema.Source{Product: l.Product.Value, Service: l.Service.Value, Category: l.Category.Value}) > 0
}

// routed tells whether an event that is of no known log says itself that it
// comes from the rule's logsource.
func routed(doc sigma.Document, e *event.Event) bool {
	rule, ok := doc.(*sigma.Rule)
	if !ok || !e.Log.Open {
		return false
	}
	l := rule.Logsource
	if l == nil {
		return true
	}
	for key, text := range map[string]sigma.Text{"product": l.Product, "service": l.Service, "category": l.Category} {
		if text.Value == "" {
			continue
		}
		if said, ok := e.Value.Get(key).(eval.String); !ok || !strings.EqualFold(string(said), text.Value) {
			return false
		}
	}
	return true
}

// Correlations gives the correlations for a stream of events: bound to their
// log if they are all of one, else to the logs of their rules.
func (b *Binding) Correlations(logs []*schema.Log) []*ir.Program {
	from := b.own
	if len(logs) == 1 {
		from = b.in(logs[0])
	}
	var out []*ir.Program
	for _, d := range b.Docs {
		if p := from[d]; p != nil && p.Correlation != nil {
			out = append(out, p)
		}
	}
	return out
}

// Silent tells whether a document reports only through correlations.
func (b *Binding) Silent(doc sigma.Document) bool {
	for _, programs := range append([]map[sigma.Document]*ir.Program{b.own}, b.logs[schema.Generic]) {
		if p := programs[doc]; p != nil && p.Silent {
			return true
		}
	}
	return false
}
