package jsonschema_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	schemas "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/sigma/jsonschema"
)

// An opinion is what the schema and the parser say of a document: "" is fine.
type opinion struct{ schema, parser string }

// validator tells what is wrong with the data of a document; "" if nothing is.
type validator map[string]*schemas.Schema

func newValidator(t *testing.T) validator {
	t.Helper()
	v := validator{}
	for _, kind := range jsonschema.Kinds() {
		text, err := jsonschema.Text(kind)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := schemas.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		c := schemas.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource(kind+".json", doc); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if v[kind], err = c.Compile(kind + ".json"); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	return v
}

// complaint is the place and keyword of the first thing that a schema finds
// wrong.
func (v validator) complaint(d sigma.Data) string {
	err := v[kindOf(d)].Validate(plain(d))
	if err == nil {
		return ""
	}
	wrong, ok := err.(*schemas.ValidationError)
	if !ok {
		return err.Error()
	}
	for len(wrong.Causes) > 0 {
		slices.SortStableFunc(wrong.Causes, func(a, b *schemas.ValidationError) int {
			return slices.Compare(a.InstanceLocation, b.InstanceLocation)
		})
		wrong = wrong.Causes[0]
	}
	keyword := "?"
	if path := wrong.ErrorKind.KeywordPath(); len(path) > 0 {
		keyword = path[len(path)-1]
	}
	return keyword + " at /" + strings.Join(wrong.InstanceLocation, "/")
}

func kindOf(d sigma.Data) string {
	if m, ok := d.(*sigma.Map); ok {
		for _, kind := range []string{"correlation", "filter"} {
			if m.Get(kind) != nil {
				return kind
			}
		}
	}
	return "rule"
}

// plain turns data into what the validator takes.
func plain(d sigma.Data) any {
	switch d := d.(type) {
	case *sigma.Map:
		out := make(map[string]any, len(d.Entries))
		for _, e := range d.Entries {
			out[e.Key.Value] = plain(e.Data)
		}
		return out
	case *sigma.List:
		out := make([]any, len(d.Of))
		for i, x := range d.Of {
			out[i] = plain(x)
		}
		return out
	case *sigma.Scalar:
		switch v := d.Value().(type) {
		case *sigma.Number:
			f := v.Float()
			if f == float64(int64(f)) {
				return int64(f)
			}
			return f
		case *sigma.Bool:
			return v.Value
		case *sigma.Null:
			return nil
		}
		return d.Text.Value
	}
	panic(fmt.Sprintf("unknown data %T", d))
}

// opinions gives what schema and parser say of each document of a file.
func (v validator) opinions(name string, src []byte) []opinion {
	data, _ := sigma.ReadData(sigma.NewFile(name, src))
	docs, diags := sigma.Parse(name, src)
	var out []opinion
	for i, d := range data {
		o := opinion{schema: v.complaint(d)}
		for _, x := range diags {
			if x.Severity == sigma.Error && i < len(docs) && docs[i].Span().Contains(x.At) && o.parser == "" {
				o.parser = x.Code
			}
		}
		out = append(out, o)
	}
	return out
}

// TestEveryConstraint holds that each thing that a schema asks for can fail.
func TestEveryConstraint(t *testing.T) {
	t.Parallel()
	v := newValidator(t)
	const head = "title: t\nlogsource: {product: p}\n"
	rule := func(more string) string { return head + "detection: {s: {a: b}, condition: s}\n" + more }
	correlation := func(section string) string { return "title: t\ncorrelation: " + section + "\n" }
	for _, test := range []struct{ in, want string }{
		{rule(""), ""},
		{"title: t\n", "required at /"},
		{rule("id: x\n"), "format at /id"},
		{rule("date: 2024/01/02\n"), "pattern at /date"},
		{rule("modified: 2024-13-02\n"), "pattern at /modified"},
		{rule("status: done\n"), "const at /status"},
		{rule("level: High\n"), "const at /level"},
		{rule("tags: [Attack.T1]\n"), "pattern at /tags/0"},
		{rule("tags: [a.b, a.b]\n"), "uniqueItems at /tags"},
		{rule("related: [{id: 11111111-1111-4111-8111-111111111111}]\n"), "required at /related/0"},
		{rule("related: [{id: 11111111-1111-4111-8111-111111111111, type: same}]\n"), "const at /related/0/type"},
		{rule("falsepositives: x\n"), "type at /falsepositives"},
		{rule("falsepositives: [x]\n"), "minLength at /falsepositives/0"},
		{rule("references: [a, a]\n"), "uniqueItems at /references"},
		{rule("scope: [s]\n"), "minLength at /scope/0"},
		{rule("name: " + strings.Repeat("x", 257) + "\n"), "maxLength at /name"},
		{rule("description: 5\n"), "type at /description"},
		{rule("custom: {a: [1]}\n"), ""},
		{head + "detection: {s: {a: b}}\n", "required at /detection"},
		{head + "detection: {s: 5, condition: s}\n", "type at /detection/s"},
		{head + "detection: {s: [1.5], condition: s}\n", "type at /detection/s"},
		{"title: t\nlogsource: {product: 5}\ndetection: {condition: s}\n", "type at /logsource/product"},
		{correlation("{type: event_count, rules: [ab], group-by: [u], timespan: 5m, condition: {gte: 2.5}}") + "generate: true\n", ""},
		{correlation("{type: temporal, rules: [ab], group-by: [u], timespan: 5m}"), ""},
		{correlation("{type: temporal, rules: [ab], timespan: 5m}"), "required at /correlation"},
		{correlation("{type: event_count, rules: [ab], group-by: [u], timespan: 5m}"), "required at /correlation"},
		{correlation("{type: value_sum, rules: [ab], group-by: [u], timespan: 5m, condition: {gte: 2}}"), "required at /correlation/condition"},
		{correlation("{type: value_sum, rules: [ab], group-by: [u], timespan: 5m, condition: {gte: x, field: f}}"), "type at /correlation/condition/gte"},
		{correlation("{type: counts, rules: [ab], group-by: [u], timespan: 5m, condition: {}}"), "const at /correlation/type"},
		{correlation("{type: temporal, rules: [ab, ab], group-by: [u], timespan: 5m}"), "uniqueItems at /correlation/rules"},
		{correlation("{type: temporal, rules: [ab], group-by: [u], timespan: 5}"), "type at /correlation/timespan"},
		{correlation("{type: temporal, rules: [ab], group-by: [u], timespan: 5m}") + "generate: 1\n", "type at /generate"},
		{head + "filter: {rules: [a], selection: {a: b}, condition: not selection}\n", ""},
		{head + "filter: {rules: [], selection: {a: b}, condition: not selection}\n", "minItems at /filter/rules"},
		{head + "filter: {rules: [a], s: {a: b}, condition: not s}\n", "required at /filter"},
	} {
		data, _ := sigma.ReadData(sigma.NewFile("test.yml", []byte(test.in)))
		if got := v.complaint(data[0]); got != test.want {
			t.Errorf("%s: got %q, want %q", test.in, got, test.want)
		}
	}
}

// TestPack holds every document of the embedded pack against the schema: they
// are fine to both.
func TestPack(t *testing.T) {
	t.Parallel()
	v := newValidator(t)
	met := 0
	err := fs.WalkDir(entra.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".test.yml") || name == "defaults.yml" {
			return err
		}
		src, err := fs.ReadFile(entra.FS(), name)
		for i, o := range v.opinions(name, src) {
			met++
			if o != (opinion{}) {
				t.Errorf("%s, document %d: schema %q, parser %q", name, i, o.schema, o.parser)
			}
		}
		return err
	})
	if err != nil || met < 19 {
		t.Errorf("%d documents were met: %v", met, err)
	}
}

// apart counts the corpus documents of which schema and parser think
// otherwise: what the schema says, what the parser says, and why both stand.
var apart = map[opinion]struct {
	count int
	why   string
}{
	{schema: "pattern at /date"}: {174, "slashes are the form of dates before Sigma 2.0, which is read but not written"},
}

// TestApart holds what the parser takes, or refuses, and the schema does not:
// each with its reason.
func TestApart(t *testing.T) {
	t.Parallel()
	v := newValidator(t)
	const head = "title: t\nlogsource: {product: p}\n"
	correlation := func(section string) string { return "title: t\ncorrelation: " + section + "\n" }
	for _, test := range []struct{ in, schema, parser, why string }{
		// The schema follows the specification to the letter.
		{head + "detection: {s: evil, condition: s}\n", "type at /detection/s", "", "one keyword needs no list"},
		{head + "detection: {s: {a: b}, condition: [s, not s]}\n", "type at /detection/condition", "", "the text of the specification has lists of conditions"},
		{head + "filter: {rules: any, selection: {a: b}, condition: not selection}\n", "type at /filter/rules", "", "any is in use for all rules of a log"},
		{head + "filter: {rules: [a], adm: {a: b}, condition: not adm}\n", "required at /filter", "", "a filter's search may have any name"},
		{correlation("{type: value_median, rules: [ab], group-by: [u], timespan: 5m, condition: {gte: 2, field: f}}"), "const at /correlation/type", "", "in use, though not in the specification"},
		{correlation("{type: temporal, rules: [ab, cd], group-by: [u], timespan: 5m, condition: ab and not cd}"), "type at /correlation/condition", "", "conditions over names are in use"},
		{correlation("{type: temporal, group-by: [u], timespan: 5m, condition: ab and not cd}"), "required at /correlation", "", "such a condition says which rules there are"},
		{correlation("{type: event_count, rules: [ab], timespan: 5m, condition: {gte: 2}}"), "required at /correlation", "", "without group-by all events are one group"},
		{correlation("{type: event_count, rules: ab, group-by: [u], timespan: 5m, condition: {gte: 2}}"), "type at /correlation/rules", "", "one rule needs no list"},

		// A schema can't see what the texts say.
		{head + "detection: {s: {a: b}, condition: t}\n", "", "condition/undefined-search", "a name in a text"},
		{head + "detection: {s: {a: [b, null]}, condition: s}\n", "", "value/null", "what stands in a search is not the schema's business"},
		{head + "detection: {s: {'a|contians': b}, condition: s}\n", "", "modifier/unknown", "modifiers are parts of a key"},
		{head + "detection: {s: [], condition: s}\n", "", "empty", "what would an empty list match?"},
		{"title: t\nlogsource: {definition: d}\ndetection: {s: {a: b}, condition: s}\n", "", "logsource/empty", "one of three keys"},
		{correlation("{type: temporal, rules: [ab], group-by: [u], timespan: 5 minutes}"), "", "value/timespan", "the schema has no pattern for it"},
		{correlation("{type: event_count, rules: [ab], group-by: [u], timespan: 5m, condition: {gte: 5, lt: 2}}"), "", "correlation/condition", "a range that holds nothing"},
	} {
		got := v.opinions("test.yml", []byte(test.in))
		if want := (opinion{test.schema, test.parser}); len(got) != 1 || got[0] != want {
			t.Errorf("%s (%s): got %q, want %q", test.in, test.why, got, want)
		}
	}
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the corpus takes seconds")
	}
	v := newValidator(t)
	got, first := map[opinion]int{}, map[opinion]string{}
	for name, src := range corpus(t) {
		for _, o := range v.opinions(name, src) {
			if (o.schema == "") != (o.parser == "") {
				got[o]++
				first[o] = max(first[o], name)
			}
		}
	}
	want := map[opinion]int{}
	for o, row := range apart {
		want[o] = row.count
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents that schema and parser see otherwise (-want +got):\n%s", diff)
		for _, o := range slices.SortedFunc(maps.Keys(first), func(a, b opinion) int { return strings.Compare(a.schema+a.parser, b.schema+b.parser) }) {
			t.Logf("%d\t%q\t%q\t%s", got[o], o.schema, o.parser, first[o])
		}
	}
}

// corpus gives the public collection by name, or skips the test.
func corpus(t *testing.T) map[string][]byte {
	t.Helper()
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	root := filepath.Join(dir, "corpus", "sigma")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the shared corpus is not here; set SIGPROOF_SHARED to its folder")
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yml" {
			return err
		}
		src, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = src
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
