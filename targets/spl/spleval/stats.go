package spleval

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// statsCommands gather rows.
func statsCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"stats":       {parse: parseStats},
		"eventstats":  {parse: parseEventstats},
		"streamstats": {parse: parseStreamstats},
		"top":         {parse: parseTop(true)},
		"rare":        {parse: parseTop(false)},
	}
}

// An aggregation is one function(field) AS name of stats.
type aggregation struct {
	fn    string
	make  func() accumulator
	field string   // "" counts rows; may hold stars
	expr  evalFunc // of eval(...), in place of field
	name  string
	as    string // with stars as in field, or ""
}

// A statsArgs is what follows stats, eventstats and streamstats.
type statsArgs struct {
	aggs   []aggregation
	by     []string
	opts   map[string]option
	resets map[string]evalFunc // reset_before, reset_after
}

// parseAggs reads options, aggregations and BY.
func (p *parser) parseAggs(s *scanner, name string, known ...string) (*statsArgs, *Error) {
	a := &statsArgs{opts: map[string]option{}, resets: map[string]evalFunc{}}
	for !s.atEnd() {
		t, err := s.peek()
		if err != nil {
			return nil, err
		}
		switch {
		case t.isPunct(","):
			s.pos = t.hi
			continue
		case t.isKeyword("by"):
			s.pos = t.hi
			if err := a.readBy(p, s, name, known); err != nil {
				return nil, err
			}
			continue
		case t.kind != tokWord:
			return nil, s.unexpected(t, "an aggregation such as count or dc(field)")
		}
		if ok, err := a.readOption(p, s, name, known); ok || err != nil {
			if err != nil {
				return nil, err
			}
			continue
		}
		agg, err := p.aggregation(s)
		if err != nil {
			return nil, err
		}
		a.aggs = append(a.aggs, agg)
	}
	if len(a.aggs) == 0 {
		return nil, s.errorf(s.end, s.end, "%s lacks its aggregations: count or dc(field) should stand here", name)
	}
	return a, nil
}

// readBy reads the fields after BY. Options may follow them.
func (a *statsArgs) readBy(p *parser, s *scanner, name string, known []string) *Error {
	for !s.atEnd() {
		if ok, err := a.readOption(p, s, name, known); ok || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		t, err := s.next()
		if err != nil {
			return err
		}
		if t.isPunct(",") {
			continue
		}
		if t.kind == tokPunct || t.kind == tokGroup {
			return s.unexpected(t, "a field to group by")
		}
		if strings.IndexByte(t.text, '*') >= 0 {
			return s.errorf(t.lo, t.hi, "wildcards are not allowed in a BY clause")
		}
		s.log.reads(t)
		if !slices.Contains(a.by, t.text) {
			a.by = append(a.by, t.text)
		}
	}
	if len(a.by) == 0 {
		return s.errorf(s.end, s.end, "BY lacks its fields")
	}
	return nil
}

// readOption reads name=value, or reset_before="("expr")" and its kin.
func (a *statsArgs) readOption(p *parser, s *scanner, name string, known []string) (bool, *Error) {
	at := s.pos
	t, err := s.next()
	if err != nil {
		return false, err
	}
	eq, err := s.peek()
	if err != nil || t.kind != tokWord || !eq.isPunct("=") {
		s.pos = at
		return false, err
	}
	if !slices.Contains(known, t.text) {
		return false, s.errorf(t.lo, eq.hi, "%s has no option %q here%s", name, t.text, oneOf(known))
	}
	if t.text == "reset_before" || t.text == "reset_after" {
		s.pos = eq.hi
		a.resets[t.text], err = p.resetTest(s)
		return true, err
	}
	s.pos = at
	opt, err := s.option()
	if err != nil {
		return false, err
	}
	a.opts[opt.name] = *opt
	return true, nil
}

func oneOf(known []string) string {
	if len(known) == 0 {
		return ""
	}
	return ": " + strings.Join(known, ", ")
}

// resetTest reads (expr), "(expr)" or the manual's "("expr")", whose quotes stand
// around the parentheses and whose strings are escaped.
func (p *parser) resetTest(s *scanner) (evalFunc, *Error) {
	s.skipSpace()
	lo, text := s.pos, s.src.text
	if strings.HasPrefix(text[lo:s.end], `"("`) {
		n := strings.Index(text[lo:s.end], `")"`)
		if n < 0 {
			return nil, s.errorf(lo, lo+3, `condition is not closed: ")" is missing`)
		}
		s.pos = lo + n + 3
		return p.innerTest(s, unescape(text[lo+3:lo+n]), lo)
	}
	if text[lo:min(lo+1, s.end)] == `"` {
		t, err := s.quoted('"')
		if err != nil {
			return nil, err
		}
		return p.innerTest(s, t.text, lo)
	}
	x := p.expression(lo, s.end)
	if !x.isOp("(") {
		return nil, x.unexpected("a condition in parentheses")
	}
	e, err := x.primary()
	if err != nil {
		return nil, err
	}
	s.pos = x.tok.lo
	if x.tok.kind == exprEnd {
		s.pos = s.end
	}
	return p.compile(e)
}

func (p *parser) innerTest(s *scanner, text string, lo int) (evalFunc, *Error) {
	inner := p.within(plainSource(text))
	e, err := inner.parseExpr(0, len(text))
	if err != nil {
		return nil, s.errorf(lo, s.pos, "condition: %s", err.Msg)
	}
	return inner.compile(e)
}

// aggregation reads function, function(field) or function(eval(expr)), with AS.
func (p *parser) aggregation(s *scanner) (aggregation, *Error) {
	t, err := s.next()
	if err != nil {
		return aggregation{}, err
	}
	a := aggregation{fn: strings.ToLower(t.text), name: t.text}
	if a.make = newAccumulator(a.fn); a.make == nil {
		if why := refused("aggregation", a.fn); why != "" {
			err := s.errorf(t.lo, t.hi, "aggregation %q is refused: %s", t.text, why)
			err.Refused = true
			return a, err
		}
		return a, s.errorf(t.lo, t.hi, "aggregation %q is not known here", t.text)
	}
	if open, err := s.peek(); err != nil {
		return a, err
	} else if open.isPunct("(") && open.lo == t.hi {
		s.pos = open.hi
		if err := a.argument(p, s, open); err != nil {
			return a, err
		}
		a.name = t.text + s.src.text[open.lo:s.pos]
		if a.expr == nil && a.field != "" {
			a.name = t.text + "(" + a.field + ")"
		}
	} else if a.fn != "count" && a.fn != "c" {
		return a, s.errorf(t.lo, t.hi, "%s lacks its field: %s(field) should stand here", t.text, t.text)
	}
	a.as, err = s.alias("")
	if err == nil && strings.Count(a.as, "*") > strings.Count(a.field, "*") {
		err = s.errorf(t.lo, s.pos, "new name %q has more stars than the field %q", a.as, a.field)
	}
	return a, err
}

func (a *aggregation) argument(p *parser, s *scanner, open token) *Error {
	t, err := s.peek()
	if err != nil {
		return err
	}
	if t.isPunct(")") && (a.fn == "count" || a.fn == "c") {
		s.pos = t.hi
		return nil
	}
	if t.isKeyword("eval") && t.hi < s.end && s.src.text[t.hi] == '(' {
		return a.evaluated(p, s, t)
	}
	if t, err = s.fieldName(); err != nil {
		return err
	}
	s.log.reads(t)
	a.field = t.text
	end, err := s.next()
	if err != nil {
		return err
	}
	if !end.isPunct(")") {
		return s.errorf(open.lo, open.hi, "parenthesis is not closed: ) is missing")
	}
	return nil
}

func (a *aggregation) evaluated(p *parser, s *scanner, eval token) *Error {
	x := p.expression(eval.hi+1, s.end)
	e, err := x.xor()
	if err != nil {
		return err
	}
	if !x.isOp(")") {
		return x.unexpected("an operator or )")
	}
	x.next()
	if !x.isOp(")") {
		return x.unexpected(")")
	}
	s.pos = x.tok.hi
	a.expr, err = p.compile(e)
	return err
}

// outName is the column of an aggregation of one field.
func (a *aggregation) outName(field string) string {
	switch {
	case a.field == "" || strings.IndexByte(a.field, '*') < 0:
		if a.as != "" {
			return a.as
		}
		return a.name
	case a.as == "":
		return a.fn + "(" + field + ")"
	default:
		stars, _ := nameMatch(a.field, field)
		return fillStars(a.as, stars)
	}
}

// makes notes the columns of the aggregations.
func (a *statsArgs) makes(log *useLog) {
	for i := range a.aggs {
		if g := &a.aggs[i]; strings.IndexByte(g.field, '*') >= 0 {
			log.opens()
		} else {
			log.makes(g.outName(g.field))
		}
	}
}

// expandStars writes out aggregations of fields with stars for the columns that the
// rows have.
func (a *statsArgs) expandStars(in table) []aggregation {
	var out []aggregation
	for _, g := range a.aggs {
		if strings.IndexByte(g.field, '*') < 0 {
			g.as = g.outName(g.field)
			out = append(out, g)
			continue
		}
		for _, name := range expandNames([]string{g.field}, in.names()) {
			if slices.Contains(a.by, name) {
				continue
			}
			one := g
			one.as, one.field = g.outName(name), name
			out = append(out, one)
		}
	}
	return out
}

// values gives what an aggregation takes of a row. count(eval(test)) counts the
// rows of which the test is true.
func (a *aggregation) values(rt *runtime, r *record) []string {
	switch {
	case a.expr != nil:
		v := a.expr(&scope{rt: rt, rec: r})
		if v.kind == kindBool && !isTrue(v) {
			return nil
		}
		return v.list()
	case a.field == "":
		return []string{""}
	default:
		return r.get(a.field)
	}
}

// rowTime is _time, NaN if there is none.
func rowTime(r *record) float64 {
	if t, ok := r.time(); ok {
		return t
	}
	return math.NaN()
}

// A group is the accumulators for one tuple of BY values.
type group struct {
	by   []string
	accs []accumulator
}

func newGroup(aggs []aggregation, by []string) *group {
	g := &group{by: by, accs: make([]accumulator, len(aggs))}
	for i, a := range aggs {
		g.accs[i] = a.make()
	}
	return g
}

func (g *group) add(rt *runtime, aggs []aggregation, r *record) {
	at := rowTime(r)
	for i := range aggs {
		g.accs[i].add(aggs[i].values(rt, r), at)
	}
}

// tuples gives each combination of the values of the BY fields: a multivalue field
// puts the row in several groups, and a row without one of them is in none.
func tuples(r *record, by []string) [][]string {
	all := [][]string{nil}
	for _, f := range by {
		values := distinct(r.get(f))
		var next [][]string
		for _, t := range all {
			for _, v := range values {
				next = append(next, append(slices.Clone(t), v))
			}
		}
		if all = next; len(all) > maxTuples {
			return all[:maxTuples]
		}
	}
	return all
}

const maxTuples = 1 << 16

func tupleKey(t []string) string {
	if len(t) == 1 {
		return t[0]
	}
	var b strings.Builder
	for _, v := range t {
		fmt.Fprintf(&b, "%d:%s", len(v), v)
	}
	return b.String()
}

func parseStats(p *parser, s *scanner) (command, *Error) {
	a, err := p.parseAggs(s, "stats")
	if err != nil {
		return nil, err
	}
	s.log.keeps(a.by...)
	a.makes(s.log)
	return a.stats, nil
}

// stats gives a row for each tuple of BY values, sorted by them.
func (a *statsArgs) stats(rt *runtime, in table) (table, error) {
	aggs := a.expandStars(in)
	groups := a.gather(rt, in, aggs)
	slices.SortStableFunc(groups, func(x, y *group) int {
		for i := range x.by {
			if c := compareTexts("auto", x.by[i], y.by[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	out := table{cols: slices.Clone(a.by)}
	for _, g := range aggs {
		if !slices.Contains(out.cols, g.as) {
			out.cols = append(out.cols, g.as)
		}
	}
	for _, g := range groups {
		r := newRecord(len(out.cols))
		r.owned = true
		for i, f := range a.by {
			r.set(f, []string{g.by[i]})
		}
		for i, acc := range g.accs {
			rt.put(r, aggs[i].as, acc.result())
		}
		if len(a.by) > 0 || len((Event{r}).Fields()) > 0 {
			out.rows = append(out.rows, r)
		}
	}
	return out, nil
}

// gather puts the rows into groups, in the order in which these first appear.
// Without BY there is one group, also if there is no row.
func (a *statsArgs) gather(rt *runtime, in table, aggs []aggregation) []*group {
	index := map[string]*group{}
	var order []*group
	find := func(t []string) *group {
		key := tupleKey(t)
		g := index[key]
		if g == nil {
			g = newGroup(aggs, t)
			index[key] = g
			order = append(order, g)
			rt.room(64 * (len(aggs) + len(t) + 1))
		}
		return g
	}
	if len(a.by) == 0 {
		find(nil)
	}
	for _, r := range in.rows {
		for _, t := range tuples(r, a.by) {
			find(t).add(rt, aggs, r)
		}
		if !rt.step(1) {
			break
		}
	}
	return order
}

func parseEventstats(p *parser, s *scanner) (command, *Error) {
	a, err := p.parseAggs(s, "eventstats")
	if err != nil {
		return nil, err
	}
	a.makes(s.log)
	return a.eventstats, nil
}

// eventstats gives each row the aggregations of its group. A row without a BY field
// stays as it is.
func (a *statsArgs) eventstats(rt *runtime, in table) (table, error) {
	aggs := a.expandStars(in)
	groups := map[string]*group{}
	for _, r := range in.rows {
		if !rt.step(1) {
			break
		}
		if key, ok := r.key(a.by); ok {
			if groups[key] == nil {
				groups[key] = newGroup(aggs, nil)
			}
			groups[key].add(rt, aggs, r)
		}
	}
	results := map[string][][]string{}
	for key, g := range groups {
		for _, acc := range g.accs {
			results[key] = append(results[key], acc.result())
		}
	}
	return change(rt, in, func(r *record) {
		key, ok := r.key(a.by)
		if !ok {
			return
		}
		for i, v := range results[key] {
			rt.put(r, aggs[i].as, v)
		}
	}), nil
}
