package sigma

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
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
			name: "a comment before an empty line closes what stands above",
			in:   "title: t\n# of the title\n\n# of the id\nid: i\n",
			want: "title: t\n# of the title\n\n# of the id\nid: i\n",
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

// TestFormatCorpus lays out every file of the public collection: it keeps each
// comment, is done at once, and leaves the documents the same tree, as their
// canonical text does.
func TestFormatCorpus(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the corpus takes seconds")
	}
	files := corpus(t, filepath.Join(shared(t), "corpus", "sigma"))
	names := slices.Sorted(maps.Keys(files))
	for part := range slices.Chunk(names, len(names)/4+1) {
		t.Run(part[0], func(t *testing.T) {
			t.Parallel()
			for _, name := range part {
				checkLayout(t, name, files[name])
			}
		})
	}
}

func checkLayout(t *testing.T, name string, src []byte) {
	t.Helper()
	once, _ := Format(name, src)
	if twice, _ := Format(name, once); string(twice) != string(once) {
		t.Errorf("%s: formatting is not done at once (-once +twice):\n%s", name, cmp.Diff(string(once), string(twice)))
	}
	want, _ := Parse(name, src)
	got, _ := Parse(name, once)
	if diff := cmp.Diff(outlines(want), outlines(got)); diff != "" {
		t.Errorf("%s: the documents changed (-want +got):\n%s", name, diff)
	}
	if diff := cmp.Diff(commentsOf(src), commentsOf(once)); diff != "" {
		t.Errorf("%s: the comments changed (-want +got):\n%s", name, diff)
	}
	for i, d := range want {
		if d.Info().Broken {
			continue
		}
		printed, _ := Parse(name, []byte(Print(d)))
		if diff := cmp.Diff(outlines(want[i:i+1]), outlines(printed)); diff != "" {
			t.Errorf("%s: canonical text means something else (-want +got):\n%s", name, diff)
		}
	}
}

// outlines says what documents hold, without places; the keys of a document may
// stand in any order.
func outlines(docs []Document) []string {
	var out []string
	for _, d := range docs {
		parts := []string{fmt.Sprintf("%T broken %t", d, d.Info().Broken)}
		for _, child := range Children(d) {
			parts = append(parts, outline(child))
		}
		slices.Sort(parts)
		out = append(out, strings.Join(parts, "\n"))
	}
	return out
}

// outline writes a node and all below it, each with what only it knows.
func outline(n Node) string {
	var b strings.Builder
	for n := range Preorder(n) {
		fmt.Fprintf(&b, " %T", n)
		switch n := n.(type) {
		case Text:
			fmt.Fprintf(&b, " %q", n.Value)
		case *Null: // written in many ways
		case Value:
			fmt.Fprintf(&b, " %q", n.Written().Value)
		case Modifier:
			b.WriteString(" " + n.Name)
		case *Scalar:
			fmt.Fprintf(&b, " %s %q", kindOf(n), n.Text.Value)
		case *Item:
			fmt.Fprintf(&b, " %t %t", n.Keywords, n.List)
		case *Ref:
			b.WriteString(" " + n.Name)
		case *Quantified:
			fmt.Fprintf(&b, " %t %d %s", n.All, n.N, n.Pattern)
		}
	}
	return b.String()
}

// commentsOf lists the comments of a text by a second opinion: the scanner of
// the YAML library.
func commentsOf(src []byte) []string {
	var out []string
	for d := yaml.NewDecoder(bytes.NewReader(src)); ; {
		var n yaml.Node
		if d.Decode(&n) != nil {
			break
		}
		out = appendComments(out, &n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func appendComments(out []string, n *yaml.Node) []string {
	for _, text := range []string{n.HeadComment, n.LineComment, n.FootComment} {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
	}
	for _, child := range n.Content {
		out = appendComments(out, child)
	}
	return out
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

// printAll is the canonical text of what can be read of a file. The order of
// keys that no specification knows means nothing.
func printAll(src string) []string {
	var out []string
	docs, _ := Parse("test.yml", []byte(src))
	for _, d := range docs {
		slices.SortStableFunc(d.Info().Custom, func(a, b Entry) int { return strings.Compare(a.Key.Value, b.Key.Value) })
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
