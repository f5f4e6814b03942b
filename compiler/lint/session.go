package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

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

// together looks at all documents at once, when the first check asks.
func (s *session) together() *collected {
	if s.seen != nil {
		return s.seen
	}
	c := &collected{
		titles: map[string][]sigma.Document{}, detections: map[string][]sigma.Document{},
		files: map[string][]*sigma.File{}, referred: map[string][]sigma.Document{},
	}
	s.seen = c
	for _, d := range s.docs {
		h := d.Info()
		title := strings.ToLower(h.Title.Value)
		c.titles[title] = append(c.titles[title], d)
		if base := path.Base(strings.ReplaceAll(h.File.Name, `\`, "/")); h.Index == 0 {
			c.files[base] = append(c.files[base], h.File)
		}
		switch d := d.(type) {
		case *sigma.Rule:
			if !h.Broken {
				key := detectionKey(d)
				c.detections[key] = append(c.detections[key], d)
			}
		case *sigma.Correlation:
			c.refer(d, d.Rules)
		case *sigma.Filter:
			c.filters++
			c.refer(d, d.Rules)
		}
	}
	return c
}

func (c *collected) refer(from sigma.Document, rules []sigma.Text) {
	for _, t := range rules {
		c.referred[t.Value] = append(c.referred[t.Value], from)
	}
}

// referredTo tells whether a correlation or filter calls a document so.
func (s *session) referredTo(name string) bool { return len(s.together().referred[name]) > 0 }

// detectionKey is the same for rules that look for the same.
func detectionKey(r *sigma.Rule) string {
	var b strings.Builder
	if l := r.Logsource; l != nil {
		b.WriteString(l.Product.Value + "\n" + l.Service.Value + "\n" + l.Category.Value + "\n")
	}
	for _, s := range r.Detection.Searches {
		b.WriteString(s.Name.Value + ":" + blockKey(s.Body) + "\n")
	}
	for _, x := range r.Detection.Conditions {
		if x.Expr != nil {
			b.WriteString(sigma.PrintExpr(x.Expr) + "\n")
		}
	}
	return b.String()
}

// blockKey is the same for blocks that say the same.
func blockKey(b sigma.Block) string {
	switch b := b.(type) {
	case *sigma.All:
		var items []string
		for _, item := range b.Items {
			items = append(items, blockKey(item))
		}
		slices.Sort(items)
		return "{" + strings.Join(items, "\x00") + "}"
	case *sigma.Any:
		var blocks []string
		for _, x := range b.Blocks {
			blocks = append(blocks, blockKey(x))
		}
		slices.Sort(blocks)
		return "[" + strings.Join(blocks, "\x00") + "]"
	case *sigma.Item:
		var values []string
		for _, v := range b.Values {
			values = append(values, kind(v)+v.Written().Value)
		}
		slices.Sort(values)
		return sigma.ItemKey(b) + "=" + strings.Join(values, "\x01")
	case nil:
		return ""
	default:
		panic(fmt.Sprintf("lint: unknown block %T", b))
	}
}
