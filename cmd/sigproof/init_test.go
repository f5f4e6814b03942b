package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/cmd/sigproof/scaffold"
)

// TestReadmeOfInit runs the commands that the README of a new repository
// shows, there.
func TestReadmeOfInit(t *testing.T) {
	shown := regexp.MustCompile(`(?m)^(sigproof .*?)(  .*)$`)
	for _, forge := range append(scaffold.Forges(), "none") {
		t.Run(forge, func(t *testing.T) {
			t.Chdir(t.TempDir())
			runCommand(t, []string{"init", "--ci", forge})
			readme, err := os.ReadFile("README.md")
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(readme), "[[") || strings.Contains(string(readme), "\n\n\n") {
				t.Errorf("the README is not well made:\n%s", readme)
			}
			commands := shown.FindAllStringSubmatch(string(readme), -1)
			if len(commands) != 5 {
				t.Errorf("%d commands", len(commands))
			}
			for _, c := range commands {
				runCommand(t, strings.Fields(strings.TrimPrefix(c[1], "sigproof ")))
			}
		})
	}
}
