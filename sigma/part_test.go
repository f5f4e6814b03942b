package sigma

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseSearch reads a search that stands in no rule, with its places.
func TestParseSearch(t *testing.T) {
	t.Parallel()
	file := NewFile("any.yml", []byte("a|contains: x\nb|containz: y\n"))
	docs, _ := ReadData(file)
	s, diags := ParseSearch(file, Text{Value: "s"}, docs[0])
	want := `any.yml:2:3: error: unknown modifier "containz" [modifier/unknown]`
	if s != nil || len(diags) != 1 || diags[0].String() != want {
		t.Errorf("got %v, want %s", diags, want)
	}
	file = NewFile("any.yml", []byte("a|contains: x\n"))
	docs, _ = ReadData(file)
	s, diags = ParseSearch(file, Text{Value: "s"}, docs[0])
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	item := s.Body.(*All).Items[0]
	if got := file.Text(item.Values[0].Span()); got != "x" || !item.Has("contains") {
		t.Errorf("the item is %v, its value stands at %q", item, got)
	}
}

func TestCheckRegex(t *testing.T) {
	t.Parallel()
	file := NewFile("any.yml", []byte(`"a(?=b)"`))
	diags := CheckRegex(file, Text{Value: "a(?=b)", At: Span{0, 8}})
	want := `any.yml:1:3: error: "(?=" is a lookahead, which RE2 syntax does not have [value/regex]`
	if len(diags) != 1 || diags[0].String() != want {
		t.Errorf("got %v, want %s", diags, want)
	}
	if diags := CheckRegex(file, Text{Value: "a(b)"}); len(diags) > 0 {
		t.Error(diags)
	}
}

// TestAlso holds that what a pipeline adds to a map is walked, and never
// printed as something else.
func TestAlso(t *testing.T) {
	t.Parallel()
	a, b := &Item{Field: Text{Value: "a"}}, &Item{Field: Text{Value: "b"}}
	m := &All{Items: []*Item{a}, Also: []Block{b}}
	if diff := cmp.Diff([]Node{a, b}, Children(m)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	defer func() {
		if recover() == nil {
			t.Error("it was printed")
		}
	}()
	Print(&Rule{Detection: &Detection{Searches: []*Search{{Name: Text{Value: "s"}, Body: m}}}})
}
