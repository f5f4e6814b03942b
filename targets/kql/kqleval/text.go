package kqleval

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of dynamic values.
const maxDepth = 200

// FormatValue writes a value as tostring() does: null as "", arrays and bags
// as JSON.
func FormatValue(v Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case String:
		return string(v)
	case Array, *Bag:
		return string(appendJSON(nil, v))
	case Bool:
		if v {
			return "true"
		}
		return "false"
	case Real:
		return formatReal(float64(v))
	case Long:
		return strconv.FormatInt(int64(v), 10)
	case Int:
		return strconv.FormatInt(int64(v), 10)
	case fmt.Stringer:
		return v.String()
	}
	return ""
}

// String writes 8-4-4-4-12 hexadecimal digits.
func (g Guid) String() string {
	h := hex.EncodeToString(g[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// formatReal writes the shortest text that reads back as f.
func formatReal(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	if a := math.Abs(f); a != 0 && (a < 1e-5 || a >= 1e15) {
		s := strconv.FormatFloat(f, 'E', -1, 64)
		mantissa, exp, _ := strings.Cut(s, "E")
		return mantissa + "E" + exp[:1] + pad3(exp[1:])
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func pad3(exp string) string {
	for len(exp) < 2 {
		exp = "0" + exp
	}
	return exp
}

// parseGuid reads 32 hexadecimal digits with any dashes, in braces or not.
func parseGuid(s string) (Guid, bool) {
	s = strings.Trim(strings.TrimSpace(s), "{}")
	var g Guid
	raw, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(raw) != len(g) {
		return g, false
	}
	copy(g[:], raw)
	return g, true
}

// appendJSON writes a value as JSON; what JSON lacks becomes a string.
func appendJSON(b []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case Bool, Long, Int:
		return append(b, FormatValue(v)...)
	case Real:
		return appendReal(b, float64(v))
	case Array:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, x)
		}
		return append(b, ']')
	case *Bag:
		b = append(b, '{')
		for i, k := range v.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendQuoted(b, k)
			b = append(b, ':')
			b = appendJSON(b, v.vals[i])
		}
		return append(b, '}')
	}
	return appendQuoted(b, FormatValue(v))
}

// appendReal writes 1.0 for a whole number, so that it reads back as a real.
func appendReal(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendQuoted(b, formatReal(f))
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if a := math.Abs(f); a == 0 || a >= 1e-5 && a < 1e15 {
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	b = append(b, text...)
	if !strings.ContainsAny(text, ".eE") {
		b = append(b, ".0"...)
	}
	return b
}

// appendQuoted writes a JSON string; unlike encoding/json it leaves < > & alone.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r < 0x20:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// parseJSON reads one JSON value; integers become longs, other numbers reals.
func parseJSON(text []byte) (Value, bool) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	v, err := readJSON(dec, 0)
	if err != nil {
		return nil, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, false
	}
	return v, true
}

func readJSON(dec *json.Decoder, depth int) (Value, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("JSON nests deeper than %d", maxDepth)
	}
	tok, err := dec.Token()
	if err == io.EOF && depth > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	switch tok := tok.(type) {
	case string:
		return String(tok), nil
	case bool:
		return Bool(tok), nil
	case json.Number:
		return jsonNumber(string(tok)), nil
	case json.Delim:
		if tok == '[' {
			return readArray(dec, depth)
		}
		return readBag(dec, depth)
	}
	return nil, nil
}

func readArray(dec *json.Decoder, depth int) (Value, error) {
	out := Array{}
	for dec.More() {
		v, err := readJSON(dec, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, closeJSON(dec)
}

// closeJSON reads the closing bracket; the end of the text is an error here.
func closeJSON(dec *json.Decoder) error {
	_, err := dec.Token()
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func readBag(dec *json.Decoder, depth int) (Value, error) {
	out := &Bag{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := readJSON(dec, depth+1)
		if err != nil {
			return nil, err
		}
		out.set(key.(string), v)
	}
	return out, closeJSON(dec)
}

func jsonNumber(s string) Value {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Long(n)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return nil
	}
	return Real(f)
}
