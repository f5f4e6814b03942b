package compiler

import (
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/sigma"
)

// rewriteRule lets the pipeline rewrite the rule and its filters.
//
//	rule, filters  ->  rule', filters', what the pipeline adds
func rewriteRule(u *unit) {
	if u.opts.Pipeline == nil {
		return
	}
	w := u.rewritten(u.doc, u.opts.Pipeline.Rule(u.rule, u.filters, u.opts.Define))
	u.rule, u.filters = w.Doc.(*sigma.Rule), w.Filters
	u.failed = u.rule.Broken
}

// rewriteCorrelation lets the pipeline rewrite a correlation.
func (c *compilation) rewriteCorrelation(d *sigma.Correlation) *sigma.Correlation {
	if c.opts.Pipeline == nil {
		return d
	}
	var of []*pipeline.Rewrite
	for _, in := range c.References(d) {
		if w := c.rewrites[in]; w != nil {
			of = append(of, w)
		}
	}
	return c.rewritten(d, c.opts.Pipeline.Correlation(d, of, c.opts.Define)).Doc.(*sigma.Correlation)
}

func (c *compilation) rewritten(d sigma.Document, w *pipeline.Rewrite) *pipeline.Rewrite {
	c.rewrites[d] = w
	for _, d := range w.Diags {
		c.report(d)
	}
	return w
}

// post gives what the pipeline does to the queries of a document.
func (c *compilation) post(d sigma.Document) func(language, query string) (string, []*sigma.Diagnostic) {
	if w := c.rewrites[d]; w != nil {
		return w.Query
	}
	return nil
}
