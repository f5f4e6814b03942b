package main

import (
	"iter"
	"slices"
	"sync"
)

// inParallel calls f for each item, jobs at once, and gives the results in the
// order of the items.
func inParallel[T, R any](jobs int, items []T, f func(T) R) []R {
	out := make([]R, len(items))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(jobs, len(items)) {
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

// atOnce is how many results inTurn holds, for each job.
const atOnce = 64

// inTurn is inParallel for results that are large: it gives them one by one,
// and never holds those of all items.
func inTurn[T, R any](jobs int, items []T, f func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		for some := range slices.Chunk(items, atOnce*jobs) {
			for _, result := range inParallel(jobs, some, f) {
				if !yield(result) {
					return
				}
			}
		}
	}
}
