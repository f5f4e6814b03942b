package lint

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	has := func(key string) bool {
		return strings.HasPrefix(example, key+":") || strings.Contains(example, "\n"+key+":")
	}
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
	return Run([]Source{{name, []byte(src)}}, opts).Diags
}

// sourcesOf completes an example and cuts it into its files.
func sourcesOf(example string) []Source {
	if !strings.HasPrefix(example, fileLine) {
		return []Source{{"example_rule.yml", []byte(whole(example))}}
	}
	var sources []Source
	for _, text := range strings.Split(example, fileLine)[1:] {
		name, _, _ := strings.Cut(text, "\n")
		sources = append(sources, Source{name, []byte(fileLine + strings.TrimSuffix(text, "\n") + "\n")})
	}
	return sources
}

// TestExamples runs the examples of each check: Before has the finding, After
// has not, and what the fix makes of Before is After.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, c := range Catalogue() {
		t.Run(c.Code, func(t *testing.T) {
			t.Parallel()
			opts := &Options{Enable: []string{c.Code}, Unsafe: true}
			if c.Before == "" && c.From != "" {
				t.Skip("an example would be too large; the room that reports it has a test")
			}
			before, after := sourcesOf(c.Before), sourcesOf(c.After)
			found := with(Run(before, opts).Diags, c.Code)
			if len(found) == 0 {
				t.Fatalf("Before has no finding:\n%s%v", c.Before, Run(before, opts).Diags)
			}
			if left := with(Run(after, opts).Diags, c.Code); len(left) > 0 {
				t.Errorf("After has a finding:\n%s%s", c.After, left[0].Render())
			}
			for _, d := range found {
				if d.Severity != c.Severity {
					t.Errorf("severity %s, the catalogue says %s", d.Severity, c.Severity)
				}
			}
			if got := fixing(found, opts); got != c.Fix {
				t.Errorf("fix is %s, the catalogue says %s", got, c.Fix)
			}
			if c.Fix == NoFix {
				return
			}
			fixed := applied(string(before[0].Src), found, opts)
			if diff := cmp.Diff(string(after[0].Src), fixed); diff != "" {
				t.Errorf("fix of Before (-want +got):\n%s", diff)
			}
			checkComments(t, c, string(before[0].Src), fixed)
		})
	}
}

// fixing tells the kind of the fixes that would be made.
func fixing(found []*sigma.Diagnostic, opts *Options) Fixing {
	got := NoFix
	for _, d := range found {
		switch i := choose(d, opts); {
		case i < 0:
		case d.Fixes[i].Safe:
			got = SafeFix
		default:
			got = UnsafeFix
		}
	}
	return got
}

func applied(src string, found []*sigma.Diagnostic, opts *Options) string {
	var fixes []sigma.Fix
	for _, d := range found {
		if i := choose(d, opts); i >= 0 {
			fixes = append(fixes, d.Fixes[i])
		}
	}
	out, _ := sigma.Apply([]byte(src), fixes)
	return string(out)
}

// checkComments fixes the example with a comment above each line. The fix must
// do the same, and keep all of them.
func checkComments(t *testing.T, c *Check, before, fixed string) {
	t.Helper()
	opts := &Options{Enable: []string{c.Code}, Unsafe: true}
	var b strings.Builder
	n := 0
	for line := range strings.Lines(before) {
		b.WriteString(line[:len(line)-len(strings.TrimLeft(line, " "))] + "# kept\n" + line)
		n++
	}
	found := with(lintText("example_rule.yml", b.String(), opts), c.Code)
	got := applied(b.String(), found, opts)
	if kept := strings.Count(got, "# kept\n"); kept != n {
		t.Errorf("%d of %d comments are left:\n%s", kept, n, got)
	}
	bare := regexp.MustCompile(`(?m)^ *# kept\n`).ReplaceAllString(got, "")
	if diff := cmp.Diff(fixed, bare); diff != "" {
		t.Errorf("fix among comments (-without +with):\n%s", diff)
	}
}

// TestFixIsIdempotent mends the examples with every check: what is mended once
// needs no more.
func TestFixIsIdempotent(t *testing.T) {
	t.Parallel()
	opts := &Options{Enable: []string{"all"}, Unsafe: true}
	for _, c := range Catalogue() {
		once, left := Fix(sourcesOf(c.Before), opts)
		if kind := fixing(left.Diags, opts); kind != NoFix {
			t.Errorf("%s: %s fixes are left:\n%s%v", c.Code, kind, once[0].Src, left.Diags)
		}
		twice, _ := Fix(once, opts)
		if diff := cmp.Diff(string(once[0].Src), string(twice[0].Src)); diff != "" {
			t.Errorf("%s (-once +twice):\n%s", c.Code, diff)
		}
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

// TestFixKeepsLineBreaks mends the examples with the line breaks of Windows.
func TestFixKeepsLineBreaks(t *testing.T) {
	t.Parallel()
	for _, c := range Catalogue() {
		if c.Fix == NoFix {
			continue
		}
		opts := &Options{Enable: []string{c.Code}, Unsafe: true}
		before, after := sourcesOf(c.Before)[0], sourcesOf(c.After)[0]
		before.Src = []byte(strings.ReplaceAll(string(before.Src), "\n", "\r\n"))
		found := with(Run([]Source{before}, opts).Diags, c.Code)
		got := applied(string(before.Src), found, opts)
		if strings.Count(got, "\n") != strings.Count(got, "\r\n") || strings.ReplaceAll(got, "\r\n", "\n") != string(after.Src) {
			t.Errorf("%s: line breaks are mixed, or the fix is another:\n%q", c.Code, got)
		}
	}
}
