package sigma

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// whoami is a rule of which nothing is to be said.
const whoami = `title: Whoami
logsource:
    category: process_creation
    product: windows
detection:
    selection_img:
        Image|endswith: '\whoami.exe'
    selection_cli:
        CommandLine|contains: ' /all'
    filter_main_service:
        User: x
    condition: all of selection_* and not 1 of filter_main_*
`

const manyWhoami = whoami + `---
title: Many
correlation:
    type: event_count
    rules: [Whoami]
    group-by: [User]
    timespan: 5m
    condition:
        gte: 5
`

// TestSlips breaks a rule as people do. Each slip is told once: where, what is
// wrong, and in the label what would be right. What has a fix is whole again.
func TestSlips(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, src, old, new string
		want, label         string
		fixed               bool   // there is a fix: what is mended is what was broken
		mended              string // or has this in the place of the slip
	}{
		{name: "a condition that stands too far left", src: whoami, old: "    condition", new: "condition",
			want:  `12:1: error: the detection has no "condition" [missing/condition]`,
			label: `this one stands beside "detection"; it must be indented below it`},
		{name: "a logsource whose keys stand too far left", src: whoami, old: "    category: process_creation\n    product", new: "category: process_creation\nproduct",
			want:  `2:1: error: "logsource" holds nothing; it must hold a map [type]`,
			label: `"category" stands beside it; it must be indented below it`},
		{name: "a pattern with a letter too many", src: whoami, old: "of selection_*", new: "of selections_*",
			want:  `12:23: error: no search of the detection is named like "selections_*" [condition/undefined-search]`,
			label: `did you mean "selection_*"?`, fixed: true},
		{name: "a pattern without a star", src: whoami, old: "of selection_*", new: "of selection_",
			want:  `12:23: error: no search of the detection is named like "selection_" [condition/undefined-search]`,
			label: `did you mean "selection_*"?`, fixed: true},
		{name: "a misspelt modifier", src: whoami, old: "endswith", new: "endwith",
			want:  `7:15: error: unknown modifier "endwith" [modifier/unknown]`,
			label: `did you mean "endswith"?`, fixed: true},
		{name: "a modifier of another language", src: whoami, old: "endswith", new: "suffix",
			want:  `7:15: error: unknown modifier "suffix" [modifier/unknown]`,
			label: `did you mean "endswith"?`, fixed: true},
		{name: "a modifier that needs none", src: whoami, old: "endswith", new: "equals",
			want:  `7:15: error: unknown modifier "equals" [modifier/unknown]`,
			label: `a field without modifiers is compared as a whole`},
		{name: "a part and a regular expression", src: whoami, old: "|contains", new: "|contains|re",
			want:  `9:30: error: modifier "re" can't follow "contains" [modifier/misplaced]`,
			label: `a regular expression is looked for anywhere, and ^ and $ bind it to the ends: "re" stands alone`},
		{name: "a regular expression and a part", src: whoami, old: "|contains", new: "|re|contains",
			want:  `9:24: error: modifier "contains" can't follow "re" [modifier/misplaced]`,
			label: `a regular expression is looked for anywhere, and ^ and $ bind it to the ends: "re" stands alone`},
		{name: "a part that is encoded", src: whoami, old: "|contains", new: "|contains|base64offset",
			want:  `9:30: error: modifier "base64offset" can't follow "contains" [modifier/misplaced]`,
			label: `what is encoded is looked for: "base64offset|contains"`},
		{name: "a variable of a template", src: whoami, old: "User: x", new: "User: {{name}}",
			want: `11:16: error: a map stands as a key; a key must be text [yaml/key]`},
		{name: "an item without a value", src: whoami, old: "contains: ' /all'", new: "contains:",
			want: `9:9: error: "CommandLine|contains" has no value, and modifier "contains" needs one [value/type]`},
		{name: "a pattern without its words and star", src: whoami, old: "1 of filter_main_*", new: "1 of filter",
			want:  `12:48: error: no search of the detection is named like "filter" [condition/undefined-search]`,
			label: `did you mean "filter_*"?`, fixed: true, mended: "1 of filter_*"},
		{name: "a comparison as a sign", src: whoami, old: "User: x", new: "ProcessId|<: 5",
			want:  `11:19: error: unknown modifier "<" [modifier/unknown]`,
			label: `did you mean "lt"?`, fixed: true, mended: "ProcessId|lt: 5"},
		{name: "an entry without a value", src: whoami, old: "User: x", new: "User:\n            - x\n            -",
			want:  `13:13: error: "User" has an empty entry in its list, which YAML reads as null; null must stand alone [value/null]`,
			label: "a map of its own, in a list of maps, can ask for the absent field", fixed: true, mended: "User:\n            - x"},
		{name: "hours and minutes", src: manyWhoami, old: "5m", new: "1h30m",
			want:  `19:15: error: timespan "1h30m" is no duration; it must be a number with s, m, h, d, w, M or y behind it, such as 15m [value/timespan]`,
			label: `did you mean "90m"?`, fixed: true, mended: "90m"},
		{name: "months for minutes", src: manyWhoami, old: "5m", new: "5M",
			want:  `19:15: info: 5M is taken for 13148730 seconds, since months and years differ in length [value/timespan]`,
			label: `minutes are written "5m"`},
		{name: "a day without dashes", src: whoami, old: "title: Whoami\n", new: "title: Whoami\ndate: 20240307\n",
			want: `2:7: error: date "20240307" is no date of the form YYYY-MM-DD [value/date]`, fixed: true, mended: "title: Whoami\ndate: 2024-03-07\n"},
		{name: "a time behind the day", src: whoami, old: "title: Whoami\n", new: "title: Whoami\ndate: '2024-03-07T10:00:00Z'\n",
			want: `2:7: error: date "2024-03-07T10:00:00Z" is no date of the form YYYY-MM-DD [value/date]`, fixed: true, mended: "title: Whoami\ndate: 2024-03-07\n"},
		{name: "a modifier behind a search", src: whoami, old: "selection_cli:", new: "selection_cli|all:",
			want:  `8:5: warning: no condition can name the search "selection_cli|all"; names have letters, digits, _ . and - [search/name]`,
			label: `a modifier stands behind a field, not behind a search`},
		{name: "a search without items", src: whoami, old: "        User: x\n", new: "",
			want: `10:5: error: search "filter_main_service" holds nothing; it must have a field or a keyword [empty]`},
		{name: "no line between two documents", src: manyWhoami, old: "---\n", new: "",
			want: `13:1: error: key "title" stands twice in one map; a line of "---" parts two documents [yaml/duplicate-key]`, fixed: true},
		{name: "a count as a sentence", src: manyWhoami, old: "condition:\n        gte: 5", new: "condition: gte 5",
			want: `20:16: error: event_count needs a condition such as gte: 10; only temporal types join rules by names [correlation/condition]`},
		{name: "a number that begins with 0", src: whoami, old: "User: x", new: "ProcessId: 09",
			want: `11:20: info: 09 is a number in YAML 1.2, and older tools read it otherwise [yaml/ambiguous]`},
		{name: "an id of one digit", src: whoami, old: "title: Whoami\n", new: "title: Whoami\nid: 1\n",
			want:  `2:5: error: id "1" is no UUID; it must look like 12345678-1234-4123-8123-123456789abc [value/id]`,
			label: "it has 1 digit, not 32"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(test.src, test.old, test.new, 1)
			if src == test.src {
				t.Fatalf("%q does not occur", test.old)
			}
			_, diags := Parse("test.yml", []byte(src))
			if diff := cmp.Diff([]string{test.want}, shorts(diags)); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.label, diags[0].Label); diff != "" {
				t.Errorf("label (-want +got):\n%s", diff)
			}
			if len(diags[0].Fixes) > 0 != test.fixed {
				t.Fatalf("%d fixes", len(diags[0].Fixes))
			}
			got, _ := Apply([]byte(src), diags[0].Fixes[:min(1, len(diags[0].Fixes))])
			want := test.src
			if test.mended != "" {
				want = strings.Replace(test.src, test.old, test.mended, 1)
			}
			if test.fixed && string(got) != want {
				t.Errorf("fixed (-want +got):\n%s", cmp.Diff(want, string(got)))
			}
		})
	}
}
