package sigma

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Load reads the documents that the patterns name: a file, a folder (with all
// below it that ends in .yml or .yaml) or a glob. Suites, which end in
// .test.yml, are left out of folders. The error is for what can't be read; what
// the texts have wrong is in the diagnostics.
func Load(fsys fs.FS, patterns ...string) (*Collection, []*Diagnostic, error) {
	names, err := expand(fsys, patterns)
	if err != nil {
		return nil, nil, err
	}
	var docs []Document
	var diags []*Diagnostic
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, nil, fmt.Errorf("load %s: %w", name, err)
		}
		d, found := Parse(name, src)
		docs, diags = append(docs, d...), append(diags, found...)
	}
	c, found := NewCollection(docs)
	return c, SortDiagnostics(append(diags, found...)), nil
}

// expand lists the files of the patterns, each once, in the order of the
// patterns.
func expand(fsys fs.FS, patterns []string) ([]string, error) {
	var names []string
	seen := map[string]bool{}
	for _, pattern := range patterns {
		matches, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", pattern, err)
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("load %s: %w", pattern, fs.ErrNotExist)
		}
		for _, m := range matches {
			err := fs.WalkDir(fsys, m, func(name string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				if !d.IsDir() && (name == m || isDocument(name)) && !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
				return nil
			})
			if err != nil {
				return nil, fmt.Errorf("load %s: %w", m, err)
			}
		}
	}
	return names, nil
}

func isDocument(name string) bool {
	ext := path.Ext(name)
	return (ext == ".yml" || ext == ".yaml") && !strings.HasSuffix(strings.TrimSuffix(name, ext), ".test")
}
