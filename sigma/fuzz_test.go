package sigma

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sameTree compares documents without their places, and conditions by what
// they say.
var sameTree = cmp.Options{
	cmpopts.IgnoreTypes(Span{}, &File{}),
	cmpopts.IgnoreFields(Head{}, "Index"),
	cmpopts.IgnoreFields(Null{}, "Text"),
	cmpopts.EquateEmpty(),
	cmp.Transformer("condition", func(c *Condition) string {
		if c == nil || c.Expr == nil || c.Aggregate != nil {
			return "unread"
		}
		return PrintExpr(c.Expr)
	}),
	cmp.Transformer("scalar", func(s *Scalar) [2]string { return [2]string{kindOf(s), s.Text.Value} }),
}

func FuzzParse(f *testing.F) {
	for _, test := range table {
		f.Add(test.in)
	}
	f.Fuzz(func(t *testing.T, src string) {
		docs, diags := Parse("fuzz.yml", []byte(src))
		for _, d := range diags {
			if d.At.Start < 0 || d.At.End > len(src) || d.At.Start > d.At.End {
				t.Fatalf("%s has no place: %v", d, d.At)
			}
			_ = d.Render()
		}
		NewCollection(docs)
		for _, d := range docs {
			checkPlaces(t, d)
			if !d.Info().Broken {
				checkPrint(t, d)
			}
		}
	})
}

// checkPrint holds the law that a document's canonical text means the same.
func checkPrint(t *testing.T, d Document) {
	t.Helper()
	text := Print(d)
	again, diags := Parse("printed.yml", []byte(text))
	if len(again) != 1 || again[0].Info().Broken {
		t.Fatalf("canonical text does not parse: %v\n%s", diags, text)
	}
	if diff := cmp.Diff(d, again[0], sameTree); diff != "" {
		t.Fatalf("canonical text means something else (-want +got):\n%s\n%s", diff, text)
	}
	if twice := Print(again[0]); twice != text {
		t.Fatalf("canonical text is not canonical (-want +got):\n%s", cmp.Diff(text, twice))
	}
}

// checkPlaces holds that each node stands in its file, and within its parent
// unless YAML's aliases brought it in.
func checkPlaces(t *testing.T, d Document) {
	t.Helper()
	size := len(d.Info().File.Src)
	for n := range Preorder(d) {
		at := n.Span()
		if at.Start < 0 || at.Start > at.End || at.End > size {
			t.Fatalf("%T stands at %v of a file of %d bytes", n, at, size)
		}
		for _, child := range Children(n) {
			if c := child.Span(); c.Start >= at.Start && !at.Contains(c) {
				t.Fatalf("%T at %v is not within %T at %v", child, c, n, at)
			}
		}
	}
}
