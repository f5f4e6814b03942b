package lint

import (
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/sigproof/sigproof/sigma"
)

// This file has the checks of the keys that say what a document is: title,
// id, description, author, status and level.

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

var detects = regexp.MustCompile(`^(?i:detects?|detecting|detection of|alerts? on)[ ]+`)

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
		at := detects.FindString(t)
		if rest := t[len(at):]; at != "" && rest != "" {
			r, size := utf8.DecodeRuneInString(rest)
			retitle(p, string(unicode.ToUpper(r))+rest[size:], "the title begins with %q; it must begin with what is found", strings.TrimSpace(at))
		}
	},
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

var titleDuplicate = &Check{
	Code:     "title/duplicate",
	Severity: sigma.Warning,
	Title:    "two documents have the same title",
	Why:      "Their alerts can't be told apart, and products that name rules by their title keep only one.",
	Before:   "title: Same\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection\n---\ntitle: Same\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 2\n  condition: selection",
	After:    "title: Same\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection\n---\ntitle: Another\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 2\n  condition: selection",
	Since:    "0.1",
	Run: func(p *Pass) {
		t := p.Head().Title
		if t.Value == "" {
			return
		}
		if first := p.together().titles[strings.ToLower(t.Value)][0]; first != p.Doc {
			p.report(t.At, "another document has the title %q", t.Value).see(first.Info().File, first.Info().Title.At, "the first stands here")
		}
	},
}

// generatedID makes an id that is the same whenever it is made for the same
// document: from the name of its file, without folders, its place there, and
// its title.
func generatedID(h *sigma.Head) string {
	name := path.Base(strings.ReplaceAll(h.File.Name, `\`, "/")) + "#" + h.Title.Value
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("sigproof:"+name)).String()
}

var idMissing = &Check{
	Code:     "id/missing",
	Severity: sigma.Info,
	Title:    "document has no id",
	Why:      "Alerts, correlations and products need a name that lasts when the title is changed.",
	Before:   "title: Process Started\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	After:    "title: Process Started\nid: ID\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		if h.ID.Value != "" || p.entry("id") != nil || h.Title.Value == "" {
			return
		}
		p.report(h.Title.At, "the document has no id").
			safe("add an id", p.insertBehind("title", "id: "+generatedID(h))...)
	},
}

var madeUp = regexp.MustCompile(`^(?i)(0{8}-0{4}-0{4}-0{4}-0{12}|1{8}-1{4}-1{4}-1{4}-1{12}|12345678-|deadbeef-|aaaaaaaa-aaaa|x{8})`)

var idMadeUp = &Check{
	Code:     "id/made-up",
	Severity: sigma.Warning,
	Title:    "id is one that examples use",
	Why:      "Somebody else's rule has it too, and one replaces the other.",
	Before:   "title: Process Started\nid: 00000000-0000-0000-0000-000000000000\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	After:    "title: Process Started\nid: ID\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		if h := p.Head(); madeUp.MatchString(h.ID.Value) {
			p.report(h.ID.At, "id %q is one that examples use", h.ID.Value).
				unsafe("write one of its own", rewrite(p.File(), h.ID, generatedID(h))...)
		}
	},
}

var idCase = &Check{
	Code:     "id/case",
	Severity: sigma.Hint,
	Title:    "id is in upper case",
	Why:      "Tools that compare ids as text take it for another one. RFC 9562 writes them in lower case.",
	Before:   "id: 3C6F1D0E-8F5B-4F4E-9A55-0D6F3B1A7C21",
	After:    "id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		id := p.Head().ID
		if lower := strings.ToLower(id.Value); lower != id.Value {
			p.report(id.At, "the id is in upper case").
				fix("write it in lower case", !p.referredTo(id.Value), rewriteID(p.File(), id, lower))
		}
	},
}

// rewriteID keeps an id without quotes, though it may begin with a digit.
func rewriteID(f *sigma.File, t sigma.Text, id string) []sigma.Edit {
	if oneLine(f, t) && style(f, t) == 0 {
		return replace(t.At, id)
	}
	return rewrite(f, t, id)
}

var nameForm = &Check{
	Code:     "name/form",
	Severity: sigma.Info,
	Title:    "name has characters that no condition can use",
	Why:      "A correlation's condition joins rules by their names, and only takes letters, digits, _ . and -.",
	Before:   "name: failed logon",
	After:    "name: failed_logon",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		n := p.Head().Name
		if better := nameRunes.ReplaceAllString(strings.TrimSpace(n.Value), "_"); better != n.Value && better != "" {
			p.report(n.At, "name %q can't stand in a condition; names have letters, digits, _ . and -", n.Value).
				unsafe("write "+better, rewrite(p.File(), n, better)...)
		}
	},
}

var nameRunes = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// absent makes a check for a key that a document should have.
func absent(key, why string, severity sigma.Severity) *Check {
	without := "title: Process Started\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection"
	return &Check{
		Code:     key + "/missing",
		Severity: severity,
		Title:    "document has no " + key,
		Why:      why,
		Before:   without,
		After:    without + "\n" + map[string]string{"description": "description: Finds it.", "author": "author: A. Author", "level": "level: low", "date": "date: 2024-05-01"}[key],
		Since:    "0.1",
		Run: func(p *Pass) {
			if _, filter := p.Doc.(*sigma.Filter); p.entry(key) == nil && p.Data() != nil && !(filter && key == "level") {
				p.report(p.Head().Title.At, "the document has no %q", key)
			}
		},
	}
}

var (
	descriptionMissing = absent("description", "Whoever gets the alert at night must learn what it means.", sigma.Info)
	authorMissing      = absent("author", "Somebody must be asked when the rule fires wrongly.", sigma.Hint)
	levelMissing       = absent("level", "Products take a severity of their own choice.", sigma.Info)
	dateMissing        = absent("date", "The age of a rule tells how much to trust it.", sigma.Hint)
)

var statusMissing = &Check{
	Code:     "status/missing",
	Severity: sigma.Info,
	Title:    "document has no status",
	Why:      "Pipelines choose rules by their status, and leave out those without one, or take them for stable.",
	Before:   "title: Process Started\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	After:    "title: Process Started\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\nstatus: experimental\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		if _, filter := p.Doc.(*sigma.Filter); filter || p.entry("status") != nil || p.Data() == nil {
			return
		}
		behind := "title"
		if p.entry("id") != nil {
			behind = "id"
		}
		p.report(p.Head().Title.At, `the document has no "status"`).
			unsafe("write experimental", p.insertBehind(behind, "status: experimental")...)
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
		if h := p.Head(); h.Status.Value == "deprecated" && len(h.Related) == 0 {
			p.report(h.Status.At, `the document is deprecated, and no "related" says what replaces it`)
		}
	},
}

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

var descriptionLong = &Check{
	Code:     "description/long",
	Severity: sigma.Warning,
	Title:    "description is longer than 65535 characters",
	Why:      "The specification allows no more.",
	Before:   "description: " + strings.Repeat("word ", 13_200) + "end",
	After:    "description: Finds a service that starts a shell.",
	Since:    "0.1",
	Run: func(p *Pass) {
		if n := utf8.RuneCountInString(p.Head().Description.Value); n > 65535 {
			p.report(sigma.Span{Start: p.Head().Description.At.Start, End: p.Head().Description.At.Start + 1},
				"the description has %d characters; the specification allows 65535", n)
		}
	},
}

var descriptionTitle = &Check{
	Code:     "description/same",
	Severity: sigma.Hint,
	Title:    "description only repeats the title",
	Why:      "It adds nothing to what the alert shows already.",
	Before:   "title: Suspicious Process Started\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\ndescription: Detects suspicious process started.\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	After:    "title: Suspicious Process Started\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\ndescription: A process was started by a service that never starts one.\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	Since:    "0.1",
	Run: func(p *Pass) {
		h := p.Head()
		bare := func(s string) string {
			return nameRunes.ReplaceAllString(strings.ToLower(detects.ReplaceAllString(strings.Trim(strings.TrimSpace(s), "."), "")), " ")
		}
		if d := bare(h.Description.Value); d != "" && d == bare(h.Title.Value) {
			p.report(h.Description.At, "the description only repeats the title")
		}
	},
}

var link = regexp.MustCompile(`https?://[^\s<>"')\]]+`)

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
		if at := link.FindStringIndex(d.Value); at != nil {
			p.report(p.File().Within(d, at[0], at[1]), "the description has a link; it must stand in \"references\"")
		}
	},
}
