package sigma

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What Nearest looks at; beyond it finds nothing near. Each name is compared
// with all, at a cost of its length.
const (
	longestGuess = 200    // bytes of a name
	mostGuesses  = 10_000 // names to choose from
)

// Nearest gives the names that the author may have meant, the closest first
// and at most three: those within an edit distance of a third of the length, but
// never so far that nothing of the name is left.
func Nearest(name string, names []string) []string {
	if len(name) > longestGuess || len(names) > mostGuesses {
		return nil
	}
	type candidate struct {
		name string
		dist int
	}
	var found []candidate
	folded := strings.ToLower(name)
	limit := max(0, min(max(1, len(folded)/3), 6, len(folded)-1))
	for _, n := range names {
		if len(n) > utf8.UTFMax*(len(folded)+limit) {
			continue
		}
		if d := distance(folded, strings.ToLower(n), limit); d <= limit {
			found = append(found, candidate{n, d})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.dist - b.dist })
	var out []string
	for _, c := range found {
		if len(out) < 3 && !slices.Contains(out, c.name) {
			out = append(out, c.name)
		}
	}
	return out
}

// distance is the number of runes to insert, delete, replace or swap with
// their neighbour to turn a into b (optimal string alignment); anything above
// limit is given as limit+1. Only the cells that can lead to less are filled.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > limit || -d > limit {
		return limit + 1
	}
	before, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	lowest := 0 // of the row before
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		first, last := max(1, i-limit), min(len(y), i+limit)
		if first > 1 {
			cur[first-1] = limit + 1
		}
		if last < len(y) {
			cur[last+1] = limit + 1
		}
		low := i
		for j := first; j <= last; j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
			low = min(low, cur[j])
		}
		if low > limit && lowest > limit { // both, since a swap looks back two rows
			return limit + 1
		}
		lowest = low
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(y)], limit+1)
}

// DidYouMean is the label for a misspelt name: `did you mean "a" or "b"?`, or
// empty if nothing is near.
func DidYouMean(name string, names []string) string {
	return didYouMean(Nearest(name, names))
}

func didYouMean(near []string) string {
	if len(near) == 0 {
		return ""
	}
	return "did you mean " + Choices(near) + "?"
}

// Choices quotes and joins names for a message: "a", "b" or "c".
func Choices(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + n + `"`
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}
