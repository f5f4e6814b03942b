package lint

import (
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// This file says which checks the options want, and how grave they take them.

// enabled tells whether findings of a code are wanted.
func (o *Options) enabled(code string) bool {
	c := Explain(code)
	on := c == nil || !c.Optional
	longest := -1
	for _, list := range []struct {
		names []string
		on    bool
	}{{o.Disable, false}, {o.Enable, true}} {
		for _, name := range list.names {
			if covers(name, code) && specific(name) > longest {
				on, longest = list.on, specific(name)
			}
		}
	}
	return on
}

// severity is what the options make of a finding's severity.
func (o *Options) severity(code string, given sigma.Severity) sigma.Severity {
	longest := -1
	for name, severity := range o.Severity {
		if covers(name, code) && specific(name) > longest {
			given, longest = severity, specific(name)
		}
	}
	return given
}

// Covers tells whether name, as options and comments give it, means any code
// of the catalogue.
func Covers(name string) bool {
	for _, c := range catalogue {
		if covers(name, c.Code) {
			return true
		}
	}
	return false
}

// covers tells whether name is the code, or a beginning of it.
func covers(name, code string) bool {
	rest, ok := strings.CutPrefix(code, name)
	return name == "all" || ok && (rest == "" || rest[0] == '/')
}

func specific(name string) int {
	if name == "all" {
		return 0
	}
	return len(name)
}
