package entra

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// document is the part of a rule that the pack itself promises.
type document struct {
	Title      string   `yaml:"title"`
	ID         string   `yaml:"id"`
	Level      string   `yaml:"level"`
	References []string `yaml:"references"`
	Guide      struct {
		Item    items  `yaml:"item"`
		Section string `yaml:"section"`
		Risk    string `yaml:"risk"`
	} `yaml:"guide"`
}

// items is one number of the guide, or a list of them.
type items []int

func (i *items) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return n.Decode((*[]int)(i))
	}
	*i = make(items, 1)
	return n.Decode(&(*i)[0])
}

type suite struct {
	Rule  string `yaml:"rule"`
	Cases []struct {
		Name   string `yaml:"name"`
		Match  bool   `yaml:"match"`
		Alerts []any  `yaml:"alerts"`
	} `yaml:"cases"`
}

// guideItems are the numbers, sections and risks of the guide's tables.
var guideItems = []struct {
	from, to int
	section  string
	risk     string
}{
	{1, 2, "Baselines", "High"},
	{3, 3, "Privileged Identity Management Alerts", "High"},
	{4, 4, "Privileged Identity Management Alerts", "Medium"},
	{5, 9, "Privileged Identity Management Alerts", "Low"},
	{10, 14, "Microsoft Entra roles assignment", "High"},
	{15, 15, "Azure resource role assignment", "High"},
	{16, 18, "Azure resource role assignment", "Medium"},
	{19, 19, "Access management for Azure resources and subscriptions", "High"},
}

func guideItem(n int) (section, risk string) {
	for _, g := range guideItems {
		if g.from <= n && n <= g.to {
			return g.section, g.risk
		}
	}
	return "", ""
}

func TestEachItemOfTheGuideHasARule(t *testing.T) {
	t.Parallel()
	var got, want []int
	eachRule(t, func(_ string, docs []document) {
		for _, d := range docs {
			got = append(got, d.Guide.Item...)
		}
	})
	slices.Sort(got)
	for n := 1; n <= 19; n++ {
		want = append(want, n)
	}
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestRulesKeepSectionAndRiskOfTheGuide(t *testing.T) {
	t.Parallel()
	eachRule(t, func(name string, docs []document) {
		for _, d := range docs {
			for _, n := range d.Guide.Item {
				section, risk := guideItem(n)
				want := [2]string{section, risk}
				if diff := cmp.Diff(want, [2]string{d.Guide.Section, d.Guide.Risk}); diff != "" {
					t.Errorf("%s: item %d (-want +got):\n%s", name, n, diff)
				}
				if d.Level != "informational" && d.Level != strings.ToLower(risk) {
					t.Errorf("%s: level %q, want %q, the risk of item %d", name, d.Level, strings.ToLower(risk), n)
				}
			}
			if len(d.References) == 0 {
				t.Errorf("%s: %q has no references", name, d.Title)
			}
		}
	})
}

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestIDsAndTitlesAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	eachRule(t, func(name string, docs []document) {
		for _, d := range docs {
			if !uuid4.MatchString(d.ID) {
				t.Errorf("%s: id %q, want a random UUID", name, d.ID)
			}
			for _, key := range []string{d.ID, d.Title} {
				if other, ok := seen[key]; ok {
					t.Errorf("%s: %q stands in %s too", name, key, other)
				}
				seen[key] = name
			}
		}
	})
}

func TestEachRuleHasASuite(t *testing.T) {
	t.Parallel()
	eachRule(t, func(name string, docs []document) {
		var want, got []string
		for _, d := range docs {
			want = append(want, d.ID)
		}
		readAll(t, strings.TrimSuffix(name, ".yml")+".test.yml", func(n *yaml.Node) error {
			var s suite
			err := n.Decode(&s)
			if s.Rule == "" { // of the only document
				s.Rule = docs[0].ID
			}
			got = append(got, s.Rule)
			checkCases(t, name, s)
			return err
		})
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: documents and their suites (-want +got):\n%s", name, diff)
		}
	})
}

// checkCases holds a suite against what the pack asks of each: three matching
// cases, four near misses.
func checkCases(t *testing.T, name string, s suite) {
	t.Helper()
	matches, misses := 0, 0
	names := map[string]bool{}
	for _, c := range s.Cases {
		if names[c.Name] {
			t.Errorf("%s: two cases are named %q", name, c.Name)
		}
		names[c.Name] = true
		if c.Match || len(c.Alerts) > 0 {
			matches++
		} else {
			misses++
		}
	}
	if matches < 3 || misses < 4 {
		t.Errorf("%s: %d matching cases and %d near misses, want 3 and 4 or more", name, matches, misses)
	}
}

func TestEachSuiteHasARule(t *testing.T) {
	t.Parallel()
	walk(t, func(name string) {
		rule, ok := strings.CutSuffix(name, ".test.yml")
		if !ok {
			return
		}
		if _, err := fs.Stat(FS(), rule+".yml"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	want := []Placeholder{{
		Name:   "privileged_accounts",
		Values: []string{"admin@contoso.example", "break-glass@contoso.example", "7b1d2c3e-0000-4000-8000-00000000b9a5"},
	}}
	if diff := cmp.Diff(want, Placeholders()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEachPlaceholderOfARuleHasADefault(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile(`%([a-z_]+)%`)
	used := map[string]bool{}
	walk(t, func(name string) {
		text, err := fs.ReadFile(FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range placeholder.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
	})
	for _, p := range Placeholders() {
		if !used[p.Name] {
			t.Errorf("no rule names the placeholder %q", p.Name)
		}
		delete(used, p.Name)
	}
	for name := range used {
		t.Errorf("the placeholder %q has no default", name)
	}
}

func TestReadPlaceholdersRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"a list", "- a", "want a map of placeholders"},
		{"nothing", "", "want a map of placeholders"},
		{"a map as values", "a: {b: c}", "a: yaml: unmarshal errors:\n  line 1: cannot unmarshal !!map into []string"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := readPlaceholders([]byte(test.in))
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// eachRule visits the files of rules with their documents.
func eachRule(t *testing.T, visit func(name string, docs []document)) {
	t.Helper()
	n := 0
	walk(t, func(name string) {
		if strings.HasSuffix(name, ".test.yml") || !strings.Contains(name, "/") {
			return
		}
		var docs []document
		readAll(t, name, func(node *yaml.Node) error {
			var d document
			err := node.Decode(&d)
			docs = append(docs, d)
			return err
		})
		n++
		visit(name, docs)
	})
	if n == 0 {
		t.Fatal("the pack holds no rules")
	}
}

func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := fs.WalkDir(FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			visit(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readAll reads each document of a file.
func readAll(t *testing.T, name string, visit func(*yaml.Node) error) {
	t.Helper()
	f, err := FS().Open(name)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for dec := yaml.NewDecoder(f); ; {
		var node yaml.Node
		if err := dec.Decode(&node); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if err := visit(&node); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
