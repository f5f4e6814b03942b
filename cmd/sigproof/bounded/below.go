package bounded

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ReadBelow is ReadFile for a file of a folder that others may have made: a
// link that leads out of the folder is refused.
func ReadBelow(dir, path string, most int64) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.OpenFile(filepath.FromSlash(path), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, refused(root, path, err)
	}
	defer f.Close()
	return read(f, most)
}

// WriteBelow writes a file below a folder, and makes the folders on the way.
// What stands there may be of others: a link that leads out of the folder is
// refused.
func WriteBelow(dir, path string, text []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	path = filepath.FromSlash(path)
	if err := root.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return refused(root, path, err)
	}
	return refused(root, path, root.WriteFile(path, text, 0o644))
}

// refused says why a path was, with the name of its folder.
func refused(root *os.Root, path string, err error) error {
	name := filepath.Join(root.Name(), path)
	wrong, ok := errors.AsType[*fs.PathError](err)
	switch {
	case err == nil:
		return nil
	case leadsOut(root, err):
		return fmt.Errorf("%s leads out of %s, by a link or \"..\"", name, root.Name())
	case ok:
		return &fs.PathError{Op: wrong.Op, Path: name, Err: wrong.Err}
	}
	return fmt.Errorf("%s: %w", name, err)
}

// leadsOut tells whether a path was refused since it leads out of its folder.
// Package os has no name for that error; it is the one of "..".
func leadsOut(root *os.Root, err error) bool {
	_, out := root.Lstat("..")
	return errors.Is(err, errors.Unwrap(out))
}

// read reads what is open, as ReadFile does.
func read(f *os.File, most int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.Grow(int(min(info.Size(), most)) + bytes.MinRead) // so that a file is read at once
	_, err = text.ReadFrom(io.LimitReader(f, most+1))
	if err == nil && text.Len() == 0 && info.Mode()&fs.ModeNamedPipe != 0 {
		err = fmt.Errorf("%s is %w", f.Name(), errNobody)
	}
	return text.Bytes(), err
}
