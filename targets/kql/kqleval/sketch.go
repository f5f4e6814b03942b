package kqleval

import (
	"math"
	"slices"
)

// A sketch of the service holds what is needed to estimate a distinct count
// (hll) or percentiles (tdigest). Here it is a bag that holds the values
// themselves, so that what is made of it is exact; the service says that the
// form of its own may change over time.
const (
	hllKey     = "hll"
	tdigestKey = "tdigest"
)

func sketchItems(v Value, key string) (Array, bool) {
	bag, ok := v.(*Bag)
	if !ok {
		return nil, false
	}
	items, _ := bag.Get(key)
	list, ok := items.(Array)
	return list, ok && (key != tdigestKey || !slices.ContainsFunc(list, notWeighted))
}

// notWeighted says whether an item is no pair of a value and its weight.
func notWeighted(v Value) bool {
	pair, ok := v.(Array)
	if !ok || len(pair) != 2 {
		return true
	}
	_, ok = asFloat(pair[1])
	return !ok
}

// newSketch gives null for no values, as an example of summarize has it.
func newSketch(key string, items Array) Value {
	if len(items) == 0 {
		return nil
	}
	return NewBag([]string{key}, []Value{items})
}

// hllAcc gathers distinct values, or those of sketches if merge is set.
type hllAcc struct {
	distinctAcc
	items Array
	merge bool
}

func makeHLL(merge bool) func() accumulator {
	return func() accumulator {
		return &hllAcc{distinctAcc: distinctAcc{map[string]bool{}}, items: Array{}, merge: merge}
	}
}

func (a *hllAcc) add(rt *runtime, args []Value) {
	values := Array{args[0]}
	if a.merge {
		values, _ = sketchItems(args[0], hllKey)
	}
	for _, v := range values {
		before := len(a.seen)
		if a.distinctAcc.add(rt, []Value{v}); len(a.seen) > before {
			a.items = append(a.items, v)
			rt.hold(int64(16 + sizeOf(v)))
		}
	}
}

func (a *hllAcc) result() Value { return newSketch(hllKey, a.items) }

// tdigestAcc gathers values and their weights, or those of sketches if merge
// is set.
type tdigestAcc struct {
	items Array
	merge bool
}

func makeTDigest(merge bool) func() accumulator {
	return func() accumulator { return &tdigestAcc{items: Array{}, merge: merge} }
}

func (a *tdigestAcc) add(rt *runtime, args []Value) {
	if a.merge {
		list, _ := sketchItems(args[0], tdigestKey)
		a.items = append(a.items, list...)
		rt.hold(int64(16 * len(list)))
		return
	}
	weight := Value(Long(1))
	if len(args) > 1 {
		weight = args[1]
	}
	if w, ok := asFloat(weight); args[0] == nil || !ok || w <= 0 {
		return
	}
	a.items = append(a.items, Array{args[0], weight})
	rt.hold(96)
}

func (a *tdigestAcc) result() Value { return newSketch(tdigestKey, a.items) }

func sketchFunctions() map[string]function {
	merge := func(key, column string, acc func() accumulator) function {
		return function{params: "yy*", ret: TDynamic, column: column, apply: func(rt *runtime, a []Value) Value {
			out := acc()
			for _, v := range a {
				if _, ok := sketchItems(v, key); !ok {
					return nil
				}
				out.add(rt, []Value{v})
			}
			return out.result()
		}}
	}
	digests := merge(tdigestKey, "tdigests_merge_result", makeTDigest(true))
	return map[string]function{
		"hll_merge":     merge(hllKey, "hll_merged_result", makeHLL(true)),
		"merge_tdigest": digests,
		"tdigest_merge": digests,
		"dcount_hll": {params: "y", ret: TLong, naming: nameCallArg, apply: func(_ *runtime, a []Value) Value {
			if items, ok := sketchItems(a[0], hllKey); ok {
				return Long(len(items))
			}
			return nil
		}},
		"rank_tdigest":        {params: "yx", ret: TReal, apply: rankOf(false)},
		"percentrank_tdigest": {params: "yx", ret: TReal, apply: rankOf(true)},
	}
}

// percentsOf gives the percentiles of a tdigest, or null if there is none.
func percentsOf(digest Value, percents []Value) Value {
	items, ok := sketchItems(digest, tdigestKey)
	if !ok {
		return nil
	}
	acc := &percentAcc{}
	for _, p := range percents {
		eachItem(p, func(v Value) {
			if f, ok := asFloat(v); ok && f >= 0 && f <= 100 {
				acc.ps = append(acc.ps, f)
			}
		})
	}
	for _, it := range items {
		v, w := digestItem(it)
		acc.items = append(acc.items, weighted{v, w})
		acc.total += w
	}
	return acc.result()
}

func digestItem(it Value) (Value, float64) {
	pair := it.(Array)
	w, _ := asFloat(pair[1])
	return pair[0], w
}

// rankOf gives how much of the weight of a tdigest is not above a value.
func rankOf(percent bool) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		items, ok := sketchItems(a[0], tdigestKey)
		if !ok || len(items) == 0 {
			return nil
		}
		below, total := 0.0, 0.0
		for _, it := range items {
			v, w := digestItem(it)
			if total += w; orderValues(v, a[1]) <= 0 {
				below += w
			}
		}
		if percent {
			return Real(100 * below / total)
		}
		return Real(math.Round(below))
	}
}

// percentileTDigest binds percentile_tdigest(digest, percent, [typeof( )]).
func (b *binder) percentileTDigest(n *callNode) *bound {
	if !b.wantArgs(n, 2, 3) {
		return unknown(n.at)
	}
	typ := TDynamic
	if len(n.args) == 3 {
		t, ok := n.args[2].x.(*typeNode)
		if !ok {
			b.fail(n.args[2].x.span(), "KS107", "typeof( ) should stand here")
			return unknown(n.at)
		}
		typ = t.typ
	}
	call := *n
	call.args = n.args[:2]
	return b.applyFunction(&call, function{params: "yf", ret: typ, naming: nameCallArg, apply: func(_ *runtime, a []Value) Value {
		list, _ := percentsOf(a[0], a[1:]).(Array)
		if len(list) != 1 {
			return nil
		}
		return cast(list[0], typ)
	}})
}

// percentilesTDigest binds percentiles_array_tdigest(digest, percent, …), whose
// column is named as if it were percentile_tdigest().
func (b *binder) percentilesTDigest(n *callNode) *bound {
	call := *n
	call.name = "percentile_tdigest"
	return b.applyFunction(&call, function{params: "ya*", ret: TDynamic, naming: nameCallArg, apply: func(_ *runtime, a []Value) Value {
		return percentsOf(a[0], a[1:])
	}})
}

// dcountIntersect binds dcount_intersect(hll, hll, …): a column more for each
// sketch, which counts what it shares with all before it.
func (b *binder) dcountIntersect(in *relation, op *evaluateOp) *relation {
	var at []int
	for _, a := range op.call.args {
		at = append(at, b.columnArg(in, a.x))
	}
	if len(at) < 2 {
		b.fail(op.call.nameAt, "KS119", "dcount_intersect takes two sketches or more")
	}
	if slices.Contains(at, -1) {
		return in
	}
	cols := slices.Clone(in.cols)
	n := newNamer(in.cols)
	for i := range at {
		cols = append(cols, Column{n.unique("s" + FormatValue(Long(i))), TLong})
	}
	return &relation{cols: cols, sorted: in.sorted, run: func(rt *runtime) (*rowset, error) {
		set, err := in.run(rt)
		if err != nil {
			return nil, err
		}
		out := rt.builder(op.at)
		for _, row := range set.rows {
			if err := out.add(append(slices.Clone(row), intersections(row, at)...)); err != nil {
				return nil, err
			}
		}
		return out.done(set, false)
	}}
}

func intersections(row []Value, at []int) []Value {
	out := make([]Value, len(at))
	var common map[string]bool
	for i, c := range at {
		items, ok := sketchItems(row[c], hllKey)
		if !ok {
			return out
		}
		next := map[string]bool{}
		for _, v := range items {
			if k := keyOf(v); i == 0 || common[k] {
				next[k] = true
			}
		}
		common = next
		out[i] = Long(len(common))
	}
	return out
}
