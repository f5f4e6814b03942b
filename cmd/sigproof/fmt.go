package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/compiler/atonce"
	"github.com/sigproof/sigproof/sigma"
)

type fmtFlags struct{ check, diff bool }

func (a *app) fmtCommand() *cobra.Command {
	var f fmtFlags
	cmd := &cobra.Command{
		Use:     "fmt path...",
		Short:   "Lay rule files out alike: order of keys, indentation, lists; comments stay",
		Long:    "Lay rule files out alike: order of keys, indentation, lists; comments stay.\nFiles are rewritten in place; of - (stdin) the text goes to stdout.",
		Example: "  sigproof fmt rules/\n  sigproof fmt --check rules/\n  sigproof fmt - < rule.yml",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text"); err != nil {
				return err
			}
			return a.fmt(args, &f)
		},
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing; name the files that would change, and exit 1 if there are any")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "write nothing; show what would change")
	return cmd
}

// formatted is a source laid out anew, or what keeps it from that.
type formatted struct {
	rewriting
	diags []*sigma.Diagnostic
}

func (a *app) fmt(args []string, f *fmtFlags) error {
	sources, err := a.sources(args, isRuleFile)
	if err != nil {
		return err
	}
	all := atonce.Map(a.jobs, sources, func(s source) formatted {
		text, diags := sigma.FormatFile(a.file(s))
		return formatted{rewriting{s, text}, diags}
	})
	var diags []*sigma.Diagnostic
	changed := false
	err = a.emit(func(w io.Writer) error {
		for i := range all {
			diags = append(diags, all[i].diags...)
			if sigma.HasErrors(all[i].diags) {
				continue
			}
			if err := a.writeFormatted(w, &all[i].rewriting, f); err != nil {
				return err
			}
			changed = changed || all[i].changes()
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = a.reportErrors(diags)
	if changed && f.check {
		err = errors.Join(err, errFindings)
	}
	return err
}

func (a *app) writeFormatted(w io.Writer, r *rewriting, f *fmtFlags) error {
	var err error
	switch {
	case f.diff:
		_, err = w.Write(r.diff())
	case f.check && r.changes():
		_, err = fmt.Fprintln(w, r.name)
	case f.check:
	case r.name == "-":
		_, err = w.Write(r.text)
	case r.changes():
		err = r.write()
	}
	return err
}
