package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/config"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma/jsonschema"
)

func (a *app) schemaCommand() *cobra.Command {
	var tables bool
	var kind string
	cmd := &cobra.Command{
		Use:     "schema [log]",
		Short:   "List the logs, or the fields of one; or print a JSON schema of documents",
		Example: "  sigproof schema\n  sigproof schema entra_audit\n  sigproof schema --json rule",
		Args:    cobra.MaximumNArgs(1),

		ValidArgsFunction: offer(config.LogNames),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			switch {
			case tables && kind != "" || (tables || kind != "") && len(args) > 0:
				return fmt.Errorf("schema prints one thing: a log, --kql or --json")
			case tables:
				return a.emit(writeTables)
			case kind != "":
				return a.writeSchema(kind)
			}
			if len(args) == 0 {
				return a.emit(a.writeLogs)
			}
			log := schema.ByName(args[0])
			if log == nil {
				return fmt.Errorf("there is no log %q%s", args[0], didYouMean(args[0], config.LogNames()))
			}
			return a.emit(func(w io.Writer) error { return a.writeLog(w, log) })
		},
	}
	cmd.Flags().BoolVar(&tables, "kql", false, "print the tables with their columns and types, as JSON for KQL checkers")
	cmd.Flags().StringVar(&kind, "json", "", "print the JSON schema of a kind of documents: "+strings.Join(jsonschema.Kinds(), ", "))
	return cmd
}

// writeSchema prints the schema of a kind of documents, for editors.
func (a *app) writeSchema(kind string) error {
	if err := oneOf("--json", kind, jsonschema.Kinds()...); err != nil {
		return err
	}
	text, err := jsonschema.Text(kind)
	if err != nil {
		return err
	}
	return a.emit(func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// writeTables writes {"Table": {"Column": "type"}}; logs that share a table
// add up.
func writeTables(w io.Writer) error {
	tables := map[string]map[string]string{}
	for _, l := range schema.Logs() {
		columns := tables[l.KQL.Name]
		if columns == nil {
			columns = map[string]string{}
			tables[l.KQL.Name] = columns
		}
		for _, c := range l.KQL.Columns {
			columns[c.Name] = c.Type
		}
	}
	return writeJSONLine(w, tables)
}

func (a *app) writeLogs(w io.Writer) error {
	if a.format != "text" {
		for _, l := range schema.Logs() {
			if err := json.NewEncoder(w).Encode(map[string]any{
				"log": l.Name, "title": l.Title, "table": l.KQL.Name, "sourcetypes": l.SPL.Sourcetypes, "shapes": shapeNames(l),
			}); err != nil {
				return err
			}
		}
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "LOG\tKQL TABLE\tSPLUNK SOURCETYPES\tLOGSOURCE")
	for _, l := range schema.Logs() {
		var sources []string
		for _, s := range l.Sources {
			parts := slices.DeleteFunc([]string{s.Product, s.Category, s.Service}, func(p string) bool { return p == "" })
			sources = append(sources, strings.Join(parts, "/"))
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", l.Name, l.KQL.Name, strings.Join(l.SPL.Sourcetypes, " "), strings.Join(sources, " "))
	}
	return tw.Flush()
}

func shapeNames(l *schema.Log) []string {
	var names []string
	for _, s := range l.Shapes {
		names = append(names, s.Name)
	}
	return names
}

// A fieldRow is one line of the listing of a log.
type fieldRow struct {
	Field   string   `json:"field"`
	Type    string   `json:"type"`
	Aliases []string `json:"aliases"`
	Doc     string   `json:"doc"`
}

func (a *app) writeLog(w io.Writer, log *schema.Log) error {
	rows := fieldRows("", log.Fields, log.Lists)
	if a.format != "text" {
		for _, r := range rows {
			if err := json.NewEncoder(w).Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(w, "%s: %s\n%s\n\n", log.Name, log.Title, strings.TrimSpace(log.Doc))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "FIELD\tTYPE\tMEANS\tALSO WRITTEN")
	for _, r := range rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", r.Field, r.Type, r.Doc, strings.Join(r.Aliases, ", "))
	}
	return tw.Flush()
}

func fieldRows(prefix string, fields []*schema.Field, lists []*schema.List) []fieldRow {
	var rows []fieldRow
	for _, f := range fields {
		r := fieldRow{Field: prefix + f.Name, Type: string(f.Type), Doc: f.Doc, Aliases: []string{}}
		for _, alias := range f.Aliases {
			r.Aliases = append(r.Aliases, alias.Name)
		}
		rows = append(rows, r)
	}
	for _, l := range lists {
		selector := "[" + l.By + "]"
		rows = append(rows, fieldRows(prefix+l.Name+selector+".", l.Fields, l.Lists)...)
	}
	return rows
}
