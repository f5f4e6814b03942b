// Generate writes the declarations of logs down as Go, into logs_gen.go of the
// folder that it runs in.
package main

import (
	"fmt"
	"os"

	"github.com/sigproof/sigproof/compiler/schema/internal/declare"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	src, err := declare.Go()
	if err != nil {
		return err
	}
	return os.WriteFile("logs_gen.go", src, 0o644)
}
