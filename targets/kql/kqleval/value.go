package kqleval

import "math"

// A Value is a scalar: nil, which is null, or a String, Long, Int, Real,
// Decimal, Bool, DateTime, Timespan, Guid, Array or *Bag. A value of a dynamic
// column is any of them. Values are not changed once made.
type Value interface {
	value()
	// kind gives the static type that holds such a value; Array and *Bag are
	// dynamic.
	kind() Type
}

type (
	// A String is text. A string column has no null: its missing value is "".
	String string
	// A Long is a 64-bit integer.
	Long int64
	// An Int is a 32-bit integer.
	Int int32
	// A Real is a 64-bit floating point number.
	Real float64
	// A Bool is true or false.
	Bool bool
	// A DateTime is an instant in ticks of 100 ns since 0001-01-01 UTC.
	DateTime int64
	// A Timespan is an interval in ticks of 100 ns.
	Timespan int64
	// A Guid is 16 bytes in the order of its text.
	Guid [16]byte
	// An Array is a dynamic array.
	Array []Value
	// A Bag is a dynamic property bag; it keeps the order of its keys.
	Bag struct {
		keys  []string
		vals  []Value
		index map[string]int // made when the bag grows
	}
)

func (String) value()   {}
func (Long) value()     {}
func (Int) value()      {}
func (Real) value()     {}
func (Bool) value()     {}
func (DateTime) value() {}
func (Timespan) value() {}
func (Guid) value()     {}
func (Decimal) value()  {}
func (Array) value()    {}
func (*Bag) value()     {}

func (String) kind() Type   { return TString }
func (Long) kind() Type     { return TLong }
func (Int) kind() Type      { return TInt }
func (Real) kind() Type     { return TReal }
func (Bool) kind() Type     { return TBool }
func (DateTime) kind() Type { return TDateTime }
func (Timespan) kind() Type { return TTimespan }
func (Guid) kind() Type     { return TGuid }
func (Decimal) kind() Type  { return TDecimal }
func (Array) kind() Type    { return TDynamic }
func (*Bag) kind() Type     { return TDynamic }

// bagIndexSize is the number of keys from which a bag is indexed.
const bagIndexSize = 12

// NewBag makes a bag of keys and values in turn; a repeated key keeps its first
// place and takes the last value.
func NewBag(keys []string, vals []Value) *Bag {
	b := &Bag{}
	for i, k := range keys {
		b.set(k, vals[i])
	}
	return b
}

// Len gives the number of keys.
func (b *Bag) Len() int { return len(b.keys) }

// Keys gives the keys in order; it is not to be changed.
func (b *Bag) Keys() []string { return b.keys }

// Get gives the value of a key and whether the bag has it.
func (b *Bag) Get(key string) (Value, bool) {
	if i := b.find(key); i >= 0 {
		return b.vals[i], true
	}
	return nil, false
}

func (b *Bag) find(key string) int {
	if b.index != nil {
		if i, ok := b.index[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range b.keys {
		if k == key {
			return i
		}
	}
	return -1
}

// set is for the maker of the bag only.
func (b *Bag) set(key string, v Value) {
	if i := b.find(key); i >= 0 {
		b.vals[i] = v
		return
	}
	b.keys = append(b.keys, key)
	b.vals = append(b.vals, v)
	if b.index != nil {
		b.index[key] = len(b.keys) - 1
	} else if len(b.keys) == bagIndexSize {
		b.index = map[string]int{}
		for i, k := range b.keys {
			b.index[k] = i
		}
	}
}

// zero is the missing value of a type: "" for strings, null for all else.
func zero(t Type) Value {
	if t == TString {
		return String("")
	}
	return nil
}

// asFloat reads a number of any type.
func asFloat(v Value) (float64, bool) {
	switch v := v.(type) {
	case Long:
		return float64(v), true
	case Int:
		return float64(v), true
	case Real:
		return float64(v), true
	case Decimal:
		return v.float(), true
	}
	return 0, false
}

// asInt reads an integer; a real is cut towards zero, as the casts do.
func asInt(v Value) (int64, bool) {
	switch v := v.(type) {
	case Long:
		return int64(v), true
	case Int:
		return int64(v), true
	case Real:
		return realToInt(float64(v))
	case Decimal:
		return v.int()
	case Bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func realToInt(f float64) (int64, bool) {
	if math.IsNaN(f) || f >= math.MaxInt64 || f < math.MinInt64 {
		return 0, false
	}
	return int64(f), true
}

// typeName gives what gettype() says of a value.
func typeName(v Value) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case Array:
		return "array"
	case *Bag:
		return "dictionary"
	case Real:
		return "double"
	default:
		return v.kind().String()
	}
}

// sizeOf estimates the memory of a value in bytes, for the limits of a run.
func sizeOf(v Value) int {
	switch v := v.(type) {
	case String:
		return 16 + len(v)
	case Array:
		n := 24
		for _, x := range v {
			n += 16 + sizeOf(x)
		}
		return n
	case *Bag:
		n := 64
		for i, k := range v.keys {
			n += 32 + len(k) + sizeOf(v.vals[i])
		}
		return n
	}
	return 16
}
