package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/sigma"
)

func (a *app) checkCommand() *cobra.Command {
	var m meaning
	cmd := &cobra.Command{
		Use:     "check [path...]",
		Short:   "Parse rules, resolve their fields, and say what is wrong",
		Example: "  sigproof check rules/\n  sigproof check --format json rule.yml",
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			return a.check(args, &m)
		},
	}
	a.meaningFlags(cmd, &m)
	return cmd
}

func (a *app) meaningFlags(cmd *cobra.Command, m *meaning) {
	cmd.Flags().StringVar(&m.log, "log", "", "the log whose fields rules name; generic takes every field as written")
	cmd.Flags().StringArrayVar(&m.define, "define", nil, "a placeholder: name=value[,value...] or name=@file")
}

func (a *app) check(args []string, m *meaning) error {
	opts, err := m.options()
	if err != nil {
		return err
	}
	r, err := a.loadRules(args)
	if err != nil {
		return err
	}
	_, diags := compiler.Compile(r.docs, opts)
	diags = sigma.SortDiagnostics(append(r.diags, diags...))
	if err := a.emit(func(w io.Writer) error { return a.writeDiagnostics(w, diags) }); err != nil {
		return err
	}
	if a.format == "text" {
		a.note("%d documents, %s", len(r.docs), countSeverities(diags))
	}
	if sigma.HasErrors(diags) {
		return errFindings
	}
	return nil
}

func countSeverities(diags []*sigma.Diagnostic) string {
	counts := map[sigma.Severity]int{}
	for _, d := range diags {
		counts[d.Severity]++
	}
	return fmt.Sprintf("%d errors, %d warnings, %d notes",
		counts[sigma.Error], counts[sigma.Warning], counts[sigma.Info]+counts[sigma.Hint])
}

func (a *app) writeDiagnostics(w io.Writer, diags []*sigma.Diagnostic) error {
	for _, d := range diags {
		if err := a.writeDiagnostic(w, d); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) writeDiagnostic(w io.Writer, d *sigma.Diagnostic) error {
	if a.format == "text" {
		_, err := io.WriteString(w, a.painted(d))
		return err
	}
	return json.NewEncoder(w).Encode(jsonDiagnostic(d))
}

// painted is a diagnostic for people; on a terminal its severity has a colour.
func (a *app) painted(d *sigma.Diagnostic) string {
	text := d.Render()
	if !a.colored() {
		return text
	}
	paint := map[sigma.Severity]string{sigma.Error: "31", sigma.Warning: "33", sigma.Info: "36", sigma.Hint: "36"}[d.Severity]
	word := ": " + d.Severity.String() + ": "
	return strings.Replace(text, word, ": \x1b["+paint+"m"+d.Severity.String()+"\x1b[0m: ", 1)
}

// A finding is a diagnostic as `check --format json` writes it.
type finding struct {
	Path      string       `json:"path"`
	Line      int          `json:"line"`
	Column    int          `json:"column"`
	EndLine   int          `json:"end_line"`
	EndColumn int          `json:"end_column"`
	Severity  string       `json:"severity"`
	Code      string       `json:"code"`
	Message   string       `json:"message"`
	Fixes     []findingFix `json:"fixes"`
	Label     string       `json:"label,omitempty"`
}

type findingFix struct {
	Safe  bool          `json:"safe"`
	Title string        `json:"title"`
	Edits []findingEdit `json:"edits"`
}

type findingEdit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

func jsonDiagnostic(d *sigma.Diagnostic) *finding {
	f := &finding{Severity: d.Severity.String(), Code: d.Code, Message: d.Message, Label: d.Label, Fixes: []findingFix{}}
	if d.File != nil {
		start, end := d.File.Position(d.At.Start), d.File.Position(d.At.End)
		f.Path, f.Line, f.Column, f.EndLine, f.EndColumn = d.File.Name, start.Line, start.Column, end.Line, end.Column
	}
	for _, fix := range d.Fixes {
		out := findingFix{Safe: fix.Safe, Title: fix.Title, Edits: []findingEdit{}}
		for _, e := range fix.Edits {
			out.Edits = append(out.Edits, findingEdit{e.At.Start, e.At.End, e.Text})
		}
		f.Fixes = append(f.Fixes, out)
	}
	return f
}
