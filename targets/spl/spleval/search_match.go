package spleval

import (
	"slices"
	"strings"
)

// A matcher tests one row.
type matcher func(rt *runtime, r *record) bool

// compileSearch makes a search expression runnable. Time modifiers and subsearches
// need the run, so that they are resolved by it.
func compileSearch(n searchNode) matcher {
	switch n := n.(type) {
	case *allTest:
		return func(*runtime, *record) bool { return true }
	case *searchAnd:
		all := compileSearches(n.x)
		return func(rt *runtime, r *record) bool {
			for _, m := range all {
				if !m(rt, r) {
					return false
				}
			}
			return true
		}
	case *searchOr:
		any := compileSearches(mergeTests(n.x))
		return func(rt *runtime, r *record) bool {
			for _, m := range any {
				if m(rt, r) {
					return true
				}
			}
			return false
		}
	case *searchNot:
		m := compileSearch(n.x)
		return func(rt *runtime, r *record) bool { return !m(rt, r) }
	case *fieldTest:
		return compileFieldTest(n)
	case *rawTerm:
		return compileRawTerm(n)
	case *timeTest:
		return n.match
	case *subTest:
		return n.match
	default:
		panic("spleval: unknown search node")
	}
}

func compileSearches(nodes []searchNode) []matcher {
	all := make([]matcher, len(nodes))
	for i, n := range nodes {
		all[i] = compileSearch(n)
	}
	return all
}

// mergeTests joins neighbours f=a OR f=b to f IN (a, b), which means the same and
// looks the field up once.
func mergeTests(nodes []searchNode) []searchNode {
	var out []searchNode
	var open *fieldTest // the last of out, if it was made here
	for _, n := range nodes {
		test, ok := n.(*fieldTest)
		switch {
		case !ok || test.op != "=":
			open = nil
			out = append(out, n)
		case open != nil && open.field == test.field:
			open.values = append(open.values, test.values...)
		default:
			open = &fieldTest{test.field, "=", slices.Clone(test.values)}
			out = append(out, open)
		}
	}
	return out
}

func compileFieldTest(t *fieldTest) matcher {
	field := t.field
	switch t.op {
	case "=":
		in := newValueSet(t.values)
		return func(_ *runtime, r *record) bool { return in.matchAny(r.get(field)) }
	case "!=":
		// "fieldA!="value2"" is of "events where fieldA exists and does not have
		// the value": of a multivalue field no value may be it.
		in := newValueSet(t.values)
		return func(_ *runtime, r *record) bool {
			v := r.get(field)
			return len(v) > 0 && !in.matchAny(v)
		}
	default:
		return compileOrder(t)
	}
}

// compileOrder: "Comparison expressions with greater than or less than operators
// numerically compare two numbers and lexicographically compare other values."
func compileOrder(t *fieldTest) matcher {
	field, limit := t.field, fromText(t.values[0].text)
	holds := orderTest(t.op)
	return func(_ *runtime, r *record) bool {
		for _, v := range r.get(field) {
			x := fromText(v)
			if x.kind != limit.kind {
				x, y := str(v), str(t.values[0].text)
				if holds(compareValues(x, y)) {
					return true
				}
				continue
			}
			if holds(compareValues(x, limit)) {
				return true
			}
		}
		return false
	}
}

// orderTest says of the result of a comparison whether an operator holds.
func orderTest(op string) func(int) bool {
	switch op {
	case "<":
		return func(c int) bool { return c < 0 }
	case "<=":
		return func(c int) bool { return c <= 0 }
	case ">":
		return func(c int) bool { return c > 0 }
	default:
		return func(c int) bool { return c >= 0 }
	}
}

// A valueSet is the values of = or IN. "Comparison expressions with the equal ( = )
// or not equal ( != ) operator compare string values. For example, "1" does not
// match "1.0"." Case does not count, unless the value stands in CASE().
type valueSet struct {
	exact    map[string]bool
	patterns []pattern
}

func newValueSet(values []searchValue) *valueSet {
	s := &valueSet{exact: map[string]bool{}}
	for _, v := range values {
		p := newPattern(v.text, v.cased)
		if p.exact() && !p.cased && !p.prefix.IsValid() {
			s.exact[p.parts[0]] = true
			continue
		}
		s.patterns = append(s.patterns, p)
	}
	return s
}

func (s *valueSet) matchAny(values []string) bool {
	for _, v := range values {
		lowered := lower(v)
		if s.exact[lowered] {
			return true
		}
		for i := range s.patterns {
			if s.patterns[i].match(v, lowered) {
				return true
			}
		}
	}
	return false
}

// match narrows the time: earliest is inclusive, latest is not.
func (t *timeTest) match(rt *runtime, r *record) bool {
	if rt.in.AnyTime {
		return true
	}
	limit, ok := parseTimeModifier(t.time, rt.now)
	if !ok {
		return false
	}
	s, _ := r.first(t.field)
	at, ok := parseNumber(s)
	return ok && (t.from && at >= limit || !t.from && at < limit)
}

// compileRawTerm makes the test for a keyword or phrase. Splunk cuts _raw at major
// breakers (spaces, quotes, brackets, commas ...) and minor ones (. : = - _ / @ ...)
// and finds a term where it begins and ends at breakers: fail finds "fail-over",
// not "failed". Here the text must be bounded by breakers at each end that is no
// star and no breaker itself; an inner star stands for what is no major breaker,
// or for anything if the term holds major breakers (a phrase) itself.
func compileRawTerm(t *rawTerm) matcher {
	text := t.text
	if !t.cased {
		text = lower(text)
	}
	if strings.Trim(text, "*") == "" && text != "" {
		return func(*runtime, *record) bool { return true }
	}
	term := newTerm(text, t.term)
	return func(_ *runtime, r *record) bool {
		for _, raw := range r.get("_raw") {
			if !t.cased {
				raw = lower(raw)
			}
			if term.find(raw) {
				return true
			}
		}
		return false
	}
}

const (
	majorBreakers = " \t\r\n[]<>(){}|!;,'\"*&?+"
	minorBreakers = "/:=@.-$#%\\_"
)

func isBreaker(c byte, majorOnly bool) bool {
	return strings.IndexByte(majorBreakers, c) >= 0 || !majorOnly && strings.IndexByte(minorBreakers, c) >= 0
}

// A term is a keyword or phrase, cut at its stars.
type term struct {
	parts       []string
	openLeft    bool // begins with a star
	openRight   bool
	majorOnly   bool // TERM(): "bounded by major segmenters"
	starCrosses bool
}

func newTerm(text string, majorOnly bool) *term {
	t := &term{openLeft: strings.HasPrefix(text, "*"), openRight: strings.HasSuffix(text, "*"), majorOnly: majorOnly}
	for _, part := range strings.Split(text, "*") {
		if part != "" {
			t.parts = append(t.parts, part)
			t.starCrosses = t.starCrosses || strings.ContainsAny(part, majorBreakers)
		}
	}
	return t
}

func (t *term) find(raw string) bool {
	if len(t.parts) == 0 {
		return raw == ""
	}
	first := t.parts[0]
	for at := 0; at <= len(raw); {
		i := strings.Index(raw[at:], first)
		if i < 0 {
			return false
		}
		at += i
		if !t.startsAt(raw, at) {
			at++
			continue
		}
		found, tried := t.rest(raw, at+len(first))
		if found {
			return true
		}
		at = max(at+1, tried)
	}
	return false
}

func (t *term) startsAt(raw string, at int) bool {
	return t.openLeft || at == 0 || isBreaker(raw[at-1], t.majorOnly) || isBreaker(t.parts[0][0], t.majorOnly)
}

func (t *term) endsAt(raw string, at int) bool {
	last := t.parts[len(t.parts)-1]
	return t.openRight || at == len(raw) || isBreaker(raw[at], t.majorOnly) || isBreaker(last[len(last)-1], t.majorOnly)
}

// rest looks for the parts after the first from at on. Only the last must end at a
// breaker, so that for the others the first place is as good as any. What was
// tried up to tried in vain fails from any later place before it as well.
func (t *term) rest(raw string, at int) (found bool, tried int) {
	if len(t.parts) == 1 {
		return t.endsAt(raw, at), 0
	}
	limit := len(raw)
	if !t.starCrosses {
		if i := strings.IndexAny(raw[at:], majorBreakers); i >= 0 {
			limit = at + i
		}
	}
	for _, part := range t.parts[1 : len(t.parts)-1] {
		i := strings.Index(raw[at:limit], part)
		if i < 0 {
			return false, limit
		}
		at += i + len(part)
	}
	last := t.parts[len(t.parts)-1]
	for at <= limit {
		i := strings.Index(raw[at:limit], last)
		if i < 0 {
			return false, limit
		}
		if at += i + len(last); t.endsAt(raw, at) {
			return true, 0
		}
		at -= len(last) - 1
	}
	return false, limit
}
