package flattest

import (
	"bytes"
	"encoding/json"
	"iter"
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
	right, excused := 0, 0
	for v := range sampled(t, step) {
		for _, p := range v.programs(t) {
			r, e := hold(t, l, p, v, excuses)
			right, excused = right+r, excused+e
		}
	}
	if t.Logf("%d verdicts are right, %d are excused by a limit", right, excused); right < 2000/step || excused > right/50 {
		t.Errorf("%d verdicts are right, %d are excused by a limit", right, excused)
	}
}

// verdicts are those of one rule.
type verdicts struct {
	Path   string
	Events []json.RawMessage
	Want   []bool

	src []byte // of the rule
}

// sampled reads the verdicts of one rule in each step.
func sampled(t *testing.T, step int) iter.Seq[verdicts] {
	t.Helper()
	root := os.Getenv("SIGPROOF_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	data, err := os.ReadFile(filepath.Join(root, "oracle", "rule-verdicts.jsonl"))
	if err != nil {
		t.Skip("the verdicts are not here: ", err)
	}
	return func(yield func(verdicts) bool) {
		n := 0
		for line := range bytes.Lines(data) {
			if n++; (n-1)%step != 0 {
				continue
			}
			var v verdicts
			err := json.Unmarshal(line, &v)
			if err == nil {
				v.src, err = os.ReadFile(filepath.Join(root, "corpus", "sigma", v.Path))
			}
			if err != nil {
				t.Fatal(err)
			}
			if !yield(v) {
				return
			}
		}
	}
}

// programs compiles the rule over a log of which nothing is declared.
func (v verdicts) programs(t *testing.T) []*ir.Program {
	t.Helper()
	docs, _ := sigma.Parse(filepath.Base(v.Path), v.src)
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
	for i, event := range v.events(t) {
		got, err := l.Match(q.Text, p, event)
		if err != nil {
			t.Fatalf("%s: %v\n%s", v.Path, err, q.Text)
		}
		switch {
		case got == v.Want[i]:
			right++
		case limited:
			excused++
		default:
			t.Errorf("%s: %s: got %t, want %t\n%s", v.Path, v.Events[i], got, v.Want[i], q.Text)
		}
	}
	return right, excused
}

// events are laid out as products do.
func (v verdicts) events(t *testing.T) []*eval.Object {
	t.Helper()
	var out []*eval.Object
	for _, src := range v.Events {
		event, err := eval.ParseJSON(src)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, nested(event.(*eval.Object)))
	}
	return out
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
