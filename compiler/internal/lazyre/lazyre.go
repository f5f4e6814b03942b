// Package lazyre holds regular expressions that are compiled when they are
// first asked for: a program that says its version needs none of those that
// checks and templates have.
package lazyre

import (
	"regexp"
	"sync"
)

// A Regexp is the text of a regular expression, and what was compiled of it. It
// may be used by many goroutines at once.
type Regexp struct {
	text     string
	once     sync.Once
	compiled *regexp.Regexp
}

// New holds a regular expression. One that can't be read panics when it is asked
// for.
func New(text string) *Regexp { return &Regexp{text: text} }

// Get compiles the expression if nobody did.
func (r *Regexp) Get() *regexp.Regexp {
	r.once.Do(func() { r.compiled = regexp.MustCompile(r.text) })
	return r.compiled
}
