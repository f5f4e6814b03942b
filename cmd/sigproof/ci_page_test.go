package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/cmd/sigproof/scaffold"
	"github.com/sigproof/sigproof/sigma"
)

var (
	ciFile    = regexp.MustCompile("(?ms)^```yaml (\\S+)\n(.*?)^```$")
	ciCommand = regexp.MustCompile("`sigproof ([^`]*)`")
	ciDocker  = regexp.MustCompile(`(?m)^docker run .* sigproof (.*)$`)
	ciRow     = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]*) \\|")
)

// TestCIPage holds docs/ci.md against the action, the hooks and the program.
// .ci/users holds its files against actionlint and pre-commit.
func TestCIPage(t *testing.T) {
	page := readText(t, "docs/ci.md")
	files := map[string]sigma.Data{}
	for _, f := range ciFile.FindAllStringSubmatch(page, -1) {
		files[f[1]] = readYAML(t, f[1], f[2])
	}
	if len(files) != 2 || strings.Count(page, "```") != 2*len(files)+2 {
		t.Errorf("the page has %d files, and a block that is not looked at", len(files))
	}
	action, hooks := readYAML(t, "action.yml", readText(t, "action.yml")), readYAML(t, "hooks", readText(t, ".pre-commit-hooks.yaml"))
	tables := tablesOf(page)
	same(t, "inputs of the action", keysOf(at(action, "inputs")), tables["input"])
	same(t, "outputs of the action", keysOf(at(action, "outputs")), tables["output"])
	same(t, "hooks", idsOf(hooks), tables["hook"])
	within(t, "inputs that are used", keysOf(at(files[".github/workflows/detections.yml"], "jobs", "sigproof", "steps", "1", "with")), tables["input"])
	within(t, "hooks that are used", idsOf(at(files[".pre-commit-config.yaml"], "repos", "0", "hooks")), tables["hook"])
	t.Run("formats", func(t *testing.T) { formatsOfPage(t, page) })
	t.Run("commands", func(t *testing.T) { commandsOfPage(t, page) })
}

// formatsOfPage writes each format by each command that the page says has it,
// and by no other.
func formatsOfPage(t *testing.T, page string) {
	_, table, _ := strings.Cut(page, "| format |")
	rule := "entra:roles/pim_alert_disabled"
	for _, row := range ciRow.FindAllStringSubmatch(table, -1) {
		for _, command := range []string{"check", "test", "coverage"} {
			var trouble bytes.Buffer
			code := newApp(strings.NewReader(""), io.Discard, &trouble).run([]string{command, "--format", row[1], "-o", filepath.Join(t.TempDir(), "out"), rule})
			if says := slices.Contains(strings.Split(row[2], ", "), command); says != (code != exitTrouble) {
				t.Errorf("%s --format %s: the page says %t, and the exit is %d: %s", command, row[1], says, code, trouble.String())
			}
		}
	}
}

// commandsOfPage runs the commands of the page one after the other, those of
// the image in the repository that the first makes.
func commandsOfPage(t *testing.T, page string) {
	t.Chdir(t.TempDir())
	for i, c := range ciCommand.FindAllStringSubmatch(page, -1) {
		args := strings.Fields(c[1])
		if i > 0 {
			args = append(args, "repository"+args[len(args)-1])
		}
		runCommand(t, args)
	}
	t.Chdir("detections")
	ran := ciDocker.FindAllStringSubmatch(page, -1)
	for _, c := range ran {
		runCommand(t, strings.Fields(c[1]))
	}
	made, err := filepath.Glob("../repository*")
	if len(made) != len(scaffold.Forges())-1 || len(ran) != 2 || err != nil {
		t.Errorf("%d repositories of other forges, %d commands in the image: %v", len(made), len(ran), err)
	}
}

func runCommand(t *testing.T, args []string) {
	t.Helper()
	var out bytes.Buffer
	if code := newApp(strings.NewReader(""), &out, &out).run(args); code != exitFine {
		t.Errorf("sigproof %s: exit %d\n%s", strings.Join(args, " "), code, out.String())
	}
}

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readYAML(t *testing.T, name, text string) sigma.Data {
	t.Helper()
	docs, diags := sigma.ReadData(sigma.NewFile(name, []byte(text)))
	if len(docs) != 1 || len(diags) > 0 {
		t.Fatalf("%s can't be read: %v", name, diags)
	}
	return docs[0]
}

// tablesOf gives what the first columns of the tables of a page name, by their
// heads.
func tablesOf(page string) map[string][]string {
	tables := map[string][]string{}
	var head string
	for line := range strings.Lines(page) {
		row := ciRow.FindStringSubmatch(line)
		switch {
		case row != nil:
			tables[head] = append(tables[head], row[1])
		case strings.HasPrefix(line, "| "):
			head = strings.Fields(line)[1]
		}
	}
	return tables
}

// at follows keys, and numbers of a list from 0.
func at(d sigma.Data, path ...string) sigma.Data {
	for _, step := range path {
		switch x := d.(type) {
		case *sigma.Map:
			i := slices.Index(keysOf(x), step)
			if i < 0 {
				return nil
			}
			d = x.Entries[i].Data
		case *sigma.List:
			d = x.Of[int(step[0]-'0')]
		}
	}
	return d
}

func keysOf(d sigma.Data) (keys []string) {
	if m, ok := d.(*sigma.Map); ok {
		for _, e := range m.Entries {
			keys = append(keys, e.Key.Value)
		}
	}
	return keys
}

func idsOf(d sigma.Data) (ids []string) {
	if l, ok := d.(*sigma.List); ok {
		for _, x := range l.Of {
			ids = append(ids, textsOf(at(x, "id"))...)
		}
	}
	return ids
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	want, got = slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("%s (-want +page):\n%s", what, diff)
	}
}

func within(t *testing.T, what string, some, all []string) {
	t.Helper()
	if len(some) == 0 || slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) }) {
		t.Errorf("%s: %v are not among %v", what, some, all)
	}
}
