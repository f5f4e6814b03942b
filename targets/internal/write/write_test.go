package write

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigproof/sigproof/sigma"
)

// linked gives what each link of t covers.
func linked(t Text) []string {
	var out []string
	for _, l := range t.Links() {
		out = append(out, t.String()[l.Start:l.End])
	}
	return out
}

func mark(s string) Text { return Of(s).Linked(nil, sigma.Span{}) }

func TestJoinMovesLinks(t *testing.T) {
	t.Parallel()
	got := Join([]Text{mark("a"), Of("b"), mark("cc")}, " or ").Wrap("not(", ")")
	if want := "not(a or b or cc)"; got.String() != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"a", "cc"}, linked(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestIndent(t *testing.T) {
	t.Parallel()
	got := Join([]Text{mark("a"), mark("b\nc"), Of(""), mark("d")}, "\n").Indent("  ")
	if want := "a\n  b\n  c\n\n  d"; got.String() != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"a", "b\n  c", "d"}, linked(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestIndentKeepsLinks holds a link's text, indented by itself, against what
// the link covers in the indented whole.
func TestIndentKeepsLinks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[ab\n]{1,5}`)).Draw(t, "words")
		var parts []Text
		for _, w := range words {
			parts = append(parts, mark(w))
		}
		whole := Join(parts, "|").Indent("\t")
		if got, want := whole.String(), strings.Join(words, "|"); strings.ReplaceAll(got, "\t", "") != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		for i, got := range linked(whole) {
			if strings.ReplaceAll(got, "\t", "") != words[i] {
				t.Fatalf("link %d covers %q, want %q", i, got, words[i])
			}
		}
	})
}

func TestIn(t *testing.T) {
	t.Parallel()
	e := Expr{Of("a or b"), 1}
	if got := e.In(1).String(); got != "a or b" {
		t.Errorf("got %q", got)
	}
	if got := e.In(2).String(); got != "(a or b)" {
		t.Errorf("got %q", got)
	}
}
