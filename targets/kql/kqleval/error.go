package kqleval

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// An Error is something wrong with a query, and where.
type Error struct {
	// Offset is the byte of the text at which the trouble starts.
	Offset int
	// End is the byte after it; it equals Offset if only a point is known.
	End int
	// Line and Column count from 1, the column in runes.
	Line, Column int
	// Code is the code that Microsoft's analyser gives to the same trouble, if
	// it has one, such as KS142.
	Code string
	// Msg says what is wrong.
	Msg string
	// Doubtful says that Microsoft's analyser takes the query, and that what the
	// engine answers is not documented.
	Doubtful bool
}

// Error gives the place and the message.
func (e *Error) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Msg)
}

// Errors is a list of errors in the order of the text.
type Errors []*Error

// Error joins the messages by newlines.
func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "\n")
}

// span is a half-open range of bytes of the query text.
type span struct{ start, end int }

func (s span) to(end span) span { return span{s.start, end.end} }

// at makes the error of a span of text.
func at(text string, s span, code, msg string) *Error {
	start := min(max(s.start, 0), len(text))
	e := &Error{Offset: start, End: min(max(s.end, start), len(text)), Code: code, Msg: msg}
	before := text[:start]
	e.Line = strings.Count(before, "\n") + 1
	e.Column = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return e
}

// A syntaxError is what the parse functions return; it becomes an *Error when
// the text is at hand. It implements participle.Error, which keeps its place.
type syntaxError struct {
	at  span
	msg string
}

func (e *syntaxError) Error() string            { return e.msg }
func (e *syntaxError) Message() string          { return e.msg }
func (e *syntaxError) Position() lexer.Position { return lexer.Position{Offset: e.at.start} }

func syntaxAt(s span, format string, args ...any) error {
	return &syntaxError{s, fmt.Sprintf(format, args...)}
}

// asError turns an error of the parser into one with its place.
func asError(text string, err error) *Error {
	var own *syntaxError
	if errors.As(err, &own) {
		return at(text, own.at, "", own.msg)
	}
	var theirs participle.Error
	if errors.As(err, &theirs) {
		offset := theirs.Position().Offset
		return at(text, span{offset, offset}, "", theirs.Message())
	}
	return at(text, span{}, "", err.Error())
}

// sortErrors puts errors in the order of the text and drops repetitions.
func sortErrors(errs Errors) Errors {
	sort.SliceStable(errs, func(i, j int) bool { return errs[i].Offset < errs[j].Offset })
	out := errs[:0]
	for i, e := range errs {
		if i > 0 && e.Offset == errs[i-1].Offset && e.Msg == errs[i-1].Msg {
			continue
		}
		out = append(out, e)
	}
	return out
}
