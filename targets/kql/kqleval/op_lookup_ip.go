package kqleval

import (
	"net/netip"
	"slices"
)

// ipLookup is an ipv4_lookup or ipv6_lookup that is bound: a join of the rows
// whose address lies in a range of the lookup table.
type ipLookup struct {
	join
	source, network int // the columns of the address and of the range
	parse           func(string) (netip.Prefix, bool)
}

// ipLookup binds ipvN_lookup(table, address, range, [keys…], [return_unmatched]).
func (b *binder) ipLookup(in *relation, op *evaluateOp, parse func(string) (netip.Prefix, bool)) *relation {
	args := op.call.args
	if len(args) < 3 {
		b.fail(op.call.nameAt, "KS119", "%s takes a table, the column of the addresses and the column of the ranges", op.call.name)
		return in
	}
	l := &ipLookup{join: join{at: op.at, left: in}, parse: parse}
	l.leftCols, l.rightCols, l.pairs = true, true, true
	b.within(nil, func() { l.right = b.table(args[0].x) })
	l.source = b.columnArg(in, args[1].x)
	l.network = b.columnArg(l.right, args[2].x)
	for i, a := range args[3:] {
		unmatched := len(a.names) == 1 && a.names[0].name == "return_unmatched"
		if _, isName := a.x.(*nameNode); isName && !unmatched {
			l.leftKeys = append(l.leftKeys, b.columnArg(in, a.x))
			l.rightKeys = append(l.rightKeys, b.columnArg(l.right, a.x))
			continue
		}
		flag, ok := b.rowless(a.x).val.(Bool)
		if !ok || i != len(args)-4 {
			b.fail(a.x.span(), "", "a column that both tables have, or return_unmatched as true or false, should stand here")
		}
		l.leftRest = bool(flag)
	}
	if l.source < 0 || l.network < 0 || slices.Contains(l.leftKeys, -1) || slices.Contains(l.rightKeys, -1) {
		return in
	}
	l.columns(true)
	return &relation{cols: l.cols, run: l.run}
}

// An ipKey is a range, with the key of the other columns that must be equal.
type ipKey struct {
	network netip.Prefix
	rest    string
}

func (l *ipLookup) run(rt *runtime) (*rowset, error) {
	left, err := l.left.run(rt)
	if err != nil {
		return nil, err
	}
	right, err := l.right.run(rt)
	if err != nil {
		return nil, err
	}
	index := map[ipKey][]int{}
	lengths := map[int]bool{}
	for i, row := range right.rows {
		network, ok1 := l.parse(FormatValue(row[l.network]))
		rest, ok2 := joinKeyOf(row, l.rightKeys)
		if ok1 && ok2 {
			key := ipKey{network.Masked(), rest}
			index[key] = append(index[key], i)
			lengths[network.Bits()] = true
		}
		rt.hold(64)
	}
	out := rt.builder(l.at)
	hit := make([]bool, len(right.rows))
	for _, row := range left.rows {
		if err := l.emit(out, row, l.matches(row, index, lengths), right.rows, hit); err != nil {
			return nil, err
		}
	}
	rt.used -= right.bytes + 64*int64(len(right.rows))
	return out.done(left, false)
}

// matches gives the rows of the lookup table, in their order, whose range
// holds the address of the row.
func (l *ipLookup) matches(row []Value, index map[ipKey][]int, lengths map[int]bool) []int {
	addr, ok1 := l.parse(FormatValue(row[l.source]))
	rest, ok2 := joinKeyOf(row, l.leftKeys)
	if !ok1 || !ok2 {
		return nil
	}
	var out []int
	for n := range lengths {
		if n <= addr.Bits() {
			out = append(out, index[ipKey{netip.PrefixFrom(addr.Addr(), n).Masked(), rest}]...)
		}
	}
	slices.Sort(out)
	return out
}

func prefix4(s string) (netip.Prefix, bool) {
	x, ok := parseIP4(s)
	a := [4]byte{byte(x.addr >> 24), byte(x.addr >> 16), byte(x.addr >> 8), byte(x.addr)}
	return netip.PrefixFrom(netip.AddrFrom4(a), x.prefix), ok
}

func prefix6(s string) (netip.Prefix, bool) {
	x, ok := parseIP6(s)
	return netip.PrefixFrom(x.addr, x.prefix), ok
}
