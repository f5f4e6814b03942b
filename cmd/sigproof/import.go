package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/binding"
	"github.com/sigproof/sigproof/cmd/sigproof/imports"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/fixtures/foreign/reading"
	"github.com/sigproof/sigproof/fixtures/foreign/suites"
	"github.com/sigproof/sigproof/sigma"
)

type importFlags struct {
	meaning
	rules   []string
	corpus  string
	replace bool
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import path...",
		Short: "Turn other tools' tests of rules, and exported events, into suites beside the rules",
		Long: "Turn other tools' tests of rules into suites beside the rules: SigmaHQ's regression data (info.yml), the cases of\n" +
			"sigma-test (in rules, or in a _test.yml beside them), the Tests of Panther's rules, and rsigma's exemplars (in rules)\n" +
			"and expectations of backtests. What a suite has no place for is said, line by line, and is a finding. Of a file of\n" +
			"events, as a portal or an API exports them, suites are drafted for the rules of -r that match any: a case for each\n" +
			"event in which other parts of the rule hold, that says what the native engine answers. Look at each.",
		Example: "  sigproof import -r rules/ regression_data/\n  sigproof import rules/            # sigma-test, exemplars\n" +
			"  sigproof import -r rules/ --corpus ci/corpus ci/expectations.yml\n  sigproof import -r rules/pim.yml audit.csv",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			return a.importTests(args, &f)
		},
	}
	a.meaningFlags(cmd, &f.meaning)
	cmd.Flags().StringArrayVarP(&f.rules, "rules", "r", nil, "rule files or folders; without it the rules that the tests stand in or beside")
	cmd.Flags().StringVar(&f.corpus, "corpus", "", "the folder of the events that expectations speak of; without it corpus beside them")
	cmd.Flags().BoolVar(&f.replace, "replace", false, "write suites anew that are there already")
	return cmd
}

func (a *app) importTests(args []string, f *importFlags) error {
	opts, err := a.meaningOf(&f.meaning, args)
	if err != nil {
		return err
	}
	var docs []sigma.Document
	if len(f.rules) > 0 {
		rules, err := a.loadRules(f.rules)
		if err != nil {
			return err
		}
		docs = rules.docs
	}
	run := &imports.Run{
		Homes:   suites.NewHomes(docs, a.readWhole),
		Reader:  &reading.Reader{ReadFile: a.readSample, Files: filesUnder, Corpus: f.corpus, Log: opts.Log},
		Replace: f.replace, JSON: a.format != "text", Embedded: packPrefix,
	}
	tests, exports := exported(args)
	if err := a.importEvents(run, exports, docs, opts); err != nil {
		return err
	}
	if err := a.importFiles(run, tests); err != nil {
		return err
	}
	if err := a.emit(run.Write); err != nil {
		return err
	}
	for _, d := range sigma.SortDiagnostics(run.Diags) {
		fmt.Fprint(a.stderr, d.Render())
	}
	if sigma.HasErrors(run.Diags) {
		return errFindings
	}
	return nil
}

// readSample reads the events of another tool's test, which names their file.
func (a *app) readSample(name string) ([]byte, error) {
	text, err := a.readNamed(name, a.bounds.size, "--max-size")
	return a.counted(name, text, err)
}

// exported parts files of events from those of tests, which are YAML.
func exported(args []string) (tests, exports []string) {
	for _, arg := range args {
		if info, err := os.Stat(arg); arg == "-" || err == nil && !info.IsDir() && !isYAML(arg) {
			exports = append(exports, arg)
		} else {
			tests = append(tests, arg)
		}
	}
	return tests, exports
}

func (a *app) importFiles(run *imports.Run, args []string) error {
	if len(args) == 0 {
		return nil
	}
	sources, err := a.sources(args, isRuleFile)
	if err != nil {
		return err
	}
	known := false
	for _, s := range sources {
		known = run.Tests(s.name, s.src) || known
	}
	if !known {
		return fmt.Errorf("%s: no tests of another tool there", strings.Join(args, " "))
	}
	return nil
}

func (a *app) importEvents(run *imports.Run, args []string, docs []sigma.Document, opts *compiler.Options) error {
	if len(args) == 0 {
		return nil
	}
	if docs == nil {
		return fmt.Errorf("%s: -r must say which rules the events are for", strings.Join(args, " "))
	}
	b, diags := binding.New(docs, opts, binding.Options{Route: true})
	for _, d := range diags {
		if d.Severity == sigma.Error {
			run.Diags = append(run.Diags, d)
		}
	}
	drafted := 0
	for _, name := range args {
		records, err := a.readEvents(name, &event.Options{Log: opts.Log})
		if err != nil {
			return err
		}
		drafted += run.Events(name, records, b)
	}
	if drafted == 0 {
		return fmt.Errorf("%s: no event there that a rule of -r matches", strings.Join(args, " "))
	}
	return nil
}

// filesUnder lists the files of a folder; nil if there is none.
func filesUnder(folder string) []string {
	var out []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		return nil
	}
	return out
}
