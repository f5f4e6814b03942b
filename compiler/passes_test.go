package compiler

import (
	"slices"
	"testing"
)

func TestPassOrder(t *testing.T) {
	t.Parallel()
	names := PassNames()
	for _, o := range passOrder {
		before, after := slices.Index(names, o.before), slices.Index(names, o.after)
		if before < 0 || after < 0 || before >= after {
			t.Errorf("%s must come before %s: %s", o.before, o.after, o.why)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(passOrder, func(o struct{ before, after, why string }) bool { return o.before == name || o.after == name }) {
			t.Errorf("no reason says where %s stands", name)
		}
	}
}
