// Command sigproof compiles Sigma rules and proves, by running them, that they
// find what they say.
package main

import (
	"os"
)

func main() {
	collectLate()
	os.Exit(newApp(os.Stdin, os.Stdout, os.Stderr).run(os.Args[1:]))
}
