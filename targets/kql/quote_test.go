package kql

import (
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"User":   "User",
		"a.b":    "['a.b']",
		"where":  "['where']",
		"it's":   `['it\'s']`,
		`a"b`:    `['a"b']`,
		"9lives": "['9lives']",
		"":       "['']",
	} {
		if got := name(in); got != want {
			t.Errorf("name(%q) is %s, want %s", in, got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`a"b\c`:        `"a\"b\\c"`,
		"a\nb\tc\r":    `"a\nb\tc\r"`,
		"\x00\u200b":   `"\u0000\u200b"`,
		"Ä\U000e0001":  `"Ä\U000e0001"`,
		"a\xff\ufffdb": "\"a\ufffd\ufffdb\"",
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) is %s, want %s", in, got, want)
		}
	}
}

func TestQuoteRegex(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`a.b`:    `"a.b"`,
		`a\.b"c`: `@"a\.b""c"`,
		"a\\.\n": `"a\\.\n"`,
	} {
		if got := quoteRegex(in); got != want {
			t.Errorf("quoteRegex(%q) is %s, want %s", in, got, want)
		}
	}
}

func TestColumn(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"User": "User", "actor.id": "ActorId", "time": "Time", "1-2": "Field12", "": "Field"} {
		if got := Column(in); got != want {
			t.Errorf("Column(%q) is %s, want %s", in, got, want)
		}
	}
}

func TestSingular(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"targetResources": "target", "modifiedProperties": "property", "additionalDetails": "detail",
		"authenticationRequirementPolicies": "policy", "rules": "rule", "Parameters": "parameter", "x-y": "item", "sets": "item",
	} {
		if got := singular(in); got != want {
			t.Errorf("singular(%q) is %s, want %s", in, got, want)
		}
	}
}

func TestOpenWays(t *testing.T) {
	t.Parallel()
	for parts, want := range map[string]int{"a": 1, "a.b": 2, "a.b.c": 4, "a.b.c.d": 8, "a.b.c.d.e": 8} {
		if got := len(openWays(strings.Split(parts, "."))); got != want {
			t.Errorf("%s may be read in %d ways, want %d", parts, got, want)
		}
	}
}
