package splunk

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
)

// installable writes the app of a pack as Splunk installs it.
func installable(t *testing.T, p *pack.Pack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := App(p).WriteTar(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSPL wants an archive of the app alone, the same whenever it is made, that
// has each folder before what is in it.
func TestSPL(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	data := installable(t, p)
	if !bytes.Equal(data, installable(t, build(t, packtest.Entra(t, nil), nil))) {
		t.Error("two archives of the same rules differ")
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(z)
	known := map[string]bool{"": true}
	var more []string // than the app has in the pack
	files := 0
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(h.Name, "/")
		if dir := name[:max(0, strings.LastIndexByte(name, '/'))]; !known[dir] {
			t.Errorf("%s comes before its folder", h.Name)
		}
		if h.Uid != 0 || h.Gid != 0 || h.ModTime.Year() != 1980 {
			t.Errorf("%s is somebody's, or of some time: %+v", h.Name, h)
		}
		if h.Typeflag == tar.TypeDir {
			known[name] = true
			continue
		}
		text, err := io.ReadAll(archive)
		if files++; err != nil || h.Mode != 0o644 {
			t.Errorf("%s: %o, %v", h.Name, h.Mode, err)
		}
		if want := p.File(h.Name); want == nil {
			more = append(more, h.Name)
		} else if !bytes.Equal(text, want) {
			t.Errorf("%s is not the file of the pack", h.Name)
		}
	}
	if diff := cmp.Diff([]string{"sigproof_entra_pim/CHANGELOG.md", "sigproof_entra_pim/manifest.json"}, more); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if files < 10 || !known["sigproof_entra_pim/default"] {
		t.Errorf("%d files, folders %v", files, known)
	}
}

// TestSPLIsAPack wants the archive, and the app that it is installed as, to hold
// against their manifest, to be the pack before of another, and to be what drift
// is told by.
func TestSPLIsAPack(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("packs the whole pack several times")
	}
	p := build(t, packtest.Entra(t, nil), nil)
	dir := t.TempDir()
	archive, installed := filepath.Join(dir, "p.spl"), filepath.Join(dir, "sigproof_entra_pim")
	if err := errors.Join(os.WriteFile(archive, installable(t, p), 0o600), App(p).WriteDir(installed)); err != nil {
		t.Fatal(err)
	}
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{archive, installed, dir} {
		if name == dir {
			os.Remove(archive)
		}
		app, err := pack.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := append(app.Verify(nil), Verify(app)...); len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
		if got, err := Objects(app); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s wants other searches than the pack: %v", name, err)
		}
		next := build(t, packtest.Entra(t, nil), &Options{Since: app})
		if next.Manifest.Version != "1.0.0" || !bytes.Equal(next.File(pack.ChangelogName), p.File(pack.ChangelogName)) {
			t.Errorf("%s: nothing changed since, and the version is %s", name, next.Manifest.Version)
		}
	}
}
