package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/sigproof/sigproof/cmd/sigproof/scaffold"
)

func (a *app) initCommand() *cobra.Command {
	r := scaffold.Repository{ID: uuid.NewString(), Date: time.Now().UTC().Format(time.DateOnly), Ref: revisionToInstall()}
	cmd := &cobra.Command{
		Use:     "init [folder]",
		Short:   "Make a repository of detections: a rule with its suite, settings, hooks, and the workflow of a forge",
		Example: "  sigproof init detections\n  sigproof init --ci gitlab",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("--ci", r.Forge, append(scaffold.Forges(), "none")...); err != nil {
				return err
			}
			if r.Forge == "none" {
				r.Forge = ""
			}
			return a.initFolder(strings.Join(args, ""), &r)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&r.Forge, "ci", "github", "whose workflow is written: "+strings.Join(scaffold.Forges(), ", ")+", none")
	flags.StringVar(&r.Author, "author", "Detection Engineering", "author of the sample rule")
	return cmd
}

// revisionToInstall is what the go command can install of this program: a
// build from a working tree has no version of its own.
func revisionToInstall() string {
	if v := version(); strings.HasPrefix(v, "v") && !strings.Contains(v, "+") {
		return v
	}
	return "main"
}

// initFolder writes the files, unless one of them is there.
func (a *app) initFolder(dir string, r *scaffold.Repository) error {
	files := r.Files()
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already; nothing was written", name)
		}
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.Text, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(a.stdout, name)
	}
	a.note("next: sigproof check %[1]s && sigproof test %[1]s", filepath.Join(dir, "rules"))
	return nil
}
