package lint

import "github.com/sigproof/sigproof/sigma"

// documentChecks are what the parser reports of the keys of a document.
var documentChecks = reportedBy("sigma",
	Check{
		Code: "document/not-a-map", Severity: sigma.Error, Title: "document is no map",
		Why:    "A document is a map with a title, a logsource and a detection, or a correlation or filter.",
		Before: "title: One Rule\n---\n- title: Another",
		After:  "title: One Rule\n---\ntitle: Another\n" + someLog,
	},
	Check{
		Code: "document/kind", Severity: sigma.Error, Title: "document is a rule and something else",
		Why:    "A rule, a correlation and a filter are three documents; --- parts them.",
		Before: "title: Two in One\nfilter:\n  rules: any\n" + someLog,
		After:  "title: One\n" + someLog,
	},
	Check{
		Code: "document/action", Severity: sigma.Error, Title: "document leans on another by \"action\"",
		Why:    "Sigma no longer joins documents. Readers that do not know \"action\" take each part for a rule without logsource or detection.",
		Before: "title: Process Started\naction: global\n---\n" + someLog,
		After:  "title: Process Started\n" + someLog,
	},
	Check{
		Code: "unknown-key", Severity: sigma.Warning, Title: "key is unknown, and looks like a known one",
		Why:    "A misspelt key is taken for a custom attribute and has no effect.",
		Before: "lisence: MIT",
		After:  "license: MIT",
		Fix:    UnsafeFix,
	},
	Check{
		Code: "type", Severity: sigma.Error, Title: "key holds something else than it must",
		Why:    "Readers refuse the document, or show the value as no author wrote it.",
		Before: "level: [medium]",
		After:  "level: medium",
	},
	Check{
		Code: "empty", Severity: sigma.Error, Title: "map, list or search has nothing in it",
		Why:    "An empty search matches every event in some engines, and none in others.",
		Before: selecting("Image: []"),
		After:  selecting("Image: a.exe"),
	},
	Check{
		Code: "missing/title", Severity: sigma.Error, Title: "document has no title",
		Why:    "The specification asks for it, and alerts are shown by it.",
		Before: "title: ''\n" + someLog,
		After:  "title: Process Started\n" + someLog,
	},
	Check{
		Code: "missing/logsource", Severity: sigma.Error, Title: "rule has no logsource",
		Why:    "It can't be told which log it reads.",
		Before: "title: Process Started\nlog_source:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
		After:  "title: Process Started\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection",
		Fix:    UnsafeFix,
	},
	Check{
		Code: "missing/detection", Severity: sigma.Error, Title: "document has no detection",
		Why:    "A rule without one looks for nothing.",
		Before: "title: Process Started\nlogsource:\n  product: windows",
		After:  "title: Process Started\n" + someLog,
	},
	Check{
		Code: "missing/condition", Severity: sigma.Error, Title: "detection or correlation has no condition",
		Why:    "Nothing says how its searches are joined, or how many events are too many.",
		Before: "detection:\n  selection:\n    EventID: 1",
		After:  "detection:\n  selection:\n    EventID: 1\n  condition: selection",
	},
	Check{
		Code: "missing/type", Severity: sigma.Error, Title: "correlation or relation has no type",
		Why:    "Nothing says what is counted, or how the documents are related.",
		Before: "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e",
		After:  "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar",
	},
	Check{
		Code: "missing/id", Severity: sigma.Error, Title: "relation has no id",
		Why:    "Nothing says which document is meant.",
		Before: "related:\n  - type: similar",
		After:  "related:\n  - id: 08bbce1c-6a9d-4d43-a0b8-1c9d1fbb9d3e\n    type: similar",
	},
	Check{
		Code: "missing/rules", Severity: sigma.Error, Title: "correlation or filter names no rules",
		Why:    "Nothing says which events are counted, or which rules are filtered.",
		Before: correlating("type: event_count\ntimespan: 1h\ncondition:\n  gte: 10"),
		After:  correlating("type: event_count\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  gte: 10"),
	},
	Check{
		Code: "missing/timespan", Severity: sigma.Error, Title: "correlation has no timespan",
		Why:    "Nothing says within which time events belong together.",
		Before: correlating("type: event_count\nrules:\n  - failures\ntimeframe: 1h\ncondition:\n  gte: 10"),
		After:  correlating("type: event_count\nrules:\n  - failures\ntimespan: 1h\ncondition:\n  gte: 10"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "value/id", Severity: sigma.Error, Title: "id is no UUID",
		Why:    "The specification asks for one, and other readers refuse the document.",
		Before: "id: 3c6f1d0e",
		After:  "id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21",
	},
	Check{
		Code: "value/status", Severity: sigma.Error, Title: "status is unknown",
		Why:    "Pipelines that choose rules by their status leave the rule out.",
		Before: "status: Test",
		After:  "status: test",
		Fix:    SafeFix,
	},
	Check{
		Code: "value/level", Severity: sigma.Error, Title: "level is unknown",
		Why:    "Products take a severity of their own choice.",
		Before: "level: High",
		After:  "level: high",
		Fix:    SafeFix,
	},
	Check{
		Code: "value/date", Severity: sigma.Error, Title: "date is no day",
		Why:    "Other readers refuse the document.",
		Before: "date: 2024/5/1",
		After:  "date: 2024-05-01",
		Fix:    SafeFix,
	},
	Check{
		Code: "value/modified", Severity: sigma.Error, Title: "day of change is no day",
		Why:    "Other readers refuse the document.",
		Before: "modified: 2024/5/1",
		After:  "modified: 2024-05-01",
		Fix:    SafeFix,
	},
	Check{
		Code: "logsource/empty", Severity: sigma.Error, Title: "logsource names no log",
		Why:    "It can't be told which log the rule reads.",
		Before: "logsource:\n  definition: The audit log of the directory",
		After:  "logsource:\n  product: azure\n  service: auditlogs\n  definition: The audit log of the directory",
	},
)

// someLog is what a rule needs besides its title.
const someLog = "logsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 1\n  condition: selection"

// anotherLog is the same for a rule that looks for something else.
const anotherLog = "logsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 2\n  condition: selection"
