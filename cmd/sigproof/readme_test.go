package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	console  = regexp.MustCompile("(?s)```console\n\\$ (?:go run ./cmd/)?sigproof ([^\n]*)\n(.*?)```")
	argument = regexp.MustCompile(`'[^']*'|\S+`)
)

// TestReadme runs each console block of README.md in the project's folder and
// wants the output that it shows. A line of three dots stands for any lines.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: the blocks of the page run without -short")
	}
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	blocks := console.FindAllStringSubmatch(string(page), -1)
	if len(blocks) != strings.Count(string(page), "```console") || len(blocks) == 0 {
		t.Errorf("%d console blocks can be run", len(blocks))
	}
	for _, b := range blocks {
		var args []string
		for _, arg := range argument.FindAllString(b[1], -1) {
			args = append(args, strings.Trim(arg, "'"))
		}
		var out bytes.Buffer
		newApp(strings.NewReader(""), &out, new(bytes.Buffer)).run(args)
		if !shows(strings.Split(b[2], "\n"), strings.Split(out.String(), "\n")) {
			t.Errorf("sigproof %s (-README +output):\n%s", b[1], cmp.Diff(b[2], out.String()))
		}
	}
}

// shows tells whether the lines of a block are those of the output.
func shows(block, output []string) bool {
	i := slices.Index(block, "...")
	if i < 0 {
		return slices.Equal(trimmed(block), trimmed(output))
	}
	if len(output) < i || !slices.Equal(block[:i], output[:i]) {
		return false
	}
	for n := i; n <= len(output); n++ {
		if shows(block[i+1:], output[n:]) {
			return true
		}
	}
	return false
}

// trimmed leaves out empty lines at the end.
func trimmed(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
