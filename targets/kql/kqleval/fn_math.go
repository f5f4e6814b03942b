package kqleval

import (
	"math"
	"math/bits"
)

func mathFunctions() map[string]function {
	t := map[string]function{
		"bin":    {params: "xx", retFn: binType, naming: nameArg, apply: func(_ *runtime, a []Value) Value { return binValue(a[0], a[1], a[0].kind()) }},
		"bin_at": {params: "xxx", retFn: binAtType, naming: nameArg, apply: binAt},
		"abs":    {params: "w", retFn: promoted, naming: nameArg, apply: absolute},
		"round":  {params: "n?i", retFn: same, naming: nameArg, apply: round},
		"ceiling": {params: "n", retFn: same, naming: nameArg, apply: func(_ *runtime, a []Value) Value {
			if f, ok := a[0].(Real); ok {
				return Real(math.Ceil(float64(f)))
			}
			return a[0]
		}},
		"sign": {params: "f", ret: TReal, apply: func(_ *runtime, a []Value) Value {
			f := float64(a[0].(Real))
			switch {
			case f > 0:
				return Real(1)
			case f < 0:
				return Real(-1)
			}
			return Real(f)
		}},
		"pow":   {params: "ff", ret: TReal, naming: nameArg, apply: real2(math.Pow)},
		"atan2": {params: "ff", ret: TReal, naming: nameArg, apply: real2(math.Atan2)},
		"pi":    {params: "", ret: TReal, apply: func(*runtime, []Value) Value { return Real(math.Pi) }},
		"isnan": {params: "f", ret: TBool, apply: realTest(math.IsNaN)},
		"isinf": {params: "f", ret: TBool, apply: realTest(func(f float64) bool { return math.IsInf(f, 0) })},
		"isfinite": {params: "f", ret: TBool, apply: realTest(func(f float64) bool {
			return !math.IsInf(f, 0) && !math.IsNaN(f)
		})},
		"welch_test": {params: "ffffff", ret: TReal, apply: welchTest},
		"beta_cdf":   {params: "fff", ret: TReal, apply: betaCDF},
		"beta_inv":   {params: "fff", ret: TReal, apply: betaInv},
		"beta_pdf":   {params: "fff", ret: TReal, apply: betaPDF},
		"bitset_count_ones": {params: "i", ret: TLong, naming: nameArg, apply: func(_ *runtime, a []Value) Value {
			return Long(bits.OnesCount64(uint64(num(a[0]))))
		}},
		"binary_not": {params: "i", ret: TLong, naming: nameArg, apply: func(_ *runtime, a []Value) Value { return Long(^num(a[0])) }},
	}
	for name, f := range map[string]func(float64) float64{
		"sqrt": math.Sqrt, "log": math.Log, "log2": math.Log2, "log10": math.Log10, "exp": math.Exp, "exp2": math.Exp2, "cos": math.Cos, "sin": math.Sin,
		"exp10": func(x float64) float64 { return math.Pow(10, x) }, "tan": math.Tan, "acos": math.Acos,
		"asin": math.Asin, "atan": math.Atan, "gamma": math.Gamma, "loggamma": logGamma, "erf": math.Erf,
		"erfc": math.Erfc, "cot": func(x float64) float64 { return 1 / math.Tan(x) },
		"degrees": func(x float64) float64 { return x * 180 / math.Pi },
		"radians": func(x float64) float64 { return x * math.Pi / 180 },
	} {
		t[name] = function{params: "f", ret: TReal, naming: nameArg, apply: real1(f)}
	}
	for _, name := range []string{"cot", "degrees", "radians"} {
		f := t[name]
		f.naming = nameNone
		t[name] = f
	}
	// Documentation: these are null for a negative number.
	for _, name := range []string{"sqrt", "log", "log2", "log10"} {
		f := t[name]
		inner := f.apply
		f.apply = func(rt *runtime, a []Value) Value {
			if a[0].(Real) < 0 {
				return nil
			}
			return inner(rt, a)
		}
		t[name] = f
	}
	for name, f := range map[string]func(a, b int64) int64{
		"binary_and": func(a, b int64) int64 { return a & b }, "binary_or": func(a, b int64) int64 { return a | b },
		"binary_xor":         func(a, b int64) int64 { return a ^ b },
		"binary_shift_left":  func(a, b int64) int64 { return a << (uint64(b) % 64) },
		"binary_shift_right": func(a, b int64) int64 { return a >> (uint64(b) % 64) },
	} {
		t[name] = function{params: "ii", ret: TLong, naming: nameArg, apply: func(_ *runtime, a []Value) Value {
			return Long(f(num(a[0]), num(a[1])))
		}}
	}
	return t
}

func logGamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

func real1(f func(float64) float64) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		return Real(f(float64(a[0].(Real))))
	}
}

func real2(f func(a, b float64) float64) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value { return Real(f(float64(a[0].(Real)), float64(a[1].(Real)))) }
}

func realTest(f func(float64) bool) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value { return Bool(f(float64(a[0].(Real)))) }
}

func promotedKind(v Value) Type {
	if _, ok := v.(Int); ok {
		return TLong
	}
	return v.kind()
}

func absolute(_ *runtime, a []Value) Value {
	switch v := a[0].(type) {
	case Int:
		return Long(max(int64(v), -int64(v)))
	case Long:
		return max(v, -v)
	case Real:
		return Real(math.Abs(float64(v)))
	case Timespan:
		return max(v, -v)
	case Decimal:
		if v.rat().Sign() < 0 {
			return arithmetic("-", Long(0), v, TDecimal)
		}
	}
	return a[0]
}

// round rounds halves away from zero, also left of the point.
func round(_ *runtime, a []Value) Value {
	digits := num(arg(a, 1, Long(0)))
	f, ok := asFloat(a[0])
	if !ok || digits > 300 || digits < -300 {
		return nil
	}
	if _, isReal := a[0].(Real); !isReal && digits >= 0 {
		return a[0]
	}
	scale := math.Pow(10, math.Abs(float64(digits)))
	out := math.Round(f*scale) / scale
	if digits < 0 {
		out = math.Round(f/scale) * scale
	}
	if math.IsInf(out, 0) || math.IsNaN(out) {
		out = f
	}
	return cast(Real(out), a[0].kind())
}

// binType gives the type of bin(value, roundTo), or TUnknown.
func binType(args []*bound) Type {
	v, to := args[0].typ, args[1].typ
	switch {
	case v.isNumber() && to.isNumber():
		return widest(v, to)
	case v == TDateTime && to == TTimespan, v == TTimespan && to == TTimespan:
		return v
	}
	return TUnknown
}

// binValue rounds down to a multiple of the step, counted from zero or from
// the first datetime.
func binValue(v, step Value, typ Type) Value {
	switch x := v.(type) {
	case nil:
		return nil
	case DateTime:
		if n, ok := step.(Timespan); ok && n > 0 {
			return DateTime(floorDiv(int64(x), int64(n)) * int64(n))
		}
		return nil
	case Timespan:
		if n, ok := step.(Timespan); ok && n > 0 {
			return Timespan(floorDiv(int64(x), int64(n)) * int64(n))
		}
		return nil
	}
	_, real1 := v.(Real)
	_, real2 := step.(Real)
	if !real1 && !real2 {
		if _, ok := v.(Decimal); !ok {
			n, _ := asInt(step)
			x, ok := asInt(v)
			if n <= 0 || !ok {
				return nil
			}
			return Long(floorDiv(x, n) * n)
		}
	}
	f, ok1 := asFloat(v)
	s, ok2 := asFloat(step)
	if !ok1 || !ok2 || s <= 0 {
		return nil
	}
	if typ == TDecimal {
		return cast(Real(math.Floor(f/s)*s), TDecimal)
	}
	return Real(math.Floor(f/s) * s)
}

func binAtType(args []*bound) Type {
	if args[2].typ != args[0].typ && !(args[0].typ.isNumber() && args[2].typ.isNumber()) {
		return TUnknown
	}
	t := binType(args)
	if t.isNumber() {
		return widest(t, args[2].typ)
	}
	return t
}

// binAt rounds down to a multiple of the step counted from a fixed point.
func binAt(_ *runtime, a []Value) Value {
	v, ok1 := asTicks(a[0])
	step, ok2 := asTicks(a[1])
	fixed, ok3 := asTicks(a[2])
	if !ok1 || !ok2 || !ok3 || step <= 0 {
		return nil
	}
	if x, ok := a[0].(DateTime); ok {
		n, at := int64(a[1].(Timespan)), int64(a[2].(DateTime))
		if t, ok := makeDateTime(at + floorDiv(int64(x)-at, n)*n); ok {
			return t
		}
		return nil
	}
	out := fixed + math.Floor((v-fixed)/step)*step
	if _, ok := a[0].(Timespan); ok {
		return Timespan(out)
	}
	for _, x := range a {
		if _, ok := x.(Real); ok {
			return Real(out)
		}
	}
	return Long(out)
}

// betaCDF is the regularized incomplete beta function. As measured it is NaN
// for x outside of 0 to 1, and 1 for a negative alpha.
func betaCDF(_ *runtime, a []Value) Value {
	x, alpha, beta := float64(a[0].(Real)), float64(a[1].(Real)), float64(a[2].(Real))
	switch {
	case x < 0 || x > 1 || math.IsNaN(x):
		return Real(nan)
	case alpha <= 0 || beta <= 0:
		return Real(1)
	}
	return Real(incompleteBeta(x, alpha, beta))
}

func betaInv(_ *runtime, a []Value) Value {
	p, alpha, beta := float64(a[0].(Real)), float64(a[1].(Real)), float64(a[2].(Real))
	switch {
	case p < 0 || p > 1 || math.IsNaN(p):
		return nil
	case alpha <= 0 || beta <= 0:
		return Real(nan)
	}
	lo, hi := 0.0, 1.0
	for range 200 {
		mid := (lo + hi) / 2
		if mid == lo || mid == hi {
			break
		}
		if incompleteBeta(mid, alpha, beta) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return Real((lo + hi) / 2)
}

func betaPDF(_ *runtime, a []Value) Value {
	x, alpha, beta := float64(a[0].(Real)), float64(a[1].(Real)), float64(a[2].(Real))
	if x < 0 || x > 1 || alpha <= 0 || beta <= 0 {
		return Real(nan)
	}
	return Real(math.Exp(logGamma(alpha+beta)-logGamma(alpha)-logGamma(beta)) * math.Pow(x, alpha-1) * math.Pow(1-x, beta-1))
}

// welchTest gives the two-sided p-value of Welch's t-test: means, variances and
// counts of two samples in turn.
func welchTest(_ *runtime, a []Value) Value {
	var x [6]float64
	for i := range x {
		x[i] = float64(a[i].(Real))
	}
	s1, s2 := x[1]/x[2], x[4]/x[5]
	if !(s1+s2 > 0) || x[2] < 2 || x[5] < 2 {
		return nil
	}
	t := (x[0] - x[3]) / math.Sqrt(s1+s2)
	df := (s1 + s2) * (s1 + s2) / (s1*s1/(x[2]-1) + s2*s2/(x[5]-1))
	return Real(incompleteBeta(df/(df+t*t), df/2, 0.5))
}

// incompleteBeta evaluates the continued fraction by Lentz's method.
func incompleteBeta(x, a, b float64) float64 {
	if x == 0 || x == 1 {
		return x
	}
	if x > (a+1)/(a+b+2) {
		return 1 - incompleteBeta(1-x, b, a)
	}
	front := math.Exp(logGamma(a+b)-logGamma(a)-logGamma(b)+a*math.Log(x)+b*math.Log(1-x)) / a
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := range 500 {
		m := float64(i / 2)
		var n float64
		switch {
		case i == 0:
			n = 1
		case i%2 == 0:
			n = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		default:
			n = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		if d = 1 + n*d; math.Abs(d) < tiny {
			d = tiny
		}
		d = 1 / d
		if c = 1 + n/c; math.Abs(c) < tiny {
			c = tiny
		}
		f *= c * d
		if math.Abs(1-c*d) < 1e-16 {
			break
		}
	}
	return front * (f - 1)
}
