package lint

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// collected is what only shows when all documents are seen together.
type collected struct {
	// The first document of each title in lower case, name of a file in lower
	// case without folders, and detection. What is not to be used any more has
	// no title and detection to keep others from.
	titles, files, detections map[string]sigma.Document

	detectionOf map[sigma.Document]string // see detectionKey

	referred map[string]bool // what correlations and filters call documents
	related  map[string]bool // ids that other documents are related to, in lower case
}

func collect(docs []sigma.Document) *collected {
	c := &collected{
		titles: map[string]sigma.Document{}, files: map[string]sigma.Document{}, detections: map[string]sigma.Document{}, detectionOf: map[sigma.Document]string{}, referred: map[string]bool{}, related: map[string]bool{},
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
				c.detectionOf[d] = detectionKey(d)
				first(c.detections, c.detectionOf[d], d)
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

// first keeps the first document of a key.
func first(m map[string]sigma.Document, key string, d sigma.Document) {
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
