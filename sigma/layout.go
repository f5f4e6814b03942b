package sigma

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// step is the indentation of what a key holds, in blanks.
const step = 4

// longestKey is how long YAML lets a key be that stands before its ":" on a
// line (1024 characters), with room for escapes.
const longestKey = 1000

// A writer lays out data as YAML blocks. How scalars look, and what comments
// stand between, is its user's business.
type writer struct {
	strings.Builder
	key    func(t Text) string
	scalar func(s *Scalar, indent int) string

	// The hooks of a formatter; nil if there is no source.
	before func(offset, indent int)    // what stands on lines of its own before a node
	behind func(offset int)            // what stands on a node's line behind it
	flow   func(d Data) (string, bool) // a collection that keeps its brackets
}

func (w *writer) pad(n int) {
	for range n {
		w.WriteByte(' ')
	}
}

// mapping writes entries, each on its line. The first of an inline map goes on
// the line that is open.
func (w *writer) mapping(m *Map, indent int, inline bool) {
	for i, e := range m.Entries {
		if i > 0 || !inline {
			w.lead(e.Key.At.Start, indent)
			w.pad(indent)
		}
		w.entry(e, indent)
	}
}

func (w *writer) entry(e Entry, indent int) {
	key := w.key(e.Key)
	if utf8.RuneCountInString(key) > longestKey {
		w.WriteString("? " + key + "\n")
		w.pad(indent)
	} else {
		w.WriteString(key)
	}
	w.WriteByte(':')
	if w.flat(e.Data, indent) {
		return
	}
	w.trail(e.Key.At.End)
	w.WriteByte('\n')
	w.block(e.Data, indent+step, false)
}

// flat writes what needs no lines of its own, and tells whether it did.
func (w *writer) flat(d Data, indent int) bool {
	text, ok := "", false
	switch d := d.(type) {
	case *Scalar:
		text, ok = w.scalar(d, indent), true
	case *List:
		text, ok = "[]", len(d.Of) == 0
	case *Map:
		text, ok = "{}", len(d.Entries) == 0
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", d))
	}
	if w.flow != nil && !ok {
		text, ok = w.flow(d)
	}
	if !ok {
		return false
	}
	if text != "" {
		w.WriteString(" " + text)
	}
	w.trail(d.Span().End)
	w.WriteByte('\n')
	return true
}

func (w *writer) block(d Data, indent int, inline bool) {
	switch d := d.(type) {
	case *List:
		w.list(d, indent, inline)
	case *Map:
		w.mapping(d, indent, inline)
	default:
		panic(fmt.Sprintf("sigma: unknown node %T", d))
	}
}

func (w *writer) list(l *List, indent int, inline bool) {
	for i, d := range l.Of {
		if i > 0 || !inline {
			w.lead(d.Span().Start, indent)
			w.pad(indent)
		}
		w.WriteByte('-')
		if !w.flat(d, indent) {
			w.WriteByte(' ')
			w.block(d, indent+2, true)
		}
	}
}

func (w *writer) lead(offset, indent int) {
	if w.before != nil {
		w.before(offset, indent)
	}
}

func (w *writer) trail(offset int) {
	if w.behind != nil {
		w.behind(offset)
	}
}

// canonicalScalar writes numbers, booleans and null as they stand, lines as a
// literal block, and other text with the quotes that it needs.
func canonicalScalar(s *Scalar, indent int) string {
	switch {
	case !s.Quoted && (kindOf(s) != "text" || looseDate.MatchString(s.Text.Value)):
		return s.Text.Value
	case literalSafe(s.Text.Value):
		return literal(s.Text.Value, indent+step)
	}
	if plainSafe(blockText(s.Text.Value)) && !needsDouble(s.Text.Value) {
		return s.Text.Value
	}
	return quoteYAML(s.Text.Value)
}

// blockText hides the characters that need quotes only between brackets or at
// the start.
func blockText(s string) string {
	if s == "" {
		return s
	}
	return s[:1] + withoutFlow.Replace(s[1:])
}

var withoutFlow = strings.NewReplacer(",", "", "?", "", "[", "", "]", "", "{", "", "}", "")

func canonicalKey(t Text) string { return quoteYAML(t.Value) }

var withoutSpace = strings.NewReplacer("\n", "", "\t", "")

// literalSafe tells whether a literal block gives s back: lines that need no
// escapes, the first of which sets the indentation.
func literalSafe(s string) bool {
	if !strings.Contains(s, "\n") || needsDouble(withoutSpace.Replace(s)) {
		return false
	}
	lines := strings.Split(s, "\n")
	if lines[0] == "" || isBlank(lines[0][0]) {
		return false
	}
	for _, line := range lines {
		if line != "" && strings.TrimLeft(line, " \t") == "" {
			return false
		}
	}
	return true
}

func literal(s string, indent int) string {
	header := "|-"
	body := strings.TrimRight(s, "\n")
	switch breaks := len(s) - len(body); {
	case breaks == 1:
		header = "|"
	case breaks > 1:
		header = "|+"
		body += strings.Repeat("\n", breaks-1)
	}
	return header + "\n" + indentLines(body, indent)
}

// indentLines moves the lines that are not empty.
func indentLines(s string, indent int) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = strings.Repeat(" ", indent) + line
		}
	}
	return strings.Join(lines, "\n")
}
