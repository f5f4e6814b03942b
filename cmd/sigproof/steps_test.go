package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sigproof/sigproof/sigma"
)

// steps is a command of scripts: it runs the commands of a workflow of GitHub,
// GitLab or Azure Pipelines as the forge does, but for those that install the
// program. After one that fails it runs those only that run always.
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
	var run []string
	for _, c := range commandsIn(docs[0]) {
		if !strings.Contains(c.text, "go install") {
			run = append(run, fmt.Sprint(c.always), c.text)
		}
	}
	err := ts.Exec("bash", append([]string{"-c", runSteps, "steps"}, run...)...)
	if len(run) == 0 || (err != nil) != neg {
		ts.Fatalf("%d steps, and this is how they end: %v", len(run)/2, err)
	}
}

// runSteps runs its arguments, in pairs: whether it runs always, and a command.
const runSteps = `
failed=0
while (($#)); do
	if ! ((failed)) || $1; then bash -ec "$2" || failed=1; fi
	shift 2
done
exit $failed`

// A command of a workflow; always tells that it runs after one that failed.
type command struct {
	text   string
	always bool
}

// commandsIn gives what a workflow runs, in its order.
func commandsIn(d sigma.Data) (commands []command) {
	switch d := d.(type) {
	case *sigma.List:
		for _, x := range d.Of {
			commands = append(commands, commandsIn(x)...)
		}
	case *sigma.Map:
		always := slices.ContainsFunc(d.Entries, func(e sigma.Entry) bool {
			return (e.Key.Value == "if" || e.Key.Value == "condition") && slices.ContainsFunc(textsOf(e.Data), saysAlways)
		})
		for _, e := range d.Entries {
			switch e.Key.Value {
			case "run", "script", "after_script":
				for _, text := range textsOf(e.Data) {
					commands = append(commands, command{text, always || e.Key.Value == "after_script"})
				}
			default:
				commands = append(commands, commandsIn(e.Data)...)
			}
		}
	}
	return commands
}

func saysAlways(condition string) bool { return strings.HasPrefix(condition, "always()") }

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
