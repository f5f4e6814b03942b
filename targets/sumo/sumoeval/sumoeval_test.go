package sumoeval

import (
	"fmt"
	"strings"
	"testing"
)

// TestMatch has a row for each thing that the language says.
func TestMatch(t *testing.T) {
	t.Parallel()
	row := map[string]string{
		"scope": "_sourceCategory=azure/*",
		"_raw":  `{"a": "Foo", "n": 10, "ip": "10.1.2.3", "o": {"p q": "x", "l": [1, "y"]}, "b": true, "z": null}`,
	}
	const head = `* | json "a" as a nodrop | json "n" as n nodrop | json "ip" as ip nodrop | json "none" as none nodrop | json "z" as z nodrop | where `
	for text, want := range map[string]bool{
		`*`: true, `_sourceCategory=azure/*`: true, `_sourceCategory=aws/*`: false,
		`* | json "a"  as x | where x = "Foo"`: true, `* | json "none" as x`: false, `* | json "none" as x nodrop`: true,
		`* | json "o['p q']" as x nodrop | where x = "x"`: true, `* | json "o.l" as x nodrop | where x = "[1,\"y\"]"`: true, `* | json "b" as x nodrop | where x = "true"`: true,
		head + `a = "Foo"`: true, head + `a = "foo"`: false, head + `toLowerCase(a) = "foo"`: true, head + `a == "Foo" and n = 10`: true,
		head + `a != "x"`: true, head + `a <> "Foo"`: false, head + `n > 9 and n >= 10 and n <= 10`: true, head + `n < 9.5`: false, head + `a > 5`: false,
		head + `a in ("x", "Foo")`: true, head + `a in ("x")`: false, head + `isEmpty(none) and isEmpty(z)`: true, head + `isBlank(a)`: false,
		head + `!isEmpty(a)`: true, head + `!(a = "Foo")`: false, head + `!(none = "x")`: true, head + `a = "x" or n = 10 and ip = "y"`: false,
		head + `(a = "x" or n = 10) and a matches "F*"`: true, head + `a matches "f*"`: false, head + `a matches "o"`: false, head + `a matches /^F/`: true,
		head + `_raw matches /10\.1/`: true, head + `isValidIPv4(ip) and compareCIDRPrefix("10.0.0.0", ip, "8")`: true,
		head + `compareCIDRPrefix("11.0.0.0", ip, "8")`: false, head + `isValidIPv4(a)`: false,
	} {
		q, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := q.Match(func(name string) string { return row[name] }); got != want {
			t.Errorf("%s: got %t", text, got)
		}
	}
}

// TestGroups counts messages and values, by what they share.
func TestGroups(t *testing.T) {
	t.Parallel()
	var rows []Row
	for _, raw := range []string{`{"a": "x", "v": 1}`, `{"a": "x", "v": 2}`, `{"b": "x", "v": 2}`, `{"a": "y", "v": 1}`, `{"a": "y", "v": 1}`, `{"v": 3}`} {
		rows = append(rows, func(name string) string { return map[string]string{"_raw": raw}[name] })
	}
	const head = `* | json "a" as a nodrop | json "b" as b nodrop | json "v" as v nodrop | `
	for text, want := range map[string]string{
		head + `count as n by a | where n >= 2`:                                                      "[{[x] [0 1]} {[] [2 5]} {[y] [3 4]}]",
		head + `where !isEmpty(a) | count_distinct(v) as n by a | where n >= 2`:                      "[{[x] [0 1]}]",
		head + `if(!isEmpty(a), a, if(!isEmpty(b), b, "")) as who | count by who | where _count > 2`: "[{[x] [0 1 2]}]",
		head + `count_distinct(v) | where _count_distinct = 3`:                                       "[{[] [0 1 2 3 4 5]}]",
		head + `count by a, v | where _count = 2`:                                                    "[{[y 1] [3 4]}]",
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
}

// TestCondition reads conditions of Cloud SIEM.
func TestCondition(t *testing.T) {
	t.Parallel()
	q, err := ParseCondition(`fields['a.b']="x" AND !c="it's" AND d matches /a\/b/`)
	if err != nil {
		t.Fatal(err)
	}
	row := map[string]string{"a.b": "x", "c": "y", "d": "a/b"}
	if !q.Match(func(name string) string { return row[name] }) {
		t.Error("no match")
	}
	if _, err := ParseCondition(`a = "x" b`); err == nil || err.Error() != `9: unexpected "b"` {
		t.Errorf("got %v", err)
	}
}

// TestParse names what is wrong, and where.
func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "1: the search has no scope", "* |": "the search ends too early", "* | sum(x)": `5: unexpected "sum"`, "* | count by": "the search ends too early", "* | count | json": `13: unexpected "json"`,
		`* | count_distinct(a, b)`: "2 arguments, and not 1", `* | if(a = "x", b) as c`: "if wants a condition and two values, and has 1", `* | if(a = "x", b, c)`: "the search ends too early",
		`* | where`: "the search ends too early", `* | where a = "x`: `15: no " closes the text`, `* | where a = b`: "13: a comparison of two fields is not known",
		`* | where a ~ "x"`: `13: unexpected '~'`, `* | where a matches /(/`: "21: error parsing regexp", `* | where a matches b`: `21: unexpected "b"`,
		`* | json a`: `10: unexpected "a"`, `* | json "a['b" as x`: "10: no ] closes a key", `* | json "a[x]" as x`: `10: "x" is no index of a list`, `* | where isEmpty(a, b)`: "2 arguments, and not 1",
		`* | where compareCIDRPrefix("x", a, "8")`: "netip.ParsePrefix", `* | where ` + strings.Repeat("(", 2000): "more than 1000 parentheses",
		`* | where a "b" "c"`: `13: unknown operator "b"`,
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %s", text, err, want)
		}
	}
}
