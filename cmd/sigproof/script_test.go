package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sigproof": func() { os.Exit(newApp(os.Stdin, os.Stdout, os.Stderr).run(os.Args[1:])) },
	})
}

// parallelScripts run what works on several things at once: the race detector
// has no use for the others.
var parallelScripts = []string{"check", "compile", "match", "test", "pack_xdr", "run"}

// TestScripts runs the command as a user does, one archive a behaviour.
func TestScripts(t *testing.T) {
	t.Parallel()
	params := testscript.Params{
		Dir: "testdata/script", UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"steps": steps},
	}
	if testing.Short() {
		params.Dir = ""
		for _, name := range parallelScripts {
			params.Files = append(params.Files, filepath.Join("testdata", "script", name+".txtar"))
		}
	}
	testscript.Run(t, params)
}
