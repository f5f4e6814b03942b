package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/fixtures/query"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/display"
)

func (a *app) runCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "run",
		Short:   "Run the text of a query over events, without a cluster",
		Example: "  sigproof run kql -e 'print 1+1'\n  sigproof run kql query.kql --events audit.json\n  sigproof run spl query.spl --events audit.json",
	}
	cmd.AddCommand(a.runKQLCommand(), a.runSPLCommand())
	return cmd
}

// defaultTimeout is that of the service for queries that people run.
const defaultTimeout = 4 * time.Minute

// queryBounds are the flags that bound what a query takes.
type queryBounds struct {
	rows    int
	memory  size
	timeout time.Duration
}

// flags adds the flags to a command; rows and memory hold their defaults.
func (b *queryBounds) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&b.rows, "max-rows", b.rows, "the most rows that a step of the query may give")
	flags.Var(&b.memory, "max-memory", "the most bytes that the query may write")
	flags.DurationVar(&b.timeout, "timeout", defaultTimeout, "the longest that the query may run")
}

// within runs a query for as long as it may.
func (b *queryBounds) within(ctx context.Context, run func(context.Context) error) error {
	if b.rows < 1 || b.timeout <= 0 {
		return errors.New("--max-rows and --timeout must be above 0")
	}
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	err := run(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the query runs longer than %v; --timeout sets how long it may", b.timeout)
	}
	return err
}

// queryText gives the text of -e or of the file, and the name to show for it.
func (a *app) queryText(args []string, expression string) (*sigma.File, error) {
	switch {
	case expression != "" && len(args) > 0:
		return nil, fmt.Errorf("-e and %s: one query at a time", args[0])
	case expression != "":
		return sigma.NewFile("-e", []byte(expression)), nil
	case len(args) == 0:
		return nil, errors.New("a file with the query or -e TEXT must be given")
	}
	text, err := a.readWhole(args[0])
	return sigma.NewFile(args[0], text), err
}

// faulty reports what is wrong with a query; that is a finding.
func (a *app) faulty(file *sigma.File, err error) error {
	faults := query.Faults(file, err)
	if len(faults) == 0 {
		return err
	}
	for _, d := range faults {
		fmt.Fprint(a.stderr, d.Render())
	}
	return errFindings
}

// readAllEvents reads the events of several files.
func (a *app) readAllEvents(names []string) ([]*event.Record, error) {
	var out []*event.Record
	for _, name := range names {
		records, err := a.readEvents(name, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	return out, nil
}

// writeGrid writes a result for people.
func writeGrid(w io.Writer, columns []string, rows [][]string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{columns}, rows...) {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = display.Line(whitespace.Replace(c))
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	return tw.Flush()
}

var whitespace = strings.NewReplacer("\t", `\t`, "\n", `\n`, "\r", `\r`)
