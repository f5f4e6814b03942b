package sentinel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/targets/pack"
)

// dates are the first and the last of the rules', so that they do not depend on
// when the pack is made: as 2026-01-31.
func dates(rules []*rule) (first, last string) {
	var all []string
	for _, r := range rules {
		head := r.doc.Info()
		for _, d := range []string{head.Date.Value, head.Modified.Value} {
			if d != "" {
				all = append(all, strings.ReplaceAll(d, "/", "-"))
			}
		}
	}
	if all == nil {
		return "1980-01-01", "1980-01-01" // of rules without dates
	}
	return slices.Min(all), slices.Max(all)
}

// solutionVersion is the version of a pack as that of a solution. Solutions begin
// with 3.0.0: the repository's tool raises what is less to that, time and again. A
// version that is none of ours, of a pack that others changed, begins anew.
func solutionVersion(version string) string {
	var n [3]int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &n[0], &n[1], &n[2]); err != nil {
		return "3.0.0"
	}
	return fmt.Sprintf("%d.%d.%d", n[0]+2, n[1], n[2])
}

const notesHead = "| **Version** | **Date Modified (DD-MM-YYYY)** | **Change History** |\n|---|---|---|\n"

// releaseNotes are the changes as the repository has them: a table with the newest
// version first, over those of the pack before.
func releaseNotes(rules []*rule, version string, changes []pack.Change, since *pack.Pack) []byte {
	before := ""
	if since != nil {
		before, _ = strings.CutPrefix(string(since.File(notesName)), notesHead)
		if len(changes) == 0 {
			return []byte(notesHead + before)
		}
	}
	lines := make([]string, len(changes))
	for i, c := range changes {
		lines[i] = strings.ReplaceAll(c.String(), "|", `\|`)
	}
	_, last := dates(rules)
	date := strings.Split(last, "-")
	slices.Reverse(date)
	return fmt.Appendf(nil, "%s| %s | %s | %s |\n%s", notesHead, solutionVersion(version), strings.Join(date, "-"), strings.Join(lines, "<br/>"), before)
}
