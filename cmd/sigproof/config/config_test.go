package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/sigma"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, in string
		want     []Setting
		diags    []string
	}{
		{"nothing", "", nil, nil},
		{"comments", "# none\n", nil, nil},
		{"everything", `log: generic
define:
  admins: [a, b]
  one: "@one.txt"
pipelines: ours.yml
check:
  enable: title/case
  disable:
    - value
    - title/long
  severity:
    title/duplicate: info
`, []Setting{
			{"log", "generic", "sigproof.yaml:1:6"},
			{"define.admins", "a, b", "sigproof.yaml:3:3"},
			{"define.one", "@one.txt", "sigproof.yaml:4:3"},
			{"pipelines", "ours.yml", "sigproof.yaml:5:12"},
			{"check.enable", "title/case", "sigproof.yaml:7:11"},
			{"check.disable", "value", "sigproof.yaml:9:7"},
			{"check.disable", "title/long", "sigproof.yaml:10:7"},
			{"check.severity.title/duplicate", "info", "sigproof.yaml:12:5"},
		}, nil},
		{"unknown keys", "chek: {}\ncheck:\n  enabel: []\n", nil, []string{
			`sigproof.yaml:1:1: error: sigproof.yaml has no key "chek"; it has "log", "define", "pipelines" or "check" [config/unknown-key]` + ` did you mean "check"?`,
			`sigproof.yaml:3:3: error: "check" has no key "enabel"; it has "enable", "disable" or "severity" [config/unknown-key]` + ` did you mean "enable"?`,
		}},
		{"unknown names", "log: entra_adit\ncheck:\n  disable: [title/lng]\n  severity:\n    value: eror\n    nothing: info\n", nil, []string{
			`sigproof.yaml:1:6: error: there is no log "entra_adit"; the command schema lists them [config/log] did you mean "entra_audit"?`,
			`sigproof.yaml:3:13: error: there is no check "title/lng"; check --list lists them [config/check] did you mean "title/long"?`,
			`sigproof.yaml:5:12: error: "eror" is no severity; it must be "error", "warning", "info" or "hint" [config/severity] did you mean "error"?`,
			`sigproof.yaml:6:5: error: there is no check "nothing"; check --list lists them [config/check] `,
		}},
		{"kinds", "log: [a]\ndefine: x\ncheck:\n  enable: [{}]\n  severity: info\n", nil, []string{
			`sigproof.yaml:1:6: error: "log" must have one value [config/type] `,
			`sigproof.yaml:2:9: error: "define" must be a map of placeholders with their values [config/type] `,
			`sigproof.yaml:4:12: error: "enable" must have one value [config/type] `,
			`sigproof.yaml:5:13: error: "severity" must be a map of codes with their severities [config/type] `,
		}},
		{"no map", "- log\n", nil, []string{`sigproof.yaml:1:1: error: sigproof.yaml must be a map of keys [config/type] `}},
		{"two documents", "log: generic\n---\nlog: generic\n", []Setting{{"log", "generic", "sigproof.yaml:1:6"}},
			[]string{`sigproof.yaml:3:1: error: the file has a second document; it must have one [config/documents] `}},
		{"a key twice", "log: generic\nlog: generic\n", []Setting{{"log", "generic", "sigproof.yaml:2:6"}},
			[]string{`sigproof.yaml:2:1: error: key "log" stands twice in one map [yaml/duplicate-key] `}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, diags := Read("sigproof.yaml", []byte(test.in))
			if diff := cmp.Diff(test.want, c.Settings()); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			var got []string
			for _, d := range diags {
				got = append(got, d.String()+" "+d.Label)
			}
			if diff := cmp.Diff(test.diags, got); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMany has more mistakes than are shown.
func TestMany(t *testing.T) {
	t.Parallel()
	_, diags := Read("sigproof.yaml", []byte("check:\n  disable:\n"+strings.Repeat("  - nosuch\n", sigma.MaxReports+5)))
	if last := diags[len(diags)-1]; len(diags) != sigma.MaxReports+1 || last.Message != "5 more diagnostics are not shown" {
		t.Errorf("%d diagnostics, the last is %v", len(diags), last)
	}
}

func TestSeverities(t *testing.T) {
	t.Parallel()
	c, _ := Read("sigproof.yaml", []byte("check:\n  severity:\n    value: error\n    title: hint\n"))
	want := map[string]sigma.Severity{"value": sigma.Error, "title": sigma.Hint}
	if diff := cmp.Diff(want, c.Severities()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFind looks from a rule and its folders upward, and not beyond the root
// of the repository.
func TestFind(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	for _, dir := range []string{"repo/.git", "repo/rules/cloud", "repo/own"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"sigproof.yaml", "repo/rules/cloud/a.yml", "repo/own/sigproof.yml"} {
		if err := os.WriteFile(filepath.Join(top, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for from, want := range map[string]string{
		"repo/rules/cloud/a.yml": "",
		"repo/own":               "repo/own/sigproof.yml",
		"repo/own/*.yml":         "repo/own/sigproof.yml",
		".":                      "sigproof.yaml",
	} {
		got, err := Find(filepath.Join(top, from))
		if err != nil {
			t.Fatal(err)
		}
		if want != "" {
			want = filepath.Join(top, want)
		}
		if got != want {
			t.Errorf("from %s: %q, want %q", from, got, want)
		}
	}
	if err := os.WriteFile(filepath.Join(top, "repo/sigproof.yaml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, _ := Find(filepath.Join(top, "repo/rules/cloud/a.yml")); got != filepath.Join(top, "repo/sigproof.yaml") {
		t.Errorf("at the root of the repository: %q", got)
	}
}
