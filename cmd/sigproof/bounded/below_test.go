package bounded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBelow reads and writes by every kind of path that leads out of a folder,
// and by links that stay in it.
func TestBelow(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	dir, out := filepath.Join(top, "in"), filepath.Join(top, "out")
	for _, d := range []string{filepath.Join(dir, "own"), out} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{filepath.Join(dir, "own", "a"), filepath.Join(out, "a")} {
		if err := os.WriteFile(name, []byte("text"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"folder": out, "relative": filepath.Join("..", "out"), "file": filepath.Join(out, "a"), "new": filepath.Join(out, "new"), "same": "own"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	for _, path := range []string{"../out/a", "folder/a", "relative/a", "file", "new", filepath.Join(out, "a")} {
		for what, err := range map[string]error{"read": second(ReadBelow(dir, path, 10)), "written": WriteBelow(dir, path, []byte("changed"))} {
			if err == nil || !strings.HasSuffix(err.Error(), `leads out of `+dir+`, by a link or ".."`) {
				t.Errorf("%s is %s: %v", path, what, err)
			}
		}
	}
	if text, err := os.ReadFile(filepath.Join(out, "a")); err != nil || string(text) != "text" {
		t.Errorf("outside: %q, %v", text, err)
	}
	for _, path := range []string{"own/a", "same/a", "own/deep/er/b"} {
		if err := WriteBelow(dir, path, []byte("changed")); err != nil {
			t.Error(err)
		}
		if text, err := ReadBelow(dir, path, 10); err != nil || string(text) != "changed" {
			t.Errorf("%s: %q, %v", path, text, err)
		}
	}
	if _, err := ReadBelow(dir, "nothing", 10); !os.IsNotExist(err) || !strings.Contains(err.Error(), filepath.Join(dir, "nothing")) {
		t.Errorf("got %v", err)
	}
}

func second(_ []byte, err error) error { return err }
