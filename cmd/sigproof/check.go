package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/products"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/lint"
	"github.com/sigproof/sigproof/fixtures/report"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
)

type checkFlags struct {
	meaning
	fix, unsafe, diff bool
	list              bool
	explain           string
	to                []string
	enable, disable   []string
	kql, spl          []string // files with queries
	macros            []string
	columns           []string
	names             *targets.Names
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [path...]",
		Short: "Say what is wrong with rules, and mend it",
		Long: "Say what is wrong with rules, and mend it. Errors and warnings make the command fail, notes and hints do not;\n" +
			"hints, which are matters of taste, are shown with -v. A comment silences a check: # sigproof:ignore CODE reason",
		Example: "  sigproof check rules/\n  sigproof check --fix --diff rules/\n  sigproof check --explain value/duplicate\n  sigproof check --format sarif -o findings.sarif rules/",
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case f.list:
				return a.listChecks()
			case f.explain != "":
				return a.explainCheck(f.explain)
			case len(f.kql)+len(f.spl) > 0:
				return a.checkQueries(args, &f)
			}
			return a.check(args, &f)
		},
	}
	a.meaningFlags(cmd, &f.meaning)
	flags := cmd.Flags()
	flags.BoolVar(&f.fix, "fix", false, "mend what can be mended without changing which events match, and report what is left")
	flags.BoolVar(&f.unsafe, "unsafe", false, "with --fix or --diff: also make fixes that may change which events match, or that a person should look at")
	flags.BoolVar(&f.diff, "diff", false, "write nothing; show what --fix would change")
	flags.BoolVar(&f.list, "list", false, "list the checks")
	flags.StringVar(&f.explain, "explain", "", "explain a check")
	flags.StringSliceVar(&f.to, "to", nil, "also say what these languages can't: "+strings.Join(languages(), ", "))
	products.NamesFlag(cmd, &f.names)
	flags.StringArrayVar(&f.kql, "kql", nil, "check the KQL of a file, or of a template of Sentinel, against the tables and columns of the logs, and no rules")
	flags.StringArrayVar(&f.spl, "spl", nil, "check the SPL of a file against the fields of the log that it reads, and no rules")
	flags.StringArrayVar(&f.macros, "macro", nil, macroUsage)
	flags.StringArrayVar(&f.columns, "columns", nil, columnsUsage)
	flags.StringSliceVar(&f.enable, "enable", nil, "look for this code too, or for all that begin so; \"all\" means every check")
	flags.StringSliceVar(&f.disable, "disable", nil, "do not look for this code, or for any that begins so")
	return cmd
}

// linting gives the linter's options: what the flags say, else the settings.
func (a *app) linting(paths []string, f *checkFlags) (*lint.Options, error) {
	if f.unsafe && !f.fix && !f.diff {
		return nil, errors.New("--unsafe says which fixes are made; --fix or --diff must stand with it")
	}
	c, err := a.settings(paths)
	if err != nil {
		return nil, err
	}
	meant, err := a.options(&f.meaning, c)
	if err != nil {
		return nil, err
	}
	for _, list := range []struct {
		flag  string
		names []string
	}{{"enable", f.enable}, {"disable", f.disable}} {
		for _, name := range list.names {
			if !lint.Covers(name) {
				return nil, fmt.Errorf("--%s: %w", list.flag, noCheck(name))
			}
		}
	}
	for _, to := range f.to {
		if err := oneOf("--to", to, languages()...); err != nil {
			return nil, err
		}
	}
	flags := slices.Concat(f.enable, f.disable)
	return &lint.Options{
		MaxSize:  int(a.bounds.size),
		Enable:   append(less(c.Enable, flags), f.enable...),
		Disable:  append(less(c.Disable, flags), f.disable...),
		Severity: c.Severities(),
		Compile:  *meant,
		Also:     refusals(f.to, f.names),
		Unsafe:   f.unsafe,
		Jobs:     a.jobs,
	}, nil
}

// refusals gives what languages report when a program is written in them, with
// the names of the site.
func refusals(to []string, names *targets.Names) func(*ir.Program) []*sigma.Diagnostic {
	if len(to) == 0 {
		return nil
	}
	return func(p *ir.Program) (said []*sigma.Diagnostic) {
		for _, language := range to {
			_, diags := targets.Write(emitterOf(language, names), p)
			said = append(said, diags...)
		}
		return said
	}
}

// less gives the codes that the settings name and no flag does: a flag has the
// last word.
func less(codes []sigma.Text, flags []string) []string {
	var out []string
	for _, t := range codes {
		if !slices.Contains(flags, t.Value) {
			out = append(out, t.Value)
		}
	}
	return out
}

func (a *app) findingFormats() error {
	return a.formats("text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "azure", "markdown")
}

func noCheck(name string) error {
	if near := sigma.DidYouMean(name, lint.Codes()); near != "" {
		return fmt.Errorf("there is no check %q; %s", name, near)
	}
	return fmt.Errorf("there is no check %q; check --list lists them", name)
}

func (a *app) check(args []string, f *checkFlags) error {
	if err := a.findingFormats(); err != nil {
		return err
	}
	opts, err := a.linting(args, f)
	if err != nil {
		return err
	}
	sources, err := a.sources(args, isRuleFile)
	if err != nil {
		return err
	}
	if f.fix || f.diff {
		return a.mend(sources, f, opts)
	}
	found := lint.Run(lintSources(sources), opts)
	return a.reportFindings(a.emit, sources, found, report.Count(len(found.Docs), "document"))
}

// mend makes the fixes, or shows them, and reports what is left.
func (a *app) mend(sources []source, f *checkFlags, opts *lint.Options) error {
	fixed, left := lint.Fix(lintSources(sources), opts)
	var changed []rewriting
	for i, s := range sources {
		if r := (rewriting{s, fixed[i].Src}); r.changes() || s.name == "-" {
			changed = append(changed, r)
		}
	}
	if f.diff {
		return a.emit(func(w io.Writer) error { return showChanges(w, changed) })
	}
	emit := a.emit
	for _, r := range changed {
		if r.name != "-" {
			if err := r.write(); err != nil {
				return err
			}
			continue
		}
		if _, err := a.stdout.Write(r.text); err != nil {
			return err
		}
		emit = func(write func(io.Writer) error) error { return write(a.stderr) } // stdout has the text
	}
	return a.reportFindings(emit, sources, left, report.Count(len(left.Docs), "document"))
}

// showChanges writes the changes. That there are any is a finding.
func showChanges(w io.Writer, changed []rewriting) error {
	found := false
	for _, r := range changed {
		found = found || r.changes()
		if _, err := w.Write(r.diff()); err != nil {
			return err
		}
	}
	if found {
		return errFindings
	}
	return nil
}

func lintSources(sources []source) []lint.Source {
	out := make([]lint.Source, len(sources))
	for i, s := range sources {
		out[i] = lint.Source{Name: s.name, Src: s.src}
	}
	return out
}

// reportFindings writes what was found in what was read, and tells whether that makes the check
// fail.
func (a *app) reportFindings(emit func(func(io.Writer) error) error, sources []source, r *lint.Result, read string) error {
	f := &report.Findings{Diags: a.shown(r.Diags), Version: version()}
	for _, s := range sources {
		f.Files = append(f.Files, s.name)
	}
	if err := emit(func(w io.Writer) error { return a.writeFindings(w, f) }); err != nil {
		return err
	}
	if a.format == "text" {
		a.note("%s, %s", read, countSeverities(r.Diags))
	}
	if slices.ContainsFunc(r.Diags, func(d *sigma.Diagnostic) bool { return d.Severity <= sigma.Warning }) {
		return errFindings
	}
	return nil
}

// shown leaves hints out of what people read, unless they ask for all.
func (a *app) shown(diags []*sigma.Diagnostic) []*sigma.Diagnostic {
	if a.verbose || !slices.Contains([]string{"text", "github", "azure", "markdown"}, a.format) {
		return diags
	}
	return slices.DeleteFunc(slices.Clone(diags), func(d *sigma.Diagnostic) bool { return d.Severity == sigma.Hint })
}

func countSeverities(diags []*sigma.Diagnostic) string {
	counts := map[sigma.Severity]int{}
	for _, d := range diags {
		counts[d.Severity]++
	}
	return strings.Join([]string{
		report.Count(counts[sigma.Error], "error"), report.Count(counts[sigma.Warning], "warning"),
		report.Count(counts[sigma.Info], "note"), report.Count(counts[sigma.Hint], "hint"),
	}, ", ")
}

func (a *app) writeFindings(w io.Writer, f *report.Findings) error {
	switch a.format {
	case "sarif":
		return report.FindingsSARIF(w, f)
	case "junit":
		return report.FindingsJUnit(w, f)
	case "github":
		return report.FindingsGitHub(w, f)
	case "gitlab":
		return report.FindingsGitLab(w, f)
	case "azure":
		return report.FindingsAzure(w, f)
	case "markdown":
		return report.FindingsMarkdown(w, f)
	case "text":
		return report.FindingsText(w, f, &report.TextOptions{Colored: a.colored()})
	default:
		return report.FindingsJSON(w, f)
	}
}
