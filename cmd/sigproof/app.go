package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/display"
)

// The exit codes of every command.
const (
	exitFine     = 0
	exitFindings = 1
	exitTrouble  = 2
)

// errFindings ends a command that has reported what it found.
var errFindings = errors.New("findings")

// An app is one run of the command: its streams and the flags that all
// commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stdout is one

	format    string
	output    string
	color     string
	quiet     bool
	verbose   bool
	logFormat string
	jobs      int
	bounds    bounds
	read      int64    // bytes of files so far
	held      int64    // bytes of events in memory
	named     []string // folders that the command line names, and those of files that it names
	config    string
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	a := &app{stdin: stdin, stdout: stdout, stderr: showing{stderr, display.Log}, bounds: defaultBounds()}
	if isTerminal(stdout) {
		a.stdout, a.terminal = showing{stdout, display.Text}, true
	}
	return a
}

// run executes the command line and gives the exit code.
func (a *app) run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends what does not look at the first
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errFindings):
		return exitFindings
	}
	a.trouble(err)
	return exitTrouble
}

// trouble says on stderr what kept the command from running.
func (a *app) trouble(err error) {
	if a.logFormat == "json" {
		fmt.Fprintf(a.stderr, "{\"level\":\"error\",\"message\":%q}\n", err.Error())
		return
	}
	fmt.Fprintln(a.stderr, "sigproof:", err)
}

// note tells something on stderr that is no finding, unless asked to be quiet.
func (a *app) note(format string, args ...any) {
	if a.quiet {
		return
	}
	text := fmt.Sprintf(format, args...)
	if a.logFormat == "json" {
		fmt.Fprintf(a.stderr, "{\"level\":\"info\",\"message\":%q}\n", text)
		return
	}
	fmt.Fprintln(a.stderr, text)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "sigproof",
		Short:         "Compile Sigma rules and prove, by running them, that they find what they say",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.format, "format", "text", "how results are written: text, json, jsonl, sarif, junit, github, gitlab, azure, markdown, html, navigator (what fits the command)")
	flags.StringVarP(&a.output, "output", "o", "", "write results there instead of to stdout (compile: a folder)")
	flags.StringVar(&a.color, "color", "auto", "colours: auto, always, never")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "results only")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "more detail")
	flags.StringVar(&a.logFormat, "log-format", "text", "how trouble is written to stderr: text, json")
	flags.IntVar(&a.jobs, "jobs", runtime.NumCPU(), "how much is done at once")
	flags.Lookup("jobs").DefValue = "all cores" // the help is the same on every machine
	flags.Var(&a.bounds.size, "max-size", "the largest file of rules, of tests or with a query that is read")
	flags.Var(&a.bounds.event, "max-event", "the longest event that is read")
	flags.StringVar(&a.config, "config", "", "the file with settings; without it sigproof.yaml, found upward from the first path; none for none")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.checkFlags() }
	root.AddCommand(
		a.testCommand(), a.compileCommand(), a.checkCommand(), a.fmtCommand(), a.explainCommand(), a.matchCommand(),
		a.runCommand(), a.coverageCommand(), a.packCommand(), a.schemaCommand(), a.configCommand(), a.auditCommand(), a.importCommand(), a.exportCommand(), a.initCommand(), a.manCommand(), a.versionCommand(),
	)
	root.InitDefaultCompletionCmd()
	refuseUnknown(root)
	if err := offerCompletions(root); err != nil {
		panic("sigproof: " + err.Error()) // a flag that has completions already
	}
	return root
}

// refuseUnknown makes commands that only have others below them refuse a word
// that is none of those; cobra would print help and call that fine.
func refuseUnknown(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		refuseUnknown(sub)
		if !sub.HasSubCommands() || sub.Runnable() {
			continue
		}
		sub.Args = cobra.ArbitraryArgs
		sub.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			var names []string
			for _, c := range cmd.Commands() {
				names = append(names, c.Name())
			}
			return fmt.Errorf("%s has no command %q%s", cmd.CommandPath(), args[0], didYouMean(args[0], names))
		}
	}
}

func (a *app) checkFlags() error {
	if a.jobs < 1 {
		return fmt.Errorf("--jobs is %d; it must be at least 1", a.jobs)
	}
	for _, f := range []struct {
		name, value string
		choices     []string
	}{
		{"color", a.color, []string{"auto", "always", "never"}},
		{"log-format", a.logFormat, []string{"text", "json"}},
	} {
		if err := oneOf("--"+f.name, f.value, f.choices...); err != nil {
			return err
		}
	}
	return nil
}

// oneOf refuses a value that is none of the choices.
func oneOf(what, value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return fmt.Errorf("%s can't be %q here; %s can", what, value, sigma.Choices(choices))
}

// formats refuses a --format that the command does not write.
func (a *app) formats(choices ...string) error {
	return oneOf("--format", a.format, choices...)
}

// writer opens what --output names, in a folder that it makes, or stdout.
func (a *app) writer() (io.WriteCloser, error) {
	if a.output == "" || a.output == "-" {
		return keepOpen{a.stdout}, nil
	}
	if err := os.MkdirAll(filepath.Dir(a.output), 0o755); err != nil {
		return nil, err
	}
	return os.Create(a.output)
}

type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }

// emit writes what a command has to say to where --output points.
func (a *app) emit(write func(io.Writer) error) error {
	w, err := a.writer()
	if err != nil {
		return err
	}
	return errors.Join(write(w), w.Close())
}

// colored tells whether text for people may have colours. NO_COLOR and
// CLICOLOR_FORCE are the customs of no-color.org and bixense.com/clicolors.
func (a *app) colored() bool {
	switch {
	case a.color != "auto":
		return a.color == "always"
	case os.Getenv("NO_COLOR") != "":
		return false
	case os.Getenv("CLICOLOR_FORCE") != "" && os.Getenv("CLICOLOR_FORCE") != "0":
		return true
	}
	return a.terminal && a.output == ""
}
