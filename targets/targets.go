// Package targets is what the languages share: a query is text that says what
// a program means, with links from its parts to the rule.
package targets

import (
	"strings"
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// An Emitter writes programs in one language. It may be used by many
// goroutines at once.
type Emitter interface {
	// Language is the short name: kql, spl.
	Language() string

	// Emit writes a program. What the language cannot say is an Error at the
	// span of the rule that asks for it; there is no query then.
	Emit(p *ir.Program) (*Query, []*sigma.Diagnostic)
}

// A Query is a program as another language says it.
type Query struct {
	Language string
	Text     string
	Links    []Link
	Limits   []Limit

	// Schedule is how often the query must run, over how much time, so that
	// nothing is missed. It is zero for a rule that looks at each event by
	// itself, whenever that is.
	Schedule Schedule
}

// Write emits a program, and rewrites its query as the program's pipeline says.
// The links stay if the query is still there in the text.
func Write(e Emitter, p *ir.Program) (*Query, []*sigma.Diagnostic) {
	q, diags := e.Emit(p)
	if q == nil || p.Post == nil {
		return q, diags
	}
	text, more := p.Post(q.Language, q.Text)
	if diags = append(diags, more...); sigma.HasErrors(more) {
		return nil, diags
	}
	rewritten := *q
	rewritten.Text, rewritten.Links = text, nil
	if shift := strings.Index(text, q.Text); shift >= 0 {
		for _, l := range q.Links {
			l.Start, l.End = l.Start+shift, l.End+shift
			rewritten.Links = append(rewritten.Links, l)
		}
	}
	return &rewritten, diags
}

// A Link says which part of a document a stretch of the text comes from.
type Link struct {
	Start, End int // bytes of Text
	File       *sigma.File
	At         sigma.Span
}

// A Limit is a difference between the program and its query that the language
// forces, such as a column that cannot tell null from empty. It is declared, so
// that whoever compares verdicts knows.
type Limit struct {
	Code string // stable: "kql/null-is-empty"
	Why  string
	File *sigma.File
	At   sigma.Span
}

// A LimitKind explains the limits of one code.
type LimitKind struct {
	Code string
	Doc  string // a sentence or two for docs/limits.md

	// General limits hold for every query and are not declared one by one.
	General bool
}

// A Schedule is how a product must run a query.
type Schedule struct {
	Frequency time.Duration // between runs
	Period    time.Duration // the time that a run looks back over
}
