package eval

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzText holds the quoting of text against encoding/json.
func FuzzText(f *testing.F) {
	f.Add("a\"b\\\n\t\r\b\f\x00\x1f\x7f<&>ü\u2028\u2029\xff\xed\xa0\x80🙂")
	f.Fuzz(func(t *testing.T, s string) {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSuffix(want.String(), "\n"), JSON(String(s))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestParseJSONRefuses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: large inputs are read without -short")
	}
	for _, text := range []string{"", "{", "[1", "1 2", `{"a"}`, strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2), "[" + strings.Repeat("1,", MaxValues) + "1]"} {
		if v, err := ParseJSON([]byte(text)); err == nil {
			t.Errorf("%.20s: read as %s", text, JSON(v))
		}
	}
}
