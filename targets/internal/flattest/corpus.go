package flattest

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
)

// Corpus runs searches of public rules over events whose verdicts are known: one
// rule in each step, since all of them take a while. A search may select an event
// otherwise if it declares one of the limits that excuse it.
func Corpus(t *testing.T, l Language, step int, excuses ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("the corpus takes a while")
	}
	root := os.Getenv("SIGPROOF_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	f, err := os.Open(filepath.Join(root, "oracle", "rule-verdicts.jsonl"))
	if err != nil {
		t.Skip("the verdicts are not here: ", err)
	}
	defer f.Close()
	right, excused := 0, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		if n%step != 0 {
			continue
		}
		var row struct {
			Path   string
			Events []json.RawMessage
			Want   []bool
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		for _, p := range programsIn(t, filepath.Join(root, "corpus", "sigma", row.Path)) {
			r, e := hold(t, l, p, verdicts{row.Path, row.Events, row.Want}, excuses)
			right, excused = right+r, excused+e
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if t.Logf("%d verdicts are right, %d are excused by a limit", right, excused); right < 2000/step || excused > right/50 {
		t.Errorf("%d verdicts are right, %d are excused by a limit", right, excused)
	}
}

// verdicts are those of one rule.
type verdicts struct {
	path   string
	events []json.RawMessage
	want   []bool
}

// programsIn compiles a rule over a log of which nothing is declared.
func programsIn(t *testing.T, path string) []*ir.Program {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	docs, _ := sigma.Parse(filepath.Base(path), src)
	programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
	return programs
}

// hold counts the verdicts of one rule that are right, and those that a limit
// excuses. A rule that is refused has none.
func hold(t *testing.T, l Language, p *ir.Program, v verdicts, excuses []string) (right, excused int) {
	t.Helper()
	q, _ := l.Emit(p)
	if q == nil {
		return 0, 0
	}
	limited := slices.ContainsFunc(q.Limits, func(l targets.Limit) bool { return slices.Contains(excuses, l.Code) })
	for i, src := range v.events {
		event, err := eval.ParseJSON(src)
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.Match(q.Text, p, nested(event.(*eval.Object)))
		if err != nil {
			t.Fatalf("%s: %v\n%s", v.path, err, q.Text)
		}
		switch {
		case got == v.want[i]:
			right++
		case limited:
			excused++
		default:
			t.Errorf("%s: %s: got %t, want %t\n%s", v.path, src, got, v.want[i], q.Text)
		}
	}
	return right, excused
}

// nested lays an event out as products do: a dotted key is keys below each other.
func nested(o *eval.Object) *eval.Object {
	out := &eval.Object{}
	for _, m := range o.Members {
		out = put(out, strings.Split(m.Key, "."), m.Value)
	}
	return out
}

func put(o *eval.Object, keys []string, v eval.Value) *eval.Object {
	if len(keys) == 1 {
		return o.Set(keys[0], v)
	}
	below, ok := o.Get(keys[0]).(*eval.Object)
	if !ok {
		below = &eval.Object{}
	}
	return o.Set(keys[0], put(below, keys[1:], v))
}
