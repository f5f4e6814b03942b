package lint

import (
	"bytes"
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// This file makes edits of bytes. A function that meets a layout which it does
// not know gives no edits: a finding without a fix is better than a fix that
// breaks the document.

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func lineStart(src []byte, p int) int { return bytes.LastIndexByte(src[:p], '\n') + 1 }

// lineEnd is the offset behind the line break that follows p.
func lineEnd(src []byte, p int) int {
	if i := bytes.IndexByte(src[p:], '\n'); i >= 0 {
		return p + i + 1
	}
	return len(src)
}

// replace writes text in place of what stands at a span.
func replace(at sigma.Span, text string) []sigma.Edit { return []sigma.Edit{{At: at, Text: text}} }

// remove takes a span away.
func remove(at sigma.Span) []sigma.Edit { return replace(at, "") }

// insert puts text before the byte at p.
func insert(p int, text string) []sigma.Edit { return replace(sigma.Span{Start: p, End: p}, text) }

// quote writes text as a YAML scalar on one line. It keeps single quotes, the
// custom of Sigma, wherever they can hold the text.
func quote(s string) (string, bool) {
	if strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == 0xfeff || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029
	}) {
		return "", false
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'", true
}

// style tells how a scalar is written: its first byte if that is a quote or
// the indicator of a block, else 0 for plain.
func style(f *sigma.File, t sigma.Text) byte {
	if t.At.Len() > 0 && strings.IndexByte(`'"|>`, f.Src[t.At.Start]) >= 0 {
		return f.Src[t.At.Start]
	}
	return 0
}

// oneLine tells whether a scalar is the file's own, and stands on one line
// without an anchor or tag.
func oneLine(f *sigma.File, t sigma.Text) bool {
	if t.At.Len() == 0 || f.Align(t) == nil {
		return false
	}
	c := f.Src[t.At.Start]
	return c != '|' && c != '>' && c != '&' && c != '*' && c != '!' && !strings.ContainsAny(f.Text(t.At), "\r\n")
}

// rewrite replaces the text of a scalar. It keeps the style if that can hold
// the text, and quotes it otherwise.
func rewrite(f *sigma.File, t sigma.Text, text string) []sigma.Edit {
	if !oneLine(f, t) || text == t.Value {
		return nil
	}
	if style(f, t) == 0 && plain(text) {
		return replace(t.At, text)
	}
	if style(f, t) == '"' && !strings.ContainsAny(text, `"\`) {
		if _, ok := quote(text); ok {
			return replace(t.At, `"`+text+`"`)
		}
	}
	if quoted, ok := quote(text); ok {
		return replace(t.At, quoted)
	}
	return nil
}

// plain tells whether every YAML reader takes the text for itself without
// quotes, also within brackets. It is stricter than YAML is.
func plain(s string) bool {
	if s == "" || strings.TrimSpace(s) != s || strings.ContainsAny(s[:1], "-?:,[]{}#&*!|>'\"%@`=<~.+0123456789") {
		return false
	}
	if strings.ContainsAny(s, "[]{},\t\r\n") || strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") {
		return false
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return true
}

// entryLines are the whole lines of a list's entry that stands at a span: from
// its dash to its last line. Comments behind it go with it.
func entryLines(f *sigma.File, at sigma.Span) (sigma.Span, bool) {
	return wholeLines(f, at, func(before string) bool { return before == "-" })
}

// keyLines are the whole lines of a map's entry that stands at a span, key
// included, unless it stands behind a dash.
func keyLines(f *sigma.File, at sigma.Span) (sigma.Span, bool) {
	return wholeLines(f, at, func(before string) bool { return before == "" })
}

func wholeLines(f *sigma.File, at sigma.Span, fits func(before string) bool) (sigma.Span, bool) {
	if at.Len() == 0 {
		return at, false
	}
	start := at.Start // back over what may fit alone: a line may be a megabyte
	for start > 0 && (isBlank(f.Src[start-1]) || f.Src[start-1] == '-') {
		start--
	}
	if start > 0 && f.Src[start-1] != '\n' || !fits(strings.TrimSpace(string(f.Src[start:at.Start]))) {
		return sigma.Span{Start: start, End: at.End}, false
	}
	last := at.End
	if f.Src[last-1] == '\n' {
		last--
	}
	end := lineEnd(f.Src, last)
	behind := strings.TrimSpace(string(f.Src[last:end]))
	return sigma.Span{Start: start, End: end}, behind == "" || behind[0] == '#'
}

// flowEntry is an entry of a list in brackets with the comma that goes with
// it.
func flowEntry(f *sigma.File, at sigma.Span) (sigma.Span, bool) {
	start, end := at.Start, at.End
	for start > 0 && isBlank(f.Src[start-1]) {
		start--
	}
	for end < len(f.Src) && isBlank(f.Src[end]) {
		end++
	}
	switch {
	case start > 0 && f.Src[start-1] == ',':
		return sigma.Span{Start: start - 1, End: at.End}, true
	case start > 0 && f.Src[start-1] == '[' && end < len(f.Src) && f.Src[end] == ',':
		for end++; end < len(f.Src) && isBlank(f.Src[end]); end++ {
		}
		return sigma.Span{Start: at.Start, End: end}, true
	}
	return sigma.Span{}, false
}

// removeEntry takes an entry out of a list that keeps others.
func removeEntry(f *sigma.File, at sigma.Span) []sigma.Edit {
	if at.Len() == 0 {
		return nil
	}
	if lines, ok := entryLines(f, at); ok {
		return removeLines(f, lines, at.End)
	}
	if cut, ok := flowEntry(f, at); ok {
		return remove(cut)
	}
	return nil
}

// removeLines takes whole lines away, less their comments: what stands behind
// end on its line, and lines that are nothing else. A comment behind another
// line could be text; such lines stay as they are.
func removeLines(f *sigma.File, lines sigma.Span, end int) []sigma.Edit {
	var edits []sigma.Edit
	for start := lines.Start; start < lines.End; {
		next := lineEnd(f.Src, start)
		line := string(f.Src[start:next])
		text := strings.TrimLeft(line, " \t")
		switch {
		case strings.HasPrefix(text, "#"):
		case start <= end && end < next:
			if i := strings.IndexByte(string(f.Src[end:next]), '#'); i >= 0 {
				next = end + i
				edits = append(edits, replace(sigma.Span{Start: start, End: next}, line[:len(line)-len(text)])...)
			} else {
				edits = append(edits, remove(sigma.Span{Start: start, End: next})...)
			}
			return edits
		case strings.Contains(line, " #"):
			return nil
		default:
			edits = append(edits, remove(sigma.Span{Start: start, End: next})...)
		}
		start = next
	}
	return edits
}
