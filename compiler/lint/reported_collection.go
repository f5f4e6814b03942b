package lint

import "github.com/sigproof/sigproof/sigma"

// collectionChecks are what shows when documents are seen together, and what
// the parser reports of correlations.
var collectionChecks = reportedBy("sigma",
	Check{
		Code: "collection/dangling", Severity: sigma.Error, Title: "reference leads nowhere",
		Why:    "No document that was given has the id or name. The files of a correlation and of its rules must be given together.",
		Before: counting("failurs", "gte: 10"),
		After:  counting("failures", "gte: 10"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "collection/title-reference", Severity: sigma.Info, Title: "document is referred to by its title",
		Why:    "Other tools know ids and names only, and a title is changed without a thought.",
		Before: counting("Many Failures", "gte: 10"),
		After:  counting("failures", "gte: 10"),
		Fix:    SafeFix,
	},
	Check{
		Code: "collection/ambiguous", Severity: sigma.Error, Title: "title that is referred to is that of two documents",
		Why:    "It can't be told which is meant.",
		Before: counting("Many Failures", "gte: 10") + "\n---\ntitle: Many Failures\n" + someLog,
		After:  counting("failures", "gte: 10") + "\n---\ntitle: Many Failures\n" + someLog,
	},
	Check{
		Code: "collection/duplicate-id", Severity: sigma.Error, Title: "two documents have the same id",
		Why:    "References and products keep one of them.",
		Before: twoRules("id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21", "id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21"),
		After:  twoRules("id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21", "id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e"),
	},
	Check{
		Code: "collection/duplicate-name", Severity: sigma.Error, Title: "two documents have the same name",
		Why:    "References keep one of them.",
		Before: twoRules("name: started", "name: started"),
		After:  twoRules("name: started", "name: started_again"),
	},
	Check{
		Code: "collection/kind", Severity: sigma.Error, Title: "reference leads to a document of the wrong kind",
		Why:    "Correlations count the events of rules and correlations; filters go to rules.",
		Before: counting("failures", "gte: 10") + "\n---\ntitle: Backup Software\nlogsource:\n  product: windows\nfilter:\n  rules: Many Failures of a User\n  selection:\n    User: backup\n  condition: not selection",
		After:  counting("failures", "gte: 10") + "\n---\ntitle: Backup Software\nlogsource:\n  product: windows\nfilter:\n  rules: failures\n  selection:\n    User: backup\n  condition: not selection",
	},
	Check{
		Code: "collection/logsource", Severity: sigma.Error, Title: "filter names a rule of another logsource",
		Why:    "It would never apply.",
		Before: started("name: started") + "\n---\ntitle: Backup Software\nlogsource:\n  product: linux\nfilter:\n  rules: started\n  selection:\n    User: backup\n  condition: not selection",
		After:  started("name: started") + "\n---\ntitle: Backup Software\nlogsource:\n  product: windows\nfilter:\n  rules: started\n  selection:\n    User: backup\n  condition: not selection",
	},
	Check{
		Code: "collection/circle", Severity: sigma.Error, Title: "correlation waits for itself",
		Why:    "It can never report anything.",
		Before: "title: Many Alarms\nname: alarms\ncorrelation:\n  type: event_count\n  rules:\n    - alarms\n  timespan: 1h\n  condition:\n    gte: 10",
		After:  started("name: started") + "\n---\ntitle: Many Alarms\nname: alarms\ncorrelation:\n  type: event_count\n  rules:\n    - started\n  timespan: 1h\n  condition:\n    gte: 10",
	},
	Check{
		Code: "collection/broken-reference", Severity: sigma.Info, Title: "document that is referred to has errors",
		Why:    "This one can't be compiled until they are mended.",
		Before: counting("failures", "gte: 10") + "\n---\ntitle: Broken\nname: broken\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selction\n---\ntitle: Many Broken\ncorrelation:\n  type: event_count\n  rules:\n    - broken\n  timespan: 1h\n  condition:\n    gte: 10",
		After:  counting("failures", "gte: 10"),
	},
	Check{
		Code: "references/too-many", Severity: sigma.Error, Title: "list of references or fields is too long",
		Why: "No document needs so many entries. docs/limits.md has the number.",
	},
	Check{
		Code: "correlation/type", Severity: sigma.Error, Title: "type of the correlation is unknown",
		Why:    "Nothing says what is counted.",
		Before: correlating("type: event_cuont\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  gte: 10"),
		After:  correlating("type: event_count\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  gte: 10"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "correlation/key", Severity: sigma.Error, Title: "correlation has an unknown key",
		Why:    "A correlation has no custom attributes: what a tool of its own understands there, others drop without a word.",
		Before: correlating("type: event_count\nrules:\n  - failures\ngroup_by:\n  - User\ntimespan: 1h\ncondition:\n  gte: 10"),
		After:  correlating("type: event_count\nrules:\n  - failures\ngroup-by:\n  - User\ntimespan: 1h\ncondition:\n  gte: 10"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "correlation/condition", Severity: sigma.Error, Title: "condition of the correlation can't be read, or never holds",
		Why:    "It compares with numbers: gt, gte, lt, lte, eq, neq, or two that bound a range.",
		Before: counting("failures", "gte: 10\nlte: 5"),
		After:  counting("failures", "gte: 10\nlte: 50"),
	},
	Check{
		Code: "correlation/field", Severity: sigma.Error, Title: "correlation lacks the field that it measures, or has no use for it",
		Why:    "value_count and the statistics look at values; an event count does not.",
		Before: correlating("type: value_count\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  gte: 10"),
		After:  correlating("type: value_count\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  field: User\n  gte: 10"),
	},
	Check{
		Code: "correlation/percentile", Severity: sigma.Error, Title: "percentile is absent, out of place or out of range",
		Why:    "value_percentile needs one from 0 to 100; others have no use for it.",
		Before: correlating("type: value_percentile\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  field: Size\n  percentile: 101\n  gte: 10"),
		After:  correlating("type: value_percentile\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  field: Size\n  percentile: 99\n  gte: 10"),
	},
	Check{
		Code: "correlation/only-on-events", Severity: sigma.Info, Title: "correlation waits for few events, or none",
		Why:    "It is judged when an event arrives. That nothing happened is not reported.",
		Before: counting("failures", "lt: 3"),
		After:  counting("failures", "gte: 3"),
	},
	Check{
		Code: "correlation/alias", Severity: sigma.Error, Title: "alias names a rule that the correlation does not",
		Why:    "It has no effect.",
		Before: correlating("type: event_count\nrules:\n  - failures\ngroup-by:\n  - who\naliases:\n  who:\n    falures: User\ntimespan: 1h\ncondition:\n  gte: 10"),
		After:  correlating("type: event_count\nrules:\n  - failures\ngroup-by:\n  - who\naliases:\n  who:\n    failures: User\ntimespan: 1h\ncondition:\n  gte: 10"),
	},
	Check{
		Code: "correlation/generate-place", Severity: sigma.Info, Title: "\"generate\" stands beside \"correlation\"",
		Why:    "The specification's text has it inside, and most tools read it only there.",
		Before: counting("failures", "gte: 10") + "\ngenerate: true",
		After:  correlating("type: event_count\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  gte: 10\ngenerate: true"),
	},
	Check{
		Code: "correlation/repeated-rule", Severity: sigma.Warning, Title: "correlation names a rule twice",
		Why:    "Its events count once; often another rule was meant.",
		Before: correlating("type: event_count\nrules:\n  - failures\n  - failures\ntimespan: 1h\ncondition:\n  gte: 10"),
		After:  correlating("type: event_count\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  gte: 10"),
	},
	Check{
		Code: "correlation/unused-rule", Severity: sigma.Warning, Title: "condition of the correlation does not ask for a rule",
		Why:    "The rule has no effect; often a name is misspelt, or an operand was forgotten.",
		Before: joining("failures"),
		After:  joining("failures and started"),
	},
	Check{
		Code: "value/timespan", Severity: sigma.Error, Title: "timespan is no duration, or one that differs in length",
		Why:    "It is a number with s, m, h, d, w, M or y behind it. Months and years are taken for a mean.",
		Before: correlating("type: event_count\nrules:\n  - failures\ntimespan: 5 min\ncondition:\n  gte: 10"),
		After:  correlating("type: event_count\nrules:\n  - failures\ntimespan: 5m\ncondition:\n  gte: 10"),
		Fix:    UnsafeFix,
	},
)

// counting is an example of an event count over the rule "failures".
func counting(rule, condition string) string {
	return correlating("type: event_count\nrules:\n  - " + rule + "\ntimespan: 1h\ncondition:\n" + indentedBy(2, condition))
}

// joining is an example of a correlation whose condition joins two rules.
func joining(condition string) string {
	return correlating("type: temporal\nrules:\n  - failures\n  - started\ntimespan: 1h\ncondition: "+condition) +
		"\n---\n" + started("name: started")
}

// twoRules is an example of two documents that differ in a line of the head.
func twoRules(first, second string) string {
	return "title: Process Started\n" + first + "\n" + someLog + "\n---\ntitle: Another Process Started\n" + second + "\n" + someLog
}
