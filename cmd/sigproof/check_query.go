package main

import (
	"fmt"
	"strings"

	"github.com/sigproof/sigproof/compiler/lint"
	"github.com/sigproof/sigproof/fixtures/query"
	"github.com/sigproof/sigproof/fixtures/report"
	"github.com/sigproof/sigproof/sigma"
)

// checkQueries checks the text of queries in place of rules.
func (a *app) checkQueries(args []string, f *checkFlags) error {
	switch {
	case len(args) > 0:
		return fmt.Errorf("--kql and --spl check queries; %s must be checked by a run of its own", strings.Join(args, " "))
	case f.fix || f.diff:
		return fmt.Errorf("--fix and --diff mend rules, and no queries")
	}
	if err := a.findingFormats(); err != nil {
		return err
	}
	logs, err := calledLogs(f.log)
	if err != nil {
		return err
	}
	macros, err := a.macros(f.macros)
	if err != nil {
		return err
	}
	tables, err := query.Tables(f.columns, a.readWhole)
	if err != nil {
		return fmt.Errorf("--columns %w", err)
	}
	kql := func(file *sigma.File) []*sigma.Diagnostic { return query.KQL(file, tables) }
	spl := func(file *sigma.File) []*sigma.Diagnostic { return query.SPL(file, logs, macros) }
	var sources []source
	r := &lint.Result{}
	for _, language := range []struct {
		names []string
		check func(*sigma.File) []*sigma.Diagnostic
	}{{f.kql, kql}, {f.spl, spl}} {
		for _, name := range language.names {
			file, err := a.queryText([]string{name}, "")
			if err != nil {
				return err
			}
			sources = append(sources, source{name: name})
			r.Diags = append(r.Diags, language.check(file)...)
		}
	}
	return a.reportFindings(a.emit, sources, r, report.Count(len(sources), "file"))
}

const columnsUsage = "a table of yours and its columns, for --kql: TABLE=COLUMN:TYPE,..., or @FILE with JSON as schema --kql prints"
