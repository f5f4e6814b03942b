package splunk

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/targets/internal/packtest"
)

// TestSPL wants an archive of the app alone, the same whenever it is made, that
// has each folder before what is in it.
func TestSPL(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	var one, two bytes.Buffer
	if err := errors.Join(WriteSPL(&one, p), WriteSPL(&two, build(t, packtest.Entra(t, nil), nil))); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two archives of the same rules differ")
	}
	z, err := gzip.NewReader(&one)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(z)
	known, files := map[string]bool{"": true}, 0
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
		data, err := io.ReadAll(archive)
		if err != nil || !bytes.Equal(data, p.File(h.Name)) || h.Mode != 0o644 {
			t.Errorf("%s is not the file of the pack: %v", h.Name, err)
		}
		files++
	}
	if want := len(appFiles(p)); files != want || want < 8 || !known["sigproof_entra_pim/default"] {
		t.Errorf("%d files of %d, folders %v", files, want, known)
	}
}
