package main

import (
	"fmt"
	"io"
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
}

func rowOf(c *lint.Check) *checkRow {
	return &checkRow{
		Code: c.Code, Severity: c.Severity.String(), Fix: c.Fix.String(), Title: c.Title, Why: c.Why,
		Before: c.Before, After: c.After, Optional: c.Optional, Since: c.Since,
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
	c := lint.Explain(code)
	if c == nil {
		return fmt.Errorf("--explain: %w", noCheck(code))
	}
	return a.emit(func(w io.Writer) error {
		if a.format != "text" {
			return writeJSONLine(w, rowOf(c))
		}
		_, err := io.WriteString(w, explanation(c))
		return err
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
		fmt.Fprintf(&b, "\n%s:\n    %s\n", example.name, strings.ReplaceAll(example.text, "\n", "\n    "))
	}
	return b.String()
}
