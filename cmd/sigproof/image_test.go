package main

import (
	"bytes"
	"cmp"
	"debug/elf"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// An image is a Dockerfile on its way through the instructions that ours has.
// Each stage is a folder of its own, which stands for its root.
type image struct {
	t       *testing.T
	context string            // the folder that COPY takes from
	build   bool              // whether commands are run
	stages  map[string]string // the folder of each stage that has a name
	bases   []string          // what the stages are made from
	root    string            // of the stage at hand
	dir     string            // WORKDIR
	env     []string          // what ARG sets
	entry   string
}

// TestImage makes the image without Docker: of what .dockerignore leaves, in
// folders, by the instructions of the Dockerfile. What it makes runs as nobody
// in a root that has nothing else. The commands are run where CI asks for it.
func TestImage(t *testing.T) {
	t.Parallel()
	i := &image{t: t, context: contextOf(t), build: os.Getenv("SIGPROOF_IMAGE") != "", stages: map[string]string{}}
	text, err := os.ReadFile(filepath.Join(root(t), "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			i.do(line)
		}
	}
	if len(i.bases) != 2 || !strings.HasSuffix(i.bases[1], ":nonroot") || i.entry != `["/sigproof"]` {
		t.Errorf("the image is made from %q and starts %s", i.bases, i.entry)
	}
	if !i.build {
		t.Skip("skipped: the commands of the Dockerfile run with SIGPROOF_IMAGE=1, as in .ci/users")
	}
	i.run(filepath.Join(i.root, "sigproof"))
}

// do follows one instruction.
func (i *image) do(line string) {
	word, rest, _ := strings.Cut(line, " ")
	args := strings.Fields(rest)
	switch word {
	case "FROM":
		i.bases, i.root, i.dir, i.env = append(i.bases, args[0]), i.t.TempDir(), "/", nil
		if len(args) == 3 {
			i.stages[args[2]] = i.root
		}
	case "WORKDIR":
		i.dir = args[0]
	case "COPY":
		i.copy(args)
	case "ARG":
		name, value, _ := strings.Cut(args[0], "=")
		i.env = append(i.env, name+"="+cmp.Or(value, "v0.0.0-image"))
	case "RUN":
		i.command(rest)
	case "ENTRYPOINT":
		i.entry = rest
	case "LABEL":
	default:
		i.t.Fatalf("the test knows no %s", word)
	}
}

// at is where a path of the stage is.
func (i *image) at(name string) string {
	if !path.IsAbs(name) {
		name = path.Join(i.dir, name) + map[bool]string{true: "/"}[strings.HasSuffix(name, "/")]
	}
	return i.root + name
}

func (i *image) copy(args []string) {
	from, to := i.context, i.at(args[len(args)-1])
	args = args[:len(args)-1]
	if stage, ok := strings.CutPrefix(args[0], "--from="); ok {
		if from = i.stages[stage]; from == "" {
			i.t.Fatalf("there is no stage %q", stage)
		}
		if args = args[1:]; !i.build {
			return // its command was not run
		}
	}
	for _, name := range args {
		source := filepath.Join(from, name)
		info, err := os.Stat(source)
		switch {
		case err != nil:
			i.t.Fatalf("COPY finds no %s in what .dockerignore leaves", name)
		case info.IsDir():
			copyTree(i.t, source, to)
		case strings.HasSuffix(to, "/"):
			copyFile(i.t, source, filepath.Join(to, name))
		default:
			copyFile(i.t, source, to)
		}
	}
}

// command runs a command of the build, which names the root of the stage in
// its output.
func (i *image) command(text string) {
	if !i.build {
		return
	}
	cmd := exec.Command("sh", "-ec", strings.ReplaceAll(text, "-o /", "-o "+i.root+"/"))
	cmd.Dir, cmd.Env = i.at("."), append(os.Environ(), i.env...)
	cmd.Env = append(cmd.Env, "GOFLAGS=-mod=readonly")
	if out, err := cmd.CombinedOutput(); err != nil {
		i.t.Fatalf("RUN %s: %v\n%s", text, err, out)
	}
}

// run starts the binary as the image does.
func (i *image) run(binary string) {
	t := i.t
	if runtime.GOOS != "linux" {
		t.Skip("skipped: images hold programs of Linux")
	}
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	libraries, _ := file.ImportedLibraries()
	if len(libraries) > 0 || slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Errorf("the binary is not static: it needs %v", libraries)
	}
	for _, test := range []struct{ args, want string }{
		{"version", "sigproof v0.0.0-image "},
		{"test --jobs 1 entra:roles", " passed"},
		{"compile --to kql entra:roles/pim_alert_disabled", "AuditLogs"},
	} {
		cmd := exec.Command(binary, strings.Fields(test.args)...)
		cmd.Env, cmd.Dir = []string{}, i.root
		alone(cmd, i.root)
		if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte(test.want)) {
			t.Errorf("%s: %v\n%s", test.args, err, out)
		}
	}
}

// contextOf makes what Docker is given: the files of the repository that
// .dockerignore leaves.
func contextOf(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("git", "-C", root(t), "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("no git repository here:", err)
	}
	rules, err := os.ReadFile(filepath.Join(root(t), ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if _, err := os.Stat(filepath.Join(root(t), name)); err == nil && !ignored(t, strings.Fields(string(rules)), name) {
			copyFile(t, filepath.Join(root(t), name), filepath.Join(to, name))
		}
	}
	return to
}

// ignored tells whether a file is left out: the last rule that fits it, or a
// folder that it is in, decides.
func ignored(t *testing.T, rules []string, name string) (out bool) {
	t.Helper()
	for _, rule := range rules {
		pattern, keep := strings.CutPrefix(rule, "!")
		for part := name; part != "."; part = path.Dir(part) {
			fits, err := path.Match(pattern, part)
			if err != nil {
				t.Fatalf(".dockerignore: %s: %v", rule, err)
			}
			if fits {
				out = !keep
			}
		}
	}
	return out
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			copyFile(t, name, filepath.Join(to, strings.TrimPrefix(name, from)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, info.Mode().Perm()); err != nil {
		t.Fatal(err)
	}
}
