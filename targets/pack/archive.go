package pack

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What a pack may be made of, for who reads one of unknown origin.
const (
	maxFiles    = 10_000
	maxFileSize = 16 << 20
	maxSize     = 256 << 20
)

// WriteZip writes an archive that depends on nothing but the pack. Files are
// stored as they are: what deflate makes of them may change with its version.
func (p *Pack) WriteZip(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, f := range p.all() {
		h := &zip.FileHeader{Name: f.Path, Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(0o644)
		entry, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.Data); err != nil {
			return err
		}
	}
	return z.Close()
}

// WriteDir writes a folder: an empty one, or one that holds a pack, whose
// files it takes the place of.
func (p *Pack) WriteDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir) // symbolic links don't lead out of it
	if err != nil {
		return err
	}
	defer root.Close()
	if err := clearPack(dir, root); err != nil {
		return err
	}
	for _, f := range p.all() {
		path := filepath.FromSlash(f.Path)
		if err := root.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// clearPack removes the files of the pack that a folder holds, and no others.
func clearPack(dir string, root *os.Root) error {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		return err
	}
	text, err := root.ReadFile(ManifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not empty and holds no pack; a pack goes to a folder of its own", dir)
	}
	if err != nil {
		return err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("%s of %s: %w", ManifestName, dir, err)
	}
	for _, f := range append(m.Files, Sum{Path: ManifestName}, Sum{Path: SignatureName}) {
		if !staysIn(f.Path) {
			return fmt.Errorf("%s of %s lists %q, which leads out of the folder", ManifestName, dir, f.Path)
		}
		if err := root.Remove(filepath.FromSlash(f.Path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Open reads the pack in a folder or a zip archive. It holds nothing against
// the manifest: see Verify.
func Open(name string) (*Pack, error) {
	p, err := open(name)
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", name, err)
	}
	return p, nil
}

func open(name string) (*Pack, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(name) // symbolic links don't lead out of it
		if err != nil {
			return nil, err
		}
		defer root.Close()
		return read(root.FS())
	}
	if !info.Mode().IsRegular() { // a pipe may never end, nor begin
		return nil, errors.New("it is neither a folder nor a file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readZip(f, info.Size())
}

// read reads the files of a folder.
func read(fsys fs.FS) (*Pack, error) {
	var c collector
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%q is no regular file", path)
		}
		f, err := fsys.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(c.add(path, f), f.Close())
	})
	if err != nil {
		return nil, err
	}
	return c.pack()
}

// readZip reads an archive that may be hostile: nothing leads out of it, and
// what it claims of sizes is not believed.
func readZip(r io.ReaderAt, size int64) (*Pack, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	var c collector
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") && f.Mode().IsDir() {
			continue
		}
		if !f.Mode().IsRegular() {
			return nil, fmt.Errorf("%q is no regular file", f.Name)
		}
		entry, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%q: %w", f.Name, err)
		}
		if err := errors.Join(c.add(f.Name, entry), entry.Close()); err != nil {
			return nil, err
		}
	}
	return c.pack()
}

// staysIn tells whether a path names a file in the pack, whatever the system.
func staysIn(path string) bool {
	return fs.ValidPath(path) && filepath.IsLocal(filepath.FromSlash(path)) && !strings.ContainsAny(path, `\:`)
}

// A collector takes files while they keep within the bounds.
type collector struct {
	files []File
	paths map[string]bool // folded: file systems differ in that
	size  int64
}

func (c *collector) add(path string, r io.Reader) error {
	switch {
	case !staysIn(path):
		return fmt.Errorf("%q does not stay in the pack", path)
	case c.paths[strings.ToLower(path)]:
		return fmt.Errorf("%q is there twice", path)
	case len(c.files) == maxFiles:
		return fmt.Errorf("there are more than %d files", maxFiles)
	}
	data, err := io.ReadAll(io.LimitReader(r, min(maxFileSize, maxSize-c.size)+1))
	if err != nil {
		return fmt.Errorf("%q: %w", path, err)
	}
	if c.size += int64(len(data)); len(data) > maxFileSize || c.size > maxSize {
		return fmt.Errorf("%q is too big: a pack has at most %d bytes a file, and %d in all", path, maxFileSize, maxSize)
	}
	if c.paths == nil {
		c.paths = map[string]bool{}
	}
	c.paths[strings.ToLower(path)] = true
	c.files = append(c.files, File{path, data})
	return nil
}

func (c *collector) pack() (*Pack, error) {
	p := &Pack{}
	for _, f := range c.files {
		switch f.Path {
		case ManifestName:
			p.manifest = f.Data
		case SignatureName:
			p.Signature = f.Data
		default:
			p.Files = append(p.Files, f)
		}
	}
	if p.manifest == nil {
		return nil, fmt.Errorf("no pack: there is no %s", ManifestName)
	}
	dec := json.NewDecoder(bytes.NewReader(p.manifest))
	if err := dec.Decode(&p.Manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestName, err)
	}
	return p, nil
}
