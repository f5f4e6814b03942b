package lint

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/atonce"
	"github.com/sigproof/sigproof/sigma"
)

// A session is one look at a set of documents: what all passes share. It is
// not changed once passes run.
type session struct {
	opts       *Options
	all        []sigma.Document
	collection *sigma.Collection
	linked     []*sigma.Diagnostic // what the collection has to say
	checks     []*Check            // that run
	together   func() *collected   // computed when the first check asks
}

func newSession(docs []sigma.Document, opts *Options) *session {
	s := &session{opts: opts, all: docs}
	s.collection, s.linked = sigma.NewCollection(docs)
	for _, c := range catalogue {
		if c.Run != nil && opts.enabled(c.Code) {
			s.checks = append(s.checks, c)
		}
	}
	s.together = sync.OnceValue(func() *collected { return collect(docs) })
	return s
}

// fromOthers gives what the collection, the compiler and whoever else is asked
// report, by file.
func (s *session) fromOthers() map[string][]*sigma.Diagnostic {
	programs, said := compiler.Compile(s.all, s.opts.compile())
	said = append(said, s.linked...)
	if s.opts.Also != nil {
		said = slices.Concat(said, slices.Concat(atonce.Map(s.opts.Jobs, programs, s.opts.Also)...))
	}
	return groupByFile(said)
}

// A look is one file in a session.
type look struct {
	*session
	*parsed
	found sigma.Reports

	data     []sigma.Data // the file as plain YAML
	dataRead bool

	// The text that was aligned last: several places are asked of each, and to
	// align one of a megabyte takes its time.
	aligned sigma.Text
	offsets []int
}

// run makes the passes over a file and gives all that is to be reported of it.
func (l *look) run(said []*sigma.Diagnostic) []*sigma.Diagnostic {
	for _, d := range l.docs {
		p := &Pass{look: l, Doc: d}
		for _, p.check = range l.checks {
			if !l.found.Full(l.file) {
				p.check.Run(p)
			}
		}
	}
	diags := append(append([]*sigma.Diagnostic{}, l.diags...), said...)
	return withLineBreaks(l.source.Src, l.silence(append(diags, l.found.Sorted()...)))
}

// withLineBreaks gives fixes the line breaks of their file: rooms write the
// plain one, and a file of Windows has the other.
func withLineBreaks(src []byte, diags []*sigma.Diagnostic) []*sigma.Diagnostic {
	if i := bytes.IndexByte(src, '\n'); i < 1 || src[i-1] != '\r' {
		return diags
	}
	for i, d := range diags {
		if len(d.Fixes) == 0 {
			continue
		}
		mended := *d
		mended.Fixes = slices.Clone(d.Fixes)
		for j, fix := range mended.Fixes {
			mended.Fixes[j].Edits = slices.Clone(fix.Edits)
			for k, e := range fix.Edits {
				plain := strings.ReplaceAll(e.Text, "\r\n", "\n")
				mended.Fixes[j].Edits[k].Text = strings.ReplaceAll(plain, "\n", "\r\n")
			}
		}
		diags[i] = &mended
	}
	return diags
}

// align is File.Align.
func (l *look) align(t sigma.Text) []int {
	if t != l.aligned {
		l.aligned, l.offsets = t, l.file.Align(t)
	}
	return l.offsets
}

// within is File.Within.
func (l *look) within(t sigma.Text, start, end int) sigma.Span {
	return l.file.WithinAligned(t, l.align(t), start, end)
}

// yaml reads the file as plain YAML.
func (l *look) yaml() []sigma.Data {
	if !l.dataRead {
		l.dataRead = true
		l.data, _ = sigma.ReadData(l.file)
	}
	return l.data
}

// silence drops what options and comments silence, and says which comments
// have no use.
func (l *look) silence(diags []*sigma.Diagnostic) []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	comments := l.ignores()
	for _, d := range diags {
		ignored := comments.silence(d)
		if d.Severity == sigma.Error || !ignored && l.opts.enabled(d.Code) {
			out = append(out, l.graded(d))
		}
	}
	for _, d := range comments.findings(l) {
		if l.opts.enabled(d.Code) {
			out = append(out, l.graded(d))
		}
	}
	return out
}

// graded gives a finding the severity that the options want. An error stays
// one: its document can't be used.
func (l *look) graded(d *sigma.Diagnostic) *sigma.Diagnostic {
	severity := l.opts.severity(d.Code, d.Severity)
	if d.Severity == sigma.Error || severity == d.Severity {
		return d
	}
	changed := *d
	changed.Severity = severity
	return &changed
}
