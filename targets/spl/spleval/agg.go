package spleval

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// An accumulator gathers the values of one aggregation over rows.
type accumulator interface {
	add(values []string, at float64)
	result() []string
}

// newAccumulator makes the accumulator of a function, nil if it is not known. The
// parameter is the N of percN.
func newAccumulator(fn string) func() accumulator {
	switch fn {
	case "count", "c":
		return func() accumulator { return &countOf{} }
	case "dc", "distinct_count":
		return func() accumulator {
			return &valueAcc{give: func(v []string) []string { return []string{strconv.Itoa(len(v))} }}
		}
	case "values":
		return func() accumulator { return &valueAcc{give: sortedValues} }
	case "list":
		return func() accumulator { return &listOf{} }
	case "first":
		return func() accumulator { return &edgeOf{better: func(_, _ float64) bool { return false }} }
	case "last":
		return func() accumulator { return &edgeOf{better: func(_, _ float64) bool { return true }} }
	case "earliest":
		return func() accumulator {
			return &edgeOf{timed: true, better: func(x, best float64) bool { return x < best }}
		}
	case "latest":
		return func() accumulator {
			return &edgeOf{timed: true, better: func(x, best float64) bool { return x > best }}
		}
	case "earliest_time":
		return func() accumulator {
			return &edgeOf{timed: true, giveTime: true, better: func(x, best float64) bool { return x < best }}
		}
	case "latest_time":
		return func() accumulator {
			return &edgeOf{timed: true, giveTime: true, better: func(x, best float64) bool { return x > best }}
		}
	case "min":
		return func() accumulator { return &extremeOf{sign: -1} }
	case "max":
		return func() accumulator { return &extremeOf{sign: 1} }
	case "sum", "avg", "mean":
		return func() accumulator { return &sumOfAll{average: fn != "sum"} }
	case "mode":
		return func() accumulator { return &modeOf{counts: map[string]int{}} }
	}
	if give := numeric(fn); give != nil {
		return func() accumulator { return &numbersOf{give: give} }
	}
	return nil
}

// numeric gives the function of the numbers that fn is, nil if it is none.
func numeric(fn string) func(n []float64) float64 {
	switch fn {
	case "sumsq":
		return func(n []float64) float64 {
			total := 0.0
			for _, f := range n {
				total += f * f
			}
			return total
		}
	case "range":
		return func(n []float64) float64 { return slices.Max(n) - slices.Min(n) }
	case "var":
		return func(n []float64) float64 { return variance(n, 1) }
	case "varp":
		return func(n []float64) float64 { return variance(n, 0) }
	case "stdev":
		return func(n []float64) float64 { return math.Sqrt(variance(n, 1)) }
	case "stdevp":
		return func(n []float64) float64 { return math.Sqrt(variance(n, 0)) }
	case "median":
		return func(n []float64) float64 { return percentile(n, 50) }
	}
	for _, prefix := range [...]string{"exactperc", "perc", "p"} {
		if rest, ok := strings.CutPrefix(fn, prefix); ok {
			p, err := strconv.ParseFloat(rest, 64)
			if err != nil || p < 0 || p > 100 || math.IsNaN(p) {
				return nil
			}
			return func(n []float64) float64 { return percentile(n, p) }
		}
	}
	return nil
}

func sum(n []float64) float64 {
	total := 0.0
	for _, f := range n {
		total += f
	}
	return total
}

// variance is of a sample (less 1) or of all (less 0).
func variance(n []float64, less int) float64 {
	if len(n) <= less {
		return 0
	}
	mean, total := sum(n)/float64(len(n)), 0.0
	for _, f := range n {
		total += (f - mean) * (f - mean)
	}
	return total / float64(len(n)-less)
}

// percentile goes in a line between the two nearest values: of 10, 9 ... 1, perc50
// is 5.5 and perc95 is 9.55, as in the manual.
func percentile(n []float64, p float64) float64 {
	n = slices.Clone(n)
	slices.Sort(n)
	at := p * float64(len(n)-1) / 100
	low := int(math.Floor(at))
	if low+1 >= len(n) {
		return n[len(n)-1]
	}
	return n[low] + (at-float64(low))*(n[low+1]-n[low])
}

type countOf struct{ n int }

func (c *countOf) add(values []string, _ float64) { c.n += len(values) }
func (c *countOf) result() []string               { return []string{strconv.Itoa(c.n)} }

// valueAcc keeps the distinct values. values() gives them "in lexicographical order".
type valueAcc struct {
	seen map[string]bool
	list []string
	give func([]string) []string
}

func (v *valueAcc) add(values []string, _ float64) {
	if v.seen == nil {
		v.seen = map[string]bool{}
	}
	for _, s := range values {
		if !v.seen[s] {
			v.seen[s] = true
			v.list = append(v.list, s)
		}
	}
}

func (v *valueAcc) result() []string { return v.give(v.list) }

func sortedValues(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// listOf keeps the values in order: "If more than 100 values are in the field, only
// the first 100 are returned."
type listOf struct{ list []string }

func (l *listOf) add(values []string, _ float64) {
	l.list = append(l.list, values[:min(len(values), 100-len(l.list))]...)
}
func (l *listOf) result() []string { return slices.Clone(l.list) }

// edgeOf keeps the values of the first or last row seen, or of the earliest or
// latest by _time.
type edgeOf struct {
	timed    bool
	giveTime bool
	better   func(x, best float64) bool
	best     float64
	values   []string
}

func (e *edgeOf) add(values []string, at float64) {
	if len(values) == 0 || e.timed && math.IsNaN(at) {
		return
	}
	if e.values == nil || e.better(at, e.best) {
		e.values, e.best = values, at
	}
}

func (e *edgeOf) result() []string {
	if e.giveTime && e.values != nil {
		return []string{formatNumber(e.best)}
	}
	return e.values
}

// extremeOf: "Processes field values as numbers if possible, otherwise processes
// field values as strings": one text makes all texts.
type extremeOf struct {
	sign         int
	number       float64
	text, asText string // the extreme as a number was written, and among texts
	seen, texts  bool
}

func (x *extremeOf) add(values []string, _ float64) {
	for _, v := range values {
		f, ok := parseNumber(v)
		x.texts = x.texts || !ok
		if ok && (x.text == "" || x.sign*cmp.Compare(f, x.number) > 0) {
			x.number, x.text = f, v
		}
		if !x.seen || x.sign*strings.Compare(v, x.asText) > 0 {
			x.asText = v
		}
		x.seen = true
	}
}

func (x *extremeOf) result() []string {
	switch {
	case !x.seen:
		return nil
	case x.texts:
		return []string{x.asText}
	default:
		return []string{x.text}
	}
}

// modeOf is the most frequent value; of equals the one seen first.
type modeOf struct {
	counts map[string]int
	order  []string
}

func (m *modeOf) add(values []string, _ float64) {
	for _, v := range values {
		if m.counts[v]++; m.counts[v] == 1 {
			m.order = append(m.order, v)
		}
	}
}

func (m *modeOf) result() []string {
	best := ""
	for _, v := range m.order {
		if m.counts[v] > m.counts[best] {
			best = v
		}
	}
	if len(m.order) == 0 {
		return nil
	}
	return []string{best}
}

// sumOfAll adds the values that are numbers.
type sumOfAll struct {
	average bool
	total   float64
	n       int
}

func (t *sumOfAll) add(values []string, _ float64) {
	for _, v := range values {
		if f, ok := parseNumber(v); ok {
			t.total += f
			t.n++
		}
	}
}

func (t *sumOfAll) result() []string {
	switch {
	case t.n == 0:
		return nil
	case t.average:
		return []string{formatNumber(t.total / float64(t.n))}
	default:
		return []string{formatNumber(t.total)}
	}
}

// numbersOf keeps the values that are numbers; others are left out.
type numbersOf struct {
	n    []float64
	give func([]float64) float64
}

func (n *numbersOf) add(values []string, _ float64) {
	for _, v := range values {
		if f, ok := parseNumber(v); ok {
			n.n = append(n.n, f)
		}
	}
}

func (n *numbersOf) result() []string {
	if len(n.n) == 0 {
		return nil
	}
	return []string{formatNumber(n.give(n.n))}
}
