package main

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInTurn holds that the results come in order, and that no more are made
// than may be held.
func TestInTurn(t *testing.T) {
	t.Parallel()
	const jobs = 3
	items := make([]int, 2*atOnce*jobs+1)
	for i := range items {
		items[i] = i
	}
	var made atomic.Int64
	results := inTurn(jobs, items, func(i int) int { made.Add(1); return -i })
	taken := 0
	for range results {
		if taken++; made.Load() > int64(taken+atOnce*jobs) {
			t.Fatalf("%d were made when %d were taken", made.Load(), taken)
		}
	}
	want := make([]int, len(items))
	for i := range want {
		want[i] = -i
	}
	if diff := cmp.Diff(want, slices.Collect(results)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	made.Store(0)
	for range results {
		break
	}
	if n := made.Load(); n != atOnce*jobs {
		t.Errorf("%d were made for the one that was taken", n)
	}
}
