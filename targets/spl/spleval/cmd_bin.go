package spleval

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// shapeCommands change the values of fields, or count them.
func shapeCommands() map[string]*commandInfo {
	bin := &commandInfo{parse: parseBin, streaming: true}
	return map[string]*commandInfo{
		"bin": bin, "bucket": bin, "discretize": bin,
		"convert":   {parse: parseConvert, streaming: true},
		"addtotals": {parse: parseAddtotals},
		"rangemap":  {parse: parseRangemap, streaming: true},
	}
}

// parseBin: bin span=S field [AS name]. Spans of time floor to absolute multiples;
// days begin at midnight UTC and months on their first. Where weeks and longer
// spans of months begin is not documented, and so refused. A number that is no
// time becomes the text of its range, 10-20.
func parseBin(_ *parser, s *scanner) (command, *Error) {
	var field, as string
	var spanToken *token
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt != nil {
			if opt.name != "span" {
				return nil, s.errorf(opt.lo, opt.value.hi, "option %q of bin is not read here: span=... is", opt.name)
			}
			spanToken = &opt.value
			continue
		}
		t, err := s.fieldName()
		if err != nil {
			return nil, err
		}
		switch {
		case field == "":
			field, as = t.text, t.text
			s.log.reads(t)
		case t.isKeyword("as") && as == field:
			if t, err = s.fieldName(); err != nil {
				return nil, err
			}
			as = t.text
		default:
			return nil, s.unexpected(t, "the end, for bin takes one field, and it")
		}
	}
	if field == "" || spanToken == nil {
		return nil, s.errorf(s.pos, s.end, "bin lacks its field or its span: bin _time span=1h")
	}
	s.log.makes(as)
	floor, ok := binFloor(field, spanToken.text)
	if !ok {
		return nil, s.errorf(spanToken.lo, spanToken.hi, "span %q is not read here: 30s, 5m, 1h, 1d, 1mon or a number are", spanToken.text)
	}
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) {
			v := slices.Clone(r.get(field))
			for i, s := range v {
				if f, ok := parseNumber(s); ok {
					v[i] = floor(f)
				}
			}
			if len(v) > 0 {
				rt.put(r, as, v)
			}
		}), nil
	}, nil
}

func binFloor(field, text string) (func(float64) string, bool) {
	if size, ok := parseNumber(text); ok && field != "_time" {
		return func(f float64) string {
			low := math.Floor(f/size) * size
			return formatNumber(low) + "-" + formatNumber(low+size)
		}, size > 0
	}
	s, ok := parseSpan(text)
	if !ok {
		return nil, false
	}
	switch {
	case s.unit == 'M' && s.count == 1:
		return func(f float64) string {
			t, ok := utc(f)
			if !ok {
				return formatNumber(f)
			}
			return formatNumber(seconds(time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)))
		}, true
	case s.months != 0 || s.unit == 'w':
		return nil, false
	}
	return func(f float64) string { return formatNumber(math.Floor(f/s.seconds) * s.seconds) }, true
}

type conversion struct {
	field, as string
	f         func(string) (string, bool)
}

// parseConvert: convert [timeformat="..."] function(field) [AS name] ... A value
// that a function can't convert is taken out, but for auto and none.
func parseConvert(_ *parser, s *scanner) (command, *Error) {
	format := "%m/%d/%Y %H:%M:%S"
	var all []conversion
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt != nil {
			if opt.name != "timeformat" {
				return nil, s.errorf(opt.lo, opt.value.hi, "convert has no option %q: timeformat is", opt.name)
			}
			if format = opt.value.text; badTimeFormat(format) != "" {
				return nil, s.errorf(opt.value.lo, opt.value.hi, "time format has %s, which is not known here", badTimeFormat(format))
			}
			continue
		}
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		if t.isPunct(",") {
			continue
		}
		f := converter(t.text, format)
		if f == nil {
			return nil, s.errorf(t.lo, t.hi, "convert has no function %q here: ctime, mktime, num, auto, none, dur2sec, rmcomma and rmunit are", t.text)
		}
		field, err := s.inParentheses()
		if err != nil {
			return nil, err
		}
		as, err := s.alias(field)
		if err != nil {
			return nil, err
		}
		if as != field {
			s.log.makes(as)
		}
		all = append(all, conversion{field, as, f})
	}
	if len(all) == 0 {
		return nil, s.errorf(s.end, s.end, "convert lacks its functions")
	}
	return func(rt *runtime, in table) (table, error) {
		names := in.names()
		return change(rt, in, func(r *record) {
			for _, c := range all {
				c.apply(rt, r, names)
			}
		}), nil
	}, nil
}

func (c conversion) apply(rt *runtime, r *record, names []string) {
	for _, name := range expandNames([]string{c.field}, names) {
		if !r.has(name) {
			continue
		}
		var out []string
		for _, v := range r.get(name) {
			if v, ok := c.f(v); ok {
				out = append(out, v)
			}
		}
		as := c.as
		if as == c.field {
			as = name
		}
		rt.put(r, as, out)
	}
}

// inParentheses reads (field).
func (s *scanner) inParentheses() (string, *Error) {
	open, err := s.next()
	if err != nil {
		return "", err
	}
	if !open.isPunct("(") {
		return "", s.unexpected(open, "(field)")
	}
	t, err := s.fieldName()
	if err != nil {
		return "", err
	}
	s.log.reads(t)
	end, err := s.next()
	if err == nil && !end.isPunct(")") {
		err = s.errorf(open.lo, open.hi, "parenthesis is not closed: ) is missing")
	}
	return t.text, err
}

func converter(name, format string) func(string) (string, bool) {
	num := func(s string) (string, bool) {
		f, ok := parseNumber(s)
		return formatNumber(f), ok
	}
	switch name {
	case "ctime":
		return func(s string) (string, bool) {
			f, ok := parseNumber(s)
			if !ok {
				return "", false
			}
			return formatTime(format, f)
		}
	case "mktime":
		return func(s string) (string, bool) {
			f, ok := parseTime(format, s)
			return formatNumber(f), ok
		}
	case "num":
		return num
	case "auto", "none":
		return func(s string) (string, bool) { return s, true }
	case "rmcomma":
		return func(s string) (string, bool) {
			return num(string(slices.DeleteFunc([]byte(s), func(c byte) bool { return c == ',' })))
		}
	case "rmunit":
		return func(s string) (string, bool) {
			n := len(s)
			for n > 0 {
				if v, ok := num(s[:n]); ok {
					return v, true
				}
				n--
			}
			return "", false
		}
	case "dur2sec":
		return durationSeconds
	}
	return nil
}

// durationSeconds reads [D+]HH:MM:SS.
func durationSeconds(s string) (string, bool) {
	total, part, days := 0, 0, 0
	digits, colons := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c) && digits < 9:
			part = part*10 + int(c-'0')
			digits++
		case c == '+' && colons == 0 && days == 0:
			days, part, digits = part, 0, 0
		case c == ':' && digits > 0 && colons < 2:
			total = (total + part) * 60
			part, digits = 0, 0
			colons++
		default:
			return "", false
		}
	}
	return strconv.Itoa(days*86400 + total + part), colons == 2 && digits > 0
}

// parseAddtotals adds the numbers of each row: addtotals [fieldname=Total] [fields].
func parseAddtotals(_ *parser, s *scanner) (command, *Error) {
	name := "Total"
	for {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt == nil {
			break
		}
		switch {
		case opt.name == "fieldname":
			name = opt.value.text
		case opt.name == "row" && isYes(opt.value.text), opt.name == "col" && !isYes(opt.value.text):
		default:
			return nil, s.errorf(opt.lo, opt.value.hi, "option %q of addtotals is not read here: fieldname is", opt.name)
		}
	}
	list, err := s.fieldList()
	fields := texts(list)
	s.log.reads(list...)
	s.log.makes(name)
	return func(rt *runtime, in table) (table, error) {
		patterns := fields
		if len(patterns) == 0 {
			patterns = []string{"*"}
		}
		names := expandNames(patterns, in.names())
		return change(rt, in, func(r *record) {
			total := 0.0
			for _, n := range names {
				if v, ok := r.first(n); ok {
					f, _ := parseNumber(v)
					total += f
				}
			}
			rt.put(r, name, []string{formatNumber(total)})
		}), nil
	}, err
}

// parseRangemap: rangemap field=f name=low-high ... [default=None] sets range to the
// names of the ranges in which the value is, bounds included.
func parseRangemap(_ *parser, s *scanner) (command, *Error) {
	type bounds struct {
		name      string
		low, high float64
	}
	field, missing := "", "None"
	var ranges []bounds
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt == nil {
			t, _ := s.peek()
			return nil, s.unexpected(t, "field=, name=low-high or default=")
		}
		switch opt.name {
		case "field":
			field = opt.value.text
			s.log.reads(opt.value)
		case "default":
			missing = opt.value.text
		default:
			low, high, ok := splitRange(opt.value.text)
			if !ok {
				return nil, s.errorf(opt.value.lo, opt.value.hi, "%q is no range of numbers: low-high is", opt.value.text)
			}
			ranges = append(ranges, bounds{opt.name, low, high})
		}
	}
	if field == "" || len(ranges) == 0 {
		return nil, s.errorf(s.pos, s.end, "rangemap lacks its field or its ranges")
	}
	s.log.makes("range")
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) {
			var names []string
			s, _ := r.first(field)
			if f, ok := parseNumber(s); ok {
				for _, b := range ranges {
					if b.low <= f && f <= b.high {
						names = append(names, b.name)
					}
				}
			}
			if names == nil {
				names = []string{missing}
			}
			rt.put(r, "range", names)
		}), nil
	}, nil
}

func splitRange(text string) (low, high float64, ok bool) {
	for i := 1; i < len(text); i++ {
		if text[i] == '-' {
			l, okL := parseNumber(text[:i])
			h, okH := parseNumber(text[i+1:])
			if okL && okH {
				return l, h, true
			}
		}
	}
	return 0, 0, false
}
