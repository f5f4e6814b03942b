package kqleval

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"strings"
)

// equalValues compares two values that are not null. Numbers of different
// types compare by their amount.
func equalValues(a, b Value) bool {
	switch x := a.(type) {
	case nil:
		return b == nil
	case String:
		y, ok := b.(String)
		return ok && x == y
	case Array:
		y, ok := b.(Array)
		return ok && equalArrays(x, y)
	case *Bag:
		y, ok := b.(*Bag)
		return ok && equalBags(x, y)
	case Guid:
		y, ok := b.(Guid)
		return ok && x == y
	}
	c, ok := compareValues(a, b)
	return ok && c == 0
}

func equalArrays(x, y Array) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !equalValues(x[i], y[i]) {
			return false
		}
	}
	return true
}

func equalBags(x, y *Bag) bool {
	if x.Len() != y.Len() {
		return false
	}
	for i, k := range x.keys {
		v, ok := y.Get(k)
		if !ok || !equalValues(x.vals[i], v) {
			return false
		}
	}
	return true
}

// compareValues orders two values of like kind; false if they have no order.
func compareValues(a, b Value) (int, bool) {
	switch x := a.(type) {
	case String:
		if y, ok := b.(String); ok {
			return strings.Compare(string(x), string(y)), true
		}
		return 0, false
	case DateTime:
		y, ok := b.(DateTime)
		return cmp.Compare(x, y), ok
	case Timespan:
		y, ok := b.(Timespan)
		return cmp.Compare(x, y), ok
	case Guid:
		y, ok := b.(Guid)
		return bytes.Compare(x[:], y[:]), ok
	case Bool:
		if y, ok := b.(Bool); ok {
			return boolRank(x) - boolRank(y), true
		}
		n, ok := asFloat(b)
		return cmp.Compare(float64(boolRank(x)), n), ok
	}
	return compareNumbers(a, b)
}

func boolRank(b Bool) int {
	if b {
		return 1
	}
	return 0
}

func compareNumbers(a, b Value) (int, bool) {
	if y, ok := b.(Bool); ok {
		b = Long(boolRank(y))
	}
	x, xok := a.(Long)
	y, yok := b.(Long)
	if xok && yok {
		return cmp.Compare(x, y), true
	}
	if _, ok := a.(Decimal); ok {
		return compareDecimals(a, b)
	}
	if _, ok := b.(Decimal); ok {
		return compareDecimals(a, b)
	}
	f, ok1 := asFloat(a)
	g, ok2 := asFloat(b)
	if !ok1 || !ok2 || math.IsNaN(f) || math.IsNaN(g) {
		return 0, false
	}
	return cmp.Compare(f, g), true
}

func compareDecimals(a, b Value) (int, bool) {
	x, ok1 := decimalOf(a)
	y, ok2 := decimalOf(b)
	if !ok1 || !ok2 {
		return 0, false
	}
	return x.rat().Cmp(y.rat()), true
}

// sortRank orders the kinds in a sort of dynamic values: null stands outside.
func sortRank(v Value) int {
	switch v.(type) {
	case Bool, Long, Int, Real, Decimal:
		return 0
	case Timespan:
		return 1
	case DateTime:
		return 2
	case String:
		return 3
	case Guid:
		return 4
	case Array:
		return 5
	}
	return 6
}

// orderValues is a total order of values that are not null; NaN comes first.
func orderValues(a, b Value) int {
	if c, ok := compareValues(a, b); ok {
		return c
	}
	if r := cmp.Compare(sortRank(a), sortRank(b)); r != 0 {
		return r
	}
	f, ok1 := asFloat(a)
	g, ok2 := asFloat(b)
	if ok1 && ok2 {
		return cmp.Compare(f, g)
	}
	return bytes.Compare(appendJSON(nil, a), appendJSON(nil, b))
}

// appendKey writes bytes that are equal for equal values of one column, for
// grouping and joining. Numbers of all types share one form.
func appendKey(b []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, 0)
	case String:
		b = append(b, 1)
		b = binary.AppendUvarint(b, uint64(len(v)))
		return append(b, v...)
	case Long:
		return appendNumber(b, int64(v))
	case Int:
		return appendNumber(b, int64(v))
	case Real:
		if n, ok := realToInt(float64(v)); ok && float64(n) == float64(v) {
			return appendNumber(b, n)
		}
		return binary.BigEndian.AppendUint64(append(b, 3), math.Float64bits(float64(v)))
	case Bool:
		return append(b, 4, byte(boolRank(v)))
	case DateTime:
		return binary.BigEndian.AppendUint64(append(b, 5), uint64(v))
	case Timespan:
		return binary.BigEndian.AppendUint64(append(b, 6), uint64(v))
	case Guid:
		return append(append(b, 7), v[:]...)
	case Decimal:
		if v.rat().IsInt() && v.rat().Num().IsInt64() {
			return appendNumber(b, v.rat().Num().Int64())
		}
	}
	text := appendJSON(nil, v)
	b = binary.AppendUvarint(append(b, 8), uint64(len(text)))
	return append(b, text...)
}

func appendNumber(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(append(b, 2), uint64(n))
}

func keyOf(vals ...Value) string {
	var b []byte
	for _, v := range vals {
		b = appendKey(b, v)
	}
	return string(b)
}
