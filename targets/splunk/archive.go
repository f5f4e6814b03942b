package splunk

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sigproof/sigproof/targets/pack"
)

// WriteSPL writes the app of a pack, and it alone, as Splunk installs it: a tar
// file in gzip that depends on nothing but the pack. It is stored and not
// deflated: what deflate makes of it may change with its version.
func WriteSPL(w io.Writer, p *pack.Pack) error {
	z, err := gzip.NewWriterLevel(w, gzip.NoCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	files := appFiles(p)
	for _, f := range append(folders(files), files...) {
		if err := writeEntry(t, f); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

// appFiles are those below the folder of the app.
func appFiles(p *pack.Pack) []pack.File {
	return slices.DeleteFunc(slices.Clone(p.Files), func(f pack.File) bool {
		dir, _, ok := strings.Cut(f.Path, "/")
		return !ok || !strings.HasPrefix(dir, prefix)
	})
}

// folders are those that files stand in, each before what is in it. Their names
// end with a slash.
func folders(files []pack.File) []pack.File {
	var out []pack.File
	for _, f := range files {
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			out = append(out, pack.File{Path: dir + "/"})
		}
	}
	byPath := func(a, b pack.File) int { return cmp.Compare(a.Path, b.Path) }
	slices.SortFunc(out, byPath)
	return slices.CompactFunc(out, func(a, b pack.File) bool { return a.Path == b.Path })
}

// writeEntry writes a file or a folder that belongs to root and is of no time.
func writeEntry(t *tar.Writer, f pack.File) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: f.Path, Mode: 0o644, Size: int64(len(f.Data)), ModTime: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	if strings.HasSuffix(f.Path, "/") {
		h.Typeflag, h.Mode = tar.TypeDir, 0o755
	}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err := t.Write(f.Data)
	return err
}
