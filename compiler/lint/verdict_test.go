package lint

import (
	"bufio"
	"encoding/json"
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

// shared gives a file of the design data, and skips the test without it.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	name := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skip("the design data is not here: neither ../shared nor $SIGPROOF_SHARED has", filepath.Join(parts...))
	}
	return name
}

// corpus reads the files of the corpus.
func corpus(t testing.TB) []Source {
	t.Helper()
	var sources []Source
	dir := shared(t, "corpus", "sigma")
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yml") {
			return err
		}
		src, err := os.ReadFile(name)
		sources = append(sources, Source{strings.TrimPrefix(name, dir+string(filepath.Separator)), src})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

// verdicts are events for a rule, and which must match.
type verdicts struct {
	Path, ID string
	Events   []json.RawMessage
	Want     []bool
}

func readVerdicts(t testing.TB) []verdicts {
	t.Helper()
	f, err := os.Open(shared(t, "oracle", "rule-verdicts.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []verdicts
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var v verdicts
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// TestFixesOfCorpus mends the whole corpus with every check. Nothing safe is
// left, and each event that was made for a rule, and those near it, gets the
// verdict that it had.
func TestFixesOfCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	t.Parallel()
	sources, events := corpus(t), readVerdicts(t)
	opts := &Options{Enable: []string{"all"}}
	fixed, left := Fix(sources, opts)
	fixes := 0
	for _, d := range left.Diags {
		if i := choose(d, opts); i >= 0 {
			fixes++
			t.Errorf("not mended: %s", d)
		}
	}
	changed := map[string]int{}
	for i := range fixed {
		if string(fixed[i].Src) != string(sources[i].Src) {
			changed[fixed[i].Name] = i
		}
	}
	asked := 0
	for _, v := range events {
		if i, ok := changed[v.Path]; ok {
			asked += sameVerdicts(t, v, sources[i].Src, fixed[i].Src)
		}
	}
	t.Logf("%d of %d files were mended; %d events of theirs get the verdict that they had", len(changed), len(sources), asked)
	if len(changed) < 100 || asked < 1000 {
		t.Error("too few to prove anything")
	}
}

// sameVerdicts asks a rule before and after it was mended.
func sameVerdicts(t *testing.T, v verdicts, before, after []byte) int {
	t.Helper()
	old, mended := matcher(before, v.ID), matcher(after, v.ID)
	if old == nil || mended == nil {
		if old != nil {
			t.Errorf("%s: what is mended does not compile", v.Path)
		}
		return 0
	}
	asked := 0
	for _, raw := range v.Events {
		for _, e := range around(raw) {
			asked++
			event, err := eval.ParseJSON(e)
			if err != nil {
				t.Fatal(err)
			}
			if want, got := old.Match(event), mended.Match(event); got != want {
				t.Errorf("%s: %s matched: %t; mended it does: %t", v.Path, e, want, got)
			}
		}
	}
	return asked
}

func matcher(src []byte, id string) *eval.Matcher {
	docs, _ := sigma.Parse("rule.yml", src)
	programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
	for _, p := range programs {
		if p.ID == id {
			return eval.NewMatcher(p.Pred)
		}
	}
	return nil
}

// around gives an event, and those that differ from it in one field: in
// another case, longer and shorter at each end, of another type, and absent.
func around(raw []byte) [][]byte {
	var event map[string]any
	if json.Unmarshal(raw, &event) != nil {
		return [][]byte{raw}
	}
	out := [][]byte{raw}
	for field, v := range event {
		for _, other := range nearby(v) {
			near := map[string]any{}
			for k, x := range event {
				near[k] = x
			}
			if near[field] = other; other == gone {
				delete(near, field)
			}
			if e, err := json.Marshal(near); err == nil {
				out = append(out, e)
			}
		}
	}
	return out
}

const gone = "\x00gone"

func nearby(v any) []any {
	out := []any{gone, nil, "", 4624, true, []any{v, "x"}}
	text, ok := v.(string)
	if !ok || text == "" {
		return append(out, []any{"x"})
	}
	runes := []rune(text)
	out = append(out, strings.ToUpper(text), strings.ToLower(text), text+"x", "x"+text, text+"\n", "\n"+text,
		string(runes[1:]), string(runes[:len(runes)-1]), strings.ReplaceAll(text, "s", "\u017f"))
	slices.Reverse(runes)
	return append(out, string(runes))
}
