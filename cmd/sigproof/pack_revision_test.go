package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRevisionRunsNothing asks for the revision of repositories whose settings
// name programs, as one that was unpacked from an archive may. None of them
// may run.
func TestRevisionRunsNothing(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{
		"monitor":            {"core.fsmonitor", "touch %s; false"},
		"filter":             {"filter.x.clean", "touch %s; cat", "filter.x.required", "true"},
		"process":            {"filter.x.process", "touch %s; false"},
		"odd name of filter": {"filter.a=b.clean", "touch %s; cat"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := repository(t)
			ran := filepath.Join(dir, ".git", "ran")
			for i := 0; i < len(settings); i += 2 {
				value := settings[i+1]
				if strings.Contains(value, "%s") {
					value = fmt.Sprintf(value, ran)
				}
				git(t, dir, "config", settings[i], value)
			}
			later := time.Now().Add(time.Hour) // so that git looks into it
			if err := os.Chtimes(filepath.Join(dir, "rule.yml"), later, later); err != nil {
				t.Fatal(err)
			}
			if got := packRevision(t.Context(), "", []string{dir}); len(got) < 40 {
				t.Errorf("revision %q", got)
			}
			if _, err := os.Stat(ran); err == nil {
				t.Error("a program ran that the repository names")
			}
		})
	}
}

func TestRevision(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	git(t, dir, "config", "filter.x.clean", "cat") // turned off, and no reason to call it changed
	rule := filepath.Join(dir, "rule.yml")
	if got := packRevision(t.Context(), "", []string{rule}); len(got) != 40 {
		t.Errorf("a clean repository: %q", got)
	}
	if err := os.WriteFile(rule, []byte("title: B\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := packRevision(t.Context(), "", []string{rule}); !strings.HasSuffix(got, "-dirty") {
		t.Errorf("a changed one: %q", got)
	}
	if got := packRevision(t.Context(), "", []string{t.TempDir()}); got != "" {
		t.Errorf("no repository: %q", got)
	}
}

// repository makes one that holds a rule, to which a filter applies.
func repository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git here")
	}
	dir := t.TempDir()
	git(t, dir, "init", "--quiet")
	for name, text := range map[string]string{"rule.yml": "title: A\n", ".gitattributes": "*.yml filter=x\n", ".git/info/attributes": "*.yml filter=a=b\n"} {
		if name == ".git/info/attributes" && !strings.Contains(t.Name(), "odd") {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "x")
	return dir
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
