package gomatch

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// holds judges the window.
func (w *window) holds() bool {
	switch {
	case w.Extended != nil:
		return w.extended(w.Extended)
	case w.Chains != nil:
		return slices.ContainsFunc(w.Chains, w.follows)
	case w.Type == "temporal" && len(w.Where) == 0:
		return len(w.inputs) == len(w.Inputs)
	}
	n, ok := w.measure()
	if !ok {
		return false
	}
	for _, b := range w.Where {
		if !b.Op.Holds(n.Compare(b.Value)) {
			return false
		}
	}
	return true
}

// measure counts or adds up what the type says; false if there is nothing to
// judge, such as the average of no number.
func (w *window) measure() (ir.Decimal, bool) {
	switch w.Type {
	case "event_count":
		return ir.DecimalOf(int64(len(w.events))), true
	case "value_count":
		return ir.DecimalOf(int64(len(w.values))), true
	case "temporal":
		return ir.DecimalOf(int64(len(w.inputs))), true
	}
	numbers := w.numbers
	if len(numbers) == 0 {
		return ir.Decimal{}, false
	}
	switch w.Type {
	case "value_sum":
		return ir.DecimalOfFloat(sum(numbers))
	case "value_avg":
		return ir.DecimalOfFloat(sum(numbers) / float64(len(numbers)))
	case "value_median":
		n := len(numbers)
		return ir.DecimalOfFloat((numbers[(n-1)/2] + numbers[n/2]) / 2)
	case "value_percentile":
		return ir.DecimalOfFloat(numbers[nearestRank(w.Percent.Float(), len(numbers))])
	default:
		panic(fmt.Sprintf("gomatch: unknown correlation %q", w.Type))
	}
}

// nearestRank gives the index of the smallest value that at least percent of
// all values do not exceed.
func nearestRank(percent float64, n int) int {
	return max(0, min(n-1, int(math.Ceil(percent/100*float64(n)))-1))
}

// addNumber takes the number of an occurrence in, or out if n is negative. They
// stand in order of time, since a sum of floats depends on it, or sorted where
// one of them is asked for by its rank. What leaves is the oldest.
func (w *window) addNumber(o *occurrence, n int) {
	f, ok := numberOf(o)
	switch sorted := w.Type == "value_median" || w.Type == "value_percentile"; {
	case !ok:
	case sorted && n > 0:
		i, _ := slices.BinarySearch(w.numbers, f)
		w.numbers = slices.Insert(w.numbers, i, f)
	case sorted:
		i, _ := slices.BinarySearch(w.numbers, f)
		w.numbers = slices.Delete(w.numbers, i, i+1)
	case n > 0:
		w.numbers = append(w.numbers, f)
	default:
		w.numbers = w.numbers[1:]
	}
}

// numberOf gives the number that an occurrence has; false if it has none.
func numberOf(o *occurrence) (float64, bool) {
	if len(o.values) == 0 {
		return 0, false
	}
	text, ok := eval.Text(o.values[0])
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

func sum(numbers []float64) float64 {
	total := 0.0
	for _, n := range numbers {
		total += n
	}
	return total
}

// follows tells whether the inputs of a chain occur one after the other, each
// taken as early as it can be, and the others not at all. Events of one instant
// may stand in any order.
func (w *window) follows(chain ir.Chain) bool {
	after := int64(math.MinInt64)
	for _, i := range chain.Inputs {
		n := slices.IndexFunc(w.occurrences, func(o *occurrence) bool { return o.input == i && o.nanos >= after })
		if n < 0 {
			return false
		}
		after = w.occurrences[n].nanos
	}
	return !slices.ContainsFunc(chain.Without, w.has)
}

// has tells whether an input occurs.
func (w *window) has(input int) bool { return w.inputs[input] > 0 }

// extended judges a boolean condition over the names of the inputs.
func (w *window) extended(e sigma.Expr) bool {
	switch e := e.(type) {
	case *sigma.And:
		return !slices.ContainsFunc(e.X, func(x sigma.Expr) bool { return !w.extended(x) })
	case *sigma.Or:
		return slices.ContainsFunc(e.X, w.extended)
	case *sigma.Not:
		return !w.extended(e.X)
	case *sigma.Ref:
		for i := range w.inputs {
			if w.Inputs[i].Name == e.Name {
				return true
			}
		}
		return false
	case *sigma.Quantified:
		return w.quantified(e)
	default:
		panic(fmt.Sprintf("gomatch: unknown expression %T", e))
	}
}

func (w *window) quantified(q *sigma.Quantified) bool {
	matching, occurring := 0, 0
	for i, in := range w.Inputs {
		if !sigma.MatchesPattern(q.Pattern, in.Name) {
			continue
		}
		matching++
		if w.has(i) {
			occurring++
		}
	}
	if q.All {
		return occurring == matching
	}
	return occurring >= q.N
}
