package schema

import (
	"os"
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

func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("logs/entra_audit.yml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := parse(data, nil); err != nil {
			b.Fatal(err)
		}
	}
}
