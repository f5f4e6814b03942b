package kql

import (
	"fmt"
	"net/netip"

	"github.com/sigproof/sigproof/compiler/ir"
)

// mappedBits is how many bits stand before the IPv4 address in an IPv6
// address that maps it.
const mappedBits = 96

// cidrCond asks for an address in a network. An IPv4 address may come mapped
// into IPv6; a network of IPv6 that spans the mapped ones does not hold them.
func cidrCond(o operand, p netip.Prefix) cond {
	in6 := func(network string) string { return "ipv6_is_in_range(" + o.text() + ", " + quote(network) + ")" }
	if p.Addr().Is4() {
		mapped := fmt.Sprintf("::ffff:%s/%d", p.Addr(), mappedBits+p.Bits())
		text := "ipv4_is_in_range(" + o.text() + ", " + quote(p.String()) + ") or " + in6(mapped)
		return cond{text: text, level: levelOr, null: true}
	}
	if p.Contains(netip.MustParseAddr("::ffff:0.0.0.0")) {
		return cond{text: in6(p.String()) + " and not(" + in6("::ffff:0:0/96") + ")", level: levelAnd, null: true}
	}
	return cond{text: in6(p.String()), level: levelPrimary, null: true}
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
