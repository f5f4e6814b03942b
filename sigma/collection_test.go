package sigma

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const (
	loginRule  = "title: Login\nid: 11111111-1111-4111-8111-111111111111\nname: login\nlogsource: {product: p, service: s}\ndetection: {s: x, condition: s}\n"
	logoutRule = "---\ntitle: Logout\nname: logout\nlogsource: {product: p}\ndetection: {s: x, condition: s}\n"
)

func correlationOf(name, rules, more string) string {
	return "---\ntitle: " + name + "\nname: " + name + "\ncorrelation:\n  type: temporal\n  timespan: 5m\n  rules: " + rules + "\n" + more
}

func TestCollection(t *testing.T) {
	t.Parallel()
	both := loginRule + logoutRule // 9 lines and a "---"
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{name: "by id and name", in: both + correlationOf("c", "[11111111-1111-4111-8111-111111111111, logout]", "")},
		{
			name: "by title",
			in:   both + correlationOf("c", "[Login, logout]", ""),
			want: []string{`17:11: info: "Login" is a title; an id or name lasts longer [collection/title-reference]`},
		},
		{
			name: "nobody",
			in:   both + correlationOf("c", "[logn, logout]", ""),
			want: []string{`17:11: error: no document has the id or name "logn" [collection/dangling]`},
		},
		{
			name: "a circle",
			in:   both + correlationOf("c", "[login, d]", "") + correlationOf("d", "[c, logout]", ""),
			want: []string{`17:18: error: the correlation waits for itself: "c" -> "d" -> "c" [collection/circle]`},
		},
		{
			name: "itself",
			in:   correlationOf("c", "c", ""),
			want: []string{`7:10: error: the correlation waits for itself: "c" -> "c" [collection/circle]`},
		},
		{
			name: "names that two have",
			in:   loginRule + "---\n" + loginRule,
			want: []string{
				`8:5: error: id "11111111-1111-4111-8111-111111111111" is taken: "Login" has it [collection/duplicate-id]`,
				`9:7: error: name "login" is taken: "Login" has it [collection/duplicate-name]`,
			},
		},
		{
			name: "a title that two have",
			in:   logoutRule + "---\ntitle: Logout\nlogsource: {product: p}\ndetection: {s: x, condition: s}\n" + correlationOf("c", "Logout", ""),
			want: []string{`16:10: error: two documents have the title "Logout"; an id or name must say which is meant [collection/ambiguous]`},
		},
		{
			name: "conditions and aliases over rules",
			in:   both + correlationOf("c", "[login, logout]", "  condition: login and not x and 1 of z*\n  aliases: {u: {login: a, other: b}}\n"),
			want: []string{
				`17:18: warning: the condition does not ask for "logout" [correlation/unused-rule]`,
				`18:28: error: condition names "x", which is not among the correlation's rules [collection/dangling]`,
				`18:39: error: none of the correlation's rules is named like "z*" [collection/dangling]`,
				`19:27: error: alias "u" names "other", which is none of the correlation's rules [correlation/alias]`,
			},
		},
		{
			name: "a condition names rules by name, id or pattern",
			in:   both + correlationOf("c", "[login, logout]", "  condition: 11111111-1111-4111-8111-111111111111 and not 1 of logo*\n"),
		},
		{
			name: "a condition asks for more rules than there are",
			in:   both + correlationOf("c", "[login, logout]", "  condition: 3 of log*\n"),
			want: []string{`18:14: error: "3 of log*" asks for more rules than are named so: there are only 2 [condition/count]`},
		},
		{
			name: "a rule named twice",
			in:   both + correlationOf("c", "[login, 11111111-1111-4111-8111-111111111111, logout]", ""),
			want: []string{`17:18: warning: "11111111-1111-4111-8111-111111111111" names a rule that stands in the list already; its events count once [correlation/repeated-rule]`},
		},
		{
			name: "without rules the condition says which they are",
			in:   both + "---\ntitle: c\nname: c\ncorrelation:\n  type: temporal\n  timespan: 5m\n  condition: login and not logot\n",
			want: []string{`17:28: error: no document has the id or name "logot" [collection/dangling]`},
		},
		{
			name: "filters",
			in:   loginRule + correlationOf("c", "login", "") + "---\ntitle: f\nname: f\nlogsource: {product: q}\nfilter: {rules: [login, c, none], s: x, condition: not s}\n" + correlationOf("d", "[f, login]", ""),
			want: []string{
				`17:18: error: the filter's logsource does not cover that of "Login", so it would never apply [collection/logsource]`,
				`17:25: error: "c" is no rule; a filter goes to rules, also to those of a correlation [collection/kind]`,
				`17:28: error: no document has the id or name "none" [collection/dangling]`,
				`24:11: error: "f" is a filter; a correlation counts the events of rules [collection/kind]`,
			},
		},
		{
			name: "a broken rule",
			in:   "title: b\nname: b\n" + correlationOf("c", "b", ""),
			want: []string{`9:10: info: "b" has errors of its own, so this document can't be compiled [collection/broken-reference]`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			docs, _ := Parse("test.yml", []byte(test.in))
			_, diags := NewCollection(docs)
			if diff := cmp.Diff(test.want, shorts(diags)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	docs, _ := Parse("test.yml", []byte(loginRule+correlationOf("c", "login", "")+"---\ntitle: f\nlogsource: {product: p}\nfilter: {rules: any, s: x, condition: not s}\n"))
	c, diags := NewCollection(docs)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for _, name := range []string{"11111111-1111-4111-8111-111111111111", "login", "Login"} {
		if c.Lookup(name) != docs[0] {
			t.Errorf("%q is not found", name)
		}
	}
	if c.Lookup("") != nil || c.Lookup("x") != nil {
		t.Error("something is found for nothing")
	}
	if got := c.Dependents(docs[0]); len(got) != 1 || got[0] != docs[1] {
		t.Errorf("dependents: got %v", got)
	}
	if got := c.References(docs[1]); len(got) != 1 || got[0] != docs[0] {
		t.Errorf("references: got %v", got)
	}
	if got := c.Filters(docs[0].(*Rule)); len(got) != 1 || got[0] != docs[2] {
		t.Errorf("filters: got %v", got)
	}
}

// Needs follows names and takes the filters along, of which it follows none.
func TestNeeds(t *testing.T) {
	t.Parallel()
	filter := func(name, rules string) string {
		return "---\ntitle: " + name + "\nname: " + name + "\nlogsource: {product: p}\nfilter: {rules: " + rules + ", s: x, condition: not s}\n"
	}
	docs, _ := Parse("test.yml", []byte(filter("any", "any")+"---\n"+loginRule+"---\n"+logoutRule+
		correlationOf("c", "[login]", "")+correlationOf("d", "[c, login]", "")+filter("named", "[login, logout]")))
	c, diags := NewCollection(docs)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for name, want := range map[string]string{
		"login":  "any login named",
		"logout": "any logout named",
		"d":      "any login c d named",
		"named":  "any login logout named",
	} {
		var got []string
		for _, d := range c.Needs(c.Lookup(name)) {
			got = append(got, d.Info().Name.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s needs %v, want %s", name, got, want)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"rules/a.yml":      {Data: []byte(loginRule)},
		"rules/b/c.yaml":   {Data: []byte(correlationOf("c", "login", ""))},
		"rules/a.test.yml": {Data: []byte("not: a rule\n")},
		"rules/notes.txt":  {Data: []byte("not a rule\n")},
	}
	// A glob takes what it names, also a suite, which is no document.
	if c, diags, err := Load(fsys, "rules", "rules/*.yml"); err != nil || len(c.Documents) != 3 || !HasErrors(diags) {
		t.Errorf("got %v, %v, %v; want three documents, one with errors", c, diags, err)
	}
	if c, diags, err := Load(fsys, "rules"); err != nil || len(c.Documents) != 2 || len(diags) > 0 {
		t.Errorf("got %v, %v, %v; want two documents", c, diags, err)
	}
	if _, _, err := Load(fsys, "missing"); err == nil {
		t.Error("a pattern that names nothing is no error")
	}
}
