package kqleval

import (
	"math"
	"slices"
)

// seriesSpecial binds the functions of series that give several columns.
func (b *binder) seriesSpecial(n *callNode) (*bound, bool) {
	switch n.name {
	case "series_fft", "series_ifft":
		return b.fourier(n, n.name == "series_ifft"), true
	case "series_stats":
		x := b.applyFunction(n, function{params: "y?b", ret: TDynamic, apply: statColumns})
		return seriesColumns(n, x, statNames...), true
	case "series_fit_line":
		x := b.applyFunction(n, function{params: "y", ret: TDynamic, apply: lineColumns})
		return seriesColumns(n, x, lineNames...), true
	case "series_fit_poly":
		x := b.applyFunction(n, function{params: "y?yi", ret: TDynamic, apply: polyColumns})
		return seriesColumns(n, x, "rsquare", "coefficients", "variance", "rvariance", "poly_fit"), true
	case "series_decompose":
		x := b.applyFunction(n, function{params: "y?isif", ret: TDynamic, apply: decompose})
		return seriesColumns(n, x, "baseline", "seasonal", "trend", "residual"), true
	case "series_decompose_anomalies":
		x := b.applyFunction(n, function{params: "y?fisisf", ret: TDynamic, apply: anomalies})
		return seriesColumns(n, x, "ad_flag", "ad_score", "baseline"), true
	case "series_decompose_forecast":
		x := b.applyFunction(n, function{params: "yi?isf", ret: TDynamic, apply: forecast})
		return seriesColumns(n, x, "baseline", "seasonal", "trend", "residual"), true
	}
	return nil, false
}

// realColumns are the columns that are numbers; the rest are arrays.
var realColumns = map[string]Type{
	"min": TReal, "min_idx": TLong, "max": TReal, "max_idx": TLong, "avg": TReal, "stdev": TReal, "variance": TReal,
	"rsquare": TReal, "slope": TReal, "rvariance": TReal, "interception": TReal,
}

// seriesColumns makes columns named function_series_part of a call that gives
// an array of them.
func seriesColumns(n *callNode, x *bound, parts ...string) *bound {
	if x.typ == TUnknown {
		return x
	}
	series := ""
	if name, ok := n.args[0].x.(*nameNode); ok {
		series = name.name
	}
	cols := make([]namedExpr, len(parts))
	for i, part := range parts {
		typ, ok := realColumns[part]
		if !ok {
			typ = TDynamic
		}
		cols[i] = namedExpr{name: n.name + "_" + series + "_" + part, x: &bound{typ: typ}}
	}
	return tupleOf(x, cols)
}

var statNames = []string{"min", "min_idx", "max", "max_idx", "avg", "stdev", "variance"}

func statColumns(rt *runtime, a []Value) Value { return bagItems(seriesStats(rt, a), statNames) }

func bagItems(v Value, keys []string) Value {
	bag, ok := v.(*Bag)
	if !ok {
		return nil
	}
	out := make(Array, len(keys))
	for i, k := range keys {
		out[i], _ = bag.Get(k)
	}
	return out
}

func seriesFitFunctions() map[string]function {
	return map[string]function{
		"series_fit_line_dynamic": {params: "y", ret: TDynamic, apply: func(_ *runtime, a []Value) Value { return fitLine(a[0]) }},
		"series_outliers":         {params: "y?snff", ret: TDynamic, naming: nameArg, nulls: true, apply: seriesOutliers},
		"series_seasonal":         {params: "y?if", ret: TDynamic, apply: seasonalSeries},
	}
}

var lineNames = []string{"rsquare", "slope", "variance", "rvariance", "interception", "line_fit"}

func lineColumns(_ *runtime, a []Value) Value { return bagItems(fitLine(a[0]), lineNames) }

// fitLine fits a line to a series whose items lie at 0, 1, 2, …
func fitLine(v Value) Value {
	ys, ok := numbersOf(v)
	if !ok || len(ys) < 2 {
		return nil
	}
	slope, at0 := lineOf(ys)
	fit := make([]float64, len(ys))
	for i := range fit {
		fit[i] = at0 + slope*float64(i)
	}
	rsquare, variance, rvariance := quality(ys, fit)
	return bagOf("rsquare", Real(rsquare), "slope", Real(slope), "variance", Real(variance), "rvariance", Real(rvariance),
		"interception", Real(at0), "line_fit", realsOf(fit))
}

func lineOf(ys []float64) (slope, at0 float64) {
	mean, mid := meanOf(ys), float64(len(ys)-1)/2
	xy, xx := 0.0, 0.0
	for i, y := range ys {
		d := float64(i) - mid
		xy += d * (y - mean)
		xx += d * d
	}
	if xx == 0 {
		return 0, mean
	}
	slope = xy / xx
	return slope, mean - slope*mid
}

func meanOf(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// quality gives r-square and the sample variances of a series and of what a
// fit leaves of it.
func quality(ys, fit []float64) (rsquare, variance, rvariance float64) {
	mean := meanOf(ys)
	for i, y := range ys {
		variance += (y - mean) * (y - mean)
		rvariance += (y - fit[i]) * (y - fit[i])
	}
	rsquare = 1 - rvariance/variance
	n := float64(len(ys) - 1)
	return rsquare, variance / n, rvariance / n
}

// polyColumns fits a polynomial by least squares; without xs the items lie at
// 1, 2, 3, …
func polyColumns(_ *runtime, a []Value) Value {
	ys, ok := numbersOf(a[0])
	if !ok {
		return nil
	}
	xs := make([]float64, len(ys))
	for i := range xs {
		xs[i] = float64(i + 1)
	}
	if len(a) > 1 {
		if xs, ok = numbersOf(a[1]); !ok || len(xs) != len(ys) {
			return nil
		}
	}
	degree := int(num(arg(a, 2, Long(1))))
	if degree < 1 || degree > 32 || len(ys) <= degree {
		return nil
	}
	coeffs, ok := leastSquares(xs, ys, degree+1)
	if !ok {
		return nil
	}
	fit := make([]float64, len(ys))
	for i, x := range xs {
		for _, c := range coeffs {
			fit[i] = fit[i]*x + c
		}
	}
	rsquare, variance, rvariance := quality(ys, fit)
	return Array{Real(rsquare), realsOf(coeffs), Real(variance), Real(rvariance), realsOf(fit)}
}

// leastSquares gives the coefficients of n powers, highest first, by modified
// Gram-Schmidt on the columns of the powers.
func leastSquares(xs, ys []float64, n int) ([]float64, bool) {
	q := make([][]float64, n)
	r := make([][]float64, n)
	for j := range q {
		q[j], r[j] = make([]float64, len(xs)), make([]float64, n)
		for i, x := range xs {
			q[j][i] = math.Pow(x, float64(n-1-j))
		}
		before := math.Sqrt(dot(q[j], q[j]))
		for k := range j {
			r[k][j] = dot(q[k], q[j])
			for i := range xs {
				q[j][i] -= r[k][j] * q[k][i]
			}
		}
		r[j][j] = math.Sqrt(dot(q[j], q[j]))
		if r[j][j] <= before*1e-13 {
			return nil, false
		}
		for i := range xs {
			q[j][i] /= r[j][j]
		}
	}
	out := make([]float64, n)
	rest := slices.Clone(ys)
	for j := range out {
		out[j] = dot(q[j], rest)
		for i := range rest {
			rest[i] -= out[j] * q[j][i]
		}
	}
	for j := n - 1; j >= 0; j-- {
		for k := j + 1; k < n; k++ {
			out[j] -= r[j][k] * out[k]
		}
		out[j] /= r[j][j]
	}
	return out, true
}

// seasonalSeries is the median of the items at the same place of each period.
func seasonalSeries(rt *runtime, a []Value) Value {
	xs, ok := numbersOf(a[0])
	if !ok {
		return nil
	}
	period := num(arg(a, 1, Long(-1)))
	if !knownPeriod(rt, period) {
		return nil
	}
	return realsOf(seasonOf(xs, len(xs), int(min(period, int64(len(xs))))))
}

// knownPeriod refuses to find the period: how the service does is not
// documented.
func knownPeriod(rt *runtime, period int64) bool {
	if period < 0 {
		rt.fail(span{}, "not supported: finding the period of a series; give it, or 0 for none")
		return false
	}
	return true
}

// seasonOf learns from the first items of xs and speaks of all.
func seasonOf(xs []float64, learn, period int) []float64 {
	out := make([]float64, len(xs))
	if period == 0 {
		return out
	}
	for phase := range min(period, len(xs)) {
		var same []float64
		for i := phase; i < learn; i += period {
			same = append(same, xs[i])
		}
		middle := median(same)
		for i := phase; i < len(xs); i += period {
			out[i] = middle
		}
	}
	return out
}

func median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	slices.Sort(xs)
	mid := len(xs) / 2
	if len(xs)%2 == 1 {
		return xs[mid]
	}
	return (xs[mid-1] + xs[mid]) / 2
}

// decompose is series_decompose(series, seasonality, trend, test points).
func decompose(rt *runtime, a []Value) Value {
	return decomposed(rt, a[0], num(arg(a, 1, Long(-1))), str(arg(a, 2, String("avg"))), num(arg(a, 3, Long(0))))
}

// forecast is series_decompose_forecast(series, points, seasonality, trend),
// whose first column is the baseline.
func forecast(rt *runtime, a []Value) Value {
	return decomposed(rt, a[0], num(arg(a, 2, Long(-1))), str(arg(a, 3, String("avg"))), num(a[1]))
}

// decomposed splits a series, as the documentation says in steps: the seasonal
// part, the trend of what that leaves, the baseline as their sum, and the rest.
func decomposed(rt *runtime, series Value, period int64, trend string, test int64) Value {
	xs, ok := numbersOf(series)
	if !ok || !knownPeriod(rt, period) || test < 0 || test >= int64(len(xs)) {
		return nil
	}
	learn := len(xs) - int(test)
	season := seasonOf(xs, learn, int(min(period, int64(len(xs)))))
	flat := make([]float64, learn)
	for i := range flat {
		flat[i] = xs[i] - season[i]
	}
	line := make([]float64, len(xs))
	slope, at0 := 0.0, 0.0
	switch trend {
	case "avg":
		at0 = meanOf(flat)
	case "linefit":
		slope, at0 = lineOf(flat)
	case "none":
	default:
		rt.fail(span{}, "a trend is avg, linefit or none, not %q", trend)
		return nil
	}
	base, rest := make([]float64, len(xs)), make([]float64, len(xs))
	for i, x := range xs {
		line[i] = at0 + slope*float64(i)
		base[i] = season[i] + line[i]
		rest[i] = x - base[i]
	}
	return Array{realsOf(base), realsOf(season), realsOf(line), realsOf(rest)}
}
