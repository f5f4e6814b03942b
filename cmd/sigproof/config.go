package main

import (
	"io"
	"strings"

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
	switch {
	case a.config == "none":
	case a.config != "":
		return config.Load(a.config)
	case len(paths) > 0 && !strings.HasPrefix(paths[0], packPrefix):
		return config.LoadFor(paths[0])
	}
	return &config.Config{}, nil
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
	return a.emit(func(w io.Writer) error {
		if a.format == "text" {
			return config.WriteText(w, settings)
		}
		return config.WriteJSON(w, settings)
	})
}
