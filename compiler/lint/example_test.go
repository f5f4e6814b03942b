package lint

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// base is what the examples of the catalogue leave out.
var base = []struct{ key, text string }{
	{"title", "title: Example of a Rule\n"},
	{"id", "id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21\n"},
	{"status", "status: test\n"},
	{"description", "description: Finds what the example of a check is about.\n"},
	{"references", "references:\n  - https://example.com/report\n"},
	{"author", "author: A. Author\n"},
	{"date", "date: 2024-05-01\n"},
	{"tags", "tags:\n  - attack.execution\n  - attack.t1059\n"},
	{"logsource", "logsource:\n  category: process_creation\n  product: windows\n"},
	{"detection", "detection:\n  selection:\n    Image|endswith: '\\example.exe'\n  condition: selection\n"},
	{"falsepositives", "falsepositives:\n  - Administrators at work\n"},
	{"level", "level: medium\n"},
}

// whole completes an example. One that begins with a title, or a comment, is
// whole.
func whole(example string) string {
	if strings.HasPrefix(example, "title:") && strings.Contains(example, "\n") {
		return example + "\n"
	}
	has := func(key string) bool { return strings.HasPrefix(example, key+":") || strings.Contains(example, "\n"+key+":") }
	var b strings.Builder
	done := false
	for _, part := range base {
		switch {
		case !has(part.key):
			b.WriteString(part.text)
		case !done:
			b.WriteString(example + "\n")
			done = true
		}
	}
	if !done {
		b.WriteString(example + "\n")
	}
	return b.String()
}

// lintText reports all that can be said of a text by itself.
func lintText(name, src string, opts *Options) []*sigma.Diagnostic {
	docs, diags := sigma.Parse(name, []byte(src))
	_, linked := sigma.NewCollection(docs)
	diags = append(diags, linked...)
	var rules []sigma.Document
	for _, d := range docs {
		copts := &compiler.Options{}
		if r, ok := d.(*sigma.Rule); ok && !strings.Contains(src, "unheard") {
			if l := r.Logsource; l == nil || schema.For(schema.Source{Product: l.Product.Value, Service: l.Service.Value, Category: l.Category.Value}) == nil {
				copts.Log = schema.Generic
			}
		}
		_, found := compiler.Compile([]sigma.Document{d}, copts)
		if _, ok := d.(*sigma.Rule); ok {
			diags = append(diags, found...)
		}
		rules = append(rules, d)
	}
	return Run(rules, diags, opts)
}

func exampleName(c *Check) string {
	if strings.HasPrefix(c.Code, "file/") {
		return "Bad Name.yaml"
	}
	return "example_rule.yml"
}

// TestExamples runs the examples of each check: Before has the finding, After
// has not, and what the fix makes of Before is After.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, c := range Catalogue() {
		t.Run(c.Code, func(t *testing.T) {
			t.Parallel()
			opts := &Options{Enable: []string{c.Code}}
			before, after := whole(c.Before), whole(c.After)
			found := with(lintText(exampleName(c), before, opts), c.Code)
			if len(found) == 0 {
				t.Fatalf("Before has no finding:\n%s%v", before, lintText(exampleName(c), before, opts))
			}
			if left := with(lintText("example_rule.yml", after, opts), c.Code); len(left) > 0 {
				t.Errorf("After has a finding:\n%s%s", after, left[0].Render())
			}
			for _, d := range found {
				if d.Severity > c.Severity {
					continue
				}
				if d.Severity < c.Severity {
					t.Errorf("severity %s, the catalogue says %s", d.Severity, c.Severity)
				}
			}
			checkExampleFix(t, c, before, after, found)
		})
	}
}

func checkExampleFix(t *testing.T, c *Check, before, after string, found []*sigma.Diagnostic) {
	t.Helper()
	var fixes []sigma.Fix
	got := NoFix
	for _, d := range found {
		if i := choose(d, &Options{Unsafe: true}); i >= 0 {
			fixes = append(fixes, d.Fixes[i])
			got = UnsafeFix
			if d.Fixes[i].Safe {
				got = SafeFix
			}
		}
	}
	if got != c.Fix {
		t.Errorf("fix is %s, the catalogue says %s", got, c.Fix)
	}
	if len(fixes) == 0 {
		return
	}
	fixed, _ := sigma.Apply([]byte(before), fixes)
	if diff := cmp.Diff(after, string(fixed)); diff != "" {
		t.Errorf("fix of Before (-want +got):\n%s", diff)
	}
}

func with(diags []*sigma.Diagnostic, code string) []*sigma.Diagnostic {
	var out []*sigma.Diagnostic
	for _, d := range diags {
		if d.Code == code {
			out = append(out, d)
		}
	}
	return out
}
