package lint

import "github.com/sigproof/sigproof/sigma"

// meaningChecks are what the compiler reports: what a document means in its
// log.
var meaningChecks = reportedBy("compiler",
	Check{
		Code: "logsource/unknown", Severity: sigma.Error, Title: "no log serves the logsource",
		Why: "A query needs the names of a log. check takes the fields of such a rule as they are written; compile wants --log.",
	},
	Check{
		Code: "logsource/unserved", Severity: sigma.Error, Title: "log does not serve the logsource",
		Why: "The log that was named holds events of several logsources. Which of them the rule is about, its own logsource does not say.",
	},
	Check{
		Code: "field/unknown", Severity: sigma.Error, Title: "log has no such field",
		Why:    "A query would look for a column that does not exist, or never match.",
		Before: auditing("activityDisplayNam: Disable PIM alert"),
		After:  auditing("activityDisplayName: Disable PIM alert"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "field/alias", Severity: sigma.Warning, Title: "field is called by a name that no event has",
		Why:    "It is taken for the field that is meant; other tools look for it as it is written, and find nothing.",
		Before: auditing("properties.message: Disable PIM alert"),
		After:  auditing("activityDisplayName: Disable PIM alert"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "field/brackets", Severity: sigma.Info, Title: "brackets in the name of a field select nothing",
		Why:    "Which members of a list are meant is known for declared logs alone; here the name is taken as it is written.",
		Before: "logsource:\n  product: cisco\n  service: duo\n" + selecting("'target[User].displayName': eve"),
		After:  "logsource:\n  product: cisco\n  service: duo\n" + selecting("target.displayName: eve"),
	},
	Check{
		Code: "field/ref-member", Severity: sigma.Error, Title: "fieldref compares with a field of a member of a list",
		Why: "It compares fields of the whole event; which member is meant can't be told.",
	},
	Check{
		Code: "placeholder/undefined", Severity: sigma.Error, Title: "nothing defines a placeholder",
		Why:    "The rule says %name% in place of values that only its user knows: --define name=value, define in sigproof.yaml, or a pipeline gives them.",
		Before: selecting("User|expand: '%admins_of_ours%'"),
		After:  selecting("User: root"),
	},
	Check{
		Code: "placeholder/too-many", Severity: sigma.Error, Title: "placeholders stand for too many texts",
		Why: "Each combination of their values is one text. docs/limits.md has the number.",
	},
	Check{
		Code: "condition/too-many", Severity: sigma.Error, Title: "condition asks for a part of many searches",
		Why: "Every choice of that many searches is one alternative. docs/limits.md has the number.",
	},
	Check{
		Code: "condition/too-large", Severity: sigma.Error, Title: "condition is too large",
		Why: "No query engine takes so many parts. docs/limits.md has the number.",
	},
	Check{
		Code: "filter/too-many", Severity: sigma.Error, Title: "too many filters go to one rule",
		Why: "Each is a part of its condition. docs/limits.md has the number.",
	},
	Check{
		Code: "correlation/too-large", Severity: sigma.Error, Title: "correlation is too large",
		Why: "What it counts, with all that its rules count themselves, is one query. docs/limits.md has the number.",
	},
	Check{
		Code: "correlation/too-many", Severity: sigma.Error, Title: "condition of the correlation has too many alternatives",
		Why: "Every order in which its rules may follow each other is one. docs/limits.md has the number.",
	},
)

// auditing is an example of a rule for the audit log of Entra.
func auditing(item string) string {
	return "logsource:\n  product: azure\n  service: auditlogs\n" + selecting(item)
}
