package lint

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigproof/sigproof/sigma"
)

// This file has the checks of the lists in a document's head.

// repeated makes a check for entries that stand twice in a list of the head.
func repeated(code, key, entry string, get func(*sigma.Head) []sigma.Text) *Check {
	return &Check{
		Code:     code + "/duplicate",
		Severity: sigma.Info,
		Title:    "entry stands twice in " + key,
		Why:      "The second says nothing; often another was meant.",
		Before:   key + ":\n  - " + entry + "\n  - " + entry,
		After:    key + ":\n  - " + entry,
		Fix:      SafeFix,
		Since:    "0.1",
		Run: func(p *Pass) {
			seen := map[string]sigma.Text{}
			for _, t := range get(p.Head()) {
				name := strings.TrimSpace(t.Value)
				if key == "tags" {
					name = strings.ToLower(name)
				}
				if first, ok := seen[name]; ok && name != "" {
					p.report(t.At, "%q stands twice in %q", t.Value, key).see(p.File(), first.At, "the first stands here").
						safe("remove the second", removeEntry(p.File(), t.At)...)
					continue
				}
				seen[name] = t
			}
		},
	}
}

var (
	tagDuplicate           = repeated("tag", "tags", "attack.execution", func(h *sigma.Head) []sigma.Text { return h.Tags })
	referenceDuplicate     = repeated("reference", "references", "https://example.com/report", func(h *sigma.Head) []sigma.Text { return h.References })
	falsePositiveDuplicate = repeated("falsepositive", "falsepositives", "Backup software", func(h *sigma.Head) []sigma.Text { return h.FalsePositives })
	fieldsDuplicate        = repeated("fields", "fields", "CommandLine", func(h *sigma.Head) []sigma.Text { return h.Fields })
	scopeDuplicate         = repeated("scope", "scope", "servers", func(h *sigma.Head) []sigma.Text { return h.Scope })
)

// each runs a function on the texts of a list that are not empty.
func each(texts []sigma.Text, f func(t sigma.Text)) {
	for _, t := range texts {
		if t.Value != "" {
			f(t)
		}
	}
}

var referenceSpaces = &Check{
	Code:     "reference/spaces",
	Severity: sigma.Info,
	Title:    "reference has spaces at an end",
	Why:      "A link with a space opens nothing.",
	Before:   "references:\n  - 'https://example.com/report '",
	After:    "references:\n  - 'https://example.com/report'",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		each(p.Head().References, func(t sigma.Text) {
			if better := strings.TrimSpace(t.Value); better != t.Value && better != "" && !strings.Contains(better, "\n") {
				p.report(t.At, "the reference has spaces at an end").safe("remove them", rewrite(p.File(), t, better)...)
			}
		})
	},
}

var referenceScheme = &Check{
	Code:     "reference/scheme",
	Severity: sigma.Info,
	Title:    "link has no https:// before it",
	Why:      "Products show it as plain text.",
	Before:   "references:\n  - www.example.com/report",
	After:    "references:\n  - https://www.example.com/report",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		each(p.Head().References, func(t sigma.Text) {
			if bareLink.MatchString(t.Value) {
				p.report(t.At, "%q lacks the https:// of a link", t.Value).safe("add https://", rewrite(p.File(), t, "https://"+t.Value)...)
			}
		})
	},
}

var bareLink = regexp.MustCompile(`^(?:www\.[a-z0-9-]+\.|(?:github|twitter|attack\.mitre|learn\.microsoft|docs\.microsoft)\.(?:com|org)/)\S+$`)

var branchLink = regexp.MustCompile(`^https?://(?:www\.)?github\.com/[^/]+/[^/]+/(?:blob|tree)/(?:master|main|develop|dev|HEAD)/`)

var referenceBranch = &Check{
	Code:     "reference/branch",
	Severity: sigma.Hint,
	Title:    "link follows a branch of a repository",
	Why:      "What it shows changes, and moves away. A link with a commit shows what the author saw.",
	Before:   "references:\n  - https://github.com/owner/name/blob/main/report.md",
	After:    "references:\n  - https://github.com/owner/name/blob/0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c/report.md",
	Since:    "0.1",
	Run: func(p *Pass) {
		each(p.Head().References, func(t sigma.Text) {
			if branchLink.MatchString(t.Value) {
				p.report(t.At, "the link follows a branch, which changes; a commit stays")
			}
		})
	},
}

var attackLink = regexp.MustCompile(`^https?://attack\.mitre\.org/(techniques|tactics|groups|software)/([A-Z]{1,2}\d{4})(?:/(\d{3}))?/?$`)

var referenceAttack = &Check{
	Code:     "reference/attack",
	Severity: sigma.Info,
	Title:    "link to ATT&CK instead of a tag",
	Why:      "Coverage is counted by tags; a link is not seen.",
	Before:   "references:\n  - https://attack.mitre.org/techniques/T1055/",
	After:    "tags:\n  - attack.stealth\n  - attack.t1055",
	Since:    "0.1",
	Run: func(p *Pass) {
		each(p.Head().References, func(t sigma.Text) {
			if m := attackLink.FindStringSubmatch(t.Value); m != nil {
				tag := "attack." + strings.ToLower(m[2])
				if m[3] != "" {
					tag += "." + m[3]
				}
				if !hasText(p.Head().Tags, tag) {
					p.report(t.At, "the link names what a tag should: %s", tag)
				}
			}
		})
	},
}

func hasText(texts []sigma.Text, value string) bool {
	for _, t := range texts {
		if strings.EqualFold(t.Value, value) {
			return true
		}
	}
	return false
}

var referencesMissing = &Check{
	Code:     "reference/missing",
	Severity: sigma.Hint,
	Title:    "document has no references",
	Why:      "Whoever mends the rule must know what it was made from.",
	Before:   "title: Process Started\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	After:    "title: Process Started\nreferences:\n  - https://example.com/report\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	Since:    "0.1",
	Optional: true,
	Run: func(p *Pass) {
		if _, rule := p.Doc.(*sigma.Rule); rule && len(p.Head().References) == 0 {
			p.report(p.Head().Title.At, `the rule has no "references"`)
		}
	},
}

var falsePositivesMissing = &Check{
	Code:     "falsepositive/missing",
	Severity: sigma.Hint,
	Title:    "rule does not say what else it finds",
	Why:      "Whoever gets the alert must know what to rule out.",
	Before:   "title: Process Started\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
	After:    "title: Process Started\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection\nfalsepositives:\n  - Software updates",
	Since:    "0.1",
	Run: func(p *Pass) {
		if _, rule := p.Doc.(*sigma.Rule); rule && len(p.Head().FalsePositives) == 0 && !strings.HasPrefix(p.Head().Status.Value, "deprecated") {
			p.report(p.Head().Title.At, `the rule has no "falsepositives"`)
		}
	},
}

var falsePositiveWord = regexp.MustCompile(`(?i)^(?:none|no false positives?|n/?a|pentests?|pentesting|penetration tests?(?:ing)?)\.?$`)

var falsePositiveEmpty = &Check{
	Code:     "falsepositive/empty",
	Severity: sigma.Hint,
	Title:    "false positive says nothing",
	Why:      "\"None\" is never true, and a penetration test is what the rule is to find.",
	Before:   "falsepositives:\n  - None",
	After:    "falsepositives:\n  - Unlikely",
	Since:    "0.1",
	Run: func(p *Pass) {
		each(p.Head().FalsePositives, func(t sigma.Text) {
			if falsePositiveWord.MatchString(strings.TrimSpace(t.Value)) {
				p.report(t.At, "%q is no false positive; \"Unlikely\" or \"Unknown\" are honest", t.Value)
			}
		})
	},
}

var falsePositiveCapital = &Check{
	Code:     "falsepositive/case",
	Severity: sigma.Hint,
	Title:    "false positive begins with a small letter",
	Why:      "SigmaHQ begins each with a capital.",
	Before:   "falsepositives:\n  - backup software",
	After:    "falsepositives:\n  - Backup software",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		each(p.Head().FalsePositives, func(t sigma.Text) {
			word, _, _ := strings.Cut(t.Value, " ")
			if r, size := utf8.DecodeRuneInString(t.Value); unicode.IsLower(r) && !strings.ContainsAny(word, `./_\:-`) {
				p.report(t.At, "%q begins with a small letter", t.Value).
					safe("capitalise it", rewrite(p.File(), t, string(unicode.ToUpper(r))+t.Value[size:])...)
			}
		})
	},
}

var misspelt = []struct{ wrong, right string }{
	{"unkown", "unknown"}, {"unknow", "unknown"}, {"unknwon", "unknown"}, {"ligitimate", "legitimate"}, {"legitim", "legitimate"}, {"legitimte", "legitimate"},
	{"legimate", "legitimate"}, {"ligimate", "legitimate"}, {"legitmate", "legitimate"}, {"legitamate", "legitimate"}, {"unlikley", "unlikely"}, {"unlikly", "unlikely"}, {"unlikelly", "unlikely"},
	{"adminstrator", "administrator"}, {"adminstrators", "administrators"}, {"administator", "administrator"}, {"adminstrative", "administrative"}, {"softwares", "software"},
	{"suspicous", "suspicious"}, {"suspcious", "suspicious"}, {"enviroment", "environment"}, {"enviroments", "environments"}, {"activty", "activity"}, {"acitivity", "activity"}, {"occured", "occurred"}, {"seperate", "separate"},
}

var word = regexp.MustCompile(`[A-Za-z]+`)

var textMisspelt = &Check{
	Code:     "falsepositive/misspelt",
	Severity: sigma.Hint,
	Title:    "false positive has a slip of the pen",
	Why:      "Searches for the word do not find it.",
	Before:   "falsepositives:\n  - Unkown",
	After:    "falsepositives:\n  - Unknown",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		each(p.Head().FalsePositives, func(t sigma.Text) {
			for _, at := range word.FindAllStringIndex(t.Value, -1) {
				got := t.Value[at[0]:at[1]]
				for _, m := range misspelt {
					if !strings.EqualFold(got, m.wrong) {
						continue
					}
					right := m.right
					if unicode.IsUpper(rune(got[0])) {
						right = strings.ToUpper(right[:1]) + right[1:]
					}
					p.report(p.File().Within(t, at[0], at[1]), "%q is written %q", got, right).
						safe("write "+right, rewrite(p.File(), t, t.Value[:at[0]]+right+t.Value[at[1]:])...)
				}
			}
		})
	},
}

var entryShort = &Check{
	Code:     "falsepositive/short",
	Severity: sigma.Hint,
	Title:    "entry is a letter or two",
	Why:      "It is the rest of something; often a dash too many.",
	Before:   "falsepositives:\n  - x",
	After:    "falsepositives:\n  - Backup software",
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, list := range [][]sigma.Text{p.Head().FalsePositives, p.Head().Scope} {
			each(list, func(t sigma.Text) {
				if n := utf8.RuneCountInString(strings.TrimSpace(t.Value)); n < 3 {
					p.report(t.At, "%q says nothing", t.Value)
				}
			})
		}
	},
}

var relatedSelf = &Check{
	Code:     "related/self",
	Severity: sigma.Warning,
	Title:    "document is related to itself",
	Why:      "The id of another document was meant.",
	Before:   "related:\n  - id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\n    type: similar",
	After:    "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar",
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, r := range p.Head().Related {
			if r.ID.Value != "" && strings.EqualFold(r.ID.Value, p.Head().ID.Value) {
				p.report(r.ID.At, "the document is related to itself; another id was meant")
			}
		}
	},
}

var relatedDuplicate = &Check{
	Code:     "related/duplicate",
	Severity: sigma.Info,
	Title:    "relation stands twice",
	Why:      "The second says nothing; often another was meant.",
	Before:   "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar",
	After:    "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		seen := map[string]bool{}
		for _, r := range p.Head().Related {
			key := strings.ToLower(r.ID.Value) + " " + r.Type.Value
			if seen[key] && r.ID.Value != "" {
				p.report(r.ID.At, "the relation stands twice").safe("remove the second", removeEntry(p.File(), r.At)...)
			}
			seen[key] = true
		}
	},
}
