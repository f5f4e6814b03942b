package kqleval

// windowCall binds the functions that look at other rows. Documentation: they
// need a serialized row set, one whose order sort, top, range or serialize gave.
func (b *binder) windowCall(n *callNode) *bound {
	if b.row == nil || !b.row.sorted {
		b.fail(n.nameAt, "", "%s() needs rows with an order; put sort or serialize before it", n.name)
		return unknown(n.at)
	}
	var out *bound
	switch n.name {
	case "prev", "next":
		out = b.neighbour(n)
	case "row_number":
		out = b.rowNumber(n)
	case "row_cumsum":
		out = b.rowCumsum(n)
	case "row_window_session":
		out = b.rowSession(n)
	default:
		out = b.rowRank(n)
	}
	out.window, out.row = true, b.row
	return out
}

// neighbour binds prev(column, [offset], [default]) and next.
func (b *binder) neighbour(n *callNode) *bound {
	if !b.wantArgs(n, 1, 3) {
		return unknown(n.at)
	}
	args := b.argBounds(n)
	if anyUnknown(args) {
		return unknown(n.at)
	}
	x := args[0]
	dist := 1
	if len(args) > 1 {
		v, ok := asInt(args[1].val)
		if !args[1].konst || !args[1].typ.isInteger() || !ok || v < 0 || v > 1<<31 {
			b.fail(args[1].at, "", "the offset of %s() must be a constant integer", n.name)
			return unknown(n.at)
		}
		dist = int(v)
	}
	if n.name == "prev" {
		dist = -dist
	}
	def := evalFn(func(*env) Value { return zero(x.typ) })
	if len(args) > 2 {
		d, ok := convertTo(args[2], x.typ)
		if !ok {
			b.fail(args[2].at, "KS107", "the default of %s() must be a %s, and this is a %s", n.name, x.typ, d.typ)
			return unknown(n.at)
		}
		def = d.eval
	}
	return &bound{typ: x.typ, eval: func(e *env) Value {
		i := e.idx + dist
		if i < 0 || i >= len(e.rows) {
			return def(e)
		}
		return x.eval(&env{rt: e.rt, row: e.rows[i], rows: e.rows, idx: i})
	}}
}

// stateful makes the closure of a function that remembers: it starts anew at
// the first row and where restart holds.
func stateful[S any](slot int, restart evalFn, next func(e *env, s *S, fresh bool) Value) evalFn {
	return func(e *env) Value {
		s, ok := e.rt.slot(slot).(*S)
		fresh := !ok || e.idx == 0
		if restart != nil && restart(e) == Bool(true) {
			fresh = true
		}
		if fresh {
			s = new(S)
			e.rt.setSlot(slot, s)
		}
		return next(e, s, fresh)
	}
}

// restartArg binds the argument that says where a window starts anew.
func (b *binder) restartArg(args []*bound, i int) evalFn {
	if i >= len(args) {
		return nil
	}
	if args[i].typ != TBool {
		b.fail(args[i].at, "KS107", "a bool should stand here, and this is a %s", args[i].typ)
	}
	return args[i].eval
}

func (b *binder) rowNumber(n *callNode) *bound {
	if !b.wantArgs(n, 0, 2) {
		return unknown(n.at)
	}
	args := b.argBounds(n)
	start := Value(Long(1))
	if len(args) > 0 {
		if !args[0].typ.isInteger() || !args[0].konst {
			b.fail(args[0].at, "", "the first number of row_number() must be a constant integer")
			return unknown(n.at)
		}
		start = cast(args[0].val, TLong)
	}
	return &bound{typ: TLong, eval: stateful(b.newSlot(), b.restartArg(args, 1), func(_ *env, s *Value, fresh bool) Value {
		if fresh {
			*s = start
		} else {
			*s = arithmetic("+", *s, Long(1), TLong)
		}
		return *s
	})}
}

func (b *binder) rowCumsum(n *callNode) *bound {
	if !b.wantArgs(n, 1, 2) {
		return unknown(n.at)
	}
	args := b.argBounds(n)
	if anyUnknown(args) {
		return unknown(n.at)
	}
	x := args[0]
	if !x.typ.isNumber() && x.typ != TTimespan {
		b.fail(x.at, "KS137", "row_cumsum() adds numbers, and this is a %s", x.typ)
		return unknown(n.at)
	}
	typ := x.typ
	return &bound{typ: typ, eval: stateful(b.newSlot(), b.restartArg(args, 1), func(e *env, s *Value, fresh bool) Value {
		v := x.eval(e)
		switch {
		case *s == nil:
			*s = v
		case v != nil:
			*s = cast(arithmetic("+", *s, v, typ), typ)
		}
		return *s
	})}
}

// rowRank binds row_rank_dense and row_rank_min: the rank grows where the value
// changes, by one or to the number of the row.
func (b *binder) rowRank(n *callNode) *bound {
	if !b.wantArgs(n, 1, 2) {
		return unknown(n.at)
	}
	args := b.argBounds(n)
	if anyUnknown(args) {
		return unknown(n.at)
	}
	x, dense := args[0], n.name == "row_rank_dense"
	type state struct {
		last      string
		rank, row Long
	}
	return &bound{typ: TLong, eval: stateful(b.newSlot(), b.restartArg(args, 1), func(e *env, s *state, fresh bool) Value {
		key := keyOf(x.eval(e))
		s.row++
		if fresh || key != s.last {
			s.rank++
			if !dense {
				s.rank = s.row
			}
		}
		s.last = key
		return s.rank
	})}
}

// rowSession binds row_window_session(time, from first, between neighbours,
// [restart]): the start of the session that a row belongs to.
func (b *binder) rowSession(n *callNode) *bound {
	if !b.wantArgs(n, 3, 4) {
		return unknown(n.at)
	}
	args := b.argBounds(n)
	if anyUnknown(args) {
		return unknown(n.at)
	}
	if args[0].typ != TDateTime || args[1].typ != TTimespan || args[2].typ != TTimespan {
		b.fail(n.nameAt, "KS107", "row_window_session() takes a datetime and two timespans, not %s", typeList(args[:3]))
		return unknown(n.at)
	}
	type state struct {
		start, last DateTime
		open        bool
	}
	return &bound{typ: TDateTime, eval: stateful(b.newSlot(), b.restartArg(args, 3), func(e *env, s *state, _ bool) Value {
		t, ok := args[0].eval(e).(DateTime)
		first, ok1 := args[1].eval(e).(Timespan)
		gap, ok2 := args[2].eval(e).(Timespan)
		if !ok || !ok1 || !ok2 {
			*s = state{}
			return nil
		}
		// Documentation: a session ends where a time equals or exceeds a limit.
		if !s.open || Timespan(t-s.start) >= first || Timespan(t-s.last) >= gap {
			s.start = t
		}
		s.last, s.open = t, true
		return s.start
	})}
}
