package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/spf13/cobra/doc"

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man [command...]",
		Short:   "Print the manual page of a command; with -o write all pages to a folder",
		Example: "  sigproof man check | man -l -\n  sigproof man -o /usr/local/share/man/man1",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.formats("text"); err != nil {
				return err
			}
			if a.output != "" && a.output != "-" {
				if len(args) > 0 {
					return fmt.Errorf("man -o writes all pages; it takes no command")
				}
				return a.writePages(cmd.Root())
			}
			of, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("there is no command %q", strings.Join(args, " "))
			}
			return a.emit(func(w io.Writer) error { return writePage(w, of) })
		},
	}
}

// writePages writes a page for each command that people are shown.
func (a *app) writePages(of *cobra.Command) error {
	var page bytes.Buffer
	if err := writePage(&page, of); err != nil {
		return err
	}
	name := strings.ReplaceAll(of.CommandPath(), " ", "-") + ".1"
	if err := bounded.WriteBelow(a.output, name, page.Bytes()); err != nil {
		return err
	}
	for _, sub := range of.Commands() {
		if sub.IsAvailableCommand() {
			if err := a.writePages(sub); err != nil {
				return err
			}
		}
	}
	return nil
}

// writePage writes one page. It has no date: the same version gives the same
// bytes on any day.
func writePage(w io.Writer, of *cobra.Command) error {
	of.DisableAutoGenTag = true // it holds the date
	of.InitDefaultHelpCmd()
	of.InitDefaultHelpFlag()
	never := time.Time{}
	var page bytes.Buffer
	header := &doc.GenManHeader{
		Title: strings.ToUpper(strings.ReplaceAll(of.CommandPath(), " ", "-")), Section: "1",
		Date: &never, Source: "sigproof " + version(), Manual: "sigproof",
	}
	if err := doc.GenMan(of, header, &page); err != nil {
		return err
	}
	_, err := io.WriteString(w, strings.Replace(page.String(), never.Format(` "Jan 2006"`), ` ""`, 1))
	return err
}
