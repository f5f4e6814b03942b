package main

import (
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// benchmarkRun runs a command line within this process.
func benchmarkRun(b *testing.B, args ...string) {
	for b.Loop() {
		if code := newApp(strings.NewReader(""), io.Discard, io.Discard).run(args); code != exitFine {
			b.Fatalf("%v: exit %d", args, code)
		}
	}
}

func BenchmarkTestPack(b *testing.B) { benchmarkRun(b, "test", "entra:roles") }

func BenchmarkCompilePack(b *testing.B) { benchmarkRun(b, "compile", "--to", "kql,spl") }

// BenchmarkVersionProcess is the start of the program: a process that says its
// version.
func BenchmarkVersionProcess(b *testing.B) {
	name := filepath.Join(b.TempDir(), "sigproof")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		if err := exec.Command(name, "version").Run(); err != nil {
			b.Fatal(err)
		}
	}
}
