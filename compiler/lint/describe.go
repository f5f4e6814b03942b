package lint

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// describeChecks look at what the head says to people: description, author,
// status and level.
var describeChecks = []*Check{
	descriptionMissing, descriptionShort, descriptionLong, descriptionSame, descriptionLink,
	authorMissing, levelMissing, statusMissing, statusReplaced,
}

// absent makes a check for a key that a document should have.
func absent(key string, get func(*sigma.Head) sigma.Text, example, why string) *Check {
	return &Check{
		Code:     key + "/missing",
		Severity: sigma.Hint,
		Title:    "document has no " + key,
		Why:      why,
		Before:   started(""),
		After:    started(example),
		Since:    "0.1",
		Run: func(p *Pass) {
			if _, filter := p.Doc.(*sigma.Filter); filter && key == "level" {
				return
			}
			if at, ok := p.lacks(key, get(p.Head())); ok {
				p.reportLack(at, key)
			}
		},
	}
}

var (
	descriptionMissing = absent("description", func(h *sigma.Head) sigma.Text { return h.Description }, "description: A process was started.", "Whoever gets the alert at night must learn what it means.")
	authorMissing      = absent("author", func(h *sigma.Head) sigma.Text { return h.Author }, "author: A. Author", "Somebody must be asked when the rule fires wrongly.")
	levelMissing       = absent("level", func(h *sigma.Head) sigma.Text { return h.Level }, "level: low", "Products take a severity of their own choice.")
)

var descriptionShort = &Check{
	Code:     "description/short",
	Severity: sigma.Hint,
	Title:    "description has less than 16 characters",
	Why:      "It can't say what an alert means and what to do.",
	Before:   "description: Finds it",
	After:    "description: Finds a service that starts a shell.",
	Since:    "0.1",
	Run: func(p *Pass) {
		d := p.Head().Description
		if n := utf8.RuneCountInString(strings.TrimSpace(d.Value)); d.Value != "" && n < 16 {
			p.report(d.At, "the description has %d characters; it must say what an alert means", n)
		}
	},
}

// words gives what a title says, without case, marks and "Detects".
func words(s string) []string {
	s = strings.TrimSpace(s)
	s = strings.ToLower(s[len(detects.Get().FindString(s)):])
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

var descriptionSame = &Check{
	Code:     "description/same",
	Severity: sigma.Hint,
	Title:    "description only repeats the title",
	Why:      "It adds nothing to what the alert shows already.",
	Before:   "title: Suspicious Process Started\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\ndescription: Detects suspicious process started.\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	After:    "title: Suspicious Process Started\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\ndescription: A process was started by a service that never starts one.\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		if d := words(h.Description.Value); len(d) > 0 && slices.Equal(d, words(h.Title.Value)) {
			p.report(h.Description.At, "the description only repeats the title")
		}
	},
}

// link is one to a page: a host alone is more often part of a command.
var link = lazyre.New(`https?://[^\s<>"')\]/]+/[^\s<>"')\]]+`)

var descriptionLink = &Check{
	Code:     "description/link",
	Severity: sigma.Hint,
	Title:    "description has a link",
	Why:      "Products show references as links, and a description as plain text.",
	Before:   "description: Finds what https://example.com/report is about.",
	After:    "description: Finds what the report is about.\nreferences:\n  - https://example.com/report",
	Since:    "0.1",
	Run: func(p *Pass) {
		d := p.Head().Description
		if at := link.Get().FindStringIndex(d.Value); at != nil {
			p.report(p.within(d, at[0], at[1]), "the description has a link; it must stand in \"references\"")
		}
	},
}

var statusMissing = &Check{
	Code:     "status/missing",
	Severity: sigma.Hint,
	Title:    "document has no status",
	Why:      "Pipelines choose rules by their status, and leave out those without one, or take them for stable.",
	Before:   started("id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21"),
	After:    started("id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\nstatus: experimental"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		at, ok := p.lacks("status", p.Head().Status)
		if _, filter := p.Doc.(*sigma.Filter); filter || !ok {
			return
		}
		behind := "title"
		if p.entry("id") != nil {
			behind = "id"
		}
		if f, empty := p.reportLack(at, "status"); !empty {
			f.unsafe("write experimental", p.insertBehind(behind, "status: experimental")...)
		}
	},
}

var statusReplaced = &Check{
	Code:     "status/replaced",
	Severity: sigma.Info,
	Title:    "deprecated document does not say what replaces it",
	Why:      "Whoever uses it must know where to go.",
	Before:   "status: deprecated",
	After:    "status: deprecated\nrelated:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: obsolete",
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		if h.Status.Value == "deprecated" && len(h.Related) == 0 && !p.together().related[strings.ToLower(h.ID.Value)] {
			p.report(h.Status.At, `the document is deprecated, and no "related" says what replaces it`)
		}
	},
}
