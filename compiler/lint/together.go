package lint

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// collected is what only shows when all documents are seen together.
type collected struct {
	// The first document of each title in lower case, name of a file in lower
	// case without folders, and sense. What is not to be used any more has no
	// title and sense to keep others from.
	titles, files map[string]sigma.Document
	senses        map[sense]sigma.Document

	senseOf map[sigma.Document]sense // of rules

	referred map[string]bool // what correlations and filters call documents
	related  map[string]bool // ids that other documents are related to, in lower case
}

func collect(docs []sigma.Document) *collected {
	c := &collected{
		titles: map[string]sigma.Document{}, files: map[string]sigma.Document{},
		senses: map[sense]sigma.Document{}, senseOf: map[sigma.Document]sense{}, referred: map[string]bool{}, related: map[string]bool{},
	}
	for _, d := range docs {
		first(c.files, baseName(d.Info().File), d)
		for _, r := range d.Info().Related {
			c.related[strings.ToLower(r.ID.Value)] = true
		}
		if !isOld(d) {
			first(c.titles, strings.ToLower(d.Info().Title.Value), d)
		}
		switch d := d.(type) {
		case *sigma.Rule:
			if !d.Broken && !isOld(d) {
				c.senseOf[d] = ruleSense(d)
				first(c.senses, c.senseOf[d], d)
			}
		case *sigma.Correlation:
			c.refer(d.References())
		case *sigma.Filter:
			c.refer(d.Rules)
		default:
			panic(fmt.Sprintf("lint: unknown document %T", d))
		}
	}
	return c
}

// copies tells whether the document looks for the same as another one.
func (p *Pass) copies(other sigma.Document) bool {
	senses := p.together().senseOf
	this, isRule := senses[p.Doc]
	that, ok := senses[other]
	return isRule && ok && this == that
}

func sameID(a, b sigma.Document) bool {
	return a.Info().ID.Value != "" && strings.EqualFold(a.Info().ID.Value, b.Info().ID.Value)
}

// first keeps the first document of a key.
func first[K comparable](m map[K]sigma.Document, key K, d sigma.Document) {
	if m[key] == nil {
		m[key] = d
	}
}

func (c *collected) refer(rules []sigma.Text) {
	for _, t := range rules {
		c.referred[t.Value] = true
	}
}

// referredTo tells whether a correlation or filter calls a document so.
func (s *session) referredTo(name string) bool { return s.together().referred[name] }
