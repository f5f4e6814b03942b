package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// names are what the file may be called.
var names = []string{"sigproof.yaml", "sigproof.yml"}

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
