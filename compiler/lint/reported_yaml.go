package lint

import "github.com/sigproof/sigproof/sigma"

// yamlChecks are what the reader of YAML reports.
var yamlChecks = reportedBy("sigma",
	Check{
		Code: "yaml/syntax", Severity: sigma.Error, Title: "YAML can't be read",
		Why:    "Nothing of the document is known. The other codes of this group say what is wrong where that can be told.",
		Before: "description: &a *a",
		After:  "description: Finds it.",
	},
	Check{
		Code: "yaml/tab", Severity: sigma.Error, Title: "line is indented by a tab",
		Why:    "YAML indents with blanks; how wide a tab is nobody knows.",
		Before: "detection:\n  selection:\n\tEventID: 1\n  condition: selection",
		After:  "detection:\n  selection:\n    EventID: 1\n  condition: selection",
		Fix:    UnsafeFix,
	},
	Check{
		Code: "yaml/indent", Severity: sigma.Error, Title: "indentation fits no map above",
		Why:    "It can't be told which map the line belongs to.",
		Before: "detection:\n  selection:\n    EventID: 1\n   condition: selection",
		After:  "detection:\n  selection:\n    EventID: 1\n  condition: selection",
	},
	Check{
		Code: "yaml/colon", Severity: sigma.Error, Title: "colon is missing, or stands where none may",
		Why:    "A line of a map is a key, a colon, a blank and a value.",
		Before: "status test",
		After:  "status: test",
	},
	Check{
		Code: "yaml/quote", Severity: sigma.Error, Title: "text needs quotes, or its quotes do not close where it ends",
		Why:    "In single quotes a quote is written twice, and every other character is itself. Without quotes some characters begin something else than text.",
		Before: "title: 'It's a Rule'",
		After:  "title: 'It''s a Rule'",
		Fix:    UnsafeFix,
	},
	Check{
		Code: "yaml/escape", Severity: sigma.Error, Title: "backslash in double quotes begins no escape",
		Why:    "In double quotes a backslash begins an escape; in single quotes, the custom of Sigma, it is itself.",
		Before: selecting("Image: \"C:\\Windows\\a.exe\""),
		After:  selecting("Image: 'C:\\Windows\\a.exe'"),
		Fix:    UnsafeFix,
	},
	Check{
		Code: "yaml/bracket", Severity: sigma.Error, Title: "bracket or brace is not closed, or closes nothing",
		Why:    "Everything behind it is read as a part of the list or map.",
		Before: "tags: [attack.execution",
		After:  "tags: [attack.execution]",
	},
	Check{
		Code: "yaml/list", Severity: sigma.Error, Title: "list lacks its dashes, or stands where it can't",
		Why:    "A list stands below its key, each entry behind a dash and a blank, and its key has no other value.",
		Before: "tags: - attack.execution",
		After:  "tags:\n  - attack.execution",
	},
	Check{
		Code: "yaml/duplicate-key", Severity: sigma.Error, Title: "key stands twice in one map",
		Why:    "YAML forbids it, and of two fields with the same name most readers keep the last: half of the search is lost without a word.",
		Before: selecting("Image|endswith: '\\a.exe'\nImage|endswith: '\\b.exe'"),
		After:  selecting("Image|endswith:\n  - '\\a.exe'\n  - '\\b.exe'"),
	},
	Check{
		Code: "yaml/key", Severity: sigma.Error, Title: "key is a list or a map",
		Why:    "A key must be text.",
		Before: selecting("? [Image, User]\n: x"),
		After:  selecting("Image: x\nUser: x"),
	},
	Check{
		Code: "yaml/tag", Severity: sigma.Error, Title: "value has a tag of YAML",
		Why:    "Sigma gives tags no meaning, and readers differ in what they make of them.",
		Before: selecting("EventID: !text 1"),
		After:  selecting("EventID: '1'"),
	},
	Check{
		Code: "yaml/encoding", Severity: sigma.Error, Title: "file is not in UTF-8, or has a character that YAML forbids",
		Why:    "Readers refuse the file, or take the bytes for other characters.",
		Before: "description: caf\xe9",
		After:  "description: café",
	},
	Check{
		Code: "yaml/ambiguous", Severity: sigma.Info, Title: "older readers of YAML take the value for another one",
		Why:    "In YAML 1.1, which most tools read, yes is true, 010 is eight, 12:30:45 is a number and 2024-01-01 a time. In YAML 1.2 they are text, and ten.",
		Before: selecting("Enabled: yes"),
		After:  selecting("Enabled: 'yes'"),
		Fix:    SafeFix,
	},
	Check{
		Code: "yaml/limit", Severity: sigma.Error, Title: "file is too deep, or has too many values",
		Why: "No rule needs so much, and a file that does may be made to exhaust its reader. docs/limits.md has the numbers.",
	},
	Check{
		Code: "yaml/too-large", Severity: sigma.Error, Title: "file is too large",
		Why: "No rule needs so much, and a file that does may be made to exhaust its reader. docs/limits.md has the numbers.",
	},
	Check{
		Code: "limit", Severity: sigma.Info, Title: "file has more findings than are shown",
		Why: "Whoever mends the first of them sees the next.",
	},
)
