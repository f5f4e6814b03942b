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

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
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

// initFolder writes the files, unless one of them is there. The repository that
// the folder is in may have hooks: those stay.
func (a *app) initFolder(dir string, r *scaffold.Repository) error {
	root, folder, err := scaffold.Place(dir)
	if err != nil {
		return err
	}
	r.Folder = folder
	var files []scaffold.File
	var there []string
	for _, f := range r.Files() {
		name := shown(dir, filepath.Join(root, filepath.FromSlash(f.Path)))
		_, err := os.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			files = append(files, f)
		case folder != "" && f.Path == scaffold.Hooks:
			a.note("%s stays as it is; docs/ci.md says which hooks there are", name)
		default:
			there = append(there, name)
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("there already: %s; nothing was written", strings.Join(there, ", "))
	}
	for _, f := range files {
		if err := bounded.WriteBelow(root, f.Path, f.Text); err != nil {
			return err
		}
		fmt.Fprintln(a.stdout, shown(dir, filepath.Join(root, filepath.FromSlash(f.Path))))
	}
	a.note("next: sigproof check %[1]s && sigproof test %[1]s", shown(dir, filepath.Join(root, filepath.FromSlash(folder), "rules")))
	return nil
}

// shown is a path as people name it who named the folder.
func shown(dir, name string) string {
	if filepath.IsAbs(dir) {
		return name
	}
	if here, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(here, name); err == nil {
			return rel
		}
	}
	return name
}
