package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/fixtures/oracle"
	"github.com/sigproof/sigproof/fixtures/report"
	"github.com/sigproof/sigproof/fixtures/report/html"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
)

type testFlags struct {
	meaning
	run     string
	engines []string
	update  bool
	keep    int // events of a case; zero is what a report needs
}

func (a *app) testCommand() *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:     "test [path...]",
		Short:   "Replay suites on every engine, in every shape, and compare the verdicts",
		Example: "  sigproof test\n  sigproof test --run pim_alert rules/\n  sigproof test --format junit -o results.xml\n  sigproof test --format html -o report.html",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl", "junit", "github", "gitlab", "azure", "markdown", "html"); err != nil {
				return err
			}
			return a.test(cmd.Context(), args, &f)
		},
	}
	a.meaningFlags(cmd, &f.meaning)
	cmd.Flags().StringVar(&f.run, "run", "", "replay only the cases that this expression finds in \"suite file: case name\"")
	cmd.Flags().BoolVar(&f.update, "update", false, "rewrite suites to expect what the native engine answers, and replay again")
	cmd.Flags().StringSliceVar(&f.engines, "engine", nil, "engines: native, kql, spl (the default), sigma-go")
	return cmd
}

func (a *app) test(ctx context.Context, args []string, f *testFlags) error {
	r, err := a.replay(ctx, args, f)
	if err == nil && f.update {
		r, err = a.updateSuites(ctx, args, f, r)
	}
	if err != nil {
		return err
	}
	if err := a.emit(func(w io.Writer) error { return a.writeReport(w, r, args) }); err != nil {
		return err
	}
	if r.Failed() {
		return errFindings
	}
	return nil
}

// replay loads rules and suites and runs them.
func (a *app) replay(ctx context.Context, args []string, f *testFlags) (*fixtures.Report, error) {
	opts, err := a.meaningOf(&f.meaning, args)
	if err != nil {
		return nil, err
	}
	in := &fixtures.Input{Compile: opts, Jobs: a.jobs, ReadFile: a.readLog, Keep: f.keep}
	if in.Only, err = regexp.Compile(f.run); err != nil {
		return nil, fmt.Errorf("--run: %w", err)
	}
	if in.Engines, err = enginesOf(f.engines); err != nil {
		return nil, err
	}
	rules, err := a.loadRules(withoutSuites(args))
	if err != nil {
		return nil, err
	}
	in.Documents = rules.docs
	diags, err := a.loadSuites(args, in)
	if err != nil {
		return nil, err
	}
	report, err := fixtures.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	report.Diags = sigma.SortDiagnostics(append(append(report.Diags, diags...), onlyErrors(rules.diags)...))
	if report.Cases() == 0 && !report.Failed() {
		return nil, fmt.Errorf("%s: no case to replay", strings.Join(append(args, f.run), " "))
	}
	return report, nil
}

func onlyErrors(diags []*sigma.Diagnostic) []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	for _, d := range diags {
		if d.Severity == sigma.Error {
			out = append(out, d)
		}
	}
	return out
}

// withoutSuites names for each suite file the rule file beside it.
func withoutSuites(args []string) []string {
	var out []string
	for _, arg := range args {
		for _, suffix := range suiteSuffixes {
			if stem, ok := strings.CutSuffix(arg, suffix); ok {
				arg = stem + strings.TrimPrefix(suffix, ".test")
			}
		}
		out = append(out, arg)
	}
	return out
}

// loadSuites reads the suites beside the rules.
func (a *app) loadSuites(args []string, in *fixtures.Input) ([]*sigma.Diagnostic, error) {
	sources, err := a.sources(suitesOf(args), isSuiteFile)
	switch {
	case errors.Is(err, errNothingThere):
		return nil, fmt.Errorf("%s: no suite there: that of rule.yml is rule.test.yml", strings.Join(args, " "))
	case err != nil:
		return nil, err
	}
	var diags []*sigma.Diagnostic
	for _, s := range sources {
		suites, more := fixtures.ParseSuitesFile(a.file(s))
		in.Suites = append(in.Suites, suites...)
		diags = append(diags, more...)
	}
	return diags, nil
}

// suitesOf names for each rule file the suite beside it; folders stay.
func suitesOf(args []string) []string {
	var out []string
	for _, arg := range args {
		name, embedded := strings.CutPrefix(arg, packPrefix)
		if embedded {
			if info, err := fs.Stat(entra.FS(), folderName(name)); err == nil && info.IsDir() {
				out = append(out, arg)
				continue
			}
			out = append(out, packPrefix+strings.TrimSuffix(name, ".yml")+".test.yml")
			continue
		}
		if info, err := os.Stat(arg); err == nil && !info.IsDir() && !isSuiteFile(arg) {
			arg = strings.TrimSuffix(strings.TrimSuffix(arg, ".yml"), ".yaml") + ".test.yml"
		}
		out = append(out, arg)
	}
	return out
}

// readLog reads a log that a case names, also one of the embedded pack.
func (a *app) readLog(name string) ([]byte, error) {
	if rest, ok := strings.CutPrefix(name, packPrefix); ok {
		return fs.ReadFile(entra.FS(), rest)
	}
	return a.readNamed(name, a.bounds.event, "--max-event")
}

func enginesOf(names []string) ([]fixtures.Engine, error) {
	if len(names) == 0 {
		return nil, nil
	}
	known := append(fixtures.Engines(), oracle.SigmaGo{})
	var out []fixtures.Engine
	for _, name := range names {
		var choices []string
		var found fixtures.Engine
		for _, e := range known {
			choices = append(choices, e.Name())
			if e.Name() == name {
				found = e
			}
		}
		if found == nil {
			return nil, oneOf("--engine", name, choices...)
		}
		out = append(out, found)
	}
	return out, nil
}

// aboutOf names what a report is about.
func aboutOf(args []string) string { return cmp.Or(strings.Join(args, " "), "the Entra pack") }

func (a *app) writeReport(w io.Writer, r *fixtures.Report, args []string) error {
	switch a.format {
	case "json", "jsonl":
		return report.JSON(w, r)
	case "junit":
		return report.JUnit(w, r)
	case "github":
		return report.GitHub(w, r)
	case "gitlab":
		return report.GitLab(w, r)
	case "azure":
		return report.Azure(w, r)
	case "markdown":
		return report.Markdown(w, r)
	case "html":
		return html.Test(w, r, &html.TestOptions{About: aboutOf(args), Tool: "sigproof " + version(), Titles: itemTitles()})
	}
	return report.Text(w, r, &report.TextOptions{Quiet: a.quiet, Verbose: a.verbose})
}
