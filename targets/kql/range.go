package kql

import (
	"fmt"
	"net/netip"

	"github.com/sigproof/sigproof/compiler/ir"
)

// mappedBits is how many bits stand before the IPv4 address in an IPv6
// address that maps it.
const mappedBits = 96

// cidrConds ask for an address in a network. An IPv4 address may come mapped
// into IPv6; a network of IPv6 that spans the mapped ones does not hold them.
func cidrConds(o operand, p netip.Prefix) []cond {
	in := func(function, network string) cond {
		text := function + "(" + o.text() + ", " + quote(network) + ")"
		return cond{text: text, level: levelPrimary, null: true}
	}
	if p.Addr().Is4() {
		b := p.Addr().As4()
		mapped := fmt.Sprintf("::ffff:%x:%x/%d", uint(b[0])<<8|uint(b[1]), uint(b[2])<<8|uint(b[3]), mappedBits+p.Bits())
		return []cond{in("ipv4_is_in_range", p.String()), in("ipv6_is_in_range", mapped)}
	}
	within := in("ipv6_is_in_range", p.String())
	if spansMapped(p) {
		within.text += " and not(" + in("ipv6_is_in_range", "::ffff:0:0/96").text + ")"
		within.level = levelAnd
	}
	return []cond{within}
}

// spansMapped tells whether a network of IPv6 holds the mapped addresses.
// Prefix.Contains takes those for IPv4 and says no.
func spansMapped(p netip.Prefix) bool {
	mapped, err := netip.AddrFrom16(netip.MustParseAddr("::ffff:0:0").As16()).Prefix(p.Bits())
	return err == nil && p.Bits() <= mappedBits && mapped.Addr().As16() == p.Addr().As16()
}

// timeCond compares a part of a time in UTC.
func timeCond(o operand, m *ir.TimePart) cond {
	value := o.expr
	switch {
	case o.numeric() || o.typ == "bool":
		return never()
	case o.typ != "datetime":
		value = o.query.call("instant", o.text())
	}
	if m.Part == "week" {
		value = "week_of_year(" + value + ")"
	} else {
		value = "datetime_part(" + quote(m.Part) + ", " + value + ")"
	}
	return ordered(value, m.Op, number(m.Value))
}
