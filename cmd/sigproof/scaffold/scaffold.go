// Package scaffold makes a repository of detections that works at once: a rule
// with its suite, settings, hooks and the workflow of a forge.
package scaffold

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
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
	Folder string // of the detections below the root, with a slash at its end; empty where they are the root
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

// Hooks is the file that pre-commit reads.
const Hooks = ".pre-commit-config.yaml"

// hidden are the files that can't be kept under their names: tools would take
// them for those of this repository.
var hidden = []string{"gitignore", "pre-commit-config.yaml", "gitlab-ci.yml"}

// Files gives the files of the repository, in the order of their paths from its
// root.
func (r *Repository) Files() []File {
	var out []File
	for _, f := range r.under("files/folder") {
		out = append(out, File{r.Folder + f.Path, f.Text})
	}
	out = append(out, r.under("files/root")...)
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
	t, err := template.New(name).Delims("[[", "]]").Funcs(template.FuncMap{"scalar": scalar}).Parse(string(src))
	if err != nil {
		panic(fmt.Sprintf("scaffold: %v", err))
	}
	var b bytes.Buffer
	if err := t.Execute(&b, r); err != nil {
		panic(fmt.Sprintf("scaffold: %v", err))
	}
	return b.Bytes()
}

// plain is text that needs no quotes in YAML, unless it is one of words.
var (
	plain = regexp.MustCompile(`^[A-Za-z]+( [A-Za-z0-9.]+)*$`)
	words = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// scalar writes text as YAML: what is not plain in the quotes of JSON, which
// YAML reads too.
func scalar(text string) string {
	if plain.MatchString(text) && !words.MatchString(text) {
		return text
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic(fmt.Sprintf("scaffold: %v", err)) // a text is always written
	}
	return strings.TrimSuffix(b.String(), "\n")
}
