package kqleval

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// naming says how a column that a call makes is named when the query does not.
type naming uint8

const (
	nameNone    naming = iota
	nameArg            // as the first argument
	nameCallArg        // function_argument
	nameTypeArg        // type_argument
	nameTreeArg        // tree_argument
	nameOnlyArg        // as the argument, if it is alone
)

// A function is a scalar function that depends on its arguments alone.
//
// params has a letter for each parameter: s string, S any scalar as its text,
// i integer, n number, f number as a real, b bool, d datetime, t timespan,
// x number, datetime or timespan, g guid, y dynamic, a any scalar, e any but
// dynamic, k constant string, r one that is a regular expression,
// j string or dynamic as it is. What follows ? is optional; a * repeats the
// letter before it.
type function struct {
	params string
	ret    Type
	retFn  func([]*bound) Type // instead of ret
	naming naming
	column string // the name of its column, if that is the same for all calls
	nulls  bool   // apply sees nulls; else a null argument gives null
	apply  func(*runtime, []Value) Value
}

// functionTable joins the tables of the fn_ files.
var functionTable = sync.OnceValue(func() map[string]function {
	all := map[string]function{}
	for _, part := range []map[string]function{
		stringFunctions(), splitFunctions(), castFunctions(), timeFunctions(), mathFunctions(), arrayFunctions(),
		bagFunctions(), ipFunctions(), hashFunctions(), encodingFunctions(), parseFunctions(), unitFunctions(),
		seriesFunctions(), punycodeFunctions(), decompressFunctions(), zoneFunctions(), sketchFunctions(),
		seriesFilterFunctions(), seriesFitFunctions(), geoFunctions(), geohashFunctions(), s2Functions(),
	} {
		maps.Copy(all, part)
	}
	for old, name := range aliases {
		all[old] = all[name]
	}
	return all
})

// aliases are the older names of functions.
var aliases = map[string]string{
	"todouble": "toreal", "toboolean": "tobool", "parsejson": "parse_json", "todynamic": "parse_json",
	"toobject": "parse_json", "totime": "totimespan", "notempty": "isnotempty", "notnull": "isnotnull",
	"arraylength": "array_length", "extractjson": "extract_json", "extractall": "extract_all",
	"parseurl": "parse_url", "parseurlquery": "parse_urlquery", "base64_encodestring": "base64_encode_tostring",
	"base64_decodestring": "base64_decode_tostring", "array_strcat": "strcat_array", "datepart": "datetime_part",
	"weekofyear": "week_of_year", "make_string": "unicode_codepoints_to_string", "to_utf8": "unicode_codepoints_from_string",
	"floor": "bin", "replace": "replace_old", "array_iif": "array_iff", "pack": "bag_pack", "pack_dictionary": "bag_pack",
	"hash_xxhash64": "hash", "makestring": "unicode_codepoints_to_string",
}

func (b *binder) nearFunctions(name string) string {
	names := slices.Collect(maps.Keys(functionTable()))
	names = append(names, specialNames...)
	for s := b.names; s != nil; s = s.parent {
		for n, v := range s.vals {
			if v.fn != nil {
				names = append(names, n)
			}
		}
	}
	return nearest(name, names)
}

// call binds a call in a scalar expression.
func (b *binder) call(n *callNode) *bound {
	if v := b.names.find(n.name); v != nil && v.fn != nil {
		return b.callScalar(v, n)
	}
	if b.row != nil && b.row.graph != nil {
		if out := b.graphCall(n); out != nil {
			return out
		}
	}
	if b.aggs != nil {
		if out := b.aggregateCall(n); out != nil {
			return out
		}
	} else if _, ok := aggregates()[n.name]; ok && !isFunction(n.name) {
		b.fail(n.nameAt, "KS120", "the aggregate %s() can only be used in summarize and its like", n.name)
		return unknown(n.at)
	}
	if out, ok := b.special(n); ok {
		return out
	}
	f, ok := functionTable()[n.name]
	if !ok {
		b.noFunction(n)
		return unknown(n.at)
	}
	return b.applyFunction(n, f)
}

// noFunction says that there is no such function, or why it is refused.
func (b *binder) noFunction(n *callNode) {
	switch why := refused("function", n.name); {
	case why != "":
		b.unsupported(n.nameAt, "the function %s(): %s", n.name, why)
	case slices.Contains(graphOnly, n.name):
		b.fail(n.nameAt, "KS211", "%s() can only be used in the pattern of a graph", n.name)
	default:
		b.fail(n.nameAt, "KS211", "no function is named %q%s", n.name, b.nearFunctions(n.name))
	}
}

// isFunction says whether a name is one of the table's: hll_merge and its like
// are aggregates too.
func isFunction(name string) bool {
	_, ok := functionTable()[name]
	return ok
}

func (b *binder) callScalar(v *binding, n *callNode) *bound {
	out := unknown(n.at)
	row := b.row
	b.callUser(v, n, nil, func(body node) {
		if b.isTabular(body) {
			b.fail(n.nameAt, "", "%q gives a table, and a scalar should stand here; toscalar() makes one of it", n.name)
			return
		}
		// The body sees its parameters and no columns.
		b.within(row.hidden(), func() { out = b.expr(body) })
	})
	res := *out
	res.name = ""
	if res.row != nil {
		res.row = row
	}
	return &res
}

// hidden is the row s with none of its columns in sight.
func (s *rowScope) hidden() *rowScope {
	if s == nil {
		return nil
	}
	return &rowScope{base: s.id(), sorted: s.sorted}
}

// id tells rows apart: a hidden one is the row that it hides.
func (s *rowScope) id() *rowScope {
	if s != nil && s.base != nil {
		return s.base
	}
	return s
}

// argBounds binds the arguments by position. A name before one only names it,
// as in Microsoft's binder.
func (b *binder) argBounds(n *callNode) []*bound {
	args := make([]*bound, len(n.args))
	for i, a := range n.args {
		args[i] = b.expr(a.x)
		if len(a.names) > 0 {
			named := *args[i]
			named.name = a.names[0].name
			args[i] = &named
		}
	}
	return args
}

func anyUnknown(args []*bound) bool {
	return slices.ContainsFunc(args, func(x *bound) bool { return x.typ == TUnknown })
}

// applyFunction binds the call of a function of the table.
func (b *binder) applyFunction(n *callNode, f function) *bound {
	args := b.argBounds(n)
	if !b.checkCount(n, f.params, len(args)) || anyUnknown(args) {
		return unknown(n.at)
	}
	ok := true
	given := slices.Clone(args)
	for i := range args {
		var fits bool
		kind := paramKind(f.params, i)
		if args[i], fits = b.fitArg(n, i, kind, args[i]); !fits {
			ok = false
		}
	}
	if !ok {
		return unknown(n.at)
	}
	typ := f.ret
	if f.retFn != nil {
		typ = f.retFn(given)
	}
	if typ == TUnknown {
		b.fail(n.nameAt, "KS127", "%s() does not go with arguments of the types %s", n.name, typeList(given))
		return unknown(n.at)
	}
	out := derived(typ, args...)
	if out.name = f.column; out.name == "" {
		out.name = callName(n.name, f.naming, given)
	}
	out.eval = callEval(f, typ, evalsOf(args), n.at)
	if len(args) == 0 {
		return b.foldNow(out)
	}
	return b.fold(out, args...)
}

func callName(name string, how naming, args []*bound) string {
	if len(args) == 0 {
		return ""
	}
	switch how {
	case nameArg:
		return args[0].name
	case nameCallArg:
		return joinedName(name, args[0].name)
	case nameTypeArg:
		return joinedName("type", args[0].name)
	case nameTreeArg:
		return joinedName("tree", args[0].name)
	case nameOnlyArg:
		if len(args) == 1 {
			return args[0].name
		}
	}
	return ""
}

func joinedName(prefix, name string) string {
	if name == "" {
		return ""
	}
	return prefix + "_" + name
}

// callEval makes the closure of a call.
func callEval(f function, typ Type, args []evalFn, at span) evalFn {
	apply, nulls := f.apply, f.nulls
	null := zero(typ)
	return func(e *env) Value {
		vals := make([]Value, len(args))
		for i, arg := range args {
			vals[i] = arg(e)
			if vals[i] == nil && !nulls {
				return null
			}
		}
		e.rt.call = at
		v := apply(e.rt, vals)
		if v == nil {
			return null
		}
		return v
	}
}

// checkCount compares the number of arguments with the letters of params.
func (b *binder) checkCount(n *callNode, params string, have int) bool {
	required, optional, _ := strings.Cut(params, "?")
	repeats := strings.HasSuffix(params, "*")
	least := len(strings.TrimSuffix(required, "*"))
	most := least + len(strings.TrimSuffix(optional, "*"))
	if have >= least && (have <= most || repeats && have <= 1000) {
		return true
	}
	want := fmt.Sprint(least)
	switch {
	case repeats:
		want = fmt.Sprintf("at least %d", least)
	case most > least:
		want = fmt.Sprintf("%d to %d", least, most)
	}
	plural := "s"
	if want == "1" {
		plural = ""
	}
	b.fail(n.nameAt, "KS119", "%s() takes %s argument%s, not %d", n.name, want, plural, have)
	return false
}

// paramKind gives the letter of parameter i.
func paramKind(params string, i int) byte {
	letters := strings.ReplaceAll(params, "?", "")
	if body, ok := strings.CutSuffix(letters, "*"); ok {
		return body[min(i, len(body)-1)]
	}
	return letters[i]
}

var kindWords = map[byte]string{
	's': "string", 'i': "long or int", 'n': "number", 'f': "number", 'b': "bool", 'd': "datetime",
	't': "timespan", 'x': "number, datetime or timespan", 'w': "number or timespan", 'g': "guid", 'y': "dynamic",
	'e': "scalar that is no dynamic", 'j': "string", 'k': "constant string", 'r': "constant string",
}

// fitArg checks an argument and brings it into the form that apply wants.
func (b *binder) fitArg(n *callNode, i int, kind byte, x *bound) (*bound, bool) {
	switch kind {
	case 'a':
		return x, true
	case 'S':
		return castBound(x, TString), true
	case 's':
		if x.typ == TString || x.typ == TDynamic {
			return castBound(x, TString), true
		}
	case 'j':
		if x.typ == TString || x.typ == TDynamic {
			return x, true
		}
	case 'k':
		if x.typ == TString && x.konst {
			return x, true
		}
	case 'r':
		if x.typ != TString || !x.konst {
			break
		}
		if _, err := compileRegex(FormatValue(x.val)); err != nil {
			b.fail(x.at, "KS221", "%s", err)
			return x, false
		}
		return x, true
	case 'i':
		if x.typ.isInteger() {
			return castBound(x, TLong), true
		}
	case 'n':
		if x.typ.isNumber() {
			return x, true
		}
	case 'f':
		if x.typ.isNumber() {
			return castBound(x, TReal), true
		}
	case 'x':
		if x.typ.isSummable() {
			return x, true
		}
	case 'w':
		if x.typ.isNumber() || x.typ == TTimespan {
			return x, true
		}
	case 'e':
		if x.typ != TDynamic {
			return x, true
		}
	default:
		want := map[byte]Type{'b': TBool, 'd': TDateTime, 't': TTimespan, 'g': TGuid, 'y': TDynamic}[kind]
		if x.typ == want {
			return x, true
		}
	}
	b.fail(n.args[i].x.span(), "KS107", "argument %d of %s() must be a %s, and this is a %s", i+1, n.name, kindWords[kind], x.typ)
	return x, false
}

// same gives the type of the first argument.
func same(args []*bound) Type { return args[0].typ }

// promoted is same, with int made long.
func promoted(args []*bound) Type {
	if args[0].typ == TInt {
		return TLong
	}
	return args[0].typ
}
