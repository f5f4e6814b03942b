package spleval

import (
	"slices"
	"strings"
)

func multiFunctions() map[string]*function {
	return map[string]*function{
		"mvappend": {min: 1, max: -1, apply: mvappend},
		"mvcount": {min: 1, max: 1, result: numberKind, apply: func(_ *scope, a []value) value {
			if a[0].isNull() {
				return null
			}
			return number(float64(len(a[0].list())))
		}},
		"mvdedup":   {min: 1, max: 1, apply: func(_ *scope, a []value) value { return multi(distinct(a[0].list())) }},
		"mvfilter":  {min: 1, max: 1, build: buildFilter, check: checkFilter},
		"mvfind":    {min: 2, max: 2, result: numberKind, build: buildFind},
		"mvindex":   {min: 2, max: 3, apply: mvindex},
		"mvjoin":    {min: 2, max: 2, apply: mvjoin},
		"mvmap":     {min: 2, max: 2, build: buildMap, check: checkMap},
		"mvrange":   {min: 2, max: 3, apply: mvrange},
		"mvreverse": {min: 1, max: 1, apply: mvreverse},
		"mvsort":    {min: 1, max: 1, apply: mvsort},
		"mvzip":     {min: 2, max: 3, apply: mvzip},
		"split":     {min: 2, max: 2, apply: split},
	}
}

func mvappend(sc *scope, a []value) value {
	var all []string
	for _, v := range a {
		all = append(all, v.list()...)
	}
	if !sc.rt.room(16 * len(all)) {
		return null
	}
	return multi(all)
}

func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func checkFilter(x *exprParser, c *call) *Error {
	if err := x.needBool("mvfilter", c.args[0]); err != nil {
		return err
	}
	if f := fieldsOf(c.args[0]); len(f) != 1 {
		return x.errorf(c.lo, c.hi, "predicate of mvfilter must read exactly one field, and this one reads %d", len(f))
	}
	return nil
}

// buildFilter: "The Boolean expression can reference ONLY ONE field at a time."
func buildFilter(p *parser, c *call) (evalFunc, *Error) {
	field := fieldsOf(c.args[0])[0]
	test, err := p.compile(c.args[0])
	return func(sc *scope) value {
		var kept []string
		for _, s := range sc.field(field).list() {
			if isTrue(test(sc.with(field, fromText(s)))) {
				kept = append(kept, s)
			}
		}
		return multi(kept)
	}, err
}

// with is the scope in which a field has another value.
func (sc *scope) with(field string, v value) *scope {
	return &scope{sc.rt, sc.rec, append(sc.bind[:len(sc.bind):len(sc.bind)], binding{field, v})}
}

func checkMap(x *exprParser, c *call) *Error {
	if f := fieldsOf(c.args[0]); len(f) != 1 {
		return x.errorf(c.lo, c.hi, "first argument of mvmap must read exactly one field, for which each value stands in the second; this one reads %d", len(f))
	}
	return nil
}

// buildMap: "iterates over the values of a multivalue field, performs an operation
// using the <expression> on each value". The field may stand in an expression:
// mvmap(mvindex(results, 1,2), results*threshold).
func buildMap(p *parser, c *call) (evalFunc, *Error) {
	field := fieldsOf(c.args[0])[0]
	a, err := p.compileAll(c.args)
	return func(sc *scope) value {
		var out []string
		for _, s := range a[0](sc).list() {
			v := a[1](sc.with(field, fromText(s)))
			out = append(out, v.list()...)
			if !sc.rt.room(16*len(v.multi)+len(v.s)+16) || !sc.rt.step(1) {
				return null
			}
		}
		return multi(out)
	}, err
}

// buildFind: "the index of the first matching value is returned (beginning with
// zero). If no values match, NULL is returned."
func buildFind(p *parser, c *call) (evalFunc, *Error) {
	x, err := p.compile(c.args[0])
	if err != nil {
		return nil, err
	}
	regexOf, err := p.regexArg(c.args[1])
	return func(sc *scope) value {
		re := regexOf(sc)
		if re == nil {
			return null
		}
		for i, s := range x(sc).list() {
			if re.MatchString(s) {
				return number(float64(i))
			}
		}
		return null
	}, err
}

// mvindex: "If the indexes are out of range or invalid, the result is NULL."
func mvindex(_ *scope, a []value) value {
	list := a[0].list()
	index := func(v value) (int, bool) {
		f, ok := v.num()
		if !ok {
			return 0, false
		}
		i := clampInt(f)
		if i < 0 {
			i += len(list)
		}
		return i, true
	}
	from, ok := index(a[1])
	if !ok {
		return null
	}
	to := from
	if len(a) == 3 {
		if to, ok = index(a[2]); !ok {
			return null
		}
		// A range that ends beyond the last value holds what there is of it.
		to = min(to, len(list)-1)
	}
	if from < 0 || to >= len(list) || from > to {
		return null
	}
	return multi(list[from : to+1])
}

func mvjoin(sc *scope, a []value) value {
	delim, ok := a[1].text()
	if a[0].isNull() || !ok {
		return null
	}
	list := a[0].list()
	if !sc.rt.room(len(list) * (len(delim) + 1)) {
		return null
	}
	return str(strings.Join(list, delim))
}

const maxRange = 1 << 20

// mvrange: "an ending number (which is excluded from the field)". "If the increment
// is a timespan such as 7d, the starting and ending numbers are treated as UNIX
// time."
func mvrange(sc *scope, a []value) value {
	from, okFrom := a[0].num()
	to, okTo := a[1].num()
	if !okFrom || !okTo {
		return null
	}
	step := 1.0
	if len(a) == 3 {
		var ok bool
		if step, ok = a[2].num(); !ok {
			text, _ := a[2].text()
			span, ok := parseSpan(text)
			if !ok || span.months != 0 {
				return null
			}
			step = span.seconds
		}
	}
	if step == 0 || (to-from)/step > maxRange {
		return null
	}
	var out []string
	for f := from; step > 0 && f < to || step < 0 && f > to; f += step {
		out = append(out, formatNumber(f))
	}
	if !sc.rt.room(32 * len(out)) {
		return null
	}
	return multi(out)
}

func mvreverse(_ *scope, a []value) value {
	list := slices.Clone(a[0].list())
	slices.Reverse(list)
	return multi(list)
}

// mvsort sorts by bytes: "the numbers 10, 9, 70, 100 are sorted lexicographically
// as 10, 100, 70, 9."
func mvsort(_ *scope, a []value) value {
	list := slices.Clone(a[0].list())
	slices.Sort(list)
	return multi(list)
}

// mvzip: "similar to the Python zip command": it ends with the shorter field.
func mvzip(sc *scope, a []value) value {
	delim := ","
	if len(a) == 3 {
		delim, _ = a[2].text()
	}
	left, right := a[0].list(), a[1].list()
	n := min(len(left), len(right))
	out := make([]string, n)
	for i := range out {
		out[i] = left[i] + delim + right[i]
	}
	if !sc.rt.room(n * (16 + len(delim))) {
		return null
	}
	return multi(out)
}

// split: "Use an empty string ("") to split the original string into one value per
// character."
func split(sc *scope, a []value) value {
	delim, ok := a[1].text()
	if a[0].isNull() || !ok {
		return null
	}
	var out []string
	for _, s := range a[0].list() {
		out = append(out, strings.Split(s, delim)...)
	}
	if !sc.rt.room(16 * len(out)) {
		return null
	}
	return multi(out)
}
