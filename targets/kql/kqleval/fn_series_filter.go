package kqleval

import (
	"math"
	"math/bits"
	"math/cmplx"
)

func seriesFilterFunctions() map[string]function {
	return map[string]function{
		"series_fir":         {params: "yy?bb", ret: TDynamic, naming: nameArg, apply: fir},
		"series_iir":         {params: "yyy", ret: TDynamic, naming: nameArg, apply: iir},
		"series_fill_linear": {params: "y?aba", ret: TDynamic, naming: nameArg, nulls: true, apply: fillLinear},
	}
}

func realsOf(xs []float64) Array {
	out := make(Array, len(xs))
	for i, x := range xs {
		out[i] = Real(x)
	}
	return out
}

// fir weighs each item and those before it. Documentation: without a word the
// filter is normalised unless it has a negative weight; one that has may not be.
func fir(rt *runtime, a []Value) Value {
	xs, ok1 := numbersOf(a[0])
	filter, ok2 := numbersOf(a[1])
	if !ok1 || !ok2 || len(filter) == 0 {
		return nil
	}
	sum, negative := 0.0, false
	for _, w := range filter {
		sum += w
		negative = negative || w < 0
	}
	normalize := bool(arg(a, 2, Bool(!negative)).(Bool))
	if normalize && negative {
		return nil
	}
	if !normalize {
		sum = 1
	}
	shift := 0
	if arg(a, 3, Bool(false)) == Bool(true) {
		if len(filter)%2 == 0 {
			rt.fail(span{}, "not supported: a filter of an even number of weights that is centred")
			return nil
		}
		shift = len(filter) / 2
	}
	out := make([]float64, len(xs))
	for i := range xs {
		if rt.endedAfter(len(filter)) {
			return nil
		}
		for j, w := range filter {
			if k := i + shift - j; k >= 0 && k < len(xs) {
				out[i] += w * xs[k]
			}
		}
		out[i] /= sum
	}
	return realsOf(out)
}

// iir follows the recursive formula of the documentation.
func iir(rt *runtime, a []Value) Value {
	xs, ok1 := numbersOf(a[0])
	num, ok2 := numbersOf(a[1])
	den, ok3 := numbersOf(a[2])
	if !ok1 || !ok2 || !ok3 || len(den) == 0 || den[0] == 0 {
		return nil
	}
	out := make([]float64, len(xs))
	for i := range xs {
		if rt.endedAfter(len(num) + len(den)) {
			return nil
		}
		for j, w := range num {
			if j <= i {
				out[i] += w * xs[i-j]
			}
		}
		for j, w := range den[1:] {
			if j < i {
				out[i] -= w * out[i-j-1]
			}
		}
		out[i] /= den[0]
	}
	return realsOf(out)
}

// fillLinear draws lines between the items that are there. An array of integers
// stays one: as in the documentation's example, what is drawn is cut.
func fillLinear(_ *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	placeholder, edges := arg(a, 1, nil), arg(a, 2, Bool(true)) != Bool(false)
	out := make(Array, len(list))
	whole := true
	last := -1
	for i, v := range list {
		if missing(v, placeholder) {
			out[i] = v
			continue
		}
		if _, ok := asFloat(v); !ok {
			return nil
		}
		out[i] = v
		_, isReal := v.(Real)
		whole = whole && !isReal
		if last >= 0 || edges {
			drawLine(out, last, i)
		}
		last = i
	}
	switch {
	case last < 0:
		return fillConst(nil, []Value{list, arg(a, 3, Real(0)), placeholder})
	case edges:
		drawLine(out, last, len(out))
	}
	if whole {
		for i, v := range out {
			if f, ok := v.(Real); ok {
				out[i] = Long(f)
			}
		}
	}
	return out
}

// drawLine fills what lies between two items; beyond the edges there is none,
// and the nearest is repeated.
func drawLine(out Array, from, to int) {
	for i := from + 1; i < to; i++ {
		switch {
		case from < 0:
			out[i] = out[to]
		case to == len(out):
			out[i] = out[from]
		default:
			x, _ := asFloat(out[from])
			y, _ := asFloat(out[to])
			out[i] = Real(x + (y-x)*float64(i-from)/float64(to-from))
		}
	}
}

// fourier binds series_fft(real, [imaginary]) or its inverse, which give two
// columns.
func (b *binder) fourier(n *callNode, inverse bool) *bound {
	x := b.applyFunction(n, function{params: "y?y", ret: TDynamic, apply: func(rt *runtime, a []Value) Value {
		re, ok := numbersOf(a[0])
		im := make([]float64, len(re))
		if len(a) > 1 {
			var ok2 bool
			im, ok2 = numbersOf(a[1])
			ok = ok && ok2 && len(im) == len(re)
		}
		if !ok {
			return nil
		}
		if bits.OnesCount(uint(len(re))) > 1 {
			rt.fail(span{}, "not supported: the transform of %d items, which is no power of two", len(re))
			return nil
		}
		xs := make([]complex128, len(re))
		for i := range xs {
			xs[i] = complex(re[i], im[i])
		}
		transform(xs, inverse)
		for i, x := range xs {
			re[i], im[i] = real(x), imag(x)
		}
		return Array{realsOf(re), realsOf(im)}
	}})
	return seriesColumns(n, x, "real", "imag")
}

// transform is the Fourier transform in place of a power of two of items; the
// inverse is divided by their number.
func transform(xs []complex128, inverse bool) {
	n := len(xs)
	if n < 2 {
		return
	}
	shift := bits.LeadingZeros(uint(n - 1))
	for i := range xs {
		if j := int(bits.Reverse(uint(i)) >> shift); j > i {
			xs[i], xs[j] = xs[j], xs[i]
		}
	}
	turn := -2 * math.Pi
	if inverse {
		turn = -turn
	}
	for size := 2; size <= n; size *= 2 {
		for start := 0; start < n; start += size {
			for k := range size / 2 {
				i, j := start+k, start+k+size/2
				y := xs[j] * cmplx.Rect(1, turn*float64(k)/float64(size))
				xs[i], xs[j] = xs[i]+y, xs[i]-y
			}
		}
	}
	if inverse {
		for i := range xs {
			xs[i] /= complex(float64(n), 0)
		}
	}
}
