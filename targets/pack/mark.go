package pack

import (
	"regexp"
	"strings"
)

// Mark ends a description with the id and version of what it describes, for
// products that choose ids themselves.
func (a *Artifact) Mark() string {
	mark := "sigproof " + a.ID
	if a.Version != "" {
		mark += ", version " + a.Version
	}
	return a.Description + "\n\n" + mark + "."
}

var markForm = regexp.MustCompile(`\s*sigproof ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:, version [0-9.]+)?\.\s*$`)

// Marked takes a description apart that was marked. The id is empty if it was
// not.
func Marked(description string) (id, rest string) {
	if m := markForm.FindStringSubmatchIndex(description); m != nil {
		return description[m[2]:m[3]], description[:m[0]]
	}
	return "", strings.TrimSpace(description)
}
