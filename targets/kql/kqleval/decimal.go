package kqleval

import (
	"math"
	"math/big"
	"strings"
)

// decimalDigits is how many significant digits a decimal keeps.
const decimalDigits = 34

// A Decimal is an exact number of up to 34 significant digits.
type Decimal struct{ r *big.Rat }

func (d Decimal) rat() *big.Rat {
	if d.r == nil {
		return new(big.Rat)
	}
	return d.r
}

func (d Decimal) float() float64 {
	f, _ := d.rat().Float64()
	return f
}

func (d Decimal) int() (int64, bool) {
	q := new(big.Int).Quo(d.rat().Num(), d.rat().Denom())
	return q.Int64(), q.IsInt64()
}

// parseDecimal reads 12, -1.5 or 1e-3. The exponent is bounded, so that a short
// text cannot ask for a long number.
func parseDecimal(s string) (Decimal, bool) {
	s = strings.TrimSpace(s)
	if len(s) == 0 || len(s) > 100 || strings.Trim(s, "+-.0123456789eE") != "" {
		return Decimal{}, false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 4 {
		return Decimal{}, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Decimal{}, false
	}
	return makeDecimal(r), true
}

// makeDecimal cuts r to the digits that a decimal keeps.
func makeDecimal(r *big.Rat) Decimal {
	if r.IsInt() && r.Num().BitLen() < 100 {
		return Decimal{r}
	}
	scale := decimalDigits - magnitude(r)
	if scale < -400 || scale > 800 {
		return Decimal{new(big.Rat)}
	}
	cut, ok := new(big.Rat).SetString(r.FloatString(max(scale, 0)))
	if !ok {
		return Decimal{r}
	}
	return Decimal{cut}
}

// magnitude estimates how many digits stand before the point, negative for
// small fractions.
func magnitude(r *big.Rat) int {
	bits := r.Num().BitLen() - r.Denom().BitLen()
	return int(math.Ceil(float64(bits) * math.Log10(2)))
}

func decimalOf(v Value) (Decimal, bool) {
	switch v := v.(type) {
	case Decimal:
		return v, true
	case Long:
		return Decimal{new(big.Rat).SetInt64(int64(v))}, true
	case Int:
		return Decimal{new(big.Rat).SetInt64(int64(v))}, true
	case Real:
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return Decimal{}, false
		}
		return parseDecimal(formatReal(float64(v)))
	}
	return Decimal{}, false
}

// String writes the number without an exponent.
func (d Decimal) String() string {
	if d.rat().IsInt() {
		return d.rat().Num().String()
	}
	text := d.rat().FloatString(max(decimalDigits-magnitude(d.rat()), 1))
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}
