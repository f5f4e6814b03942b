package spleval

import (
	"math"
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
	list, err := s.fieldList()
	if err != nil {
		return nil, err
	}
	names := texts(list)
	if len(names) == 0 {
		return nil, s.errorf(s.end, s.end, "table lacks its fields")
	}
	s.log.reads(list...)
	s.log.keeps(names...)
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
	list, err := s.fieldList()
	if err != nil {
		return nil, err
	}
	names := texts(list)
	if len(names) == 0 {
		return nil, s.errorf(s.end, s.end, "fields lacks its fields")
	}
	if sign := names[0][:min(1, len(names[0]))]; t.kind == tokWord && t.text == names[0] && (sign == "-" || sign == "+") {
		return nil, s.errorf(t.lo, t.hi, "a space is missing after %q: fields %s %s is meant", sign, sign, names[0][1:])
	}
	if !remove {
		s.log.reads(list...)
		s.log.keeps(append(names, "_*")...)
		return func(rt *runtime, in table) (table, error) { return project(rt, in, names, true), nil }, nil
	}
	s.log.drops(names...)
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
		s.log.renames(from, to)
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
			if s.atEnd() { // a comma at the end is let be
				break
			}
		}
	}
	return func(rt *runtime, in table) (table, error) {
		out := change(rt, in, func(r *record) {
			for _, n := range all {
				n.apply(r)
			}
		})
		out.cols = renameColumns(in.cols, all)
		return out, nil
	}, nil
}

// renameColumns renames fixed columns as if they were the fields of one row.
func renameColumns(cols []string, all []renaming) []string {
	if cols == nil {
		return nil
	}
	r := newRecord(len(cols))
	for _, c := range cols {
		r.set(c, []string{""})
	}
	for _, n := range all {
		n.apply(r)
	}
	return table{rows: []*record{r}}.names()
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

// A headArgs is how many rows head keeps: limit, and those before the first of
// which the test is not true.
type headArgs struct {
	limit          int
	test           evalFunc
	null, keepLast bool
}

// parseHead: head [N | limit=N] [null=f] [keeplast=f] [(expression)].
func parseHead(p *parser, s *scanner) (command, *Error) {
	h := &headArgs{limit: 10}
	for !s.atEnd() {
		lo := s.pos
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt != nil && h.option(opt) {
			continue
		}
		s.pos = lo
		if n, err := s.count(-1); err != nil {
			return nil, err
		} else if n >= 0 {
			h.limit = n
			continue
		}
		e, err := p.parseExpr(lo, s.end)
		if err != nil {
			return nil, err
		}
		if h.test, err = p.compile(e); err != nil {
			return nil, err
		}
		h.limit, s.pos = math.MaxInt, s.end
	}
	return h.run, nil
}

// option takes an option, false if it is rather the start of an expression.
func (h *headArgs) option(opt *option) bool {
	switch opt.name {
	case "limit":
		n, bad := strconv.Atoi(opt.value.text)
		h.limit = n
		return bad == nil && n >= 0
	case "null":
		h.null = isYes(opt.value.text)
	case "keeplast":
		h.keepLast = isYes(opt.value.text)
	default:
		return false
	}
	return true
}

func (h *headArgs) run(rt *runtime, in table) (table, error) {
	n := min(h.limit, len(in.rows))
	for i, r := range in.rows[:n] {
		if h.test == nil {
			break
		}
		if v := h.test(&scope{rt: rt, rec: r}); isTrue(v) || v.isNull() && h.null {
			continue
		}
		if n = i; h.keepLast {
			n++
		}
		break
	}
	return table{in.rows[:n], in.cols}, nil
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
	list, err := s.fieldList()
	names := texts(list)
	s.log.makes(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.IndexByte(n, '*') >= 0 })...)
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
	list, err := s.fieldList()
	names := texts(list)
	s.log.reads(list...)
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
