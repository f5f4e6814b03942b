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

// holds judges a window.
func holds(c *ir.Correlation, window []*occurrence) bool {
	switch {
	case c.Extended != nil:
		return extended(c, c.Extended, window)
	case c.Chains != nil:
		return slices.ContainsFunc(c.Chains, func(chain ir.Chain) bool { return follows(chain, window) })
	case c.Type == "temporal" && len(c.Where) == 0:
		return inputs(window) == len(c.Inputs)
	}
	n, ok := measure(c, window)
	if !ok {
		return false
	}
	for _, b := range c.Where {
		if !b.Op.Holds(n.Compare(b.Value)) {
			return false
		}
	}
	return true
}

// measure counts or adds up what the type says; false if there is nothing to
// judge, such as the average of no number.
func measure(c *ir.Correlation, window []*occurrence) (ir.Decimal, bool) {
	switch c.Type {
	case "event_count":
		return ir.DecimalOf(int64(len(eventsOf(window)))), true
	case "value_count":
		return ir.DecimalOf(int64(distinct(c, window))), true
	case "temporal":
		return ir.DecimalOf(int64(inputs(window))), true
	}
	numbers := numbersOf(window)
	if len(numbers) == 0 {
		return ir.Decimal{}, false
	}
	switch c.Type {
	case "value_sum":
		return ir.DecimalOfFloat(sum(numbers))
	case "value_avg":
		return ir.DecimalOfFloat(sum(numbers) / float64(len(numbers)))
	case "value_median":
		slices.Sort(numbers)
		n := len(numbers)
		return ir.DecimalOfFloat((numbers[(n-1)/2] + numbers[n/2]) / 2)
	case "value_percentile":
		slices.Sort(numbers)
		return ir.DecimalOfFloat(numbers[nearestRank(c.Percent.Float(), len(numbers))])
	default:
		panic(fmt.Sprintf("gomatch: unknown correlation %q", c.Type))
	}
}

// nearestRank gives the index of the smallest value that at least percent of
// all values do not exceed.
func nearestRank(percent float64, n int) int {
	return max(0, min(n-1, int(math.Ceil(percent/100*float64(n)))-1))
}

func inputs(window []*occurrence) int {
	seen := map[int]bool{}
	for _, o := range window {
		seen[o.input] = true
	}
	return len(seen)
}

// distinct counts the tuples of values; an event that lacks one of them has
// none.
func distinct(c *ir.Correlation, window []*occurrence) int {
	seen := map[string]bool{}
	for _, o := range window {
		if len(o.values) != len(c.Values) {
			continue
		}
		var key []byte
		for _, v := range o.values {
			key = append(eval.AppendJSON(key, v), ',')
		}
		seen[string(key)] = true
	}
	return len(seen)
}

func numbersOf(window []*occurrence) []float64 {
	var out []float64
	for _, o := range window {
		if len(o.values) == 0 {
			continue
		}
		text, ok := eval.Text(o.values[0])
		if !ok {
			continue
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			out = append(out, f)
		}
	}
	return out
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
func follows(chain ir.Chain, window []*occurrence) bool {
	after := int64(math.MinInt64)
	for _, i := range chain.Inputs {
		n := slices.IndexFunc(window, func(o *occurrence) bool { return o.input == i && o.nanos >= after })
		if n < 0 {
			return false
		}
		after = window[n].nanos
	}
	return !slices.ContainsFunc(window, func(o *occurrence) bool { return slices.Contains(chain.Without, o.input) })
}

// extended judges a boolean condition over the names of the inputs.
func extended(c *ir.Correlation, e sigma.Expr, window []*occurrence) bool {
	switch e := e.(type) {
	case *sigma.And:
		return !slices.ContainsFunc(e.X, func(x sigma.Expr) bool { return !extended(c, x, window) })
	case *sigma.Or:
		return slices.ContainsFunc(e.X, func(x sigma.Expr) bool { return extended(c, x, window) })
	case *sigma.Not:
		return !extended(c, e.X, window)
	case *sigma.Ref:
		return slices.ContainsFunc(window, func(o *occurrence) bool { return c.Inputs[o.input].Name == e.Name })
	case *sigma.Quantified:
		return quantified(c, e, window)
	default:
		panic(fmt.Sprintf("gomatch: unknown expression %T", e))
	}
}

func quantified(c *ir.Correlation, q *sigma.Quantified, window []*occurrence) bool {
	matching, occurring := 0, 0
	for i, in := range c.Inputs {
		if !sigma.MatchesPattern(q.Pattern, in.Name) {
			continue
		}
		matching++
		if slices.ContainsFunc(window, func(o *occurrence) bool { return o.input == i }) {
			occurring++
		}
	}
	if q.All {
		return occurring == matching
	}
	return occurring >= q.N
}
