package kqleval

import (
	"slices"
	"strings"
)

// specialNames are the functions that special binds.
var specialNames = []string{
	"iff", "iif", "case", "coalesce", "not", "isnull", "isnotnull", "isempty", "isnotempty", "toscalar",
	"column_ifexists", "columnifexists", "iscolumnexists", "prev", "next", "row_number", "row_cumsum",
	"row_rank_dense", "row_rank_min", "row_window_session", "now", "ago", "rand", "new_guid", "min_of", "max_of",
	"array_sort_asc", "array_sort_desc", "pack_all", "bag_pack_columns", "column_names_of", "extract",
	"ingestion_time", "extract_all", "extract_json", "pack_array", "around", "replace_regex", "trim", "trim_start", "trim_end",
	"indexof_regex", "datetime_diff", "assert", "gettype", "bin_auto", "estimate_data_size",
	"percentile_tdigest", "percentiles_array_tdigest", "series_fft", "series_ifft", "series_stats", "series_fit_line",
	"series_fit_poly", "series_decompose", "series_decompose_anomalies", "series_decompose_forecast",
}

// special binds the functions that need more than their arguments' values.
func (b *binder) special(n *callNode) (*bound, bool) {
	switch n.name {
	case "iff", "iif":
		return b.caseOf(n, 3), true
	case "case":
		return b.caseOf(n, 0), true
	case "coalesce":
		return b.coalesce(n), true
	case "min_of", "max_of":
		return b.extremeOf(n), true
	case "not":
		return b.not(n), true
	case "isnull", "isnotnull", "notnull", "isempty", "isnotempty", "notempty":
		return b.isNull(n), true
	case "toscalar":
		return b.toScalar(n), true
	case "column_ifexists", "columnifexists":
		return b.columnIfExists(n), true
	case "iscolumnexists":
		return b.columnExists(n), true
	case "prev", "next", "row_number", "row_cumsum", "row_rank_dense", "row_rank_min", "row_window_session":
		return b.windowCall(n), true
	case "now", "ago":
		return b.nowCall(n), true
	case "ingestion_time":
		return b.ingestionTime(n), true
	case "rand", "new_guid":
		return b.randomCall(n), true
	case "array_sort_asc", "array_sort_desc":
		return b.arraySort(n), true
	case "pack_all", "bag_pack_columns":
		return b.packColumns(n), true
	case "pack_array":
		if len(n.args) == 1 {
			if _, ok := n.args[0].x.(*starNode); ok {
				return b.packStar(n), true
			}
		}
	case "column_names_of":
		return b.columnNamesOf(n), true
	case "assert":
		return b.assertion(n), true
	case "estimate_data_size":
		return b.dataSize(n), true
	case "bin_auto":
		return b.binAuto(n), true
	case "percentile_tdigest":
		return b.percentileTDigest(n), true
	case "percentiles_array_tdigest":
		return b.percentilesTDigest(n), true
	case "gettype":
		return b.getType(n), true
	case "extract", "extract_json", "extractjson":
		return b.extractTyped(n)
	}
	return b.seriesSpecial(n)
}

// wantArgs checks the number of arguments of a special function.
func (b *binder) wantArgs(n *callNode, least, most int) bool {
	params := strings.Repeat("a", least) + "?" + strings.Repeat("a", most-least)
	return b.checkCount(n, params, len(n.args))
}

// caseOf binds iff(p, a, b) and case(p, a, q, b, …, z). Only the branch that
// is taken is evaluated, unless a window function stands in one.
func (b *binder) caseOf(n *callNode, want int) *bound {
	if want == 0 && (len(n.args) < 3 || len(n.args)%2 == 0) || want > 0 && len(n.args) != want {
		b.fail(n.nameAt, "KS119", "%s() takes predicates and values in turn and a last value, not %d arguments", n.name, len(n.args))
		return unknown(n.at)
	}
	args := b.argBounds(n)
	last := len(args) - 1
	var vals []*bound
	for i, x := range args {
		if i < last && i%2 == 0 {
			if x.typ != TBool && x.typ != TUnknown {
				b.fail(x.at, "KS107", "a bool should stand here, and this is a %s", x.typ)
				return unknown(n.at)
			}
			continue
		}
		vals = append(vals, x)
	}
	if anyUnknown(args) {
		return unknown(n.at)
	}
	typ, ok := b.oneType(vals)
	if !ok {
		b.fail(n.nameAt, "", "the values of %s() are of different types (%s)", n.name, typeList(vals))
		return unknown(n.at)
	}
	for i, x := range args {
		if i == last || i%2 == 1 {
			args[i] = castBound(x, typ)
		}
	}
	out := derived(typ, args...)
	out.eval = caseEval(evalsOf(args), zero(typ), out.window)
	return b.fold(out, args...)
}

func caseEval(evals []evalFn, null Value, eager bool) evalFn {
	last := len(evals) - 1
	if eager {
		return eagerCase(evals, null)
	}
	return func(e *env) Value {
		v := Value(nil)
		for i := 0; ; i += 2 {
			if i == last {
				v = evals[last](e)
				break
			}
			if evals[i](e) == Bool(true) {
				v = evals[i+1](e)
				break
			}
		}
		if v == nil {
			return null
		}
		return v
	}
}

// eagerCase evaluates all branches, each once, and then picks.
func eagerCase(evals []evalFn, null Value) evalFn {
	last := len(evals) - 1
	return func(e *env) Value {
		vals := evalRow(evals, e)
		v := vals[last]
		for i := 0; i < last; i += 2 {
			if vals[i] == Bool(true) {
				v = vals[i+1]
				break
			}
		}
		if v == nil {
			return null
		}
		return v
	}
}

// oneType gives the type that all values have or widen to. A dynamic among
// others is cast to their type.
func (b *binder) oneType(xs []*bound) (Type, bool) {
	typ := TUnknown
	for _, x := range xs {
		if x.typ == TDynamic {
			continue
		}
		t, ok := commonType(typ, x.typ)
		if !ok {
			return TUnknown, false
		}
		typ = t
	}
	if typ == TUnknown {
		return TDynamic, true
	}
	return typ, true
}

func typeList(xs []*bound) string {
	names := make([]string, len(xs))
	for i, x := range xs {
		names[i] = x.typ.String()
	}
	return strings.Join(names, ", ")
}

// coalesce gives the first argument that is not null; for strings, not empty.
func (b *binder) coalesce(n *callNode) *bound {
	args := b.argBounds(n)
	if len(args) < 2 || len(args) > 64 {
		b.fail(n.nameAt, "KS119", "coalesce() takes 2 to 64 arguments, not %d", len(args))
		return unknown(n.at)
	}
	if anyUnknown(args) {
		return unknown(n.at)
	}
	typ, ok := b.oneType(args)
	if mixed := slices.ContainsFunc(args, func(x *bound) bool { return x.typ == TDynamic }) && typ != TDynamic; !ok || mixed {
		b.fail(n.nameAt, "", "the arguments of coalesce() are of different types (%s)", typeList(args))
		return unknown(n.at)
	}
	for i := range args {
		args[i] = castBound(args[i], typ)
	}
	out := derived(typ, args...)
	evals := evalsOf(args)
	eager := out.window
	out.eval = func(e *env) Value {
		found := Value(nil)
		for _, eval := range evals {
			v := eval(e)
			if found == nil && v != nil && v != String("") {
				if found = v; !eager {
					break
				}
			}
		}
		if found == nil {
			return zero(typ)
		}
		return found
	}
	return b.fold(out, args...)
}

// extremeOf binds min_of and max_of, which skip nulls.
func (b *binder) extremeOf(n *callNode) *bound {
	args := b.argBounds(n)
	if len(args) < 2 || len(args) > 64 {
		b.fail(n.nameAt, "KS119", "%s() takes 2 to 64 arguments, not %d", n.name, len(args))
		return unknown(n.at)
	}
	if anyUnknown(args) {
		return unknown(n.at)
	}
	typ, ok := b.oneType(args)
	if !ok || typ == TDynamic {
		b.fail(n.nameAt, "", "the arguments of %s() have no common type with an order (%s)", n.name, typeList(args))
		return unknown(n.at)
	}
	want := 1
	if n.name == "min_of" {
		want = -1
	}
	for i := range args {
		args[i] = castBound(args[i], typ)
	}
	evals := evalsOf(args)
	out := derived(typ, args...)
	out.eval = func(e *env) Value {
		var best Value
		for _, eval := range evals {
			if v := eval(e); v != nil && (best == nil || sign(orderValues(v, best)) == want) {
				best = v
			}
		}
		return best
	}
	return b.fold(out, args...)
}

func (b *binder) not(n *callNode) *bound {
	if !b.wantArgs(n, 1, 1) {
		return unknown(n.at)
	}
	x := b.expr(n.args[0].x)
	if x.typ == TUnknown {
		return x
	}
	if x.typ != TBool {
		b.fail(x.at, "KS107", "a bool should stand here, and this is a %s", x.typ)
		return unknown(n.at)
	}
	eval := x.eval
	out := derived(TBool, x)
	out.eval = func(e *env) Value {
		if v, ok := eval(e).(Bool); ok {
			return !v
		}
		return nil
	}
	return b.fold(out, x)
}

// isNull binds isnull, isempty and their negations. isempty of a dynamic is
// that of its text, so that it holds for null; a string is never null.
func (b *binder) isNull(n *callNode) *bound {
	if !b.wantArgs(n, 1, 1) {
		return unknown(n.at)
	}
	x := b.expr(n.args[0].x)
	if x.typ == TUnknown {
		return x
	}
	empty := strings.HasSuffix(n.name, "empty")
	not := strings.Contains(n.name, "not")
	eval := x.eval
	out := derived(TBool, x)
	out.eval = func(e *env) Value {
		v := eval(e)
		hit := v == nil
		if s, ok := v.(String); ok && empty {
			hit = s == ""
		}
		return Bool(hit != not)
	}
	return b.fold(out, x)
}

// assertion binds assert(condition, message): the query fails if it does not
// hold.
func (b *binder) assertion(n *callNode) *bound {
	if !b.wantArgs(n, 2, 2) {
		return unknown(n.at)
	}
	cond, msg := b.expr(n.args[0].x), b.expr(n.args[1].x)
	if cond.typ != TBool || msg.typ != TString || !msg.konst {
		if !anyUnknown([]*bound{cond, msg}) {
			b.fail(n.nameAt, "KS107", "assert() takes a bool and a constant string, not %s", typeList([]*bound{cond, msg}))
		}
		return unknown(n.at)
	}
	eval, text := cond.eval, FormatValue(msg.val)
	out := derived(TBool, cond)
	out.eval = func(e *env) Value {
		if eval(e) == Bool(true) {
			return Bool(true)
		}
		e.rt.fail(n.at, "assertion failed: %s", text)
		return nil
	}
	return out
}

// getType names the type of a value: of a dynamic that of what it holds.
func (b *binder) getType(n *callNode) *bound {
	if !b.wantArgs(n, 1, 1) {
		return unknown(n.at)
	}
	x := b.expr(n.args[0].x)
	if x.typ == TUnknown {
		return x
	}
	eval := x.eval
	out := derived(TString, x)
	out.name = joinedName("type", x.name)
	out.eval = func(e *env) Value { return String(typeName(eval(e))) }
	if x.typ != TDynamic {
		out.eval = func(*env) Value { return String(x.typ.String()) }
	}
	return b.fold(out, x)
}
