package lint

import (
	"github.com/sigproof/sigproof/sigma"
)

// valueChecks look at the values of items.
var valueChecks = []*Check{
	valueDuplicate,
}

var valueDuplicate = &Check{
	Code:     "value/duplicate",
	Severity: sigma.Warning,
	Title:    "value stands twice in a list",
	Why:      "The second has no effect; often another value was meant.",
	Before: `detection:
  selection:
    Image|endswith:
      - '\a.exe'
      - '\b.exe'
      - '\a.exe'
  condition: selection`,
	After: `detection:
  selection:
    Image|endswith:
      - '\a.exe'
      - '\b.exe'
  condition: selection`,
	Fix:   SafeFix,
	Since: "0.1",
	Run: func(p *Pass) {
		for _, at := range p.Items() {
			seen := map[string]sigma.Value{}
			for _, v := range at.Values {
				key := kind(v) + v.Written().Value
				if first := seen[key]; first != nil {
					p.report(v.Span(), "%s stands twice in the list", p.File().Text(v.Span())).
						see(p.File(), first.Span(), "the first stands here").
						safe("remove the second", removeEntry(p.File(), v.Span())...)
					continue
				}
				seen[key] = v
			}
		}
	},
}

// kind tells '1' from 1.
func kind(v sigma.Value) string {
	switch v.(type) {
	case *sigma.String:
		return "s"
	case *sigma.Number:
		return "n"
	case *sigma.Bool:
		return "b"
	default:
		return "-"
	}
}
