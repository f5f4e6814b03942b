// Package display makes text that others wrote fit to be shown to people: in a
// terminal, in the log of a build server, in Markdown. Names of files, titles of
// rules and values of events may be made to drive the terminal, to forge lines,
// or to give the server a command.
package display

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Text shows characters that drive a terminal, and those that turn the
// direction of writing, as U+FFFD. Tabs and line breaks stay.
func Text(s string) string {
	if !strings.ContainsFunc(s, drives) {
		return s
	}
	lines := strings.Split(s, "\r\n")
	for i, line := range lines {
		lines[i] = strings.Map(func(r rune) rune {
			if drives(r) {
				return utf8.RuneError
			}
			return r
		}, line)
	}
	return strings.Join(lines, "\r\n")
}

// Log is Text without what servers take for a command: GitHub's "::" at the
// beginning of a line, its "##[" and the "##vso[" of Azure Pipelines anywhere.
func Log(s string) string {
	s = commands.Replace(Text(s))
	if !strings.Contains(s, "::") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if begin := len(line) - len(strings.TrimLeft(line, " \t\r")); strings.HasPrefix(line[begin:], "::") {
			lines[i] = line[:begin] + ":\uFFFD" + line[begin+2:]
		}
	}
	return strings.Join(lines, "\n")
}

var commands = strings.NewReplacer("##[", "#\uFFFD[", "##vso[", "#\uFFFDvso[")

// Line is Log in one line.
func Line(s string) string {
	return Log(breaks.Replace(s))
}

var breaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ", "\u0085", " ", "\u2028", " ", "\u2029", " ")

// Markdown is a line that Markdown shows as it is, wherever forges show it: in
// tables, summaries and comments.
func Markdown(s string) string {
	s = issue.ReplaceAllString(markup.Replace(Line(s)), "#&#8203;$1")
	return person.ReplaceAllString(s, "$1@&#8203;$2")
}

// markup is what Markdown would read in the text of authors.
var markup = strings.NewReplacer(`\`, `\\`, "|", `\|`, "&", "&amp;", "<", "&lt;", "*", `\*`, "_", `\_`, "~", `\~`, "`", "\\`", "[", `\[`)

// Forges call the person whom an @ names, and leave word in the issue that a #
// names. An invisible space keeps them from it.
var (
	person = regexp.MustCompile(`(^|[^0-9A-Za-z])@([0-9A-Za-z])`)
	issue  = regexp.MustCompile(`#([0-9])`)
)

// drives tells whether a character does something to a terminal or to the
// order in which the text around it is shown.
func drives(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return false
	case r < ' ', r >= 0x7F && r < 0xA0: // C0, DEL, C1
		return true
	case r == 0x061C, r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // marks, embeddings, overrides, isolates
		return true
	}
	return r == 0x2028 || r == 0x2029
}
