package spleval

import (
	"slices"
	"strconv"
	"strings"
)

// seriesCommands look at the row before, or at all of them.
func seriesCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"accum":        {parse: parseAccum},
		"delta":        {parse: parseDelta},
		"autoregress":  {parse: parseAutoregress},
		"addcoltotals": {parse: parseAddcoltotals},
		"require":      {parse: parseRequire},
	}
}

// lagged reads field [AS name] [p=N | p=N-M], in any order.
func (s *scanner) lagged(command string) (field, as string, from, to int, err *Error) {
	from, to = 1, 1
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return "", "", 0, 0, err
		}
		if opt != nil {
			var ok bool
			if from, to, ok = lags(opt.value.text); !ok || opt.name != "p" {
				return "", "", 0, 0, s.errorf(opt.lo, opt.value.hi, "%s takes p=N, the number of rows before", command)
			}
			continue
		}
		t, err := s.fieldName()
		if err != nil {
			return "", "", 0, 0, err
		}
		if field != "" {
			return "", "", 0, 0, s.unexpected(t, "the end, for "+command+" takes one field, and it")
		}
		s.log.reads(t)
		field = t.text
		if as, err = s.alias(""); err != nil {
			return "", "", 0, 0, err
		}
	}
	return field, as, from, to, s.needField(command, field)
}

func lags(text string) (from, to int, ok bool) {
	first, last, isRange := strings.Cut(text, "-")
	from, err := strconv.Atoi(first)
	to = from
	if err == nil && isRange {
		to, err = strconv.Atoi(last)
	}
	return from, to, err == nil && 1 <= from && from <= to && to <= 1000
}

// parseAccum: accum field [AS name] sums the numbers of the rows so far; a row
// without a number stays as it is.
func parseAccum(_ *parser, s *scanner) (command, *Error) {
	field, as, _, _, err := s.lagged("accum")
	if err != nil {
		return nil, err
	}
	if as == "" {
		as = field
	}
	s.log.makes(as)
	return func(rt *runtime, in table) (table, error) {
		total := 0.0
		return change(rt, in, func(r *record) {
			if f, ok := numberIn(r, field); ok {
				total += f
				rt.put(r, as, []string{formatNumber(total)})
			}
		}), nil
	}, nil
}

func numberIn(r *record, field string) (float64, bool) {
	text, ok := r.first(field)
	if !ok {
		return 0, false
	}
	return parseNumber(text)
}

// parseDelta: delta field [AS name] [p=1] is the difference to the row p before,
// where both have a number.
func parseDelta(_ *parser, s *scanner) (command, *Error) {
	field, as, p, _, err := s.lagged("delta")
	if err != nil {
		return nil, err
	}
	if as == "" {
		as = "delta(" + field + ")"
	}
	s.log.makes(as)
	return func(rt *runtime, in table) (table, error) {
		i := -1
		return change(rt, in, func(r *record) {
			if i++; i < p {
				return
			}
			now, okNow := numberIn(r, field)
			if before, ok := numberIn(in.rows[i-p], field); ok && okNow {
				rt.put(r, as, []string{formatNumber(now - before)})
			}
		}), nil
	}, nil
}

// parseAutoregress: autoregress field [AS name] [p=1 | p=1-3] copies the values
// of the rows before, under field_p1 and so on.
func parseAutoregress(_ *parser, s *scanner) (command, *Error) {
	lo := s.pos
	field, as, from, to, err := s.lagged("autoregress")
	if err != nil {
		return nil, err
	}
	if as != "" && from != to {
		return nil, s.errorf(lo, s.end, "autoregress can't give several values one name")
	}
	names := make([]string, 0, to-from+1)
	for p := from; p <= to; p++ {
		name := as
		if as == "" {
			name = field + "_p" + strconv.Itoa(p)
		}
		names = append(names, name)
	}
	s.log.makes(names...)
	return func(rt *runtime, in table) (table, error) {
		i := -1
		return change(rt, in, func(r *record) {
			i++
			for k, name := range names {
				if p := from + k; i >= p && rt.step(1) {
					if v := in.rows[i-p].get(field); len(v) > 0 {
						rt.put(r, name, v)
					}
				}
			}
		}), nil
	}, nil
}

// parseAddcoltotals adds a row of the sums of the columns: addcoltotals
// [labelfield=f] [label=Total] [fields].
func parseAddcoltotals(_ *parser, s *scanner) (command, *Error) {
	labelField, label := "", "Total"
	for {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt == nil {
			break
		}
		switch opt.name {
		case "labelfield":
			labelField = opt.value.text
			s.log.makes(labelField)
		case "label":
			label = opt.value.text
		default:
			return nil, s.errorf(opt.lo, opt.value.hi, "addcoltotals has no option %q: labelfield and label are", opt.name)
		}
	}
	list, err := s.fieldList()
	s.log.reads(list...)
	return func(rt *runtime, in table) (table, error) {
		patterns := texts(list)
		if len(patterns) == 0 {
			patterns = []string{"*"}
		}
		sums := newRecord(4)
		sums.owned = true
		for _, name := range expandNames(patterns, in.names()) {
			total, any := 0.0, false
			for _, r := range in.rows {
				if f, ok := numberIn(r, name); ok {
					total, any = total+f, true
				}
				if !rt.step(1) {
					return in, nil
				}
			}
			if any {
				rt.put(sums, name, []string{formatNumber(total)})
			}
		}
		if labelField != "" {
			rt.put(sums, labelField, []string{label})
		}
		out := table{rows: append(slices.Clone(in.rows), sums), cols: slices.Clone(in.cols)}
		if in.cols != nil && labelField != "" && !slices.Contains(in.cols, labelField) {
			out.cols = append(out.cols, labelField)
		}
		return out, nil
	}, err
}

// parseRequire: require "causes a search to fail if the queries and commands that
// precede it in the search string return zero events or results".
func parseRequire(_ *parser, s *scanner) (command, *Error) {
	place := s.errorf(s.pos, s.end, "require: the commands before give no rows")
	return func(_ *runtime, in table) (table, error) {
		if len(in.rows) == 0 {
			return in, place
		}
		return in, nil
	}, nil
}
