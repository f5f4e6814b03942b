package source

import (
	"regexp"
	"slices"
	"testing"

	"github.com/sigproof/sigproof/sigma"
)

func TestValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		format Format
		path   string
		text   string
		want   []string
		wrong  string
	}{
		{"lines", Format{Name: "plaintext"}, "", " a \n\n  b b\r\n", []string{"a", "b b"}, ""},
		{"only", Format{Name: "plaintext", Only: regexp.MustCompile("^a")}, "", "a\nba\nab\n", []string{"a", "ab"}, ""},
		{"named column", Format{Name: "csv", Column: "user"}, "", "id,user\n1,root\n2,\"a,b\"\n", []string{"root", "a,b"}, ""},
		{"numbered column", Format{Name: "csv", Column: "1", Bare: true}, "", "1,root\n2\n3,bob\n", []string{"root", "bob"}, ""},
		{"numbered column below a header", Format{Name: "csv", Column: "0"}, "", "id,user\n1,root\n", []string{"1"}, ""},
		{"no column", Format{Name: "csv", Column: "usr"}, "", "id,user\n", nil, `there is no column "usr"`},
		{"elements", Format{Name: "json"}, ".[]", `["a", 1, null, true]`, []string{"a", "1", "true"}, ""},
		{"names", Format{Name: "json"}, ".users[].name", `{"users": [{"name": "a"}, {"name": "b"}, {}]}`, []string{"a", "b"}, ""},
		{"pipes", Format{Name: "yaml"}, `."the users" | .[] | .[-1]`, "the users: {x: [a, b], y: [c]}", []string{"b", "c"}, ""},
		{"an element", Format{Name: "yaml"}, `.["a"][0]`, "a: [b, c]", []string{"b"}, ""},
		{"itself", Format{Name: "yaml"}, ".", "one", []string{"one"}, ""},
		{"a list", Format{Name: "json"}, ".a", `{"a": []}`, nil, `the path finds a list or a map; it must find single values, as ".items[]" does`},
		{"nothing", Format{Name: "json"}, ".a", ``, nil, "the file is empty"},
	} {
		if test.path != "" {
			p, _, err := ParsePath(test.path)
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
				continue
			}
			test.format.Path = p
		}
		got, err := test.format.Values(sigma.NewFile("f", []byte(test.text)))
		if wrong := ""; err != nil {
			if wrong = err.Error(); wrong != test.wrong {
				t.Errorf("%s: %s, want %q", test.name, wrong, test.wrong)
			}
		} else if !slices.Equal(got, test.want) || test.wrong != "" {
			t.Errorf("%s: got %q, want %q %s", test.name, got, test.want, test.wrong)
		}
	}
}

func TestParsePath(t *testing.T) {
	t.Parallel()
	for text, at := range map[string]int{".a | map(.b)": 3, "select(.a)": 0, ".a[]..": 4, ".a + 1": 3, ".a[": 2} {
		if _, pos, err := ParsePath(text); err == nil || pos != at {
			t.Errorf("%s: wrong at %d (%v), want %d", text, pos, err, at)
		}
	}
}
