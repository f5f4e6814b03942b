package lazyre

import (
	"sync"
	"testing"
)

func TestGet(t *testing.T) {
	t.Parallel()
	re := New(`^a+$`)
	if re.compiled != nil {
		t.Error("it is compiled before it is asked for")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if !re.Get().MatchString("aaa") || re.Get().MatchString("b") {
				t.Error("it matches something else")
			}
		})
	}
	all.Wait()
	if first := re.Get(); first != re.Get() {
		t.Error("it is compiled twice")
	}
}
