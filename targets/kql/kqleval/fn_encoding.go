package kqleval

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"
)

func encodingFunctions() map[string]function {
	return map[string]function{
		"url_encode": {params: "s", ret: TString, apply: mapText(func(s string) string {
			return strings.ReplaceAll(escapeURL(s), "%20", "+")
		})},
		"url_encode_component": {params: "s", ret: TString, apply: mapText(escapeURL)},
		"url_decode": {params: "s", ret: TString, apply: mapText(func(s string) string {
			if out, err := url.QueryUnescape(s); err == nil {
				return out
			}
			return s
		})},
		"base64_encode_tostring": {params: "s", ret: TString, apply: mapText(func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(s))
		})},
		"base64_decode_tostring": {params: "s", ret: TString, apply: func(_ *runtime, a []Value) Value {
			if raw, err := base64.StdEncoding.DecodeString(str(a[0])); err == nil && utf8.Valid(raw) {
				return String(raw)
			}
			return nil
		}},
		"base64_decode_toarray": {params: "s", ret: TDynamic, apply: func(_ *runtime, a []Value) Value {
			raw, err := base64.StdEncoding.DecodeString(str(a[0]))
			if err != nil {
				return nil
			}
			out := make(Array, len(raw))
			for i, c := range raw {
				out[i] = Long(c)
			}
			return out
		}},
		"base64_encode_fromarray": {params: "y", ret: TString, apply: encodeArray},
		"base64_decode_toguid": {params: "s", ret: TGuid, apply: func(_ *runtime, a []Value) Value {
			raw, err := base64.StdEncoding.DecodeString(str(a[0]))
			var g Guid
			if err != nil || len(raw) != len(g) {
				return nil
			}
			copy(g[:], raw)
			return swapGuid(g)
		}},
		"base64_encode_fromguid": {params: "a", ret: TString, apply: func(_ *runtime, a []Value) Value {
			g, ok := cast(a[0], TGuid).(Guid)
			if !ok {
				return nil
			}
			g = swapGuid(g)
			return String(base64.StdEncoding.EncodeToString(g[:]))
		}},
	}
}

// escapeURL writes all but letters, digits and a few signs as %xx.
func escapeURL(s string) string {
	const keep, hexDigits = "-_.!*()", "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if isLetter(c) || isDigit(c) || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

func encodeArray(_ *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	raw := make([]byte, len(list))
	for i, v := range list {
		n, ok := asInt(v)
		if !ok || n < -128 || n > 255 {
			return nil
		}
		raw[i] = byte(n)
	}
	return String(base64.StdEncoding.EncodeToString(raw))
}

// swapGuid turns the bytes of the text into those in memory and back: the
// first three fields are little-endian there.
func swapGuid(g Guid) Guid {
	for _, pair := range [][2]int{{0, 3}, {1, 2}, {4, 5}, {6, 7}} {
		g[pair[0]], g[pair[1]] = g[pair[1]], g[pair[0]]
	}
	return g
}
