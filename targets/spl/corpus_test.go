package spl

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

// TestCorpus writes every rule of the corpus, and reads every query. What is
// refused says why.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("the corpus takes a while")
	}
	t.Parallel()
	written, refused := 0, 0
	err := filepath.WalkDir(shared(t, "corpus", "sigma"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yml") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		docs, _ := sigma.Parse(filepath.Base(path), src)
		programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
		for _, p := range programs {
			q, diags := Emitter{}.Emit(p)
			if q == nil {
				refused++
				t.Log(diags[0])
				continue
			}
			written++
			if _, err := spleval.Parse(q.Text, nil); err != nil {
				t.Errorf("%s: %v\n%s", path, err, q.Text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d queries, %d refused", written, refused)
	if written < 3000 || refused > 0 {
		t.Errorf("%d queries, %d refused", written, refused)
	}
}
