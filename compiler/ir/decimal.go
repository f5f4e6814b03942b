package ir

import (
	"cmp"
	"strconv"
	"strings"
)

// A Decimal is an exact decimal number: 0.digits times ten to the power exp,
// digits without zeros at either end. Floats would take 9007199254740993 for
// its neighbour. The zero Decimal is the number 0.
type Decimal struct {
	negative bool
	digits   string
	exp      int
}

// plainLimit bounds how many zeros a plain decimal text is padded with.
const plainLimit = 400

// ParseDecimal reads [+-](digits[.digits] | .digits)[e[+-]digits], without
// spaces. Spec, appendix of SEMANTICS: what gt and its kin compare.
func ParseDecimal(s string) (Decimal, bool) {
	var d Decimal
	d.negative = strings.HasPrefix(s, "-")
	if d.negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	mantissa, exp, ok := cutExponent(s)
	if !ok {
		return Decimal{}, false
	}
	whole, fraction, dotted := strings.Cut(mantissa, ".")
	if !allDigits(whole) || !allDigits(fraction) || whole+fraction == "" || dotted && fraction == "" {
		return Decimal{}, false
	}
	d.digits = strings.TrimLeft(whole, "0")
	d.exp = len(d.digits) + exp
	if d.digits == "" {
		trimmed := strings.TrimLeft(fraction, "0")
		d.exp = exp - (len(fraction) - len(trimmed))
		fraction = trimmed
	}
	d.digits = strings.TrimRight(d.digits+fraction, "0")
	if d.digits == "" {
		return Decimal{}, true
	}
	return d, true
}

// cutExponent splits at the e. An exponent beyond a million is refused: no log
// writes one, and it could not be compared as an int.
func cutExponent(s string) (mantissa string, exp int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, true
	}
	digits := strings.TrimLeft(s[i+1:], "+-")
	if len(s[i+1:])-len(digits) > 1 || digits == "" || !allDigits(digits) || len(digits) > 6 {
		return "", 0, false
	}
	exp, err := strconv.Atoi(s[i+1:])
	return s[:i], exp, err == nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// DecimalOf gives an integer as a Decimal.
func DecimalOf(n int64) Decimal {
	d, _ := ParseDecimal(strconv.FormatInt(n, 10))
	return d
}

// DecimalOfFloat gives the shortest decimal that reads back as f.
func DecimalOfFloat(f float64) (Decimal, bool) {
	return ParseDecimal(strconv.FormatFloat(f, 'g', -1, 64))
}

// Compare is negative, zero or positive as d is less than, equal to or greater
// than e.
func (d Decimal) Compare(e Decimal) int {
	if d.sign() != e.sign() {
		return cmp.Compare(d.sign(), e.sign())
	}
	n := cmp.Or(cmp.Compare(d.exp, e.exp), strings.Compare(d.digits, e.digits))
	if d.negative {
		return -n
	}
	return n
}

func (d Decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// Integer gives the number if it is a whole one that fits.
func (d Decimal) Integer() (int64, bool) {
	if d.exp < len(d.digits) || d.exp > 19 {
		return 0, false
	}
	n, err := strconv.ParseInt(d.String(), 10, 64)
	return n, err == nil
}

// Float gives the nearest float.
func (d Decimal) Float() float64 {
	f, _ := strconv.ParseFloat(d.scientific(), 64)
	return f
}

// String is the canonical text: plain decimal, no exponent, no plus sign, no
// zeros that say nothing. Numbers of hundreds of zeros keep their exponent.
func (d Decimal) String() string {
	var s string
	switch n := len(d.digits); {
	case n == 0:
		return "0"
	case d.exp > n+plainLimit || d.exp < -plainLimit:
		return d.scientific()
	case d.exp >= n:
		s = d.digits + strings.Repeat("0", d.exp-n)
	case d.exp > 0:
		s = d.digits[:d.exp] + "." + d.digits[d.exp:]
	default:
		s = "0." + strings.Repeat("0", -d.exp) + d.digits
	}
	if d.negative {
		return "-" + s
	}
	return s
}

func (d Decimal) scientific() string {
	sign := ""
	if d.negative {
		sign = "-"
	}
	return sign + "0." + d.digits + "e" + strconv.Itoa(d.exp)
}
