package lint

import (
	"github.com/sigproof/sigproof/sigma"
)

// A session is one call of Run: what all passes share.
type session struct {
	opts   *Options
	docs   []sigma.Document
	diags  []*sigma.Diagnostic
	checks map[string]*Check
	data   map[*sigma.File][]sigma.Data
	seen   *collected
}

func newSession(docs []sigma.Document, opts *Options) *session {
	return &session{opts: opts, docs: docs, checks: map[string]*Check{}, data: map[*sigma.File][]sigma.Data{}}
}

func (s *session) index(c *Check) { s.checks[c.Code] = c }

// fileData reads a file as plain YAML.
func (s *session) fileData(f *sigma.File) []sigma.Data {
	data, ok := s.data[f]
	if !ok {
		data, _ = sigma.ReadData(f)
		s.data[f] = data
	}
	return data
}

// collected is what only shows when all documents are seen together.
type collected struct {
	titles     map[string][]sigma.Document
	detections map[string][]sigma.Document
	files      map[string][]*sigma.File
	referred   map[string][]sigma.Document // by what a correlation or filter calls a document
	filters    int
}
