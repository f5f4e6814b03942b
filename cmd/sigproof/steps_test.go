package main

import (
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sigproof/sigproof/sigma"
)

// steps is a command of scripts: it runs the commands of a workflow of GitHub,
// GitLab or Azure Pipelines as the forge does, but for those that install the
// program, and stops at the first that fails.
func steps(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: steps FILE")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		ts.Logf("skipped: bash is not installed, which runs the steps of a workflow")
		return
	}
	docs, diags := sigma.ReadData(sigma.NewFile(args[0], []byte(ts.ReadFile(args[0]))))
	if len(docs) != 1 || len(diags) > 0 {
		ts.Fatalf("%s can't be read: %v", args[0], diags)
	}
	ran, failed := 0, false
	for _, command := range commandsIn(docs[0]) {
		if strings.Contains(command, "go install") {
			continue
		}
		ran++
		if err := ts.Exec("bash", "-e", "-c", command); err != nil {
			failed = true
			break
		}
	}
	if ran == 0 || failed != neg {
		ts.Fatalf("%d steps ran, and one failed: %t", ran, failed)
	}
}

// commandsIn gives what a workflow runs, in its order.
func commandsIn(d sigma.Data) (commands []string) {
	switch d := d.(type) {
	case *sigma.List:
		for _, x := range d.Of {
			commands = append(commands, commandsIn(x)...)
		}
	case *sigma.Map:
		for _, e := range d.Entries {
			switch e.Key.Value {
			case "run", "script", "after_script":
				commands = append(commands, textsOf(e.Data)...)
			default:
				commands = append(commands, commandsIn(e.Data)...)
			}
		}
	}
	return commands
}

func textsOf(d sigma.Data) (texts []string) {
	switch d := d.(type) {
	case *sigma.Scalar:
		texts = append(texts, d.Text.Value)
	case *sigma.List:
		for _, x := range d.Of {
			texts = append(texts, textsOf(x)...)
		}
	}
	return texts
}
