package lint

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sound is a rule of which nothing is to be said.
const sound = `title: Suspicious Process Started
id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21
status: test
description: Finds what the example of a check is about.
references:
    - https://example.com/report
author: A. Author
date: 2024-05-01
tags:
    - attack.discovery
    - attack.t1033
logsource:
    category: process_creation
    product: windows
detection:
    selection_img:
        Image|endswith: '\whoami.exe'
    selection_cli:
        CommandLine|contains:
            - ' /all'
            - ' /priv'
    filter_main_service:
        User|contains: 'AUTHORI'
    condition: all of selection_* and not 1 of filter_main_*
falsepositives:
    - Administrators at work
level: medium
`

// counted is a correlation of the sound rule.
var counted = strings.Replace(sound, "status:", "name: whoami\nstatus:", 1) + `---
title: Many Suspicious Processes Started
id: 0c2bb3f2-6d52-4f0b-8f6e-2b1d4fcb7a10
status: test
description: Finds what the example of a check is about, many times.
author: A. Author
date: 2024-05-01
correlation:
    type: event_count
    rules:
        - whoami
    group-by:
        - User
    timespan: 5m
    condition:
        gte: 5
level: high
`

// TestOneCauseOneFinding breaks sound documents as people do. Each slip is
// told once, and where it is.
func TestOneCauseOneFinding(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, src, old, new string
		want                []string
	}{
		{"nothing", sound, "", "", nil},
		{"nothing of a correlation", counted, "", "", nil},

		{"no blank behind the colon", sound, "endswith: '", "endswith:'", []string{"17 warning search/colon"}},
		{"no colon", sound, "endswith: '", "endswith '", []string{"17 warning search/colon"}},
		{"a field without modifiers", sound, `Image|endswith: '\whoami.exe'`, "Image:whoami", []string{"17 warning search/colon"}},
		{"no blank behind the dash", sound, "- ' /all'\n            - ", "-' /all'\n            -", []string{"20 warning value/dash"}},
		{"no dash", sound, "- ' /all'\n            - ' /priv'", "all\n            priv", []string{"20 warning value/dash"}},
		{"quotes of print", sound, `'\whoami.exe'`, `‘\whoami.exe’`, []string{"17 warning value/curly-quotes"}},
		{"a tab for a backslash", sound, `'\whoami.exe'`, `"\temp.exe"`, []string{"17 warning value/control-character"}},
		{"a star for any text", sound, "CommandLine|contains:\n            - ' /all'\n            - ' /priv'", "CommandLine|re: 'whoami* +/all'", []string{"19 info regex/star"}},
		{"a text for a list", sound, "references:\n    - ", "references: ", []string{"5 info list/text"}},
		{"tags joined by commas", sound, "tags:\n    - attack.discovery\n    - attack.t1033", "tags: attack.discovery, attack.t1033", []string{"9 info list/text"}},
		{"two tags in one", sound, "discovery\n    - ", "discovery, ", []string{"10 info tag/form"}},
		{"a technique without its namespace", sound, "attack.t1033", "T1033", []string{"11 info tag/form"}},
		{"two conditions", sound, "condition: all of selection_* and not", "condition:\n        - all of selection_*\n        - not", []string{"26 info condition/several"}},
		{"a filter that is asked for", sound, "and not 1", "and 1", []string{"24 warning condition/filter"}},

		{"an empty part beside others", sound, "' /priv'", "''", []string{"21 warning value/empty-part"}},
		{"a number twice", sound, "CommandLine|contains:\n            - ' /all'\n            - ' /priv'", "ProcessId:\n            - 4\n            - '4'", []string{"21 info value/number-twice"}},
		{"a star that is missing", sound, `Image|endswith: '\whoami.exe'`, "Image:\n            - '*\\a.exe'\n            - '*\\b.exe'\n            - '\\c.exe'", []string{"20 info wildcard/mix"}},
		{"parts of a command line", sound, "CommandLine|contains:", "CommandLine:", []string{"20 info value/spaces"}},
		{"a letter", sound, "Administrators at work", "x", []string{"26 hint falsepositive/short"}},
		{"searches that decide nothing", sound, "all of selection_* and not", "(1 of selection_* or not 1 of selection_*) and not", []string{"24 warning condition/idle-search"}},
		{"a field in another case", sound, "CommandLine|", "commandline|", []string{"19 warning field/alias"}},
		{"a level without a value", sound, "level: medium", "level:", []string{"27 hint level/missing"}},
		{"an id without a value", sound, "id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21", "id:", []string{"2 hint id/missing"}},
		{"a negated negation", sound, "and not 1", "and not not 1", []string{"24 info condition/double-not"}},
		{"all of them", sound, "all of selection_* and not 1 of filter_main_*", "all of them", []string{"24 warning condition/them-filter"}},
		{"months for minutes", counted, "timespan: 5m", "timespan: 5M", []string{"42 info value/timespan"}},
		{"a field in two cases", sound, "User|contains: 'AUTHORI'", "CommandLine: 'x'\n        commandline|contains: 'y'", []string{"24 warning field/alias"}},
		{"a field with a space", sound, "CommandLine|contains", "CommandLine |contains", []string{"19 error field/unknown"}},
		{"a field with a star", sound, "CommandLine|contains", "'Command*|contains'", []string{"19 error field/unknown"}},
		{"a misspelt key", sound, "falsepositives:", "falsepositive:", []string{"25 warning unknown-key"}},
		{"an alias of no rule", counted, "    condition:\n        gte", "    aliases:\n        User:\n            whoamy: User\n    condition:\n        gte", []string{"45 error correlation/alias"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(test.src, test.old, test.new, 1)
			if test.old != "" && src == test.src {
				t.Fatalf("%q does not occur", test.old)
			}
			diags := lintText("example_rule.yml", src, nil)
			if diff := cmp.Diff(test.want, codes(diags)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, diags)
			}
		})
	}
}

// TestCopies: of a rule that was copied one thing is said.
func TestCopies(t *testing.T) {
	t.Parallel()
	other := strings.NewReplacer("0d6f3b1a7c21", "0d6f3b1a7c22")
	for _, test := range []struct {
		name, copy string
		want       []string
	}{
		{"as it is", sound, []string{"2 error collection/duplicate-id"}},
		{"with another id", other.Replace(sound), []string{"1 warning rule/duplicate"}},
		{"with another id and detection", strings.Replace(other.Replace(sound), "whoami", "who", 1), []string{"1 warning title/duplicate"}},
	} {
		got := codes(Run([]Source{{"one.yml", []byte(sound)}, {"two.yml", []byte(test.copy)}}, nil).Diags)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestFixedText has fixes whose text is easily ugly, or short of a part.
func TestFixedText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, code, before, after string }{
		{"blanks inside parentheses", "condition/parentheses", deciding("( selection and (  filter ) ) # all"), deciding("selection and filter # all")},
		{"lines that are a list", "value/dash", selecting("Image:\n  -'a'\n  -'b'"), selecting("Image:\n  - 'a'\n  - 'b'")},
		{"lines without dashes", "value/dash", selecting("Image:\n  a b\n  c"), selecting("Image:\n  - a b\n  - c")},
		{"a field without a colon", "search/colon", "detection:\n  selection:\n    - Image|endswith  'a'\n  condition: selection", "detection:\n  selection:\n    - Image|endswith: 'a'\n  condition: selection"},
		{"parts of a command line", "value/spaces", selecting("CommandLine:\n  - ' -a'\n  - '-b '"), selecting("CommandLine|contains:\n  - ' -a'\n  - '-b '")},
		{"a list of quoted texts", "yaml/list", selecting("Image:\n  'a'\n  'b'"), selecting("Image:\n  - 'a'\n  - 'b'")},
		{"a field in another case", "field/alias", selecting("commandline|contains: a"), selecting("CommandLine|contains: a")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			opts := &Options{Disable: []string{"all"}, Enable: []string{test.code}, Unsafe: true}
			fixed, _ := Fix([]Source{{"example_rule.yml", []byte(whole(test.before))}}, opts)
			if diff := cmp.Diff(whole(test.after), string(fixed[0].Src)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
