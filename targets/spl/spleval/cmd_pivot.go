package spleval

import (
	"fmt"
	"slices"
	"strings"
)

// pivotCommands turn rows into columns, and put the rows of others beside them.
func pivotCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"xyseries":   {parse: parseXyseries},
		"untable":    {parse: parseUntable},
		"appendcols": {parse: parseAppendcols},
	}
}

// maxColumns bounds the columns that values become.
const maxColumns = 10_000

// three reads the fields of xyseries and untable.
func (s *scanner) three(command string) ([]token, *Error) {
	lo := s.pos
	list, err := s.fieldList()
	if err == nil && len(list) != 3 {
		err = s.errorf(lo, s.end, "%s takes three fields here: of the rows, of the names of the columns, and of the values", command)
	}
	return list, err
}

// parseXyseries: xyseries x name value makes a row of each value of x, and a column
// of each value of name, both in the order of their values.
func parseXyseries(_ *parser, s *scanner) (command, *Error) {
	list, err := s.three("xyseries")
	if err != nil {
		return nil, err
	}
	s.log.reads(list...)
	s.log.opens()
	x, name, value := list[0].text, list[1].text, list[2].text
	return func(rt *runtime, in table) (table, error) {
		rows := map[string]*record{}
		var keys, columns []string
		for _, r := range in.rows {
			key, okX := r.first(x)
			column, okName := r.first(name)
			if !okX || !okName || !rt.step(1) {
				continue
			}
			if rows[key] == nil {
				rows[key] = newRecord(4)
				rows[key].owned = true
				rt.put(rows[key], x, []string{key})
				keys = append(keys, key)
			}
			if !slices.Contains(columns, column) {
				if columns = append(columns, column); len(columns) > maxColumns {
					return in, fmt.Errorf("%w: xyseries makes more than %d columns", ErrLimit, maxColumns)
				}
			}
			rt.put(rows[key], column, r.get(value))
		}
		slices.SortFunc(keys, func(a, b string) int { return compareTexts("auto", a, b) })
		slices.Sort(columns)
		out := table{cols: append([]string{x}, columns...)}
		for _, key := range keys {
			out.rows = append(out.rows, rows[key])
		}
		return out, nil
	}, nil
}

// parseUntable: untable x name value makes a row of each cell but those of x.
func parseUntable(_ *parser, s *scanner) (command, *Error) {
	list, err := s.three("untable")
	if err != nil {
		return nil, err
	}
	s.log.reads(list[0])
	s.log.keeps(texts(list)...)
	x, name, value := list[0].text, list[1].text, list[2].text
	return func(rt *runtime, in table) (table, error) {
		out := table{cols: texts(list)}
		for _, r := range in.rows {
			for _, f := range (Event{r}).Fields() {
				if f.Name == x || strings.HasPrefix(f.Name, "_") || !rt.step(1) {
					continue
				}
				c := newRecord(3)
				c.owned = true
				c.set(x, r.get(x))
				rt.put(c, name, []string{f.Name})
				rt.put(c, value, f.Values)
				if out.rows = append(out.rows, c); len(out.rows) > rt.maxEvents() {
					return out, nil
				}
			}
		}
		return out, nil
	}, nil
}

// parseAppendcols: appendcols [override=f] [subsearch] adds the fields of its first
// row to the first row, and so on. Fields that are there stay, unless override is
// true.
func parseAppendcols(p *parser, s *scanner) (command, *Error) {
	override := false
	lo := s.pos
	if opt, err := s.option(); err != nil {
		return nil, err
	} else if opt != nil {
		if opt.name != "override" {
			return nil, s.errorf(opt.lo, opt.value.hi, "appendcols has no option %q here: override is", opt.name)
		}
		override = isYes(opt.value.text)
	}
	plans, err := p.groups(s, "appendcols", maxOptions...)
	if err != nil {
		return nil, err
	}
	if len(plans) != 1 {
		return nil, s.errorf(lo, s.end, "appendcols takes one [subsearch], and %d stand here", len(plans))
	}
	s.log.plan(useUnion, plans[0])
	return func(rt *runtime, in table) (table, error) {
		more, err := plans[0].run(rt, nil)
		if err != nil {
			return in, err
		}
		if len(more.rows) > len(in.rows) {
			return in, fmt.Errorf("the subsearch gives %d rows for %d, and what becomes of the rest is not documented", len(more.rows), len(in.rows))
		}
		i := -1
		out := change(rt, in, func(r *record) {
			if i++; i >= len(more.rows) {
				return
			}
			for _, f := range (Event{more.rows[i]}).Fields() {
				if !strings.HasPrefix(f.Name, "_") && (override || !r.has(f.Name)) {
					rt.put(r, f.Name, f.Values)
				}
			}
		})
		out.cols = joined(table{cols: in.cols}, table{cols: more.cols}).cols
		if in.cols == nil || more.cols == nil {
			out.cols = nil
		}
		return out, nil
	}, nil
}
