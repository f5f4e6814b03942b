package targets

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// fixed emits one text.
type fixed struct{}

func (fixed) Language() string { return "kql" }

func (fixed) Emit(*ir.Program) (*Query, []*sigma.Diagnostic) {
	return &Query{Language: "kql", Text: "a b", Links: []Link{{Start: 2, End: 3}}}, nil
}

// TestWrite rewrites a query as the program's pipeline says. Links move with
// the text that they speak of, and go with it.
func TestWrite(t *testing.T) {
	t.Parallel()
	wrong := []*sigma.Diagnostic{{Code: "x"}}
	for _, test := range []struct {
		name string
		post func(language, query string) (string, []*sigma.Diagnostic)
		want *Query
	}{
		{"none", nil, &Query{Language: "kql", Text: "a b", Links: []Link{{Start: 2, End: 3}}}},
		{"behind", func(l, q string) (string, []*sigma.Diagnostic) { return l + ": " + q, nil }, &Query{Language: "kql", Text: "kql: a b", Links: []Link{{Start: 7, End: 8}}}},
		{"another", func(string, string) (string, []*sigma.Diagnostic) { return "c", nil }, &Query{Language: "kql", Text: "c"}},
		{"refused", func(string, string) (string, []*sigma.Diagnostic) { return "c", wrong }, nil},
	} {
		got, diags := Write(fixed{}, &ir.Program{Post: test.post})
		if diff := cmp.Diff(test.want, got); diff != "" || (got == nil) != (len(diags) == 1) {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, diags, diff)
		}
	}
}
