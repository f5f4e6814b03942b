package lint

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
)

// falsePositiveChecks look at what a rule finds besides, and at the scope.
var falsePositiveChecks = []*Check{
	falsePositiveMissing, falsePositiveEmpty, falsePositiveCase, falsePositiveMisspelt, falsePositiveShort,
}

var falsePositiveMissing = &Check{
	Code:     "falsepositive/missing",
	Severity: sigma.Hint,
	Title:    "rule does not say what else it finds",
	Why:      "Whoever gets the alert must know what to rule out.",
	Before:   started(""),
	After:    started("falsepositives:\n  - Software updates"),
	Since:    "0.1",
	Run: func(p *Pass) {
		if _, rule := p.Doc.(*sigma.Rule); rule && len(p.Head().FalsePositives) == 0 && !p.Head().Broken && !isOld(p.Doc) && !p.misspells("falsepositives") {
			p.report(p.Head().Title.At, `the rule has no "falsepositives"`)
		}
	},
}

var falsePositiveWord = lazyre.New(`(?i)^(?:none|no false positives?|n/?a|pentests?|pentesting|penetration tests?(?:ing)?)\.?$`)

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
			if falsePositiveWord.Get().MatchString(strings.TrimSpace(t.Value)) {
				p.report(t.At, "%q is no false positive; \"Unlikely\" or \"Unknown\" are honest", t.Value)
			}
		})
	},
}

var falsePositiveCase = &Check{
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
			if r, size := utf8.DecodeRuneInString(t.Value); unicode.IsLower(r) && !strings.ContainsAny(word, `./_\:-`) && !saysNothing(t) {
				p.report(t.At, "%q begins with a small letter", t.Value).
					safe("capitalise it", rewrite(p.File(), t, string(unicode.ToUpper(r))+t.Value[size:])...)
			}
		})
	},
}

var word = lazyre.New(`[A-Za-z]+`)

var falsePositiveMisspelt = &Check{
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
			for _, at := range word.Get().FindAllStringIndex(t.Value, -1) {
				got := t.Value[at[0]:at[1]]
				for _, m := range misspelt {
					if !strings.EqualFold(got, m.wrong) {
						continue
					}
					right := m.right
					if unicode.IsUpper(rune(got[0])) {
						right = strings.ToUpper(right[:1]) + right[1:]
					}
					p.report(p.within(t, at[0], at[1]), "%q is written %q", got, right).
						safe("write "+right, rewrite(p.File(), t, t.Value[:at[0]]+right+t.Value[at[1]:])...)
				}
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

var falsePositiveShort = &Check{
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
				if saysNothing(t) {
					p.report(t.At, "%q says nothing", t.Value)
				}
			})
		}
	},
}

func saysNothing(t sigma.Text) bool { return utf8.RuneCountInString(strings.TrimSpace(t.Value)) < 3 }
