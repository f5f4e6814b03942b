package sigma

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkPlain holds that the library reads what readPlain reads the same way,
// and without a complaint. It tells whether readPlain read the chunk.
func checkPlain(t *testing.T, f *File, chunk Span) bool {
	t.Helper()
	got, nodes, ok := readPlain(f.Src, chunk, MaxNodes)
	if !ok {
		return false
	}
	p, b := &parser{file: f}, newBudget(f)
	var want []Data
	p.readAny(chunk, b, func(d Data, _ int) { want = append(want, d) })
	if !reflect.DeepEqual(want, []Data{got}) {
		t.Fatalf("%s is not what the library reads (-want +got):\n%s\n%q", f.Name, cmp.Diff(want, []Data{got}), f.Text(chunk))
	}
	if len(p.diags) > 0 {
		t.Fatalf("%s: the library complains: %v\n%q", f.Name, p.diags[0], f.Text(chunk))
	}
	if counted := MaxNodes - b.nodes; counted != nodes {
		t.Fatalf("%s: %d nodes; the library counts %d\n%q", f.Name, nodes, counted, f.Text(chunk))
	}
	return true
}

func FuzzPlain(f *testing.F) {
	for _, test := range table {
		f.Add(test.in)
	}
	f.Fuzz(func(t *testing.T, src string) {
		file := NewFile("fuzz.yml", []byte(src))
		for _, chunk := range splitDocuments(file.Src) {
			checkPlain(t, file, chunk)
		}
	})
}

// TestPlainCorpus also holds that most of what people write is read so.
func TestPlainCorpus(t *testing.T) {
	root := filepath.Join(shared(t), "corpus")
	read, left := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yml") || testing.Short() && len(path)%16 != 0 {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f := NewFile(path, src)
		for _, chunk := range splitDocuments(src) {
			if checkPlain(t, f, chunk) {
				read++
			} else {
				left++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d documents are read here, %d by the library", read, left)
	if read < 3*left {
		t.Errorf("%d documents are left to the library, and only %d are not", left, read)
	}
}
