package attack

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTechniques(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ id, name, tactics string }{
		{"T1098.003", "Additional Cloud Roles", "persistence privilege-escalation"},
		{"T1685", "Disable or Modify Tools", "defense-impairment"},
		{"T1055.013", "Process Doppelgänging", "privilege-escalation stealth"},
	} {
		got := ByID(test.id)
		if got == nil {
			t.Errorf("%s is not known", test.id)
			continue
		}
		var tags []string
		for _, c := range got.Tactics {
			tags = append(tags, c.Tag)
		}
		if diff := cmp.Diff([]string{test.name, test.tactics}, []string{got.Name, strings.Join(tags, " ")}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.id, diff)
		}
	}
	if got := ByID("T0000"); got != nil {
		t.Errorf("T0000 is %+v", got)
	}
	if got := Successor("T1562.008"); got != "T1685.002" {
		t.Errorf("T1562.008 became %q", got)
	}
}

// TestList holds each line to its form: an id of its own, its parent, a name,
// and tactics in the order of the matrix.
func TestList(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	order := map[*Tactic]int{}
	for i, c := range Tactics() {
		order[c] = i
	}
	c := read()
	if len(c.techniques) < 600 || len(c.revoked) < 100 {
		t.Fatalf("%d techniques, %d revoked", len(c.techniques), len(c.revoked))
	}
	for id, x := range c.techniques {
		parent, _, _ := strings.Cut(id, ".")
		if !form.MatchString(id) || c.techniques[parent] == nil || x.Name == "" || len(x.Tactics) == 0 {
			t.Errorf("%q: %+v", id, x)
		}
		for i := 1; i < len(x.Tactics); i++ {
			if order[x.Tactics[i]] <= order[x.Tactics[i-1]] {
				t.Errorf("%s: its tactics are not in the order of the matrix", id)
			}
		}
	}
	for old, heir := range c.revoked {
		if c.techniques[old] != nil || c.techniques[heir] == nil {
			t.Errorf("%s is revoked in favour of %s", old, heir)
		}
	}
}
