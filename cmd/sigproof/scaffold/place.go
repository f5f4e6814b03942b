package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// usable are folders that workflows can name without quotes.
var usable = regexp.MustCompile(`^[A-Za-z0-9._/-]*$`)

// Place finds the root of the repository that a folder is in, or will be, and
// the folder's path below it: forges and pre-commit read the root only. A folder
// that is in no repository is the root of one.
func Place(dir string) (root, folder string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	for root = dir; ; root = filepath.Dir(root) {
		if _, err := os.Lstat(filepath.Join(root, ".git")); err == nil {
			break
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", "", err
		}
		if filepath.Dir(root) == root {
			return dir, "", nil
		}
	}
	below, err := filepath.Rel(root, dir)
	if err != nil || below == "." {
		return root, "", err
	}
	folder = filepath.ToSlash(below) + "/"
	if !usable.MatchString(folder) {
		return "", "", fmt.Errorf("the workflow names the folder %q below %s; letters, digits, dots, dashes and underscores can stand in it", below, root)
	}
	return root, folder, nil
}
