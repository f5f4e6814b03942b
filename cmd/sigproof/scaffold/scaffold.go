// Package scaffold makes a repository of detections that works at once: a rule
// with its suite, settings, hooks and the workflow of a forge.
package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"
)

//go:embed all:files
var files embed.FS

// Forges are those that there is a workflow for.
func Forges() []string { return []string{"github", "gitlab", "azure"} }

// A Repository is what the files of a new repository say.
type Repository struct {
	Forge  string // one of Forges, or empty for no workflow
	ID     string // of the sample rule
	Author string // of the sample rule
	Date   string // of the sample rule, as 2006-01-02
	Ref    string // the revision of sigproof that workflow and hooks install
}

// A File is one of the repository's: its path, with slashes, and its text.
type File struct {
	Path string
	Text []byte
}

// hidden are the files that can't be kept under their names: tools would take
// them for those of this repository.
var hidden = []string{"gitignore", "pre-commit-config.yaml", "gitlab-ci.yml"}

// Files gives the files of the repository, in the order of their paths.
func (r *Repository) Files() []File {
	out := r.under("files/common")
	if r.Forge != "" {
		out = append(out, r.under("files/"+r.Forge)...)
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return out
}

func (r *Repository) under(root string) []File {
	var out []File
	err := fs.WalkDir(files, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		out = append(out, File{r.path(strings.TrimPrefix(name, root+"/")), r.fill(name, src)})
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("scaffold: %v", err)) // the files are embedded
	}
	return out
}

func (r *Repository) path(name string) string {
	if dir, base := path.Split(name); slices.Contains(hidden, base) {
		return dir + "." + base
	}
	return name
}

// fill writes what the repository says between [[ and ]]: workflows have
// braces of their own.
func (r *Repository) fill(name string, src []byte) []byte {
	t, err := template.New(name).Delims("[[", "]]").Parse(string(src))
	if err != nil {
		panic(fmt.Sprintf("scaffold: %v", err))
	}
	var b bytes.Buffer
	if err := t.Execute(&b, r); err != nil {
		panic(fmt.Sprintf("scaffold: %v", err))
	}
	return b.Bytes()
}
