package main

import (
	"context"
	"errors"
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
	head, err := askGit(ctx, dir, nil, "rev-parse", "HEAD")
	if err != nil {
		return ""
	}
	revision := strings.TrimSpace(head)
	if !unchanged(ctx, dir) {
		revision += "-dirty"
	}
	return revision
}

// askGit asks git about a folder that others may have made. Whatever settings
// lie there, git runs no other program: no monitor of files, no hook, and
// nothing that would fetch what is missing.
func askGit(ctx context.Context, dir string, settings []string, args ...string) (string, error) {
	line := []string{"-C", dir, "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.bareRepository=explicit"}
	for _, s := range settings {
		line = append(line, "-c", s)
	}
	cmd := exec.CommandContext(ctx, "git", append(line, args...)...)
	cmd.Env = append(os.Environ(), "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1")
	out, err := cmd.Output()
	return string(out), err
}

// unchanged tells whether git sees no change in a folder. Files whose time
// changed go through the filters that the settings name, which are programs:
// each is turned off.
func unchanged(ctx context.Context, dir string) bool {
	names, err := askGit(ctx, dir, nil, "config", "--null", "--name-only", "--get-regexp", `^filter\.`)
	if failed, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || failed.ExitCode() != 1) { // 1: there are none
		return false
	}
	var off []string
	for name := range strings.SplitSeq(strings.TrimSuffix(names, "\x00"), "\x00") {
		switch {
		case strings.Contains(name, "="): // no setting of the command line can name it
			return false
		case strings.HasSuffix(name, ".required"):
			off = append(off, name+"=false")
		case name != "":
			off = append(off, name+"=")
		}
	}
	changes, err := askGit(ctx, dir, off, "status", "--porcelain", "--ignore-submodules=all", "--", ".")
	return err == nil && changes == ""
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
