package lint

import (
	"strings"

	"github.com/sigproof/sigproof/sigma"
)

// fieldChecks look at the names of fields in logs of which no fields are
// declared. Of others the compiler knows which names are wrong.
var fieldChecks = []*Check{fieldSpaces, fieldStar, fieldCase}

// undeclared is the logsource of an example whose log is not declared.
const undeclared = "logsource:\n  product: cisco\n  service: duo\n"

// freeItems lists the items whose fields are taken as they are written.
func (p *Pass) freeItems() []place {
	if log := p.Log(); log != nil && !log.Open {
		return nil
	}
	return p.Items()
}

var fieldSpaces = &Check{
	Code:     "field/spaces",
	Severity: sigma.Warning,
	Title:    "name of a field has spaces at an end",
	Why:      "No event has a field of that name.",
	Before:   undeclared + selecting("'User |contains': admin"),
	After:    undeclared + selecting("'User|contains': admin"),
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.freeItems() {
			name := at.Field.Value
			better := strings.TrimSpace(name)
			if better == name || better == "" {
				continue
			}
			f := p.report(at.Field.At, "the field %q has spaces at an end", name)
			if p.File().Text(at.Field.At) == name {
				f.unsafe("write "+better, replace(at.Field.At, better)...)
			}
		}
	},
}

var fieldStar = &Check{
	Code:     "field/wildcard",
	Severity: sigma.Warning,
	Title:    "name of a field has a star",
	Why:      "Only values have wildcards. The name is taken as it is written, and no event has it.",
	Before:   undeclared + selecting("'Target*': admin"),
	After:    undeclared + selecting("TargetUser: admin"),
	Since:    "0.1",
	Run: func(p *Pass) {
		for _, at := range p.freeItems() {
			if strings.Contains(at.Field.Value, "*") {
				p.report(at.Field.At, "the field %q has a star, which is no wildcard in a name", at.Field.Value)
			}
		}
	},
}

var fieldCase = &Check{
	Code:     "field/case",
	Severity: sigma.Warning,
	Title:    "field is spelt in two ways",
	Why:      "Names of fields are compared letter by letter: one of the two is in no event.",
	Before:   undeclared + "detection:\n  selection:\n    CommandLine|contains: a\n  filter:\n    Commandline|contains: b\n  condition: selection and not filter",
	After:    undeclared + "detection:\n  selection:\n    CommandLine|contains: a\n  filter:\n    CommandLine|contains: b\n  condition: selection and not filter",
	Fix:      UnsafeFix,
	Since:    "0.1",
	Run: func(p *Pass) {
		first := map[string]place{}
		for _, at := range p.freeItems() {
			if at.Keywords {
				continue
			}
			key := strings.ToLower(at.Field.Value)
			known, ok := first[key]
			if !ok {
				first[key] = at
				continue
			}
			if known.Field.Value == at.Field.Value {
				continue
			}
			f := p.report(at.Field.At, "the field is %q here, and %q above", at.Field.Value, known.Field.Value).
				see(p.File(), known.Field.At, "it stands here")
			better := known.Field.Value + strings.TrimPrefix(sigma.ItemKey(at.Item), at.Field.Value)
			renamed := place{&sigma.Item{Field: known.Field}, at.search, at.all}
			if p.File().Text(at.Field.At) == at.Field.Value && !p.keyTaken(renamed, better) {
				f.unsafe("write "+known.Field.Value, replace(at.Field.At, known.Field.Value)...)
			}
		}
	},
}
