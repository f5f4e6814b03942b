package kqleval

import (
	"math"
	"slices"
)

// seriesOutliers is series_outliers(series, kind, value to ignore, lowest and
// highest percentile).
func seriesOutliers(rt *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	lo, hi, ok := fencePercentiles(rt, str(arg(a, 1, String("ctukey"))), arg(a, 3, nil), arg(a, 4, nil))
	if !ok {
		return nil
	}
	ignored := arg(a, 2, nil)
	xs, known := make([]float64, len(list)), make([]bool, len(list))
	for i, v := range list {
		xs[i], known[i] = asFloat(v)
		if !known[i] && v != nil {
			return nil
		}
		known[i] = known[i] && !missing(v, ignored)
	}
	scores, ok := fenceScores(rt, xs, known, lo, hi)
	if !ok {
		return nil
	}
	return realsOf(scores)
}

// fencePercentiles: tukey has the quartiles, ctukey the 10th and the 90th
// percentile or what is given, from 2 to 98.
func fencePercentiles(rt *runtime, kind string, from, to Value) (lo, hi float64, ok bool) {
	switch kind {
	case "tukey":
		return 25, 75, true
	case "ctukey":
	default:
		rt.fail(span{}, "the kind of a test of outliers is tukey or ctukey, not %q", kind)
		return 0, 0, false
	}
	lo, hi = 10, 90
	if f, ok := asFloat(from); ok {
		lo = f
	}
	if f, ok := asFloat(to); ok {
		hi = f
	}
	if !(2 <= lo && lo < hi && hi <= 98) {
		rt.fail(span{}, "percentiles of a test of outliers lie between 2 and 98, the lower one first")
		return 0, 0, false
	}
	return lo, hi, true
}

// fenceScores scores each item by Tukey's fences, which lie k ranges beyond two
// percentiles: the k of the fence on which the item would lie, negative below,
// and 0 between the percentiles. What is not known scores 0.
func fenceScores(rt *runtime, xs []float64, known []bool, lo, hi float64) ([]float64, bool) {
	var sorted []float64
	for i, x := range xs {
		if known == nil || known[i] {
			sorted = append(sorted, x)
		}
	}
	slices.Sort(sorted)
	scores := make([]float64, len(xs))
	if len(sorted) == 0 {
		return scores, true
	}
	low, high := between(sorted, lo), between(sorted, hi)
	for i, x := range xs {
		beyond := max(x-high, 0) + min(x-low, 0)
		switch {
		case beyond == 0 || known != nil && !known[i]:
		case low == high:
			rt.fail(span{}, "not supported: scores of a series whose percentiles are the same")
			return nil, false
		default:
			scores[i] = beyond / (high - low)
		}
	}
	return scores, true
}

// between gives a percentile of sorted numbers; one that lies between two is on
// the line that joins them.
func between(sorted []float64, percentile float64) float64 {
	at := percentile / 100 * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// anomalies is series_decompose_anomalies(series, threshold, seasonality, trend,
// test points, method, ...). Documentation: the series is decomposed, what that
// leaves is scored by series_outliers, and scores beyond the threshold are
// flagged.
func anomalies(rt *runtime, a []Value) Value {
	threshold := float64(arg(a, 1, Real(1.5)).(Real))
	parts, ok := decomposed(rt, a[0], num(arg(a, 2, Long(-1))), str(arg(a, 3, String("avg"))), num(arg(a, 4, Long(0)))).(Array)
	if !ok {
		return nil
	}
	lo, hi, ok := fencePercentiles(rt, str(arg(a, 5, String("ctukey"))), nil, nil)
	if !ok {
		return nil
	}
	rest, _ := numbersOf(parts[3])
	for i, x := range rest { // what arithmetic leaves of equal numbers is no anomaly
		if math.Abs(x) < 1e-9 {
			rest[i] = 0
		}
	}
	scores, ok := fenceScores(rt, rest, nil, lo, hi)
	if !ok {
		return nil
	}
	flags := make(Array, len(scores))
	for i, s := range scores {
		flags[i] = Long(0)
		if math.Abs(s) > threshold {
			flags[i] = Long(int64(math.Copysign(1, s)))
		}
	}
	return Array{flags, realsOf(scores), parts[0]}
}
