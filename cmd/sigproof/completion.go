package main

import (
	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/config"
	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/sigma/jsonschema"
)

// flagValues are the values that shells offer for flags, whatever the command:
// the same flag means the same everywhere.
var flagValues = map[string]func() []string{
	"after":      compiler.PassNames,
	"alert":      func() []string { return []string{"short", "full"} },
	"color":      func() []string { return []string{"auto", "always", "never"} },
	"json":       jsonschema.Kinds,
	"log":        config.LogNames,
	"log-format": func() []string { return []string{"text", "json"} },
	"to":         languages,
}

// offerCompletions makes every command complete the values of its flags. The
// command "completion", which writes the scripts for shells, is cobra's.
func offerCompletions(cmd *cobra.Command) error {
	for name, values := range flagValues {
		if cmd.LocalNonPersistentFlags().Lookup(name) == nil && cmd.PersistentFlags().Lookup(name) == nil {
			continue
		}
		if err := cmd.RegisterFlagCompletionFunc(name, offer(values)); err != nil {
			return err
		}
	}
	for _, sub := range cmd.Commands() {
		if err := offerCompletions(sub); err != nil {
			return err
		}
	}
	return nil
}

// offer completes with a list of words, and with nothing else.
func offer(words func() []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words(), cobra.ShellCompDirectiveNoFileComp
	}
}
