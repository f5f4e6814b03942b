package main

import "sync"

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
