package sigma

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLimits has files that are made to harm. Each is refused with one clear
// line, in a time that leaves room for a busy machine.
func TestLimits(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("files of megabytes take seconds")
	}
	repeat := func(s string) string { return strings.Repeat(s, (MaxSize-100)/len(s)) }
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'z'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9))
	}
	for _, test := range []struct{ name, in, want string }{
		{"size", strings.Repeat("#", MaxSize+1), "1:1: error: the file has 4194305 bytes; at most 4194304 are read [yaml/too-large]"},
		{"nodes", repeat("- 1\n"), "500000:3: error: the file unfolds to more than 500000 keys and values [yaml/limit]"},
		{"nodes on one line", "a: [" + repeat("1,") + "]", "1:999999: error: the file unfolds to more than 500000 keys and values [yaml/limit]"},
		{"aliases", bomb, "2:4: error: the file has more than 1000 aliases [yaml/limit]"},
		{"an anchor within itself", "a: &a [*a]\n", "1:4: error: lists and maps stand within each other deeper than 100 [yaml/limit]"},
		{"brackets", repeat("["), "1:1: error: lists and maps stand within each other deeper than 100 [yaml/limit]"},
		{"an open quote", "'" + repeat("a\n"), "1:1: error: the quote ' is never closed [yaml/quote]"},
		{"broken documents", repeat("---\na: 'b\n"), "2:4: error: the quote ' is never closed [yaml/quote]"},
		{"parentheses", inRule("  a: x\n  condition: " + strings.Repeat("(", 100_000) + "a\n"), "5:514: error: parentheses nest deeper than 500 [condition/syntax]"},
		{"negations", inRule("  a: x\n  condition: " + strings.Repeat("not ", 100_000) + "a\n"), `5:14: error: more than 500 "not" in a row [condition/syntax]`},
		{"names", inRule("  a: x\n  condition: " + strings.Repeat("b or ", 100_000) + "b\n"), `5:14: error: condition names "b", and no search of the detection has that name [condition/undefined-search]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			_, diags := Parse("test.yml", []byte(test.in))
			if len(diags) == 0 || len(diags) > MaxReports+1 {
				t.Fatalf("got %d diagnostics", len(diags))
			}
			if got := short(diags[0]); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	t.Parallel()
	_, diags := Parse("test.yml", []byte(inRule("  a: x\n  condition: "+strings.Repeat("b", 5000)+"\n")))
	if len(diags) != 1 || len(diags[0].Message) > 1100 || !strings.Contains(diags[0].Message, "…") {
		t.Errorf("got %v", diags)
	}
}
