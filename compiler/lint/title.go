package lint

import (
	"unicode/utf8"

	"github.com/sigproof/sigproof/sigma"
)

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
