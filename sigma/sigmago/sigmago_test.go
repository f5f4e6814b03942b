package sigmago

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	sigmago "github.com/bradleyjkemp/sigma-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/sigma"
)

func rule(detection string) string {
	return "title: t\nlogsource:\n    product: p\ndetection:\n" + detection
}

// TestThereAndBack sends rules to sigma-go and back; what has a place there
// comes back as it was.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, in, want string
		losses         []string
	}{
		{
			name: "everything with a place",
			in:   "title: t\nid: b1bc08d1-8224-4758-a0e6-fbcfc98c73bb\nrelated:\n    - id: 4ad97bf5-a514-41a4-abd3-4f3455ad4865\n      type: derived\nstatus: test\ndescription: d\nreferences:\n    - r\nauthor: a\ndate: 2024-01-02\ntags:\n    - x\nlogsource:\n    product: p\n    plan: q\ndetection:\n    f:\n        - a|contains|all:\n              - x\n              - '5'\n        - b: null\n    k:\n        - one\n    s:\n        c:\n            - 1\n            - true\n            - 1.5\n    condition: s and not (f or 1 of k*) or all of them\nfalsepositives:\n    - none\nlevel: low\nmore:\n    deep:\n        - 1\n",
		},
		{
			name:   "keywords beside maps",
			in:     rule("    s:\n        - word\n        - a: b\n    condition: s\n"),
			want:   rule("    s:\n        a: b\n    condition: s\n"),
			losses: []string{"sigma-go has no place for keywords beside maps"},
		},
		{
			name:   "numbers by their text",
			in:     rule("    s:\n        a:\n            - 010\n            - 1e3\n            - 12345678901234567890123\n    condition: s\n"),
			want:   rule("    s:\n        a:\n            - 10\n            - 1000\n            - 1.2345678901234568e+22\n    condition: s\n"),
			losses: []string{"sigma-go keeps 010 as 10", "sigma-go keeps 1e3 as 1000", "sigma-go keeps 12345678901234567890123 as 1.2345678901234568e+22"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			docs, diags := sigma.Parse("test.yml", []byte(test.in))
			if sigma.HasErrors(diags) {
				t.Fatal(diags)
			}
			there, losses := ToRule(docs[0].(*sigma.Rule))
			var got []string
			for _, l := range losses {
				got = append(got, l.String())
			}
			if diff := cmp.Diff(test.losses, got); diff != "" {
				t.Errorf("losses (-want +got):\n%s", diff)
			}
			back, losses, diags := FromRule(there)
			if len(losses) > 0 || sigma.HasErrors(diags) {
				t.Fatal(losses, diags)
			}
			want := test.want
			if want == "" {
				want = test.in
			}
			if diff := cmp.Diff(want, sigma.Print(back)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFromRule has rules that only a program can make.
func TestFromRule(t *testing.T) {
	t.Parallel()
	r := sigmago.Rule{
		Title:     "t",
		Logsource: sigmago.Logsource{Product: "p"},
		Detection: sigmago.Detection{
			Searches: map[string]sigmago.Search{
				"s":     {EventMatchers: []sigmago.EventMatcher{{{Field: "f", Values: []any{time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC), map[string]any{}}}}}},
				"empty": {},
			},
			Conditions: sigmago.Conditions{{Search: sigmago.And{sigmago.SearchIdentifier{Name: "s"}}}, {Search: sigmago.Not{}}},
		},
	}
	got, losses, diags := FromRule(r)
	if sigma.HasErrors(diags) {
		t.Fatal(diags)
	}
	want := rule("    s:\n        f:\n            - '2024-01-02'\n    condition: s\n")
	if diff := cmp.Diff(want, sigma.Print(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantLosses := []Loss{
		{What: `search "empty" is empty; sigma-go lets it match everything, and a Sigma rule can't`},
		{What: `field "f" of search "s" held a date, which sigma-go keeps as a time; its text may have been another`},
		{What: `field "f" of search "s" holds a map[string]interface {}, which is no value of Sigma`},
		{What: "the condition holds a <nil>, which is no part of one"},
	}
	if diff := cmp.Diff(wantLosses, losses); diff != "" {
		t.Errorf("losses (-want +got):\n%s", diff)
	}
}

// TestCount holds that an aggregation comes over as what our reader refuses
// and mends.
func TestCount(t *testing.T) {
	t.Parallel()
	there, err := sigmago.ParseRule([]byte(rule("    s:\n        a: b\n    condition: s | count() by u > 3\n")))
	if err != nil {
		t.Fatal(err)
	}
	_, losses, diags := FromRule(there)
	if len(losses) > 0 || len(diags) != 1 || diags[0].Code != "condition/aggregation" {
		t.Errorf("got %v, %v; want one condition/aggregation", losses, diags)
	}
}

// TestCorpus sends the public collection over the border and back.
func TestCorpus(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("the corpus takes seconds")
	}
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	root := filepath.Join(dir, "corpus", "sigma", "rules")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the shared corpus is not here; set SIGPROOF_SHARED to its folder")
	}
	rules, lost := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		docs, _ := sigma.Parse(path, src)
		for _, doc := range docs {
			r := doc.(*sigma.Rule)
			rules++
			there, losses := ToRule(r)
			if len(losses) > 0 {
				lost++
				continue
			}
			back, losses, diags := FromRule(there)
			if len(losses) > 0 || sigma.HasErrors(diags) {
				t.Errorf("%s: %v %v", path, losses, diags)
				continue
			}
			again, _ := ToRule(back)
			if diff := cmp.Diff(there.Detection.Searches, again.Detection.Searches, cmp.AllowUnexported(sigmago.Search{}, sigmago.FieldMatcher{})); diff != "" {
				t.Errorf("%s (-there +again):\n%s", path, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if lost*20 > rules {
		t.Errorf("%d of %d rules lose something; few should", lost, rules)
	}
}
