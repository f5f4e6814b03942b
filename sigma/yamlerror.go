package sigma

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

// reportYAML says where a chunk breaks YAML's rules, and why. The library
// gives a problem and a line that is often wrong: the place is found again by
// looking for the shortest text that has the problem.
func (p *parser) reportYAML(chunk Span, err error) {
	text := p.file.Src[chunk.Start:chunk.End]
	b := &brokenYAML{parser: p, base: chunk.Start, text: string(text), problem: problemText(err)}
	b.findLine()
	for _, row := range yamlProblems {
		if strings.Contains(b.problem, row.problem) && row.explain(b) {
			return
		}
	}
	b.report(b.lineSpan(), "yaml/syntax", "the YAML can't be read here: "+b.problem)
}

// yamlProblems says for the library's problems what may lie behind them. The
// first row that explains the text wins.
var yamlProblems = []struct {
	problem string
	explain func(*brokenYAML) bool
}{
	{"max depth", (*brokenYAML).explainDepth},
	{"", (*brokenYAML).explainBytes},
	{"", (*brokenYAML).explainTab},
	{"did not find expected", (*brokenYAML).explainQuote},
	{"mapping values are not allowed", (*brokenYAML).explainQuote},
	{"could not find expected ':'", (*brokenYAML).explainQuote},
	{"unexpected end of stream", (*brokenYAML).explainQuote},
	{"cannot start any token", (*brokenYAML).explainIndicator},
	{"unknown anchor", (*brokenYAML).explainIndicator},
	{"alphabetic or numeric", (*brokenYAML).explainIndicator},
	{"tag", (*brokenYAML).explainIndicator},
	{"escape", (*brokenYAML).explainEscape},
	{"hexdecimal", (*brokenYAML).explainEscape},
	{"expected ',' or", (*brokenYAML).explainBracket},
	{"", (*brokenYAML).explainClosing},
	{"mapping values are not allowed", (*brokenYAML).explainColon},
	{"could not find expected ':'", (*brokenYAML).explainNoColon},
	{"block sequence entries", (*brokenYAML).explainInlineList},
	{"did not find expected '-' indicator", (*brokenYAML).explainList},
	{"did not find expected key", (*brokenYAML).explainNoDash},
	{"did not find expected key", (*brokenYAML).explainIndent},
	{"comment or line break", (*brokenYAML).explainBlockHeader},
}

// brokenYAML is a chunk that the library refuses.
type brokenYAML struct {
	*parser
	base    int    // where the chunk begins in its file
	text    string // the chunk
	problem string

	lines []string // of the chunk, with their breaks
	start []int    // their offsets
	line  int      // the line at which the problem is seen
}

// findLine looks for the fewest lines that have the problem.
func (b *brokenYAML) findLine() {
	b.lines = strings.SplitAfter(b.text, "\n")
	offset := 0
	for _, line := range b.lines {
		b.start = append(b.start, offset)
		offset += len(line)
	}
	b.line = sort.Search(len(b.lines)-1, func(i int) bool {
		return yamlProblem([]byte(b.text[:b.start[i]+len(b.lines[i])])) == b.problem
	})
	for b.line > 0 && strings.TrimSpace(b.lines[b.line]) == "" {
		b.line-- // the end shows what an earlier line lacks
	}
}

func (b *brokenYAML) report(at Span, code, message string) *Diagnostic {
	return b.parser.report(Error, code, Span{b.base + at.Start, b.base + at.End}, message)
}

// edit replaces a span of the chunk.
func (b *brokenYAML) edit(at Span, text string) Edit {
	return Edit{Span{b.base + at.Start, b.base + at.End}, text}
}

// lineSpan is what stands on the problem's line.
func (b *brokenYAML) lineSpan() Span { return b.contentOf(b.line) }

func (b *brokenYAML) contentOf(i int) Span {
	line := b.lines[i]
	start := b.start[i] + len(line) - len(strings.TrimLeft(line, " \t"))
	return Span{start, max(start, b.start[i]+len(strings.TrimRight(line, " \t\r\n")))}
}

func (b *brokenYAML) in(at Span) string { return b.text[at.Start:at.End] }

// explainDepth says of the library's own limit what ours would say.
func (b *brokenYAML) explainDepth() bool {
	b.report(Span{}, "yaml/limit", fmt.Sprintf("lists and maps stand within each other deeper than %d", MaxDepth))
	return true
}

// explainBytes finds bytes that no YAML file may hold.
func (b *brokenYAML) explainBytes() bool {
	if !strings.Contains(b.problem, "control characters") && !strings.Contains(b.problem, "UTF-8") {
		return false
	}
	for i, r := range b.text {
		_, size := utf8.DecodeRuneInString(b.text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.report(Span{i, i + 1}, "yaml/encoding", fmt.Sprintf("byte 0x%02X is not UTF-8; the file must be saved in UTF-8", b.text[i]))
			return true
		case isControl(r):
			b.report(Span{i, i + size}, "yaml/encoding",
				fmt.Sprintf(`control character U+%04X can't stand in YAML; in double quotes it is written "\x%02x"`, r, r))
			return true
		}
	}
	return false
}

// isControl knows the characters that YAML 1.2.2, 5.1 leaves out.
func isControl(r rune) bool {
	if r == '\t' || r == '\n' || r == '\r' || r == 0x85 {
		return false
	}
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff
}

var indentation = regexp.MustCompile(`^ *\t[ \t]*`)

func (b *brokenYAML) explainTab() bool {
	tabs := indentation.FindString(b.lines[b.line])
	if tabs == "" {
		return false
	}
	at := Span{b.start[b.line], b.start[b.line] + len(tabs)}
	first := at.Start + strings.IndexByte(tabs, '\t')
	b.report(Span{first, first + 1}, "yaml/tab", "a tab indents the line; YAML indents with blanks").
		fix("write blanks", false, b.edit(at, strings.ReplaceAll(tabs, "\t", strings.Repeat(" ", step))))
	return true
}

// explainQuote finds a quote that is closed too late or too early.
func (b *brokenYAML) explainQuote() bool {
	for _, q := range scanQuotes(b.text) {
		quote := b.text[q.open : q.open+1]
		openLine, closeLine := b.lineOf(q.open), b.lineOf(q.close)
		lineEnd := b.contentOf(openLine).End
		switch {
		case q.close < 0:
			b.report(Span{q.open, lineEnd}, "yaml/quote", fmt.Sprintf("the quote %s is never closed", quote)).
				fix("close it at the end of the line", false, b.edit(Span{lineEnd, lineEnd}, quote))
			return true
		case !q.trailing || closeLine != b.line && openLine != b.line:
		case closeLine > openLine:
			b.report(Span{q.open, lineEnd}, "yaml/quote", fmt.Sprintf("the quote %s is closed only in line %d, and text follows there", quote, b.file.Position(b.base+q.close).Line)).
				fix("close it at the end of the line", false, b.edit(Span{lineEnd, lineEnd}, quote))
			return true
		default:
			b.textBehindQuote(q, quote, lineEnd)
			return true
		}
	}
	return false
}

// textBehindQuote reports 'it's', in which the second quote ends the text.
func (b *brokenYAML) textBehindQuote(q quoted, quote string, lineEnd int) {
	d := b.report(Span{q.close, q.close + 1}, "yaml/quote", fmt.Sprintf("the quote %s closes the text, and more follows", quote))
	inner := b.text[q.open+1 : lineEnd]
	if !strings.HasSuffix(inner, quote) {
		d.label("all of the text must stand between the quotes")
		return
	}
	inner = strings.TrimSuffix(inner, quote)
	if quote == "'" {
		d.label("inside single quotes, ' is written ''").
			fix("double it", false, b.edit(Span{q.open + 1, lineEnd - 1}, strings.ReplaceAll(strings.ReplaceAll(inner, "''", "'"), "'", "''")))
		return
	}
	d.label(`inside double quotes, " is written \"`).
		fix("write it in single quotes", false, b.edit(Span{q.open, lineEnd}, singleQuote(strings.ReplaceAll(inner, `\"`, `"`))))
}

func (b *brokenYAML) lineOf(offset int) int {
	return sort.Search(len(b.start), func(i int) bool { return b.start[i] > offset }) - 1
}

// value is the value that begins on the problem's line: behind "- " and
// "key: ", up to a comment.
func (b *brokenYAML) value() Span { return b.valueOf(b.line) }

func (b *brokenYAML) valueOf(line int) Span {
	at := b.contentOf(line)
	at.Start += valueStart(b.in(at))
	if i := strings.Index(b.in(at), " #"); i >= 0 {
		at.End = at.Start + len(strings.TrimRight(b.in(at)[:i], " \t"))
	}
	return at
}

// valueStart skips what may stand before a value on a line.
func valueStart(line string) int {
	p := 0
	for strings.HasPrefix(line[p:], "- ") {
		p += len(line[p:]) - len(strings.TrimLeft(line[p+1:], " "))
	}
	rest := line[p:]
	key := 0
	if rest != "" && (rest[0] == '\'' || rest[0] == '"') {
		if i := strings.IndexByte(rest[1:], rest[0]); i >= 0 {
			key = i + 2
		}
	}
	if i := strings.Index(rest[key:], ": "); i >= 0 && (key == 0 || strings.TrimSpace(rest[key:key+i]) == "") {
		p += key + i + 1
		p += len(line[p:]) - len(strings.TrimLeft(line[p:], " \t"))
	}
	return p
}

// explainIndicator finds text that begins with a character that means
// something in YAML: *\cmd.exe, %temp%, @foo.
func (b *brokenYAML) explainIndicator() bool {
	at := b.value()
	if name, ok := strings.CutPrefix(b.problem, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "'")
		at = b.alias(name, at)
	}
	if at.Len() == 0 || strings.IndexByte("*&!%@`", b.text[at.Start]) < 0 {
		return false
	}
	first := b.text[at.Start : at.Start+1]
	b.report(at, "yaml/quote", fmt.Sprintf("text that begins with %q needs quotes", first)).
		label(indicatorMeans[first]).
		fix("quote it", true, b.edit(at, singleQuote(b.in(at))))
	return true
}

var indicatorMeans = map[string]string{
	"*": "here it is an alias of YAML",
	"&": "here it is an anchor of YAML",
	"!": "here it is a tag of YAML",
	"%": "YAML keeps it for directives",
	"@": "YAML keeps it for later",
	"`": "YAML keeps it for later",
}

// alias finds the use of an anchor, which may stand in a list on one line.
func (b *brokenYAML) alias(name string, value Span) Span {
	i := strings.Index(b.text[b.start[b.line]:], "*"+name)
	if i < 0 {
		return value
	}
	i += b.start[b.line]
	if i == value.Start {
		return value
	}
	return Span{i, i + 1 + len(name)}
}

// explainEscape finds the backslash that double quotes do not take.
func (b *brokenYAML) explainEscape() bool {
	for _, q := range scanQuotes(b.text) {
		if b.text[q.open] != '"' {
			continue
		}
		end := q.close
		if end < 0 {
			end = len(b.text)
		}
		for i := q.open + 1; i < end; i++ {
			if b.text[i] != '\\' {
				continue
			}
			if length := badEscape(b.text[i:end]); length > 0 {
				at := Span{i, i + length}
				d := b.report(at, "yaml/escape", fmt.Sprintf(`%s is no escape of double quotes; in single quotes \ is itself`, b.in(at)))
				if inner := b.text[q.open+1 : end]; q.close >= 0 && !strings.Contains(inner, "\n") {
					d.fix("write it in single quotes", false, b.edit(Span{q.open, q.close + 1}, singleQuote(strings.ReplaceAll(inner, `\"`, `"`))))
				}
				return true
			}
			i++
		}
	}
	return false
}

var goodEscape = regexp.MustCompile(`^\\(?:[0abt\tnvfre "/\\N_LP\r\n]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`)

// badEscape is the length of what stands at a backslash, or 0 if it is an
// escape.
func badEscape(s string) int {
	if goodEscape.MatchString(s) {
		return 0
	}
	_, size := utf8.DecodeRuneInString(s[1:])
	return 1 + size
}

var closings = map[byte]byte{'[': ']', '{': '}'}

// explainBracket finds the bracket that lacks its partner.
func (b *brokenYAML) explainBracket() bool {
	open := byte('[')
	if strings.Contains(b.problem, "'}'") {
		open = '{'
	}
	var stack []int
	skip := scanQuotes(b.text)
	for i := 0; i < len(b.text) && i < b.start[b.line]+len(b.lines[b.line]); i++ {
		if len(skip) > 0 && i == skip[0].open {
			if skip[0].close > i {
				i = skip[0].close
			}
			skip = skip[1:]
			continue
		}
		switch b.text[i] {
		case '[', '{':
			stack = append(stack, i)
		case ']', '}':
			if len(stack) == 0 {
				continue
			}
			if at := stack[len(stack)-1]; closings[b.text[at]] != b.text[i] {
				b.report(Span{at, at + 1}, "yaml/bracket", fmt.Sprintf("%q is closed by %q; %q must close it first", b.text[at:at+1], b.text[i:i+1], string(closings[b.text[at]]))).
					see(Span{b.base + i, b.base + i + 1}, "it is closed here")
				return true
			}
			stack = stack[:len(stack)-1]
		}
	}
	for i := len(stack) - 1; i >= 0; i-- {
		if at := stack[i]; b.text[at] == open {
			b.report(Span{at, at + 1}, "yaml/bracket", fmt.Sprintf("%q is never closed, or a comma is missing behind it", string(open))).
				label("text that holds brackets needs quotes")
			return true
		}
	}
	return false
}

// explainClosing finds a bracket too many.
func (b *brokenYAML) explainClosing() bool {
	at := b.value()
	if at.Len() == 0 {
		return false
	}
	text := b.in(at)
	opens, closes := strings.Count(text, "[")+strings.Count(text, "{"), strings.Count(text, "]")+strings.Count(text, "}")
	first := strings.IndexByte("[]{}", text[0]) >= 0
	last := strings.IndexByte("]}", text[len(text)-1]) >= 0
	if !first || !last || closes <= opens {
		return false
	}
	b.report(Span{at.End - 1, at.End}, "yaml/bracket", fmt.Sprintf("%q closes nothing", text[len(text)-1:]))
	return true
}

// explainColon finds a ": " in text without quotes, or a map below a value.
func (b *brokenYAML) explainColon() bool {
	at := b.value()
	text := b.in(at)
	if i := strings.Index(text, ": "); i > 0 || strings.HasSuffix(text, ":") && at.Start > b.lineSpan().Start {
		if i <= 0 {
			i = len(text) - 1
		}
		b.report(Span{at.Start + i, at.Start + i + 1}, "yaml/quote", `":" stands in text without quotes; the text needs quotes`).
			fix("quote it", true, b.edit(at, singleQuote(text)))
		return true
	}
	above := b.above()
	if above < 0 {
		return false
	}
	content := b.contentOf(above)
	if !strings.Contains(b.in(content), ": ") && !strings.HasSuffix(b.in(content), ":") {
		return b.noColon(above)
	}
	if width(b.lines[b.line]) > width(b.lines[above]) {
		b.report(b.lineSpan(), "yaml/indent", fmt.Sprintf("the line is indented below line %d, which has a value of its own", b.number(above))).
			label("keys of one map stand in one column")
		return true
	}
	return false
}

// above is the last line with content before the problem's.
func (b *brokenYAML) above() int {
	for i := b.line - 1; i >= 0; i-- {
		if text := b.in(b.contentOf(i)); text != "" && text[0] != '#' {
			return i
		}
	}
	return -1
}

// number is the line as the author counts it.
func (b *brokenYAML) number(line int) int { return b.file.Position(b.base + b.start[line]).Line }

func width(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func (b *brokenYAML) explainNoColon() bool {
	for i := b.line; i >= 0 && i >= b.line-2; i-- {
		text := b.in(b.contentOf(i))
		if text != "" && text[0] != '#' && !strings.Contains(text, ": ") && !strings.HasSuffix(text, ":") && b.noColon(i) {
			return true
		}
	}
	return false
}

// noColon reports a line that should be a key.
func (b *brokenYAML) noColon(line int) bool {
	at := b.contentOf(line)
	text := b.in(at)
	if text == "" || text[0] == '%' {
		return false
	}
	if i := strings.IndexByte(text, ':'); i > 0 {
		p := at.Start + i
		b.report(Span{p, p + 1}, "yaml/colon", `":" needs a blank behind it to end a key`).
			fix("add a blank", false, b.edit(Span{p + 1, p + 1}, " "))
		return true
	}
	b.report(at, "yaml/colon", `the line has no ":"; a key needs one behind it`)
	return true
}

func (b *brokenYAML) explainInlineList() bool {
	at := b.value()
	if at.Len() == 0 {
		return false
	}
	b.report(Span{at.Start, at.Start + 1}, "yaml/list", "a list must begin on a line of its own below its key")
	return true
}

func (b *brokenYAML) explainList() bool {
	above := b.above()
	if above < 0 {
		return false
	}
	b.report(b.lineSpan(), "yaml/indent",
		fmt.Sprintf(`the line stands where the list of line %d goes on; it must begin with "- ", or stand in another column`, b.number(b.listAbove())))
	return true
}

// listAbove finds the list item that stands in the column of the line.
func (b *brokenYAML) listAbove() int {
	for i := b.line - 1; i >= 0; i-- {
		if width(b.lines[i]) == width(b.lines[b.line]) && strings.HasPrefix(b.in(b.contentOf(i)), "-") {
			return i
		}
	}
	return b.above()
}

// explainNoDash finds entries of a list where none can be: in quotes below
// each other without their dashes, or below a value.
func (b *brokenYAML) explainNoDash() bool {
	above := b.above()
	if above < 0 {
		return false
	}
	at, before := b.lineSpan(), b.contentOf(above)
	switch {
	case strings.HasPrefix(b.in(at), "- ") && !strings.HasPrefix(b.in(before), "- ") && valueStart(b.in(before)) > 0:
		b.report(b.valueOf(above), "yaml/list", fmt.Sprintf("a list begins in line %d, and its key has this value already; the value must be an entry too", b.number(b.line)))
		return true
	case isQuote(b.in(at)) && isQuote(b.in(before)) && width(b.lines[b.line]) == width(b.lines[above]):
		d := b.report(before, "yaml/list", `one text stands below another; entries of a list begin with "- "`)
		var edits []Edit
		for i := above; i < len(b.lines) && isQuote(b.in(b.contentOf(i))) && width(b.lines[i]) == width(b.lines[above]); i++ {
			start := b.contentOf(i).Start
			edits = append(edits, b.edit(Span{start, start}, "- "))
		}
		d.fix("make a list of them", false, edits...)
		return true
	}
	return false
}

func isQuote(s string) bool { return s != "" && (s[0] == '\'' || s[0] == '"') }

// explainIndent finds a line in a column where nothing stands.
func (b *brokenYAML) explainIndent() bool {
	at, column := b.lineSpan(), width(b.lines[b.line])
	var columns []string
	lowest := 1 << 30
	for i := b.line - 1; i >= 0; i-- {
		w := width(b.lines[i])
		if text := b.in(b.contentOf(i)); text == "" || text[0] == '#' || w >= lowest {
			continue
		}
		lowest = w
		columns = append(columns, fmt.Sprint(w))
		if w == column {
			return false
		}
	}
	if len(columns) == 0 {
		return false
	}
	b.report(at, "yaml/indent", fmt.Sprintf("the line is indented by %d; the maps above it stand at %s", column, strings.Join(columns[:min(3, len(columns))], ", ")))
	return true
}

func (b *brokenYAML) explainBlockHeader() bool {
	at := b.value()
	if at.Len() == 0 || strings.IndexByte("|>", b.text[at.Start]) < 0 {
		return false
	}
	b.report(at, "yaml/quote", fmt.Sprintf("text that begins with %q needs quotes, or must begin on the next line", b.text[at.Start:at.Start+1])).
		fix("quote it", true, b.edit(at, singleQuote(b.in(at))))
	return true
}
