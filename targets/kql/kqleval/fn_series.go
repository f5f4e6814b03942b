package kqleval

import (
	"cmp"
	"math"
)

// seriesFunctions are those of arrays of numbers that are simple.
func seriesFunctions() map[string]function {
	t := map[string]function{
		"series_sum": {params: "y", ret: TReal, apply: onSeries(func(xs []float64) float64 {
			sum := 0.0
			for _, x := range xs {
				sum += x
			}
			return sum
		})},
		"series_product": {params: "y", ret: TReal, apply: onSeries(func(xs []float64) float64 {
			product := 1.0
			for _, x := range xs {
				product *= x
			}
			return product
		})},
		"series_magnitude": {params: "y", ret: TReal, apply: onSeries(func(xs []float64) float64 { return math.Sqrt(dot(xs, xs)) })},
		"series_dot_product": {params: "aa", ret: TReal, apply: func(_ *runtime, a []Value) Value {
			product, ok := dotProduct(a[0], a[1])
			if !ok {
				return nil
			}
			return Real(product)
		}},
		"series_stats_dynamic": {params: "y?b", ret: TDynamic, apply: seriesStats},
		"series_sign": {params: "y", ret: TDynamic, apply: onArray(func(list Array, _ []Value) Value {
			out := make(Array, len(list))
			for i, v := range list {
				if x, ok := asFloat(v); ok {
					out[i] = Long(sign(int(cmp.Compare(x, 0))))
				}
			}
			return out
		})},
		"series_pearson_correlation": {params: "yy", ret: TReal, apply: onSeriesPair(pearson)},
		"series_cosine_similarity":   {params: "yy?ff", ret: TReal, apply: cosineSimilarity},
		"series_fill_const":          {params: "y?aa", ret: TDynamic, naming: nameArg, nulls: true, apply: fillConst},
		"series_fill_forward":        {params: "y?a", ret: TDynamic, naming: nameArg, nulls: true, apply: fillFrom(1)},
		"series_fill_backward":       {params: "y?a", ret: TDynamic, naming: nameArg, nulls: true, apply: fillFrom(-1)},
	}
	for name, f := range map[string]func(float64) float64{
		"series_abs": math.Abs, "series_exp": math.Exp, "series_sin": math.Sin, "series_cos": math.Cos,
		"series_tan": math.Tan, "series_asin": math.Asin, "series_acos": math.Acos, "series_atan": math.Atan,
		"series_log": math.Log, "series_floor": math.Floor, "series_ceiling": math.Ceil,
	} {
		t[name] = function{params: "y", ret: TDynamic, apply: onArray(func(list Array, _ []Value) Value {
			out := make(Array, len(list))
			for i, v := range list {
				if x, ok := asFloat(v); ok {
					out[i] = Real(f(x))
				}
				if _, ok := v.(Long); ok && (name == "series_abs" || name == "series_ceiling") {
					out[i] = cast(out[i], TLong)
				}
			}
			return out
		})}
	}
	for name, op := range map[string]string{
		"series_add": "+", "series_subtract": "-", "series_multiply": "*", "series_divide": "/",
		"series_greater": ">", "series_greater_equals": ">=", "series_less": "<", "series_less_equals": "<=",
		"series_equals": "==", "series_not_equals": "!=",
	} {
		t[name] = function{params: "aa", ret: TDynamic, nulls: true, apply: seriesOp(op)}
	}
	t["series_pow"] = function{params: "aa", ret: TDynamic, nulls: true, apply: seriesPow}
	return t
}

// numbersOf reads an array of numbers.
func numbersOf(v Value) ([]float64, bool) {
	list, ok := v.(Array)
	if !ok {
		return nil, false
	}
	out := make([]float64, len(list))
	for i, x := range list {
		if out[i], ok = asFloat(x); !ok {
			return nil, false
		}
	}
	return out, true
}

func onSeries(f func([]float64) float64) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		if xs, ok := numbersOf(a[0]); ok {
			return Real(f(xs))
		}
		return nil
	}
}

func onSeriesPair(f func(x, y []float64) float64) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		x, ok1 := numbersOf(a[0])
		y, ok2 := numbersOf(a[1])
		if !ok1 || !ok2 || len(x) != len(y) {
			return nil
		}
		return Real(f(x, y))
	}
}

// dotProduct adds the products of the items of two arrays, or of an array and a
// number. Documentation: the longer array is cut, what is no number is passed
// over, and nothing comes of an empty one.
func dotProduct(x, y Value) (float64, bool) {
	xs, xok := x.(Array)
	ys, yok := y.(Array)
	n := min(len(xs), len(ys))
	if !xok || !yok {
		n = max(len(xs), len(ys))
	}
	sum := 0.0
	for i := range n {
		f, ok1 := asFloat(itemOrScalar(x, i))
		g, ok2 := asFloat(itemOrScalar(y, i))
		if ok1 && ok2 {
			sum += f * g
		}
	}
	return sum, n > 0
}

// cosineSimilarity divides the product of two series by their magnitudes, which
// may be given.
func cosineSimilarity(_ *runtime, a []Value) Value {
	product, ok := dotProduct(a[0], a[1])
	if !ok {
		return nil
	}
	for i := range 2 {
		square, _ := dotProduct(a[i], a[i])
		product /= float64(arg(a, 2+i, Real(math.Sqrt(square))).(Real))
	}
	return Real(product)
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

func pearson(x, y []float64) float64 {
	n := float64(len(x))
	mx, my := 0.0, 0.0
	for i := range x {
		mx += x[i] / n
		my += y[i] / n
	}
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xy, xx, yy = xy+dx*dy, xx+dx*dx, yy+dy*dy
	}
	return xy / math.Sqrt(xx*yy)
}

// seriesStats gives the bag of the statistics of a series.
func seriesStats(_ *runtime, a []Value) Value {
	xs, ok := numbersOf(a[0])
	if !ok || len(xs) == 0 {
		return nil
	}
	spread := &spreadAcc{sample: true}
	lo, hi, sum := 0, 0, 0.0
	for i, x := range xs {
		if x < xs[lo] {
			lo = i
		}
		if x > xs[hi] {
			hi = i
		}
		sum += x
		spread.add(nil, []Value{Real(x)})
	}
	variance := float64(spread.result().(Real))
	return bagOf("min", Real(xs[lo]), "min_idx", Long(lo), "max", Real(xs[hi]), "max_idx", Long(hi),
		"avg", Real(sum/float64(len(xs))), "stdev", Real(math.Sqrt(variance)), "variance", Real(variance),
		"sum", Real(sum), "len", Long(len(xs)))
}

// seriesPairs applies f to the items of two arrays, or of an array and a number; the
// longer array is met by nulls.
func seriesPairs(a []Value, f func(x, y Value) Value) Value {
	x, xok := a[0].(Array)
	y, yok := a[1].(Array)
	if !xok && !yok {
		return nil
	}
	out := make(Array, max(len(x), len(y)))
	for i := range out {
		out[i] = f(itemOrScalar(a[0], i), itemOrScalar(a[1], i))
	}
	return out
}

func seriesOp(op string) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		return seriesPairs(a, func(x, y Value) Value {
			if sortRank(x) != 0 || sortRank(y) != 0 {
				return nil
			}
			switch op {
			case "/":
				return arithmetic(op, x, y, TReal)
			case "+", "-", "*":
				return arithmetic(op, x, y, TUnknown)
			}
			hold := func(v Value) evalFn { return func(*env) Value { return v } }
			return compareEval(op, hold(x), hold(y))(nil)
		})
	}
}

func seriesPow(_ *runtime, a []Value) Value {
	return seriesPairs(a, func(x, y Value) Value {
		f, ok1 := asFloat(x)
		g, ok2 := asFloat(y)
		if !ok1 || !ok2 {
			return nil
		}
		return Real(math.Pow(f, g))
	})
}

// missing says whether an item is the placeholder of what is missing.
func missing(v, placeholder Value) bool {
	return v == nil || placeholder != nil && equalValues(v, placeholder)
}

func fillConst(_ *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	fill := arg(a, 1, Long(0))
	out := make(Array, len(list))
	for i, v := range list {
		out[i] = v
		if missing(v, arg(a, 2, nil)) {
			out[i] = fill
		}
	}
	return out
}

func fillFrom(direction int) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		list, ok := a[0].(Array)
		if !ok {
			return nil
		}
		out := make(Array, len(list))
		var last Value
		for k := range list {
			i := k
			if direction < 0 {
				i = len(list) - 1 - k
			}
			if out[i] = list[i]; missing(list[i], arg(a, 1, nil)) {
				if last != nil {
					out[i] = last
				}
			} else {
				last = list[i]
			}
		}
		return out
	}
}
