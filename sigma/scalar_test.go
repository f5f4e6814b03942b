package sigma

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestWithin finds the bytes of a part of a scalar in every style of YAML.
func TestWithin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, part, want string }{
		{"plain", "a: one two\n", "two", "two"},
		{"plain over lines", "a: one\n  two three\n", "two", "two"},
		{"single quotes", "a: 'it''s two'\n", "two", "two"},
		{"an escaped quote", "a: 'it''s'\n", "'", "''"},
		{"double quotes", `a: "\u00e4 \x41 two"` + "\n", "two", "two"},
		{"an escape itself", `a: "x\u00e4y"` + "\n", "ä", `\u00e4`},
		{"an escaped line break", "a: \"one \\\n   two\"\n", "two", "two"},
		{"a literal block", "a: |\n  one\n    two\n  three\n", "three", "three"},
		{"a literal block with empty lines", "a: |-\n  one\n\n\n  two\n", "two", "two"},
		{"a folded block", "a: >\n  one\n  two\n\n  three\n", "three", "three"},
		{"a block that says its indentation", "a: |2\n    one\n  two\n", "two", "two"},
		{"lines of Windows", "a: |\r\n  one\r\n  two\r\n", "two", "two"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := NewFile("test.yml", []byte(test.in))
			docs, diags := ReadData(f)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			text := docs[0].(*Map).Entries[0].Data.(*Scalar).Text
			start := indexOf(text.Value, test.part)
			if got := f.Text(f.Within(text, start, start+len(test.part))); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func indexOf(s, part string) int {
	for i := range s {
		if len(s)-i >= len(part) && s[i:i+len(part)] == part {
			return i
		}
	}
	return 0
}

func TestWithinOfNothing(t *testing.T) {
	t.Parallel()
	f := NewFile("test.yml", []byte("a: b\n"))
	made := Text{Value: "made by a program"}
	if got := f.Within(made, 0, 4); got != made.At {
		t.Errorf("got %v for text that stands nowhere", got)
	}
}

// FuzzQuote holds that what is quoted is read as it was, as text, both as key
// and as value.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "a", "yes", "010", "1e3", "~", "<<", "a: b", "a #b", "it's", "\"", "\\", "*x", "- a", "a\nb", "\t", "\u0085", "\ufeff", "ä", "2024-01-01", "12:30", " a ", "[x]", "?", "-", strings.Repeat("\v", 500)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || len(s) > 4000 {
			return
		}
		key := quoteYAML(s)
		if utf8.RuneCountInString(key) > longestKey {
			key = "? " + key
		}
		src := "- " + quoteYAML(s) + "\n- {" + key + ": " + quoteYAML(s) + "}\n"
		docs, diags := ReadData(NewFile("test.yml", []byte(src)))
		if len(diags) > 0 {
			t.Fatalf("%q does not parse: %v", src, diags)
		}
		list := docs[0].(*List)
		e := list.Of[1].(*Map).Entries[0]
		for _, d := range []Data{list.Of[0], e.Data} {
			v, ok := d.(*Scalar).Value().(*String)
			if !ok || v.Text.Value != s {
				t.Errorf("%q is read as %T %q", src, d.(*Scalar).Value(), d.(*Scalar).Text.Value)
			}
		}
		if e.Key.Value != s {
			t.Errorf("%q has the key %q", src, e.Key.Value)
		}
	})
}

func TestPositions(t *testing.T) {
	t.Parallel()
	f := NewFile("test.yml", []byte("\ufeffä😀b\r\nc"))
	for _, test := range []struct {
		offset    int
		want      Position
		line, chr int
	}{
		{0, Position{1, 1}, 0, 0},
		{3, Position{1, 1}, 0, 0},
		{5, Position{1, 2}, 0, 1},
		{9, Position{1, 3}, 0, 3},
		{12, Position{2, 1}, 1, 0},
		{99, Position{2, 2}, 1, 1},
	} {
		if got := f.Position(test.offset); got != test.want {
			t.Errorf("offset %d: got %v, want %v", test.offset, got, test.want)
		}
		line, chr := f.UTF16(test.offset)
		if line != test.line || chr != test.chr {
			t.Errorf("offset %d: got %d:%d, want %d:%d", test.offset, line, chr, test.line, test.chr)
		}
		if back := f.OffsetUTF16(line, chr); back != max(3, min(test.offset, len(f.Src))) {
			t.Errorf("%d:%d leads back to %d, not to %d", line, chr, back, test.offset)
		}
	}
	if got := f.Line(1); got != "ä😀b" {
		t.Errorf("line 1 is %q", got)
	}
	if f.OffsetUTF16(0, 99) != 10 || f.OffsetUTF16(9, 0) != len(f.Src) || f.OffsetUTF16(-1, 0) != 3 {
		t.Error("places outside of the file are not brought in")
	}
}

// TestRuns has each case of the specification's escaping.
func TestRuns(t *testing.T) {
	t.Parallel()
	lit := func(s string) Run { return Run{Kind: Literal, Text: s} }
	any, one := Run{Kind: AnyRun}, Run{Kind: AnyOne}
	for _, test := range []struct {
		in   string
		want []Run
	}{
		{``, nil},
		{`abc`, []Run{lit("abc")}},
		{`a*b?`, []Run{lit("a"), any, lit("b"), one}},
		{`\*\?`, []Run{lit("*?")}},
		{`\\*`, []Run{lit(`\`), any}},
		{`\\\*`, []Run{lit(`\*`)}},
		{`C:\Windows`, []Run{lit(`C:\Windows`)}},
		{`\\srv`, []Run{lit(`\srv`)}},
		{`\\\srv`, []Run{lit(`\\srv`)}},
		{`\\\\srv`, []Run{lit(`\\srv`)}},
		{`end\`, []Run{lit(`end\`)}},
	} {
		got := (&String{text(test.in)}).Runs()
		for i := range got {
			if written := test.in[got[i].Start:got[i].End]; got[i].Kind != Literal && len(written) != 1 {
				t.Errorf("%q: a wildcard stands at %q", test.in, written)
			}
			got[i].Start, got[i].End = 0, 0
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.in, diff)
		}
	}
}

// FuzzEscape holds that an escaped string means the literal that it was made
// of.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{`a`, `*`, `\`, `\\`, `\*`, `a\?b`, `\\srv\x`, `x\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		runs := (&String{text(EscapeString(s))}).Runs()
		switch {
		case s == "" && len(runs) == 0:
		case len(runs) != 1 || runs[0].Kind != Literal || runs[0].Text != s:
			t.Errorf("%q is escaped as %q, which means %v", s, EscapeString(s), runs)
		}
	})
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{"010": 10, "0x17": 23, "0o10": 8, "1e3": 1000, "-1.5": -1.5, "+7": 7, ".5": 0.5} {
		if got := (&Number{text(in)}).Float(); got != want {
			t.Errorf("%s: got %v, want %v", in, got, want)
		}
	}
}

func TestTimespans(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"1s": 1, "15m": 900, "2h": 7200, "1d": 86400, "1w": 604800, "1M": 2629746, "1y": 31556952} {
		if got, ok := ParseTimespan(in); !ok || got != want {
			t.Errorf("%s: got %d, %v; want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "m", "5", "0m", "-5m", "+5m", "1.5h", "5 m", "99999999999999999999d", "9223372036854775807y"} {
		if got, ok := ParseTimespan(in); ok {
			t.Errorf("%q is taken for %d", in, got)
		}
	}
	for in, want := range map[string]string{"5 min": "5m", "1 hour": "1h", "3 Days": "3d", "2 weeks": "2w", "x": ""} {
		if got := mendTimespan(in); got != want {
			t.Errorf("%q is mended to %q, want %q", in, got, want)
		}
	}
}
