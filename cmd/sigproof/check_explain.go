package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sigproof/sigproof/compiler/lint"
)

// A checkRow is one check as `check --list --format json` writes it.
type checkRow struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Fix      string `json:"fix"` // none, safe or unsafe
	Title    string `json:"title"`
	Why      string `json:"why"`
	Before   string `json:"before"`
	After    string `json:"after"`
	Optional bool   `json:"optional"`
	Since    string `json:"since"`

	Elsewhere []string `json:"elsewhere"` // what other linters call it
}

func rowOf(c *lint.Check) *checkRow {
	return &checkRow{
		Code: c.Code, Severity: c.Severity.String(), Fix: c.Fix.String(), Title: c.Title, Why: c.Why,
		Before: c.Before, After: c.After, Optional: c.Optional, Since: c.Since,
		Elsewhere: append([]string{}, c.AlsoKnown()...),
	}
}

func (a *app) listChecks() error {
	if err := a.formats("text", "json", "jsonl"); err != nil {
		return err
	}
	return a.emit(func(w io.Writer) error {
		if a.format != "text" {
			for _, c := range lint.Catalogue() {
				if err := writeJSONLine(w, rowOf(c)); err != nil {
					return err
				}
			}
			return nil
		}
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "CODE\tSEVERITY\tFIX\tFINDS")
		for _, c := range lint.Catalogue() {
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", c.Code, severityOf(c), c.Fix, c.Title)
		}
		return tw.Flush()
	})
}

func severityOf(c *lint.Check) string {
	if c.Optional {
		return "(" + c.Severity.String() + ")" // only if it is enabled
	}
	return c.Severity.String()
}

// explainCheck prints all that there is to know of one check.
func (a *app) explainCheck(code string) error {
	if err := a.formats("text", "json", "jsonl"); err != nil {
		return err
	}
	checks := explained(code)
	if len(checks) == 0 {
		return fmt.Errorf("--explain: %w", noCheck(code))
	}
	return a.emit(func(w io.Writer) error {
		for i, c := range checks {
			if a.format != "text" {
				if err := writeJSONLine(w, rowOf(c)); err != nil {
					return err
				}
				continue
			}
			if i > 0 {
				fmt.Fprintln(w)
			}
			if _, err := io.WriteString(w, explanation(c)); err != nil {
				return err
			}
		}
		return nil
	})
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

func explanation(c *lint.Check) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s", c.Code, c.Title, c.Severity)
	if c.Fix != lint.NoFix {
		fmt.Fprintf(&b, ", %s fix", c.Fix)
	}
	if c.Optional {
		b.WriteString(", only if it is enabled")
	}
	fmt.Fprintf(&b, ")\n\n%s\n", c.Why)
	for _, example := range []struct{ name, text string }{{"Before", c.Before}, {"After", c.After}} {
		if example.text != "" {
			fmt.Fprintf(&b, "\n%s:\n    %s\n", example.name, strings.ReplaceAll(example.text, "\n", "\n    "))
		}
	}
	if also := c.AlsoKnown(); len(also) > 0 {
		fmt.Fprintf(&b, "\nElsewhere: %s\n", strings.Join(also, ", "))
	}
	return b.String()
}
