package main

import (
	"iter"
	"slices"

	"github.com/sigproof/sigproof/compiler/atonce"
)

// atOnce is how many results inTurn holds, for each job.
const atOnce = 64

// inTurn is atonce.Map for results that are large: it gives them one by one,
// and never holds those of all items.
func inTurn[T, R any](jobs int, items []T, f func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		for some := range slices.Chunk(items, atOnce*jobs) {
			for _, result := range atonce.Map(jobs, some, f) {
				if !yield(result) {
					return
				}
			}
		}
	}
}
