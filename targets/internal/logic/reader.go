package logic

import (
	"fmt"
	"strings"
)

// A Token is a part of a text.
type Token struct {
	Kind byte // Word, Sign, Number, or the delimiter of what stands in some
	Text string
	At   int // bytes from the start
}

// Kinds of tokens.
const (
	Word   = 'w'
	Sign   = 's'
	Number = '0'
)

// A Reader takes one token after another.
type Reader struct {
	Tokens []Token
	What   string // is read, in messages

	next  int
	depth int // of parentheses and nots
}

// Done tells that no token is left.
func (r *Reader) Done() bool { return r.next >= len(r.Tokens) }

// Peek gives the next token without taking it; one of no kind if none is left.
func (r *Reader) Peek() Token {
	if r.Done() {
		return Token{}
	}
	return r.Tokens[r.next]
}

// Next takes a token.
func (r *Reader) Next() Token {
	t := r.Peek()
	r.next++
	return t
}

// Back gives the last token back.
func (r *Reader) Back() { r.next-- }

// Word takes a keyword, in any case, if it is next.
func (r *Reader) Word(s string) bool {
	if t := r.Peek(); t.Kind != Word || !strings.EqualFold(t.Text, s) {
		return false
	}
	r.next++
	return true
}

// Sign takes a sign if it is next.
func (r *Reader) Sign(s string) bool {
	if t := r.Peek(); t.Kind != Sign || t.Text != s {
		return false
	}
	r.next++
	return true
}

// Unexpected says that the next token is none that may stand there.
func (r *Reader) Unexpected() error {
	if r.Done() {
		return fmt.Errorf("the %s ends too early", r.What)
	}
	t := r.Peek()
	return fmt.Errorf("%d: unexpected %q", t.At+1, t.Text)
}

// maxDepth bounds what may stand within each other.
const maxDepth = 1000

// A Grammar is that of the conditions of a language: a test, and tests that
// AND, OR, which binds less, NOT or the sign ! and parentheses join.
type Grammar[R any] struct {
	*Reader
	Test func() (Condition[R], error)
}

// Condition reads one.
func (g Grammar[R]) Condition() (Condition[R], error) {
	return g.joined("OR", g.and, Or[R])
}

func (g Grammar[R]) and() (Condition[R], error) {
	return g.joined("AND", g.not, And[R])
}

// joined reads parts with a word between them.
func (g Grammar[R]) joined(word string, part func() (Condition[R], error), join func(x, y Condition[R]) Condition[R]) (Condition[R], error) {
	x, err := part()
	for err == nil && g.Word(word) {
		var y Condition[R]
		if y, err = part(); err == nil {
			x = join(x, y)
		}
	}
	return x, err
}

func (g Grammar[R]) not() (Condition[R], error) {
	if g.depth++; g.depth > maxDepth {
		return nil, fmt.Errorf("%d: more than %d parentheses and nots within each other", g.Peek().At+1, maxDepth)
	}
	defer func() { g.depth-- }()
	switch {
	case g.Word("NOT"), g.Sign("!"):
		x, err := g.not()
		return Not(x), err
	case g.Sign("("):
		x, err := g.Condition()
		if err == nil && !g.Sign(")") {
			err = g.Unexpected()
		}
		return x, err
	}
	return g.Test()
}

// List reads what stands between parentheses, with commas between.
func (r *Reader) List(one func() error) error {
	if !r.Sign("(") {
		return r.Unexpected()
	}
	for {
		if err := one(); err != nil {
			return err
		}
		if r.Sign(")") {
			return nil
		}
		if !r.Sign(",") {
			return r.Unexpected()
		}
	}
}
