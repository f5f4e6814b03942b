package pack

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// noTime is that of all entries of an archive.
var noTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// WriteZip writes an archive that depends on nothing but the pack. Files are
// stored as they are: what deflate makes of them may change with its version.
func (p *Pack) WriteZip(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, f := range p.all() {
		h := &zip.FileHeader{Name: f.Path, Method: zip.Store, Modified: noTime}
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

// WriteTar writes a tar archive in gzip, with all files in the pack's folder and
// each folder before what is in it. It is stored and not deflated, as a zip is.
func (p *Pack) WriteTar(w io.Writer) error {
	z, err := gzip.NewWriterLevel(w, gzip.NoCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	files := p.all()
	for i, f := range files {
		files[i].Path = path.Join(p.Folder, f.Path)
	}
	for _, f := range append(folders(files), files...) {
		if err := writeEntry(t, f); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

// folders are those that files stand in, each before what is in it. Their names
// end with a slash.
func folders(files []File) []File {
	var out []File
	for _, f := range files {
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			out = append(out, File{Path: dir + "/"})
		}
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return slices.CompactFunc(out, func(a, b File) bool { return a.Path == b.Path })
}

// writeEntry writes a file or a folder that belongs to root and is of no time.
func writeEntry(t *tar.Writer, f File) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: f.Path, Mode: 0o644, Size: int64(len(f.Data)), ModTime: noTime}
	if strings.HasSuffix(f.Path, "/") {
		h.Typeflag, h.Mode = tar.TypeDir, 0o755
	}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err := t.Write(f.Data)
	return err
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
