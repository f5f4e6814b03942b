package main

import (
	"cmp"
	"errors"
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
	names   []string
	replace bool
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import path...",
		Short: "Turn other tools' tests of rules, and exported events, into suites beside the rules",
		Long: "Turn other tools' tests of rules into suites beside the rules: SigmaHQ's regression data (info.yml), the cases of\n" +
			"sigma-test (in rules, or in a _test.yml beside them), the Tests of Panther's rules, rsigma's exemplars (in rules) and\n" +
			"expectations of backtests, and the tests of contentctl's detections with their attack data, as far as it is here. What\n" +
			"a suite has no place for is said, line by line, and is a finding. Of a file of events, as a portal or an API exports\n" +
			"them, suites are drafted for the rules of -r that match any: a case for each event in which other parts of the rule\n" +
			"hold, that says what the native engine answers. Look at each.",
		Example: "  sigproof import -r rules/ regression_data/\n  sigproof import rules/            # sigma-test, exemplars\n" +
			"  sigproof import -r rules/ --corpus ci/corpus ci/expectations.yml\n  sigproof import -r rules/pim.yml audit.csv\n" +
			"  sigproof import -r rules/ --corpus attack_data/ --map 'Azure AD PIM Role Assigned=pim_role_assigned' detections/",
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
	cmd.Flags().StringArrayVar(&f.names, "map", nil, "NAME=RULE: tests of NAME, an id or name, are of RULE, one of -r")
	cmd.Flags().StringVar(&f.corpus, "corpus", "", "the folder of attack data, and of the events that expectations speak of; for these without it corpus beside them")
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
	homes := suites.NewHomes(docs, a.readWhole)
	if homes.Map, err = namesOf(f.names, docs); err != nil {
		return err
	}
	run := &imports.Run{
		Homes:   homes,
		Reader:  &reading.Reader{ReadIn: a.readIn, Files: filesUnder, Folders: folders(args), Corpus: filepath.ToSlash(f.corpus), Log: opts.Log},
		Replace: f.replace, JSON: a.format != "text", Embedded: packPrefix,
	}
	tests, exports := exported(args)
	if err := a.importEvents(run, exports, docs, opts); err != nil {
		return err
	}
	if err := a.importFiles(run, tests); err != nil {
		return err
	}
	for _, name := range homes.Unmet() {
		return fmt.Errorf("--map %q: no test there is of a rule of that name", name)
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

// namesOf reads what --map says: another tool's name of a rule, and ours.
func namesOf(pairs []string, docs []sigma.Document) (map[string]string, error) {
	if len(pairs) > 0 && docs == nil {
		return nil, errors.New("--map names rules of -r, which must say where they are")
	}
	out := map[string]string{}
	for _, pair := range pairs {
		name, rule, ok := strings.Cut(pair, "=")
		if !ok || name == "" || rule == "" {
			return nil, fmt.Errorf("--map %q must be NAME=RULE: the id or name that the tests have, and a rule of -r", pair)
		}
		out[name] = rule
	}
	return out, nil
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

// folders are those that were asked for.
func folders(args []string) []string {
	var out []string
	for _, arg := range args {
		arg = strings.TrimSuffix(arg, "...")
		if info, err := os.Stat(cmp.Or(arg, ".")); err == nil && info.IsDir() {
			out = append(out, filepath.ToSlash(filepath.Clean(arg)))
		}
	}
	return out
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
