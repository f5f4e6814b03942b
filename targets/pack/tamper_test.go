package pack

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// contents are the files of a pack with its manifest, as others may change them.
type contents []File

func (c contents) clone() contents {
	out := slices.Clone(c)
	for i := range out {
		out[i].Data = bytes.Clone(out[i].Data)
	}
	return out
}

// readers read contents in each of the forms that packs have.
var readers = map[string]func(*testing.T, contents) (*Pack, error){
	"folder": func(_ *testing.T, c contents) (*Pack, error) {
		dir := fstest.MapFS{}
		for _, f := range c {
			dir[f.Path] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
		}
		return read(dir)
	},
	".zip": func(t *testing.T, c contents) (*Pack, error) {
		data := zipOf(t, c.entries(""))
		return readArchive(bytes.NewReader(data), int64(len(data)))
	},
	".spl": func(t *testing.T, c contents) (*Pack, error) {
		data := tarOf(t, c.entries("app/"))
		return readArchive(bytes.NewReader(data), int64(len(data)))
	},
}

func (c contents) entries(folder string) []entry {
	var out []entry
	for _, f := range c {
		out = append(out, entry{folder + f.Path, 0o644, f.Data})
	}
	return out
}

// verified gives all that is wrong with contents; empty if nothing is.
func verified(t *testing.T, read func(*testing.T, contents) (*Pack, error), c contents) string {
	t.Helper()
	p, err := read(t, c)
	if err == nil {
		err = errors.Join(p.Verify(nil)...)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// inner is a pack of some files, whose manifest uses all that one can say.
func inner() *Pack {
	p := sample()
	p.Manifest.Rules = append(p.Manifest.Rules, Rule{ID: "r2", Title: "Two <&>", Artifact: "a2", Kind: "K", Suite: &Suite{Cases: 2, Engines: []Engine{{"kql", "pass"}, {"spl", "fail"}}}, Forced: true, Limits: []string{"a/b"}})
	p.Files = append(p.Files, File{"empty.txt", nil}, File{"deep/er/c.txt", []byte("c\n")})
	p.Seal()
	return p
}

// TestEachByte changes each byte of each file, and wants the file to be named. In
// archives, which take longer to write, it is each eleventh.
func TestEachByte(t *testing.T) {
	t.Parallel()
	for form, read := range readers {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			whole := contents(inner().all())
			if wrong := verified(t, read, whole); wrong != "" {
				t.Fatal(wrong)
			}
			step := 11
			if form == "folder" && !testing.Short() {
				step = 1
			}
			for i, f := range whole {
				for at := 0; at < len(f.Data); at += step {
					evil := whole.clone()
					evil[i].Data[at] ^= 1 << (at % 8)
					if wrong := verified(t, read, evil); !strings.Contains(wrong, f.Path) {
						t.Fatalf("byte %d of %s is another, and verification says %q", at, f.Path, wrong)
					}
				}
			}
		})
	}
}

// TestTampered wants what was done to the files to be told, in each form. The
// order of files in an archive is no part of a pack.
func TestTampered(t *testing.T) {
	t.Parallel()
	at := func(c contents, path string) int {
		return slices.IndexFunc(c, func(f File) bool { return f.Path == path })
	}
	edit := func(old, text string) func(contents) contents {
		return func(c contents) contents {
			m := &c[at(c, ManifestName)]
			m.Data = bytes.Replace(m.Data, []byte(old), []byte(text), 1)
			return c
		}
	}
	for _, test := range []struct {
		name   string
		tamper func(contents) contents
		want   []string
	}{
		{"reordered", func(c contents) contents { slices.Reverse(c); return c }, nil},
		{"removed", func(c contents) contents { return slices.Delete(c, at(c, "README.md"), at(c, "README.md")+1) }, []string{"README.md is listed, and missing"}},
		{"removed an empty one", func(c contents) contents { return slices.Delete(c, at(c, "empty.txt"), at(c, "empty.txt")+1) }, []string{"empty.txt is listed, and missing"}},
		{"added", func(c contents) contents { return append(c, File{"local/evil.conf", []byte("x")}) }, []string{"local/evil.conf is there, and not listed"}},
		{"renamed", func(c contents) contents { c[at(c, "README.md")].Path = "readme.md"; return c },
			[]string{"README.md is listed, and missing", "readme.md is there, and not listed"}},
		{"exchanged", func(c contents) contents {
			a, b := &c[at(c, "README.md")], &c[at(c, "rules/a.txt")]
			a.Data, b.Data = b.Data, a.Data
			return c
		}, []string{"README.md is not the file that the manifest lists: its hash is another", "rules/a.txt is not the file that the manifest lists: its hash is another"}},
		{"no manifest", func(c contents) contents { return slices.Delete(c, at(c, ManifestName), at(c, ManifestName)+1) }, []string{"no pack: there is no manifest.json"}},
		{"a suite passes", edit(`"status": "fail"`, `"status": "pass"`), []string{ownHash}},
		{"not forced", edit("      \"forced\": true\n", ""), []string{"manifest.json: invalid character '}' looking for beginning of object key string"}},
		{"another key", edit(`"name": "p",`, `"name": "p", "more": 1,`), []string{ownHash}},
		{"a key twice", edit(`"name": "p",`, `"name": "q", "name": "p",`), []string{ownHash}},
		{"spaces", edit(`"name": "p",`, `"name":  "p",`), []string{ownHash}},
		{"after the end", func(c contents) contents {
			m := &c[at(c, ManifestName)]
			m.Data = append(m.Data, "{}"...)
			return c
		}, []string{ownHash}},
		{"no hash of its own", func(c contents) contents {
			m := &c[at(c, ManifestName)]
			m.Data = append(m.Data[:bytes.LastIndex(m.Data, []byte(",\n  \"sha256\""))], "\n}\n"...)
			return c
		}, []string{ownHash}},
	} {
		for form, read := range readers {
			wrong := verified(t, read, test.tamper(contents(inner().all()).clone()))
			if diff := cmp.Diff(strings.Join(test.want, "\n"), wrong); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", test.name, form, diff)
			}
		}
	}
}

// TestMadeAnew wants a manifest that was made anew for other files to hold
// against no signature, wherever they changed.
func TestMadeAnew(t *testing.T) {
	t.Parallel()
	public, private := keys(t)
	signed := inner()
	signed.Sign(private)
	for i := range signed.Files {
		evil := inner()
		evil.Files[i].Data = append(bytes.Clone(evil.Files[i].Data), 'x')
		evil.Seal()
		evil.Signature = signed.Signature
		if wrong := evil.Verify(nil); len(wrong) > 0 {
			t.Errorf("a pack that is whole: %v", wrong)
		}
		want := "[the signature is not of this manifest by key " + keyID(public) + "]"
		if got := fmt.Sprint(evil.Verify(&public)); got != want {
			t.Errorf("%s is another: got %s, want %s", evil.Files[i].Path, got, want)
		}
	}
	for at := range signed.Signature {
		evil := inner()
		evil.Signature = bytes.Clone(signed.Signature)
		if evil.Signature[at] ^= 1; bytes.HasPrefix(signed.Signature[:at+1], []byte("untrusted comment: ")) && bytes.IndexByte(signed.Signature, '\n') > at {
			continue // nobody signs that comment
		}
		if len(evil.Verify(&public)) == 0 {
			t.Errorf("byte %d of the signature is another, and it holds", at)
		}
	}
}
