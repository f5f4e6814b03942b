package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

type runSPLFlags struct {
	expression string
	events     []string
	lookups    []string
	macros     []string
	bounds     queryBounds
}

func (a *app) runSPLCommand() *cobra.Command {
	f := runSPLFlags{bounds: queryBounds{rows: spleval.DefaultMaxEvents, memory: spleval.DefaultMaxBytes}}
	cmd := &cobra.Command{
		Use:     "spl [file]",
		Short:   "Run SPL over events",
		Example: "  sigproof run spl -e 'search activityDisplayName=\"Disable PIM alert\" | stats count' --events audit.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			return a.runSPL(cmd.Context(), args, &f)
		},
	}
	cmd.Flags().StringVarP(&f.expression, "expression", "e", "", "the search itself")
	cmd.Flags().StringArrayVar(&f.events, "events", nil, "a file of events")
	cmd.Flags().StringArrayVar(&f.lookups, "lookup", nil, "a lookup table: NAME=FILE.csv")
	cmd.Flags().StringArrayVar(&f.macros, "macro", nil, macroUsage)
	f.bounds.flags(cmd)
	return cmd
}

func (a *app) runSPL(ctx context.Context, args []string, f *runSPLFlags) error {
	file, err := a.queryText(args, f.expression)
	if err != nil {
		return err
	}
	in, err := a.splInput(f)
	if err != nil {
		return err
	}
	macros, err := a.macros(f.macros)
	if err != nil {
		return err
	}
	search, err := spleval.Parse(string(file.Src), &spleval.Options{Macros: append(macros, fixtures.SplunkMacros()...)})
	var result *spleval.Result
	if err == nil {
		err = f.bounds.within(ctx, func(ctx context.Context) (err error) {
			result, err = search.Run(ctx, in)
			return err
		})
	}
	if err != nil {
		return a.faulty(file, err)
	}
	return a.emit(func(w io.Writer) error { return a.writeResult(w, result) })
}

func (a *app) splInput(f *runSPLFlags) (*spleval.Input, error) {
	in := &spleval.Input{
		AnyTime: true, Lookups: map[string]*spleval.Lookup{}, MaxEvents: f.bounds.rows, MaxBytes: int64(f.bounds.memory),
	}
	records, err := a.readAllEvents(f.events)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		in.Events = append(in.Events, fixtures.SplunkEvent(r))
	}
	for _, arg := range f.lookups {
		name, path, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, fmt.Errorf("--lookup %q: NAME=FILE.csv must stand here", arg)
		}
		text, err := a.readWhole(path)
		if err != nil {
			return nil, err
		}
		if in.Lookups[name], err = spleval.ParseLookupCSV(string(text)); err != nil {
			return nil, fmt.Errorf("--lookup %s: %w", name, err)
		}
	}
	return in, nil
}

const macroUsage = "a macro of a search: NAME=DEFINITION, NAME(arg,...)=DEFINITION, or @FILE for those of a macros.conf"

func (a *app) macros(args []string) ([]spleval.Macro, error) {
	var out []spleval.Macro
	for _, arg := range args {
		if path, ok := strings.CutPrefix(arg, "@"); ok {
			text, err := a.readWhole(path)
			if err != nil {
				return nil, err
			}
			all, err := spleval.ParseMacros(string(text))
			if err != nil {
				return nil, fmt.Errorf("--macro %s: %w", path, err)
			}
			out = append(out, all...)
			continue
		}
		head, definition, ok := strings.Cut(arg, "=")
		if !ok || head == "" {
			return nil, fmt.Errorf("--macro %q: NAME=DEFINITION must stand here", arg)
		}
		m := spleval.Macro{Name: head, Definition: definition}
		if name, list, ok := strings.Cut(strings.TrimSuffix(head, ")"), "("); ok {
			m.Name = name
			for _, p := range strings.Split(list, ",") {
				m.Args = append(m.Args, strings.TrimSpace(p))
			}
		}
		out = append(out, m)
	}
	return out, nil
}

func (a *app) writeResult(w io.Writer, r *spleval.Result) error {
	if a.format != "text" {
		text, err := r.JSON()
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n", text)
		}
		return err
	}
	var rows [][]string
	for _, e := range r.Events {
		row := make([]string, len(r.Fields))
		for i, name := range r.Fields {
			row[i] = strings.Join(e.Get(name), "; ")
		}
		rows = append(rows, row)
	}
	return writeGrid(w, r.Fields, rows)
}
