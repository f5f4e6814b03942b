package kqleval

import (
	"fmt"
	"slices"
	"strings"
)

// nearest names the choices that look like name.
func nearest(name string, choices []string) string {
	type scored struct {
		name string
		d    int
	}
	var best []scored
	for _, c := range choices {
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d <= max(2, len(name)/4) {
			best = append(best, scored{c, d})
		}
	}
	slices.SortFunc(best, func(x, y scored) int {
		if x.d != y.d {
			return x.d - y.d
		}
		return strings.Compare(x.name, y.name)
	})
	best = slices.Compact(best)
	var quoted []string
	for _, s := range best[:min(3, len(best))] {
		quoted = append(quoted, fmt.Sprintf("%q", s.name))
	}
	if len(quoted) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(quoted, " or ") + "?"
}

// editDistance counts the single-byte edits between a and b.
func editDistance(a, b string) int {
	if len(a) > 100 || len(b) > 100 {
		return 100
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(diag+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
