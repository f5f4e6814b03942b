package spl

import (
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
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
	for path, p := range corpus(t) {
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
	t.Logf("%d queries, %d refused", written, refused)
	if written < 3000 || refused > 0 {
		t.Errorf("%d queries, %d refused", written, refused)
	}
}

// corpus compiles the rules of others, each with its path.
func corpus(t testing.TB) iter.Seq2[string, *ir.Program] {
	t.Helper()
	root := shared(t, "corpus", "sigma")
	return func(yield func(string, *ir.Program) bool) {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".yml") {
				return err
			}
			src, err := os.ReadFile(path)
			docs, _ := sigma.Parse(filepath.Base(path), src)
			programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
			for _, p := range programs {
				if !yield(path, p) {
					return fs.SkipAll
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkEmit writes the corpus again and again.
func BenchmarkEmit(b *testing.B) {
	var all []*ir.Program
	for _, p := range corpus(b) {
		all = append(all, p)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range all {
			Emitter{}.Emit(p)
		}
	}
	b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "rules/s")
}
