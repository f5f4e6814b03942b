package compiler

import (
	"github.com/sigproof/sigproof/compiler/atonce"
	"github.com/sigproof/sigproof/sigma"
)

// partsAJob is how many parts of the documents there are for each that is
// compiled at once: one that takes longer than others keeps few waiting.
const partsAJob = 8

// rules compiles the rules among docs, several parts at once.
func (c *compilation) rules(docs []sigma.Document) {
	for _, p := range atonce.Map(c.opts.Jobs, c.parts(docs), c.part) {
		c.take(p)
	}
}

// parts cuts docs into parts that know nothing of each other: a file is never
// cut, since what is reported of it is counted, and nothing is if there is a
// pipeline, which remembers.
func (c *compilation) parts(docs []sigma.Document) [][]sigma.Document {
	size := len(docs)/(atonce.Jobs(c.opts.Jobs)*partsAJob) + 1
	if c.opts.Pipeline != nil {
		size = len(docs)
	}
	var parts [][]sigma.Document
	for len(docs) > 0 {
		n := min(size, len(docs))
		for n < len(docs) && docs[n].Info().File == docs[n-1].Info().File {
			n++
		}
		parts = append(parts, docs[:n])
		docs = docs[n:]
	}
	return parts
}

// part compiles the rules of one part.
func (c *compilation) part(docs []sigma.Document) *compilation {
	p := newCompilation(c.Collection, c.opts)
	for _, d := range docs {
		if rule, ok := d.(*sigma.Rule); ok {
			p.rule(rule)
		}
	}
	return p
}
