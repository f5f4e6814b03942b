package gomatch_test

import (
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/targets/gomatch"
)

// layouts are what is hard to lay out: chains in chains, functions in chains,
// titles that comments spell in their own way.
var layouts = []struct{ name, title, log, detection string }{
	{"chains", "T", "", "a: {f: x, g: y}\nb: {f: z, g|exists: true}\nc: [{h: null}, {h: w}]\ncondition: not (a or b and not c) and (not b or c) or not c"},
	{"present", "T", "", "a: {f: '*'}\ncondition: a"},
	{"variables", "T", "", "a: {f|contains: [" + list(30) + "]}\ncondition: a"},
	{"many", "T", "", manySearches(630) + "condition: 1 of s*"},
	{"many asked", "T", "", manySearches(251) + "condition: not all of s*"},
	{"title", "it''s ```three``` [and] ``two`` — \\ \"q\" # - * https://x.example/", "", "a: {f: x}\ncondition: a"},
	{"members", "T", "entra_audit", "a:\n  targetResources[].displayName: x\n  targetResources[].type: y\nb:\n  targetResources[].type: null\n  category: z\ncondition: (a or not b) and not b"},
}

// source is a rule of a title and a detection.
func source(title, detection string) []byte {
	return fmt.Appendf(nil, "title: '%s'\nlogsource: {category: test}\ndetection:\n  %s\n",
		strings.ReplaceAll(title, "'", "''"), strings.ReplaceAll(detection, "\n", "\n  "))
}

func list(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "v%d, ", i)
	}
	return strings.TrimSuffix(b.String(), ", ")
}

func manySearches(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "s%d: {f%d: a, g: b%d}\n", i, i%2, i)
	}
	return b.String()
}

// checkFormat wants the texts of programs as gofmt has them.
func checkFormat(t *testing.T, programs []*ir.Program) {
	t.Helper()
	for _, p := range programs {
		q, _ := (&gomatch.Emitter{}).Emit(p)
		if q == nil {
			continue // a correlation
		}
		want, err := format.Source([]byte(q.Text))
		if err != nil {
			t.Errorf("%s: %v\n%s", p.Title, err, q.Text)
		} else if string(want) != q.Text {
			t.Errorf("%s: not as gofmt has it (-want +got):\n%s", p.Title, cmp.Diff(string(want), q.Text))
		}
	}
}

// programs compiles a file; log may be nil.
func programs(name string, src []byte, log *schema.Log) []*ir.Program {
	docs, _ := sigma.Parse(name, src)
	out, _ := compiler.Compile(docs, &compiler.Options{Log: log})
	return out
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, test := range layouts {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			log := schema.Generic
			if test.log != "" {
				log = schema.ByName(test.log)
			}
			src := source(test.title, test.detection)
			p := programs("rule.yml", src, log)
			if len(p) == 0 {
				t.Fatalf("no program:\n%s", src)
			}
			checkFormat(t, p)
		})
	}
	for _, d := range detections {
		checkFormat(t, []*ir.Program{program(t, d)})
	}
}

func TestFormatPack(t *testing.T) {
	t.Parallel()
	met := 0
	eachRule(t, entra.FS(), ".", func(name string, src []byte) {
		p := programs(name, src, nil)
		met += len(p)
		checkFormat(t, p)
	})
	if met == 0 {
		t.Error("the pack has no rules")
	}
}

// TestFormatCorpus takes one rule of fifty where time is short.
func TestFormatCorpus(t *testing.T) {
	t.Parallel()
	n := 0
	eachRule(t, os.DirFS(corpus(t)), ".", func(name string, src []byte) {
		if n++; !testing.Short() || n%50 == 0 {
			checkFormat(t, programs(name, src, schema.Generic))
		}
	})
}

// eachRule reads the rules of a folder.
func eachRule(t testing.TB, fsys fs.FS, root string, take func(name string, src []byte)) {
	t.Helper()
	err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".test.yml") {
			return err
		}
		src, err := fs.ReadFile(fsys, name)
		take(name, src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// corpus is the folder of many rules, which may be absent.
func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "corpus", "sigma")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus is not here: neither ../shared nor $SIGPROOF_SHARED has corpus/sigma")
	}
	return dir
}

// BenchmarkEmit writes the corpus again and again.
func BenchmarkEmit(b *testing.B) {
	var all []*ir.Program
	eachRule(b, os.DirFS(corpus(b)), ".", func(name string, src []byte) {
		all = append(all, programs(name, src, schema.Generic)...)
	})
	e := &gomatch.Emitter{}
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range all {
			e.Emit(p)
		}
	}
	b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "rules/s")
}
