package spleval

import "math"

func numberFunctions() map[string]*function {
	one := func(f func(float64) float64) *function {
		return &function{min: 1, max: 1, result: numberKind, apply: func(_ *scope, a []value) value {
			if x, ok := a[0].num(); ok {
				return finite(f(x))
			}
			return null
		}}
	}
	return map[string]*function{
		"abs":     one(math.Abs),
		"ceiling": one(math.Ceil),
		"ceil":    one(math.Ceil),
		"floor":   one(math.Floor),
		"sqrt":    one(math.Sqrt),
		"exp":     one(math.Exp),
		"ln":      one(math.Log),
		"exact":   one(func(f float64) float64 { return f }),
		"sin":     one(math.Sin),
		"cos":     one(math.Cos),
		"tan":     one(math.Tan),
		"log":     {min: 1, max: 2, result: numberKind, apply: logarithm},
		"pow":     {min: 2, max: 2, result: numberKind, apply: power},
		"round":   {min: 1, max: 2, result: numberKind, apply: round},
		"pi":      {result: numberKind, apply: func(*scope, []value) value { return number(math.Pi) }},
		"min":     {min: 1, max: -1, apply: extreme(-1)},
		"max":     {min: 1, max: -1, apply: extreme(1)},
		"sum":     {min: 1, max: -1, result: numberKind, apply: sumOf},
		"avg":     {min: 1, max: -1, result: numberKind, apply: averageOf},
	}
}

func finite(f float64) value {
	if math.IsNaN(f) {
		return null
	}
	return number(f)
}

// logarithm is to base 10, unless another is given.
func logarithm(_ *scope, a []value) value {
	x, ok := a[0].num()
	if !ok {
		return null
	}
	if len(a) == 1 {
		return finite(math.Log10(x))
	}
	base, ok := a[1].num()
	if !ok {
		return null
	}
	return finite(math.Log(x) / math.Log(base))
}

func power(_ *scope, a []value) value {
	x, okX := a[0].num()
	y, okY := a[1].num()
	if !okX || !okY {
		return null
	}
	return finite(math.Pow(x, y))
}

// round goes to whole numbers, or to so many places; halves go away from zero.
func round(_ *scope, a []value) value {
	x, ok := a[0].num()
	if !ok {
		return null
	}
	places := 0.0
	if len(a) == 2 {
		if places, ok = a[1].num(); !ok {
			return null
		}
	}
	scale := math.Pow(10, math.Trunc(places))
	if r := math.Round(x*scale) / scale; !math.IsInf(r, 0) {
		return finite(r)
	}
	return number(x)
}

// flat gives each single value of the arguments, without nulls.
func flat(a []value) []value {
	var all []value
	for _, v := range a {
		if v.kind != kindMulti {
			if !v.isNull() {
				all = append(all, v)
			}
			continue
		}
		for _, s := range v.multi {
			all = append(all, fromText(s))
		}
	}
	return all
}

// extreme: "Strings are greater than numbers."
func extreme(sign int) func(*scope, []value) value {
	return func(_ *scope, a []value) value {
		best := null
		for _, v := range flat(a) {
			if best.isNull() || sign*orderMixed(v, best) > 0 {
				best = v
			}
		}
		return best
	}
}

// orderMixed orders numbers before texts.
func orderMixed(a, b value) int {
	if (a.kind == kindNumber) != (b.kind == kindNumber) {
		if a.kind == kindNumber {
			return -1
		}
		return 1
	}
	return compareValues(a, b)
}

func sumOf(_ *scope, a []value) value {
	sum, n := total(a)
	if n == 0 {
		return null
	}
	return number(sum)
}

func averageOf(_ *scope, a []value) value {
	sum, n := total(a)
	if n == 0 {
		return null
	}
	return number(sum / float64(n))
}

func total(a []value) (sum float64, n int) {
	for _, v := range flat(a) {
		if f, ok := v.num(); ok {
			sum += f
			n++
		}
	}
	return sum, n
}
