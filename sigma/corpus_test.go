package sigma

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// knownErrors is what may be wrong with the corpus's documents that were
// given up: languages of their own, counts, and documents that lean on others.
var knownErrors = map[string]int{
	"condition/aggregation": 54,
	"condition/syntax":      4,
	"detection/timeframe":   3,
	"document/action":       8,
}

// knownChecks counts what else is said of the corpus. A check that cries wolf
// shows here.
var knownChecks = map[string]int{
	"search/name":    1,
	"yaml/ambiguous": 2, // bytes such as 09, in one rule
}

// TestCorpus reads the public collection: its living rules have no errors,
// every node stands where it says, and each rule survives being printed.
func TestCorpus(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the corpus takes seconds")
	}
	root := filepath.Join(shared(t), "corpus", "sigma")
	got, checks := map[string]int{}, map[string]int{}
	var docs []Document
	for name, src := range corpus(t, root) {
		parsed, diags := Parse(name, src)
		docs = append(docs, parsed...)
		for _, d := range diags {
			switch {
			case d.Severity != Error:
				checks[d.Code]++
			case strings.HasPrefix(name, "rules"):
				t.Errorf("%s", d.Render())
			default:
				got[d.Code]++
			}
			if len(d.Fixes) > 0 {
				checkFix(t, name, src, d)
			}
		}
		for _, d := range parsed {
			checkPlaces(t, d)
			checkScalars(t, d)
			if !d.Info().Broken && d.Info().Index == 0 && len(name)%4 == 0 { // a quarter is enough, and quick
				checkPrint(t, d)
			}
		}
	}
	if diff := cmp.Diff(knownErrors, got); diff != "" {
		t.Errorf("errors of documents that were given up (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(knownChecks, checks); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
	if _, diags := NewCollection(docs); len(diags) > 0 {
		t.Errorf("the collection does not fit: %v", diags)
	}
}

// checkFix makes the first fix of a diagnostic, which must take it away.
func checkFix(t *testing.T, name string, src []byte, d *Diagnostic) {
	t.Helper()
	mended, _ := Apply(src, d.Fixes[:1])
	docs, diags := Parse(name, mended)
	_, linked := NewCollection(docs)
	for _, left := range append(diags, linked...) {
		if left.Code == d.Code && left.Message == d.Message {
			t.Errorf("%s: %s is still there after %q", name, left, d.Fixes[0].Title)
		}
	}
	if HasErrors(linked) {
		t.Errorf("%s: the mended documents do not fit: %v", name, linked)
	}
}

// corpus gives the documents below root by their slashed names.
func corpus(t *testing.T, root string) map[string][]byte {
	t.Helper()
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

// checkScalars holds that the bytes of a scalar's place say what it says.
func checkScalars(t *testing.T, d Document) {
	t.Helper()
	f := d.Info().File
	for n := range Preorder(d) {
		text, ok := n.(Text)
		if v, isValue := n.(Value); isValue {
			text, ok = v.Written(), true
		}
		if !ok || text.Value == "" {
			continue
		}
		written := f.Text(text.At)
		want := text.Value
		switch {
		case strings.Contains(written, "\n") || written[0] == '"':
			if f.Align(text) == nil {
				t.Errorf("%s: %q can't be aligned with %q", f.Name, text.Value, written)
			}
			continue
		case written[0] == '\'':
			want = "'" + strings.ReplaceAll(want, "'", "''") + "'"
		}
		if written != want {
			t.Errorf("%s: %q stands at %q", f.Name, text.Value, written)
		}
	}
}
