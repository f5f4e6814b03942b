package spl

import (
	"testing"

	"github.com/sigproof/sigproof/compiler/schema"
)

func TestX(t *testing.T) {
	t.Log(Macros(schema.ByName("entra_audit"))[0].Definition)
}
