package pack

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"aead.dev/minisign"
	"github.com/google/go-cmp/cmp"
)

func sample() *Pack {
	p := &Pack{
		Manifest: Manifest{Name: "p", Product: "x", Version: "1.0.0", Sigproof: "devel", Rules: []Rule{{ID: "r1", Title: "One", Artifact: "a1", Files: []string{"rules/a.txt"}}}},
		Files:    []File{{"rules/a.txt", []byte("a")}, {"README.md", []byte("b")}},
	}
	p.Seal()
	return p
}

func zipped(t *testing.T, p *Pack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteZip(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t *testing.T, p *Pack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteTar(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	one, two := sample(), sample()
	_, key := keys(t)
	one.Sign(key)
	two.Sign(key)
	one.Folder, two.Folder = "app", "app"
	if !bytes.Equal(zipped(t, one), zipped(t, two)) || !bytes.Equal(tarred(t, one), tarred(t, two)) {
		t.Error("two archives of one pack differ")
	}
}

func keys(t *testing.T) (minisign.PublicKey, minisign.PrivateKey) {
	t.Helper()
	public, private, err := minisign.GenerateKey(strings.NewReader(strings.Repeat("seed", 64)))
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}

// TestRoundTrip wants what is written to be read, from archives and from a
// folder that held another pack.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	public, private := keys(t)
	p := sample()
	p.Sign(private)
	dir := t.TempDir()
	old := sample()
	old.Files = append(old.Files, File{"old.txt", nil})
	old.Seal()
	for _, x := range []*Pack{old, p} {
		if err := x.WriteDir(filepath.Join(dir, "pack")); err != nil {
			t.Fatal(err)
		}
	}
	p.Folder = "app"
	archives := []string{filepath.Join(dir, "pack.zip"), filepath.Join(dir, "pack.spl")}
	for i, data := range [][]byte{zipped(t, p), tarred(t, p)} {
		if err := os.WriteFile(archives[i], data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range append(archives, filepath.Join(dir, "pack")) {
		got, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := got.Verify(&public); len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
		if diff := cmp.Diff(p.Files, got.Files); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if want := map[string]string{".spl": "app"}[filepath.Ext(name)]; got.Folder != want {
			t.Errorf("%s: the folder is %q, want %q", name, got.Folder, want)
		}
	}
}

func TestForeignFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := sample().WriteDir(dir)
	if err == nil || !strings.HasSuffix(err.Error(), "is not empty and holds no pack; a pack goes to a folder of its own") {
		t.Errorf("got %v", err)
	}
	evil := `{"files":[{"path":"../thesis.txt"}]}`
	if err := os.WriteFile(filepath.Join(dir, ManifestName), []byte(evil), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sample().WriteDir(dir); err == nil || !strings.Contains(err.Error(), "leads out of the folder") {
		t.Errorf("got %v", err)
	}
}

const ownHash = "manifest.json is not as it was written: its own hash is another"

func TestVerify(t *testing.T) {
	t.Parallel()
	public, private := keys(t)
	other, _, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		key    *minisign.PublicKey
		tamper func(p *Pack)
		want   []string
	}{
		{"as it is", &public, func(*Pack) {}, nil},
		{"a byte", &public, func(p *Pack) { p.Files[0].Data = []byte("c") }, []string{"README.md is not the file that the manifest lists: its hash is another"}},
		{"one more", &public, func(p *Pack) { p.Files = append(p.Files, File{"evil.txt", nil}) }, []string{"evil.txt is there, and not listed"}},
		{"one less", &public, func(p *Pack) { p.Files = p.Files[:1] }, []string{"rules/a.txt is listed, and missing"}},
		{"sealed anew", &public, func(p *Pack) { p.Files[0].Data = []byte("c"); p.Seal() }, []string{"the signature is not of this manifest by key " + keyID(public)}},
		{"unsigned", &public, func(p *Pack) { p.Signature = nil }, []string{"the pack is not signed"}},
		{"other key", &other, func(*Pack) {}, []string{"the signature is not of this manifest by key " + keyID(other)}},
		{"no key", nil, func(p *Pack) { p.Signature = nil }, nil},
		{"unlisted file of a rule", nil, func(p *Pack) { p.Manifest.Rules[0].Files = []string{"b"} }, []string{ownHash, "rule r1 names b, which the manifest does not list"}},
		{"two rules of one file", nil, func(p *Pack) {
			p.Manifest.Rules = append(p.Manifest.Rules, Rule{ID: "r2", Artifact: "x", Files: p.Manifest.Rules[0].Files})
		},
			[]string{ownHash, "rule r2 names rules/a.txt, which is a file of another rule"}},
		{"a rule twice", nil, func(p *Pack) { p.Manifest.Rules = append(p.Manifest.Rules, Rule{ID: "r1", Artifact: "x"}) },
			[]string{ownHash, `rule r1 is there twice, or another has its artifact "x"`}},
		{"a file twice", nil, func(p *Pack) { p.Manifest.Files = append(p.Manifest.Files, p.Manifest.Files[0]) }, []string{ownHash, "README.md is listed twice"}},
		{"a suite that passes", nil, func(p *Pack) { p.Manifest.Rules[0].Suite = &Suite{} }, []string{ownHash}},
	} {
		p := sample()
		p.Sign(private)
		test.tamper(p)
		var got []string
		for _, err := range p.Verify(test.key) {
			got = append(got, err.Error())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestSignedNames wants a name over two lines not to break the comment that the
// signature covers.
func TestSignedNames(t *testing.T) {
	t.Parallel()
	public, private := keys(t)
	p := sample()
	p.Manifest.Name = "a\nb"
	p.Seal()
	p.Sign(private)
	if wrong := p.Verify(&public); len(wrong) > 0 || !strings.Contains(string(p.Signature), "trusted comment: a b 1.0.0 for x\n") {
		t.Errorf("%v: %s", wrong, p.Signature)
	}
}

func keyID(k minisign.PublicKey) string { return fmt.Sprintf("%X", k.ID()) }

func TestKeys(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a locked key takes a gigabyte and seconds to open")
	}
	public, private := keys(t)
	locked, err := minisign.EncryptKey("secret", private)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, locked, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := SigningKey(file, "secret"); err != nil || !got.Equal(private) {
		t.Errorf("got %v", err)
	}
	if _, err := SigningKey(file, "wrong"); err == nil {
		t.Error("a wrong password opens the key")
	}
	text, err := public.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Split(strings.TrimSpace(string(text)), "\n")
	if got, err := PublicKey(line[len(line)-1]); err != nil || !got.Equal(public) {
		t.Errorf("got %v", err)
	}
}

// TestKeyWithoutEnd wants no more of a file to be read than a key has.
func TestKeyWithoutEnd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, make([]byte, MaxKey+1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, signing := SigningKey(file, "")
	_, public := PublicKey(file)
	for _, err := range []error{signing, public} {
		if err == nil || !strings.HasSuffix(err.Error(), "has more than 65536 bytes: no key is that long") {
			t.Errorf("got %v", err)
		}
	}
}

// TestKeysAreNotRepeated wants a key that stands where a file should to be in no
// message.
func TestKeysAreNotRepeated(t *testing.T) {
	t.Parallel()
	_, private := keys(t)
	text, err := private.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	pem := "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n"
	for _, given := range []string{string(text), lines[len(lines)-1], pem} {
		_, signing := SigningKey(given, "")
		_, public := PublicKey(given)
		for _, err := range []error{signing, public} {
			if err == nil || err.Error() != "a key is given where the name of its file is wanted" {
				t.Errorf("got %v", err)
			}
		}
	}
	if _, err := SigningKey("no/such/file", ""); err == nil || !strings.Contains(err.Error(), "no/such/file") {
		t.Errorf("got %v", err)
	}
}

// TestWritesThroughNoLink wants a folder of unknown origin to lead no file out
// of it: neither one that is written nor one that is removed.
func TestWritesThroughNoLink(t *testing.T) {
	t.Parallel()
	dir, outside := filepath.Join(t.TempDir(), "pack"), t.TempDir()
	if err := sample().WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(outside, "a.txt")
	if err := errors.Join(os.RemoveAll(filepath.Join(dir, "rules")), os.WriteFile(mine, []byte("mine"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "rules")); err != nil {
		t.Skip(err)
	}
	if err := sample().WriteDir(dir); err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(mine); string(text) != "mine" {
		t.Errorf("the file behind the link is now %q, %v", text, err)
	}
}

// TestSealRefuses wants what no file system or reader would take to stop whoever
// makes it.
func TestSealRefuses(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]File{
		"twice": {{"A_b", nil}, {"a-b", nil}, {"a_b", nil}}, "parent": {{"../a", nil}}, "inner": {{"a/../../b", nil}}, "drive": {{"C:a", nil}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: it is sealed", name)
				}
			}()
			(&Pack{Files: files}).Seal()
		}()
	}
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	got := Distinct([]string{"a-b", "a_b", "A_b", "c.d"}, regexp.MustCompile(`[^A-Za-z0-9_]`))
	again := Distinct([]string{"A_b", "a-b", "a_b"}, regexp.MustCompile(`[^A-Za-z0-9_]`))
	if got[3] != "c_d" || got[0] != again[1] || got[1] != again[2] || got[2] != again[0] {
		t.Errorf("got %v, and %v in another order", got, again)
	}
	seen := map[string]bool{}
	for _, name := range got {
		if seen[strings.ToLower(name)] {
			t.Errorf("%s is there twice", name)
		}
		seen[strings.ToLower(name)] = true
	}
}

// TestTellApart has names and marks that were chosen to meet: whoever chooses
// ids finds two that begin alike in a second.
func TestTellApart(t *testing.T) {
	t.Parallel()
	names := []string{"T", "t", "T", "T_aaaaaaaa", "other", "T_aaaaaaaa1"}
	marks := []string{"aaaaaaaa1", "aaaaaaaa2", "bbbbbbbb1", "cccccccc1", "dddddddd1", "eeeeeeee1"}
	got := TellApart(names, marks, MarkFile)
	want := []string{"T_aaaaaaaa1", "t_aaaaaaaa2", "T_bbbbbbbb", "T_aaaaaaaa_cccccccc1", "other", "T_aaaaaaaa1_eeeeeeee1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"T_aaaaaaaa", "t_bbbbbbbb"}, TellApart([]string{"T", "t"}, []string{"aaaaaaaa1", "bbbbbbbb1"}, MarkFile)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
