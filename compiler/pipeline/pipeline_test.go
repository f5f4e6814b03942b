package pipeline

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/sigma"
)

// TestEachTypeHasACase wants each type of the tables in an archive, under the
// key that it belongs to.
func TestEachTypeHasACase(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var texts strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts.Write(text)
	}
	for _, table := range []struct {
		key   string
		types []string
	}{
		{`- (?:\{|.*\n? *)`, typeNames(transformations())},
		{`rule_conditions: .*`, typeNames(ruleConditions())},
		{`detection_item_conditions: .*`, typeNames(itemConditions())},
		{`field_name_conditions: .*`, typeNames(fieldConditions())},
		{`postprocessing:\n(?:  .*\n)*  - (?:\{.*)?`, typeNames(postprocessings())},
		{`finalizers:\n(?:  .*\n)*  - (?:\{.*)?`, typeNames(finalizers())},
	} {
		for _, name := range table.types {
			if !regexp.MustCompile(table.key + `type: ` + name + `\b`).MatchString(texts.String()) {
				t.Errorf("no case has %q below %q", name, table.key)
			}
		}
	}
}

func TestFor(t *testing.T) {
	t.Parallel()
	p, diags := Read("p.yml", []byte("name: P\nallowed_backends: [splunk, elastic]\n"), nil)
	if p == nil {
		t.Fatal(diags)
	}
	if diags := p.For("spl"); len(diags) > 0 {
		t.Error(diags)
	}
	want := `p.yml:2:20: error: the pipeline is for "splunk" or "elastic", and not for kql [pipeline/backend]`
	if diags := p.For("kql"); len(diags) != 1 || diags[0].String() != want {
		t.Errorf("got %v, want %s", diags, want)
	}
	open, _ := Read("q.yml", []byte("transformations: []\n"), nil)
	if diags := Merge(open, p).For("kql"); len(diags) != 1 {
		t.Errorf("the parts of a pipeline that is joined are for kql: %v", diags)
	}
}

// TestReadWrong holds what is wrong with a file as a whole.
func TestReadWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ src, want string }{
		{"", `p.yml:1:1: error: the file is empty; a pipeline has "transformations" [pipeline/empty]`},
		{"- a\n", `p.yml:1:1: error: the pipeline is a list; it must be a map [pipeline/type]`},
		{"name: a\n---\nname: b\n", `p.yml:3:1: error: the file has 2 documents; a pipeline is one [pipeline/documents]`},
		{
			"transformations: [{type: replace_string, replacement: a, regex: '" + strings.Repeat("(x*)*", 201) + "'}]",
			`p.yml:1:65: error: the regular expression has more than 200 groups that capture; "(?:" begins one that does not [pipeline/regex]`,
		},
		{"priority: high\n", `p.yml:1:11: error: "priority" is "high"; it must be a whole number [pipeline/type]`},
		{"vars: {a: {b: c}}\n", `p.yml:1:11: error: "a" is a map; it must be text or a list of texts [pipeline/type]`},
		{"vars: {a: []}\n", `p.yml:1:11: error: "a" is an empty list; it must have an entry [pipeline/empty]`},
		{"transformations: {a: b}\n", `p.yml:1:18: error: "transformations" is a map; it must be a list [pipeline/type]`},
		{
			"transformations: " + strings.Repeat("[{type: nest, items: ", MaxNesting+1) + "[]" + strings.Repeat("}]", MaxNesting+1),
			`p.yml:1:446: error: transformations nest deeper than 20 [pipeline/limit]`,
		},
	} {
		p, diags := Read("p.yml", []byte(test.src), nil)
		if p != nil || len(diags) != 1 || diags[0].String() != test.want {
			t.Errorf("%s\ngot  %v\nwant %s", test.src, diags, test.want)
		}
	}
}

// TestReadMany has more mistakes than are shown.
func TestReadMany(t *testing.T) {
	t.Parallel()
	p, diags := Read("p.yml", []byte("transformations:\n"+strings.Repeat("- {type: nosuch}\n", sigma.MaxReports+5)), nil)
	if last := diags[len(diags)-1]; p != nil || len(diags) != sigma.MaxReports+1 || last.Message != "5 more diagnostics are not shown" {
		t.Errorf("%d diagnostics, the last is %v", len(diags), last)
	}
}

// FuzzRead reads any text, and applies what it reads to a rule that has one of
// each, and to its query: nothing panics, and what is refused is told, with its
// place.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), ".yml --\n")
		src, _, _ := strings.Cut(rest, "\n-- ")
		f.Add(src)
	}
	docs, _ := sigma.Parse("rule.yml", []byte(`
title: T
logsource: {product: windows}
detection:
  all: {a: 1, b|contains: [x, 'y*'], c|re|i: z, d: null, e|expand: '%v%', f|neq|cased: 'q?', g|fieldref: a, h: true}
  any: [{a|contains|all: [k, l]}, {Hashes: MD5=987B65CD9B9F4E9A1AFD8F8B48CF64A7}]
  words: [one, two]
  condition: all of them or not 1 of a*
`))
	rule := docs[0].(*sigma.Rule)
	f.Fuzz(func(t *testing.T, src string) {
		p, diags := Read("p.yml", []byte(src), nil)
		placed(t, diags)
		if p == nil {
			if !sigma.HasErrors(diags) {
				t.Fatal("refused, and nothing says why")
			}
			return
		}
		w := p.Rule(rule, nil, nil)
		placed(t, w.Diags)
		if w.Doc.Info().Broken != sigma.HasErrors(w.Diags) {
			t.Fatalf("broken %t with %v", w.Doc.Info().Broken, w.Diags)
		}
		if rule.Broken || !slices.Contains(docs, sigma.Document(rule)) {
			t.Fatal("the rule itself was changed")
		}
		for _, language := range []string{"kql", "spl"} {
			query, diags := w.Query(language, "T | where a == 1\n")
			placed(t, diags)
			_, diags = p.Finalize(language, []string{query, "U"})
			placed(t, diags)
		}
	})
}

// placed holds that diagnostics stand in their files.
func placed(t *testing.T, diags []*sigma.Diagnostic) {
	t.Helper()
	for _, d := range diags {
		if d.File == nil || d.At.Start < 0 || d.At.Start > d.At.End || d.At.End > len(d.File.Src) {
			t.Fatalf("%s stands at %v", d, d.At)
		}
	}
}

// TestLimits holds that what would never end is refused in a line.
func TestLimits(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: large inputs are read without -short")
	}
	many := func(key, step string) string { return key + ":\n" + strings.Repeat("  - "+step+"\n", 200) }
	for _, test := range []struct{ src, code, message string }{
		{many("transformations", "{type: field_name_mapping, mapping: {a: [a, a]}}"), "pipeline/limit", "the pipeline makes more than 4194304 bytes of the document"},
		{many("transformations", "{type: add_field, field: f}") + many("  ", "{type: field_name_mapping, mapping: {f: [f, f]}}")[4:], "pipeline/limit", "the pipeline makes more than 4194304 bytes of the document"},
		{many("transformations", `{type: replace_string, regex: '(.)', replacement: '\1\1'}`), "pipeline/limit", "the text grows over 100000 bytes"},
		{
			"vars: {v: [" + strings.Repeat("x, ", 300) + "]}\ntransformations: [{type: value_placeholders}]", "pipeline/placeholder",
			`the placeholders of "%v%%v%" stand for more than 10000 texts`,
		},
		{many("postprocessing", `{type: replace, pattern: '(.)', replacement: '\1\1'}`), "pipeline/limit", "the query grows over 1048576 bytes"},
		{many("postprocessing", `{type: template, template: '{{ query }}{{ query }}'}`), "pipeline/template", "the template makes more than 16777216 bytes"},
		{many("postprocessing", `{type: json, json_template: '["%QUERY%", "%QUERY%"]'}`), "pipeline/limit", "the query grows over 1048576 bytes"},
	} {
		p, diags := Read("p.yml", []byte(test.src), nil)
		if p == nil {
			t.Fatal(test.src, diags)
		}
		docs, _ := sigma.Parse("r.yml", []byte("title: T\nlogsource: {product: x}\ndetection: {s: {a: b, c|expand: '%v%%v%'}, condition: s}\nfields: [a]\n"))
		w := p.Rule(docs[0].(*sigma.Rule), nil, nil)
		if len(w.Diags) == 0 {
			_, w.Diags = w.Query("spl", "a=b")
		}
		if len(w.Diags) != 1 || w.Diags[0].Code != test.code || w.Diags[0].Message != test.message {
			t.Errorf("%.100s\ngot  %v\nwant %s [%s]", test.src, w.Diags, test.message, test.code)
		}
	}
}
