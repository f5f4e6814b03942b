package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/fixtures/report"
	"github.com/sigproof/sigproof/sigma/entra"
)

func (a *app) coverageCommand() *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:     "coverage [path...]",
		Short:   "Show which monitored items, or techniques of ATT&CK, are covered by rules whose suites pass",
		Example: "  sigproof coverage\n  sigproof coverage --format json\n  sigproof coverage --format navigator -o layer.json rules/",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl", "navigator"); err != nil {
				return err
			}
			return a.coverage(cmd.Context(), args, &f)
		},
	}
	a.meaningFlags(cmd, &f.meaning)
	return cmd
}

func (a *app) coverage(ctx context.Context, args []string, f *testFlags) error {
	r, err := a.replay(ctx, args, f)
	if err != nil {
		return err
	}
	items := report.Coverage(r, itemTitles())
	err = a.emit(func(w io.Writer) error {
		switch a.format {
		case "text":
			return report.CoverageText(w, items)
		case "navigator":
			return report.Navigator(w, r, aboutOf(args))
		}
		return report.CoverageJSON(w, items)
	})
	if err == nil && r.Failed() {
		return errFindings
	}
	return err
}

func itemTitles() map[int]string {
	titles := map[int]string{}
	for _, i := range entra.Items() {
		titles[i.Number] = i.Title
	}
	return titles
}
