// Package write makes query text of which each stretch knows the part of the
// rule that it says. It knows no language: precedence is a number that its
// caller gives a meaning.
package write

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
)

// A Text is a stretch of a query. It is a value: what makes a longer text from
// it leaves it as it is. The zero Text is empty.
type Text struct {
	s     string
	links []targets.Link // offsets within s, in order of their start
}

// Of gives a text that links to nothing.
func Of(s string) Text { return Text{s: s} }

// String gives the text alone.
func (t Text) String() string { return t.s }

// Links gives the links, in order of their start, the wider one first.
func (t Text) Links() []targets.Link { return slices.Clone(t.links) }

// Len is the number of bytes.
func (t Text) Len() int { return len(t.s) }

// Empty tells whether there is no text.
func (t Text) Empty() bool { return t.s == "" }

// Lines tells whether the text has line breaks.
func (t Text) Lines() bool { return strings.Contains(t.s, "\n") }

// Linked says that the whole text comes from a part of a document.
func (t Text) Linked(f *sigma.File, at sigma.Span) Text {
	own := targets.Link{Start: 0, End: len(t.s), File: f, At: at}
	return Text{t.s, append([]targets.Link{own}, t.links...)}
}

// Concat puts texts one after the other.
func Concat(parts ...Text) Text { return Join(parts, "") }

// Join puts texts one after the other, with sep between them.
func Join(parts []Text, sep string) Text {
	if len(parts) == 1 {
		return parts[0]
	}
	size, count := 0, 0
	for _, p := range parts {
		size += len(p.s) + len(sep)
		count += len(p.links)
	}
	var b strings.Builder
	b.Grow(size)
	var links []targets.Link
	if count > 0 {
		links = make([]targets.Link, 0, count)
	}
	for i, p := range parts {
		if i > 0 {
			b.WriteString(sep)
		}
		for _, l := range p.links {
			l.Start += b.Len()
			l.End += b.Len()
			links = append(links, l)
		}
		b.WriteString(p.s)
	}
	return Text{b.String(), links}
}

// Wrap puts plain text around t.
func (t Text) Wrap(before, after string) Text {
	return Concat(Of(before), t, Of(after))
}

// Indent puts by after each line break, so that further lines stand below a
// first one that its caller has placed. Empty lines stay empty.
func (t Text) Indent(by string) Text {
	if by == "" || !t.Lines() {
		return t
	}
	var b strings.Builder
	b.Grow(len(t.s) + len(by)*strings.Count(t.s, "\n"))
	moved := make([]int, 0, strings.Count(t.s, "\n")) // where a line that was moved began
	for i, line := range strings.SplitAfter(t.s, "\n") {
		if i > 0 && strings.Trim(line, "\n") != "" {
			moved = append(moved, b.Len()-len(by)*len(moved))
			b.WriteString(by)
		}
		b.WriteString(line)
	}
	shift := func(offset, side int) int {
		n, _ := slices.BinarySearch(moved, offset+side)
		return offset + n*len(by)
	}
	links := slices.Clone(t.links)
	for i := range links {
		// A link that starts a line goes along with it; one that ends there
		// ends before the indentation.
		links[i].Start = shift(links[i].Start, 1)
		links[i].End = shift(links[i].End, 0)
	}
	return Text{b.String(), links}
}

// An Expr is a text with the precedence of its outermost operator: the higher,
// the tighter it binds.
type Expr struct {
	Text
	Level int
}

// In gives the text as it stands where at least the level ctx is wanted: in
// parentheses if it binds less tightly.
func (e Expr) In(ctx int) Text {
	if e.Level >= ctx {
		return e.Text
	}
	return e.Wrap("(", ")")
}
