package kql_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
)

// FuzzQuote holds each kind of literal against the evaluator that reads it.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", `a"b`, `C:\x\`, "a\nb", "it's", `@"x"`, "Ä\u2028\x00", "{{", "//", `\d+"`, "where", "a.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("a query is UTF-8")
		}
		for kind, literal := range map[string]string{"quote": kql.Quote(s), "quoteRegex": kql.QuoteRegex(s)} {
			if got := printed(t, "print x = "+literal); got != s {
				t.Errorf("%s(%q) is %s, which is read as %q", kind, s, literal, got)
			}
		}
		if s == "" || strings.ContainsAny(s, "\x00") {
			return
		}
		column := kql.Name(s)
		if got := printed(t, "print "+column+" = \"value\" | project "+column); got != "value" {
			t.Errorf("name(%q) is %s, which is no column", s, column)
		}
	})
}

func printed(t *testing.T, query string) string {
	t.Helper()
	q, err := kqleval.Parse(query)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	plan, err := q.Bind(nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	out, err := plan.Run(context.Background(), nil)
	if err != nil || len(out.Rows) != 1 {
		t.Fatalf("%v\n%s", err, query)
	}
	s, _ := out.Rows[0][0].(kqleval.String)
	return string(s)
}
