package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/config"
	"github.com/sigproof/sigproof/sigma/entra"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Settings of a repository"}
	cmd.AddCommand(&cobra.Command{
		Use:   "show [path]",
		Short: "Print what is set for rules there, and by what",
		Long: "Print what is set for rules there, and by what. Settings stand in sigproof.yaml, which is found upward from the path\n" +
			"to the root of its repository. Flags go before settings.",
		Example: "  sigproof config show rules/",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.formats("text", "json", "jsonl"); err != nil {
				return err
			}
			return a.showConfig(append(args, ".")[:1])
		},
	})
	return cmd
}

// settings reads the file that --config names, else the one that is found
// upward from the first path. Without paths there are none, as for the pack
// that is embedded: it does not belong to the folder that one stands in.
func (a *app) settings(paths []string) (*config.Config, error) {
	name := a.config
	if name == "" && len(paths) > 0 && !strings.HasPrefix(paths[0], packPrefix) {
		var err error
		if name, err = config.Find(paths[0]); err != nil {
			return nil, err
		}
	}
	if name == "" || name == "none" {
		return &config.Config{}, nil
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	c, diags := config.Read(shortName(name), src)
	if len(diags) == 0 {
		return c, nil
	}
	var b strings.Builder
	for _, d := range diags {
		b.WriteString("\n" + d.Render())
	}
	return nil, errors.New("the settings can't be used:" + strings.TrimRight(b.String(), "\n"))
}

// shortName is the name of a file as seen from where the command runs.
func shortName(name string) string {
	if dir, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(dir, name); err == nil {
			return short
		}
	}
	return name
}

func (a *app) showConfig(paths []string) error {
	c, err := a.settings(paths)
	if err != nil {
		return err
	}
	settings := c.Settings()
	for _, p := range entra.Placeholders() {
		if !c.Defines(p.Name) {
			settings = append(settings, config.Setting{Key: "define." + p.Name, Value: strings.Join(p.Values, ", "), Origin: packPrefix + packDefaults})
		}
	}
	if c.File == nil {
		a.note("no sigproof.yaml is found upward from %s", paths[0])
	}
	return a.emit(func(w io.Writer) error { return a.writeSettings(w, settings) })
}

func (a *app) writeSettings(w io.Writer, settings []config.Setting) error {
	if a.format != "text" {
		enc := json.NewEncoder(w)
		for _, s := range settings {
			if err := enc.Encode(s); err != nil {
				return err
			}
		}
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SETTING\tVALUE\tORIGIN")
	for _, s := range settings {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", s.Key, s.Value, s.Origin)
	}
	return tw.Flush()
}
