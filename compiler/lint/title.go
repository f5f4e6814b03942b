package lint

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigproof/sigproof/sigma"
)

// smallWords stay in lower case within a title.
var smallWords = regexp.MustCompile(`^(?:a|an|and|any|are|as|at|be|but|by|for|from|if|in|inside|into|is|it|its|not|of|off|on|onto|or|other|out|over|own|per|than|that|the|then|this|to|under|up|upon|using|via|was|when|where|while|who|with|within|without|vs|after|before|between|during|against|through|like|your|been|their)$`)

// properWord is a word of lower-case letters alone: names of programs, files
// and options, which have their own spelling, have other characters too.
var properWord = regexp.MustCompile(`^[a-z]{4,}$`)

var titleCase = &Check{
	Code:     "title/case",
	Severity: sigma.Hint,
	Title:    "words of the title are in lower case",
	Why:      "SigmaHQ writes titles like those of books. A list in two styles is harder to read.",
	Before:   "title: Suspicious process started by service",
	After:    "title: Suspicious Process Started by Service",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		words := strings.Split(p.Head().Title.Value, " ")
		var small []string
		for i, w := range words {
			if !properWord.MatchString(w) || smallWords.MatchString(w) {
				continue
			}
			small = append(small, w)
			r, size := utf8.DecodeRuneInString(w)
			words[i] = string(unicode.ToUpper(r)) + w[size:]
		}
		// One word may be the name of a program; two or more are a habit.
		if len(small) >= 2 || len(small) == 1 && len(words) > 0 && properWord.MatchString(strings.Split(p.Head().Title.Value, " ")[0]) {
			retitle(p, strings.Join(words, " "), "%s in lower case; a title capitalises its words", isAre(small))
		}
	},
}

func isAre(words []string) string {
	if len(words) == 1 {
		return `"` + words[0] + `" is`
	}
	return strings.Replace(sigma.Choices(words), " or ", " and ", 1) + " are"
}
