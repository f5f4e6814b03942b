package sigma

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// table is what documents mean: their trees, their canonical text, and what
// is wrong with them. Parsing, printing, walking and formatting all run it.
var table = []struct {
	name  string
	in    string
	tree  *Detection // of the first rule; nil if of no interest
	print string     // empty if of no interest
	diags []string
	fixed string // what the fixes make of it; empty if there are none
}{
	{
		name: "a rule in full",
		in: `title: Role assigned outside of PIM
id: b1bc08d1-8224-4758-a0e6-fbcfc98c73bb
name: role_outside_pim
related:
    - id: 4ad97bf5-a514-41a4-abd3-4f3455ad4865
      type: derived
status: test
description: |
    First line.

    Second.
license: MIT
references: [https://example.com/a#b]
author: A, B
date: 2024-01-31
modified: 2024/02/01
tags: [attack.t1078.004]
scope: [server]
taxonomy: sigma
logsource: {product: azure, service: auditlogs, definition: 'Logs: all', plan: p1}
detection:
    sel: {a: 1}
    condition: sel
fields: [a]
falsepositives: [None]
level: high
custom: {answer: 42, quoted: '42'}
`,
		tree: detection(ref("sel"), search("sel", all(item("a", num("1"))))),
		print: `title: Role assigned outside of PIM
id: b1bc08d1-8224-4758-a0e6-fbcfc98c73bb
name: role_outside_pim
related:
    - id: 4ad97bf5-a514-41a4-abd3-4f3455ad4865
      type: derived
status: test
description: |
    First line.

    Second.
license: MIT
references:
    - https://example.com/a#b
author: A, B
date: 2024-01-31
modified: 2024/02/01
tags:
    - attack.t1078.004
scope:
    - server
taxonomy: sigma
logsource:
    product: azure
    service: auditlogs
    definition: 'Logs: all'
    plan: p1
detection:
    sel:
        a: 1
    condition: sel
fields:
    - a
falsepositives:
    - None
level: high
custom:
    answer: 42
    quoted: '42'
`,
	},
	{
		name: "types are those of the core schema",
		in:   inRule("  s:\n    a: [yes, 'true', true, 010, 0x17, 1e3, '5', 2024-01-01, 12:30:45, .inf]\n    <<: x\n    b: ~\n    c:\n    d: ''\n  condition: s\n"),
		tree: detection(ref("s"), search("s", all(
			item("a", str("yes"), str("true"), boolean(true), num("010"), num("0x17"), num("1e3"), str("5"), str("2024-01-01"), str("12:30:45"), str(".inf")),
			item("<<", str("x")), item("b", null()), item("c", null()), item("d", str(""))))),
		print: "title: t\nlogsource:\n    product: p\ndetection:\n    s:\n        a:\n            - 'yes'\n            - 'true'\n            - true\n            - 010\n            - 0x17\n            - 1e3\n            - '5'\n            - '2024-01-01'\n            - '12:30:45'\n            - '.inf'\n        '<<': x\n        b: null\n        c: null\n        d: ''\n    condition: s\n",
		diags: []string{
			"5:9: info: yes is text in YAML 1.2, and older tools read it otherwise [yaml/ambiguous]",
			"5:28: info: 010 is a number in YAML 1.2, and older tools read it otherwise [yaml/ambiguous]",
			"5:39: info: 1e3 is a number in YAML 1.2, and older tools read it otherwise [yaml/ambiguous]",
			"5:49: info: 2024-01-01 is text in YAML 1.2, and older tools read it otherwise [yaml/ambiguous]",
			"5:61: info: 12:30:45 is text in YAML 1.2, and older tools read it otherwise [yaml/ambiguous]",
			"5:71: info: .inf is text in YAML 1.2, and older tools read it otherwise [yaml/ambiguous]",
			"6:5: info: << is text in YAML 1.2, and older tools read it otherwise [yaml/ambiguous]",
		},
		fixed: inRule("  s:\n    a: ['yes', 'true', true, 010, 0x17, 1e3, '5', '2024-01-01', '12:30:45', '.inf']\n    '<<': x\n    b: ~\n    c:\n    d: ''\n  condition: s\n"),
	},
	{
		name: "maps join by and, lists by or, scalars are keywords",
		in:   inRule("  m: {a: x, b|contains|all: [w, z]}\n  l: [{a: x}, {b: z}]\n  k: [one, 2]\n  o: one\n  x: [one, {a: b}, [two, three]]\n  w: {'|all': [p, q]}\n  condition: all of them\n"),
		tree: detection(allOf("them"),
			search("m", all(item("a", str("x")), item("b|contains|all", str("w"), str("z")))),
			search("l", anyOf(all(item("a", str("x"))), all(item("b", str("z"))))),
			search("k", item("", str("one"), num("2"))),
			search("o", item("", str("one"))),
			search("x", anyOf(item("", str("one")), all(item("a", str("b"))), item("", str("two"), str("three")))),
			search("w", all(item("|all", str("p"), str("q"))))),
	},
	{
		name: "an anchor brings its values in",
		in:   inRule("  s: {a: &v [x, z]}\n  u: {b: *v}\n  condition: s or u\n"),
		tree: detection(or(ref("s"), ref("u")), search("s", all(item("a", str("x"), str("z")))), search("u", all(item("b", str("x"), str("z"))))),
	},
	{
		name: "a list of conditions is their or",
		in:   inRule("  s: x\n  condition:\n    - s\n    - not s\n"),
		tree: &Detection{Searches: []*Search{search("s", item("", str("x")))}, Conditions: []*Condition{{Expr: ref("s")}, {Expr: not(ref("s"))}}},
	},
	{
		name: "precedence and parentheses",
		in:   inRule("  a: x\n  b: x\n  c: x\n  condition: a or b and not c or (a or b) and 2 of *\n"),
		tree: detection(or(ref("a"), and(ref("b"), not(ref("c"))), and(or(ref("a"), ref("b")), nOf(2, "*"))),
			search("a", item("", str("x"))), search("b", item("", str("x"))), search("c", item("", str("x")))),
		print: "title: t\nlogsource:\n    product: p\ndetection:\n    a: x\n    b: x\n    c: x\n    condition: a or b and not c or (a or b) and 2 of *\n",
		diags: []string{`7:47: info: "2 of" is an extension; the specification has "1 of" and "all of" [condition/extension]`},
	},
	{
		name: "a search is named like an operator only as a whole",
		in:   inRule("  notepad: x\n  origin: x\n  1sel-a.b: x\n  condition: notepad and origin and 1sel-a.b\n"),
		tree: detection(and(ref("notepad"), ref("origin"), ref("1sel-a.b")), search("notepad", item("", str("x"))), search("origin", item("", str("x"))), search("1sel-a.b", item("", str("x")))),
	},

	// What is wrong with documents.
	{name: "nothing", in: "# only a comment\n"},
	{name: "text", in: "hello\n", diags: []string{`1:1: error: the document is text; it must be a map with "title", "logsource" and "detection" [document/not-a-map]`}},
	{name: "nothing that is needed", in: "id: x\n", diags: []string{
		`1:1: error: the document has no "detection" [missing/detection]`,
		`1:1: error: the document has no "logsource" [missing/logsource]`,
		`1:1: error: the document has no "title" [missing/title]`,
		`1:5: error: id "x" is no UUID; it must look like 12345678-1234-4123-8123-123456789abc [value/id]`,
	}},
	{
		name: "misspelt keys",
		in:   "titel: t\nlogsource: {prodct: p}\ndetection: {s: x, condition: s}\nreference: [x]\nowner: me\n",
		diags: []string{
			`1:1: error: the document has no "title" [missing/title]`,
			`2:13: warning: logsource has no key "prodct" [unknown-key]`,
			`4:1: warning: the document has no key "reference" [unknown-key]`,
		},
		fixed: "title: t\nlogsource: {product: p}\ndetection: {s: x, condition: s}\nreferences: [x]\nowner: me\n",
	},
	{
		name: "values that the specification lists",
		in:   "title: t\nid: 12345678-1234-1234-1234-123456789abg\nstatus: expermental\nlevel: High\ndate: 2024/1/5\nmodified: 2024-02-30\nrelated:\n  - {id: 12345678123412341234123456789abc, type: obsoletes}\nlogsource: {product: p}\ndetection: {s: x, condition: s}\n",
		diags: []string{
			`2:5: error: id "12345678-1234-1234-1234-123456789abg" is no UUID; it must look like 12345678-1234-4123-8123-123456789abc [value/id]`,
			`3:9: error: status "expermental" is unknown; it must be "stable", "test", "experimental", "deprecated" or "unsupported" [value/status]`,
			`4:8: error: level "High" is unknown; it must be "informational", "low", "medium", "high" or "critical" [value/level]`,
			`5:7: error: date "2024/1/5" is no date of the form YYYY-MM-DD [value/date]`,
			`6:11: error: modified "2024-02-30" is no date of the form YYYY-MM-DD [value/modified]`,
			`8:10: warning: id "12345678123412341234123456789abc" is no UUID; it must look like 12345678-1234-4123-8123-123456789abc [value/id]`,
			`8:50: warning: type "obsoletes" is unknown; it must be "derived", "obsolete", "merged", "renamed" or "similar" [value/type]`,
		},
	},
	{
		name: "kinds of values",
		in:   "title: [t]\nstatus: {a: b}\ntags: {a: b}\nreferences: [a, [b]]\nrelated: x\nlogsource: []\ndetection: x\n",
		diags: []string{
			`1:8: error: "title" holds a list; it must hold text [type]`,
			`2:9: error: "status" holds a map; it must hold text [type]`,
			`3:7: error: "tags" holds a map; it must hold a list of texts [type]`,
			`4:17: error: "references" has a list in its list; each entry must be text [type]`,
			`5:10: error: "related" holds text; it must hold a list of maps with "id" and "type" [type]`,
			`6:12: error: "logsource" holds a list; it must hold a map [type]`,
			`7:12: error: "detection" holds text; it must hold a map [type]`,
		},
	},
	{name: "no log", in: "title: t\nlogsource: {definition: x}\ndetection: {s: x, condition: s}\n", diags: []string{
		`2:1: error: the logsource names no log; it needs a "category", "product" or "service" [logsource/empty]`,
	}},
	{name: "no search, no condition", in: "title: t\nlogsource: {product: p}\ndetection: {selection: {}}\n", diags: []string{
		`3:12: error: the detection has no "condition" [missing/condition]`,
		`3:24: error: search "selection" has an empty map; it must have a field [empty]`,
	}},
	{name: "only a condition", in: inRule("  condition: sel\n"), diags: []string{
		`3:1: error: the detection has no search; a condition needs one to name [detection/empty]`,
	}},
	{
		name:  "two kinds of document",
		in:    "title: t\nlogsource: {product: p}\ndetection: {s: x, condition: s}\ncorrelation: {type: temporal, rules: [a, b], timespan: 5m}\n",
		diags: []string{`4:1: error: the document has "detection" and "correlation"; it must have one of them [document/kind]`},
	},
	{
		name: "documents that lean on each other",
		in:   "action: global\ntitle: t\ndetection: {condition: s}\n---\nlogsource: {product: p}\ndetection: {s: x}\n",
		diags: []string{
			`1:1: error: "action: global" joins documents, which Sigma no longer does; each document must be whole [document/action]`,
			`5:1: error: the document leans on the "action: global" above; it must have its own title, logsource and detection [document/action]`,
		},
	},

	// Modifiers.
	{
		name: "modifiers",
		in:   inRule("  s:\n    a|contain: x\n    b|Contains: x\n    c|re|contains: x\n    d|i: x\n    e|wide: x\n    f|contains|contains: x\n    g|: x\n    h|contains|all: x\n    '|exists': true\n  condition: s\n"),
		diags: []string{
			`5:7: error: unknown modifier "contain" [modifier/unknown]`,
			`6:7: error: modifier "Contains" must be in lower case: "contains" [modifier/case]`,
			`7:10: error: modifier "contains" can't follow "re" [modifier/misplaced]`,
			`8:7: error: modifier "i" needs "re" before it [modifier/misplaced]`,
			`9:7: error: modifier "wide" needs "base64" or "base64offset" behind it [modifier/misplaced]`,
			`10:16: error: modifier "contains" stands twice [modifier/misplaced]`,
			`11:7: error: unknown modifier "" [modifier/unknown]`,
			`12:16: error: modifier "all" needs two values or more, and there is one [modifier/all-of-one]`,
			`13:7: error: modifier "exists" needs a field before it [modifier/needs-field]`,
		},
	},
	{
		name:  "all of one value",
		in:    inRule("  s:\n    a|contains|all: [x]\n  condition: s\n"),
		diags: []string{`5:16: error: modifier "all" needs two values or more, and there is one [modifier/all-of-one]`},
		fixed: inRule("  s:\n    a|contains: [x]\n  condition: s\n"),
	},

	{
		name:  "all of one keyword",
		in:    inRule("  s:\n    '|all': x\n  condition: s\n"),
		diags: []string{`5:7: error: modifier "all" needs two values or more, and there is one [modifier/all-of-one]`},
		fixed: inRule("  s:\n    '': x\n  condition: s\n"),
	},
	{
		name: "all of a placeholder",
		in:   inRule("  s:\n    a|expand|all: '%list%'\n  condition: s\n"),
	},
	{
		name:  "lines of Windows and a byte order mark",
		in:    "\ufefftitle: t\r\nlogsource:\r\n  product: p\r\ndetection:\r\n  s:\r\n    - ä|b\r\n    - |\r\n      two\r\n      lines\r\n  condition: s and t\r\n",
		tree:  detection(and(ref("s"), ref("t")), search("s", item("", str("ä|b"), str("two\nlines\n")))),
		diags: []string{`10:20: error: condition names "t", and no search of the detection has that name [condition/undefined-search]`},
	},

	// Values.
	{
		name: "null stands alone",
		in:   inRule("  s:\n    a:\n      - x # one\n      - null\n  t: {b: [null], c: [y, null]}\n  u: [null]\n  v: ~\n  w: {d|contains: null}\n  condition: 1 of them\n"),
		diags: []string{
			`7:9: error: "a" has null in its list; null must stand alone [value/null]`,
			`8:11: error: "b" has null in its list; null must stand alone [value/null]`,
			`8:25: error: "c" has null in its list; null must stand alone [value/null]`,
			`9:7: error: null stands as a keyword; it must be bound to a field [value/null]`,
			`10:6: error: null stands as a keyword; it must be bound to a field [value/null]`,
			`11:19: error: modifier "contains" can't work on null [value/type]`,
		},
	},
	{
		name:  "null beside other values becomes a map of its own",
		in:    inRule("  s:\n    a:\n      - x # one\n      - null\n  condition: s\n"),
		diags: []string{`7:9: error: "a" has null in its list; null must stand alone [value/null]`},
		fixed: inRule("  s:\n    - a:\n        - x # one\n    - a: null\n  condition: s\n"),
	},
	{
		name: "empty and nested",
		in:   inRule("  s: {a: [], b: {}, c: {d: e}, f: [[x]]}\n  t: []\n  condition: s or t\n"),
		diags: []string{
			`4:10: error: "a" has an empty list; it must have a value [empty]`,
			`4:17: error: "b" holds a map; it must hold a value or a list of values [value/map]`,
			`4:24: error: "c" holds a map; it must hold a value or a list of values [value/map]`,
			`4:36: error: "f" has a list in its list; each entry must be a value [value/nested]`,
			`5:6: error: search "t" has an empty list; it must have a map or a keyword [empty]`,
		},
	},
	{
		name: "types that modifiers need",
		in:   inRule("  s:\n    a|gt: '9'\n    b|exists: yes\n    c|contains: true\n    d|fieldref: 5\n    e|lt: x\n    f|cidr: '10.1.*'\n    g|hour: 25\n  k: [true]\n  condition: s and k\n"),
		diags: []string{
			`5:11: error: modifier "gt" needs a number, not '9' [value/type]`,
			`6:15: error: modifier "exists" needs true or false, not yes [value/type]`,
			`7:17: error: modifier "contains" needs text, not true [value/type]`,
			`8:17: error: modifier "fieldref" needs text, not 5 [value/type]`,
			`9:11: error: modifier "lt" needs a number, not x [value/type]`,
			`10:13: error: "10.1.*" is no network; it must look like 10.0.0.0/8 or 2001:db8::/32 [value/cidr]`,
			`11:13: warning: no time has the hour 25; it goes from 0 to 23 [value/range]`,
			`12:7: error: true stands as a keyword; a keyword must be text or a number [value/type]`,
		},
	},
	{
		name: "types that can be mended",
		in:   inRule("  s:\n    a|gt: '9'\n    b|exists: yes\n    c|contains: true\n    f|cidr: '10.1.*'\n  condition: s\n"),
		diags: []string{
			`5:11: error: modifier "gt" needs a number, not '9' [value/type]`,
			`6:15: error: modifier "exists" needs true or false, not yes [value/type]`,
			`7:17: error: modifier "contains" needs text, not true [value/type]`,
			`8:13: error: "10.1.*" is no network; it must look like 10.0.0.0/8 or 2001:db8::/32 [value/cidr]`,
		},
		fixed: inRule("  s:\n    a|gt: 9\n    b|exists: true\n    c|contains: 'true'\n    f|cidr: '10.1.0.0/16'\n  condition: s\n"),
	},
	{
		name: "networks",
		in:   inRule("  s:\n    a|cidr: [10.0.0.0/8, '2001:db8::/32', 10.0.0.1/8, 10.0.0.1, 10.0.0.0/33, host]\n  condition: s\n"),
		diags: []string{
			`5:43: warning: "10.0.0.1/8" has bits behind its network part; the network is 10.0.0.0/8 [value/cidr]`,
			`5:55: warning: "10.0.0.1" is an address; the network of it alone is 10.0.0.1/32 [value/cidr]`,
			`5:65: error: "10.0.0.0/33" is no network; it must look like 10.0.0.0/8 or 2001:db8::/32 [value/cidr]`,
			`5:78: error: "host" is no network; it must look like 10.0.0.0/8 or 2001:db8::/32 [value/cidr]`,
		},
	},
	{
		name: "regular expressions",
		in: inRule("  s:\n    a|re:\n      - 'a(?=b)'\n      - 'a(?<!b)'\n      - '(a)\\1'\n      - 'a++b'\n      - '(a'\n      - 'a)'\n      - '[a'\n      - \"\\u00e4\\\\y\"\n      - 'it''s(?>x)'\n      - '*a'\n      - 'a\\'\n      - 'a{1001}'\n      - '[z-a]'\n      - '(?<name>a)[(?=]\\(?='\n" +
			"    b|re|i|m|s: '^a.b$'\n  condition: s\n"),
		diags: []string{
			`6:11: error: "(?=" is a lookahead, which RE2 syntax does not have [value/regex]`,
			`7:11: error: "(?<!" is a negative lookbehind, which RE2 syntax does not have [value/regex]`,
			`8:13: error: "\\1" is a backreference, which RE2 syntax does not have [value/regex]`,
			`9:11: error: "++" is a possessive quantifier, which RE2 syntax does not have [value/regex]`,
			`10:10: error: "(" is never closed in the regular expression [value/regex]`,
			`11:11: error: ")" has no "(" in the regular expression; a plain one is written \) [value/regex]`,
			`12:10: error: "[" is never closed in the regular expression; a plain one is written \[ [value/regex]`,
			`13:16: error: "\\y" is no escape of RE2 syntax [value/regex]`,
			`14:15: error: "(?>" is an atomic group, which RE2 syntax does not have [value/regex]`,
			`15:10: error: "*" has nothing before it to repeat; any text is .*, and a plain star is written \* [value/regex]`,
			`16:11: error: the regular expression ends in "\"; a plain one is written \\ [value/regex]`,
			`17:11: error: "{1001}" repeats too often, or backwards; at most 1000 is possible [value/regex]`,
			`18:11: error: "z-a" is no range of characters, or an unknown class [value/regex]`,
		},
	},
	{
		name: "no wildcard in bytes",
		in:   inRule("  s:\n    a|base64: ['a*b', 'a\\*b']\n    b|wide|base64offset|contains: 'x?'\n  condition: s\n"),
		diags: []string{
			`5:18: error: "*" is a wildcard, and modifier "base64" encodes bytes; a plain * is written \* [value/wildcard]`,
			`6:37: error: "?" is a wildcard, and modifier "base64offset" encodes bytes; a plain ? is written \? [value/wildcard]`,
		},
	},

	// Conditions.
	{
		name: "conditions that name nothing",
		in:   inRule("  selection: x\n  _hidden: x\n  condition: selction and 1 of filter_* and 3 of them and 1 of selection\n"),
		diags: []string{
			`6:14: error: condition names "selction", and no search of the detection has that name [condition/undefined-search]`,
			`6:32: error: no search of the detection is named like "filter_*" [condition/undefined-search]`,
			`6:45: error: "3 of them" asks for more searches than are named so: there is only 1 [condition/count]`,
		},
	},
	{
		name: "operators in upper case",
		in:   inRule("  a: x\n  b: x\n  condition: a AND NOT (b Or ALL OF them) and any of them\n"),
		diags: []string{
			`6:16: warning: operator "AND" must be in lower case: "and" [condition/case]`,
			`6:20: warning: operator "NOT" must be in lower case: "not" [condition/case]`,
			`6:27: warning: operator "Or" must be in lower case: "or" [condition/case]`,
			`6:30: warning: operator "ALL" must be in lower case: "all" [condition/case]`,
			`6:34: warning: operator "OF" must be in lower case: "of" [condition/case]`,
			`6:47: info: "any of" is an extension; the specification says "1 of" [condition/extension]`,
		},
		fixed: inRule("  a: x\n  b: x\n  condition: a and not (b or all of them) and 1 of them\n"),
	},
	{
		name: "places in folded and quoted conditions",
		in:   inRule("  s: x\n  condition:\n    - >\n      s and\n      t\n    - \"s\\x20and u\"\n    - 's or\n      v'\n"),
		diags: []string{
			`8:7: error: condition names "t", and no search of the detection has that name [condition/undefined-search]`,
			`9:17: error: condition names "u", and no search of the detection has that name [condition/undefined-search]`,
			`11:7: error: condition names "v", and no search of the detection has that name [condition/undefined-search]`,
		},
	},
	{name: "unclosed", in: inRule("  a: x\n  condition: 'a and (a or a'\n"), diags: []string{`5:21: error: "(" is never closed [condition/syntax]`}},
	{name: "too many closed", in: inRule("  a: x\n  condition: a)\n"), diags: []string{`5:15: error: ")" has no "(" [condition/syntax]`}},
	{name: "no operand", in: inRule("  a: x\n  condition: a and\n"), diags: []string{`5:16: error: "and" needs a search behind it [condition/syntax]`}},
	{name: "no operator", in: inRule("  a: x\n  condition: a a\n"), diags: []string{`5:16: error: unexpected "a"; "and" or "or" must stand between two searches [condition/syntax]`}},
	{
		name:  "signs of other languages",
		in:    inRule("  a: x\n  condition: a && a\n"),
		diags: []string{`5:16: error: unexpected "&&"; "and" or "or" must stand between two searches [condition/syntax]`},
		fixed: inRule("  a: x\n  condition: a and a\n"),
	},
	{
		name:  "a sign for or",
		in:    inRule("  a: x\n  b: x\n  condition: a ||b\n"),
		diags: []string{`6:16: error: unexpected "||"; "and" or "or" must stand between two searches [condition/syntax]`},
		fixed: inRule("  a: x\n  b: x\n  condition: a or b\n"),
	},
	{
		name:  "a sign for not",
		in:    inRule("  a: x\n  condition: '!a'\n"),
		diags: []string{`5:15: error: unexpected "!"; a search must stand here [condition/syntax]`},
		fixed: inRule("  a: x\n  condition: 'not a'\n"),
	},
	{name: "a command behind a condition", in: inRule("  a: x\n  condition: a | where b\n"), diags: []string{
		`5:16: error: "| where" has no place here; a condition joins searches by and, or and not [condition/syntax]`,
	}},
	{name: "none of", in: inRule("  a: x\n  condition: 0 of them\n"), diags: []string{`5:14: error: "0 of" always holds; at least 1 must be asked for [condition/syntax]`}},
	{name: "a bare pattern", in: inRule("  a: x\n  condition: a*\n"), diags: []string{`5:14: error: pattern "a*" needs "1 of" or "all of" before it [condition/syntax]`}},
	{name: "an empty condition", in: inRule("  a: x\n  condition: ''\n  b: z\n"), diags: []string{`5:15: error: the condition is empty; it must name a search [condition/syntax]`}},
	{name: "a condition of another kind", in: inRule("  a: x\n  condition: {a: b}\n"), diags: []string{`5:14: error: "condition" holds a map; it must hold a list of texts [type]`}},
	{name: "names of searches", in: inRule("  'a b': x\n  and: x\n  condition: 1 of *\n"), diags: []string{
		`4:3: warning: no condition can name the search "a b"; names have letters, digits, _ . and - [search/name]`,
		`5:3: error: search "and" is named like an operator of conditions; it needs another name [search/name]`,
	}},
	{
		name:  "a count becomes a correlation",
		in:    inRule("  s: x\n  timeframe: 5m # long\n  condition: s | count(user) by host >= 3\n") + "level: low\n",
		diags: []string{`6:16: error: "| count(user) by host >= 3" joins events, which a condition no longer can; a correlation must [condition/aggregation]`},
		fixed: inRule("  s: x\n  condition: s\n") + `level: low
---
title: t (count)
correlation:
    type: value_count
    rules:
        - t
    group-by:
        - host
    timespan: 5m
    condition:
        gte: 3
        field: user
level: low
`,
	},
	{
		name:  "a timeframe alone",
		in:    inRule("  s: x\n  timeframe: 5m\n  condition: s\n"),
		diags: []string{`5:14: error: "timeframe" belongs to a count, and the condition has none; without it the rule means the same [detection/timeframe]`},
		fixed: inRule("  s: x\n  condition: s\n"),
	},
	{name: "near without a time", in: inRule("  s: x\n  condition: s | near s\n"), diags: []string{
		`5:16: error: "| near s" joins events, which a condition no longer can; a correlation must [condition/aggregation]`,
	}},
	{name: "near nothing", in: inRule("  s: x\n  condition: s | near t and\n"), diags: []string{
		`5:25: error: "and" needs a search behind it [condition/syntax]`,
	}},
	{name: "near what is not there", in: inRule("  s: x\n  timeframe: 5m\n  condition: s | near t\n"), diags: []string{
		`6:16: error: "| near t" joins events, which a condition no longer can; a correlation must [condition/aggregation]`,
		`6:23: error: condition names "t", and no search of the detection has that name [condition/undefined-search]`,
	}},
	{
		name:  "what is near keeps its text",
		in:    "title: Two\nlogsource: {product: p}\ndetection:\n    s: x\n    t:\n        a|contains: 'z' # why\n    timeframe: 30s\n    condition: s | near t\n",
		diags: []string{`8:18: error: "| near t" joins events, which a condition no longer can; a correlation must [condition/aggregation]`},
		fixed: "title: Two\nname: two\nlogsource: {product: p}\ndetection:\n    s: x\n    t:\n        a|contains: 'z' # why\n    condition: s\n" +
			"---\ntitle: Two (t)\nname: two_t\nlogsource:\n    product: p\ndetection:\n    t:\n        a|contains: 'z'\n    condition: t\n" +
			"---\ntitle: Two (near)\ncorrelation:\n    type: temporal\n    rules:\n        - two\n        - two_t\n    timespan: 30s\n",
	},
	{
		name:  "near becomes rules and a correlation",
		in:    "title: Dumped Secrets\n" + "logsource: {product: p}\ndetection:\n  s: x\n  t: {a: z}\n  u: w\n  timeframe: 30s\n  condition: s | near t and not u # all\nlevel: low\n",
		diags: []string{`8:16: error: "| near t and not u" joins events, which a condition no longer can; a correlation must [condition/aggregation]`},
		fixed: `title: Dumped Secrets
name: dumped_secrets
logsource: {product: p}
detection:
  s: x
  t: {a: z}
  u: w
  condition: s # all
level: low
---
title: Dumped Secrets (t)
name: dumped_secrets_t
logsource:
    product: p
detection:
    t:
        a: z
    condition: t
level: low
---
title: Dumped Secrets (u)
name: dumped_secrets_u
logsource:
    product: p
detection:
    u: w
    condition: u
level: low
---
title: Dumped Secrets (near)
correlation:
    type: temporal
    rules:
        - dumped_secrets
        - dumped_secrets_t
        - dumped_secrets_u
    timespan: 30s
    condition: dumped_secrets and dumped_secrets_t and not dumped_secrets_u
level: low
`,
	},

	// Correlations.
	{
		name:  "a correlation",
		in:    inCorrelation("  type: value_percentile\n  rules: a\n  group-by: u\n  timespan: 1w\n  generate: true\n  aliases: {u: {a: x}}\n  condition: {gt: 9.5, lte: 20, field: f, percentile: 95}\n"),
		print: "title: c\nname: c\ncorrelation:\n    type: value_percentile\n    rules:\n        - a\n    group-by:\n        - u\n    timespan: 1w\n    generate: true\n    aliases:\n        u:\n            a: x\n    condition:\n        gt: 9.5\n        lte: 20\n        field: f\n        percentile: 95\n",
	},
	{
		name:  "generate beside the correlation",
		in:    "title: c\ngenerate: true\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  timespan: 5m\n",
		print: "title: c\ncorrelation:\n    type: temporal\n    rules:\n        - a\n        - b\n    timespan: 5m\n    generate: true\n",
		diags: []string{`2:1: info: "generate" stands beside "correlation"; most tools read it only inside [correlation/generate-place]`},
	},
	{
		name:  "an extended correlation",
		in:    inCorrelation("  type: temporal\n  timespan: 5m\n  condition: (a or b) and not c\n"),
		print: "title: c\nname: c\ncorrelation:\n    type: temporal\n    timespan: 5m\n    condition: (a or b) and not c\n",
	},
	{
		name: "a correlation without its parts",
		in:   inCorrelation("  window: 5m\n"),
		diags: []string{
			`4:3: error: the correlation has no "rules" [missing/rules]`,
			`4:3: error: the correlation has no "timespan" [missing/timespan]`,
			`4:3: error: the correlation has no "type" [missing/type]`,
			`4:3: error: a correlation has no key "window"; it has type, rules, group-by, timespan, condition, aliases, generate [correlation/key]`,
		},
	},
	{
		name:  "a correlation with a timeframe",
		in:    inCorrelation("  type: temporal\n  condition: c and c\n  timeframe: 5m\n"),
		diags: []string{`6:3: error: the correlation has no "timespan" [missing/timespan]`},
	},
	{
		name: "a correlation that can't be",
		in:   inCorrelation("  type: event_cuont\n  rules: []\n  timespan: 5 min\n  generate: yes\n  condition: {'>=': 3, gte: '4', felid: x}\n"),
		diags: []string{
			`4:9: error: correlation type "event_cuont" is unknown; it must be "event_count", "value_count", "value_sum", "value_avg", "value_median", "value_percentile", "temporal" or "temporal_ordered" [correlation/type]`,
			`5:10: error: "rules" is an empty list; it must name a rule [empty]`,
			`6:13: error: timespan "5 min" is no duration; it must be a number with s, m, h, d, w, M or y behind it, such as 15m [value/timespan]`,
			`7:13: error: "generate" holds text; it must hold true or false [type]`,
			`8:15: error: a correlation's condition has no key ">="; it has gt, gte, lt, lte, eq, neq, field, percentile [correlation/condition]`,
			`8:29: error: "gte" holds text; it must hold a number [type]`,
			`8:34: error: a correlation's condition has no key "felid"; it has gt, gte, lt, lte, eq, neq, field, percentile [correlation/condition]`,
		},
	},
	{name: "an event count of a field", in: inCorrelation("  type: event_count\n  rules: a\n  timespan: 1M\n  condition: {lt: 3, field: x}\n"), diags: []string{
		`6:13: info: 1M is taken for 2629746 seconds, since months and years differ in length [value/timespan]`,
		`7:15: info: "lt" is judged only when an event arrives; nothing reports that there were none [correlation/only-on-events]`,
		`7:22: error: event_count has no use for "field"; value_count has [correlation/field]`,
	}},
	{name: "a value count of nothing", in: inCorrelation("  type: value_count\n  rules: a\n  timespan: 1h\n  condition: {gte: 3}\n"), diags: []string{
		`7:3: error: value_count needs a "field" in its condition: what to count or measure [correlation/field]`,
	}},
	{name: "a count of names", in: inCorrelation("  type: event_count\n  rules: a\n  timespan: 1h\n  condition: a and b\n"), diags: []string{
		`7:14: error: event_count needs a condition such as gte: 10; only temporal types join rules by names [correlation/condition]`,
	}},
	{name: "a count without a number", in: inCorrelation("  type: event_count\n  rules: a\n  timespan: 1h\n"), diags: []string{
		`4:9: error: event_count needs a condition such as gte: 10 [missing/condition]`,
	}},
	{name: "a count by a number", in: inCorrelation("  type: event_count\n  rules: a\n  timespan: 1h\n  condition: 5\n"), diags: []string{
		`7:14: error: "condition" holds a number; it must hold a comparison such as "gte: 10", or text that joins rules [type]`,
	}},
	{
		name:  "a count by a sign",
		in:    inCorrelation("  type: event_count\n  rules: c\n  timespan: 1h\n  condition: {'>': 5}\n"),
		diags: []string{`7:15: error: a correlation's condition has no key ">"; it has gt, gte, lt, lte, eq, neq, field, percentile [correlation/condition]`},
	},
	{name: "no range", in: inCorrelation("  type: event_count\n  rules: a\n  timespan: 1h\n  condition: {gt: 1, gte: 2}\n"), diags: []string{
		`7:22: error: a condition has one operator, or a range of gt or gte with lt or lte [correlation/condition]`,
	}},
	{name: "an empty range", in: inCorrelation("  type: event_count\n  rules: a\n  timespan: 1h\n  condition: {gt: 9, lt: 2}\n"), diags: []string{
		`7:22: error: the condition never holds: no number is gt 9 and lt 2 [correlation/condition]`,
	}},

	// Filters.
	{
		name:  "a filter",
		in:    inFilter("  rules: [a, b]\n  selection: {u|startswith: adm_}\n  condition: not selection\n"),
		print: "title: f\nlogsource:\n    product: p\nfilter:\n    rules:\n        - a\n        - b\n    selection:\n        u|startswith: adm_\n    condition: not selection\n",
	},
	{
		name:  "a filter for any rule",
		in:    inFilter("  rules: any\n  s: {a: b}\n  condition: not s\n"),
		print: "title: f\nlogsource:\n    product: p\nfilter:\n    rules: any\n    s:\n        a: b\n    condition: not s\n",
	},
	{
		name:  "a filter that keeps what it says it takes away",
		in:    "title: Filter administrators\nlogsource: {product: p}\nfilter:\n  rules: any\n  a: x\n  b: x\n  condition: a or b\n",
		diags: []string{`7:14: warning: the filter keeps only what matches "a or b"; to take those events away it must say not [filter/keeps]`},
		fixed: "title: Filter administrators\nlogsource: {product: p}\nfilter:\n  rules: any\n  a: x\n  b: x\n  condition: not (a or b)\n",
	},
	{name: "a filter that counts", in: inFilter("  rules: any\n  a: x\n  timeframe: 5m\n  condition: a | count() > 5\n"), diags: []string{
		`6:14: error: "timeframe" has no meaning in a filter; it says of single events whether they stay [detection/timeframe]`,
		`7:16: error: a filter can't count; it says of single events whether they stay [condition/aggregation]`,
	}},
	{name: "a filter for nothing", in: inFilter("  rules: []\n  s: x\n  condition: t\n"), diags: []string{
		`4:10: error: "rules" is an empty list; it must name a rule, or be "any" [empty]`,
		`6:14: error: condition names "t", and no search of the filter has that name [condition/undefined-search]`,
	}},
	{name: "a filter without its parts", in: "title: f\nfilter: {rules: {a: b}}\n", diags: []string{
		`1:1: error: the document has no "logsource" [missing/logsource]`,
		`2:9: error: the filter has no "condition" [missing/condition]`,
		`2:17: error: "rules" holds a map; it must hold "any", a name or id, or a list of them [type]`,
	}},

	// YAML.
	{name: "a duplicate key", in: inRule("  s: x\n  s: z\n  condition: s\n"), diags: []string{`5:3: error: key "s" stands twice in one map [yaml/duplicate-key]`}},
	{name: "a tag", in: inRule("  s: {a: !!int 5, b: !!str 5}\n  condition: s\n"), diags: []string{`4:10: error: tag "!!int" has no meaning in Sigma; write the value without it [yaml/tag]`}},
	{name: "a key that is a list", in: inRule("  s: {[a]: b}\n  condition: s\n"), diags: []string{`4:7: error: a list stands as a key; a key must be text [yaml/key]`}},
	{name: "a mistake hides no other document", in: "title: 'x\n---\n" + inRule("  s: x\n  condition: t\n"), diags: []string{
		`1:8: error: the quote ' is never closed [yaml/quote]`,
		`7:14: error: condition names "t", and no search of the detection has that name [condition/undefined-search]`,
	}},
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range table {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			docs, diags := Parse("test.yml", []byte(test.in))
			if diff := cmp.Diff(test.diags, shorts(diags)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			for _, d := range docs {
				checkPlaces(t, d)
			}
			if test.tree == nil {
				return
			}
			if diff := cmp.Diff(test.tree, docs[0].(*Rule).Detection, sameTree); diff != "" {
				t.Errorf("tree (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	for _, test := range table {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			docs, _ := Parse("test.yml", []byte(test.in))
			for _, d := range docs {
				if !d.Info().Broken {
					checkPrint(t, d)
				}
			}
			if test.print == "" {
				return
			}
			if diff := cmp.Diff(test.print, Print(docs[0])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFixes makes every first fix, and wants a text without errors.
func TestFixes(t *testing.T) {
	t.Parallel()
	for _, test := range table {
		if test.fixed == "" {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, diags := Parse("test.yml", []byte(test.in))
			var fixes []Fix
			for _, d := range diags {
				fixes = append(fixes, d.Fixes[:min(1, len(d.Fixes))]...)
			}
			got, _ := Apply([]byte(test.in), fixes)
			if diff := cmp.Diff(test.fixed, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			docs, diags := Parse("test.yml", got)
			_, linked := NewCollection(docs)
			if all := append(diags, linked...); HasErrors(all) {
				t.Errorf("the mended text still has errors: %v", all)
			}
		})
	}
}
