package lint

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// collected is what only shows when all documents are seen together.
type collected struct {
	titles   map[string][]sigma.Document // by title in lower case
	referred map[string]bool             // what correlations and filters call documents
}

func collect(docs []sigma.Document) *collected {
	c := &collected{titles: map[string][]sigma.Document{}, referred: map[string]bool{}}
	for _, d := range docs {
		title := strings.ToLower(d.Info().Title.Value)
		c.titles[title] = append(c.titles[title], d)
		switch d := d.(type) {
		case *sigma.Rule:
		case *sigma.Correlation:
			c.refer(d.Rules)
		case *sigma.Filter:
			c.refer(d.Rules)
		default:
			panic(fmt.Sprintf("lint: unknown document %T", d))
		}
	}
	return c
}

func (c *collected) refer(rules []sigma.Text) {
	for _, t := range rules {
		c.referred[t.Value] = true
	}
}

// referredTo tells whether a correlation or filter calls a document so.
func (s *session) referredTo(name string) bool { return s.together().referred[name] }
