package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/fixtures/audit"
	"github.com/sigproof/sigproof/fixtures/event"
	"github.com/sigproof/sigproof/fixtures/report"
	"github.com/sigproof/sigproof/fixtures/report/html"
)

type auditFlags struct {
	role   string
	strict bool
}

func (a *app) auditCommand() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit [documents...]",
		Short: "Hold role settings and PIM alerts, as Graph and ARM give them, against items 1 to 9 of the guide",
		Long: "Hold role settings and PIM alerts, as Graph and ARM give them, against items 1 to 9 of the guide.\n" +
			"What the documents do not tell is unknown: it makes the command fail only with --strict.",
		Example: "  sigproof audit policies.json alerts.json\n  sigproof audit --format html -o audit.html *.json",
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl", "markdown", "html"); err != nil {
				return err
			}
			return a.audit(args, &f)
		},
	}
	cmd.Flags().StringVar(&f.role, "role", "", "the role of documents that name none")
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
	if err := a.emit(func(w io.Writer) error { return a.writeAudit(w, items, args) }); err != nil {
		return err
	}
	if audit.Count(items, audit.Finding) > 0 || f.strict && audit.Count(items, audit.Unknown) > 0 {
		return errFindings
	}
	return nil
}

// auditDocuments reads the documents that an audit looks at, and says how many
// others there are.
func (a *app) auditDocuments(args []string, f *auditFlags) ([]audit.Document, error) {
	var docs []audit.Document
	others := 0
	for _, arg := range args {
		records, err := a.readEvents(arg, &event.Options{Role: f.role})
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if audit.Looks(r.Event) {
				docs = append(docs, audit.Document{Source: arg, Event: r.Event})
			} else {
				others++
			}
		}
	}
	if len(docs) == 0 {
		return nil, fmt.Errorf("%s: no role settings and no PIM alerts there", strings.Join(args, " "))
	}
	if others > 0 {
		a.note("not looked at: %s of other kinds", report.Count(others, "document"))
	}
	return docs, nil
}

func (a *app) writeAudit(w io.Writer, items []audit.Item, args []string) error {
	switch a.format {
	case "json", "jsonl":
		return report.AuditJSON(w, items)
	case "markdown":
		return report.AuditMarkdown(w, items)
	case "html":
		return html.Audit(w, items, cmp.Or(strings.Join(args, " "), "stdin"), "sigproof "+version())
	}
	return report.AuditText(w, items, a.verbose)
}
