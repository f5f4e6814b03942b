package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// A rewriting is a source with the text that is to stand there.
type rewriting struct {
	source
	text []byte
}

func (r *rewriting) changes() bool { return !bytes.Equal(r.src, r.text) }

// diff is the change in the unified form, which patch and git apply read.
func (r *rewriting) diff() []byte { return diff.Diff(r.name, r.src, r.name, r.text) }

// write puts the text where the source came from.
func (r *rewriting) write() error {
	if strings.HasPrefix(r.name, packPrefix) {
		return fmt.Errorf("%s belongs to the embedded pack, which can't be written; --diff shows the change", r.name)
	}
	return replaceFile(r.name, r.text)
}

// replaceFile gives a file new text at once, so that no reader and no crash
// meets half of it. A link stays a link, and the file keeps its mode.
func replaceFile(name string, text []byte) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // of no effect once it is renamed
	_, err = tmp.Write(text)
	for _, step := range []func() error{
		func() error { return tmp.Chmod(info.Mode().Perm()) },
		tmp.Close,
		func() error { return os.Rename(tmp.Name(), name) },
	} {
		if err == nil {
			err = step()
		}
	}
	return err
}
