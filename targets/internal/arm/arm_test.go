package arm

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/targets/pack"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"[a]": "[[a]", "[a] b": "[a] b", "a]": "a]", "": "", "[[a]": "[[[a]"} {
		if got := Escape(in); got != want || Unescape(got) != in {
			t.Errorf("%q: got %q, and back %q", in, got, Unescape(got))
		}
	}
}

// TestTemplates puts into further parts what one template does not hold, in
// number or in size.
func TestTemplates(t *testing.T) {
	t.Parallel()
	big := map[string]string{"text": strings.Repeat("a", 3_000_000)}
	for _, test := range []struct {
		resources []any
		want      []int
	}{
		{nil, []int{0}},
		{slices.Repeat([]any{"r"}, 800), []int{800}},
		{slices.Repeat([]any{"r"}, 1601), []int{800, 800, 1}},
		{[]any{big, "r", big, big}, []int{2, 1, 1}},
	} {
		var got []int
		for i, f := range Templates("ARM/all.json", nil, test.resources) {
			var d struct{ Resources []any }
			if err := json.Unmarshal(f.Data, &d); err != nil || d.Resources == nil || f.Path != pack.Part("ARM/all.json", i+1) {
				t.Errorf("%s: %v", f.Path, err)
			}
			if len(f.Data) > 4<<20 {
				t.Errorf("%s has %d bytes", f.Path, len(f.Data))
			}
			got = append(got, len(d.Resources))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Duration]string{
		5 * time.Minute: "PT5M", 80 * time.Minute: "PT1H20M", 14 * 24 * time.Hour: "P14D", 25 * time.Hour: "P1DT1H", time.Second: "PT1M", 0: "PT0S",
	} {
		if got := Duration(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
