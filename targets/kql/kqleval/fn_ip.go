package kqleval

import (
	"cmp"
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

func ipFunctions() map[string]function {
	test4 := func(f func(x, y ip4) Value) func(*runtime, []Value) Value {
		return func(_ *runtime, a []Value) Value {
			x, ok1 := parseIP4(str(a[0]))
			y, ok2 := parseIP4(str(a[1]))
			if !ok1 || !ok2 {
				return nil
			}
			return f(x, y)
		}
	}
	return map[string]function{
		"parse_ipv4":      {params: "s", ret: TLong, apply: func(_ *runtime, a []Value) Value { return maskedLong(str(a[0]), 32) }},
		"parse_ipv4_mask": {params: "si", ret: TLong, apply: func(_ *runtime, a []Value) Value { return maskedLong(str(a[0]), num(a[1])) }},
		"ipv4_is_in_range": {params: "ss", ret: TBool, apply: test4(func(x, y ip4) Value {
			return Bool(x.masked(y.prefix) == y.masked(y.prefix))
		})},
		"ipv4_is_match":        {params: "ss?i", ret: TBool, apply: compare4(func(c int) Value { return Bool(c == 0) })},
		"ipv4_compare":         {params: "ss?i", ret: TLong, apply: compare4(func(c int) Value { return Long(c) })},
		"ipv4_is_in_any_range": {params: "sa*", ret: TBool, nulls: true, apply: inAnyRange4},
		"ipv4_is_private":      {params: "s", ret: TBool, apply: isPrivate4},
		"ipv4_netmask_suffix": {params: "s", ret: TLong, apply: func(_ *runtime, a []Value) Value {
			if x, ok := parseIP4(str(a[0])); ok {
				return Long(x.prefix)
			}
			return nil
		}},
		"format_ipv4":             {params: "a?i", ret: TString, apply: formatIP4(false)},
		"format_ipv4_mask":        {params: "a?i", ret: TString, apply: formatIP4(true)},
		"ipv4_range_to_cidr_list": {params: "ss", ret: TDynamic, apply: cidrList},
		"parse_ipv6":              {params: "s", ret: TString, apply: func(_ *runtime, a []Value) Value { return canonical6(str(a[0]), 128) }},
		"parse_ipv6_mask": {params: "si", ret: TString, apply: func(_ *runtime, a []Value) Value {
			return canonical6(str(a[0]), num(a[1]))
		}},
		"ipv6_compare":         {params: "ss?i", ret: TLong, apply: compare6(func(c int) Value { return Long(c) })},
		"ipv6_is_match":        {params: "ss?i", ret: TBool, apply: compare6(func(c int) Value { return Bool(c == 0) })},
		"ipv6_is_in_range":     {params: "ss", ret: TBool, apply: inRange6},
		"ipv6_is_in_any_range": {params: "sa*", ret: TBool, nulls: true, apply: inAnyRange6},
		"has_ipv4":             {params: "ss", ret: TBool, apply: hasIP4(sameIP4)},
		"has_any_ipv4":         {params: "sa*", ret: TBool, nulls: true, apply: hasIP4(sameIP4)},
		"has_ipv4_prefix":      {params: "ss", ret: TBool, apply: hasIP4(prefixIP4)},
		"has_any_ipv4_prefix":  {params: "sa*", ret: TBool, nulls: true, apply: hasIP4(prefixIP4)},
	}
}

// An ip4 is an IPv4 address with the length of its prefix, 32 if it has none.
type ip4 struct {
	addr   uint32
	prefix int
}

func (x ip4) masked(prefix int) uint32 { return x.addr & mask4(prefix) }

func mask4(prefix int) uint32 { return uint32(uint64(0xffffffff) << (32 - prefix)) }

// parseIP4 reads a.b.c.d[/prefix].
func parseIP4(s string) (ip4, bool) {
	addr, prefix, hasPrefix := strings.Cut(strings.TrimSpace(s), "/")
	x := ip4{prefix: 32}
	if hasPrefix {
		n, ok := smallInt(prefix, 32)
		if !ok {
			return x, false
		}
		x.prefix = n
	}
	parts := strings.Split(addr, ".")
	if len(parts) != 4 {
		return x, false
	}
	for _, p := range parts {
		n, ok := smallInt(p, 255)
		if !ok || len(p) > 3 {
			return x, false
		}
		x.addr = x.addr<<8 | uint32(n)
	}
	return x, true
}

func text4(addr uint32) string {
	return fmt.Sprintf("%d.%d.%d.%d", addr>>24, addr>>16&255, addr>>8&255, addr&255)
}

func maskedLong(s string, prefix int64) Value {
	x, ok := parseIP4(s)
	if !ok || prefix < 0 || prefix > 32 {
		return nil
	}
	return Long(x.masked(min(x.prefix, int(prefix))))
}

// compare4 compares by the shortest of the prefixes.
func compare4(f func(int) Value) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		x, ok1 := parseIP4(str(a[0]))
		y, ok2 := parseIP4(str(a[1]))
		prefix := num(arg(a, 2, Long(32)))
		if !ok1 || !ok2 || prefix < 0 || prefix > 32 {
			return nil
		}
		p := min(x.prefix, y.prefix, int(prefix))
		return f(cmp.Compare(x.masked(p), y.masked(p)))
	}
}

func inAnyRange4(_ *runtime, a []Value) Value {
	x, ok := parseIP4(FormatValue(a[0]))
	if !ok {
		return nil
	}
	found := false
	for _, v := range a[1:] {
		eachItem(v, func(v Value) {
			if y, ok := parseIP4(FormatValue(v)); ok && x.masked(y.prefix) == y.masked(y.prefix) {
				found = true
			}
		})
	}
	return Bool(found)
}

func isPrivate4(_ *runtime, a []Value) Value {
	x, ok := parseIP4(str(a[0]))
	if !ok {
		return nil
	}
	return Bool(x.addr>>24 == 10 || x.addr>>20 == 0xac1 || x.addr>>16 == 0xc0a8)
}

// formatIP4 writes an address, given as text or number, cut to the shorter of
// its prefix and the mask; "" if either is out of range.
func formatIP4(withMask bool) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		x, ok := parseIP4(FormatValue(a[0]))
		if n, isInt := asInt(a[0]); isInt {
			x, ok = ip4{uint32(n), 32}, n >= 0 && n <= 0xffffffff
		}
		mask := num(arg(a, 1, Long(32)))
		if !ok || mask < 0 || mask > 32 {
			return String("")
		}
		prefix := min(x.prefix, int(mask))
		text := text4(x.masked(prefix))
		if withMask {
			text += "/" + strconv.Itoa(prefix)
		}
		return String(text)
	}
}

// cidrList covers a range of addresses by the fewest prefixes.
func cidrList(_ *runtime, a []Value) Value {
	x, ok1 := parseIP4(str(a[0]))
	y, ok2 := parseIP4(str(a[1]))
	if !ok1 || !ok2 || x.addr > y.addr {
		return nil
	}
	out := Array{}
	for lo, hi := uint64(x.addr), uint64(y.addr); lo <= hi; {
		size := bits.TrailingZeros64(lo | 1<<32)
		for size > 0 && lo+1<<size-1 > hi {
			size--
		}
		out = append(out, String(fmt.Sprintf("%s/%d", text4(uint32(lo)), 32-size)))
		lo += 1 << size
	}
	return out
}

// An ip6 is an IPv6 address with the length of its prefix; IPv4 is mapped.
type ip6 struct {
	addr   netip.Addr
	prefix int
	dotted bool // it ends in the notation of IPv4
}

// parseIP6 reads an IPv6 or IPv4 address with or without a prefix. The prefix
// of one that ends in a.b.c.d counts the bits of that part.
func parseIP6(s string) (ip6, bool) {
	text, prefix, hasPrefix := strings.Cut(strings.TrimSpace(s), "/")
	x := ip6{prefix: 128, dotted: strings.Contains(text, ".")}
	if !strings.Contains(text, ":") {
		y, ok := parseIP4(s)
		if !ok {
			return x, false
		}
		text, x.prefix, hasPrefix = "::ffff:"+text4(y.addr), 96+y.prefix, false
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return x, false
	}
	x.addr = netip.AddrFrom16(addr.As16())
	if hasPrefix {
		limit, add := 128, 0
		if x.dotted {
			limit, add = 32, 96
		}
		n, ok := smallInt(prefix, limit)
		if !ok {
			return x, false
		}
		x.prefix = n + add
	}
	return x, true
}

func (x ip6) masked(prefix int) [16]byte {
	b := x.addr.As16()
	for i := range b {
		if keep := min(max(prefix-8*i, 0), 8); keep < 8 {
			b[i] &= byte(0xff << (8 - keep))
		}
	}
	return b
}

// mapped makes ::a.b.c.d the address that IPv4 is mapped to, as comparisons do.
func (x ip6) mapped() ip6 {
	b := x.addr.As16()
	for _, c := range b[:12] {
		if c != 0 {
			return x
		}
	}
	if x.dotted {
		b[10], b[11] = 0xff, 0xff
		x.addr = netip.AddrFrom16(b)
	}
	return x
}

func canonical6(s string, prefix int64) Value {
	x, ok := parseIP6(s)
	if !ok || prefix < 0 || prefix > 128 {
		return nil
	}
	b := x.masked(min(x.prefix, int(prefix)))
	parts := make([]string, 8)
	for i := range parts {
		parts[i] = fmt.Sprintf("%02x%02x", b[2*i], b[2*i+1])
	}
	return String(strings.Join(parts, ":"))
}

func compare6(f func(int) Value) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		x, ok1 := parseIP6(str(a[0]))
		y, ok2 := parseIP6(str(a[1]))
		prefix := num(arg(a, 2, Long(128)))
		if !ok1 || !ok2 || prefix < 0 || prefix > 128 {
			return nil
		}
		p := min(x.prefix, y.prefix, int(prefix))
		xb, yb := x.mapped().masked(p), y.mapped().masked(p)
		return f(strings.Compare(string(xb[:]), string(yb[:])))
	}
}

func inRange6(_ *runtime, a []Value) Value {
	x, ok1 := parseIP6(str(a[0]))
	y, ok2 := parseIP6(str(a[1]))
	if !ok1 || !ok2 {
		return nil
	}
	return Bool(x.masked(y.prefix) == y.masked(y.prefix))
}

func inAnyRange6(_ *runtime, a []Value) Value {
	x, ok := parseIP6(FormatValue(a[0]))
	if !ok {
		return nil
	}
	found := false
	for _, v := range a[1:] {
		eachItem(v, func(v Value) {
			if y, ok := parseIP6(FormatValue(v)); ok && x.masked(y.prefix) == y.masked(y.prefix) {
				found = true
			}
		})
	}
	return Bool(found)
}

// hasIP4 looks in a text for addresses that stand alone: no letter, digit or
// point before or after them.
func hasIP4(match func(found, want string) bool) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		hit := false
		for _, found := range addressesIn(FormatValue(a[0])) {
			for _, v := range a[1:] {
				eachItem(v, func(v Value) { hit = hit || match(found, FormatValue(v)) })
			}
		}
		return Bool(hit)
	}
}

func addressesIn(text string) []string {
	var out []string
	for i := 0; i < len(text); {
		if !isTermRune(rune(text[i])) {
			i++
			continue
		}
		end := i
		for end < len(text) && (isTermRune(rune(text[end])) || text[end] == '.') {
			end++
		}
		word := strings.TrimRight(text[i:end], ".")
		if _, ok := parseIP4(word); ok {
			out = append(out, word)
		}
		i = end
	}
	return out
}

func sameIP4(found, want string) bool {
	x, ok1 := parseIP4(found)
	y, ok2 := parseIP4(want)
	return ok1 && ok2 && y.prefix == 32 && x == y
}

// prefixIP4 matches a whole address, or the start of one that ends in a point.
func prefixIP4(found, want string) bool {
	if strings.HasSuffix(want, ".") && strings.Trim(want, "0123456789.") == "" {
		return strings.HasPrefix(found, want)
	}
	return sameIP4(found, want)
}
