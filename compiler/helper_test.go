package compiler_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

// shared gives a file of the design data, and skips the test without it.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir := os.Getenv("SIGPROOF_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	name := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skip("the design data is not here: neither ../shared nor $SIGPROOF_SHARED has", filepath.Join(parts...))
	}
	return name
}

// eachLine reads JSON lines.
func eachLine[T any](t testing.TB, name string, visit func(T)) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		visit(v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// generic compiles every document with the fields as written.
func generic(t testing.TB, name string, src []byte) ([]*ir.Program, []*sigma.Diagnostic) {
	t.Helper()
	docs, diags := sigma.Parse(name, src)
	programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.Generic})
	return programs, append(diags, more...)
}

func event(t testing.TB, raw []byte) eval.Value {
	t.Helper()
	v, err := eval.ParseJSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
