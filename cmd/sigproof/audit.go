package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/fixtures/audit"
	"github.com/sigproof/sigproof/fixtures/report"
	"github.com/sigproof/sigproof/fixtures/report/html"
)

type auditFlags struct {
	role      string
	at        string
	emergency []string
	strict    bool
}

func (a *app) auditCommand() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit [documents...]",
		Short: "Hold role settings, PIM alerts and assignments, as Graph and ARM give them, against items 1 to 9 of the guide",
		Long: "Hold role settings, PIM alerts and assignments, as Graph and ARM give them, against items 1 to 9 of the guide.\n" +
			"Documents are files, or folders of *.json and *.jsonl; what each is, its content tells. What they do not tell is\n" +
			"unknown, with the request that would: it makes the command fail only with --strict.",
		Example: "  sigproof audit policies.json alerts.json assignments.json\n  sigproof audit --format html -o audit.html tenant/",
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl", "markdown", "html"); err != nil {
				return err
			}
			return a.audit(args, &f)
		},
	}
	cmd.Flags().StringVar(&f.role, "role", "", "the role of documents that name none")
	cmd.Flags().StringVar(&f.at, "at", "", "the time that the documents are of, as 2026-11-28 or 2026-11-28T09:00:00Z; else it is now")
	cmd.Flags().StringSliceVar(&f.emergency, "emergency", nil, "accounts kept for emergencies, by id or user principal name: they may hold roles permanently and need not sign in")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "fail too if something is unknown")
	return cmd
}

func (a *app) audit(args []string, f *auditFlags) error {
	if len(args) == 0 {
		args = []string{"-"}
	}
	docs, err := a.auditDocuments(args, f)
	if err != nil {
		return err
	}
	items, err := audit.Run(docs)
	if err != nil {
		return err
	}
	if err := a.emit(func(w io.Writer) error { return a.writeAudit(w, items, args, docs.At()) }); err != nil {
		return err
	}
	unknown := audit.Count(items, audit.Unknown)
	if audit.Count(items, audit.Finding) > 0 || f.strict && unknown > 0 {
		return errFindings
	}
	if unknown > 0 && a.format != "text" {
		a.note("no finding, but what is unknown: %s; --strict makes the command fail then", report.Count(unknown, "question"))
	}
	return nil
}

// auditAbout names what was looked at, and of when it is.
func auditAbout(args []string, at time.Time) string {
	what := strings.Join(args, " ")
	switch {
	case what == "-":
		what = "stdin"
	case len(args) > 3:
		what = fmt.Sprintf("%s and %d more", args[0], len(args)-1)
	}
	return what + ", " + at.Format(time.DateOnly)
}

func (a *app) writeAudit(w io.Writer, items []audit.Item, args []string, at time.Time) error {
	switch a.format {
	case "json", "jsonl":
		return report.AuditJSON(w, items)
	case "markdown":
		return report.AuditMarkdown(w, items)
	case "html":
		return html.Audit(w, items, auditAbout(args, at), "sigproof "+version())
	}
	return report.AuditText(w, items, a.verbose)
}
