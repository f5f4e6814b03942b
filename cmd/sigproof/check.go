package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/lint"
	"github.com/sigproof/sigproof/fixtures/report"
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
	sources, err := a.sources(args, isRuleFile)
	if err != nil {
		return err
	}
	r := lint.Run(lintSources(sources), &lint.Options{Compile: *opts, Jobs: a.jobs})
	if err := a.writeFindings(&report.Findings{Diags: r.Diags}); err != nil {
		return err
	}
	if a.format == "text" {
		a.note("%d documents, %s", len(r.Docs), countSeverities(r.Diags))
	}
	if slices.ContainsFunc(r.Diags, fails) {
		return errFindings
	}
	return nil
}

// fails tells whether a finding makes the check fail: notes do not.
func fails(d *sigma.Diagnostic) bool { return d.Severity <= sigma.Warning }

func lintSources(sources []source) []lint.Source {
	out := make([]lint.Source, len(sources))
	for i, s := range sources {
		out[i] = lint.Source{Name: s.name, Src: s.src}
	}
	return out
}

func countSeverities(diags []*sigma.Diagnostic) string {
	counts := map[sigma.Severity]int{}
	for _, d := range diags {
		counts[d.Severity]++
	}
	return fmt.Sprintf("%d errors, %d warnings, %d notes, %d hints",
		counts[sigma.Error], counts[sigma.Warning], counts[sigma.Info], counts[sigma.Hint])
}

func (a *app) writeFindings(f *report.Findings) error {
	return a.emit(func(w io.Writer) error {
		if a.format == "text" {
			return report.FindingsText(w, f, &report.TextOptions{Colored: a.colored(), Verbose: a.verbose})
		}
		return report.FindingsJSON(w, f)
	})
}
