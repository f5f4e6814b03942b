package sigma

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRender(t *testing.T) {
	t.Parallel()
	_, diags := Parse("rule.yml", []byte(inRule("  selection: x\n  selection: z\n  condition: selection or selction\n")))
	var got strings.Builder
	for _, d := range diags {
		got.WriteString(d.Render())
	}
	want := `rule.yml:5:3: error: key "selection" stands twice in one map [yaml/duplicate-key]
   5 |   selection: z
     |   ^~~~~~~~~
rule.yml:4:3: note: the first stands here
rule.yml:6:27: error: condition names "selction", and no search of the detection has that name [condition/undefined-search]
   6 |   condition: selection or selction
     |                           ^~~~~~~~ did you mean "selection"?
     = unsafe fix: write selection
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRenderLongLine cuts a line around the place, and lets no control
// character through to the terminal.
func TestRenderLongLine(t *testing.T) {
	t.Parallel()
	src := strings.Repeat("x", 1000) + "\u009b" + strings.Repeat("y", 1000)
	d := &Diagnostic{File: NewFile("f", []byte(src)), At: Span{1000, 1002}, Message: "m", Code: "c"}
	got := d.Render()
	if len(got) > 800 || strings.Contains(got, "\u009b") || strings.Count(got, "…") != 2 {
		t.Errorf("got %q", got)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	src := []byte("abcdef")
	edit := func(start, end int, text string) Fix { return Fix{Edits: []Edit{{Span{start, end}, text}}} }
	for _, test := range []struct {
		name    string
		fixes   []Fix
		want    string
		applied int
	}{
		{"none", nil, "abcdef", 0},
		{"in any order", []Fix{edit(4, 5, "E"), edit(0, 1, "A")}, "AbcdEf", 2},
		{"the first of two that overlap", []Fix{edit(1, 4, "-"), edit(3, 5, "+")}, "a-ef", 1},
		{"side by side", []Fix{edit(1, 2, "B"), edit(2, 3, "C")}, "aBCdef", 2},
		{"the same insertion twice", []Fix{edit(2, 2, "x"), edit(2, 2, "x")}, "abxcdef", 1},
	} {
		got, applied := Apply(src, test.fixes)
		if string(got) != test.want || applied != test.applied {
			t.Errorf("%s: got %q and %d, want %q and %d", test.name, got, applied, test.want, test.applied)
		}
	}
}

// TestDistance holds the distance within a limit against the whole table.
func TestDistance(t *testing.T) {
	t.Parallel()
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abcü")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, limit := word.Draw(t, "a"), word.Draw(t, "b"), rapid.IntRange(0, 6).Draw(t, "limit")
		want := min(distance(a, b, 100), limit+1)
		if got := distance(a, b, limit); got != want {
			t.Errorf("%q is %d from %q, want %d", a, got, b, want)
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"selection", "selection_2", "filter", "a"}
	for in, want := range map[string][]string{
		"selction":  {"selection"},
		"SELECTION": {"selection", "selection_2"},
		"filtre":    {"filter"},
		"b":         nil,
		"A":         {"a"},
		"nothing":   nil,
	} {
		if diff := cmp.Diff(want, Nearest(in, names)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
	if got := Choices([]string{"a", "b", "c"}); got != `"a", "b" or "c"` {
		t.Errorf("got %s", got)
	}
}
