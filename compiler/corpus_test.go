package compiler_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// TestCorpusCompiles wants every rule of the maintained folders to compile in
// the open log. Only placeholders that nothing defines may be refused.
func TestCorpusCompiles(t *testing.T) {
	t.Parallel()
	corpus := shared(t, "corpus", "sigma")
	rules, refused := 0, 0
	err := fs.WalkDir(os.DirFS(corpus), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(path, "rules") || filepath.Ext(path) != ".yml" {
			return err
		}
		src, err := os.ReadFile(filepath.Join(corpus, path))
		if err != nil {
			return err
		}
		programs, diags := generic(t, path, src)
		rules += len(programs)
		for _, x := range diags {
			switch {
			case x.Severity != sigma.Error:
			case x.Code == "placeholder/undefined":
				refused++
			default:
				t.Error(x.Render())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rules, %d placeholders that nothing defines", rules, refused)
	if rules < 3700 {
		t.Errorf("only %d rules compiled", rules)
	}
}

// TestPassesKeepVerdicts runs each rule's events after lowering alone and
// after every later pass: the verdicts must not change.
func TestPassesKeepVerdicts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short leaves the corpus out")
	}
	corpus := shared(t, "corpus", "sigma")
	names := compiler.PassNames()
	eachLine(t, shared(t, "oracle", "rule-verdicts.jsonl"), func(r ruleVerdicts) {
		src, err := os.ReadFile(filepath.Join(corpus, r.Path))
		if err != nil {
			t.Fatal(err)
		}
		docs, _ := sigma.Parse(r.Path, src)
		for _, pass := range names[slices.Index(names, "lower"):] {
			programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.Generic, After: pass})
			for _, p := range programs {
				if p.ID != r.ID {
					continue
				}
				m := eval.NewMatcher(p.Pred)
				for i, e := range r.Events {
					if got := m.Match(event(t, e)); got != r.Want[i] {
						t.Errorf("%s after %s: %s: got %t", r.Path, pass, e, got)
					}
				}
			}
		}
	})
}
