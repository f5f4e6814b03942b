package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/sigma"
)

// codes lists what is found, as "line severity code".
func codes(diags []*sigma.Diagnostic) []string {
	var out []string
	for _, d := range diags {
		out = append(out, fmt.Sprintf("%d %s %s", d.File.Position(d.At.Start).Line, d.Severity, d.Code))
	}
	return out
}

// twice has a value twice, on line 18, and a title with a full stop.
const twice = `title: Example of a Rule.
id: 3c6f1d0e-8f5b-4f4e-9a55-0d6f3b1a7c21
status: test
description: Finds what the example of a check is about.
references:
  - https://example.com/report
author: A. Author
date: 2024-05-01
logsource:
  category: process_creation
  product: windows
detection:
  selection:
    Image|endswith:
      - '\a.exe'
      - '\b.exe'
      # twice
      - '\a.exe'
  condition: selection
falsepositives:
  - Administrators at work
level: medium
`

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		opts *Options
		want []string
	}{
		{"nil", nil, []string{"1 hint title/full-stop", "18 warning value/duplicate"}},
		{"a code off", &Options{Disable: []string{"title/full-stop"}}, []string{"18 warning value/duplicate"}},
		{"a group off", &Options{Disable: []string{"value"}}, []string{"1 hint title/full-stop"}},
		{"a part of a word is no group", &Options{Disable: []string{"val"}}, []string{"1 hint title/full-stop", "18 warning value/duplicate"}},
		{"the longer wins", &Options{Disable: []string{"all"}, Enable: []string{"value"}}, []string{"18 warning value/duplicate"}},
		{"also to turn off", &Options{Enable: []string{"value"}, Disable: []string{"value/duplicate"}}, []string{"1 hint title/full-stop"}},
		{"severity", &Options{Severity: map[string]sigma.Severity{"all": sigma.Info, "title": sigma.Error}},
			[]string{"1 error title/full-stop", "18 info value/duplicate"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, codes(lintText("rule.yml", twice, test.opts))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestErrorsStay: the document of an error can't be used, whatever options and
// comments say.
func TestErrorsStay(t *testing.T) {
	t.Parallel()
	src := strings.Replace(twice, "condition: selection", "condition: selction # sigproof:ignore condition/undefined-search it is there", 1)
	got := codes(lintText("rule.yml", src, &Options{Disable: []string{"all"}, Severity: map[string]sigma.Severity{"all": sigma.Hint}, Enable: []string{"ignore"}}))
	want := []string{"19 error condition/undefined-search", "19 hint ignore/unused"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestIgnore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, old, new string
		want           []string
	}{
		{"behind the value", `- '\a.exe'` + "\n  cond", `- '\a.exe' # sigproof:ignore value/duplicate the log has two` + "\n  cond", []string{"1 hint title/full-stop"}},
		{"a group", "# twice", "# sigproof:ignore value the log has two", []string{"1 hint title/full-stop"}},
		{"on the line above", "# twice", "# sigproof:ignore value/duplicate the log has two", []string{"1 hint title/full-stop"}},
		{"with comments between", "# twice", "# sigproof:ignore value/duplicate the log has two\n\n      # and more", []string{"1 hint title/full-stop"}},
		{"in the first column", "      # twice", "# sigproof:ignore value/duplicate the log has two", []string{"1 hint title/full-stop"}},
		{"above the document", "title:", "# sigproof:ignore value/duplicate,title all of it\ntitle:", nil},
		{"of another line", "level: medium", "level: medium # sigproof:ignore value/duplicate it is here",
			[]string{"1 hint title/full-stop", "18 warning value/duplicate", "22 warning ignore/unused"}},
		{"without a reason", "# twice", "# sigproof:ignore value/duplicate", []string{"1 hint title/full-stop", "17 warning ignore/reason"}},
		{"without a code", "# twice", "# sigproof:ignore", []string{"1 hint title/full-stop", "17 warning ignore/unknown", "18 warning value/duplicate"}},
		{"misspelt", "# twice", "# sigproof:ignore value/dupicate two", []string{"1 hint title/full-stop", "17 warning ignore/unknown", "18 warning value/duplicate"}},
		{"within text", "Finds what", "'Finds # sigproof:ignore value/duplicate what'\n#", []string{"1 hint title/full-stop", "19 warning value/duplicate"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(twice, test.old, test.new, 1)
			if src == twice {
				t.Fatalf("%q does not occur", test.old)
			}
			if diff := cmp.Diff(test.want, codes(lintText("rule.yml", src, nil))); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, src)
			}
		})
	}
}

// TestFixNeedsAllSources: what a title is called elsewhere makes its fix
// unsafe, and what does harm elsewhere is taken back.
func TestFixNeedsAllSources(t *testing.T) {
	t.Parallel()
	counts := `title: Many Events
id: 0b0c7d2e-6f3a-4b57-8d2f-6c1f5a1f0b11
correlation:
  type: event_count
  rules:
    - Example of a Rule.
  group-by:
    - User
  timespan: 1h
  condition:
    gte: 10
`
	sources := []Source{{"counts.yml", []byte(counts)}, {"rule.yml", []byte(twice)}}
	mended := strings.Replace(twice, "      # twice\n      - '\\a.exe'\n", "      # twice\n", 1)
	for _, unsafe := range []bool{false, true} {
		fixed, left := Fix(sources, &Options{Unsafe: unsafe, Disable: []string{"all"}, Enable: []string{"title/full-stop", "value"}})
		if diff := cmp.Diff(mended, string(fixed[1].Src)); diff != "" {
			t.Errorf("unsafe %t (-want +got):\n%s", unsafe, diff)
		}
		if sigma.HasErrors(left.Diags) {
			t.Error(left.Diags)
		}
	}
}
