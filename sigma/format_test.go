package sigma

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{
			name: "indentation, order and comments",
			in: `# About the file.

# About the level.
level: high # may be lowered
title:   t
logsource:
  product: p   # the log
detection:
  # first
  s:
  - a|contains: 'x' # one

    b:
    # deep
    - 1
    -   2
  condition: s


# the end
`,
			want: `# About the file.

title: t
logsource:
    product: p # the log
detection:
    # first
    s:
        - a|contains: 'x' # one

          b:
              # deep
              - 1
              - 2
    condition: s

# About the level.
level: high # may be lowered

# the end
`,
		},
		{
			name: "scalars of many lines move with their keys",
			in:   "title: t\ndescription: >-\n  folded\n  text\n\n    more\nauthor: 'one\n  two'\ndetection:\n  s:\n    a: plain\n     text\n  condition: s\nlogsource: {product: p}\n",
			want: "title: t\ndescription: >-\n    folded\n    text\n\n      more\nauthor: 'one\n    two'\nlogsource: {product: p}\ndetection:\n    s:\n        a: plain\n            text\n    condition: s\n",
		},
		{
			name: "brackets over several lines become blocks",
			in:   "title: t\ntags: [\n  a, # first\n  b]\n",
			want: "title: t\ntags:\n    - a # first\n    - b\n",
		},
		{
			name: "several documents",
			in:   "---\ntitle: a\n---\n  title: b\n",
			want: "---\ntitle: a\n---\ntitle: b\n",
		},
		{
			name: "anchors stay as they are",
			in:   "title: t\na:   &x [1]\nb:   *x\n",
			want: "title: t\na:   &x [1]\nb:   *x\n",
		},
		{
			name: "text with a mistake stays as it is",
			in:   "title:   'x\n",
			want: "title:   'x\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, _ := Format("test.yml", []byte(test.in))
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFormatTable holds the laws of formatting over the table of documents.
func TestFormatTable(t *testing.T) {
	t.Parallel()
	for _, test := range table {
		checkFormat(t, test.in)
		if test.print != "" {
			if got, _ := Format("test.yml", []byte(test.print)); string(got) != test.print {
				t.Errorf("%s: canonical text changes (-want +got):\n%s", test.name, cmp.Diff(test.print, string(got)))
			}
		}
	}
}

func TestFormatCorpus(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the corpus takes seconds")
	}
	for name, src := range corpus(t, filepath.Join(shared(t), "corpus", "sigma")) {
		if len(name)%4 == 1 { // a quarter is enough, and quick
			checkFormat(t, string(src))
		}
	}
}

// checkFormat holds that formatting twice is formatting once, and that the
// documents stay the same.
func checkFormat(t *testing.T, src string) {
	t.Helper()
	once, _ := Format("test.yml", []byte(src))
	twice, _ := Format("test.yml", once)
	if diff := cmp.Diff(string(once), string(twice)); diff != "" {
		t.Fatalf("formatting is not done at once (-once +twice):\n%s", diff)
	}
	if diff := cmp.Diff(printAll(src), printAll(string(once))); diff != "" {
		t.Fatalf("the documents changed (-want +got):\n%s\n%s", diff, once)
	}
}

// printAll is the canonical text of what can be read of a file.
func printAll(src string) []string {
	var out []string
	docs, _ := Parse("test.yml", []byte(src))
	for _, d := range docs {
		out = append(out, Print(d))
	}
	return out
}

func FuzzFormat(f *testing.F) {
	for _, test := range table {
		f.Add(test.in)
	}
	f.Add("0: |")
	f.Add("0: |+\n\n\n1: >+\n a\n\n")
	f.Add("# a\n\ntitle: t # b\ndetection:\n  - x\n  # c\n  - {a: b}\n")
	f.Fuzz(func(t *testing.T, src string) { checkFormat(t, src) })
}
