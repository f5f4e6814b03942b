package entra

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrivileged holds the list of roles: ids that are ids, each role once, the
// guide's first, and of the directory as many as Microsoft labels.
func TestPrivileged(t *testing.T) {
	t.Parallel()
	guid := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	count := map[string]int{}
	var names []string
	for _, r := range Privileged() {
		if !guid.MatchString(r.ID) {
			t.Errorf("%s: %q is no id of a role", r.Name, r.ID)
		}
		if r.Name == "" || strings.TrimSpace(r.Name) != r.Name {
			t.Errorf("%s: the name is %q", r.ID, r.Name)
		}
		for _, key := range []string{r.ID, r.Name} {
			if seen[key] {
				t.Errorf("%s is there twice", key)
			}
			seen[key] = true
		}
		count[r.Scope()]++
		if r.Item == 0 {
			names = append(names, strings.ToLower(r.Name))
		}
	}
	if diff := cmp.Diff(map[string]int{"directory": 35, "azure": 2}, count); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.IsSorted(names) {
		t.Errorf("those that the guide does not name are out of order: %v", names)
	}
}

// TestRoles wants the five of the guide, with what item 1 and item 2 say of
// them.
func TestRoles(t *testing.T) {
	t.Parallel()
	want := []Role{
		{1, "62e90394-69f5-4237-9190-012177145e10", "Global Administrator", false},
		{1, "e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator", false},
		{1, "194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator", false},
		{2, "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", true},
		{2, "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", true},
	}
	if diff := cmp.Diff(want, Roles()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
