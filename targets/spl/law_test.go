package spl

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

// boundaries are values on which languages differ.
var boundaries = []string{
	`"x"`, `"X"`, `"xx"`, `""`, `" "`, `"x\n"`, `"\nx"`, `"a*b"`, `"axb"`, `"a?b"`, `"a\nb"`, `"ab"`, `"A\\B"`, `"a\\\\b"`, `"dir\\"`, `"\"q\""`, `"it's"`,
	"\"`tick`\"", `"100%"`, `"a_b"`, `"$x$"`, `"a|b"`, `"[x]"`, `"<x>"`, `"é"`, `"É"`, `"ſ"`, `"K"`, `"10.1.2.3"`, `"::ffff:10.1.2.3"`, `"10.0.0.0/8"`, `"2001:db8::1"`,
	`"host"`, `5`, `5.0`, `"5"`, `"05"`, `"5.0"`, `"+5"`, `" 5"`, `5e0`, `"0x5"`, `-5`, `9007199254740993`, `"9007199254740992"`, `"inf"`, `true`, `"true"`, `"TRUE"`, `1`, `"1"`,
	`null`, `[]`, `["x"]`, `["y","x"]`, `[null,"x"]`, `[5,"a*b"]`, `{}`, `{"x":1}`, `"null"`, `"2024-05-01T14:45:00Z"`, `"2024-05-01T23:45:00-02:00"`,
	`"-a"`, `"/a"`, `"x -a"`,
}

// items ask a field f for something in each way that the ir has.
var items = []string{
	"f: x", "f: ''", "f: '*'", "f: 'a\\*b'", "f: 'a*b'", "f: 'a?b'", "f|contains: x", "f|contains: ''", "f|startswith: a", "f|endswith: '\\'", "f|cased: x",
	"f|cased|contains: X", "f|cased: '5'", "f: 5", "f: '5'", "f: 5.0", "f: [5, x]", "f: 0x5", "f: 9007199254740993", "f: true", "f: 'true'", "f: null", "f|exists: true", "f|exists: false",
	"f|gt: 4", "f|lte: 5", "f|gte: 9007199254740993", "f|re: '^x$'", "f|re|i: '^X\\s?$'", "f|re: '[\\s]'", "f|re|m: '^x$'", "f|re: 'a{,2}|\\v'", "f|re|s: 'a.b'", "f|cidr: 10.0.0.0/8", "f|cidr: '::/0'",
	"f: 10.0.0.0/8", "f|hour|gte: 20", "f|day: 2", "f|neq: x", "f|neq: [x, 'a*b']", "f|contains|all: [a, b]", "f: é", "f: \"x\\n\"", "f: '\"q\"'", "f: \"it's\"", "f: '`tick`'", "f: '$x$'", "f: 'a|b'",
	"f: '[x]'", "f: '<x>'", "f: '100%'", "f|windash|contains: ' -a'", "f|windash: '-a'", "f: 'A\\B'", "f|fieldref: g", "f|fieldref|contains: g", "f|fieldref|startswith: g", "f|fieldref|endswith: g",
	"f|fieldref|cased: g", "f|fieldref|neq: g", "f: ['1', 'x']", "'x*'", "['5', 'q']", "f.x: 1", "f|contains: ['*', y]", "f: [s, k]",
}

// TestLaw compares SPL with the native verdict for each item, and its
// negation, on each boundary value, and among others. Where they differ a
// limit that the query declares must say so, and be one that fits the value.
func TestLaw(t *testing.T) {
	t.Parallel()
	var events []spleval.Event
	var values []eval.Value
	for _, raw := range boundaries {
		for _, other := range []string{`"x"`, `["5","a"]`, `null`} {
			v := parseJSON(t, `{"f":`+raw+`,"g":`+other+`}`)
			values, events = append(values, v), append(events, openEvent(v))
		}
	}
	absent := parseJSON(t, `{"h":"y"}`)
	values, events = append(values, absent), append(events, openEvent(absent))
	shown := map[string]int{}
	for _, item := range items {
		for _, condition := range []string{"s", "not s", "not (s and o)", "s or n", "not s and o"} {
			src := "title: t\nlogsource: {category: test}\ndetection:\n  s:\n    " + item + "\n  o: {h|exists: false}\n  n: {h|re: '^z'}\n  condition: " + condition
			if strings.HasPrefix(item, "'") || strings.HasPrefix(item, "[") {
				src = strings.Replace(src, "s:\n    ", "s: ", 1)
			}
			p := compile(t, schema.Generic, src)[0]
			q, native := emit(t, p), eval.NewMatcher(p.Pred)
			for i, got := range found(t, schema.Generic, q.Text, events...) {
				if native.Match(values[i]) == got {
					continue
				}
				code := reason(values[i])
				shown[code]++
				if code == "" || !hasLimit(q.Limits, code) {
					t.Errorf("%s, %s: SPL says %t of %s (%s)\n%s", item, condition, got, eval.JSON(values[i]), code, q.Text)
				}
			}
		}
	}
	for _, code := range []string{"spl/null-is-absent", "spl/object-is-absent", "spl/number-text", "spl/number-precision", "spl/case-folding"} {
		if shown[code] == 0 {
			t.Errorf("the limit %s does not show", code)
		}
	}
}

// reason gives the limit that a value of f may show.
func reason(event eval.Value) string {
	o, _ := event.(*eval.Object)
	switch v := o.Get("f").(type) {
	case eval.Null:
		return "spl/null-is-absent"
	case eval.Array:
		if len(v) == 0 || v[0] == (eval.Null{}) {
			return "spl/null-is-absent"
		}
	case *eval.Object:
		return "spl/object-is-absent"
	case eval.Bool:
		return "spl/boolean-word"
	case eval.Number:
		if len(v) > 15 {
			return "spl/number-precision"
		}
		return "spl/number-text"
	case eval.String:
		var n json.Number
		switch {
		case strings.ContainsAny(string(v), "ſKéÉ"):
			return "spl/case-folding"
		case len(v) > 15 && json.Unmarshal([]byte(v), &n) == nil:
			return "spl/number-precision"
		case json.Unmarshal([]byte(v), &n) == nil:
			return "spl/number-text"
		}
	}
	return ""
}
