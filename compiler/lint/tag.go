package lint

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/internal/lazyre"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/attack"
)

// tagChecks look at tags. Spec, Appendix Tags.
var tagChecks = []*Check{
	tagForm, tagNamespace, tagAttack, tagRevoked, tagOldTactic, tagTactic, tagCVE, tagCAR, tagD3FEND, tagDetection, tagSTP, tagTLP,
	tagOnce, tagFolder,
}

var (
	tagPattern = lazyre.New(`^[a-z0-9_-]+\.[a-z0-9._-]+$`)
	namespaces = []string{"attack", "car", "cve", "d3fend", "detection", "stp", "tlp"}
)

// eachTag runs a function on the tags of a namespace that have the form of one,
// in any case. The name is what stands behind the namespace, in lower case.
func eachTag(p *Pass, namespace string, f func(t sigma.Text, name string)) {
	for _, t := range p.Head().Tags {
		space, name, ok := strings.Cut(strings.ToLower(strings.TrimSpace(t.Value)), ".")
		if ok && space == namespace {
			f(t, name)
		}
	}
}

// retag offers another tag. Tags never change which events match.
func (f *finding) retag(p *Pass, t sigma.Text, better string) *finding {
	return f.safe("write "+better, rewrite(p.File(), t, better)...)
}

var tagForm = &Check{
	Code:     "tag/form",
	Severity: sigma.Info,
	Title:    "tag has not the form namespace.name",
	Why:      "Tags are lower-case letters, digits, -, _ and dots behind a namespace; other tools refuse the rule, or do not find the tag.",
	Before:   "tags:\n  - attack.Execution\n  - attack.T1059",
	After:    "tags:\n  - attack.execution\n  - attack.t1059",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		each(p.Head().Tags, func(t sigma.Text) {
			if tagPattern.Get().MatchString(t.Value) || strings.HasPrefix(t.Value, "tlp.") { // amber+strict has a sign of its own
				return
			}
			if strings.Contains(t.Value, ",") && !p.isEntry(t) {
				return // list/text reports it
			}
			f := p.report(t.At, "tag %q is not of the form namespace.name, in lower case", t.Value)
			better := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(t.Value)), " ", "-")
			if techniqueForm.Get().MatchString(better) {
				better = "attack." + better
			}
			switch {
			case strings.Contains(t.Value, ","):
				f.label("each tag is an entry of the list")
			case tagPattern.Get().MatchString(better):
				f.retag(p, t, better)
			}
		})
	},
}

var tagNamespace = &Check{
	Code:     "tag/namespace",
	Severity: sigma.Hint,
	Title:    "namespace of a tag is not one of Sigma",
	Why:      "Tools that count coverage by tags do not see it. The specification lists the namespaces.",
	Before:   "tags:\n  - mitre.t1059",
	After:    "tags:\n  - attack.t1059\n  - attack.execution",
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, t := range p.Head().Tags {
			space, _, ok := strings.Cut(t.Value, ".")
			if ok && tagPattern.Get().MatchString(t.Value) && !slices.Contains(namespaces, space) {
				p.report(t.At, "%q is no namespace of Sigma's tags; they are %s", space, sigma.Choices(namespaces)).
					label("%s", sigma.DidYouMean(space, namespaces))
			}
		}
	},
}

var (
	techniqueForm = lazyre.New(`^t\d{4}(?:\.\d{3})?$`)
	objectForm    = lazyre.New(`^(?:[gsc]\d{4}|ds\d{4}|m\d{4}|ta\d{4})$`) // groups, software, campaigns ...
)

var tagAttack = &Check{
	Code:     "tag/attack",
	Severity: sigma.Info,
	Title:    "tag names no technique and no tactic of ATT&CK",
	Why:      "Nobody's coverage counts it. Often a digit is wrong, or a tactic is written with _.",
	Before:   "tags:\n  - attack.privilege_escalation\n  - attack.t1055",
	After:    "tags:\n  - attack.privilege-escalation\n  - attack.t1055",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		eachTag(p, "attack", func(t sigma.Text, name string) {
			id := strings.ToUpper(name)
			switch dashed := strings.ReplaceAll(name, "_", "-"); {
			case !tagPattern.Get().MatchString("attack." + name): // tag/form reports it
			case slices.Contains(tactics, name) || objectForm.Get().MatchString(name) || isOldTactic(name):
			case slices.Contains(tactics, dashed):
				p.report(t.At, "ATT&CK has no tactic %q; it is written with -", name).retag(p, t, "attack."+dashed)
			case techniqueForm.Get().MatchString(name) && (attack.ByID(id) != nil || attack.Successor(id) != ""):
			case techniqueForm.Get().MatchString(name):
				p.report(t.At, "ATT&CK has no technique %s", id)
			default:
				p.report(t.At, "%q is no technique and no tactic of ATT&CK", name).label("%s", sigma.DidYouMean(name, tactics))
			}
		})
	},
}

var tagRevoked = &Check{
	Code:     "tag/attack-revoked",
	Severity: sigma.Info,
	Title:    "tag names a technique that ATT&CK has replaced",
	Why:      "Matrices of today do not show it.",
	Before:   "tags:\n  - attack.execution\n  - attack.t1086",
	After:    "tags:\n  - attack.execution\n  - attack.t1059.001",
	Fix:      SafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		eachTag(p, "attack", func(t sigma.Text, name string) {
			if now := attack.Successor(strings.ToUpper(name)); now != "" {
				p.report(t.At, "ATT&CK has %s in place of %s", now, strings.ToUpper(name)).retag(p, t, "attack."+strings.ToLower(now))
			}
		})
	},
}

func isOldTactic(name string) bool { return strings.ReplaceAll(name, "_", "-") == "defense-evasion" }

var tagOldTactic = &Check{
	Code:     "tag/attack-split",
	Severity: sigma.Info,
	Title:    "tag names a tactic that ATT&CK has split",
	Why:      "Version 19 has stealth and defense-impairment in place of defense-evasion; which is meant a person must say.",
	Before:   "tags:\n  - attack.defense-evasion\n  - attack.t1036",
	After:    "tags:\n  - attack.stealth\n  - attack.t1036",
	Since:    "0.1",
	Run: func(p *Pass) {
		eachTag(p, "attack", func(t sigma.Text, name string) {
			if isOldTactic(name) {
				p.report(t.At, "ATT&CK has no tactic %q since version 19; it is stealth or defense-impairment", name)
			}
		})
	},
}

var tagTactic = &Check{
	Code:     "tag/tactic",
	Severity: sigma.Hint,
	Title:    "rule has a technique of ATT&CK and no tactic",
	Why:      "One technique serves several tactics; which is meant here decides the column of the matrix.",
	Before:   "tags:\n  - attack.t1059",
	After:    "tags:\n  - attack.execution\n  - attack.t1059",
	Since:    "0.1",
	Run: func(p *Pass) {
		var technique *sigma.Text
		tactic := false
		eachTag(p, "attack", func(t sigma.Text, name string) {
			switch {
			case isTactic(name):
				tactic = true
			case techniqueForm.Get().MatchString(name) && technique == nil:
				technique = &t
			}
		})
		if technique != nil && !tactic {
			p.report(technique.At, "%q has no tactic beside it", technique.Value)
		}
	},
}

// named makes a check for the names of a namespace. mend gives a better name,
// or none.
func named(namespace, title, why, bad, good string, valid *lazyre.Regexp, mend func(name string) string) *Check {
	fix := NoFix
	if mend(bad) != "" {
		fix = SafeFix
	}
	return &Check{
		Code:     "tag/" + namespace,
		Severity: sigma.Info,
		Title:    title,
		Why:      why,
		Before:   "tags:\n  - " + namespace + "." + bad,
		After:    "tags:\n  - " + namespace + "." + good,
		Fix:      fix,
		Since:    "0.1",
		Run: func(p *Pass) {
			eachTag(p, namespace, func(t sigma.Text, name string) {
				if valid.Get().MatchString(name) {
					return
				}
				f := p.report(t.At, "tag %q is %s; %s", t.Value, strings.TrimPrefix(title, "tag is "), clause(why))
				if better := mend(name); better != "" {
					f.retag(p, t, namespace+"."+better)
				}
			})
		},
	}
}

func noName(string) string { return "" }

// clause makes a part of a message of a sentence.
func clause(sentence string) string {
	return strings.ToLower(sentence[:1]) + strings.TrimSuffix(sentence[1:], ".")
}

var cveDots = lazyre.New(`^(\d{4})[._](\d{4,})$`)

var (
	tagCVE = named("cve", "tag is no number of CVE", "A number is a year, a dash and four digits or more.",
		"2021.44228", "2021-44228", lazyre.New(`^\d{4}-\d{4,}$`), func(name string) string {
			if m := cveDots.Get().FindStringSubmatch(name); m != nil {
				return m[1] + "-" + m[2]
			}
			return ""
		})
	tagCAR = named("car", "tag is no analytic of CAR", "The Cyber Analytics Repository numbers them by year, month and three digits.",
		"2016-4-005", "2016-04-005", lazyre.New(`^\d{4}-\d{2}-\d{3}$`), noName)
	tagD3FEND = named("d3fend", "tag is no technique or artifact of D3FEND", "Techniques are d3-..., artifacts d3f-..., both in lower case.",
		"process_analysis", "d3-pa", lazyre.New(`^d3f?-[a-z0-9-]+$`), noName)
	tagDetection = named("detection", "tag is no kind of detection", "The specification has dfir, emerging-threats and threat-hunting.",
		"emerging_threats", "emerging-threats", lazyre.New(`^(?:dfir|emerging-threats|threat-hunting)$`), func(name string) string {
			if better := strings.ReplaceAll(name, "_", "-"); slices.Contains([]string{"emerging-threats", "threat-hunting"}, better) {
				return better
			}
			return ""
		})
	tagSTP = named("stp", "tag is no score of Summiting the Pyramid", "A score is a level from 1 to 5, and a, u or k behind it.",
		"6a", "5a", lazyre.New(`^[1-5][auk]?$`), noName)
	tagTLP = named("tlp", "tag is no label of the Traffic Light Protocol", "The second version has red, amber, amber+strict, green and clear.",
		"white", "clear", lazyre.New(`^(?:red|amber|amber[+-]strict|green|clear)$`), func(name string) string {
			if name == "white" { // as the first version has it
				return "clear"
			}
			return ""
		})
)

var tagOnce = &Check{
	Code:     "tag/once",
	Severity: sigma.Info,
	Title:    "rule has two tags of a namespace that allows one",
	Why:      "Which of the two holds can't be told.",
	Before:   "tags:\n  - tlp.green\n  - tlp.amber",
	After:    "tags:\n  - tlp.amber",
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, namespace := range []string{"detection", "stp", "tlp"} {
			var first *sigma.Text
			eachTag(p, namespace, func(t sigma.Text, _ string) {
				switch {
				case first == nil:
					first = &t
				case !strings.EqualFold(first.Value, t.Value): // twice the same is another check's
					p.report(t.At, "%q stands beside %q; a rule has one tag of %s", t.Value, first.Value, namespace).
						see(p.File(), first.At, "the first stands here")
				}
			})
		}
	},
}

var tagFolder = &Check{
	Code:     "tag/folder",
	Severity: sigma.Hint,
	Title:    "rule of a folder for one kind of detection has not its tag",
	Why:      "SigmaHQ keeps emerging threats and hunts in folders of their own. Whoever has the file alone knows the kind by the tag.",
	Before:   filed("rules-threat-hunting/process_started.yml", "tags:\n  - attack.execution"),
	After:    filed("rules-threat-hunting/process_started.yml", "tags:\n  - attack.execution\n  - detection.threat-hunting"),
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, kind := range []string{"dfir", "emerging-threats", "threat-hunting"} {
			tag := "detection." + kind
			if strings.Contains("/"+p.path(), "/rules-"+kind+"/") && !hasText(p.Head().Tags, tag) {
				p.report(p.Head().Title.At, "the rule stands in the folder %s, and has no tag %q", "rules-"+kind, tag)
			}
		}
	},
}

// path is the name of the file with slashes.
func (p *Pass) path() string { return strings.ReplaceAll(p.file.Name, `\`, "/") }
