package arm

import (
	"testing"
	"time"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"[a]": "[[a]", "[a] b": "[a] b", "a]": "a]", "": "", "[[a]": "[[[a]"} {
		if got := Escape(in); got != want || Unescape(got) != in {
			t.Errorf("%q: got %q, and back %q", in, got, Unescape(got))
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Duration]string{
		5 * time.Minute: "PT5M", 80 * time.Minute: "PT1H20M", 14 * 24 * time.Hour: "P14D", 25 * time.Hour: "P1DT1H", time.Second: "PT1M",
	} {
		if got := Duration(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
