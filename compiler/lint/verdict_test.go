package lint

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"maps"
	"math/rand/v2"
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

// checkVerdicts asks the rules that safe fixes have changed, with each event
// that was made for them and those near it: the answers are what they were.
func checkVerdicts(t *testing.T, sources, fixed []Source) {
	t.Helper()
	changed := map[string]int{}
	for i := range fixed {
		if string(fixed[i].Src) != string(sources[i].Src) {
			changed[fixed[i].Name] = i
		}
	}
	rules, asked := 0, 0
	for _, v := range readVerdicts(t) {
		if i, ok := changed[v.Path]; ok {
			rules++
			asked += sameVerdicts(t, v, sources[i].Src, fixed[i].Src)
		}
	}
	t.Logf("%d of %d files were mended; %d rules give %d events near theirs the verdict that they gave", len(changed), len(sources), rules, asked)
	if rules < 50 || asked < 20_000 {
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
		if id == "" || p.ID == id {
			return eval.NewMatcher(p.Pred)
		}
	}
	return nil
}

// TestFixesOfExamples asks the examples before and after they are mended, with
// events made of their own values. Safe fixes change no answer; that some
// unsafe ones do shows that the events can tell.
func TestFixesOfExamples(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("fixes each example many times")
	}
	told := 0
	for _, c := range Catalogue() {
		if c.Fix == NoFix || c.From != "" {
			continue
		}
		before, after := sourcesOf(c.Before)[0].Src, sourcesOf(c.After)[0].Src
		old, mended := matcher(before, ""), matcher(after, "")
		if old == nil || mended == nil {
			continue // a filter or correlation
		}
		for _, e := range eventsOf(t, before, after) {
			event, err := eval.ParseJSON(e)
			if err != nil {
				t.Fatal(err)
			}
			if want, got := old.Match(event), mended.Match(event); got != want {
				if told++; c.Fix == SafeFix {
					t.Errorf("%s: %s matched: %t; mended it does: %t", c.Code, e, want, got)
				}
				break
			}
		}
	}
	if told < 15 {
		t.Errorf("%d unsafe fixes are told from safe ones", told)
	}
}

// eventsOf makes events of the fields and values of documents, each field with
// each value and those near it, beside any value of the others.
func eventsOf(t *testing.T, sources ...[]byte) [][]byte {
	t.Helper()
	values := map[string][]any{}
	for _, src := range sources {
		docs, _ := sigma.Parse("rule.yml", src)
		for n := range sigma.Preorder(docs[0]) {
			item, ok := n.(*sigma.Item)
			if !ok {
				continue
			}
			for _, v := range item.Values {
				text := strings.NewReplacer(`\\`, `\`, `\*`, "*", `\?`, "?", "*", "x", "?", "y").Replace(v.Written().Value)
				values[item.Field.Value] = append(append(values[item.Field.Value], text), nearby(text)...)
			}
		}
	}
	fields := slices.Sorted(maps.Keys(values))
	random := rand.New(rand.NewPCG(1, 2))
	var out [][]byte
	for range 3000 {
		event := map[string]any{}
		for _, f := range fields {
			if v := values[f][random.IntN(len(values[f]))]; v != gone {
				event[f] = v
			}
		}
		e, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
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
