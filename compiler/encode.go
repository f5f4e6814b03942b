package compiler

import (
	"encoding/base64"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
)

// encode applies the encodings of an item, in the order of its modifiers. It
// gives the alternatives: three with base64offset, else one.
func encode(item *sigma.Item, parts []ir.Part) [][]ir.Part {
	var raw []byte // nil until an encoding asks for bytes
	for _, m := range item.Modifiers {
		switch m.Name {
		case "wide", "utf16le":
			raw = wide(literal(parts), false, false)
		case "utf16be":
			raw = wide(literal(parts), true, false)
		case "utf16":
			raw = wide(literal(parts), false, true)
		case "base64":
			return [][]ir.Part{text(base64.StdEncoding.EncodeToString(bytesOf(raw, parts)))}
		case "base64offset":
			return offsets(bytesOf(raw, parts))
		}
	}
	return [][]ir.Part{parts}
}

func bytesOf(raw []byte, parts []ir.Part) []byte {
	if raw != nil {
		return raw
	}
	return []byte(literal(parts))
}

func text(s string) []ir.Part { return []ir.Part{{Kind: ir.Literal, Text: s}} }

// literal is the text of parts that have no wildcard: the parser has refused
// those with an encoding.
func literal(parts []ir.Part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// wide encodes as UTF-16; with a mark the byte order mark of little endian
// comes first.
func wide(s string, bigEndian, mark bool) []byte {
	out := []byte{}
	if mark {
		out = append(out, 0xFF, 0xFE)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if bigEndian {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

// offsets gives what Base64 text holds of raw, whatever the bytes around it:
// one alternative for each place of its first byte in a group of three. The
// characters that neighbours share are cut. Spec, appendix Modifiers,
// base64offset.
func offsets(raw []byte) [][]ir.Part {
	var out [][]ir.Part
	for shift := range 3 {
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		start := (shift*8 + 5) / 6
		end := (shift + len(raw)) * 8 / 6
		if start < end {
			out = append(out, text(encoded[start:end]))
		}
	}
	return out
}

// windash makes each dash that starts a word stand for all of them: one not
// behind a letter, digit or underscore, and before one. A wildcard counts as a
// boundary.
func windash(parts []ir.Part) []ir.Part {
	var out []ir.Part
	for _, p := range parts {
		if p.Kind != ir.Literal {
			out = append(out, p)
			continue
		}
		out = append(out, dashes([]rune(p.Text))...)
	}
	return out
}

func dashes(runes []rune) []ir.Part {
	var out []ir.Part
	start := 0
	for i, r := range runes {
		if !strings.ContainsRune(ir.Dashes, r) || i+1 >= len(runes) || !isWord(runes[i+1]) || i > 0 && isWord(runes[i-1]) {
			continue
		}
		if start < i {
			out = append(out, ir.Part{Kind: ir.Literal, Text: string(runes[start:i])})
		}
		out = append(out, ir.Part{Kind: ir.Dash})
		start = i + 1
	}
	if start < len(runes) {
		out = append(out, ir.Part{Kind: ir.Literal, Text: string(runes[start:])})
	}
	return out
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// decimalInBase reads digits of another base.
func decimalInBase(digits string, base int64) (ir.Decimal, bool) {
	n, ok := new(big.Int).SetString(digits, int(base))
	if !ok {
		return ir.Decimal{}, false
	}
	return ir.ParseDecimal(n.String())
}
