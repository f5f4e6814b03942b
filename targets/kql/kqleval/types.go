package kqleval

import "strings"

// A Type is a scalar type of KQL.
type Type uint8

// The types. TUnknown is the type of what did not bind.
const (
	TUnknown Type = iota
	TString
	TLong
	TInt
	TReal
	TDecimal
	TBool
	TDateTime
	TTimespan
	TDynamic
	TGuid
)

var typeNames = [...]string{
	"unknown", "string", "long", "int", "real", "decimal", "bool", "datetime", "timespan", "dynamic", "guid",
}

// clrNames are what getschema calls the types.
var clrNames = [...]string{
	"", "System.String", "System.Int64", "System.Int32", "System.Double",
	"System.Data.SqlTypes.SqlDecimal", "System.SByte", "System.DateTime", "System.TimeSpan",
	"System.Object", "System.Guid",
}

// String gives the KQL name.
func (t Type) String() string { return typeNames[t] }

// typeWords are all spellings of types, some only legal in typeof().
var typeWords = map[string]Type{
	"string": TString, "long": TLong, "int64": TLong, "ulong": TLong, "uint64": TLong,
	"int": TInt, "int32": TInt, "uint": TInt, "uint32": TInt, "int8": TInt, "uint8": TInt,
	"int16": TInt, "uint16": TInt, "real": TReal, "double": TReal, "float": TReal,
	"decimal": TDecimal, "bool": TBool, "boolean": TBool, "datetime": TDateTime, "date": TDateTime,
	"timespan": TTimespan, "time": TTimespan, "dynamic": TDynamic, "guid": TGuid, "uuid": TGuid,
	"uniqueid": TGuid,
}

// ParseType gives the type that name spells, such as "long" or "int64".
func ParseType(name string) (Type, bool) {
	t, ok := typeWords[strings.ToLower(name)]
	return t, ok
}

// A Column is a name and a type.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// MarshalText writes the KQL name.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// A Schema says which tables exist and which columns they have.
type Schema map[string][]Column

func (t Type) isInteger() bool { return t == TLong || t == TInt }
func (t Type) isNumber() bool {
	return t == TLong || t == TInt || t == TReal || t == TDecimal
}
func (t Type) isSummable() bool { return t.isNumber() || t == TDateTime || t == TTimespan }

// widerThan says whether a value of type u may stand where t is asked for. A
// dynamic value may stand for a string: the language casts it.
func (t Type) widerThan(u Type) bool {
	switch t {
	case TLong:
		return u == TInt
	case TReal:
		return u == TInt || u == TLong
	case TDecimal:
		return u == TInt || u == TLong || u == TReal
	case TString:
		return u == TDynamic
	}
	return false
}

// accepts says whether a value of type u is of type t or may be widened to it.
func (t Type) accepts(u Type) bool { return t == u || u == TUnknown || t.widerThan(u) }

// widest gives the widest of numeric types; int widens to long in arithmetic.
func widest(a, b Type) Type {
	for _, t := range []Type{TDecimal, TReal} {
		if a == t || b == t {
			return t
		}
	}
	return TLong
}

// commonType gives the type to which both may be widened, or TUnknown and false.
func commonType(a, b Type) (Type, bool) {
	switch {
	case a == TUnknown:
		return b, true
	case b == TUnknown || a == b:
		return a, true
	case a == TDynamic || b == TDynamic:
		return TDynamic, true
	case a.widerThan(b):
		return a, true
	case b.widerThan(a):
		return b, true
	}
	return TUnknown, false
}
