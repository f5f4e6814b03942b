package kqleval

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Ticks of 100 ns in the units of time.
const (
	tick        = 1
	microsecond = 10 * tick
	millisecond = 1000 * microsecond
	second      = 1000 * millisecond
	minute      = 60 * second
	hour        = 60 * minute
	day         = 24 * hour
)

// unitTicks gives the ticks of a unit of timespan literals, or 0.
func unitTicks(unit string) int64 {
	switch unit {
	case "d", "day", "days":
		return day
	case "h", "hr", "hrs", "hour", "hours":
		return hour
	case "m", "min", "minute", "minutes":
		return minute
	case "s", "sec", "second", "seconds":
		return second
	case "ms", "milli", "millis", "millisec", "millisecond", "milliseconds":
		return millisecond
	case "micro", "micros", "microsec", "microsecond", "microseconds":
		return microsecond
	case "tick", "ticks":
		return tick
	}
	return 0
}

// escapeLen gives the length of the escape at the start of s, or 0.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	hex := 0
	switch s[1] {
	case '\\', '"', '\'', 'a', 'b', 'f', 'n', 'r', 't', 'v', '`', '~':
		return 2
	case 'x':
		hex = 2
	case 'u':
		hex = 4
	case 'U':
		hex = 8
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n := 1
		for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		return n
	default:
		return 0
	}
	if len(s) < 2+hex {
		return 0
	}
	for i := range hex {
		if !isHex(s[2+i]) {
			return 0
		}
	}
	return 2 + hex
}

// unquote gives the text of a string literal that the scanner accepted.
func unquote(lit string) string {
	lit = strings.TrimLeft(lit, "hH")
	if isFence(lit) {
		return lit[3 : len(lit)-3]
	}
	if lit[0] == '@' {
		q := lit[1:2]
		return strings.ReplaceAll(lit[2:len(lit)-1], q+q, q)
	}
	body := lit[1 : len(lit)-1]
	if !strings.Contains(body, `\`) {
		return body
	}
	var b strings.Builder
	for i := 0; i < len(body); {
		if body[i] != '\\' {
			b.WriteByte(body[i])
			i++
			continue
		}
		n := max(escapeLen(body[i:]), 1)
		b.WriteString(unescape(body[i : i+n]))
		i += n
	}
	return b.String()
}

// unescape gives the text of one escape.
func unescape(esc string) string {
	if len(esc) < 2 {
		return esc
	}
	switch c := esc[1]; c {
	case 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return string("\a\b\f\n\r\t\v"[strings.IndexByte("abfnrtv", c)])
	case 'x', 'u', 'U':
		return runeText(esc[2:], 16)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		return runeText(esc[1:], 8)
	}
	return esc[1:]
}

func runeText(digits string, base int) string {
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return string(utf8.RuneError)
	}
	return string(rune(n))
}
