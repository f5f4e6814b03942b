package pack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// What a pack may be made of, for who reads one of unknown origin: files, and
// bytes of each and of all.
const (
	MaxFiles    = 10_000
	MaxFileSize = 16 << 20
	MaxSize     = 256 << 20

	// maxEntry times MaxFiles is how long the directory of a zip archive may be.
	maxEntry = 1 << 10

	// MaxRatio is how many times its own size an archive may hold: one that holds
	// more is made to burst. Small ones may: they do no harm.
	MaxRatio  = 100
	smallSize = 1 << 20
)

// Open reads the pack in a folder, a zip archive, or a tar archive in gzip: one
// that has all its files in one folder too. It holds nothing against the
// manifest: see Verify.
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
	return readArchive(f, info.Size())
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

// An archive is a file that can be read from any place.
type archive interface {
	io.Reader
	io.ReaderAt
}

// How archives begin.
const isZip, isGzip = "PK", "\x1f\x8b"

// IsArchive tells whether data begins as an archive does.
func IsArchive(data []byte) bool {
	return bytes.HasPrefix(data, []byte(isZip)) || bytes.HasPrefix(data, []byte(isGzip))
}

// readArchive reads an archive that may be hostile: nothing leads out of it, and
// what it claims of sizes is not believed.
func readArchive(r archive, size int64) (*Pack, error) {
	c := collector{packed: size}
	var start [2]byte
	if _, err := r.ReadAt(start[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var err error
	switch string(start[:]) {
	case isZip:
		err = c.addZip(r, size)
	case isGzip:
		err = c.addTar(r)
	default:
		err = errors.New("it is no folder, no zip archive and no tar archive in gzip")
	}
	if err != nil {
		return nil, err
	}
	return c.pack()
}

// staysIn tells whether a path names a file in the pack, whatever the system.
func staysIn(path string) bool {
	return fs.ValidPath(path) && filepath.IsLocal(filepath.FromSlash(path)) && !strings.ContainsAny(path, `\:`)
}

// A collector takes files while they keep within the bounds.
type collector struct {
	files   []File
	paths   map[string]bool // folded: file systems differ in that
	entries int             // files and folders
	size    int64
	packed  int64 // size of the archive; zero if there is none
}

func (c *collector) addZip(r io.ReaderAt, size int64) error {
	directory := &boundedAt{r, MaxFiles * maxEntry}
	z, err := zip.NewReader(directory, size)
	if err != nil {
		return err
	}
	directory.left = math.MaxInt64 // of files, add has the bounds
	for _, f := range z.File {
		folder, err := c.enter(f.Name, f.Mode())
		if err != nil {
			return err
		}
		if folder {
			continue
		}
		entry, err := f.Open()
		if err != nil {
			return fmt.Errorf("%q: %w", f.Name, err)
		}
		if err := errors.Join(c.add(f.Name, entry), entry.Close()); err != nil {
			return err
		}
	}
	return nil
}

// A boundedAt reads up to so many bytes.
type boundedAt struct {
	io.ReaderAt
	left int64
}

// ReadAt reads while there is something left.
func (b *boundedAt) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, fmt.Errorf("its directory has more than %d bytes", MaxFiles*maxEntry)
	}
	return b.ReaderAt.ReadAt(p, at)
}

// addTar reads all of the archive, also what comes after its end: the sum at
// the end of gzip is of all.
func (c *collector) addTar(r io.Reader) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	whole := &bounded{r: z, left: c.most() + MaxFiles<<10}
	t := tar.NewReader(whole)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, whole)
			return err
		}
		if err != nil {
			return err
		}
		folder, err := c.enter(h.Name, modeOf(h))
		if err == nil && !folder {
			err = c.add(h.Name, t)
		}
		if err != nil {
			return err
		}
	}
}

// modeOf tells files and folders from all else: a second name of a file would
// pass for one.
func modeOf(h *tar.Header) fs.FileMode {
	switch h.Typeflag {
	case tar.TypeReg:
		return 0
	case tar.TypeDir:
		return fs.ModeDir
	}
	return fs.ModeIrregular
}

// enter looks at an entry before its data. Of a folder only the name is looked
// at.
func (c *collector) enter(name string, mode fs.FileMode) (folder bool, err error) {
	c.entries++
	switch {
	case c.entries > MaxFiles:
		err = fmt.Errorf("there are more than %d files", MaxFiles)
	case mode.IsDir() && !staysIn(strings.TrimSuffix(name, "/")):
		err = fmt.Errorf("%q does not stay in the pack", name)
	case !mode.IsDir() && !mode.IsRegular():
		err = fmt.Errorf("%q is no regular file", name)
	}
	return mode.IsDir(), err
}

// most is how many bytes the files of the pack may have in all.
func (c *collector) most() int64 {
	if c.packed == 0 {
		return MaxSize
	}
	return min(MaxSize, max(smallSize, MaxRatio*c.packed))
}

func (c *collector) add(path string, r io.Reader) error {
	switch {
	case !staysIn(path):
		return fmt.Errorf("%q does not stay in the pack", path)
	case c.paths[strings.ToLower(path)]:
		return fmt.Errorf("%q is there twice", path)
	case len(c.files) == MaxFiles:
		return fmt.Errorf("there are more than %d files", MaxFiles)
	}
	most := c.most()
	data, err := io.ReadAll(io.LimitReader(r, min(MaxFileSize, most-c.size)+1))
	if err != nil {
		return fmt.Errorf("%q: %w", path, err)
	}
	switch c.size += int64(len(data)); {
	case len(data) > MaxFileSize || c.size > MaxSize:
		return fmt.Errorf("%q is too big: a pack has at most %d bytes a file, and %d in all", path, MaxFileSize, MaxSize)
	case c.size > most:
		return fmt.Errorf("%q is too big: the archive would hold more than %d times its own size", path, MaxRatio)
	}
	if c.paths == nil {
		c.paths = map[string]bool{}
	}
	c.paths[strings.ToLower(path)] = true
	c.files = append(c.files, File{path, data})
	return nil
}

// pack sorts out what was collected. An archive that a product installs keeps
// all files in one folder, and so does a folder that was zipped whole.
func (c *collector) pack() (*Pack, error) {
	p := &Pack{Folder: c.folder()}
	for _, f := range c.files {
		if p.Folder != "" {
			f.Path = strings.TrimPrefix(f.Path, p.Folder+"/")
		}
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

// folder is the one that holds all files, the manifest at its top; empty if
// there is none such.
func (c *collector) folder() string {
	if len(c.files) == 0 {
		return ""
	}
	folder, _, _ := strings.Cut(c.files[0].Path, "/")
	manifest := false
	for _, f := range c.files {
		if !strings.HasPrefix(f.Path, folder+"/") {
			return ""
		}
		manifest = manifest || f.Path == folder+"/"+ManifestName
	}
	if !manifest {
		return ""
	}
	return folder
}

// A bounded reader fails where another one ends that gives only so much.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(data []byte) (int, error) {
	n, err := b.r.Read(data)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("it is too big: a pack has at most %d bytes, and an archive holds at most %d times its own size", MaxSize, MaxRatio)
	}
	return n, err
}
