package lint

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/sigma/attack"
)

// tactics are those of ATT&CK for enterprises, as tags write them.
var tactics = tacticTags()

func tacticTags() []string {
	var tags []string
	for _, t := range attack.Tactics() {
		tags = append(tags, t.Tag)
	}
	return tags
}

// isTactic tells whether a tag names a tactic, of today or of old, or would if
// it were written with -.
func isTactic(name string) bool {
	return slices.Contains(tactics, strings.ReplaceAll(name, "_", "-")) || isOldTactic(name)
}
