package spleval

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLookupDefinitions(t *testing.T) {
	t.Parallel()
	in := &Input{
		Events: []Event{NewEvent(Field{"ip", []string{"10.1.2.3"}}, Field{"host", []string{"WEB-7"}})},
		Lookups: map[string]*Lookup{
			"nets":    {Columns: []string{"net", "name"}, Rows: [][]string{{"10.0.0.0/8", "inner"}, {"10.1.0.0/16", "office"}, {"garbage", "no"}}, CIDR: []string{"net"}},
			"first":   {Columns: []string{"net", "name"}, Rows: [][]string{{"10.0.0.0/8", "inner"}, {"10.1.0.0/16", "office"}}, CIDR: []string{"net"}, MaxMatches: 1},
			"hosts":   {Columns: []string{"h", "name"}, Rows: [][]string{{"web-*", "web"}}, Wildcard: []string{"h"}, FoldCase: true},
			"cased":   {Columns: []string{"h", "name"}, Rows: [][]string{{"web-7", "web"}}},
			"uncased": {Columns: []string{"h", "name"}, Rows: [][]string{{"web-7", "web"}}, FoldCase: true},
			"missing": {Columns: []string{"h", "name"}, DefaultMatch: "unknown"},
			"both":    {Columns: []string{"h", "net", "name"}, Rows: [][]string{{"WEB-7", "10.2.0.0/16", "no"}, {"WEB-7", "10.1.0.0/16", "yes"}}, CIDR: []string{"net"}},
		},
	}
	for text, want := range map[string][]string{
		"lookup nets net AS ip OUTPUT name":              {"inner", "office"},
		"lookup first net AS ip OUTPUT name":             {"inner"},
		"lookup hosts h AS host":                         {"web"},
		"lookup cased h AS host OUTPUT name":             nil,
		"lookup uncased h AS host OUTPUT name":           {"web"},
		"lookup missing h AS host OUTPUT name":           {"unknown"},
		"lookup both h AS host, net AS ip OUTPUT name":   {"yes"},
		"lookup local=t nets net AS none OUTPUTNEW name": nil,
	} {
		got := run(t, "* | "+text, in).Events[0].Get("name")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", text, diff)
		}
	}
}

func TestParseLookupCSV(t *testing.T) {
	t.Parallel()
	got, err := ParseLookupCSV("\ufeffa,\"b,c\"\n1,\"x \"\"y\"\"\"\n")
	want := &Lookup{Columns: []string{"a", "b,c"}, Rows: [][]string{{"1", `x "y"`}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := ParseLookupCSV(""); err == nil {
		t.Error("an empty table has no columns, yet it is read")
	}
}
