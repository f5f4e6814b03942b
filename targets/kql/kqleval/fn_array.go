package kqleval

import (
	"slices"
)

func arrayFunctions() map[string]function {
	return map[string]function{
		"array_length": {params: "y", ret: TLong, apply: func(_ *runtime, a []Value) Value {
			if list, ok := a[0].(Array); ok {
				return Long(len(list))
			}
			return nil
		}},
		"array_concat": {params: "y*", ret: TDynamic, nulls: true, apply: func(rt *runtime, a []Value) Value {
			out := Array{}
			for _, v := range a {
				if list, ok := v.(Array); ok {
					out = append(out, list...)
				}
			}
			return rt.bounded(out)
		}},
		"array_iff":          {params: "yaa", ret: TDynamic, nulls: true, apply: arrayIff},
		"array_index_of":     {params: "ya?iii", ret: TLong, nulls: true, apply: arrayIndexOf},
		"array_slice":        {params: "yii", ret: TDynamic, apply: arraySlice},
		"array_split":        {params: "ya", ret: TDynamic, apply: arraySplit},
		"array_reverse":      {params: "y", ret: TDynamic, apply: onArray(func(l Array, _ []Value) Value { l = slices.Clone(l); slices.Reverse(l); return l })},
		"array_shift_left":   {params: "yi?a", ret: TDynamic, nulls: true, apply: shiftArray(1)},
		"array_shift_right":  {params: "yi?a", ret: TDynamic, nulls: true, apply: shiftArray(-1)},
		"array_rotate_left":  {params: "yi", ret: TDynamic, apply: onArray(func(l Array, a []Value) Value { return rotate(l, num(a[1])) })},
		"array_rotate_right": {params: "yi", ret: TDynamic, apply: onArray(func(l Array, a []Value) Value { return rotate(l, -num(a[1])) })},
		"array_sum":          {params: "y", ret: TReal, apply: onArray(func(l Array, _ []Value) Value { return sumArray(l) })},
		"pack_array":         {params: "a*", ret: TDynamic, nulls: true, apply: func(_ *runtime, a []Value) Value { return Array(a) }},
		"zip":                {params: "yy*", ret: TDynamic, nulls: true, apply: zip},
		"range":              {params: "xx?x", retFn: rangeArrayType, apply: rangeArray},
		"repeat":             {params: "ai", ret: TDynamic, naming: nameCallArg, nulls: true, apply: repeatValue},
		"set_union":          {params: "yy*", ret: TDynamic, nulls: true, apply: setUnion},
		"set_intersect":      {params: "yy*", ret: TDynamic, nulls: true, apply: setFilter(true)},
		"set_difference":     {params: "yy*", ret: TDynamic, nulls: true, apply: setFilter(false)},
		"set_has_element":    {params: "ya", ret: TBool, nulls: true, apply: setHas},
		"set_equals":         {params: "yy", ret: TBool, apply: setEquals},
		"jaccard_index":      {params: "yy", ret: TReal, apply: jaccard},
	}
}

// bounded refuses a value that has grown too big.
func (rt *runtime) bounded(v Value) Value {
	if sizeOf(v) > maxDynamic {
		rt.fail(span{}, "a dynamic value grew beyond %d bytes", maxDynamic)
		return nil
	}
	return v
}

// maxDynamic bounds a dynamic value that a function makes, as sizeOf counts.
const maxDynamic = 64 << 20

// onArray makes a function of arrays that is null for all else.
func onArray(f func(list Array, a []Value) Value) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		if list, ok := a[0].(Array); ok {
			return f(list, a)
		}
		return nil
	}
}

// arrayIff takes each item from one of two arrays, or from scalars. A number
// that is not zero counts as true.
func arrayIff(_ *runtime, a []Value) Value {
	conds, ok := a[0].(Array)
	if !ok {
		return nil
	}
	out := make(Array, len(conds))
	for i, c := range conds {
		switch cast(c, TBool) {
		case Bool(true):
			out[i] = itemOrScalar(a[1], i)
		case Bool(false):
			out[i] = itemOrScalar(a[2], i)
		}
	}
	return out
}

func itemOrScalar(v Value, i int) Value {
	if list, ok := v.(Array); ok {
		if i < len(list) {
			return list[i]
		}
		return nil
	}
	return v
}

func arrayIndexOf(_ *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	start, length, nth := num(arg(a, 2, Long(0))), num(arg(a, 3, Long(-1))), num(arg(a, 4, Long(1)))
	size := int64(len(list))
	if start < 0 {
		start = max(size+start, 0)
	}
	end := size
	if length >= 0 {
		end = min(size, start+min(length, size))
	}
	for i := start; i < end; i++ {
		if equalValues(list[i], a[1]) {
			if nth--; nth <= 0 {
				return Long(i)
			}
		}
	}
	return Long(-1)
}

// arraySlice gives the items from start to end, both of them with it; negative
// places count from the end.
func arraySlice(_ *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	size := int64(len(list))
	from, to := num(a[1]), num(a[2])
	if from < 0 {
		from = max(size+from, 0)
	}
	if to < 0 {
		to += size
	}
	to = min(to, size-1)
	if from > to {
		return Array{}
	}
	return list[from : to+1]
}

// arraySplit cuts an array before the places given.
func arraySplit(_ *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	size := int64(len(list))
	var cuts []int64
	ok = true
	eachItem(a[1], func(v Value) {
		n, isInt := asInt(v)
		ok = ok && isInt
		if n < 0 {
			n = max(size+n, 0)
		}
		cuts = append(cuts, min(n, size))
	})
	if !ok {
		return nil
	}
	out, from := Array{}, int64(0)
	for _, cut := range cuts {
		cut = max(cut, from)
		out = append(out, list[from:cut:cut])
		from = cut
	}
	return append(out, list[from:])
}

func shiftArray(direction int64) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		list, ok := a[0].(Array)
		n, isInt := asInt(a[1])
		if !ok || !isInt {
			return nil
		}
		n *= direction
		out := make(Array, len(list))
		for i := range out {
			out[i] = arg(a, 2, nil)
			if from := int64(i) + n; from >= 0 && from < int64(len(list)) {
				out[i] = list[from]
			}
		}
		return out
	}
}

func rotate(list Array, n int64) Value {
	if len(list) == 0 {
		return list
	}
	n = floorMod(n, int64(len(list)))
	return append(slices.Clone(list[n:]), list[:n]...)
}

func sumArray(list Array) Value {
	total := 0.0
	for _, v := range list {
		f, ok := asFloat(v)
		if !ok && v != nil {
			return nil
		}
		total += f
	}
	return Real(total)
}

func zip(rt *runtime, a []Value) Value {
	count := 0
	lists := make([]Array, len(a))
	for i, v := range a {
		list, ok := v.(Array)
		if !ok && v != nil {
			list = Array{v}
		}
		lists[i] = list
		count = max(count, len(list))
	}
	out := make(Array, count)
	for i := range out {
		row := make(Array, len(lists))
		for j, list := range lists {
			if i < len(list) {
				row[j] = list[i]
			}
		}
		out[i] = row
	}
	return rt.bounded(out)
}

func rangeArrayType(args []*bound) Type {
	step := Type(TLong)
	switch {
	case len(args) == 3:
		step = args[2].typ
	case args[0].typ == TDateTime || args[0].typ == TTimespan:
		step = TTimespan
	}
	if rangeType(args[0].typ, args[1].typ, step) == TUnknown {
		return TUnknown
	}
	return TDynamic
}

// rangeArray has a step of 1, or of one hour for times, and at most the items
// of a list.
func rangeArray(rt *runtime, a []Value) Value {
	step := Value(Long(1))
	typ := promotedKind(a[0])
	if typ == TDateTime || typ == TTimespan {
		step = Timespan(hour)
	}
	step = arg(a, 2, step)
	if _, ok := step.(Real); ok {
		typ = TReal
	}
	out := Array{}
	_ = eachStep(a[0], a[1], step, typ, func(v Value) error {
		if len(out) >= maxList {
			return errFull
		}
		out = append(out, v)
		return nil
	})
	return rt.bounded(out)
}

// errFull ends a walk that has enough.
var errFull = &syntaxError{msg: "full"}

func repeatValue(rt *runtime, a []Value) Value {
	n, ok := asInt(a[1])
	if !ok || n < 0 {
		return nil
	}
	if n > maxText || rt.bigText(int(n)*(1+sizeOf(a[0])/16)) {
		rt.bigText(maxText + 1)
		return nil
	}
	return slices.Repeat(Array{a[0]}, int(n))
}

func keysOf(rt *runtime, v Value) map[string]bool {
	out := map[string]bool{}
	if list, ok := v.(Array); ok {
		for _, x := range list {
			if rt.ended() {
				break
			}
			out[keyOf(x)] = true
		}
	}
	return out
}

func setUnion(rt *runtime, a []Value) Value {
	out, seen := Array{}, map[string]bool{}
	for _, v := range a {
		list, _ := v.(Array)
		for _, x := range list {
			if rt.ended() {
				return nil
			}
			if k := keyOf(x); !seen[k] {
				seen[k] = true
				out = append(out, x)
			}
		}
	}
	return out
}

// setFilter keeps the items of the first set that all others have, or none.
func setFilter(want bool) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		list, _ := a[0].(Array)
		out, seen := Array{}, map[string]bool{}
		others := make([]map[string]bool, len(a)-1)
		for i, v := range a[1:] {
			others[i] = keysOf(rt, v)
		}
		for _, x := range list {
			if rt.ended() {
				return nil
			}
			k := keyOf(x)
			keep := !seen[k]
			for _, o := range others {
				keep = keep && o[k] == want
			}
			if keep {
				out = append(out, x)
			}
			seen[k] = true
		}
		return out
	}
}

func setHas(_ *runtime, a []Value) Value {
	list, ok := a[0].(Array)
	if !ok {
		return nil
	}
	return Bool(slices.ContainsFunc(list, func(x Value) bool { return equalValues(x, a[1]) }))
}

func setEquals(rt *runtime, a []Value) Value {
	x, y := keysOf(rt, a[0]), keysOf(rt, a[1])
	if len(x) != len(y) {
		return Bool(false)
	}
	for k := range x {
		if !y[k] {
			return Bool(false)
		}
	}
	return Bool(true)
}

func jaccard(rt *runtime, a []Value) Value {
	x, y := keysOf(rt, a[0]), keysOf(rt, a[1])
	both := 0
	for k := range x {
		if y[k] {
			both++
		}
	}
	if len(x)+len(y) == both {
		return Real(nan)
	}
	return Real(float64(both) / float64(len(x)+len(y)-both))
}

// sortedArray gives array i of those of evals in the order of the first.
func sortedArray(e *env, evals []evalFn, i int, asc, nullsLast bool) Value {
	first, ok := evals[0](e).(Array)
	if !ok {
		return nil
	}
	order := make([]int, len(first))
	for k := range order {
		order[k] = k
	}
	key := boundKey{asc: asc, nullsFirst: !nullsLast}
	slices.SortStableFunc(order, func(x, y int) int { return compareKeys(first[x], first[y], key) })
	list, ok := evals[i](e).(Array)
	if !ok || len(list) != len(first) {
		return nil
	}
	out := make(Array, len(order))
	for k, from := range order {
		out[k] = list[from]
	}
	return out
}
