package sigma

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sigproof/sigproof/sigma/display"
)

// Severity says how much a Diagnostic matters.
type Severity int

// The severities, the gravest first. Only Error makes a document unusable.
const (
	Error Severity = iota
	Warning
	Info
	Hint
)

var severityNames = [...]string{"error", "warning", "info", "hint"}

func (s Severity) String() string { return severityNames[s] }

// A Diagnostic is something to tell the author, and where.
type Diagnostic struct {
	Code     string // stable, a path: "condition/undefined-search"
	Severity Severity
	File     *File
	At       Span
	Message  string // what is wrong, then what would be right; lower case, no full stop
	Label    string // stands at the caret; empty if Message says it all
	Related  []Related
	Fixes    []Fix
}

// Related is a second place that explains a Diagnostic.
type Related struct {
	File    *File
	At      Span
	Message string
}

// A Fix mends a Diagnostic by edits of bytes, so that comments live.
type Fix struct {
	Title string
	Safe  bool // the mended document matches exactly the same events
	Edits []Edit
}

// An Edit replaces the bytes of At by Text.
type Edit struct {
	At   Span
	Text string
}

// String is the one-line form: path:line:column: severity: message [code].
func (d *Diagnostic) String() string {
	return fmt.Sprintf("%s: %s: %s [%s]", d.place(), d.Severity, display.Line(d.Message), d.Code)
}

func (d *Diagnostic) place() string { return placeOf(d.File, d.At.Start) }

func placeOf(f *File, offset int) string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf("%s:%s", display.Line(f.Name), f.Position(offset))
}

// Render is the form for people: the one-line form, the source line, and a
// caret below the place.
//
//	rule.yml:14:27: error: condition names "selction" [condition/undefined-search]
//	  14 |   condition: selection or selction
//	     |                           ^~~~~~~~ did you mean "selection"?
func (d *Diagnostic) Render() string {
	var b strings.Builder
	b.WriteString(d.String())
	b.WriteByte('\n')
	if d.File != nil {
		excerpt(&b, d.File, d.At, d.Label)
	}
	for _, r := range d.Related {
		fmt.Fprintf(&b, "%s: note: %s\n", placeOf(r.File, r.At.Start), display.Line(r.Message))
	}
	for _, fix := range d.Fixes {
		kind := "fix"
		if !fix.Safe {
			kind = "unsafe fix"
		}
		fmt.Fprintf(&b, "     = %s: %s\n", kind, display.Line(fix.Title))
	}
	return b.String()
}

// widest is how much of a source line an excerpt shows on each side of the
// place: a rule may have a line of a megabyte.
const widest = 120

func excerpt(b *strings.Builder, f *File, at Span, label string) {
	pos := f.Position(at.Start)
	line := []rune(f.Line(pos.Line))
	col := min(pos.Column-1, len(line))
	length := max(1, utf8.RuneCount(f.Src[at.Start:min(at.End, len(f.Src))]))
	length = max(1, min(length, len(line)-col))

	first, last := max(0, col-widest), min(len(line), col+widest)
	length = max(1, min(length, last-col))
	shown := string(line[first:last])
	if first > 0 {
		shown = "…" + string(line[first+1:last])
	}
	if last < len(line) {
		shown += "…"
	}
	number := fmt.Sprintf("%4d", pos.Line)
	fmt.Fprintf(b, "%s | %s\n", number, strings.TrimRight(display.Log(shown), " "))
	pad := padding(line[first:col])
	fmt.Fprintf(b, "%s | %s^%s", strings.Repeat(" ", len(number)), pad, strings.Repeat("~", length-1))
	if label != "" {
		b.WriteString(" " + display.Line(label))
	}
	b.WriteByte('\n')
}

// padding keeps tabs, so that the caret stands below its rune in any terminal.
func padding(before []rune) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(before))
}

// Reports gathers diagnostics: MaxReports of each file, what follows is counted
// only. Its zero value is empty.
type Reports struct {
	kept []*Diagnostic
	said map[*File]int
}

// Add keeps a diagnostic, or counts it if its file has enough. It gives it back
// for a label, notes and fixes.
func (r *Reports) Add(d *Diagnostic) *Diagnostic {
	if r.said == nil {
		r.said = map[*File]int{}
	}
	d.Message = shorten(d.Message)
	if r.said[d.File]++; r.said[d.File] <= MaxReports {
		r.kept = append(r.kept, d)
	}
	return d
}

// Take adds all that others was given, as if r had been given it.
func (r *Reports) Take(others *Reports) {
	counted := maps.Clone(others.said) // those that others did not keep
	for _, d := range others.kept {
		counted[d.File]--
		r.Add(d)
	}
	for f, n := range counted {
		if n > 0 {
			r.said[f] += n
		}
	}
}

// Full tells whether more of a file would be counted only, so that there is no
// use in working out what to say.
func (r *Reports) Full(f *File) bool { return r.said[f] >= MaxReports }

// Sorted gives what was kept, in order, with a line for each file of which that
// is not all.
func (r *Reports) Sorted() []*Diagnostic {
	for f, n := range r.said {
		if n > MaxReports {
			r.kept = append(r.kept, unsaid(f, n-MaxReports))
		}
	}
	return SortDiagnostics(r.kept)
}

// unsaid tells of diagnostics that were counted only.
func unsaid(f *File, n int) *Diagnostic {
	d := &Diagnostic{Code: "limit", Severity: Info, File: f, Message: fmt.Sprintf("%d more diagnostics are not shown", n)}
	if f != nil {
		d.At = Span{len(f.Src), len(f.Src)}
	}
	return d
}

// SortDiagnostics orders by file, place, severity and code, and drops exact
// repeats.
func SortDiagnostics(diags []*Diagnostic) []*Diagnostic {
	slices.SortStableFunc(diags, compareDiagnostics)
	return slices.CompactFunc(diags, func(a, b *Diagnostic) bool {
		return compareDiagnostics(a, b) == 0 && a.Message == b.Message
	})
}

func compareDiagnostics(a, b *Diagnostic) int {
	return cmp.Or(
		strings.Compare(a.fileName(), b.fileName()),
		cmp.Compare(a.At.Start, b.At.Start),
		cmp.Compare(a.At.End, b.At.End),
		cmp.Compare(a.Severity, b.Severity),
		strings.Compare(a.Code, b.Code),
	)
}

func (d *Diagnostic) fileName() string {
	if d.File == nil {
		return ""
	}
	return d.File.Name
}

// HasErrors tells whether any of diags is an Error.
func HasErrors(diags []*Diagnostic) bool {
	return slices.ContainsFunc(diags, func(d *Diagnostic) bool { return d.Severity == Error })
}

// Apply makes the edits of the fixes. Of fixes that overlap only the first is
// made; applied tells how many were.
func Apply(src []byte, fixes []Fix) (out []byte, applied int) {
	var edits []Edit
	for _, fix := range fixes {
		if !slices.ContainsFunc(fix.Edits, func(e Edit) bool { return overlaps(edits, e) }) {
			edits = append(edits, fix.Edits...)
			applied++
		}
	}
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Compare(a.At.Start, b.At.Start) })

	end := 0
	for _, e := range edits {
		out = append(out, src[end:e.At.Start]...)
		out = append(out, e.Text...)
		end = e.At.End
	}
	return append(out, src[end:]...), applied
}

func overlaps(edits []Edit, e Edit) bool {
	return slices.ContainsFunc(edits, func(x Edit) bool {
		return x.At.Start < e.At.End && e.At.Start < x.At.End || x.At == e.At
	})
}
