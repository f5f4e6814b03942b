package lint

import "testing"

// TestNoFix has findings that are not mended: the fix would give a map two
// items of one key, or the text is laid out in a way that no fix knows.
func TestNoFix(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, code, in string }{
		{"the modifier is taken", "wildcard/modifier", selecting("Image: '*a'\nImage|endswith: 'b'")},
		{"the expression's key is taken", "regex/plain", selecting("Image|re: 'a$'\nImage|endswith|cased: 'b'")},
		{"the flag's key is taken", "regex/flags", selecting("Image|re: '(?i)a+'\nImage|re|i: 'b+'")},
		{"the other spelling is taken", "field/case", undeclared + selecting("Image|contains: a\nimage|contains: b")},
		{"the plain key is taken", "modifier/windash-idle", selecting("Image|contains|windash: 'a'\nImage|contains: 'b'")},
		{"the lone star's key is taken", "wildcard/lone", selecting("Image: '*'\nImage|exists: true")},
		{"a value in a block", "wildcard/modifier", selecting("Image: |-\n  *a")},
		{"a map behind a dash", "search/implied", "detection:\n  selection:\n    - Image|contains: 'cmd'\n      Image|endswith: 'cmd.exe'\n  condition: selection"},
		{"an item in braces", "search/implied", "detection:\n  selection: {Image|contains: 'cmd', Image|endswith: 'cmd.exe'}\n  condition: selection"},
		{"a comment behind the key", "value/list-of-one", selecting("Image: # why\n  - a")},
		{"a name that a pattern knows", "search/operator", "detection:\n  selection:\n    User: a\n  not_b:\n    User: b\n  condition: selection and 1 of not_*"},
		{"another word than the field's", "field/unknown", selecting("FileName: a.exe")},
		{"the field of a parent", "field/unknown", selecting("GrandParentImage: a.exe")},
		{"a name of several fields", "field/alias", "logsource:\n  product: azure\n  service: signinlogs\n" + selecting("Status: Success")},
		{"options that may be entries", "value/dash", selecting("CommandLine|contains:\n  -all\n  -priv")},
		{"a filter that is asked for", "condition/filter", deciding("selection and filter and other")},
		{"many names", "condition/all-of-them", "detection:\n  a: {U: a}\n  b: {U: b}\n  c: {U: c}\n  d: {U: d}\n  e: {U: e}\n  condition: all of them"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			opts := &Options{Enable: []string{test.code}, Unsafe: true}
			found := with(lintText("example_rule.yml", whole(test.in), opts), test.code)
			if len(found) == 0 {
				t.Fatal("nothing is found")
			}
			if kind := fixing(found, opts); kind != NoFix {
				t.Errorf("a fix is offered: %s", kind)
			}
		})
	}
}

// TestSilent has what looks like a finding, and is none.
func TestSilent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, code, in string }{
		{"a link", "search/colon", "detection:\n  keywords:\n    - https://example.com/a\n    - cmd:foo\n    - EventID 4624\n  condition: keywords"},
		{"a keyword in quotes", "search/colon", "detection:\n  keywords: 'Image|endswith:x'\n  condition: keywords"},
		{"an option of a program", "value/dash", selecting("CommandLine|contains: -all")},
		{"a dash in quotes", "value/dash", selecting(`CommandLine|contains: "-'a'"`)},
		{"quotes of print within a text", "value/curly-quotes", selecting("Product: GnuPG’s tool")},
		{"a line break that is meant", "value/control-character", selecting(`CommandLine|contains: "a\nb"`)},
		{"stars behind other things than words", "regex/star", selecting(`CommandLine|re: '[a-z]*x\w*a*(bc)*de\*'`)},
		{"a variable of Windows", "modifier/expand-missing", selecting("Image|endswith:\n  - '%SystemRoot%'\n  - '%TEMP%'")},
		{"a name that is meant without a backslash", "value/file-name", selecting("Image|endswith: 'python.exe' # no \\, because of ipython.exe")},
		{"keywords of a text", "search/keywords", "logsource:\n  category: webserver\ndetection:\n  keywords:\n    - 'jndi:ldap'\n  condition: keywords"},
		{"another case, cased", "value/case", selecting("Image|cased:\n  - 'a'\n  - 'A'")},
		{"a star that is escaped", "wildcard/redundant", selecting(`Image|contains: 'a\*'`)},
		{"a longer value in an all list", "value/contained", selecting("Image|contains|all:\n  - 'ab'\n  - 'abc'")},
		{"text under an encoding", "value/contained", selecting("Image|base64offset|contains:\n  - 'ab'\n  - 'abc'")},
		{"a literal star in text", "wildcard/escaped", selecting(`CommandLine|contains: 'copy \*a\*'`)},
		{"a loop of separated words", "regex/nested", selecting(`Image|re: '^(\w+,)+$'`)},
		{"a dot of any name", "regex/ends", selecting(`Image|re: '^.*a+.*$'`)},
		{"a dot at the end of an alternative", "regex/ends", selecting(`Image|re: '(a+|b.*)'`)},
		{"an expression with another case", "regex/plain", selecting(`Image|re: '[aA]b'`)},
		{"a text across lines", "regex/plain", selecting(`Image|re: '^.*ab'`)},
		{"a pattern that waits for more", "condition/single", deciding("selection and not 1 of filter* and other")},
		{"parentheses that bind", "condition/parentheses", deciding("(selection or other) and not filter")},
		{"parentheses at both ends", "condition/parentheses", deciding("(selection or other) and (filter or other)")},
		{"precedence that is shown", "condition/precedence", deciding("other or (selection and not filter)")},
		{"a filter that is left out", "condition/filter", deciding("(selection or other) and not filter")},
		{"groups that share an item", "search/same", "detection:\n  a_1: {U: a}\n  a_2: {U: b}\n  b_1: {U: a}\n  b_2: {U: c}\n  condition: all of a_* or all of b_*"},
		{"values of a list", "search/never", selecting("a.b: x\na.b|endswith: y")},
		{"what both can be", "search/never", selecting("Image: 'C:\\a.exe'\nImage|endswith: '\\a.exe'")},
		{"a share anywhere", "value/share", selecting(`CommandLine|contains: '\\server'`)},
		{"a whole path", "value/whole-path", selecting(`Image: 'C:\a.exe'`)},
		{"a number with a zero before it", "value/quoted-number", selecting("EventID: '04624'")},
		{"an activity in another case", "value/activity", entraAudit("activityDisplayName: 'add member to role'")},
		{"a part of an activity", "value/activity", entraAudit("activityDisplayName|contains: 'to role'")},
		{"a logsource of one's own", "logsource/misspelt", "logsource:\n  product: ourshop\n  service: orders"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, d := range with(lintText("example_rule.yml", whole(test.in), &Options{Enable: []string{test.code}}), test.code) {
				t.Error(d.Render())
			}
		})
	}
}
