package lint

import (
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// referenceChecks look at references.
var referenceChecks = []*Check{
	referenceMissing, referenceSpaces, referenceScheme, referenceBranch, referenceAttack,
}

var referenceMissing = &Check{
	Code:     "reference/missing",
	Severity: sigma.Hint,
	Title:    "document has no references",
	Why:      "Whoever mends the rule must know what it was made from.",
	Before:   started(""),
	After:    started("references:\n  - https://example.com/report"),
	Since:    "0.1",
	Optional: true,
	Run: func(p *Pass) {
		if _, rule := p.Doc.(*sigma.Rule); rule && len(p.Head().References) == 0 {
			p.report(p.Head().Title.At, `the rule has no "references"`)
		}
	},
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
			if bareLink.Get().MatchString(t.Value) {
				p.report(t.At, "%q lacks the https:// of a link", t.Value).safe("add https://", rewrite(p.File(), t, "https://"+t.Value)...)
			}
		})
	},
}

var bareLink = lazyre.New(`^(?:www\.[a-z0-9-]+\.|(?:github|twitter|attack\.mitre|learn\.microsoft|docs\.microsoft)\.(?:com|org)/)\S+$`)

var branchLink = lazyre.New(`^https?://(?:www\.)?github\.com/[^/]+/[^/]+/(?:blob|tree)/(?:master|main|develop|dev|HEAD)/`)

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
			if branchLink.Get().MatchString(t.Value) {
				p.report(t.At, "the link follows a branch, which changes; a commit stays")
			}
		})
	},
}

var attackLink = lazyre.New(`^https?://attack\.mitre\.org/(techniques|tactics|groups|software)/([A-Z]{1,2}\d{4})(?:/(\d{3}))?/?$`)

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
			if m := attackLink.Get().FindStringSubmatch(t.Value); m != nil {
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
