package lint

import (
	"slices"

	"github.com/sigproof/sigproof/sigma"
)

// A Check is one thing that is looked for.
type Check struct {
	Code string // stable, a path: "title/long"

	// Severity is Warning if the document may not do what its author means,
	// Info if it does and something is idle, old or misleading, and Hint if it
	// is a matter of taste. Errors are for the rooms that can't use a document.
	Severity sigma.Severity

	Title string // what is found, in a few words
	Why   string // why that matters, in a sentence or two

	// Before is an example that has the finding, and After one that has not:
	// what the fix makes of Before, if there is one. An example that does not
	// begin with a title is a part of a document.
	Before, After string

	Fix      Fixing
	From     string // the room that reports it; empty means this package
	Optional bool   // off unless Options.Enable names it
	Since    string

	// Run reports findings in one document. It is nil for what others report.
	Run func(*Pass)
}

// Fixing says whether a check offers fixes.
type Fixing int

// The kinds of Fixing.
const (
	NoFix     Fixing = iota
	SafeFix          // matches exactly the same events
	UnsafeFix        // may match others, or wants a look by a person
)

var fixingNames = [...]string{"none", "safe", "unsafe"}

func (f Fixing) String() string { return fixingNames[f] }

// Catalogue lists every check in the order of docs/checks.md.
func Catalogue() []*Check { return slices.Clone(catalogue) }

// Explain finds the check of a code; nil if there is none.
func Explain(code string) *Check {
	for _, c := range catalogue {
		if c.Code == code {
			return c
		}
	}
	return nil
}

// Codes lists the codes of the catalogue, in its order.
func Codes() []string {
	codes := make([]string, len(catalogue))
	for i, c := range catalogue {
		codes[i] = c.Code
	}
	return codes
}
