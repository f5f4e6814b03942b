package lint

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// An Other is what another linter looks for, under each name that it has
// there, such as "pysigma:duplicate_tag".
type Other struct {
	Names  []string
	Codes  []string // that find it here
	Reason string   // why none does
}

// Others lists what other linters look for, and how it is found here.
func Others() []Other { return slices.Clone(readOthers()) }

//go:embed data/others.txt
var othersText string

var readOthers = sync.OnceValue(func() []Other {
	var out []Other
	for line := range strings.Lines(othersText) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		names, reason, left := strings.Cut(line, " - ")
		names, codes, _ := strings.Cut(names, " = ")
		o := Other{Names: strings.Fields(names), Codes: strings.Fields(codes)}
		if left {
			o.Reason = reason
		}
		out = append(out, o)
	}
	return out
})

// AlsoKnown lists the names by which other linters look for what the check
// finds.
func (c *Check) AlsoKnown() []string {
	var names []string
	for _, o := range readOthers() {
		if slices.ContainsFunc(o.Codes, func(code string) bool { return covers(code, c.Code) }) {
			names = append(names, o.Names...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
