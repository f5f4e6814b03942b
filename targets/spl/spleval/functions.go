package spleval

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// newFunctions is the functions of eval that are known here. It is made anew for
// each parser, as searchmatch() needs the parser, which needs the functions.
func newFunctions() map[string]*function {
	all := map[string]*function{}
	for _, family := range []map[string]*function{
		conditionFunctions(), kindFunctions(), textFunctions(), numberFunctions(),
		timeFunctions(), multiFunctions(), jsonFunctions(), refusedFunctions(),
	} {
		maps.Copy(all, family)
	}
	return all
}

func refusedFunctions() map[string]*function {
	all := map[string]*function{}
	for _, r := range Refusals() {
		for _, name := range r.Names {
			if r.Kind == "function" {
				all[name] = &function{max: -1, refused: r.Why}
			}
		}
	}
	return all
}

// suggest names the nearest of the known names, if one is near.
func suggest[T any](name string, known map[string]T) string {
	name = strings.ToLower(name)
	best, distance := "", 3
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if d := editDistance(name, k); d < distance && 3*d <= len(name) {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean " + best + "?"
}

// editDistance counts insertions, deletions and replacements, up to 3.
func editDistance(a, b string) int {
	if len(a) > 40 || len(b) > 40 || len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := before
			if a[i-1] != b[j-1] {
				cost++
			}
			before = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// constant gives the text of a literal argument.
func constant(e expr) (string, bool) {
	l, ok := e.(*literal)
	if !ok || l.v.isNull() {
		return "", false
	}
	s, _ := l.v.text()
	return s, true
}

// regexArg compiles an argument that is a regular expression: once if it is a
// literal, else per text, kept by the run.
func (p *parser) regexArg(e expr) (func(sc *scope) *regexp.Regexp, *Error) {
	if text, ok := constant(e); ok {
		re, err := compilePCRE(text)
		if err != nil {
			lo, hi := e.span()
			return nil, p.src.regexError(lo, hi, err)
		}
		return func(*scope) *regexp.Regexp { return re }, nil
	}
	f, err := p.compile(e)
	if err != nil {
		return nil, err
	}
	return func(sc *scope) *regexp.Regexp {
		text, ok := f(sc).text()
		if !ok {
			return nil
		}
		return sc.rt.regex(text)
	}, nil
}

func conditionFunctions() map[string]*function {
	return map[string]*function{
		"if":       {min: 3, max: 3, build: buildIf, check: checkIf, branches: func(a []expr) []expr { return a[1:] }},
		"case":     {min: 2, max: -1, build: buildCase(true), check: checkCase, branches: values},
		"validate": {min: 2, max: -1, build: buildCase(false), check: checkCase, branches: values},
		"coalesce": {min: 1, max: -1, build: buildCoalesce, branches: func(a []expr) []expr { return a }},
		"nullif":   {min: 2, max: 2, apply: nullif},
		"in":       {min: 2, max: -1, result: boolKind, apply: in},
		"match":    {min: 2, max: 2, result: boolKind, build: buildMatch},
		"like": {min: 2, max: 2, result: boolKind, build: func(p *parser, c *call) (evalFunc, *Error) {
			x, err := p.compile(c.args[0])
			if err != nil {
				return nil, err
			}
			return p.compileLike(x, c.args[1])
		}},
		"cidrmatch":   {min: 2, max: 2, result: boolKind, apply: cidrmatch},
		"ipmask":      {min: 2, max: 2, result: stringKind, apply: ipmask},
		"searchmatch": {min: 1, max: 1, result: boolKind, build: buildSearchmatch},
		"true":        {result: boolKind, apply: func(*scope, []value) value { return boolean(true) }},
		"false":       {result: boolKind, apply: func(*scope, []value) value { return boolean(false) }},
		"null":        {apply: func(*scope, []value) value { return null }},
	}
}

// values picks the values of the pairs of case and validate.
func values(args []expr) []expr {
	var v []expr
	for i := 1; i < len(args); i += 2 {
		v = append(v, args[i])
	}
	return v
}

func checkIf(x *exprParser, c *call) *Error { return x.needBool("if", c.args[0]) }

func checkCase(x *exprParser, c *call) *Error {
	if len(c.args)%2 != 0 {
		return x.errorf(c.lo, c.hi, "case and validate take pairs of a condition and a value, and the last condition has no value")
	}
	for i := 0; i < len(c.args); i += 2 {
		if err := x.needBool("condition", c.args[i]); err != nil {
			return err
		}
	}
	return nil
}

// buildIf: "If the <predicate> expression evaluates to TRUE, returns the
// <true_value>, otherwise the function returns the <false_value>": so for null too.
func buildIf(p *parser, c *call) (evalFunc, *Error) {
	a, err := p.compileAll(c.args)
	return func(sc *scope) value {
		if isTrue(a[0](sc)) {
			return a[1](sc)
		}
		return a[2](sc)
	}, err
}

// buildCase: case gives the value of the first condition that is true; validate
// "returns the value that corresponds to the condition that evaluates to FALSE".
func buildCase(wanted bool) func(p *parser, c *call) (evalFunc, *Error) {
	return func(p *parser, c *call) (evalFunc, *Error) {
		a, err := p.compileAll(c.args)
		return func(sc *scope) value {
			for i := 0; i+1 < len(a); i += 2 {
				if v := a[i](sc); v.kind == kindBool && isTrue(v) == wanted {
					return a[i+1](sc)
				}
			}
			return null
		}, err
	}
}

func buildCoalesce(p *parser, c *call) (evalFunc, *Error) {
	a, err := p.compileAll(c.args)
	return func(sc *scope) value {
		for _, f := range a {
			if v := f(sc); !v.isNull() {
				return v
			}
		}
		return null
	}, err
}

func nullif(_ *scope, a []value) value {
	if isTrue(equalValues(a[0], a[1])) {
		return null
	}
	return a[0]
}

// in: "You cannot specify wildcard characters with the values". A null value is in
// no list, and so unknown.
func in(_ *scope, a []value) value {
	if a[0].isNull() {
		return null
	}
	for _, v := range a[1:] {
		if isTrue(equalValues(a[0], v)) {
			return boolean(true)
		}
	}
	return boolean(false)
}

// buildMatch: "returns TRUE if the regular expression finds a match against any
// substring of the string value". A missing value gives null, so that neither
// match() nor NOT match() holds of it; of a multivalue any value may match.
func buildMatch(p *parser, c *call) (evalFunc, *Error) {
	x, err := p.compile(c.args[0])
	if err != nil {
		return nil, err
	}
	regexOf, err := p.regexArg(c.args[1])
	return func(sc *scope) value {
		v, re := x(sc), regexOf(sc)
		if v.isNull() || re == nil {
			return null
		}
		return boolean(v.any(func(v value) bool {
			s, _ := v.text()
			return re.MatchString(s)
		}))
	}, err
}

func (p *parser) compileLike(x evalFunc, pattern expr) (evalFunc, *Error) {
	var regexOf func(sc *scope) *regexp.Regexp
	if text, ok := constant(pattern); ok {
		re, err := regexp.Compile(likePattern(text))
		if err != nil {
			lo, hi := pattern.span()
			return nil, p.src.errorf(lo, hi, "pattern of like is refused: %s", err)
		}
		regexOf = func(*scope) *regexp.Regexp { return re }
	} else {
		f, err := p.compile(pattern)
		if err != nil {
			return nil, err
		}
		regexOf = func(sc *scope) *regexp.Regexp {
			if text, ok := f(sc).text(); ok {
				return sc.rt.goRegex(likePattern(text))
			}
			return nil
		}
	}
	return func(sc *scope) value {
		v, re := x(sc), regexOf(sc)
		if v.isNull() || re == nil {
			return null
		}
		return boolean(v.any(func(v value) bool {
			s, _ := v.text()
			return re.MatchString(s)
		}))
	}, nil
}

// cidrmatch is false of what is no address.
func cidrmatch(_ *scope, a []value) value {
	cidr, ok := a[0].text()
	if !ok || a[1].isNull() {
		return null
	}
	prefix, ok := parsePrefix(cidr)
	return boolean(ok && a[1].any(func(v value) bool {
		ip, _ := v.text()
		return inPrefix(prefix, ip)
	}))
}

// ipmask gives the bits of an address that a mask has, both of version 4.
func ipmask(_ *scope, a []value) value {
	maskText, _ := a[0].text()
	ipText, _ := a[1].text()
	mask, errMask := netip.ParseAddr(maskText)
	ip, err := netip.ParseAddr(ipText)
	if errMask != nil || err != nil || !mask.Is4() || !ip.Is4() {
		return null
	}
	m, b := mask.As4(), ip.As4()
	for i := range b {
		b[i] &= m[i]
	}
	return str(netip.AddrFrom4(b).String())
}

func buildSearchmatch(p *parser, c *call) (evalFunc, *Error) {
	text, ok := constant(c.args[0])
	if !ok {
		return nil, p.src.errorf(c.lo, c.hi, "searchmatch is read only with a literal search")
	}
	inner := p.within(plainSource(text))
	n, err := inner.searchExpr(0, len(text))
	if err != nil {
		return nil, p.src.errorf(c.lo, c.hi, "searchmatch: %s", err.Msg)
	}
	m := compileSearch(n)
	return func(sc *scope) value { return boolean(m(sc.rt, sc.rec)) }, nil
}

func kindFunctions() map[string]*function {
	test := func(f func(v value) bool) *function {
		return &function{min: 1, max: 1, result: boolKind, apply: func(_ *scope, a []value) value { return boolean(f(a[0])) }}
	}
	return map[string]*function{
		"isnull":    test(value.isNull),
		"isnotnull": test(func(v value) bool { return !v.isNull() }),
		"isnum":     test(func(v value) bool { return v.kind == kindNumber }),
		"isint":     test(func(v value) bool { return v.kind == kindNumber && v.f == float64(int64(v.f)) }),
		"isstr":     test(func(v value) bool { return v.kind == kindString }),
		"isbool":    test(func(v value) bool { return v.kind == kindBool }),
		"ismv":      test(value.isMulti),
		"typeof": {min: 1, max: 1, apply: func(_ *scope, a []value) value {
			return str([...]string{"Invalid", "String", "Number", "Boolean", "Multivalue"}[a[0].kind])
		}},
	}
}
