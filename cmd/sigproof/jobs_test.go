package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJobsChangeNoByte holds that what is written does not depend on how much is
// done at once: queries, findings and what is said of them.
func TestJobsChangeNoByte(t *testing.T) {
	t.Parallel()
	rules := corpus(t)
	for _, command := range [][]string{
		{"compile", "--format", "jsonl", "--to", "kql,spl", "--log", "generic"},
		{"check", "--format", "json", "--log", "generic"},
	} {
		t.Run(command[0], func(t *testing.T) {
			t.Parallel()
			one := runWith(append(command, "--jobs", "1", rules))
			if len(one.out) < 1<<16 {
				t.Fatalf("%d bytes were written: that compares nothing", len(one.out))
			}
			for _, jobs := range []string{"2", "7"} {
				if many := runWith(append(command, "--jobs", jobs, rules)); many != one {
					t.Errorf("--jobs 1 and --jobs %s (-1 +%s):\n%s", jobs, jobs, cmp.Diff(one.lines(), many.lines()))
				}
			}
		})
	}
}

// corpus is the folder of the rules; a slice of it, with -short.
func corpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	name := filepath.Join(dir, "corpus", "sigma")
	if testing.Short() {
		name = filepath.Join(name, "deprecated")
	}
	if _, err := os.Stat(name); err != nil {
		t.Skip("the corpus is not here: neither ../shared nor $SIGPROOF_SHARED has", name)
	}
	return name
}

// A said is what a command wrote.
type said struct {
	out, err string
	code     int
}

// runWith runs a command line within this process.
func runWith(args []string) said {
	var out, err bytes.Buffer
	code := newApp(strings.NewReader(""), &out, &err).run(args)
	return said{out.String(), err.String(), code}
}

// lines are for people who look for the difference.
func (s said) lines() []string { return strings.SplitAfter(s.out+s.err, "\n") }
