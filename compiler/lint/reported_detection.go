package lint

import "github.com/sigproof/sigproof/sigma"

// detectionChecks are what the parser reports of searches, values and
// conditions.
var detectionChecks = reportedBy("sigma",
	Check{
		Code: "detection/empty", Severity: sigma.Error, Title: "detection has no search",
		Why:    "A condition joins searches, and needs one.",
		Before: "detection:\n  condition: selection",
		After:  "detection:\n  selection:\n    EventID: 1\n  condition: selection",
	},
	Check{
		Code: "detection/timeframe", Severity: sigma.Error, Title: "timeframe belongs to a count, and there is none",
		Why:    "A search looks at single events; a time has a meaning for correlations alone.",
		Before: "detection:\n  selection:\n    EventID: 1\n  timeframe: 5m\n  condition: selection",
		After:  "detection:\n  selection:\n    EventID: 1\n  condition: selection",
		Fix:    SafeFix,
	},
	Check{
		Code: "detection/too-many", Severity: sigma.Error, Title: "detection has too many searches",
		Why: "Values of one field belong in a list. docs/limits.md has the number.",
	},
	Check{
		Code: "search/name", Severity: sigma.Warning, Title: "search has a name that no condition can use",
		Why:    "A condition takes letters, digits, _ . and - for a name, and an operator for an operator. The search has no effect but in \"them\" and behind a star.",
		Before: "detection:\n  'my selection':\n    EventID: 1\n  condition: 1 of them",
		After:  "detection:\n  my_selection:\n    EventID: 1\n  condition: 1 of them",
	},
	Check{
		Code: "modifier/unknown", Severity: sigma.Error, Title: "modifier is unknown",
		Why:    "Some readers refuse the rule, others compare as if the modifier were not there.",
		Before: selecting("Image|contain: a.exe"),
		After:  selecting("Image|contains: a.exe"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "modifier/case", Severity: sigma.Error, Title: "modifier is not in lower case",
		Why:    "Readers that compare names as they are do not know it.",
		Before: selecting("Image|Contains: a.exe"),
		After:  selecting("Image|contains: a.exe"),
		Fix:    SafeFix,
	},
	Check{
		Code: "modifier/misplaced", Severity: sigma.Error, Title: "modifier can't follow the one before it",
		Why:    "Modifiers work on what the one before them gives; what this one would get has no meaning to it.",
		Before: selecting("Image|contains|re: 'a+\\.exe'"),
		After:  selecting("Image|re: 'a+\\.exe'"),
	},
	Check{
		Code: "modifier/needs-field", Severity: sigma.Error, Title: "modifier stands without a field",
		Why:    "It says something of a field, and a keyword has none.",
		Before: selecting("'|exists': true"),
		After:  selecting("Image|exists: true"),
	},
	Check{
		Code: "modifier/all-of-one", Severity: sigma.Error, Title: "modifier all has one value to choose from",
		Why:    "The specification wants two or more, and engines refuse the rule. Often a list was meant.",
		Before: selecting("CommandLine|contains|all: ' /quiet'"),
		After:  selecting("CommandLine|contains: ' /quiet'"),
		Fix:    SafeFix,
	},
	Check{
		Code: "value/null", Severity: sigma.Error, Title: "null stands in a list, or as a keyword",
		Why:    "null asks for an absent field, and must stand alone. In a list most engines drop it or compare with text.",
		Before: selecting("Image:\n  - a.exe\n  - null"),
		After:  "detection:\n  selection:\n    - Image:\n        - a.exe\n    - Image: null\n  condition: selection",
		Fix:    SafeFix,
	},
	Check{
		Code: "value/map", Severity: sigma.Error, Title: "item holds a map",
		Why:    "A field of an object is written with dots: outer.inner.",
		Before: selecting("user:\n  name: admin"),
		After:  selecting("user.name: admin"),
	},
	Check{
		Code: "value/nested", Severity: sigma.Error, Title: "list of values holds a list or a map",
		Why:    "Each entry is one value.",
		Before: selecting("Image:\n  - [a.exe, b.exe]"),
		After:  selecting("Image:\n  - a.exe\n  - b.exe"),
	},
	Check{
		Code: "value/type", Severity: sigma.Error, Title: "value has the wrong type, or a relation an unknown one",
		Why:    "The modifier can't work on it, so that the item never holds.",
		Before: selecting("Size|gt: '9'"),
		After:  selecting("Size|gt: 9"),
		Fix:    SafeFix,
	},
	Check{
		Code: "value/regex", Severity: sigma.Error, Title: "regular expression does not compile",
		Why:    "Sigma's are of the kind of RE2, which has no lookaround and no references back. Products refuse them too, or read them otherwise.",
		Before: selecting("CommandLine|re: 'a(?=b)'"),
		After:  selecting("CommandLine|re: 'ab'"),
	},
	Check{
		Code: "value/wildcard", Severity: sigma.Error, Title: "wildcard stands in a value that is encoded",
		Why:    "An encoding works on bytes, and a wildcard is no byte.",
		Before: selecting("CommandLine|base64offset|contains: 'http*://'"),
		After:  selecting("CommandLine|base64offset|contains: 'http\\*://'"),
	},
	Check{
		Code: "value/cidr", Severity: sigma.Error, Title: "value is no network",
		Why:    "An address alone and bits behind the network part are refused by some engines, other text by all.",
		Before: selecting("SourceIp|cidr: 10.1.*"),
		After:  selecting("SourceIp|cidr: '10.1.0.0/16'"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "value/range", Severity: sigma.Warning, Title: "no time has such a part",
		Why:    "The item never holds.",
		Before: selecting("UtcTime|hour: 25"),
		After:  selecting("UtcTime|hour: 23"),
	},
	Check{
		Code: "condition/syntax", Severity: sigma.Error, Title: "condition can't be read",
		Why:    "Engines refuse the rule.",
		Before: deciding("selection and (filter or other"),
		After:  deciding("selection and (filter or other)"),
	},
	Check{
		Code: "condition/case", Severity: sigma.Warning, Title: "operator of the condition is in upper case",
		Why:    "The specification writes them in lower case, and some engines take others for names of searches.",
		Before: deciding("selection AND other and filter"),
		After:  deciding("selection and other and filter"),
		Fix:    SafeFix,
	},
	Check{
		Code: "condition/undefined-search", Severity: sigma.Error, Title: "condition names a search that does not exist",
		Why:    "Engines disagree: some refuse the rule, some read it as false, so that \"not name\" is always true.",
		Before: deciding("selction and other and filter"),
		After:  deciding("selection and other and filter"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "condition/count", Severity: sigma.Error, Title: "condition asks for more than there are",
		Why:    "It never holds.",
		Before: deciding("4 of them"),
		After:  deciding("3 of them"),
	},
	Check{
		Code: "condition/extension", Severity: sigma.Info, Title: "condition says what only some engines know",
		Why:    "The specification has \"1 of\" and \"all of\".",
		Before: deciding("any of them"),
		After:  deciding("1 of them"),
		Fix:    SafeFix,
	},
	Check{
		Code: "condition/aggregation", Severity: sigma.Error, Title: "condition counts events",
		Why:    "Sigma 2 counts by correlations, which are documents of their own; converters of today refuse what stands behind the bar.",
		Before: "title: Failures\nid: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\nlogsource:\n  product: windows\ndetection:\n  selection:\n    EventID: 4625\n  timeframe: 10m\n  condition: selection | count() by User > 10",
		After:  aggregationMended,
		Fix:    UnsafeFix,
	},
	Check{
		Code: "filter/keeps", Severity: sigma.Warning, Title: "filter keeps what it looks for",
		Why:    "Its condition is joined by \"and\" to that of each rule. To take events away it must say \"not\".",
		Before: "title: Known Backup Software\nlogsource:\n  product: windows\nfilter:\n  rules: any\n  selection:\n    User: backup\n  condition: selection",
		After:  "title: Known Backup Software\nlogsource:\n  product: windows\nfilter:\n  rules: any\n  selection:\n    User: backup\n  condition: not selection",
		Fix:    UnsafeFix,
	},
)

const aggregationMended = `title: Failures
id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21
logsource:
  product: windows
detection:
  selection:
    EventID: 4625
  condition: selection
---
title: Failures (count)
id: b9a49ae2-57a3-5ead-9f5e-e739c41ffe53
correlation:
    type: event_count
    rules:
        - 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21
    group-by:
        - User
    timespan: 10m
    condition:
        gt: 10`
