package spleval

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A pattern is a value of the search command: text in any case, in which each *
// stands for any run of characters, also inside quotes. "SPL uses the asterisk
// ( * ) as a wildcard character. The backslash symbol can't be used to escape the
// asterisk in search strings." (Search Manual, Backslashes.)
type pattern struct {
	parts  []string // between the stars, lower case unless cased
	cased  bool
	prefix netip.Prefix // "The search command can perform a CIDR match"
}

func newPattern(text string, cased bool) pattern {
	p := pattern{cased: cased}
	if !cased {
		text = lower(text)
	}
	p.parts = strings.Split(text, "*")
	if len(p.parts) == 1 && strings.IndexByte(text, '/') > 0 {
		p.prefix, _ = parsePrefix(text)
	}
	return p
}

// exact says whether the pattern has no wildcard.
func (p *pattern) exact() bool { return len(p.parts) == 1 }

// match tests a value given as it is and in lower case.
func (p *pattern) match(value, lowered string) bool {
	s := lowered
	if p.cased {
		s = value
	}
	if len(p.parts) == 1 {
		return s == p.parts[0] || p.prefix.IsValid() && inPrefix(p.prefix, value)
	}
	first, last := p.parts[0], p.parts[len(p.parts)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, part := range p.parts[1 : len(p.parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return true
}

// lower lowers each letter by itself, without copying what is lower already.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.Map(unicode.ToLower, s)
		}
	}
	return s
}

// parsePrefix reads an address range; host bits are cleared.
func parsePrefix(s string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

// inPrefix is false of what is no address, and of an address of the other family.
func inPrefix(p netip.Prefix, ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && p.Contains(a.WithZone(""))
}

// nameMatcher matches field names, case-sensitively, by a pattern with stars, and
// gives what each star stands for.
func nameMatch(pattern, name string) ([]string, bool) {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return nil, pattern == name
	}
	if !strings.HasPrefix(name, parts[0]) {
		return nil, false
	}
	rest := name[len(parts[0]):]
	var stars []string
	for i, part := range parts[1:] {
		at := strings.Index(rest, part)
		if i == len(parts)-2 {
			at = len(rest) - len(part)
			if at < 0 || !strings.HasSuffix(rest, part) {
				return nil, false
			}
		}
		if at < 0 {
			return nil, false
		}
		stars = append(stars, rest[:at])
		rest = rest[at+len(part):]
	}
	return stars, true
}

// fillStars puts what the stars stood for into another pattern.
func fillStars(pattern string, stars []string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '*' && len(stars) > 0 {
			b.WriteString(stars[0])
			stars = stars[1:]
			continue
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}
