package pack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma/display"
)

// firstVersion is that of a pack, and of a rule, that has none before it.
const firstVersion = "1.0.0"

// A Change is what became of a rule since the pack before.
type Change struct {
	ID, Title string
	What      string // added, removed, query or details
	From, To  string // versions; empty of what is not there
}

// Number gives each rule its version, and the version of the whole pack, by
// what changed since the pack before; nil if there was none.
//
//	nothing changed            ->  the same version
//	other details              ->  1.0.1
//	another query or kind      ->  1.1.0
//	a rule was added           ->  the pack's 1.1.0
//	a rule was removed         ->  the pack's 2.0.0
func Number(rules []Rule, since *Manifest) (version string, changes []Change) {
	old := map[string]Rule{}
	version = firstVersion
	if since != nil {
		version = since.Version
		for _, r := range since.Rules {
			old[r.ID] = r
		}
	}
	for i := range rules {
		r := &rules[i]
		before, ok := old[r.ID]
		delete(old, r.ID)
		r.Version = firstVersion
		switch {
		case !ok:
			changes = append(changes, Change{r.ID, r.Title, "added", "", r.Version})
			continue
		case before.Query != r.Query || before.Kind != r.Kind:
			r.Version = bump(before.Version, 1)
			changes = append(changes, Change{r.ID, r.Title, "query", before.Version, r.Version})
		case before.Content != r.Content:
			r.Version = bump(before.Version, 2)
			changes = append(changes, Change{r.ID, r.Title, "details", before.Version, r.Version})
		default:
			r.Version = before.Version
		}
	}
	if since == nil {
		return version, changes
	}
	for _, r := range since.Rules {
		if _, gone := old[r.ID]; gone {
			changes = append(changes, Change{r.ID, r.Title, "removed", r.Version, ""})
		}
	}
	if part := greatest(changes); part >= 0 {
		version = bump(version, part)
	}
	return version, changes
}

// greatest gives the part of the pack's version that changes ask to raise;
// negative if there are none.
func greatest(changes []Change) int {
	part := -1
	for _, c := range changes {
		asks := map[string]int{"removed": 0, "added": 1, "query": 1, "details": 2}[c.What]
		if part < 0 || asks < part {
			part = asks
		}
	}
	return part
}

// bump raises one part of a version, and clears those behind it. What is no
// version of ours starts anew.
func bump(version string, part int) string {
	var n [3]int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &n[0], &n[1], &n[2]); err != nil || slices.Min(n[:]) < 0 {
		return firstVersion
	}
	n[part]++
	clear(n[part+1:])
	return fmt.Sprintf("%d.%d.%d", n[0], n[1], n[2])
}

// Changelog writes the changes of a version over those before, which is the
// changelog of the pack before or nil.
func Changelog(version string, changes []Change, before []byte) []byte {
	const head = "# Changelog\n"
	rest := strings.TrimPrefix(string(before), head)
	if len(changes) == 0 && before != nil {
		return before
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n## %s\n\n", head, version)
	for _, c := range changes {
		c.ID, c.Title = display.Markdown(c.ID), display.Markdown(c.Title)
		fmt.Fprintf(&b, "- %s\n", c)
	}
	return []byte(b.String() + rest)
}

// String tells a change in a line.
func (c Change) String() string {
	title := strings.Join(strings.Fields(c.Title), " ")
	switch c.What {
	case "added":
		return fmt.Sprintf("added %s: %s %s", c.ID, title, c.To)
	case "removed":
		return fmt.Sprintf("removed %s: %s %s", c.ID, title, c.From)
	}
	return fmt.Sprintf("changed %s: %s %s -> %s, its %s", c.ID, title, c.From, c.To, c.What)
}
