package declare

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/compiler/schema"
)

func TestGeneratedIsFresh(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes the Go source of all logs")
	}
	want, err := Go()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../logs_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Error("logs_gen.go is stale: run go generate ./compiler/schema")
	}
	logs, err := Logs()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(logs, schema.Logs()); diff != "" {
		t.Errorf("(-declared +generated):\n%s", diff)
	}
}

const small = `
name: small
sources: [{product: p}]
time: when
table: T
columns: |
  TimeGenerated datetime when
fields:
  - {name: when, type: time, doc: When.}
  - {name: who, doc: Who.}
shapes:
  - {name: plain, marks: [{at: [when]}]}
`

func TestParseIsStrict(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, from, to, want string
	}{
		{name: "as it is"},
		{
			name: "a key that there is not", from: "doc: Who.}", to: "doc: Who., tpye: string}",
			want: "yaml: unmarshal errors:\n  line 10: field tpye not found in type declare.fieldFile",
		},
		{name: "a type that there is not", from: "type: time", to: "type: date", want: `log small: field when: no type "date"`},
		{name: "a field twice", from: "name: who", to: "name: when", want: "log small: field when is declared twice"},
		{name: "open text", from: "doc: Who.", to: "doc: Who., open: true", want: "log small: field who: only an object of the event can be open"},
		{name: "no doc", from: "doc: Who.", to: "doc: ''", want: "log small: field who: no doc"},
		{name: "a column of a path that there is not", from: "datetime when", to: "datetime then", want: `log small: column TimeGenerated: no path "then"`},
		{name: "a column of a type that there is not", from: "datetime when", to: "date when", want: `log small: column TimeGenerated: no type "date"`},
		{name: "a column without a type", from: "TimeGenerated datetime when", to: "TimeGenerated", want: `log small: column "TimeGenerated": write a name, a type, a path and a form`},
		{name: "a time that is no field", from: "time: when", to: "time: then", want: `log small: no field "then"`},
		{name: "a shape without marks", from: ", marks: [{at: [when]}]", to: "", want: "log small: shape plain: no marks"},
		{name: "a shape like none", from: "name: plain", to: "name: plain, like: fancy", want: `log small: shape plain: no shape "fancy" to be like`},
		{name: "a shape that moves nothing", from: "name: plain", to: "name: plain, moved: [{path: then, at: [x]}]", want: `log small: shape plain: moved: no path "then"`},
		{name: "a shape that lacks nothing", from: "name: plain", to: "name: plain, lacks: [then]", want: `log small: shape plain: lacks: no path "then"`},
		{name: "times in no way", from: "name: plain", to: "name: plain, times: roman", want: `log small: shape plain: no way "roman" to write times`},
		{name: "a derived field of nothing", from: "doc: Who.", to: "doc: Who., first: [then]", want: `log small: field who: no path "then"`},
		{
			name: "a part that is not found", from: "doc: Who.", to: `doc: Who., of: when, find: '^(\d+)$', put: 'x%s'`,
			want: `log small: field who: put "x%s": the part is not found there`,
		},
		{
			name: "a part of two groups", from: "doc: Who.", to: `doc: Who., of: when, find: '^(a)(b)$', put: '%s'`,
			want: `log small: field who: find "^(a)(b)$": write an expression with one group that fits a whole text, and the field of the text`,
		},
		{name: "a log like none", from: "name: small", to: "name: small\nlike: large", want: `log small: no log "large" to be like`},
		{
			name: "an alias of two fields", from: "table: T", to: "table: T\naliases: [{name: x, for: who}, {name: x, for: when}]",
			want: "log small: alias x stands for who and for when",
		},
		{name: "an alias of nothing", from: "table: T", to: "table: T\naliases: [{name: x, for: then}]", want: `log small: alias x: no path "then"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.from != "" && !strings.Contains(small, test.from) {
				t.Fatalf("the declaration has no %q", test.from)
			}
			_, err := parse([]byte(strings.Replace(small, test.from, test.to, 1)), nil)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}

func TestShapesUnderOthers(t *testing.T) {
	t.Parallel()
	l, err := parse([]byte(`
name: n
columns: TimeGenerated datetime when
time: when
fields: [{name: when, type: time, doc: When.}]
shapes:
  - name: hub
    base: properties
    moved: [{path: when, at: [properties.when], copies: [time]}]
    marks: [{at: [category], is: [C]}]
    fixed: [{at: category, value: C}]
  - {name: wrapped, like: hub, under: body.records, sourcetype: s}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &schema.Shape{
		Name: "wrapped", Sourcetype: "s", Base: "body.records.properties",
		Moved: []schema.Address{{Path: "when", At: []string{"body.records.properties.when"}, Copies: []string{"body.records.time"}}},
		Marks: []schema.Mark{{At: []string{"body.records.category"}, Is: []string{"C"}}},
		Fixed: []schema.Fixed{{At: "body.records.category", Value: "C"}},
	}
	if diff := cmp.Diff(want, l.Shape("wrapped")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// shared finds the folder of facts that is no part of the project.
func shared(t *testing.T, path string) string {
	t.Helper()
	root := os.Getenv("SIGPROOF_SHARED")
	if root == "" {
		root = "../../../../../shared"
	}
	full := filepath.Join(root, path)
	if _, err := os.Stat(full); err != nil {
		t.Skipf("no %s: set SIGPROOF_SHARED to the folder that has it", path)
	}
	return full
}

func TestTablesAreMicrosofts(t *testing.T) {
	t.Parallel()
	checkTables(t, shared(t, "domain/la_table_schemas.json"))
}

// The columns of further tables, as Microsoft's reference of tables lists them.
func TestTablesAreTheReferences(t *testing.T) {
	t.Parallel()
	if n := checkTables(t, "testdata/tables.json"); n == 0 {
		t.Error("no log has a table that testdata/tables.json knows")
	}
}

// checkTables holds the columns of logs against those that a file gives, and
// gives the number of logs whose table the file knows.
func checkTables(t *testing.T, file string) int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tables map[string]map[string]string
	if err := json.Unmarshal(data, &tables); err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, l := range schema.Logs() {
		want := tables[l.KQL.Name]
		if want == nil {
			continue
		}
		known++
		got := map[string]string{}
		for _, c := range l.KQL.Columns {
			got[c.Name] = c.Type
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", l.KQL.Name, diff)
		}
	}
	return known
}

// unknown lists the names in rules of SigmaHQ that no shape of the log has.
// Each of them makes a rule that never matches.
var unknown = map[string][]string{
	"entra_signin": {"Count", "Date"},
}

func TestSigmaHQNamesResolve(t *testing.T) {
	t.Parallel()
	unresolved := map[string][]string{}
	for source, names := range fieldsUnder(t, shared(t, "corpus/sigma")) {
		l := schema.For(source)
		if l == nil || source.Product != "azure" && source.Product != "m365" {
			continue // the corpus test of targets counts those of other products
		}
		for _, n := range names {
			if l.Resolve(n) == nil {
				unresolved[l.Name] = append(unresolved[l.Name], n)
			}
		}
	}
	for _, names := range unresolved {
		slices.Sort(names)
	}
	if diff := cmp.Diff(unknown, unresolved); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every name that the pack uses is canonical, but for a selector left out.
func TestPackNamesAreCanonical(t *testing.T) {
	t.Parallel()
	n := 0
	for source, names := range fieldsUnder(t, "../../../../sigma/entra") {
		l := schema.For(source)
		if l == nil {
			t.Errorf("no log serves %+v", source)
			continue
		}
		for _, name := range names {
			n++
			if r := l.Resolve(name); r == nil || r.Alias != nil {
				t.Errorf("%s: %q resolves to %+v", l.Name, name, r)
			}
		}
	}
	if n == 0 {
		t.Error("the pack names no field")
	}
}

// fieldsUnder gathers the field names of the rules in a folder, by logsource.
func fieldsUnder(t *testing.T, folder string) map[schema.Source][]string {
	t.Helper()
	out := map[schema.Source][]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yml") || strings.HasSuffix(path, ".test.yml") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(data, []byte("azure")) && !bytes.Contains(data, []byte("m365")) {
			return err // none of ours: most of the corpus
		}
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		for {
			var doc struct {
				Logsource struct{ Product, Service, Category string }
				Detection map[string]any
			}
			if decoder.Decode(&doc) != nil {
				return nil // the end, or a document that others judge
			}
			for name, search := range doc.Detection {
				if name != "condition" && name != "timeframe" {
					source := schema.Source(doc.Logsource)
					out[source] = appendFields(out[source], search)
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func appendFields(names []string, v any) []string {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			names = appendFields(names, x)
		}
	case map[string]any:
		for k := range v {
			name, _, _ := strings.Cut(k, "|")
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
