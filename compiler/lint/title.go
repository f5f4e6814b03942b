package lint

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// titleChecks look at the title.
var titleChecks = []*Check{
	titleFirst, titleLong, titleStop, titleSpaces, titleDetects, titleCase, titleDuplicate,
}

var titleFirst = &Check{
	Code:     "title/first",
	Severity: sigma.Hint,
	Title:    "title is not the first key",
	Why:      "Readers and tools that show the head of a file look for it there.",
	Before:   "title: Example of a Rule\n---\nstatus: test\ntitle: Example of Another Rule\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	After:    "title: Example of a Rule\n---\ntitle: Example of Another Rule\nstatus: test\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		if first := p.file.Src[p.Doc.Span().Start:]; p.Head().Broken || bytes.HasPrefix(first, []byte("title:")) {
			return
		}
		m, e := p.Data(), p.entry("title")
		if e == nil || m.Entries[0].Key.Value == "title" {
			return
		}
		f := p.report(e.Key.At, "the title stands behind %q; it must be the first key", m.Entries[0].Key.Value)
		lines, ok := keyLines(p.File(), e.Span())
		first := m.Entries[0].Key.At.Start
		if ok && first == lineStart(p.File().Src, first) && strings.HasSuffix(p.File().Text(lines), "\n") {
			f.safe("move it to the front", append(insert(first, p.File().Text(lines)), remove(lines)...)...)
		}
	},
}

var titleLong = &Check{
	Code:     "title/long",
	Severity: sigma.Hint,
	Title:    "title is longer than 120 characters",
	Why:      "A title is shown in lists of alerts, which cut it off. The specification allows 256 characters.",
	Before:   "title: A Process Was Started by Another Process That Was Itself Started by a Service Which Somebody Installed From a Share on a Remote Host",
	After:    "title: Process Started by Service From Remote Share",
	Since:    "0.1",
	Run: func(p *Pass) {
		if n := utf8.RuneCountInString(p.Head().Title.Value); n > 120 {
			p.report(p.Head().Title.At, "the title has %d characters; it must fit in a list of alerts, in 120 at most", n)
		}
	},
}

// retitle reports the title and offers another. The fix is safe unless a
// correlation or filter names the document by its title.
func retitle(p *Pass, better, format string, args ...any) {
	t := p.Head().Title
	f := p.report(t.At, format, args...)
	f.fix("write "+better, !p.referredTo(t.Value), rewrite(p.File(), t, better))
}

var titleStop = &Check{
	Code:     "title/full-stop",
	Severity: sigma.Hint,
	Title:    "title ends in a full stop",
	Why:      "A title is a heading; in sentences of an alert the stop stands in the middle.",
	Before:   "title: Suspicious Process Started.",
	After:    "title: Suspicious Process Started",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		t := p.Head().Title.Value
		if better := strings.TrimRight(t, ". "); strings.HasSuffix(t, ".") && !strings.HasSuffix(t, "..") && better != "" {
			retitle(p, better, "the title ends in a full stop; a heading has none")
		}
	},
}

var titleSpaces = &Check{
	Code:     "title/spaces",
	Severity: sigma.Hint,
	Title:    "title has needless spaces",
	Why:      "Two titles that look alike are not the same to tools that compare them.",
	Before:   "title: 'Suspicious  Process Started '",
	After:    "title: 'Suspicious Process Started'",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		t := p.Head().Title.Value
		if better := strings.Join(strings.Fields(t), " "); better != t && better != "" {
			retitle(p, better, "the title has spaces at an end, or two in a row")
		}
	},
}

var detects = lazyre.New(`^(?i:detects?|detecting|detection of|alerts? on)[ ]+`)

var titleDetects = &Check{
	Code:     "title/detects",
	Severity: sigma.Hint,
	Title:    "title says that the rule detects something",
	Why:      "All rules do. What is found must come first in a list.",
	Before:   "title: Detects Suspicious Process",
	After:    "title: Suspicious Process",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		t := p.Head().Title.Value
		at := detects.Get().FindString(t)
		if rest := t[len(at):]; at != "" && rest != "" {
			r, size := utf8.DecodeRuneInString(rest)
			retitle(p, string(unicode.ToUpper(r))+rest[size:], "the title begins with %q; it must begin with what is found", strings.TrimSpace(at))
		}
	},
}

// smallWords stay in lower case within a title.
var smallWords = lazyre.New(`^(?:a|an|and|any|are|as|at|be|but|by|for|from|if|in|inside|into|is|it|its|not|of|off|on|onto|or|other|out|over|own|per|than|that|the|then|this|to|under|up|upon|using|via|was|when|where|while|who|with|within|without|vs|after|before|between|during|against|through|like|your|been|their)$`)

// properWord is a word of lower-case letters alone: names of programs, files
// and options, which have their own spelling, have other characters too.
var properWord = lazyre.New(`^[a-z]{4,}$`)

var titleCase = &Check{
	Code:     "title/case",
	Severity: sigma.Hint,
	Title:    "words of the title are in lower case",
	Why:      "SigmaHQ writes titles like those of books. A list in two styles is harder to read.",
	Before:   "title: Suspicious process started by service",
	After:    "title: Suspicious Process Started by Service",
	Fix:      SafeFix,
	Optional: true,
	Since:    "0.1",
	Run: func(p *Pass) {
		words := strings.Split(p.Head().Title.Value, " ")
		var small []string
		for i, w := range words {
			if !properWord.Get().MatchString(w) || smallWords.Get().MatchString(w) {
				continue
			}
			small = append(small, w)
			r, size := utf8.DecodeRuneInString(w)
			words[i] = string(unicode.ToUpper(r)) + w[size:]
		}
		// One word may be the name of a program; two or more are a habit.
		if len(small) >= 2 || len(small) == 1 && len(words) > 0 && properWord.Get().MatchString(strings.Split(p.Head().Title.Value, " ")[0]) {
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

var titleDuplicate = &Check{
	Code:     "title/duplicate",
	Severity: sigma.Warning,
	Title:    "two documents have the same title",
	Why:      "Their alerts can't be told apart, and products that name rules by their title keep only one.",
	Before:   started("") + "\n---\ntitle: Process Started\nlevel: low\n" + anotherLog,
	After:    started("") + "\n---\ntitle: Another Process Started\nlevel: low\n" + anotherLog,
	Since:    "0.1",
	Run: func(p *Pass) {
		t := p.Head().Title
		if t.Value == "" || isOld(p.Doc) {
			return
		}
		// Of a copy rule/duplicate speaks, or collection/duplicate-id.
		if first := p.together().titles[strings.ToLower(t.Value)]; first != p.Doc && !p.copies(first) && !sameID(first, p.Doc) {
			p.report(t.At, "another document has the title %q", t.Value).see(first.Info().File, first.Info().Title.At, "the first stands here")
		}
	},
}
