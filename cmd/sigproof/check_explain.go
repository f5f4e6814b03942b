package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/lint"
	"github.com/sigproof/sigproof/fixtures/report"
)

func (a *app) listChecks() error {
	return a.writeChecks(lint.Catalogue(), report.ChecksText)
}

// explainCheck prints all that there is to know of a check.
func (a *app) explainCheck(name string) error {
	checks := explained(name)
	if len(checks) == 0 {
		return fmt.Errorf("--explain: %w", noCheck(name))
	}
	return a.writeChecks(checks, report.ExplanationText)
}

// explained finds the check of a code, those whose codes begin so, or those
// that another linter knows by that name.
func explained(name string) []*lint.Check {
	if c := lint.Explain(name); c != nil {
		return []*lint.Check{c}
	}
	return slices.DeleteFunc(lint.Catalogue(), func(c *lint.Check) bool {
		known := slices.ContainsFunc(c.AlsoKnown(), func(other string) bool { return other == name || strings.HasSuffix(other, ":"+name) })
		return !known && !strings.HasPrefix(c.Code, name+"/")
	})
}

func (a *app) writeChecks(checks []*lint.Check, text func(io.Writer, []*lint.Check) error) error {
	if err := a.formats("text", "json", "jsonl"); err != nil {
		return err
	}
	return a.emit(func(w io.Writer) error {
		if a.format != "text" {
			return report.ChecksJSON(w, checks)
		}
		return text(w, checks)
	})
}
