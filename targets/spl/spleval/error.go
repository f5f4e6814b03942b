package spleval

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrLimit is wrapped by the errors of a run that was stopped by one of the
// limits of its Input.
var ErrLimit = errors.New("limit reached")

// An Error is something that is wrong with the text of a search, or that this
// evaluator refuses to guess, and where.
type Error struct {
	Offset, End  int    // bytes of the text that was given to Parse
	Line, Column int    // from 1; columns count runes
	Macro        string // the macro whose definition holds the fault; the place is then that of its call
	Msg          string
	Refused      bool  // Splunk may know it, and it is not read here
	Err          error // what stopped a run, if anything beyond Msg
}

func (e *Error) Error() string {
	if e.Macro != "" {
		return fmt.Sprintf("%d:%d: in macro %q: %s", e.Line, e.Column, e.Macro, e.Msg)
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Msg)
}

// Unwrap gives what stopped a run, for errors.Is.
func (e *Error) Unwrap() error { return e.Err }

// Errors is several faults of one text, in its order.
type Errors []*Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// List gives the faults that err holds, or none if it is of another kind.
func List(err error) []*Error {
	var many Errors
	if errors.As(err, &many) {
		return many
	}
	var one *Error
	if errors.As(err, &one) {
		return []*Error{one}
	}
	return nil
}

// position turns a byte of a text into a line and a column.
func position(text string, offset int) (line, column int) {
	before := text[:min(max(offset, 0), len(text))]
	line = 1 + strings.Count(before, "\n")
	start := strings.LastIndexByte(before, '\n') + 1
	return line, 1 + utf8.RuneCountInString(before[start:])
}
