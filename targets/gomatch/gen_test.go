package gomatch_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/gomatch"
)

// detections exercise every kind of predicate and match in an open log.
var detections = []string{
	"s: {f: 'a*b?c', g|contains: 'x'}\ncondition: s",
	"s: {f|cased: Abc}\ncondition: not s",
	"s: {f: 5, g: true, h: null}\ncondition: 1 of s",
	"s: {f|exists: true, a.b: z}\ncondition: s",
	"s: {f|re|i: '^ab+$'}\nt: {f|gt: 4.5}\ncondition: s or t",
	"s: {f|cidr: '10.0.0.0/8'}\nt: {f|fieldref: g}\ncondition: s or t",
	"s: {f|hour|gte: 13}\nt: {f|windash|contains: ' -x'}\ncondition: s or t",
	"k: [evil, 'w*rd']\ncondition: k",
	"s: {g|contains: x, f|re: '\"n\":'}\ncondition: s",
	"s: {f: '*'}\nt: {f|startswith: ü}\nu: {f: 9007199254740993}\ncondition: all of s or t or u",
}

// events meet some of the detections, and nearly meet others.
var events = []string{
	`{"f":"a--bXc","g":"xx"}`, `{"f":"abc","g":"y"}`, `{"f":"Abc"}`, `{"f":5,"g":"True"}`, `{"f":"5","h":null}`, `{"f":5.0,"g":true,"h":1}`,
	`{"f":"","a":[{"b":"Z"},{"b":1}]}`, `{"a.b":"z","f":null}`, `{"f":"ABB"}`, `{"f":"4.6"}`, `{"f":"10.1.2.3"}`, `{"f":"::ffff:10.9.9.9"}`,
	`{"f":["q","r"],"g":"R"}`, `{"f":"2024-05-01T14:45:00Z"}`, `{"f":"2024-05-01T12:45:00Z"}`, `{"f":"a /x"}`, `{"f":"a —x"}`, `{"m":{"n":["very evil"]}}`,
	`{"m":"wOOOrd"}`, `{"evil":1}`, `{"f":"Über"}`, `{"f":9007199254740993}`, `{"f":9007199254740992}`, `{"f":[]}`, `{"f":{}}`, `{}`,
	`{"f":[{"n":1}],"g":{"k":"x"}}`,
}

// TestGeneratedGo compiles the generated files with the Go command, in a module
// that has no dependency, runs them, and wants the verdicts of the reference
// matcher.
func TestGeneratedGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "go.mod", "module generated\n\ngo 1.26\n")
	var want, calls, imports []string
	for i, d := range detections {
		p := program(t, d)
		name := fmt.Sprintf("rule%d", i)
		write(t, dir, name+"/rule.go", generate(t, p, name))
		imports = append(imports, fmt.Sprintf("%q", "generated/"+name))
		calls = append(calls, name+".Match")
		want = append(want, verdicts(t, p))
	}
	write(t, dir, "main.go", runner(imports, calls))
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if diff := cmp.Diff(want, strings.Fields(string(out))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func program(t *testing.T, detection string) *ir.Program {
	t.Helper()
	src := "title: T\nlogsource: {category: test}\ndetection:\n  " + strings.ReplaceAll(detection, "\n", "\n  ") + "\n"
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
	if len(programs) != 1 {
		for _, d := range append(diags, more...) {
			t.Log(d.Render())
		}
		t.Fatal("not compiled")
	}
	return programs[0]
}

func generate(t *testing.T, p *ir.Program, name string) string {
	t.Helper()
	e := &gomatch.Emitter{Package: name}
	q, diags := e.Emit(p)
	if len(diags) > 0 {
		t.Fatal(diags[0])
	}
	if again, _ := e.Emit(p); again.Text != q.Text {
		t.Error("the same rule gives two texts")
	}
	return q.Text
}

// verdicts is a line of T and F, one for each event.
func verdicts(t *testing.T, p *ir.Program) string {
	t.Helper()
	m := eval.NewMatcher(p.Pred)
	out := ""
	for _, e := range events {
		v, err := eval.ParseJSON([]byte(e))
		if err != nil {
			t.Fatal(err)
		}
		out += map[bool]string{true: "T", false: "F"}[m.Match(v)]
	}
	return out
}

func runner(imports, calls []string) string {
	list, _ := json.Marshal(events)
	return `package main

import (
	"encoding/json"
	"fmt"
	"strings"
	` + strings.Join(imports, "\n\t") + `
)

func main() {
	var texts []string
	if err := json.Unmarshal([]byte(` + fmt.Sprintf("%q", list) + `), &texts); err != nil {
		panic(err)
	}
	for _, match := range []func(any) bool{` + strings.Join(calls, ", ") + `} {
		for _, text := range texts {
			d := json.NewDecoder(strings.NewReader(text))
			d.UseNumber()
			var event any
			if err := d.Decode(&event); err != nil {
				panic(err)
			}
			fmt.Print(map[bool]string{true: "T", false: "F"}[match(event)])
		}
		fmt.Println()
	}
}
`
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
