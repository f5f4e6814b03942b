package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// packRevision is the revision of the rules: what git says of their folder, or
// what the Go command recorded of the embedded ones. It is empty if nobody
// knows.
func packRevision(ctx context.Context, given string, args []string) string {
	switch {
	case given != "":
		return given
	case len(args) == 0 || strings.HasPrefix(args[0], packPrefix):
		return buildRevision()
	}
	dir := strings.TrimSuffix(args[0], "...")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	head, err := exec.CommandContext(ctx, "git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		return ""
	}
	revision := strings.TrimSpace(string(head))
	if changes, err := exec.CommandContext(ctx, "git", "-C", dir, "status", "--porcelain", "--", ".").Output(); err != nil || len(changes) > 0 {
		revision += "-dirty"
	}
	return revision
}

func buildRevision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "-dirty"
			}
		}
	}
	if revision == "" {
		return ""
	}
	return revision + dirty
}
