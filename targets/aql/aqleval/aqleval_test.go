package aqleval

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestMatch has a row for each thing that the language says.
func TestMatch(t *testing.T) {
	t.Parallel()
	row := map[string]string{"a": "Foo", "my name": "x'y", "n": "10", "ip": "10.1.2.3", "UTF8(payload)": `{"a": "Foo"}`, "empty": ""}
	for where, want := range map[string]bool{
		`a = 'Foo'`: true, `a = 'foo'`: false, `LOWER(a) = 'foo'`: true, `UPPER("a") LIKE 'F%'`: true,
		`"my name" = 'x''y'`: true, `a LIKE 'F_o'`: true, `a LIKE 'f%'`: false, `a ILIKE 'f%'`: true, `a ilike 'oo'`: false,
		`a MATCHES '^F.*'`: true, `a MATCHES 'f'`: false, `a IMATCHES 'f'`: true, `a != 'x'`: true, `a <> 'Foo'`: false,
		`a IN ('x', 'Foo')`: true, `a NOT IN ('x', 'Foo')`: false, `n IN (9, 10)`: true,
		`n > 9`: true, `n >= 10`: true, `n < 10`: false, `n <= 9.5`: false, `n = 10`: true, `a > 5`: false, `NOT (a > 5)`: false, `n > -1`: true,
		`none = 'x'`: false, `NOT (none = 'x')`: false, `none IS NULL`: true, `a IS NOT NULL`: true, `none IS NOT NULL`: false, `empty IS NULL`: false,
		`none != 'x'`: false, `none = 'x' OR a = 'Foo'`: true, `NOT (none = 'x' AND a = 'x')`: true,
		`a = 'x' OR a = 'Foo' AND n = 9`: false, `(a = 'x' OR a = 'Foo') AND n = 10`: true, `NOT a = 'x' AND n = 10`: true,
		`INCIDR('10.0.0.0/8', ip)`: true, `INCIDR('10.0.0.0/8', a)`: false, `NOT(INCIDR('11.0.0.0/8', "ip"))`: true,
		`UTF8(payload) ILIKE '%foo%'`: true, `a = 'Foo' LAST 5 MINUTES`: true,
	} {
		q, err := Parse("SELECT * FROM events WHERE " + where)
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		got := q.Match(func(name string) (string, bool) { v, ok := row[name]; return v, ok })
		if got != want {
			t.Errorf("%s: got %t", where, got)
		}
	}
	q, err := Parse("SELECT a, b FROM events")
	if err != nil || !q.Match(nil) {
		t.Errorf("a search without a condition: %v", err)
	}
}

// TestGroups counts events and values, by what they share.
func TestGroups(t *testing.T) {
	t.Parallel()
	var rows []Row
	for _, row := range []map[string]string{
		{"a": "x", "v": "1"}, {"a": "x", "v": "2"}, {"b": "x", "v": "2"}, {"a": "y", "v": "1"}, {"a": "y", "v": "1"}, {"v": "3"}, {"a": "x", "out": "1"},
	} {
		rows = append(rows, func(name string) (string, bool) { v, ok := row[name]; return v, ok })
	}
	for text, want := range map[string]string{
		`SELECT a, COUNT(*) AS n FROM events GROUP BY a HAVING n >= 2`:                                           "[{[x] [0 1 6]} {[] [2 5]} {[y] [3 4]}]",
		`SELECT a, COUNT(*) AS n FROM events WHERE a IS NOT NULL GROUP BY a HAVING n > 2`:                        "[{[x] [0 1 6]}]",
		`SELECT COUNT(v) AS n FROM events WHERE out IS NULL HAVING n > 5`:                                        "[{[] [0 1 2 3 4 5]}]",
		`SELECT a, UNIQUECOUNT(v) AS n FROM events WHERE a IS NOT NULL GROUP BY a HAVING n >= 2 AND n < 3`:       "[{[x] [0 1 6]}]",
		`SELECT IF a IS NOT NULL THEN a ELSE "b" AS who, COUNT(*) AS 'n' FROM events GROUP BY who HAVING n >= 4`: "[{[x] [0 1 2 6]}]",
		`SELECT a, v FROM events WHERE v = '1' GROUP BY a, "v"`:                                                  "[{[x 1] [0]} {[y 1] [3 4]}]",
	} {
		q, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := fmt.Sprint(q.Groups(rows)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if q, err := Parse("SELECT * FROM events LAST 90 minutes"); err != nil || q.Last != 90*time.Minute {
		t.Errorf("got %v, %v", q, err)
	}
}

// TestParse names what is wrong, and where.
func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"SELECT * FROM events LAST MINUTES": "27: LAST wants a number and SECONDS, MINUTES, HOURS or DAYS", "SELECT * FROM events GROUP a": `28: unexpected "a"`,
		"SELECT IF a = 'x' THEN a FROM events": `26: unexpected "FROM"`, "SELECT SUM(a) FROM events": "unknown function SUM", "SELECT a AS , b FROM events": `13: unexpected ","`,
		"SELECT COUNT(*) AS n FROM events HAVING": "the search ends too early", "SELECT a FROM events GROUP BY 'a'": `31: unexpected "a"`,
		"": "the search ends too early", "SELECT *": "the search ends too early", "SELECT * FROM flows": `15: unexpected "flows"`,
		"SELECT * FROM events WHERE": "the search ends too early", "SELECT * FROM events WHERE a": "the search ends too early",
		"SELECT * FROM events WHERE a = 'x": "32: no ' closes the text", "SELECT * FROM events WHERE a = b": "30: a comparison of two properties is not known",
		"SELECT * FROM events WHERE (a = 'b'": "the search ends too early", "SELECT * FROM events WHERE a ~ 'b'": `30: unexpected '~'`,
		"SELECT * FROM events WHERE a = 'b' c": `36: unexpected "c"`, "SELECT * FROM events WHERE F(a) = 'b'": "unknown function F",
		"SELECT * FROM events WHERE a MATCHES '('": "error parsing regexp", "SELECT * FROM events WHERE INCIDR('x', a)": `netip.ParsePrefix("x")`,
		"SELECT * FROM events WHERE a IN 'x'": `33: unexpected "x"`, "SELECT * FROM events WHERE " + strings.Repeat("(", 2000): "more than 1000 parentheses",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %s", text, err, want)
		}
	}
}
