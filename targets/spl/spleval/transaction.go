package spleval

import (
	"slices"
	"strconv"
	"strings"
)

func transactionCommands() map[string]*commandInfo {
	return map[string]*commandInfo{"transaction": {parse: parseTransaction}}
}

// A transactionArgs is how transaction joins events.
type transactionArgs struct {
	fields             []string
	maxSpan, maxPause  float64 // seconds; 0 is none
	maxEvents          int
	starts, ends       matcher // nil if not given
	keepEvicted, lists bool
}

// parseTransaction: transaction [fields] [maxspan=] [maxpause=] [maxevents=1000]
// [startswith=] [endswith=] [keepevicted=f] [mvlist=f].
func parseTransaction(p *parser, s *scanner) (command, *Error) {
	a := &transactionArgs{maxEvents: 1000}
	for !s.atEnd() {
		at := s.pos
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		if t.isPunct(",") {
			continue
		}
		eq, err := s.peek()
		if err != nil {
			return nil, err
		}
		if t.kind == tokWord && eq.isPunct("=") {
			s.pos = at
			if err := a.option(p, s, t, eq); err != nil {
				return nil, err
			}
			continue
		}
		if t.kind == tokPunct || t.kind == tokGroup {
			return nil, s.unexpected(t, "a field or an option")
		}
		s.log.reads(t)
		a.fields = append(a.fields, t.text)
	}
	s.log.makes("duration", "eventcount", "closed_txn", "field_match_sum", "linecount")
	return a.run, nil
}

func (a *transactionArgs) option(p *parser, s *scanner, name, eq token) *Error {
	if starts := name.isKeyword("startswith"); starts || name.isKeyword("endswith") {
		s.pos = eq.hi
		m, err := p.eventTest(s)
		if starts {
			a.starts = m
		} else {
			a.ends = m
		}
		return err
	}
	opt, err := s.option()
	if err != nil {
		return err
	}
	value := opt.value.text
	switch opt.name {
	case "maxspan", "maxpause":
		span := 0.0
		if value != "-1" {
			sp, ok := parseSpan(value)
			if !ok || sp.months != 0 {
				return s.errorf(opt.value.lo, opt.value.hi, "%s takes a span such as 30s, 5m, 1h or 1d", opt.name)
			}
			span = sp.seconds
		}
		if opt.name == "maxspan" {
			a.maxSpan = span
		} else {
			a.maxPause = span
		}
	case "maxevents":
		n, bad := strconv.Atoi(value)
		if bad != nil || n == 0 {
			return s.errorf(opt.value.lo, opt.value.hi, "maxevents takes a number of events, -1 for no limit")
		}
		a.maxEvents = n
	case "keepevicted":
		a.keepEvicted = isYes(value)
	case "mvlist":
		if value != "t" && value != "true" && value != "f" && value != "false" {
			return s.errorf(opt.value.lo, opt.value.hi, "mvlist is read here as true or false only")
		}
		a.lists = isYes(value)
	default:
		return s.errorf(opt.lo, opt.value.hi, "option %q of transaction is not read here: maxspan, maxpause, maxevents, startswith, endswith, keepevicted and mvlist are", opt.name)
	}
	return nil
}

// eventTest reads a quoted search, or eval(expression).
func (p *parser) eventTest(s *scanner) (matcher, *Error) {
	t, err := s.next()
	if err != nil {
		return nil, err
	}
	if t.isKeyword("eval") && s.pos < s.end && s.src.text[s.pos] == '(' {
		x := p.expression(s.pos, s.end)
		e, err := x.primary()
		if err != nil {
			return nil, err
		}
		if s.pos = x.tok.lo; x.tok.kind == exprEnd {
			s.pos = s.end
		}
		f, err := p.compile(e)
		return func(rt *runtime, r *record) bool { return isTrue(f(&scope{rt: rt, rec: r})) }, err
	}
	if t.isPunct("(") {
		return p.innerSearch(s, t)
	}
	if t.kind != tokQuoted && t.kind != tokWord {
		return nil, s.unexpected(t, "a search in quotes or parentheses, or eval(expression)")
	}
	inner := p.within(plainSource(t.text))
	n, err := inner.searchExpr(0, len(t.text))
	if err != nil {
		return nil, s.errorf(t.lo, t.hi, "search: %s", err.Msg)
	}
	return compileSearch(n), nil
}

// innerSearch reads a search in parentheses, the first of which is read.
func (p *parser) innerSearch(s *scanner, open token) (matcher, *Error) {
	depth, end := 1, s.pos
	for ; end < s.end && depth > 0; end++ {
		switch s.src.text[end] {
		case '"':
			end = min(skipQuoted(s.src.text[:s.end], end), s.end) - 1
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	if depth > 0 {
		return nil, s.errorf(open.lo, open.hi, "parenthesis is not closed: ) is missing")
	}
	n, err := p.searchExpr(s.pos, end-1)
	s.pos = end
	if err != nil {
		return nil, err
	}
	return compileSearch(n), nil
}

// An openTransaction is one that is being gathered, its newest event first.
type openTransaction struct {
	rows           []*record
	newest, oldest float64
}

// run goes from the newest event to the oldest, as Splunk does: an event that
// endswith= finds opens a transaction, one that startswith= finds closes it.
// Transactions that do not close are evicted, and dropped without a word unless
// keepevicted=true. Events without one of the fields, or without _time, are in none.
func (a *transactionArgs) run(rt *runtime, in table) (table, error) {
	rows := make([]*record, 0, len(in.rows))
	for _, r := range in.rows {
		if _, ok := r.time(); ok {
			rows = append(rows, r)
		}
	}
	newestFirst(rows)
	open := map[string]*openTransaction{}
	var order []string
	var out table
	emit := func(key string, closed bool) {
		t := open[key]
		if t != nil && len(t.rows) > 0 && (closed || a.keepEvicted) {
			out.rows = append(out.rows, a.join(rt, t, closed))
		}
		open[key] = nil
	}
	for _, r := range rows {
		key, ok := r.key(a.fields)
		if !ok || !rt.step(1) {
			continue
		}
		at := rowTime(r)
		if a.full(open[key], at) {
			emit(key, a.starts == nil)
		}
		if a.ends != nil {
			if a.ends(rt, r) {
				emit(key, a.starts == nil)
			} else if open[key] == nil {
				continue
			}
		}
		if open[key] == nil {
			open[key] = &openTransaction{newest: at}
			order = append(order, key)
		}
		t := open[key]
		t.rows, t.oldest = append(t.rows, r), at
		if a.starts != nil && a.starts(rt, r) {
			emit(key, true)
		}
	}
	for _, key := range order {
		emit(key, a.starts == nil)
	}
	newestFirst(out.rows)
	return out, nil
}

// full says whether an event at that time does not fit into the transaction.
func (a *transactionArgs) full(t *openTransaction, at float64) bool {
	if t == nil {
		return false
	}
	return a.maxEvents > 0 && len(t.rows) >= a.maxEvents ||
		a.maxSpan > 0 && t.newest-at > a.maxSpan ||
		a.maxPause > 0 && t.oldest-at > a.maxPause
}

// join makes one row: _time of the oldest event, _raw of all, and of the other
// fields the distinct values in lexicographical order (mvlist=true: all in order of
// time).
func (a *transactionArgs) join(rt *runtime, t *openTransaction, closed bool) *record {
	out := newRecord(16)
	out.owned = true
	slices.Reverse(t.rows)
	var raws []string
	for _, r := range t.rows {
		raws = append(raws, r.get("_raw")...)
		for i, name := range r.names {
			if len(r.vals[i]) > 0 && name != "_raw" && name != "_time" {
				out.add(name, r.vals[i]...)
			}
		}
	}
	for i := range out.names {
		if !a.lists {
			out.vals[i] = distinct(sortedValues(out.vals[i]))
		}
		rt.put(out, out.names[i], out.vals[i])
	}
	if raws != nil {
		rt.put(out, "_raw", []string{strings.Join(raws, "\n")})
	}
	out.set("_time", []string{formatNumber(t.oldest)})
	out.set("duration", []string{formatNumber(t.newest - t.oldest)})
	out.set("eventcount", []string{strconv.Itoa(len(t.rows))})
	out.set("closed_txn", []string{"0"})
	if closed && (a.starts != nil || a.ends != nil || a.maxSpan > 0 || a.maxPause > 0) {
		out.set("closed_txn", []string{"1"})
	}
	return out
}
