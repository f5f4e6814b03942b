package spleval

import (
	"cmp"
	"slices"
	"strconv"
)

type topArgs struct {
	fields, by           []string
	limit                int
	count, percent       bool
	countName, shareName string
	most                 bool
}

// parseTop: top [N] [limit=10] [countfield=count] [percentfield=percent] [showcount=t]
// [showperc=t] fields [BY fields]. Of equal counts the order is that of the values.
func parseTop(most bool) func(p *parser, s *scanner) (command, *Error) {
	return func(_ *parser, s *scanner) (command, *Error) {
		a := &topArgs{most: most, count: true, percent: true, countName: "count", shareName: "percent"}
		var err *Error
		if a.limit, err = s.count(10); err != nil {
			return nil, err
		}
		list := &a.fields
		for !s.atEnd() {
			opt, err := s.option()
			if err != nil {
				return nil, err
			}
			if opt != nil {
				if err := a.set(s, opt); err != nil {
					return nil, err
				}
				continue
			}
			t, err := s.next()
			switch {
			case err != nil:
				return nil, err
			case t.isPunct(","):
			case t.isKeyword("by"):
				list = &a.by
			case t.kind == tokPunct || t.kind == tokGroup:
				return nil, s.unexpected(t, "a field")
			default:
				s.log.reads(t)
				*list = append(*list, t.text)
			}
		}
		if len(a.fields) == 0 {
			return nil, s.errorf(s.end, s.end, "fields to count are missing")
		}
		s.log.keeps(slices.Concat(a.by, a.fields)...)
		s.log.makes(a.countName, a.shareName)
		return a.run, nil
	}
}

func (a *topArgs) set(s *scanner, opt *option) *Error {
	switch opt.name {
	case "limit":
		n, bad := strconv.Atoi(opt.value.text)
		if bad != nil || n < 0 {
			return s.errorf(opt.value.lo, opt.value.hi, "limit takes a whole number, 0 for all")
		}
		a.limit = n
	case "countfield":
		a.countName = opt.value.text
	case "percentfield":
		a.shareName = opt.value.text
	case "showcount":
		a.count = isYes(opt.value.text)
	case "showperc":
		a.percent = isYes(opt.value.text)
	default:
		return s.errorf(opt.lo, opt.value.hi, "option %q is not read here: limit, countfield, percentfield, showcount and showperc are", opt.name)
	}
	return nil
}

type tally struct {
	by, values []string
	n          int
}

func (a *topArgs) run(rt *runtime, in table) (table, error) {
	counts := map[string]*tally{}
	totals := map[string]int{}
	all := map[string][]*tally{}
	var order []string
	for _, r := range in.rows {
		if !rt.step(1) {
			break
		}
		for _, by := range tuples(r, a.by) {
			slot := tupleKey(by)
			for _, values := range tuples(r, a.fields) {
				key := tupleKey([]string{slot, tupleKey(values)})
				if counts[key] == nil {
					counts[key] = &tally{by: by, values: values}
					if all[slot] == nil {
						order = append(order, slot)
					}
					all[slot] = append(all[slot], counts[key])
				}
				counts[key].n++
				totals[slot]++
			}
		}
	}
	slices.Sort(order)
	out := table{cols: slices.Concat(a.by, a.fields)}
	if a.count {
		out.cols = append(out.cols, a.countName)
	}
	if a.percent {
		out.cols = append(out.cols, a.shareName)
	}
	for _, slot := range order {
		for _, t := range a.sorted(all[slot]) {
			out.rows = append(out.rows, a.row(rt, t, totals[slot]))
		}
	}
	return out, nil
}

func (a *topArgs) sorted(tallies []*tally) []*tally {
	slices.SortStableFunc(tallies, func(x, y *tally) int {
		c := cmp.Compare(x.n, y.n)
		if a.most {
			c = -c
		}
		return cmp.Or(c, slices.Compare(x.values, y.values))
	})
	if a.limit > 0 && len(tallies) > a.limit {
		tallies = tallies[:a.limit]
	}
	return tallies
}

func (a *topArgs) row(rt *runtime, t *tally, total int) *record {
	r := newRecord(len(a.fields) + 2)
	r.owned = true
	for i, f := range a.by {
		r.set(f, []string{t.by[i]})
	}
	for i, f := range a.fields {
		rt.put(r, f, []string{t.values[i]})
	}
	if a.count {
		r.set(a.countName, []string{strconv.Itoa(t.n)})
	}
	if a.percent {
		r.set(a.shareName, []string{strconv.FormatFloat(100*float64(t.n)/float64(total), 'f', 6, 64)})
	}
	return r
}
