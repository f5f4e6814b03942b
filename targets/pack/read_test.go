package pack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An entry of an archive that a test makes.
type entry struct {
	name string
	mode fs.FileMode
	data []byte
}

// TestHostileArchives wants each to be refused for what it does, in both forms.
func TestHostileArchives(t *testing.T) {
	t.Parallel()
	one := []byte{0}
	for _, test := range []struct {
		name    string
		entries []entry
		want    string
	}{
		{"parent", []entry{{"../evil.txt", 0o644, one}}, `"../evil.txt" does not stay in the pack`},
		{"absolute", []entry{{"/etc/passwd", 0o644, one}}, `"/etc/passwd" does not stay in the pack`},
		{"backslash", []entry{{`..\evil.txt`, 0o644, one}}, `does not stay in the pack`},
		{"drive", []entry{{"C:evil.txt", 0o644, one}}, `"C:evil.txt" does not stay in the pack`},
		{"folder", []entry{{"../evil/", 0o755 | fs.ModeDir, nil}}, `"../evil/" does not stay in the pack`},
		{"link", []entry{{"link", fs.ModeSymlink | 0o777, nil}}, `"link" is no regular file`},
		{"device", []entry{{"null", fs.ModeDevice | fs.ModeCharDevice | 0o666, nil}}, `"null" is no regular file`},
		{"twice", []entry{{"a", 0o644, one}, {"A", 0o644, one}}, `"A" is there twice`},
		{"bomb", []entry{{"big", 0o644, make([]byte, MaxFileSize+1)}}, `"big" is too big: `},
		{"many bombs", []entry{{"a", 0o644, make([]byte, 1<<20)}, {"b", 0o644, make([]byte, 1<<20)}}, `"b" is too big: the archive would hold more than 100 times its own size`},
		{"many", make([]entry, MaxFiles+1), "there are more than 10000 files"},
		{"no manifest", []entry{{"a", 0o644, one}}, "no pack: there is no manifest.json"},
		{"two folders", []entry{{"a/" + ManifestName, 0o644, []byte("{}")}, {"b/c", 0o644, one}}, "no pack: there is no manifest.json"},
		{"no JSON", []entry{{ManifestName, 0o644, one}}, "manifest.json: invalid character '\\x00' looking for beginning of value"},
	} {
		for form, make := range map[string]func(*testing.T, []entry) []byte{"zip": zipOf, "tar": tarOf} {
			t.Run(test.name+"/"+form, func(t *testing.T) {
				t.Parallel()
				if testing.Short() && len(test.entries) > MaxFiles {
					t.Skip("writes thousands of files")
				}
				data := make(t, numbered(test.entries))
				_, err := readArchive(bytes.NewReader(data), int64(len(data)))
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want %s", err, test.want)
				}
			})
		}
	}
}

// numbered gives entries without a name one each.
func numbered(entries []entry) []entry {
	out := make([]entry, len(entries))
	for i, e := range entries {
		if e.name == "" {
			e = entry{strings.Repeat("x", 1+i%50) + "/" + strings.Repeat("y", 1+i/50), 0o644, nil}
		}
		out[i] = e
	}
	return out
}

func zipOf(t *testing.T, entries []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(e.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.data) > 0 {
			if _, err := w.Write(e.data); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t *testing.T, entries []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: tar.TypeReg, Mode: int64(e.mode.Perm()), Size: int64(len(e.data))}
		switch {
		case e.mode.IsDir():
			h.Typeflag = tar.TypeDir
		case e.mode&fs.ModeSymlink != 0:
			h.Typeflag, h.Linkname = tar.TypeSymlink, "/etc/passwd"
		case e.mode&fs.ModeDevice != 0:
			h.Typeflag = tar.TypeChar
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHardLinks wants a second name of a file to be refused: only tar has those.
func TestHardLinks(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "passwd", Typeflag: tar.TypeLink, Linkname: "../../etc/passwd"}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	z.Close()
	_, err := readArchive(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err == nil || err.Error() != `"passwd" is no regular file` {
		t.Errorf("got %v", err)
	}
}

// TestLongTail wants an archive that goes on after its end to be read only so
// far.
func TestLongTail(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := tar.NewWriter(z).Close(); err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 16 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	_, err := readArchive(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err == nil || !strings.HasPrefix(err.Error(), "it is too big: ") {
		t.Errorf("got %v", err)
	}
}

// TestBrokenArchives wants what is cut off, or is none, to be told so.
func TestBrokenArchives(t *testing.T) {
	t.Parallel()
	p := sample()
	p.Folder = "app"
	whole := tarred(t, p)
	changed := bytes.Clone(whole)
	changed[len(changed)-8]++ // the sum of gzip
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"none":    {[]byte("title: x"), "it is no folder, no zip archive and no tar archive in gzip"},
		"empty":   {nil, "it is no folder, no zip archive and no tar archive in gzip"},
		"cut off": {whole[:len(whole)/2], "unexpected EOF"},
		"no sum":  {whole[:len(whole)-8], "unexpected EOF"},
		"sum":     {changed, "gzip: invalid checksum"},
		"zip":     {[]byte("PK\x03\x04"), "zip: not a valid zip file"},
	} {
		_, err := readArchive(bytes.NewReader(test.data), int64(len(test.data)))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

// TestLinksOutOfAFolder wants no file to be read that a link leads to.
func TestLinksOutOfAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := sample().WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if _, err := Open(dir); err == nil || !strings.HasSuffix(err.Error(), `"link" is no regular file`) {
		t.Errorf("got %v", err)
	}
}

// TestLongDirectory has more names than a pack has room for: they are not read.
func TestLongDirectory(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes thousands of long names")
	}
	var entries []entry
	for i := range MaxFiles + 1000 {
		entries = append(entries, entry{name: fmt.Sprintf("%0*d", maxEntry, i)})
	}
	data := zipOf(t, entries)
	_, err := readArchive(bytes.NewReader(data), int64(len(data)))
	if err == nil || err.Error() != "its directory has more than 10240000 bytes" {
		t.Errorf("got %v", err)
	}
}

// TestManyWrong lists so many files that are not there that they are counted.
func TestManyWrong(t *testing.T) {
	t.Parallel()
	p := sample()
	for i := range 2 * maxWrong {
		p.Manifest.Files = append(p.Manifest.Files, Sum{Path: fmt.Sprint(i)})
	}
	wrong := p.Verify(nil)
	if len(wrong) != maxWrong+1 || !strings.HasSuffix(wrong[maxWrong].Error(), " more is wrong") {
		t.Errorf("%d, the last is %v", len(wrong), wrong[len(wrong)-1])
	}
}
