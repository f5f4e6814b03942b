package spleval

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseMacros(t *testing.T) {
	t.Parallel()
	got, err := ParseMacros("# comment\n[audit]\ndefinition = sourcetype=a \\\n  OR sourcetype=b\niseval = 0\n\n[of(2)]\nargs = field, value\ndefinition = $field$=\"$value$\"\n")
	want := []Macro{
		{Name: "audit", Definition: "sourcetype=a \nOR sourcetype=b"},
		{Name: "of", Args: []string{"field", "value"}, Definition: `$field$="$value$"`},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for text, want := range map[string]string{
		"x = 1":                     `line 1: "x = 1" is neither a [stanza] nor key = value in one`,
		"[a(1)]\ndefinition = x":    `macro "a" takes 1 arguments by its name, and args names 0`,
		"[a(x)]":                    `line 1: stanza "[a(x)]" has no number of arguments: [name(2)] is meant`,
		"[a]\niseval = 1":           `line 2: macro "a" is an eval expression, which is not read here`,
		"[a":                        `line 1: stanza "[a" lacks its ]`,
		"[a]\nargs = x\n[b]\nz = 1": `macro "a" takes 0 arguments by its name, and args names 1`,
	} {
		if _, err := ParseMacros(text); err == nil || err.Error() != want {
			t.Errorf("%q: want %q, got %v", text, want, err)
		}
	}
}
