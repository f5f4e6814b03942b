package pack

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/packtest"
)

// titles is a language whose queries are the titles of rules; it has no word for
// "refused".
type titles struct{}

func (titles) Language() string { return "titles" }

func (titles) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	if p.Title == "refused" {
		return nil, []*sigma.Diagnostic{Refuse("box", p.Doc, "word", "there is no word for %q", p.Title)}
	}
	limits := []targets.Limit{{Code: "titles/one"}, {Code: "titles/one"}, {Code: "titles/two"}}
	return &targets.Query{Language: "titles", Text: p.Title, Limits: limits}, nil
}

// boxed is an object of the product.
type boxed struct{ ID, Name, Query, Version string }

var box = &Maker{
	Product: "box", Emitter: titles{}, Engine: "titles",
	Kind: func(*Artifact) string { return "Box" },
	Check: func(a *Artifact) []*sigma.Diagnostic {
		if a.Title == "heavy" {
			return []*sigma.Diagnostic{Refuse("box", a.Program.Doc, "weight", "it is too heavy")}
		}
		return nil
	},
	Path: func(a *Artifact) string { return a.Name + ".json" },
	File: func(a *Artifact) []byte { return JSON([]boxed{{a.ID, a.Title, a.Query.Text, a.Version}}) },
	Whole: func(all []*Artifact) []File {
		list := []boxed{}
		for _, a := range all {
			list = append(list, boxed{a.ID, a.Title, a.Query.Text, a.Version})
		}
		return []File{{"all.json", JSON(list)}}
	},
}

// unbox reads objects.
func unbox(data []byte) ([]Object, error) {
	var list []boxed
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, err
	}
	var out []Object
	for _, b := range list {
		out = append(out, Object{b.ID, b.Name, []Field{{"query", b.Query}}})
	}
	return out, nil
}

// rules writes rules with titles.
func rules(t *testing.T, titles ...string) []*ir.Program {
	t.Helper()
	var docs []string
	for i, title := range titles {
		docs = append(docs, "title: "+title+"\nid: 00000000-0000-4000-8000-00000000000"+string(rune('0'+i))+
			"\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {result: x}, condition: sel}\n")
	}
	return packtest.Compile(t, strings.Join(docs, "---\n"))
}

func TestMaker(t *testing.T) {
	t.Parallel()
	p, diags := box.Build(rules(t, "one", "refused", "heavy", "One"), &Options{Name: "n"})
	var said []string
	for _, d := range diags {
		said = append(said, d.String())
	}
	want := []string{`rule.yml:6:1: error: there is no word for "refused" [box/word]`, "rule.yml:11:1: error: it is too heavy [box/weight]"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(p.Manifest.Rules) != 2 || !slices.Equal(p.Manifest.Rules[0].Limits, []string{"titles/one", "titles/two"}) {
		t.Errorf("got %+v", p.Manifest.Rules)
	}
	for _, r := range p.Manifest.Rules { // of titles that differ only in case
		if r.Files[0] != "One_"+r.Artifact[:8]+".json" {
			t.Errorf("got %s", r.Files)
		}
	}
	if wrong := VerifyQueries(p, "all.json", unbox); len(wrong) > 0 {
		t.Error(wrong)
	}
}

// TestMakerVersions numbers rules by what changed since the pack before.
func TestMakerVersions(t *testing.T) {
	t.Parallel()
	first, _ := box.Build(rules(t, "one", "two"), &Options{})
	again, _ := box.Build(rules(t, "one", "two"), &Options{Since: first})
	if again.Manifest.Version != "1.0.0" || string(again.File("all.json")) != string(first.File("all.json")) {
		t.Errorf("nothing changed, and the pack is %s", again.Manifest.Version)
	}
	next, _ := box.Build(rules(t, "one", "zwei"), &Options{Since: first})
	if next.Manifest.Version != "1.1.0" || next.Manifest.Rules[0].Version != "1.0.0" || next.Manifest.Rules[1].Version != "1.1.0" {
		t.Errorf("got %+v", next.Manifest)
	}
	if !strings.Contains(string(next.File("Zwei.json")), `"Version": "1.1.0"`) {
		t.Errorf("got %s", next.File("Zwei.json"))
	}
}

// TestMakerSuites refuses a rule whose suite fails on its query, or marks it.
func TestMakerSuites(t *testing.T) {
	t.Parallel()
	programs := rules(t, "one")
	suites := map[sigma.Document]*Suite{programs[0].Doc: {Cases: 1, Engines: []Engine{{"titles", "fail"}}}}
	p, diags := box.Build(programs, &Options{Suites: suites})
	if len(p.Manifest.Rules) != 0 || len(diags) != 1 || diags[0].Code != "box/suite" {
		t.Errorf("got %v", diags)
	}
	p, _ = box.Build(programs, &Options{Suites: suites, Force: true})
	if len(p.Manifest.Rules) != 1 || !p.Manifest.Rules[0].Forced {
		t.Errorf("got %+v", p.Manifest.Rules)
	}
}

// TestVerifyQueries finds a query that is not the one that was replayed.
func TestVerifyQueries(t *testing.T) {
	t.Parallel()
	p, _ := box.Build(rules(t, "one"), &Options{})
	id := p.Manifest.Rules[0].ID
	for path, want := range map[string]string{
		"all.json": "rule " + id + " has another query in all.json than the one that was replayed",
		"One.json": "rule " + id + " has another query in One.json than the one that was replayed",
	} {
		evil := *p
		evil.Files = slices.Clone(p.Files)
		for i, f := range evil.Files {
			if f.Path == path {
				evil.Files[i].Data = []byte(strings.Replace(string(f.Data), `"Query": "one"`, `"Query": "other"`, 1))
			}
		}
		wrong := VerifyQueries(&evil, "all.json", unbox)
		if len(wrong) != 1 || wrong[0].Error() != want {
			t.Errorf("got %v, want %s", wrong, want)
		}
	}
	if wrong := VerifyQueries(&Pack{}, "all.json", unbox); len(wrong) != 1 {
		t.Errorf("got %v", wrong)
	}
}

// TestMark takes a description apart that was marked.
func TestMark(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", "1.2.3"} {
		a := &Artifact{ID: "3a61e44b-d613-548b-ad59-7214ab749b2e", Description: "What it finds.", Version: version}
		id, rest := Marked(a.Mark())
		if id != a.ID || rest != a.Description {
			t.Errorf("got %q and %q", id, rest)
		}
	}
	if id, rest := Marked("What sigproof finds. "); id != "" || rest != "What sigproof finds." {
		t.Errorf("got %q and %q", id, rest)
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a b-c": "ABC", "PIM alert: 2 things": "PIMAlert2Things", "Änderung": "Nderung", "...": "Rule", strings.Repeat("ab ", 60): strings.Repeat("Ab", 40)} {
		if got := FileName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestSameID wants the second rule of an id to be refused: a product knows one.
func TestSameID(t *testing.T) {
	t.Parallel()
	const rest = "\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {result: x}, condition: sel}\n"
	p, diags := box.Build(packtest.Compile(t, "title: One"+rest+"---\ntitle: Two"+rest+"---\ntitle: one"+rest), &Options{})
	var got []string
	for _, d := range diags {
		got = append(got, d.Code+": "+d.Message)
	}
	want := []string{`box/id: "one" is the id of a rule of rule.yml too (or its title, which stands for one); each rule of a pack needs an id of its own`}
	if diff := cmp.Diff(want, got); diff != "" || len(p.Manifest.Rules) != 2 {
		t.Errorf("%d rules (-want +got):\n%s", len(p.Manifest.Rules), diff)
	}
}
