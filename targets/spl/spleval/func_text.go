package spleval

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textFunctions work on each value of a multivalue field.
func textFunctions() map[string]*function {
	text := func(f func(s string) string) *function {
		return &function{min: 1, max: 1, apply: func(_ *scope, a []value) value {
			return a[0].each(func(s string) value { return str(f(s)) })
		}}
	}
	return map[string]*function{
		"lower": text(func(s string) string { return strings.Map(unicode.ToLower, s) }),
		"upper": text(func(s string) string { return strings.Map(unicode.ToUpper, s) }),
		"len": {min: 1, max: 1, result: numberKind, apply: func(_ *scope, a []value) value {
			return a[0].each(func(s string) value { return number(float64(utf8.RuneCountInString(s))) })
		}},
		"trim":      trimFunction(strings.Trim),
		"ltrim":     trimFunction(strings.TrimLeft),
		"rtrim":     trimFunction(strings.TrimRight),
		"replace":   {min: 3, max: 3, build: buildReplace},
		"substr":    {min: 2, max: 3, apply: substr},
		"urldecode": text(urldecode),
		"md5":       text(func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }),
		"sha1":      text(func(s string) string { h := sha1.Sum([]byte(s)); return hex.EncodeToString(h[:]) }),
		"sha256":    text(func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }),
		"sha512":    text(func(s string) string { h := sha512.Sum512([]byte(s)); return hex.EncodeToString(h[:]) }),
		"tonumber":  {min: 1, max: 2, apply: tonumber},
		"tostring":  {min: 1, max: 2, apply: tostring},
		"printf":    {min: 1, max: -1, apply: printf},
	}
}

// trimFunction: "If the <trim_chars> argument is not specified, spaces and tabs are
// removed".
func trimFunction(trim func(s, cutset string) string) *function {
	return &function{min: 1, max: 2, apply: func(_ *scope, a []value) value {
		chars := " \t"
		if len(a) == 2 {
			var ok bool
			if chars, ok = a[1].text(); !ok {
				return null
			}
		}
		return a[0].each(func(s string) value { return str(trim(s, chars)) })
	}}
}

func buildReplace(p *parser, c *call) (evalFunc, *Error) {
	x, err := p.compile(c.args[0])
	if err != nil {
		return nil, err
	}
	with, err := p.compile(c.args[2])
	if err != nil {
		return nil, err
	}
	regexOf, err := p.regexArg(c.args[1])
	return func(sc *scope) value {
		v, re := x(sc), regexOf(sc)
		template, ok := with(sc).text()
		if v.isNull() || re == nil || !ok {
			return null
		}
		template = replacement(template)
		return v.each(func(s string) value {
			if !sc.rt.room(len(s) + (len(s)+1)*len(template)) {
				return null
			}
			return str(re.ReplaceAllString(s, template))
		})
	}, err
}

// substr: "The indexes follow SQLite semantics; they start at 1. Negative indexes
// can be used to indicate a start from the end of the string."
func substr(_ *scope, a []value) value {
	start, ok := a[1].num()
	if !ok {
		return null
	}
	length := math.MaxInt32 + 0.0
	if len(a) == 3 {
		if length, ok = a[2].num(); !ok {
			return null
		}
	}
	return a[0].each(func(s string) value {
		runes := []rune(s)
		from, count := clampInt(start), clampInt(length)
		switch {
		case from > 0:
			from--
		case from < 0:
			if from += len(runes); from < 0 {
				count += from
				from = 0
			}
		default:
			count--
		}
		if from >= len(runes) || count <= 0 {
			return str("")
		}
		return str(string(runes[from:min(from+count, len(runes))]))
	})
}

func clampInt(f float64) int { return int(max(min(f, math.MaxInt32), math.MinInt32)) }

func urldecode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// tonumber gives null for what is no number of the base.
func tonumber(_ *scope, a []value) value {
	if len(a) == 1 {
		return a[0].each(func(s string) value {
			if f, ok := parseNumber(strings.TrimSpace(s)); ok {
				return number(f)
			}
			return null
		})
	}
	base, ok := a[1].num()
	if !ok || base < 2 || base > 36 {
		return null
	}
	return a[0].each(func(s string) value {
		s = strings.TrimSpace(s)
		if base == 16 {
			s = strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
		}
		n, err := strconv.ParseInt(s, int(base), 64)
		if err != nil {
			return null
		}
		return number(float64(n))
	})
}

// tostring: a truth value is "True" or "False". Null stays null.
func tostring(_ *scope, a []value) value {
	if a[0].kind == kindBool {
		if isTrue(a[0]) {
			return str("True")
		}
		return str("False")
	}
	format := ""
	if len(a) == 2 {
		format, _ = a[1].text()
	}
	return a[0].each(func(s string) value {
		f, ok := parseNumber(s)
		if format == "" || !ok {
			return str(s)
		}
		switch format {
		case "hex":
			return str("0x" + strings.ToUpper(strconv.FormatInt(int64(f), 16)))
		case "binary":
			return str(strconv.FormatInt(int64(f), 2))
		case "commas":
			return str(commas(f))
		case "duration":
			return str(duration(f))
		}
		return null
	})
}

// commas rounds to two places and groups by thousands: 12,345.68.
func commas(f float64) string {
	s := strconv.FormatFloat(math.Abs(f), 'f', 2, 64)
	if f == math.Trunc(f) {
		s = strconv.FormatFloat(math.Abs(f), 'f', 0, 64)
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if f < 0 {
		return "-" + whole
	}
	return whole
}

// duration writes seconds as [D+]HH:MM:SS.
func duration(f float64) string {
	n := int64(f)
	s := fmt.Sprintf("%02d:%02d:%02d", n/3600%24, n/60%60, n%60)
	if days := n / 86400; days > 0 {
		s = fmt.Sprintf("%d+%s", days, s)
	}
	return s
}

// printf knows the conversions d i u s c f e g x X o and %%, with flags, width and
// precision.
func printf(sc *scope, a []value) value {
	format, ok := a[0].text()
	if !ok {
		return null
	}
	args := a[1:]
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		start := i
		for i++; i < len(format) && strings.IndexByte("-+ 0#.123456789", format[i]) >= 0; i++ {
		}
		if i >= len(format) || i-start > 8 {
			return null
		}
		if format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if len(args) == 0 {
			return null
		}
		s, ok := convert(format[start:i], format[i], args[0])
		if !ok || !sc.rt.room(b.Len()+len(s)) {
			return null
		}
		b.WriteString(s)
		args = args[1:]
	}
	return str(b.String())
}

func convert(spec string, verb byte, v value) (string, bool) {
	switch verb {
	case 's', 'c':
		s, ok := v.text()
		return fmt.Sprintf(spec+"s", s), ok
	case 'd', 'i', 'u':
		f, ok := v.num()
		return fmt.Sprintf(spec+"d", int64(f)), ok
	case 'x', 'X', 'o':
		f, ok := v.num()
		return fmt.Sprintf(spec+string(verb), int64(f)), ok
	case 'f', 'F', 'e', 'E', 'g', 'G':
		f, ok := v.num()
		return fmt.Sprintf(spec+string(verb), f), ok
	}
	return "", false
}
