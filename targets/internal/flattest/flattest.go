// Package flattest holds searches of flat languages against the plain reference
// matcher, over rules that ask all that the ir can ask.
package flattest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
)

// A Case is a detection, and events some of which it matches.
type Case struct {
	Name      string
	Detection string // "sel: {...}" lines and the condition
	Events    []string
}

// item is a detection of one item.
func item(s string) string { return "sel:\n    " + s + "\n  condition: sel" }

// texts are events with one text each, and some without.
func texts(values ...string) []string {
	out := []string{`{}`, `{"b": "x"}`}
	for _, v := range values {
		out = append(out, `{"a": `+eval.JSON(eval.String(v))+`}`)
	}
	return out
}

// Cases ask for each match, and combine them.
var Cases = []Case{
	{"equal", item(`a: Foo`), texts("foo", "FOO", "Foo", "foobar", "xfoo", "fo", "")},
	{"any", item(`a: [Foo, bar]`), texts("foo", "BAR", "foobar")},
	{"cased", item(`a|cased: Foo`), texts("foo", "Foo", "FOO")},
	{"contains", item(`a|contains: b.r`), texts("abarc", "b.r", "xB.Ry", "b\nr", "bxr")},
	{"starts", item(`a|startswith: 'C:\Win'`), texts(`C:\Windows`, `c:\win`, `C:\\Win`, `xC:\Win`)},
	{"ends", item(`a|endswith: \x.exe`), texts(`C:\X.EXE`, `x.exe`, `\x.exe `, `C:\x.exe`)},
	{"cased ends", item(`a|endswith|cased: Z`), texts("Z", "az", "aZ", "Za")},
	{"wildcards", item(`a: 'a*b?c'`), texts("abxc", "aXXbyC", "abc", "a\nb\nc", "abxcd")},
	{"like signs", item(`a: '50%_of*'`), texts("50%_off", "50xyof", "50%_of", "50%xof")},
	{"stars", item(`a: 'x\*y'`), texts("x*y", "xzy", "xy")},
	{"quotes", item(`a: "it's \"it\""`), texts(`it's "it"`, `its it`)},
	{"slash", item(`a: 'a/b*c/'`), texts("a/bc/", "a/bxc/", "abc")},
	{"lines", item(`a: "x\ny"`), texts("x\ny", "xny", "x y")},
	{"empty", item(`a: ''`), []string{`{"a": "x"}`, `{"a": ""}`}},
	{"windash", item(`a|windash|contains: ' -f'`), texts("x -f", "x /f", "x \u2013f", "x f")},
	{"all", item(`a|contains|all: [x, y]`), texts("xy", "yx", "x", "y")},
	{"regex", item(`a|re: 'b[0-9&&]+\.(c|d)$'`), texts("ab12.c", "b12.d\n", "B1.c", "b.c", "b&.c")},
	{"regex flags", item(`a|re|i: '^b.c'`), texts("BXC", "abxc", "b\nc")},
	{"regex groups", item(`a|re: '(?P<n>x)(y|[a/\]]{2,3})'`), texts("xy", "xa/", "x]]", "xa", "x")},
	{"regex lines", item(`a|re|m: '^b$'`), texts("a\nb\nc", "b", "ab")},
	{"number", item(`a: 4624`), []string{`{"a": 4624}`, `{"a": "4624"}`, `{"a": 4625}`, `{"a": "x"}`, `{}`}},
	{"hexadecimal", item(`a: 0x10`), []string{`{"a": 16}`, `{"a": "0x10"}`, `{"a": 17}`}},
	{"greater", item(`a|gt: 5`), []string{`{"a": 6}`, `{"a": 5}`, `{"a": 10}`, `{}`}},
	{"least", item(`a|gte: -2.5`), []string{`{"a": -2.5}`, `{"a": -3}`, `{"a": 10}`, `{}`}},
	{"less", item(`a|lt: 5`), []string{`{"a": 4}`, `{"a": 5}`, `{"a": 10}`}},
	{"most", item(`a|lte: 5`), []string{`{"a": 4}`, `{"a": 5}`, `{"a": 10}`}},
	{"bool", item(`a: true`), []string{`{"a": true}`, `{"a": "True"}`, `{"a": false}`, `{}`}},
	{"null", item(`a: null`), texts("x")},
	{"present", item(`a: '*'`), texts("x")},
	{"exists", item(`a|exists: true`), texts("x")},
	{"missing", item(`a|exists: false`), texts("x")},
	{"network", item(`a|cidr: 10.0.0.0/8`), texts("10.1.2.3", "11.0.0.0", "x")},
	{"network 6", item(`a|cidr: 'fe80::/10'`), texts("fe80::1", "10.0.0.1")},
	{"hour", item(`a|hour: 3`), texts("2026-01-01T03:00:00Z", "x")},
	{"reference", item(`a|fieldref: b`), []string{`{"a": "X", "b": "x"}`, `{"a": "x", "b": "y"}`, `{"a": "x"}`}},
	{"keywords", "sel: [foo, 'b%r']\n  condition: sel", []string{`{"x": "a FOO"}`, `{"x": "b%r"}`, `{"x": "bar"}`, `{}`}},
	{"not", "sel: {a: foo}\n  condition: not sel", texts("foo", "bar")},
	{"not any", "sel: {a: [foo, bar]}\n  other: {b: x}\n  condition: not (sel or other)", append(texts("foo", "bar", "baz"), `{"a": "c", "b": "x"}`)},
	{"not all", "sel: {a|startswith: f, b: x}\n  condition: not sel", []string{`{"a": "foo", "b": "X"}`, `{"a": "foo"}`, `{"b": "x"}`, `{}`, `{"a": "bar", "b": "x"}`}},
	{"not not", "sel: {a: foo}\n  other: {b: x}\n  condition: not (other and not sel)", []string{`{"a": "foo", "b": "x"}`, `{"b": "x"}`, `{"a": "c", "b": "x"}`, `{}`}},
	{"not number", "sel: {a|gt: 5}\n  condition: not sel", []string{`{"a": 6}`, `{"a": 5}`, `{}`}},
	{"not null", "sel: {a: null}\n  condition: not sel", texts("x")},
	{"neq", item(`a|neq: foo`), texts("foo", "bar")},
	{"mixed", "sel: {a: foo}\n  two: {b: x, a|contains: o}\n  three: {c: '*'}\n  condition: (sel or two) and not three", []string{
		`{"a": "foo"}`, `{"a": "o", "b": "x"}`, `{"a": "o"}`, `{"a": "foo", "c": "1"}`, `{}`,
	}},
	{"dotted", item(`a.b.c: foo`), []string{`{"a": {"b": {"c": "foo"}}}`, `{"a.b.c": "Foo"}`, `{"a": {"b": "foo"}}`, `{}`}},
	{"spaced", item(`'Event ID': foo`), []string{`{"Event ID": "foo"}`, `{}`}},
}

// Compile compiles a detection over a log of which nothing is declared.
func Compile(t *testing.T, detection string) *ir.Program {
	t.Helper()
	return compile(t, schema.Generic, "title: T\nlogsource: {category: test}\ndetection:\n  "+detection+"\n")
}

// In compiles a detection over a log.
func In(t *testing.T, log, detection string) *ir.Program {
	t.Helper()
	return compile(t, schema.ByName(log), "title: T\nlogsource: {category: test}\ndetection:\n  "+detection+"\n")
}

func compile(t *testing.T, log *schema.Log, src string) *ir.Program {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: log})
	if diags = append(diags, more...); sigma.HasErrors(diags) {
		t.Fatal(diags[0].Render())
	}
	return programs[0]
}

// A Language is what Agree needs of one.
type Language struct {
	targets.Emitter

	// Match runs a text over what the product has of an event.
	Match func(text string, p *ir.Program, event *eval.Object) (bool, error)
}

// Agree wants each case to select the events that the reference matcher does, or
// to be refused with the message that is given for it. Known names events that
// are selected otherwise, and the limit that says so.
func Agree(t *testing.T, l Language, refused, known map[string]string) {
	t.Helper()
	for _, c := range Cases {
		t.Run(c.Name, func(t *testing.T) {
			p := Compile(t, c.Detection)
			q, diags := l.Emit(p)
			if q == nil {
				if diff := cmp.Diff(refused[c.Name], messages(diags)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", c.Name, diff)
				}
				return
			}
			if refused[c.Name] != "" {
				t.Errorf("%s is written, and not refused: %s", c.Name, q.Text)
			}
			matcher := eval.NewMatcher(p.Pred)
			for _, src := range c.Events {
				event, err := eval.ParseJSON([]byte(src))
				if err != nil {
					t.Fatal(err)
				}
				got, err := l.Match(q.Text, p, event.(*eval.Object))
				if err != nil {
					t.Fatalf("%v\n%s", err, q.Text)
				}
				want := matcher.Match(event)
				switch limit := known[c.Name+" "+src]; {
				case got != want && limit == "":
					t.Errorf("%s: got %t, want %t\n%s", src, got, want, q.Text)
				case got == want && limit != "":
					t.Errorf("%s is selected as it should be, in spite of the limit %s\n%s", src, limit, q.Text)
				}
			}
			for _, link := range q.Links {
				if text := q.Text[link.Start:link.End]; strings.TrimSpace(text) == "" {
					t.Errorf("a link covers nothing of\n%s", q.Text)
				}
			}
		})
	}
}

// messages are those of diagnostics, with their places.
func messages(diags []*sigma.Diagnostic) string {
	var lines []string
	for _, d := range diags {
		lines = append(lines, d.String())
	}
	return strings.Join(lines, "\n")
}
