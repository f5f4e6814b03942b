package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sigproof/sigproof/cmd/sigproof/bounded"
	"github.com/sigproof/sigproof/sigma"
)

// names are what the file may be called.
var names = []string{"sigproof.yaml", "sigproof.yml"}

// IsName tells whether a file of this path holds settings, and no rules.
func IsName(path string) bool { return slices.Contains(names, filepath.Base(path)) }

// Find looks for the file of a rule or folder: beside it, then upward to the
// root of its repository. It gives an empty name if there is none.
func Find(path string) (string, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	for {
		for _, name := range names {
			if found, err := exists(filepath.Join(dir, name)); found || err != nil {
				return filepath.Join(dir, name), err
			}
		}
		if root, err := exists(filepath.Join(dir, ".git")); root || err != nil || filepath.Dir(dir) == dir {
			return "", err
		}
		dir = filepath.Dir(dir)
	}
}

func exists(name string) (bool, error) {
	_, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// LoadFor reads the file of a rule or folder. Without one nothing is set.
func LoadFor(path string) (*Config, error) {
	name, err := Find(path)
	if name == "" || err != nil {
		return &Config{}, err
	}
	src, err := bounded.ReadBelow(filepath.Dir(name), filepath.Base(name), sigma.MaxSize) // it may be of others
	if err != nil {
		return nil, err
	}
	return load(name, src)
}

// Load reads a file. What is wrong with it is the error's text, for people.
func Load(name string) (*Config, error) {
	src, err := bounded.ReadFile(name, sigma.MaxSize)
	if err != nil {
		return nil, err
	}
	return load(name, src)
}

func load(name string, src []byte) (*Config, error) {
	c, diags := Read(short(name), src)
	if len(diags) == 0 {
		return c, nil
	}
	var b strings.Builder
	for _, d := range diags {
		b.WriteString("\n" + d.Render())
	}
	return nil, errors.New("the settings can't be used:" + strings.TrimRight(b.String(), "\n"))
}

// short is the name of a file as seen from where the program runs.
func short(name string) string {
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, name); err == nil {
			return rel
		}
	}
	return name
}
