package spleval

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// tableCommands choose rows, columns and their order.
func tableCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"table":       {parse: parseTable},
		"fields":      {parse: parseFields, streaming: true},
		"rename":      {parse: parseRename, streaming: true},
		"head":        {parse: parseHead},
		"tail":        {parse: parseTail},
		"reverse":     {parse: parseReverse},
		"sort":        {parse: parseSort},
		"dedup":       {parse: parseDedup},
		"uniq":        {parse: parseUniq},
		"fillnull":    {parse: parseFillnull, streaming: true},
		"filldown":    {parse: parseFilldown},
		"fieldformat": {parse: parseFieldformat, streaming: true},
	}
}

// expandNames writes out names with stars, in the order of the table's columns.
// Internal fields (_x) are met only by a pattern that begins with an underscore.
func expandNames(patterns, names []string) []string {
	var out []string
	for _, p := range patterns {
		if strings.IndexByte(p, '*') < 0 {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
			continue
		}
		for _, n := range names {
			if _, ok := nameMatch(p, n); ok && !slices.Contains(out, n) && (n[:min(1, len(n))] != "_" || p[0] == '_') {
				out = append(out, n)
			}
		}
	}
	return out
}

func hasStar(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.IndexByte(n, '*') >= 0 })
}

func parseTable(_ *parser, s *scanner) (command, *Error) {
	names, err := s.fieldList()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, s.errorf(s.end, s.end, "table lacks its fields")
	}
	return func(rt *runtime, in table) (table, error) {
		return project(rt, in, names, false), nil
	}, nil
}

// project keeps the named fields only, and internal ones if asked to.
func project(rt *runtime, in table, patterns []string, internal bool) table {
	names := patterns
	if hasStar(patterns) {
		names = expandNames(patterns, in.names())
	}
	out := table{rows: make([]*record, 0, len(in.rows))}
	if !internal {
		out.cols = names
	} else if in.cols != nil {
		out.cols = slices.DeleteFunc(slices.Clone(in.cols), func(c string) bool { return !slices.Contains(names, c) })
	}
	for _, r := range in.rows {
		if !rt.step(1) {
			break
		}
		c := newRecord(len(names) + 4)
		c.origin, c.owned = r.origin, true
		if internal {
			for i, n := range r.names {
				if strings.HasPrefix(n, "_") && len(r.vals[i]) > 0 {
					c.set(n, r.vals[i])
				}
			}
		}
		for _, n := range names {
			c.set(n, r.get(n))
		}
		out.rows = append(out.rows, c)
	}
	return out
}

// parseFields: fields keeps internal fields: "The internal fields _raw and _time are
// included in output by default"; fields - takes out what it names.
func parseFields(_ *parser, s *scanner) (command, *Error) {
	t, err := s.peek()
	if err != nil {
		return nil, err
	}
	remove := t.kind == tokWord && t.text == "-"
	if t.kind == tokWord && (t.text == "-" || t.text == "+") {
		s.pos = t.hi
	}
	names, err := s.fieldList()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, s.errorf(s.end, s.end, "fields lacks its fields")
	}
	if sign := names[0][:min(1, len(names[0]))]; t.kind == tokWord && t.text == names[0] && (sign == "-" || sign == "+") {
		return nil, s.errorf(t.lo, t.hi, "a space is missing after %q: fields %s %s is meant", sign, sign, names[0][1:])
	}
	if !remove {
		return func(rt *runtime, in table) (table, error) { return project(rt, in, names, true), nil }, nil
	}
	return func(rt *runtime, in table) (table, error) {
		gone := names
		if hasStar(names) {
			gone = expandNames(names, in.names())
		}
		out := change(rt, in, func(r *record) {
			for _, n := range gone {
				r.set(n, nil)
			}
		})
		if in.cols != nil {
			out.cols = slices.DeleteFunc(slices.Clone(in.cols), func(c string) bool { return slices.Contains(gone, c) })
		}
		return out, nil
	}, nil
}

type renaming struct{ from, to string }

// parseRename reads FROM AS TO pairs. A star in TO is what the star in FROM met.
func parseRename(_ *parser, s *scanner) (command, *Error) {
	var all []renaming
	for {
		from, err := s.fieldName()
		if err != nil {
			return nil, err
		}
		as, err := s.next()
		if err != nil {
			return nil, err
		}
		if !as.isKeyword("as") {
			return nil, s.unexpected(as, "AS and the new name")
		}
		to, err := s.fieldName()
		if err != nil {
			return nil, err
		}
		stars, filled := strings.Count(from.text, "*"), strings.Count(to.text, "*")
		if filled > 0 && filled != stars || stars > 0 && filled == 0 {
			return nil, s.errorf(from.lo, to.hi, "%q and %q must have as many stars", from.text, to.text)
		}
		all = append(all, renaming{from.text, to.text})
		t, err := s.peek()
		if err != nil {
			return nil, err
		}
		if t.kind == tokEnd {
			break
		}
		if t.isPunct(",") {
			s.pos = t.hi
		}
	}
	return func(rt *runtime, in table) (table, error) {
		out := change(rt, in, func(r *record) {
			for _, n := range all {
				n.apply(r)
			}
		})
		if in.cols != nil {
			cols := &record{names: slices.Clone(in.cols), vals: make([][]string, len(in.cols))}
			for i := range cols.vals {
				cols.vals[i] = []string{""}
			}
			for _, n := range all {
				n.apply(cols)
			}
			out.cols = table{rows: []*record{cols}}.names()
		}
		return out, nil
	}, nil
}

// apply: "Suppose you rename fieldA to fieldB, but fieldA does not exist. [...] If
// fieldB does exist, the result of the rename is that the data in fieldB is
// removed." A pattern renames only what it meets.
func (n renaming) apply(r *record) {
	if strings.IndexByte(n.from, '*') < 0 {
		r.rename(n.from, n.to)
		return
	}
	for _, name := range slices.Clone(r.names) {
		if !r.has(name) {
			continue
		}
		if stars, ok := nameMatch(n.from, name); ok {
			r.rename(name, fillStars(n.to, stars))
		}
	}
}

// rename gives the field from the name to, in its place; the field that had the
// name is gone.
func (r *record) rename(from, to string) {
	if from == to {
		return
	}
	i := r.find(from)
	if i < 0 || len(r.vals[i]) == 0 {
		r.set(to, nil)
		return
	}
	values := r.vals[i]
	j := r.find(to)
	if j >= 0 {
		// The old name moves to the place that the new one had, without values.
		r.names[j], r.vals[j] = from, nil
	}
	r.names[i], r.vals[i] = to, values
	if r.index == nil {
		return
	}
	r.index[to] = i
	if j >= 0 {
		r.index[from] = j
	} else {
		delete(r.index, from)
	}
}

// parseHead: head [N], head limit=N, or head (expression): the rows before the
// first of which the expression is not true.
func parseHead(p *parser, s *scanner) (command, *Error) {
	limit, null, last := 10, false, false
	var test evalFunc
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		switch {
		case opt == nil:
			t, err := s.next()
			if err != nil {
				return nil, err
			}
			if n, bad := strconv.Atoi(t.text); bad == nil && n >= 0 {
				limit = n
				continue
			}
			e, err := p.parseExpr(t.lo, s.end)
			if err != nil {
				return nil, err
			}
			if test, err = p.compile(e); err != nil {
				return nil, err
			}
			limit, s.pos = math.MaxInt, s.end
		case opt.name == "limit":
			n, bad := strconv.Atoi(opt.value.text)
			if bad != nil || n < 0 {
				return nil, s.errorf(opt.value.lo, opt.value.hi, "limit takes a whole number")
			}
			limit = n
		case opt.name == "null":
			null = isYes(opt.value.text)
		case opt.name == "keeplast":
			last = isYes(opt.value.text)
		default:
			// The option may be the start of an expression: head count<5 keeps.
			e, err := p.parseExpr(opt.lo, s.end)
			if err != nil {
				return nil, err
			}
			if test, err = p.compile(e); err != nil {
				return nil, err
			}
			limit, s.pos = math.MaxInt, s.end
		}
	}
	return func(rt *runtime, in table) (table, error) {
		n := min(limit, len(in.rows))
		if test != nil {
			for i, r := range in.rows {
				v := test(&scope{rt: rt, rec: r})
				if isTrue(v) || v.isNull() && null {
					continue
				}
				if n = i; last {
					n++
				}
				break
			}
		}
		return table{in.rows[:n], in.cols}, nil
	}, nil
}

func isYes(s string) bool {
	switch strings.ToLower(s) {
	case "t", "true", "1", "yes", "y":
		return true
	}
	return false
}

// parseTail: the last rows, the last one first: "The events are returned in reverse
// order, starting at the end of the result set".
func parseTail(_ *parser, s *scanner) (command, *Error) {
	n, err := s.count(10)
	return func(_ *runtime, in table) (table, error) {
		rows := slices.Clone(in.rows[max(0, len(in.rows)-n):])
		slices.Reverse(rows)
		return table{rows, in.cols}, nil
	}, err
}

// count reads an optional number.
func (s *scanner) count(missing int) (int, *Error) {
	t, err := s.peek()
	if err != nil || t.kind != tokWord {
		return missing, err
	}
	n, bad := strconv.Atoi(t.text)
	if bad != nil || n < 0 {
		return missing, nil
	}
	s.pos = t.hi
	return n, nil
}

func parseReverse(_ *parser, _ *scanner) (command, *Error) {
	return func(_ *runtime, in table) (table, error) {
		rows := slices.Clone(in.rows)
		slices.Reverse(rows)
		return table{rows, in.cols}, nil
	}, nil
}

// A sortKey is one field of sort: how its values are read, and which way.
type sortKey struct {
	field string
	how   string // auto, num, str, ip
	desc  bool
}

// parseSort: sort [N] [-|+]field ... [desc]. N is 10,000 if absent; 0 is all.
func parseSort(_ *parser, s *scanner) (command, *Error) {
	limit, err := s.count(10_000)
	if err != nil {
		return nil, err
	}
	if opt, err := s.option(); err != nil {
		return nil, err
	} else if opt != nil {
		n, bad := strconv.Atoi(opt.value.text)
		if opt.name != "limit" || bad != nil {
			return nil, s.errorf(opt.lo, opt.value.hi, "sort has no option %q: limit=N is", opt.name)
		}
		limit = n
	}
	keys, reverse, err := s.sortKeys()
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, s.errorf(s.end, s.end, "sort lacks its fields")
	}
	return func(rt *runtime, in table) (table, error) {
		rows := sortRows(in.rows, keys)
		if reverse {
			slices.Reverse(rows)
		}
		if limit > 0 && len(rows) > limit {
			rows = rows[:limit]
		}
		return table{rows, in.cols}, nil
	}, nil
}

// sortKeys reads keys up to the end, or the word desc.
func (s *scanner) sortKeys() (keys []sortKey, reverse bool, err *Error) {
	sign := byte(0)
	for {
		t, err := s.next()
		if err != nil || t.kind == tokEnd {
			return keys, reverse, err
		}
		if t.isPunct(",") {
			continue
		}
		if t.kind == tokPunct || t.kind == tokGroup {
			return nil, false, s.unexpected(t, "a field to sort by")
		}
		name := t.text
		if t.kind == tokWord && name != "" && (name[0] == '-' || name[0] == '+') {
			sign, name = name[0], name[1:]
			if name == "" {
				continue
			}
		}
		if s.atEnd() && len(keys) > 0 && t.kind == tokWord && (name == "desc" || name == "d") {
			return keys, true, nil
		}
		if name == "" && s.pos < s.end && s.src.text[s.pos] == '"' {
			continue
		}
		key := sortKey{name, "auto", sign == '-'}
		if open, _ := s.peek(); open.isPunct("(") && open.lo == t.hi {
			s.pos = open.hi
			inner, err := s.fieldName()
			if err != nil {
				return nil, false, err
			}
			if end, err := s.next(); err != nil || !end.isPunct(")") {
				return nil, false, s.errorf(t.lo, t.hi, "parenthesis of %s is not closed: ) is missing", name)
			}
			if !slices.Contains([]string{"auto", "num", "str", "ip"}, name) {
				return nil, false, s.errorf(t.lo, t.hi, "sort reads fields by auto, num, str or ip, not %q", name)
			}
			key.how, key.field = name, inner.text
		}
		keys = append(keys, key)
		sign = 0
	}
}

// sortRows sorts by the keys and keeps the order of equals. Rows without a field
// come after those with it, whichever way.
func sortRows(rows []*record, keys []sortKey) []*record {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b *record) int {
		for _, k := range keys {
			x, okX := a.first(k.field)
			y, okY := b.first(k.field)
			c := 0
			switch {
			case okX && okY:
				if c = compareTexts(k.how, x, y); k.desc {
					c = -c
				}
			case okX:
				c = -1
			case okY:
				c = 1
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

// compareTexts: auto reads two numbers as numbers, two addresses as addresses, and
// anything else as text.
func compareTexts(how, a, b string) int {
	if how == "auto" || how == "num" {
		x, okX := parseNumber(a)
		y, okY := parseNumber(b)
		if okX && okY {
			return cmp.Compare(x, y)
		}
		if okX != okY {
			if okX {
				return -1
			}
			return 1
		}
	}
	if how == "auto" || how == "ip" {
		x, errX := netip.ParseAddr(a)
		y, errY := netip.ParseAddr(b)
		if errX == nil && errY == nil {
			return x.Compare(y)
		}
	}
	return strings.Compare(a, b)
}

type dedupArgs struct {
	count                              int
	fields                             []string
	keepEvents, keepEmpty, consecutive bool
	sortBy                             []sortKey
}

// parseDedup: dedup [N] fields [keepevents=] [keepempty=] [consecutive=] [sortby ...].
// "Events returned by dedup are based on search order"; those without all of the
// fields fall out, unless keepempty=true.
func parseDedup(_ *parser, s *scanner) (command, *Error) {
	d := dedupArgs{}
	var err *Error
	if d.count, err = s.count(1); err != nil {
		return nil, err
	}
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt != nil {
			switch opt.name {
			case "keepevents":
				d.keepEvents = isYes(opt.value.text)
			case "keepempty":
				d.keepEmpty = isYes(opt.value.text)
			case "consecutive":
				d.consecutive = isYes(opt.value.text)
			default:
				return nil, s.errorf(opt.lo, opt.value.hi, "dedup has no option %q: keepevents, keepempty and consecutive are", opt.name)
			}
			continue
		}
		t, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case t.isPunct(","):
		case t.isKeyword("sortby"):
			if d.sortBy, _, err = s.sortKeys(); err != nil {
				return nil, err
			}
		case t.kind == tokPunct || t.kind == tokGroup:
			return nil, s.unexpected(t, "a field name")
		default:
			d.fields = append(d.fields, t.text)
		}
	}
	if len(d.fields) == 0 || d.count == 0 {
		return nil, s.errorf(s.end, s.end, "dedup lacks its fields, or keeps none")
	}
	return d.run, nil
}

func (d *dedupArgs) run(rt *runtime, in table) (table, error) {
	seen := map[string]int{}
	last := ""
	out := table{cols: in.cols}
	for _, r := range in.rows {
		if !rt.step(1) {
			break
		}
		key, ok := r.key(d.fields)
		if !ok {
			if d.keepEmpty || d.keepEvents {
				out.rows = append(out.rows, r)
			}
			continue
		}
		if d.consecutive && key != last {
			clear(seen)
		}
		last = key
		if seen[key]++; seen[key] <= d.count {
			out.rows = append(out.rows, r)
		} else if d.keepEvents {
			bare := r.own()
			for _, f := range d.fields {
				bare.set(f, nil)
			}
			out.rows = append(out.rows, bare)
		}
	}
	if d.sortBy != nil {
		out.rows = sortRows(out.rows, d.sortBy)
	}
	return out, nil
}

// parseUniq takes out a row that is the same as the one before it.
func parseUniq(_ *parser, _ *scanner) (command, *Error) {
	return func(rt *runtime, in table) (table, error) {
		last := ""
		return keep(rt, in, func(r *record) bool {
			var b strings.Builder
			for _, f := range (Event{r}).Fields() {
				b.WriteString(strconv.Quote(f.Name) + "=" + strconv.Quote(strings.Join(f.Values, "\x00")))
			}
			same := b.String() == last
			last = b.String()
			return !same
		}), nil
	}, nil
}

// parseFillnull: fillnull [value=X] [fields]. Without fields it fills each that any
// row has.
func parseFillnull(_ *parser, s *scanner) (command, *Error) {
	filler := "0"
	if opt, err := s.option(); err != nil {
		return nil, err
	} else if opt != nil {
		if opt.name != "value" {
			return nil, s.errorf(opt.lo, opt.value.hi, "fillnull has no option %q: value is", opt.name)
		}
		filler = opt.value.text
	}
	names, err := s.fieldList()
	return func(rt *runtime, in table) (table, error) {
		fill := names
		if len(names) == 0 || hasStar(names) {
			fill = expandNames(append([]string{"*"}, names...), in.names())
			if len(names) > 0 {
				fill = expandNames(names, in.names())
			}
		}
		return change(rt, in, func(r *record) {
			for _, n := range fill {
				if !r.has(n) {
					rt.put(r, n, []string{filler})
				}
			}
		}), nil
	}, err
}

// parseFilldown gives a row without the field the values of the last row with it.
func parseFilldown(_ *parser, s *scanner) (command, *Error) {
	names, err := s.fieldList()
	return func(rt *runtime, in table) (table, error) {
		patterns := names
		if len(patterns) == 0 {
			patterns = []string{"*"}
		}
		last := map[string][]string{}
		fill := expandNames(patterns, in.names())
		return change(rt, in, func(r *record) {
			for _, n := range fill {
				if v := r.get(n); len(v) > 0 {
					last[n] = v
				} else if last[n] != nil {
					rt.put(r, n, last[n])
				}
			}
		}), nil
	}, err
}

// parseFieldformat reads its assignment and does nothing: "the fieldformat command
// changes the appearance of field values without changing the underlying value".
func parseFieldformat(p *parser, s *scanner) (command, *Error) {
	if _, err := s.destination(); err != nil {
		return nil, err
	}
	e, err := p.parseExpr(s.pos, s.end)
	if err != nil {
		return nil, err
	}
	s.pos = s.end
	_, err = p.compile(e)
	return func(_ *runtime, in table) (table, error) { return in, nil }, err
}
