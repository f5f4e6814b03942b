package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/fixtures/foreign"
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
		Short: "Turn other tools' tests of rules into suites beside the rules",
		Long: "Turn other tools' tests of rules into suites beside the rules: SigmaHQ's regression data (info.yml), the cases of\n" +
			"sigma-test (in rules, or in a _test.yml beside them) and the expectations of rsigma's backtests. What a suite has no\n" +
			"place for is said, line by line, and is a finding.",
		Example: "  sigproof import -r rules/ regression_data/\n  sigproof import rules/            # sigma-test\n" +
			"  sigproof import -r rules/ --corpus ci/corpus ci/expectations.yml",
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
	sources, err := a.sources(args, isRuleFile)
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
	im := &importing{app: a, replace: f.replace, homes: foreign.NewHomes(docs, a.readWhole)}
	reader := &foreign.Reader{ReadFile: a.readWhole, Files: filesUnder, Corpus: f.corpus, Log: opts.Log}
	known := false
	for _, s := range sources {
		known = im.read(reader, s) || known
	}
	if !known {
		return fmt.Errorf("%s: no tests of another tool there", strings.Join(args, " "))
	}
	if err := a.emit(im.write); err != nil {
		return err
	}
	return im.report()
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

// An importing is one run of import.
type importing struct {
	*app
	replace bool
	homes   *foreign.Homes
	diags   []*sigma.Diagnostic
}

// read takes the suites of one file; false if it has no tests.
func (im *importing) read(reader *foreign.Reader, s source) bool {
	suites, diags, known := reader.Read(filepath.ToSlash(s.name), s.src)
	im.diags = append(im.diags, diags...)
	for _, suite := range suites {
		if d := im.homes.Place(sigma.NewFile(s.name, s.src), suite); d != nil {
			im.diags = append(im.diags, d)
		}
	}
	return known
}

// write writes the suites, and a line for each.
func (im *importing) write(w io.Writer) error {
	for _, h := range im.homes.All() {
		name := h.SuitePath()
		if strings.HasPrefix(name, packPrefix) {
			return fmt.Errorf("%s belongs to the embedded pack, which can't be written", h.Path)
		}
		if _, err := os.Stat(name); err == nil && !im.replace {
			im.leave("%s is there already; --replace writes it anew", name)
			continue
		}
		text, left := foreign.Text(name, h.Suites)
		for _, l := range left {
			im.leave("%s: %s", name, l)
		}
		if len(text) == 0 {
			continue
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
		if err := im.lines(w, name, h); err != nil {
			return err
		}
	}
	return nil
}

func (im *importing) leave(format string, args ...any) {
	im.diags = append(im.diags, &sigma.Diagnostic{Code: "import/left-out", Severity: sigma.Error, Message: fmt.Sprintf(format, args...)})
}

// An imported is a line of `import --format jsonl`.
type imported struct {
	Suite string `json:"suite"`
	Rule  string `json:"rule"`
	Cases int    `json:"cases"`
}

func (im *importing) lines(w io.Writer, name string, h *foreign.Home) error {
	for _, s := range h.Suites {
		id, label := s.Rule.Value, s.Rule.Value
		if d := h.Rule(s); d != nil {
			id, label = d.Info().ID.Value, d.Info().Label()
		}
		var err error
		if im.format == "text" {
			_, err = fmt.Fprintf(w, "%s: %s, cases: %d\n", name, label, len(s.Cases))
		} else {
			err = writeJSONLine(w, imported{Suite: name, Rule: id, Cases: len(s.Cases)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// report says on stderr what was not taken, or says less now.
func (im *importing) report() error {
	diags := sigma.SortDiagnostics(im.diags)
	for _, d := range diags {
		fmt.Fprint(im.stderr, d.Render())
	}
	if sigma.HasErrors(diags) {
		return errFindings
	}
	return nil
}
