package pack

import (
	"regexp"
	"strings"
)

// markup is what Markdown would read in the text of authors.
var markup = strings.NewReplacer(`\`, `\\`, "|", `\|`, "&", "&amp;", "<", "&lt;", "*", `\*`, "_", `\_`, "~", `\~`, "`", "\\`", "[", `\[`)

// Forges call the person whom an @ names, and leave word in the issue that a #
// names. An invisible space keeps them from it.
var (
	person = regexp.MustCompile(`(^|[^0-9A-Za-z])@([0-9A-Za-z])`)
	issue  = regexp.MustCompile(`#([0-9])`)
)

// MarkdownText keeps a line that authors wrote a line of text, wherever forges
// show it: in tables, summaries and comments.
func MarkdownText(line string) string {
	line = issue.ReplaceAllString(markup.Replace(line), "#&#8203;$1")
	return person.ReplaceAllString(line, "$1@&#8203;$2")
}
