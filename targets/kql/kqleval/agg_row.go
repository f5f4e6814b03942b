package kqleval

import (
	"math"
	"slices"
	"strings"
)

// starArgs binds the arguments of an aggregate that gives columns: names, and
// for a * all columns but the keys and those already given.
func (b *binder) starArgs(args []argNode, scope *aggScope, taken map[string]bool) []namedExpr {
	var out []namedExpr
	for _, a := range args {
		if _, ok := a.x.(*starNode); !ok {
			out = append(out, b.namedExprs([]argNode{a}, "")...)
			continue
		}
		for i, c := range scope.input.cols {
			if !scope.by[c.Name] && !taken[c.Name] {
				out = append(out, namedExpr{name: c.Name, x: b.columnExpr(i), at: a.x.span()})
			}
		}
	}
	return out
}

// tupleOf gives the columns of an aggregate whose result is an array.
func tupleOf(res *bound, cols []namedExpr) *bound {
	items := make([]*bound, len(cols))
	for i, c := range cols {
		item := *res
		item.typ, item.name = c.x.typ, c.name
		null := zero(c.x.typ)
		item.eval = func(e *env) Value {
			if row, ok := res.eval(e).(Array); ok && i < len(row) {
				return row[i]
			}
			return null
		}
		items[i] = &item
	}
	out := *items[0]
	if len(items) > 1 {
		out.tuple = items
	}
	return &out
}

// argExtreme binds arg_max(by, columns…) and arg_min.
func (b *binder) argExtreme(n *callNode, scope *aggScope) *bound {
	if len(n.args) == 0 {
		b.fail(n.nameAt, "KS119", "%s() takes at least 1 argument", n.name)
		return unknown(n.at)
	}
	cols := b.namedExprs(n.args[:1], "")
	taken := map[string]bool{}
	if cols[0].x.plain {
		taken[cols[0].name] = true
	}
	if cols[0].name == "" {
		cols[0].name = strings.TrimPrefix(strings.TrimPrefix(n.name, "arg"), "_") + "_"
	}
	cols = append(cols, b.starArgs(n.args[1:], scope, taken)...)
	if t := cols[0].x.typ; t == TDynamic {
		b.fail(cols[0].at, "KS206", "%s() needs a value with an order, and this is a dynamic; cast it", n.name)
		return unknown(n.at)
	}
	want := 1
	if strings.HasSuffix(n.name, "min") {
		want = -1
	}
	res := scope.addAgg(boundAgg{args: exprEvals(cols), make: func() accumulator { return &argAcc{want: want} }}, TDynamic)
	return tupleOf(res, cols)
}

// argAcc keeps the row whose first value is the extreme. Nulls are passed over
// unless there is nothing else.
type argAcc struct {
	want int
	row  Array
}

func (a *argAcc) add(_ *runtime, args []Value) {
	v := args[0]
	switch {
	case a.row == nil,
		v != nil && a.row[0] == nil,
		v != nil && sign(orderValues(v, a.row[0])) == a.want:
		a.row = args
	}
}

func (a *argAcc) result() Value { return a.row }

// takeAny binds take_any(columns…), any() and the if forms.
func (b *binder) takeAny(n *callNode, scope *aggScope) *bound {
	args := n.args
	var pred evalFn
	if strings.HasSuffix(n.name, "if") {
		if !b.checkCount(n, "ab", len(args)) {
			return unknown(n.at)
		}
		p := b.predicate(args[1].x)
		pred, args = p.eval, args[:1]
	}
	if len(args) == 0 {
		b.fail(n.nameAt, "KS119", "%s() takes at least 1 argument", n.name)
		return unknown(n.at)
	}
	cols := b.starArgs(args, scope, nil)
	if len(cols) == 0 {
		b.fail(n.at, "", "%s(*) has no columns that are no keys", n.name)
		return unknown(n.at)
	}
	if strings.HasPrefix(n.name, "any") {
		for i, c := range cols {
			cols[i].name = "any_" + c.name
		}
	}
	res := scope.addAgg(boundAgg{args: exprEvals(cols), pred: pred, make: func() accumulator { return &anyAcc{} }}, TDynamic)
	return tupleOf(res, cols)
}

// anyAcc takes the first row; of a single column the first that is not null.
type anyAcc struct{ row Array }

func (a *anyAcc) add(_ *runtime, args []Value) {
	if a.row == nil || len(args) == 1 && (a.row[0] == nil || a.row[0] == String("")) {
		a.row = args
	}
}

func (a *anyAcc) result() Value { return a.row }

// percentiles binds the percentile functions: the w forms have a weight, the
// _array forms give one array.
func (b *binder) percentiles(n *callNode, scope *aggScope) *bound {
	first := 1
	weighted := strings.Contains(strings.TrimSuffix(n.name, "_array"), "w")
	if weighted {
		first = 2
	}
	args := b.argBounds(n)
	if len(args) <= first || strings.TrimSuffix(n.name, "w") == "percentile" && len(args) != first+1 {
		b.fail(n.nameAt, "KS119", "%s() takes %d arguments and percentiles, not %d arguments", n.name, first, len(args))
		return unknown(n.at)
	}
	if anyUnknown(args) {
		return unknown(n.at)
	}
	if !args[0].typ.isSummable() {
		b.fail(args[0].at, "KS138", "percentiles are of numbers, datetimes and timespans, and this is a %s", args[0].typ)
		return unknown(n.at)
	}
	if weighted && !args[1].typ.isInteger() {
		b.fail(args[1].at, "KS134", "a weight must be an integer, and this is a %s", args[1].typ)
		return unknown(n.at)
	}
	ps, ok := b.percents(args[first:])
	if !ok {
		return unknown(n.at)
	}
	acc := func() accumulator { return &percentAcc{ps: ps} }
	res := scope.addAgg(boundAgg{args: evalsOf(args[:first]), make: acc}, TDynamic)
	if strings.HasSuffix(n.name, "_array") {
		res.name = "percentiles_" + args[0].name
		return res
	}
	cols := make([]namedExpr, len(ps))
	for i, p := range ps {
		suffix := strings.ReplaceAll(formatReal(p), ".", "_")
		cols[i] = namedExpr{name: "percentile_" + args[0].name + "_" + suffix, x: &bound{typ: promoted(args)}}
	}
	return tupleOf(res, cols)
}

func (b *binder) percents(args []*bound) ([]float64, bool) {
	var out []float64
	for _, x := range args {
		if !x.konst {
			b.fail(x.at, "KS217", "a percentile must be a constant")
			return nil, false
		}
		ok := true
		eachItem(x.val, func(v Value) {
			p, isNum := asFloat(v)
			ok = ok && isNum && p >= 0 && p <= 100
			out = append(out, p)
		})
		if !ok {
			b.fail(x.at, "", "a percentile must be a number from 0 to 100")
			return nil, false
		}
	}
	return out, len(out) > 0
}

// percentAcc gives percentiles by the nearest rank: the least value such that
// at least p percent of the weight is at most it.
type percentAcc struct {
	ps    []float64
	items []weighted
	total float64
}

type weighted struct {
	v Value
	w float64
}

func (a *percentAcc) add(rt *runtime, args []Value) {
	item := weighted{args[0], 1}
	if n, ok := item.v.(Int); ok {
		item.v = Long(n)
	}
	if len(args) > 1 {
		item.w, _ = asFloat(args[1])
	}
	if item.v == nil || item.w <= 0 {
		return
	}
	a.items = append(a.items, item)
	a.total += item.w
	rt.hold(40)
}

func (a *percentAcc) result() Value {
	out := make(Array, len(a.ps))
	if len(a.items) == 0 {
		return out
	}
	slices.SortStableFunc(a.items, func(x, y weighted) int { return orderValues(x.v, y.v) })
	for i, p := range a.ps {
		rank := math.Max(1, math.Ceil(p/100*a.total-1e-9))
		seen := 0.0
		for _, it := range a.items {
			out[i] = it.v
			if seen += it.w; seen >= rank {
				break
			}
		}
	}
	return out
}

// schemaAcc builds what buildschema gives: the type of each property, a list of
// them if there are several, and `indexer` for the items of arrays.
type schemaAcc struct{ s shape }

type shape struct {
	scalars map[string]bool
	keys    []string
	props   map[string]*shape
	items   *shape
}

func (a *schemaAcc) add(rt *runtime, args []Value) {
	if args[0] != nil {
		a.s.add(args[0])
		rt.hold(64)
	}
}

func (s *shape) add(v Value) {
	switch v := v.(type) {
	case nil:
	case *Bag:
		if s.props == nil {
			s.props = map[string]*shape{}
		}
		for i, k := range v.keys {
			if s.props[k] == nil {
				s.props[k] = &shape{}
				s.keys = append(s.keys, k)
			}
			s.props[k].add(v.vals[i])
		}
	case Array:
		if s.items == nil {
			s.items = &shape{}
		}
		for _, x := range v {
			s.items.add(x)
		}
	default:
		if s.scalars == nil {
			s.scalars = map[string]bool{}
		}
		s.scalars[typeName(v)] = true
	}
}

func (a *schemaAcc) result() Value { return a.s.value() }

func (s *shape) value() Value {
	var alts Array
	if s.props != nil || s.items != nil {
		bag := &Bag{}
		if s.items != nil {
			bag.set("`indexer`", s.items.value())
		}
		for _, k := range s.keys {
			bag.set(k, s.props[k].value())
		}
		alts = append(alts, bag)
	}
	var names []string
	for t := range s.scalars {
		names = append(names, t)
	}
	slices.Sort(names)
	for _, t := range names {
		alts = append(alts, String(t))
	}
	switch len(alts) {
	case 0:
		return nil
	case 1:
		return alts[0]
	}
	return alts
}
