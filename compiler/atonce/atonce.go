// Package atonce does the same to many things, several at once, and keeps their
// order.
package atonce

import (
	"runtime"
	"sync"
)

// Map calls f for each item, jobs at once, and gives the results in the order
// of the items; less than one job means one a core.
func Map[T, R any](jobs int, items []T, f func(T) R) []R {
	out := make([]R, len(items))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(Jobs(jobs), len(items)) {
		wg.Go(func() {
			for i := range next {
				out[i] = f(items[i])
			}
		})
	}
	for i := range items {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}

// Jobs is how many jobs are meant: less than one means one a core.
func Jobs(jobs int) int {
	if jobs < 1 {
		return runtime.GOMAXPROCS(0)
	}
	return jobs
}
