package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/cmd/sigproof/config"
	"github.com/sigproof/sigproof/compiler/atonce"
	"github.com/sigproof/sigproof/compiler/pipeline"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
)

// packPrefix names files of the embedded pack.
const packPrefix = "entra:"

// packDefaults is the file of the pack that is no rule.
const packDefaults = "defaults.yml"

// suiteSuffixes end the names of test files, which stand beside the rules.
var suiteSuffixes = []string{".test.yml", ".test.yaml"}

// A source is one file as the command line names it.
type source struct {
	name string
	src  []byte

	// tree is the path below the folder that the command line names: where
	// what is made of the file belongs.
	tree string
}

// rules are documents with what is wrong with them.
type rules struct {
	docs  []sigma.Document
	diags []*sigma.Diagnostic
	files []ruleFile        // the sources, in order
	tree  map[string]string // of sources, by name

	pipeline *pipeline.Pipeline // that rewrites them; nil if none does
}

// A ruleFile is the documents of one source; none if it can't be read as YAML.
type ruleFile struct {
	path string
	docs []sigma.Document
}

// file is the source as readers take it.
func (a *app) file(s source) *sigma.File {
	return sigma.NewFile(s.name, s.src).Allow(int(a.bounds.size))
}

// loadRules reads and parses the rule files that args name; the embedded pack
// if there are none.
func (a *app) loadRules(args []string) (*rules, error) {
	sources, err := a.sources(args, isRuleFile)
	if err != nil {
		return nil, err
	}
	r := &rules{tree: map[string]string{}}
	for _, s := range sources {
		r.tree[s.name] = s.tree
	}
	type parsed struct {
		docs  []sigma.Document
		diags []*sigma.Diagnostic
	}
	files := atonce.Map(a.jobs, sources, func(s source) parsed {
		docs, diags := sigma.ParseFile(a.file(s))
		return parsed{docs, diags}
	})
	for i, f := range files {
		r.files = append(r.files, ruleFile{sources[i].name, f.docs})
		r.docs = append(r.docs, f.docs...)
		r.diags = append(r.diags, f.diags...)
	}
	_, diags := sigma.NewCollection(r.docs)
	r.diags = sigma.SortDiagnostics(append(r.diags, diags...))
	return r, nil
}

func isRuleFile(name string) bool { return isYAML(name) && !isSuiteFile(name) && !config.IsName(name) }

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")
}

func isSuiteFile(name string) bool {
	return slices.ContainsFunc(suiteSuffixes, func(s string) bool { return strings.HasSuffix(name, s) })
}

var errNothingThere = errors.New("no rule files there")

// sources finds the files that args name: files, folders, globs, "-" and files
// of the embedded pack. want picks files in folders; a file that is named
// itself is always taken, and none is taken twice. Nothing found is an error.
func (a *app) sources(args []string, want func(name string) bool) ([]source, error) {
	if len(args) == 0 {
		args = []string{packPrefix}
	}
	var out []source
	taken := map[string]bool{}
	for _, arg := range args {
		found, err := a.find(arg, want)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if !taken[f.name] {
				taken[f.name] = true
				out = append(out, f)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: %w", strings.Join(args, " "), errNothingThere)
	}
	return out, nil
}

func (a *app) find(arg string, want func(string) bool) ([]source, error) {
	if rest, ok := strings.CutPrefix(arg, packPrefix); ok {
		return findEmbedded(rest, want)
	}
	if arg == "-" {
		src, err := a.readFile(arg)
		return []source{{"-", src, "stdin"}}, err
	}
	if strings.HasSuffix(arg, "...") {
		arg = filepath.Clean(strings.TrimSuffix(arg, "..."))
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(arg, "*?["):
		return a.findGlob(arg)
	case err != nil:
		return nil, err
	case info.IsDir():
		named := func(name string) string { return filepath.Join(arg, name) }
		a.named = append(a.named, arg)
		return findUnder(os.DirFS(arg), ".", want, named, func(name string) ([]byte, error) { return a.readBelow(arg, name) })
	}
	if isSuiteFile(arg) { // which the name of its rule may have brought
		return a.readFiles([]string{arg}, a.readBeside)
	}
	return a.readFiles([]string{arg}, a.readFile)
}

func (a *app) findGlob(pattern string) ([]source, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	return a.readFiles(names, a.readBeside)
}

// readBeside reads a file that is no link out of its folder.
func (a *app) readBeside(name string) ([]byte, error) {
	return a.readBelow(filepath.Dir(name), filepath.Base(name))
}

func (a *app) readFiles(names []string, read func(name string) ([]byte, error)) ([]source, error) {
	var out []source
	for _, name := range names {
		src, err := read(name)
		if err != nil {
			return nil, err
		}
		a.named = append(a.named, filepath.Dir(name))
		out = append(out, source{name, src, filepath.Base(name)})
	}
	return out, nil
}

// findEmbedded finds files of the pack: all of them, a folder, or a file with
// or without its ending.
func findEmbedded(name string, want func(string) bool) ([]source, error) {
	named := func(n string) string { return packPrefix + n }
	read := func(n string) ([]byte, error) { return fs.ReadFile(entra.FS(), n) }
	for _, try := range []string{name, name + ".yml"} {
		if info, err := fs.Stat(entra.FS(), folderName(try)); err == nil {
			if info.IsDir() {
				return findUnder(entra.FS(), folderName(try), want, named, read)
			}
			src, err := read(try)
			return []source{{named(try), src, try}}, err
		}
	}
	return nil, fmt.Errorf("%s%s: the pack has no such rule", packPrefix, name)
}

func findUnder(
	fsys fs.FS, root string, want func(string) bool, named func(string) string, read func(string) ([]byte, error),
) ([]source, error) {
	var out []source
	err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && name != root && strings.HasPrefix(d.Name(), ".") { // workflows and hooks are no rules
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil || d.IsDir() || !want(name) || name == packDefaults {
			return err
		}
		src, err := read(name)
		out = append(out, source{named(name), src, name})
		return err
	})
	return out, err
}

// folderName is a path of the pack as package fs wants it.
func folderName(name string) string {
	if name = strings.TrimSuffix(name, "/"); name == "" {
		return "."
	}
	return name
}
