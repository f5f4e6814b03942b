package kqleval

import (
	"strings"
	"unicode/utf8"
)

func punycodeFunctions() map[string]function {
	return map[string]function{
		"punycode_from_string": {params: "s", ret: TString, apply: textOrNone(encodePunycode)},
		"punycode_to_string":   {params: "s", ret: TString, apply: textOrNone(decodePunycode)},
		// The domain functions are named the other way round: to_string encodes.
		"punycode_domain_to_string":   {params: "s", ret: TString, apply: textOrNone(encodeDomain)},
		"punycode_domain_from_string": {params: "s", ret: TString, apply: textOrNone(decodeDomain)},
	}
}

// textOrNone makes a function of one that fails; "" is the result then.
func textOrNone(f func(string) (string, bool)) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		out, ok := f(str(a[0]))
		if !ok || rt.bigText(len(out)) {
			return nil
		}
		return String(out)
	}
}

// The parameters of RFC 3492, section 5.
const (
	punyBase    = 36
	punyMin     = 1
	punyMax     = 26
	punySkew    = 38
	punyDamp    = 700
	punyBias    = 72
	punyInitial = 128
	// maxPunycode bounds a text in runes: coding takes time by its square.
	maxPunycode = 1 << 10
)

func punyAdapt(delta, points int, first bool) int {
	if delta /= 2; first {
		delta = delta * 2 / punyDamp
	}
	delta += delta / points
	k := 0
	for ; delta > (punyBase-punyMin)*punyMax/2; k += punyBase {
		delta /= punyBase - punyMin
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}

// punyThreshold is t(k) of the RFC.
func punyThreshold(k, bias int) int { return min(max(k-bias, punyMin), punyMax) }

// encodePunycode follows RFC 3492, section 6.3.
func encodePunycode(s string) (string, bool) {
	runes := []rune(s)
	if len(runes) > maxPunycode || !utf8.ValidString(s) {
		return "", false
	}
	var out []byte
	for _, r := range runes {
		if r < punyInitial {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(punyInitial), 0, punyBias
	for done := basic; done < len(runes); {
		next := rune(utf8.MaxRune)
		for _, r := range runes {
			if r >= n {
				next = min(next, r)
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r == n {
				out = appendVariable(out, delta, bias)
				bias = punyAdapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		n++
	}
	return string(out), true
}

// appendVariable writes a number in digits whose base falls with their place.
func appendVariable(out []byte, q, bias int) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := punyBase; ; k += punyBase {
		t := punyThreshold(k, bias)
		if q < t {
			return append(out, digits[q])
		}
		out = append(out, digits[t+(q-t)%(punyBase-t)])
		q = (q - t) / (punyBase - t)
	}
}

// decodePunycode follows RFC 3492, section 6.2.
func decodePunycode(s string) (string, bool) {
	var out []rune
	if cut := strings.LastIndexByte(s, '-'); cut >= 0 {
		out = []rune(s[:cut])
		s = s[cut+1:]
	}
	if len(s) > maxPunycode {
		return "", false
	}
	n, i, bias := punyInitial, 0, punyBias
	for first := true; s != ""; first = false {
		old, w := i, 1
		for k := punyBase; ; k += punyBase {
			if s == "" {
				return "", false
			}
			d, ok := punyDigit(s[0])
			s = s[1:]
			if i += d * w; !ok || i > 1<<40 {
				return "", false
			}
			t := punyThreshold(k, bias)
			if d < t {
				break
			}
			w *= punyBase - t
			if w > 1<<40 {
				return "", false
			}
		}
		bias = punyAdapt(i-old, len(out)+1, first)
		n += i / (len(out) + 1)
		i %= len(out) + 1
		if n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
			return "", false
		}
		out = append(out[:i], append([]rune{rune(n)}, out[i:]...)...)
		i++
	}
	return string(out), true
}

func punyDigit(c byte) (int, bool) {
	switch {
	case isDigit(c):
		return int(c-'0') + 26, true
	case isLetter(c):
		return int(c|0x20) - 'a', true
	}
	return 0, false
}

// encodeDomain encodes the labels that are not ASCII; the wide full stops
// separate labels too.
func encodeDomain(s string) (string, bool) {
	labels := strings.Split(strings.NewReplacer("。", ".", "．", ".", "｡", ".").Replace(s), ".")
	for i, l := range labels {
		if isASCII(l) {
			continue
		}
		out, ok := encodePunycode(l)
		if !ok {
			return "", false
		}
		labels[i] = "xn--" + out
	}
	return strings.Join(labels, "."), true
}

func decodeDomain(s string) (string, bool) {
	labels := strings.Split(s, ".")
	for i, l := range labels {
		if len(l) < 4 || !strings.EqualFold(l[:4], "xn--") {
			continue
		}
		out, ok := decodePunycode(l[4:])
		if !ok {
			return "", false
		}
		labels[i] = out
	}
	return strings.Join(labels, "."), true
}
