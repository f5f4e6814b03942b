package kqleval

import (
	"math"
	"slices"
	"strings"
	"sync"
)

// An aggregate is an aggregate function. params is as for a function, where
// the last b of the if forms is the predicate.
type aggregate struct {
	params string
	prefix string // of the name of its column; "=" is the argument's own name
	ret    Type
	retFn  func([]*bound) Type
	make   func() accumulator
}

// aggregates is the table of the aggregates that are plain calls; arg_max,
// take_any and the percentiles are bound by hand.
var aggregates = sync.OnceValue(func() map[string]aggregate {
	t := map[string]aggregate{
		"count":  {params: "", prefix: "count", ret: TLong, make: makeCount},
		"dcount": {params: "a?i", prefix: "dcount", ret: TLong, make: makeDistinct},
		"count_distinct": {params: "e", prefix: "count_distinct", ret: TLong,
			make: makeDistinct},
		"sum": {params: "w", prefix: "sum", retFn: promoted, make: func() accumulator { return &sumAcc{} }},
		"avg": {params: "x", prefix: "avg", retFn: avgType, make: func() accumulator { return &avgAcc{} }},
		"min": {params: "e", prefix: "min", retFn: same, make: func() accumulator { return &extremeAcc{want: -1} }},
		"max": {params: "e", prefix: "max", retFn: same, make: func() accumulator { return &extremeAcc{want: 1} }},
		"make_list": {params: "a?i", prefix: "list", ret: TDynamic,
			make: func() accumulator { return &listAcc{} }},
		"make_list_with_nulls": {params: "a", prefix: "list", ret: TDynamic,
			make: func() accumulator { return &listAcc{nulls: true} }},
		"make_set": {params: "a?i", prefix: "set", ret: TDynamic,
			make: func() accumulator { return &listAcc{seen: map[string]bool{}} }},
		"make_bag":        {params: "y?i", prefix: "bag", ret: TDynamic, make: makeBag},
		"make_dictionary": {params: "y?i", prefix: "dictionary", ret: TDynamic, make: makeBag},
		"buildschema":     {params: "y", prefix: "schema", ret: TDynamic, make: func() accumulator { return &schemaAcc{} }},
		"stdev":           {params: "x", prefix: "stdev", ret: TReal, make: makeSpread(true, true)},
		"stdevp":          {params: "x", prefix: "stdevp", ret: TReal, make: makeSpread(true, false)},
		"variance":        {params: "x", prefix: "variance", ret: TReal, make: makeSpread(false, true)},
		"variancep":       {params: "x", prefix: "variancep", ret: TReal, make: makeSpread(false, false)},
		"covariance":      {params: "xx", prefix: "covariance", ret: TReal, make: func() accumulator { return &covAcc{sample: true} }},
		"covariancep":     {params: "xx", prefix: "covariancep", ret: TReal, make: func() accumulator { return &covAcc{} }},
		"binary_all_and":  {params: "i", prefix: "=", retFn: same, make: makeBits(func(a, b int64) int64 { return a & b })},
		"binary_all_or":   {params: "i", prefix: "=", retFn: same, make: makeBits(func(a, b int64) int64 { return a | b })},
		"binary_all_xor":  {params: "i", prefix: "=", retFn: same, make: makeBits(func(a, b int64) int64 { return a ^ b })},
		"hll":             {params: "a?i", prefix: "hll", ret: TDynamic, make: makeHLL(false)},
		"hll_if":          {params: "ab?i", prefix: "hll_if", ret: TDynamic, make: makeHLL(false)},
		"hll_merge":       {params: "y", prefix: "hll_merge", ret: TDynamic, make: makeHLL(true)},
		"tdigest":         {params: "x?n", prefix: "tdigest", ret: TDynamic, make: makeTDigest(false)},
		"tdigest_merge":   {params: "y", prefix: "merge_tdigests", ret: TDynamic, make: makeTDigest(true)},
		"arg_max":         {}, "arg_min": {}, "argmax": {}, "argmin": {}, "any": {}, "take_any": {}, "take_anyif": {}, "anyif": {},
		"percentile": {}, "percentiles": {}, "percentiles_array": {}, "percentilew": {}, "percentilesw": {},
		"percentilesw_array": {},
	}
	for _, name := range []string{"dcount", "count_distinct", "sum", "avg", "min", "max", "stdev", "variance",
		"stdevp", "variancep", "covariance", "covariancep"} {
		a := t[name]
		required, optional, _ := strings.Cut(a.params, "?")
		a.params = required + "b"
		if optional != "" {
			a.params += "?" + optional
		}
		a.prefix += "if"
		t[name+"if"] = a
	}
	for _, name := range []string{"make_list", "make_set", "make_bag"} {
		a := t[name]
		a.params = a.params[:1] + "b?i"
		t[name+"_if"] = a
	}
	t["countif"] = aggregate{params: "b", prefix: "countif", ret: TLong, make: makeCount}
	t["makelist"], t["makeset"], t["cnt"] = t["make_list"], t["make_set"], t["count"]
	t["merge_tdigest"] = t["tdigest_merge"]
	return t
})

// aggregateCall binds the call of an aggregate in summarize, or gives nil if
// it is another function.
func (b *binder) aggregateCall(n *callNode) *bound {
	agg, ok := aggregates()[n.name]
	if !ok {
		return nil
	}
	scope := b.aggs
	var out *bound
	b.within(scope.input, func() {
		switch {
		case agg.make != nil:
			out = b.plainAggregate(n, agg, scope)
		case strings.HasPrefix(n.name, "arg"):
			out = b.argExtreme(n, scope)
		case strings.Contains(n.name, "any"):
			out = b.takeAny(n, scope)
		default:
			out = b.percentiles(n, scope)
		}
	})
	return out
}

func (b *binder) plainAggregate(n *callNode, agg aggregate, scope *aggScope) *bound {
	args := b.argBounds(n)
	if n.name == "count" && len(args) == 1 {
		// As documented by its examples, count(x) counts the nulls of x too.
		if agg.params = "a"; args[0].typ == TBool {
			agg.params = "b"
		}
	}
	if !b.checkCount(n, agg.params, len(args)) || anyUnknown(args) {
		return unknown(n.at)
	}
	call := boundAgg{make: agg.make}
	given := slices.Clone(args)
	for i := range args {
		kind := paramKind(agg.params, i)
		x, ok := b.fitArg(n, i, kind, args[i])
		if !ok {
			return unknown(n.at)
		}
		if kind == 'b' {
			call.pred = x.eval
			continue
		}
		call.args = append(call.args, x.eval)
	}
	typ := agg.ret
	if agg.retFn != nil {
		typ = agg.retFn(given)
	}
	out := scope.addAgg(call, typ)
	out.name = agg.prefix + "_"
	if len(given) > 0 {
		out.name += given[0].name
	}
	if strings.HasPrefix(n.name, "covariance") {
		out.name += "_" + given[1].name
	}
	if agg.prefix == "=" {
		// The bits of an int are gathered in a long.
		out.name = given[0].name
		eval := out.eval
		out.eval = func(e *env) Value { return cast(eval(e), typ) }
	}
	if none := ofNothing(n.name, typ); none != nil {
		eval := out.eval
		out.eval = func(e *env) Value {
			if v := eval(e); v != nil {
				return v
			}
			return none
		}
	}
	return out
}

// ofNothing gives what an aggregate is of no values, where it is not null: a
// string never is.
// Documentation of summarize: a sum of nothing is 0, an average is NaN.
func ofNothing(name string, typ Type) Value {
	if typ == TString {
		return String("")
	}
	switch strings.TrimSuffix(name, "if") {
	case "sum":
		if typ == TTimespan {
			return Timespan(0)
		}
		return cast(Long(0), typ)
	case "avg":
		if typ == TReal {
			return Real(nan)
		}
	}
	return nil
}

func avgType(args []*bound) Type {
	switch t := args[0].typ; t {
	case TDecimal, TTimespan, TDateTime:
		return t
	}
	return TReal
}

type countAcc struct{ n int64 }

func makeCount() accumulator                  { return &countAcc{} }
func (a *countAcc) add(_ *runtime, _ []Value) { a.n++ }
func (a *countAcc) result() Value             { return Long(a.n) }

// distinctAcc counts exactly where the service estimates.
type distinctAcc struct{ seen map[string]bool }

func makeDistinct() accumulator { return &distinctAcc{map[string]bool{}} }

func (a *distinctAcc) add(rt *runtime, args []Value) {
	if args[0] == nil {
		return
	}
	key := keyOf(args[0])
	if !a.seen[key] {
		a.seen[key] = true
		rt.hold(int64(len(key)) + 48)
	}
}

func (a *distinctAcc) result() Value { return Long(len(a.seen)) }

type sumAcc struct{ total Value }

func (a *sumAcc) add(_ *runtime, args []Value) { a.total = addValues(a.total, args[0]) }
func (a *sumAcc) result() Value                { return a.total }

func addValues(total, v Value) Value {
	switch {
	case v == nil:
		return total
	case total == nil:
		if n, ok := v.(Int); ok {
			return Long(n)
		}
		return v
	}
	return arithmetic("+", total, v, v.kind())
}

// avgAcc adds in reals, and dates as their distance from the first.
type avgAcc struct {
	n     int64
	sum   float64
	exact Value
	first Value
}

func (a *avgAcc) add(_ *runtime, args []Value) {
	v := args[0]
	if v == nil {
		return
	}
	if a.n++; a.n == 1 {
		a.first = v
	}
	switch v := v.(type) {
	case Decimal:
		a.exact = addValues(a.exact, v)
	case DateTime:
		a.sum += float64(v - a.first.(DateTime))
	default:
		f, _ := asTicks(v)
		a.sum += f
	}
}

func (a *avgAcc) result() Value {
	if a.n == 0 {
		return nil
	}
	mean := a.sum / float64(a.n)
	switch first := a.first.(type) {
	case Decimal:
		return arithmetic("/", a.exact, Long(a.n), TDecimal)
	case Timespan:
		return Timespan(math.Round(mean))
	case DateTime:
		return first + DateTime(math.Round(mean))
	}
	return Real(mean)
}

type extremeAcc struct {
	want int
	best Value
}

func (a *extremeAcc) add(_ *runtime, args []Value) {
	if v := args[0]; v != nil && (a.best == nil || sign(orderValues(v, a.best)) == a.want) {
		a.best = v
	}
}

func (a *extremeAcc) result() Value { return a.best }

// listAcc makes a list, or a set if seen is there. Nulls are left out, and the
// items of an array are taken each: the documentation's examples that gather
// the coordinates of polygons and lines count on it.
type listAcc struct {
	items Array
	seen  map[string]bool
	nulls bool
}

// maxList is the documented default of the length of a list or set.
const maxList = 1_048_576

func (a *listAcc) add(rt *runtime, args []Value) {
	limit := int64(maxList)
	if len(args) > 1 {
		if n, ok := asInt(args[1]); ok && n >= 0 {
			limit = min(n, limit)
		}
	}
	take := func(v Value) {
		if v == nil && !a.nulls || int64(len(a.items)) >= limit {
			return
		}
		if a.seen != nil {
			key := keyOf(v)
			if a.seen[key] {
				return
			}
			a.seen[key] = true
		}
		a.items = append(a.items, v)
		rt.hold(int64(16 + sizeOf(v)))
	}
	if a.nulls {
		take(args[0])
		return
	}
	eachItem(args[0], take)
}

func (a *listAcc) result() Value {
	if a.items == nil {
		return Array{}
	}
	return a.items
}

type bagAcc struct{ bag *Bag }

func makeBag() accumulator { return &bagAcc{&Bag{}} }

func (a *bagAcc) add(rt *runtime, args []Value) {
	bag, ok := args[0].(*Bag)
	if !ok {
		return
	}
	for i, k := range bag.keys {
		if _, have := a.bag.Get(k); !have {
			a.bag.set(k, bag.vals[i])
			rt.hold(int64(32 + len(k) + sizeOf(bag.vals[i])))
		}
	}
}

func (a *bagAcc) result() Value { return a.bag }

// spreadAcc computes a variance by Welford's method.
type spreadAcc struct {
	root, sample bool
	n, mean, m2  float64
}

func makeSpread(root, sample bool) func() accumulator {
	return func() accumulator { return &spreadAcc{root: root, sample: sample} }
}

func (a *spreadAcc) add(_ *runtime, args []Value) {
	x, ok := asTicks(args[0])
	if !ok {
		return
	}
	a.n++
	d := x - a.mean
	a.mean += d / a.n
	a.m2 += d * (x - a.mean)
}

func (a *spreadAcc) result() Value {
	n := a.n
	if a.sample {
		n--
	}
	if n <= 0 {
		return Real(0)
	}
	if a.root {
		return Real(math.Sqrt(a.m2 / n))
	}
	return Real(a.m2 / n)
}

type covAcc struct {
	sample          bool
	n, mx, my, comb float64
}

func (a *covAcc) add(_ *runtime, args []Value) {
	x, ok1 := asTicks(args[0])
	y, ok2 := asTicks(args[1])
	if !ok1 || !ok2 {
		return
	}
	a.n++
	dx := x - a.mx
	a.mx += dx / a.n
	a.my += (y - a.my) / a.n
	a.comb += dx * (y - a.my)
}

func (a *covAcc) result() Value {
	n := a.n
	if a.sample {
		n--
	}
	if n <= 0 {
		return Real(0)
	}
	return Real(a.comb / n)
}

type bitsAcc struct {
	op    func(a, b int64) int64
	total Value
}

func makeBits(op func(a, b int64) int64) func() accumulator {
	return func() accumulator { return &bitsAcc{op: op} }
}

func (a *bitsAcc) add(_ *runtime, args []Value) {
	n, ok := asInt(args[0])
	if !ok {
		return
	}
	if have, ok := asInt(a.total); ok {
		n = a.op(have, n)
	}
	a.total = Long(n)
}

func (a *bitsAcc) result() Value { return a.total }
