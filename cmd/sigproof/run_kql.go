package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
)

type runKQLFlags struct {
	expression string
	tables     []string
	events     []string
	bounds     queryBounds
}

func (a *app) runKQLCommand() *cobra.Command {
	f := runKQLFlags{bounds: queryBounds{rows: kqleval.DefaultMaxRows, memory: kqleval.DefaultMaxBytes}}
	cmd := &cobra.Command{
		Use:   "kql [file]",
		Short: "Run KQL over tables",
		Long: "Run KQL over tables, and write the result of each of the queries, which a semicolon separates. --table NAME=FILE makes a table of a file of events: for a table that sigproof knows, such as\n" +
			"AuditLogs, its columns, whichever shape the events are in; for any other, a column a key. --events FILE puts each event\n" +
			"into the table of its log.",
		Example: "  sigproof run kql -e 'AuditLogs | summarize count() by OperationName' --events audit.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			return a.runKQL(cmd.Context(), args, &f)
		},
	}
	cmd.Flags().StringVarP(&f.expression, "expression", "e", "", "the query itself")
	cmd.Flags().StringArrayVar(&f.tables, "table", nil, "a table and its events: NAME=FILE")
	cmd.Flags().StringArrayVar(&f.events, "events", nil, "a file of events, each for the table of its log")
	f.bounds.flags(cmd)
	return cmd
}

func (a *app) runKQL(ctx context.Context, args []string, f *runKQLFlags) error {
	file, err := a.queryText(args, f.expression)
	if err != nil {
		return err
	}
	tables, err := a.kqlTables(f)
	if err != nil {
		return err
	}
	var results []*kqleval.Table
	err = f.bounds.within(ctx, func(ctx context.Context) (err error) {
		in := &kqleval.Input{Tables: tables, Now: time.Now(), MaxRows: f.bounds.rows, MaxBytes: int64(f.bounds.memory)}
		results, err = runKQLText(ctx, string(file.Src), in)
		return err
	})
	if err != nil {
		return a.faulty(file, err)
	}
	return a.emit(func(w io.Writer) error {
		for i, t := range results {
			if i > 0 && a.format == "text" {
				fmt.Fprintln(w)
			}
			if err := a.writeTable(w, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// runKQLText gives the result of each query of a text; of none if something is
// wrong with one.
func runKQLText(ctx context.Context, text string, in *kqleval.Input) ([]*kqleval.Table, error) {
	all, err := kqleval.ParseAll(text)
	if err != nil {
		return nil, err
	}
	columns := kqleval.Schema{}
	for name, t := range in.Tables {
		columns[name] = t.Columns
	}
	plans := make([]*kqleval.Plan, len(all))
	for i, q := range all {
		if plans[i], err = q.Bind(columns); err != nil {
			return nil, err
		}
	}
	results := make([]*kqleval.Table, len(all))
	for i, p := range plans {
		if results[i], err = p.Run(ctx, in); err != nil {
			return nil, err
		}
		in.MaxRows = max(1, in.MaxRows-len(results[i].Rows)) // the bound is of all
	}
	return results, nil
}

// kqlTables makes the tables that the query may name: those that are known,
// which are empty without events, and those that are given.
func (a *app) kqlTables(f *runKQLFlags) (map[string]*kqleval.Table, error) {
	tables := map[string]*kqleval.Table{}
	for _, log := range schema.Logs() {
		t, err := emptyTable(log)
		if err != nil {
			return nil, err
		}
		tables[log.KQL.Name] = t
	}
	records, err := a.readAllEvents(f.events)
	if err != nil {
		return nil, err
	}
	if err := fillTables(tables, records); err != nil {
		return nil, err
	}
	for _, arg := range f.tables {
		name, path, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--table %q: NAME=FILE must stand here", arg)
		}
		records, err := a.readEvents(path, nil)
		if err != nil {
			return nil, err
		}
		if tables[name], err = tableOf(name, records); err != nil {
			return nil, fmt.Errorf("--table %s: %w", name, err)
		}
	}
	return tables, nil
}

func emptyTable(log *schema.Log) (*kqleval.Table, error) {
	columns, err := columnsOf(log.KQL.Columns)
	return &kqleval.Table{Columns: columns}, err
}

func columnsOf(columns []schema.Column) ([]kqleval.Column, error) {
	var out []kqleval.Column
	for _, c := range columns {
		t, ok := kqleval.ParseType(c.Type)
		if !ok {
			return nil, fmt.Errorf("column %s has the type %q, which KQL does not know", c.Name, c.Type)
		}
		out = append(out, kqleval.Column{Name: c.Name, Type: t})
	}
	return out, nil
}

// fillTables puts recognised events into the tables of their logs; the rest
// into the table of the open log.
func fillTables(tables map[string]*kqleval.Table, records []*event.Record) error {
	byTable := map[string][]*event.Record{}
	for _, r := range records {
		name := r.Event.Log.KQL.Name
		byTable[name] = append(byTable[name], r)
	}
	for name, records := range byTable {
		t, err := tableOf(name, records)
		if err != nil {
			return err
		}
		tables[name] = t
	}
	return nil
}

// tableOf makes a table of events: with the declared columns if its name is
// known, and else with a column a key.
func tableOf(name string, records []*event.Record) (*kqleval.Table, error) {
	log := logOfTable(name)
	var lines []byte
	for _, r := range records {
		row := r.Raw
		if log != nil && !r.Event.Log.Open {
			row = event.Row(log, r.Event.Value)
		}
		lines = append(eval.AppendJSON(lines, row), '\n')
	}
	if log == nil {
		return kqleval.ReadTable(bytes.NewReader(lines), nil)
	}
	columns, err := columnsOf(log.KQL.Columns)
	if err != nil {
		return nil, err
	}
	return kqleval.ReadTable(bytes.NewReader(lines), columns)
}

func logOfTable(name string) *schema.Log {
	for _, log := range schema.Logs() {
		if log.KQL.Name == name {
			return log
		}
	}
	return nil
}

func (a *app) writeTable(w io.Writer, t *kqleval.Table) error {
	if a.format != "text" {
		_, err := fmt.Fprintf(w, "%s\n", t.JSON())
		return err
	}
	var columns []string
	for _, c := range t.Columns {
		columns = append(columns, c.Name)
	}
	var rows [][]string
	for _, row := range t.Rows {
		var cells []string
		for _, v := range row {
			cells = append(cells, kqleval.FormatValue(v))
		}
		rows = append(rows, cells)
	}
	return writeGrid(w, columns, rows)
}
