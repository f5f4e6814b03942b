package schema

import (
	"testing"
)

func TestLogs(t *testing.T) {
	t.Parallel()
	for _, l := range Logs() {
		for _, n := range l.Names() {
			if r := l.Resolve(n); r == nil || r.Name != n || r.Alias != nil {
				t.Errorf("%s: %q resolves to %+v", l.Name, n, r)
			}
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		declared()
	}
}
