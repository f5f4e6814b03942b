// Package compiler says what documents mean: it turns the tree of package
// sigma into programs of package ir, bound to the log that they read. It
// knows what modifiers mean and which fields a log has; it knows no language
// that a program is written in afterwards.
package compiler

import (
	"cmp"
	"fmt"
	"maps"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// Options say how to compile; nil and the zero value are the default.
type Options struct {
	// Log binds every rule to this log. Nil means the log that serves the
	// rule's logsource.
	Log *schema.Log

	// Among are the logs of which one that serves the rule's logsource is
	// taken, if Log is nil. Nil means all that are known.
	Among []*schema.Log

	// Fallback binds rules whose logsource no log serves. Nil makes that an
	// error.
	Fallback *schema.Log

	// Define gives the values of placeholders: %name% of the modifier expand.
	Define map[string][]string

	// Pipeline rewrites documents before they are bound to their log; nil
	// leaves them as they are. What Define gives wins over its variables.
	Pipeline *pipeline.Pipeline

	// MaxUnfolded replaces the constant MaxUnfolded; zero does not.
	MaxUnfolded int

	// Jobs is how many rules are compiled at once; 0 means one a core.
	Jobs int

	// After stops after the pass of this name; empty means after the last.
	After string
}

// Compile compiles the documents that are not broken: rules with the filters
// among docs, and correlations over the rules among docs. Programs come in the
// order of docs; what could not be compiled is missing, and a diagnostic says
// why.
func Compile(docs []sigma.Document, opts *Options) ([]*ir.Program, []*sigma.Diagnostic) {
	if opts == nil {
		opts = &Options{}
	}
	all, _ := sigma.NewCollection(docs) // what does not fit is for the collection's owner to report
	c := newCompilation(all, opts)
	c.rules(docs)
	c.correlations()
	return c.inOrder(), c.reports.Sorted()
}

// A compilation is one call of Compile.
type compilation struct {
	*sigma.Collection
	opts     *Options
	programs map[sigma.Document]*ir.Program
	reports  sigma.Reports

	generated map[*ir.Program]bool // of programs in a correlation: whether one says generate
	weights   map[sigma.Document]weight
	rewrites  map[sigma.Document]*pipeline.Rewrite
}

func newCompilation(all *sigma.Collection, opts *Options) *compilation {
	return &compilation{
		Collection: all, opts: opts, programs: map[sigma.Document]*ir.Program{},
		generated: map[*ir.Program]bool{}, weights: map[sigma.Document]weight{}, rewrites: map[sigma.Document]*pipeline.Rewrite{},
	}
}

// take adds what a part of the compilation gives.
func (c *compilation) take(part *compilation) {
	maps.Copy(c.programs, part.programs)
	maps.Copy(c.weights, part.weights)
	maps.Copy(c.rewrites, part.rewrites)
	c.reports.Take(&part.reports)
}

// A unit is one rule on its way through the passes.
type unit struct {
	*compilation
	doc     *sigma.Rule // as it was given
	rule    *sigma.Rule // as the pipeline rewrites it
	log     *schema.Log
	serving *schema.Serving // the rule's logsource in the log; nil if the log does not serve it
	filters []*sigma.Filter
	fields  map[sigma.Node]*schema.Ref // of items, and of values that name a field
	pred    ir.Pred
	failed  bool

	unfolded int // tests and values so far; see MaxUnfolded
}

func (c *compilation) rule(rule *sigma.Rule) {
	u := &unit{compilation: c, doc: rule, rule: rule, fields: map[sigma.Node]*schema.Ref{}}
	if rule.Broken {
		u.checkBroken()
		return
	}
	for _, p := range passes {
		p.run(u)
		if u.failed {
			return
		}
		if p.name == c.opts.After {
			break
		}
	}
	if u.pred == nil {
		return // stopped before there is one
	}
	c.weights[rule] = weight{unfolded: u.unfolded}
	c.programs[rule] = &ir.Program{
		Doc: rule, ID: rule.ID.Value, Title: rule.Title.Value, Level: rule.Level.Value, Log: u.log, Serving: u.serving, Pred: u.pred,
		Post: c.post(rule),
	}
}

// checkBroken says what can be said of a rule that can't be compiled: which of
// its fields the log does not have. Its author hears everything in one run, but
// for what a pipeline might have made of it.
func (u *unit) checkBroken() {
	if u.rule.Logsource == nil || u.rule.Detection == nil || u.opts.Pipeline != nil {
		return
	}
	if findLog(u); u.log != nil {
		resolveFields(u)
	}
}

func (c *compilation) inOrder() []*ir.Program {
	var out []*ir.Program
	for _, d := range c.Documents {
		if p := c.programs[d]; p != nil {
			out = append(out, p)
		}
	}
	return out
}

// errorAt reports an error; the unit can't be compiled.
func (u *unit) errorAt(file *sigma.File, at sigma.Span, code, message string) *sigma.Diagnostic {
	u.failed = true
	return u.report(&sigma.Diagnostic{Code: code, Severity: sigma.Error, File: file, At: at, Message: message})
}

func (c *compilation) report(d *sigma.Diagnostic) *sigma.Diagnostic { return c.reports.Add(d) }

// findLog binds the unit to its log.
//
//	--log given               ->  that log
//	a log serves logsource    ->  the one that names most of its parts
//	none does                 ->  the fallback, else an error that names generic
func findLog(u *unit) {
	source := sourceOf(u.rule.Logsource)
	if u.log = u.opts.Log; u.log == nil {
		if u.log = cmp.Or(schema.Among(u.among(), source), u.opts.Fallback); u.log == nil {
			u.errorAt(u.rule.File, u.logsourceAt(), "logsource/unknown", u.noLog(source))
			return
		}
	}
	if u.serving = u.log.Serving(source); u.serving == nil && u.log.Gated() {
		d := u.errorAt(u.rule.File, u.logsourceAt(), "logsource/unserved", fmt.Sprintf(
			"log %s holds events of several logsources, and none of them is %s", u.log.Name, describe(source)))
		if other := schema.For(source); other != nil {
			d.Label = fmt.Sprintf("--log %s serves it", other.Name)
		}
	}
}

func (c *compilation) among() []*schema.Log {
	if c.opts.Among != nil {
		return c.opts.Among
	}
	return schema.Logs()
}

// noLog says that no log serves a logsource, and which does if that is because
// of a choice.
func (c *compilation) noLog(source schema.Source) string {
	other := schema.For(source)
	if c.opts.Among == nil || other == nil {
		return fmt.Sprintf("no log serves %s; --log generic takes every field as it is written", describe(source))
	}
	var names []string
	for _, l := range c.opts.Among {
		names = append(names, l.Name)
	}
	return fmt.Sprintf("none of %s serves %s; --log %s does", strings.Join(names, ", "), describe(source), other.Name)
}

// logsourceAt is the place of the logsource, or the title of a rule that has
// none.
func (u *unit) logsourceAt() sigma.Span {
	if u.rule.Logsource == nil {
		return u.rule.Title.At
	}
	return u.rule.Logsource.At
}

func sourceOf(l *sigma.Logsource) schema.Source {
	if l == nil {
		return schema.Source{}
	}
	return schema.Source{Product: l.Product.Value, Service: l.Service.Value, Category: l.Category.Value}
}

func describe(s schema.Source) string {
	text := ""
	for _, p := range [][2]string{{"product", s.Product}, {"service", s.Service}, {"category", s.Category}} {
		if p[1] == "" {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += p[0] + " " + p[1]
	}
	if text == "" {
		return "a rule without logsource"
	}
	return text
}

// findFilters attaches the filters that apply to the rule.
func findFilters(u *unit) {
	for _, f := range u.Filters(u.rule) {
		if !f.Broken {
			u.filters = append(u.filters, f)
		}
	}
	if n := len(u.filters); n > MaxFilters {
		u.errorAt(u.rule.File, u.rule.Title.At, "filter/too-many", fmt.Sprintf("%d filters apply to the rule; at most %d may", n, MaxFilters))
	}
}
