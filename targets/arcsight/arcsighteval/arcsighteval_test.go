package arcsighteval

import (
	"strings"
	"testing"
)

// TestMatch has a row for each thing that the language says.
func TestMatch(t *testing.T) {
	t.Parallel()
	row := map[string]string{"name": "Add user", "n": "10"}
	for text, want := range map[string]bool{
		`name = "add USER"`: true, `name = "x"`: false, `name != "x"`: true, `name CONTAINS "D U"`: true, `name startswith "add"`: true, `name ENDSWITH "add"`: false,
		`n = 10`: true, `n > 9`: true, `n >= 10`: true, `n < 9.5`: false, `n <= 10`: true, `name > 5`: false, `n = -1`: false,
		`none = "x"`: false, `NOT (none = "x")`: false, `none IS NULL`: true, `name IS NOT NULL`: true, `NOT (none IS NOT NULL AND none = "x")`: true,
		`name = "x" OR name = "add user" AND n = 9`: false, `(name = "x" OR n = 10) AND NOT n = 9`: true,
	} {
		q, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := q.Match(func(name string) (string, bool) { v, ok := row[name]; return v, ok }); got != want {
			t.Errorf("%s: got %t", text, got)
		}
	}
}

// TestParse names what is wrong, and where.
func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "the filter ends too early", "a": "the filter ends too early", "a =": "the filter ends too early", `a = "x`: "5: no quote closes the text",
		`a LIKE "x"`: `3: unknown operator "LIKE"`, `(a = "x"`: "the filter ends too early", `a = "x" b`: `9: unexpected "b"`, `a IS x`: `6: unexpected "x"`,
		`!a = "x"`: "1: unexpected '!'", `"a" = "x"`: `1: unexpected "a"`, `= "x"`: `1: unexpected "="`, strings.Repeat("(", 2000): "more than 1000 parentheses",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %s", text, err, want)
		}
	}
}
