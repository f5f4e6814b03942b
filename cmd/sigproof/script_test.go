package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sigproof": func() { os.Exit(newApp(os.Stdin, os.Stdout, os.Stderr).run(os.Args[1:])) },
	})
}

// TestScripts runs the command as a user does, one archive a behaviour.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"steps": steps},
	})
}
