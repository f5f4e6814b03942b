package atonce

import (
	"slices"
	"testing"
)

func TestMap(t *testing.T) {
	t.Parallel()
	items := make([]int, 1000)
	want := make([]int, len(items))
	for i := range items {
		items[i], want[i] = i, i*i
	}
	for _, jobs := range []int{-1, 0, 1, 7, 2000} {
		if got := Map(jobs, items, func(n int) int { return n * n }); !slices.Equal(got, want) {
			t.Errorf("%d jobs: the results are not in order", jobs)
		}
	}
	if got := Map(3, nil, func(n int) int { return n }); len(got) > 0 {
		t.Errorf("of nothing comes %v", got)
	}
}
