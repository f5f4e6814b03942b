package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/imports"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/fixtures/foreign"
	"github.com/sigproof/sigproof/fixtures/foreign/writing"
	"github.com/sigproof/sigproof/sigma"
)

func (a *app) exportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write suites as other tools' tests of rules",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("export must be told a format: " + exportNames())
		},
	}
	for _, format := range foreign.Writers() {
		cmd.AddCommand(a.exportTo(format))
	}
	return cmd
}

func exportNames() string {
	var names []string
	for _, f := range foreign.Writers() {
		names = append(names, f.Name)
	}
	return sigma.Choices(names)
}

func (a *app) exportTo(format *writing.Format) *cobra.Command {
	var f meaning
	cmd := &cobra.Command{
		Use:   format.Name + " [path...]",
		Short: "Write " + format.Doc,
		Long: "Write suites of rules as " + format.Doc + ", in the folder that --output names.\n" +
			"Cases are replayed before, on these engines: " + strings.Join(enginesFor(format), ", ") + ". One that fails, or for which the format has no place, is\n" +
			"said and is a finding.",
		Example: "  sigproof export " + format.Name + " rules/ -o out/",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			if a.output == "" || a.output == "-" {
				return errors.New("--output must name the folder that the tests go to")
			}
			return a.export(cmd.Context(), args, format, &f)
		},
	}
	a.meaningFlags(cmd, &f)
	return cmd
}

// enginesFor names the engines whose verdicts a test of a format must have.
func enginesFor(format *writing.Format) []string {
	if format.Engines == nil {
		return []string{fixtures.Native{}.Name()}
	}
	return format.Engines
}

func (a *app) export(ctx context.Context, args []string, format *writing.Format, f *meaning) error {
	report, err := a.replay(ctx, args, &testFlags{meaning: *f, engines: enginesFor(format), keep: fixtures.MaxEvents})
	if err != nil {
		return err
	}
	out := format.Export(report)
	if err := imports.WriteExport(a.stdout, a.output, out, a.format != "text"); err != nil {
		return err
	}
	diags := sigma.SortDiagnostics(append(report.Diags, out.Diags...))
	for _, d := range diags {
		fmt.Fprint(a.stderr, d.Render())
	}
	if sigma.HasErrors(diags) {
		return errFindings
	}
	return nil
}
