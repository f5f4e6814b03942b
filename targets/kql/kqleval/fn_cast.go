package kqleval

import (
	"slices"
	"strconv"
)

func castFunctions() map[string]function {
	to := func(t Type) function {
		return function{params: "a", ret: t, naming: nameArg, apply: func(_ *runtime, a []Value) Value { return cast(a[0], t) }}
	}
	return map[string]function{
		"tostring": to(TString), "tolong": to(TLong), "toint": to(TInt), "toreal": to(TReal), "tobool": to(TBool),
		"todatetime": to(TDateTime), "totimespan": to(TTimespan), "toguid": to(TGuid), "todecimal": to(TDecimal),
		"parse_json": {params: "j", ret: TDynamic, naming: nameArg, apply: func(_ *runtime, a []Value) Value {
			if s, ok := a[0].(String); ok {
				return toDynamic(string(s))
			}
			return a[0]
		}},
		"dynamic_to_json": {params: "a", ret: TString, apply: func(_ *runtime, a []Value) Value {
			return String(appendJSON(nil, sortedKeys(a[0])))
		}},
		"tohex": {params: "n?i", ret: TString, naming: nameArg, apply: toHex},
	}
}

// toDynamic reads JSON. Documentation of parse_json: a text that is no JSON
// gives a dynamic that holds the text.
func toDynamic(text string) Value {
	if v, ok := parseJSON([]byte(text)); ok {
		return v
	}
	if text == "" {
		return nil
	}
	return String(text)
}

// toHex writes the two's complement of the width of the type.
func toHex(_ *runtime, a []Value) Value {
	var text string
	switch v := a[0].(type) {
	case Int:
		text = strconv.FormatUint(uint64(uint32(v)), 16)
	case Long:
		text = strconv.FormatUint(uint64(v), 16)
	default:
		return nil
	}
	for int64(len(text)) < min(num(arg(a, 1, Long(0))), 16) {
		text = "0" + text
	}
	return String(text)
}

// sortedKeys gives a value with the keys of its bags in order.
func sortedKeys(v Value) Value {
	switch v := v.(type) {
	case Array:
		out := make(Array, len(v))
		for i, x := range v {
			out[i] = sortedKeys(x)
		}
		return out
	case *Bag:
		out := &Bag{}
		for _, k := range slices.Sorted(slices.Values(v.keys)) {
			x, _ := v.Get(k)
			out.set(k, sortedKeys(x))
		}
		return out
	}
	return v
}
