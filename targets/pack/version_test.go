package pack

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	before := []Rule{
		{ID: "1", Title: "Same", Version: "1.2.3", Query: "q", Content: "c"},
		{ID: "2", Title: "Query", Version: "1.2.3", Query: "q", Content: "c"},
		{ID: "3", Title: "Level", Version: "1.2.3", Query: "q", Content: "c"},
		{ID: "4", Title: "Gone", Version: "1.2.3", Query: "q", Content: "c"},
		{ID: "5", Title: "Kind", Version: "x", Query: "q", Content: "c"},
	}
	since := &Manifest{Version: "1.4.2", Rules: before}
	after := []Rule{
		{ID: "1", Title: "Same", Rule: "a comment", Query: "q", Content: "c"},
		{ID: "2", Title: "Query", Query: "q2", Content: "c2"},
		{ID: "3", Title: "Level", Query: "q", Content: "c2"},
		{ID: "5", Title: "Kind", Kind: "NRT", Query: "q", Content: "c"},
		{ID: "6", Title: "New"},
	}
	version, changes := Number(after, since)
	var versions []string
	for _, r := range after {
		versions = append(versions, r.Version)
	}
	if diff := cmp.Diff([]string{"1.2.3", "1.3.0", "1.2.4", "1.0.0", "1.0.0"}, versions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := `# Changelog

## 2.0.0

- changed 2: Query 1.2.3 -> 1.3.0, its query
- changed 3: Level 1.2.3 -> 1.2.4, its details
- changed 5: Kind x -> 1.0.0, its query
- added 6: New 1.0.0
- removed 4: Gone 1.2.3

## 1.4.2

- added 1: Same 1.2.3
`
	got := string(Changelog(version, changes, []byte("# Changelog\n\n## 1.4.2\n\n- added 1: Same 1.2.3\n")))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, test := range map[string]struct {
		rules []Rule
		want  string
	}{
		"nothing": {before, "1.4.2"},
		"details": {[]Rule{before[0], before[1], after[2], before[3], before[4]}, "1.4.3"},
		"query":   {[]Rule{before[0], after[1], before[2], before[3], before[4]}, "1.5.0"},
		"added":   {append([]Rule{after[4]}, before...), "1.5.0"},
	} {
		rules := append([]Rule(nil), test.rules...)
		if got, _ := Number(rules, since); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	if got, _ := Number(nil, nil); got != "1.0.0" {
		t.Errorf("first: got %s", got)
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	field := func(name, value string) []Field { return []Field{{name, value}} }
	want := []Object{
		{"1", "Same", []Field{{"enabled", "true"}, {"query", "a"}}},
		{"2", "Query", field("query", "T\n| where a\n| where b")},
		{"3", "By hand", field("severity", "High")},
		{"4", "Gone", nil},
	}
	have := []Object{
		{"9", "Other | rule", nil},
		{"1", "Same", []Field{{"etag", "x"}, {"query", "a"}}},
		{"x", "By hand", field("severity", "")},
		{"2", "Query", field("query", "T\n| where c\n| where b")},
	}
	d := Compare(want, have)
	var text, lines, table bytes.Buffer
	for _, err := range []error{d.Text(&text), d.JSON(&lines), d.Markdown(&table)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	wantText := `changed 3: By hand: id
    - 3
    + x
changed 3: By hand: severity
    - High
    + 
changed 2: Query: query
    - | where a
    + | where c
missing 4: Gone
extra   9: Other | rule
3 changed, 1 missing, 1 extra
`
	if diff := cmp.Diff(wantText, text.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantTable := `| rule | | field | pack | product |
| --- | --- | --- | --- | --- |
| By hand | changed | id | 3 | x |
| By hand | changed | severity | High |  |
| Query | changed | query | \| where a | \| where c |
| Gone | missing |  |  |  |
| Other \| rule | extra |  |  |  |
`
	if diff := cmp.Diff(wantTable, table.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var first map[string]string
	if err := json.NewDecoder(&lines).Decode(&first); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"status": "changed", "id": "3", "title": "By hand", "field": "id", "pack": "3", "product": "x"}, first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if d.Empty() || !Compare(want, want).Empty() {
		t.Error("a drift that is none, or one that is not seen")
	}
}

// TestChangelogIsText has a title that is markup: the action makes a comment of
// the changelog.
func TestChangelogIsText(t *testing.T) {
	t.Parallel()
	got := string(Changelog("1.0.0", []Change{{"id", "<b>@team</b>", "added", "", "1.0.0"}}, nil))
	if want := "# Changelog\n\n## 1.0.0\n\n- added id: &lt;b>@&#8203;team&lt;/b> 1.0.0\n"; got != want {
		t.Errorf("it is %q and not %q", got, want)
	}
}
