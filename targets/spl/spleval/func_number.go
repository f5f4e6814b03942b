package spleval

import (
	"math"
	"strings"
)

func numberFunctions() map[string]*function {
	one := func(f func(float64) float64) *function {
		return &function{min: 1, max: 1, result: numberKind, apply: func(_ *scope, a []value) value {
			if x, ok := a[0].num(); ok {
				return finite(f(x))
			}
			return null
		}}
	}
	all := map[string]*function{
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
		"atan2":   two(math.Atan2),
		"hypot":   two(math.Hypot),
		"bit_not": {min: 1, max: 2, result: numberKind, apply: bitNot},
	}
	for name, f := range map[string]func(float64) float64{
		"acos": math.Acos, "acosh": math.Acosh, "asin": math.Asin, "asinh": math.Asinh, "atan": math.Atan, "atanh": math.Atanh,
		"cosh": math.Cosh, "sinh": math.Sinh, "tanh": math.Tanh,
	} {
		all[name] = one(f)
	}
	for name, f := range map[string]func(a, b uint64) uint64{
		"bit_and": func(a, b uint64) uint64 { return a & b }, "bit_or": func(a, b uint64) uint64 { return a | b },
		"bit_xor":         func(a, b uint64) uint64 { return a ^ b },
		"bit_shift_left":  func(a, b uint64) uint64 { return a << min(b, 63) },
		"bit_shift_right": func(a, b uint64) uint64 { return a >> b },
	} {
		most := -1
		if strings.HasPrefix(name, "bit_shift") {
			most = 2
		}
		all[name] = &function{min: 2, max: most, result: numberKind, apply: bits(f)}
	}
	return all
}

func two(f func(x, y float64) float64) *function {
	return &function{min: 2, max: 2, result: numberKind, apply: func(_ *scope, a []value) value {
		x, okX := a[0].num()
		y, okY := a[1].num()
		if !okX || !okY {
			return null
		}
		return finite(f(x, y))
	}}
}

// maxBits: "Each argument must be in the range of 0 to 2^53 -1". What grows beyond
// that is null here.
const maxBits = 1<<53 - 1

func bitsOf(v value) (uint64, bool) {
	f, ok := v.num()
	if !ok || f < 0 || f > maxBits || f != math.Trunc(f) {
		return 0, false
	}
	return uint64(f), true
}

// bits joins whole numbers from the left.
func bits(f func(a, b uint64) uint64) func(*scope, []value) value {
	return func(_ *scope, a []value) value {
		n, ok := bitsOf(a[0])
		for _, v := range a[1:] {
			m, okM := bitsOf(v)
			if ok = ok && okM; !ok {
				return null
			}
			if n = f(n, m); n > maxBits {
				return null
			}
		}
		return number(float64(n))
	}
}

// bitNot turns the bits over that the mask has, by default all 53.
func bitNot(_ *scope, a []value) value {
	n, ok := bitsOf(a[0])
	mask := uint64(maxBits)
	if len(a) == 2 {
		var okMask bool
		mask, okMask = bitsOf(a[1])
		ok = ok && okMask
	}
	if !ok {
		return null
	}
	return number(float64(^n & mask))
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
