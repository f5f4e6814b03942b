package spleval

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

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
		key, read := sortKey{name, "auto", sign == '-'}, token{text: name, lo: t.hi - len(name), hi: t.hi}
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
			key.how, key.field, read = name, inner.text, inner
		}
		s.log.reads(read)
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
			s.log.reads(t)
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
