package kqleval

import (
	"fmt"
	"math"
	"strings"
)

func timeFunctions() map[string]function {
	part := func(f func(c civil, t DateTime) int) function {
		return function{params: "d", ret: TLong, apply: func(_ *runtime, a []Value) Value {
			t := a[0].(DateTime)
			return Long(f(t.civil(), t))
		}}
	}
	return map[string]function{
		"dayofweek": {params: "d", ret: TTimespan, apply: func(_ *runtime, a []Value) Value {
			return Timespan(weekday(a[0].(DateTime)) * day)
		}},
		"dayofmonth":   part(func(c civil, _ DateTime) int { return c.day }),
		"dayofyear":    part(func(c civil, t DateTime) int { return int(int64(t)/day-daysOf(c.year, 1, 1)) + 1 }),
		"hourofday":    part(func(c civil, _ DateTime) int { return c.hour }),
		"monthofyear":  part(func(c civil, _ DateTime) int { return c.month }),
		"getmonth":     part(func(c civil, _ DateTime) int { return c.month }),
		"getyear":      part(func(c civil, _ DateTime) int { return c.year }),
		"week_of_year": part(func(_ civil, t DateTime) int { return isoWeek(t) }),
		"startofday":   {params: "d?i", ret: TDateTime, naming: nameArg, apply: startOf("day", false)},
		"startofweek":  {params: "d?i", ret: TDateTime, apply: startOf("week", false)},
		"startofmonth": {params: "d?i", ret: TDateTime, apply: startOf("month", false)},
		"startofyear":  {params: "d?i", ret: TDateTime, apply: startOf("year", false)},
		"endofday":     {params: "d?i", ret: TDateTime, apply: startOf("day", true)},
		"endofweek":    {params: "d?i", ret: TDateTime, apply: startOf("week", true)},
		"endofmonth":   {params: "d?i", ret: TDateTime, apply: startOf("month", true)},
		"endofyear":    {params: "d?i", ret: TDateTime, apply: startOf("year", true)},
		"datetime_add": {params: "kid", ret: TDateTime, apply: func(rt *runtime, a []Value) Value {
			t, known := addPart(a[2].(DateTime), str(a[0]), num(a[1]))
			return rt.knownPart(t, known, str(a[0]))
		}},
		"datetime_diff": {params: "kdd", retFn: diffType, apply: dateDiff},
		"datetime_part": {params: "kd", ret: TLong, apply: func(rt *runtime, a []Value) Value {
			v, known := datePart(a[1].(DateTime), str(a[0]))
			return rt.knownPart(v, known, str(a[0]))
		}},
		"format_datetime":                  {params: "dk", ret: TString, naming: nameArg, apply: formatDateTime},
		"format_timespan":                  {params: "tk", ret: TString, naming: nameArg, apply: formatTimespan},
		"make_datetime":                    {params: "a?aaaaa", ret: TDateTime, naming: nameOnlyArg, apply: makeDateTimeOf},
		"make_timespan":                    {params: "a?aaa", ret: TTimespan, naming: nameOnlyArg, apply: makeTimespanOf},
		"unixtime_seconds_todatetime":      unixTime(second),
		"unixtime_milliseconds_todatetime": unixTime(millisecond),
		"unixtime_microseconds_todatetime": unixTime(microsecond),
		"unixtime_nanoseconds_todatetime":  unixTime(0),
		"around": {params: "aaa", ret: TBool, apply: func(_ *runtime, a []Value) Value {
			lo := arithmetic("-", a[1], a[2], a[1].kind())
			hi := arithmetic("+", a[1], a[2], a[1].kind())
			if lo == nil || hi == nil {
				return nil
			}
			c, ok1 := compareValues(a[0], lo)
			d, ok2 := compareValues(a[0], hi)
			return Bool(ok1 && ok2 && c >= 0 && d <= 0)
		}},
	}
}

// knownPart refuses a name of a part of a date that there is not.
func (rt *runtime) knownPart(v Value, known bool, part string) Value {
	if !known {
		rt.fail(span{}, "no part of a datetime is named %q; it is one of year, quarter, month, week, day, hour, minute, second, millisecond, microsecond, nanosecond", part)
	}
	return v
}

// weekday counts from Sunday; 0001-01-01 is a Monday.
func weekday(t DateTime) int64 { return (int64(t)/day + 1) % 7 }

// isoWeek is the week of ISO 8601: the first has the year's first Thursday.
func isoWeek(t DateTime) int {
	days := int64(t) / day
	thursday := days - (weekday(t)+6)%7 + 3
	y, _, _ := dateOf(thursday)
	return int((thursday-daysOf(y, 1, 1))/7) + 1
}

// startOf gives the start of a period, or its last tick, some periods away.
func startOf(period string, end bool) func(*runtime, []Value) Value {
	return func(_ *runtime, a []Value) Value {
		t := truncate(a[0].(DateTime), period)
		n := num(arg(a, 1, Long(0)))
		if end {
			n++
		}
		v, _ := addPart(t, period, n)
		t, ok := v.(DateTime)
		switch {
		case !ok:
			return nil
		case end:
			return t - 1
		}
		return t
	}
}

func truncate(t DateTime, period string) DateTime {
	c := t.civil()
	days := int64(t) / day
	switch period {
	case "week":
		days = max(days-weekday(t), 0)
	case "month":
		days = daysOf(c.year, c.month, 1)
	case "year":
		days = daysOf(c.year, 1, 1)
	}
	return DateTime(days * day)
}

// partTicks gives the length of the parts that have one.
func partTicks(part string) int64 {
	switch part {
	case "week":
		return 7 * day
	case "day":
		return day
	case "hour":
		return hour
	case "minute":
		return minute
	case "second":
		return second
	case "millisecond":
		return millisecond
	case "microsecond":
		return microsecond
	}
	return 0
}

// addPart adds n parts; a day that the month does not have becomes its last.
func addPart(t DateTime, part string, n int64) (Value, bool) {
	part = strings.ToLower(part)
	if n > 1<<40 || n < -(1<<40) {
		return nil, true
	}
	if unit := partTicks(part); unit > 0 {
		if f := float64(n) * float64(unit); math.Abs(f) > maxTicks {
			return nil, true
		}
		return dateArith("+", int64(t), Timespan(n*unit)), true
	}
	switch part {
	case "nanosecond":
		return dateArith("+", int64(t), Timespan(n/100)), true
	case "year":
		n *= 12
	case "quarter":
		n *= 3
	case "month":
	default:
		return nil, false
	}
	c := t.civil()
	months := int64(c.year)*12 + int64(c.month-1) + n
	c.year, c.month = int(floorDiv(months, 12)), int(floorMod(months, 12))+1
	if c.year < 1 || c.year > 9999 {
		return nil, true
	}
	c.day = min(c.day, daysIn(c.year, c.month))
	if out, ok := c.datetime(); ok {
		return out, true
	}
	return nil, true
}

// diffType is long, and for weeks real, as measured.
func diffType(args []*bound) Type {
	if strings.EqualFold(FormatValue(args[0].val), "week") {
		return TReal
	}
	return TLong
}

// dateDiff counts the boundaries of the part between two instants.
func dateDiff(rt *runtime, a []Value) Value {
	x, y := a[1].(DateTime), a[2].(DateTime)
	c, d := x.civil(), y.civil()
	part := strings.ToLower(str(a[0]))
	switch part {
	case "year":
		return Long(c.year - d.year)
	case "quarter":
		return Long((c.year-d.year)*4 + (c.month-1)/3 - (d.month-1)/3)
	case "month":
		return Long((c.year-d.year)*12 + c.month - d.month)
	case "week":
		return Real((truncate(x, "week") - truncate(y, "week")) / (7 * day))
	case "nanosecond":
		return Long(int64(x-y) * 100)
	}
	unit := partTicks(part)
	if unit == 0 {
		return rt.knownPart(nil, false, part)
	}
	return Long(int64(x)/unit - int64(y)/unit)
}

func datePart(t DateTime, part string) (Value, bool) {
	c := t.civil()
	switch strings.ToLower(part) {
	case "year":
		return Long(c.year), true
	case "quarter":
		return Long((c.month-1)/3 + 1), true
	case "month":
		return Long(c.month), true
	case "week_of_year", "weekofyear", "week":
		return Long(isoWeek(t)), true
	case "day":
		return Long(c.day), true
	case "dayofyear":
		return Long(int64(t)/day - daysOf(c.year, 1, 1) + 1), true
	case "hour":
		return Long(c.hour), true
	case "minute":
		return Long(c.min), true
	case "second":
		return Long(c.sec), true
	case "millisecond":
		return Long(c.frac / millisecond), true
	case "microsecond":
		return Long(c.frac / microsecond), true
	case "nanosecond":
		return Long(c.frac * 100), true
	}
	return nil, false
}

// formatRuns cuts a format into runs of one letter and calls f for each; it
// is false if a run is none that f knows and no delimiter.
func formatRuns(format, delimiters string, f func(run string) (string, bool)) (string, string, bool) {
	var b strings.Builder
	for format != "" {
		n := 1
		for n < len(format) && format[n] == format[0] {
			n++
		}
		run := format[:n]
		if text, ok := f(run); ok {
			b.WriteString(text)
		} else if strings.ContainsRune(delimiters, rune(format[0])) {
			b.WriteString(run)
		} else {
			return "", run, false
		}
		format = format[n:]
	}
	return b.String(), "", true
}

const formatDelimiters = " /-:,._[]"

func formatDateTime(rt *runtime, a []Value) Value {
	c := a[0].(DateTime).civil()
	text, run, ok := formatRuns(str(a[1]), formatDelimiters, func(run string) (string, bool) { return datetimeField(c, run) })
	if !ok {
		rt.fail(span{}, "the format of a datetime has no %q", run)
		return nil
	}
	return String(text)
}

func datetimeField(c civil, run string) (string, bool) {
	hour12 := (c.hour+11)%12 + 1
	two := func(n int) (string, bool) {
		switch len(run) {
		case 1:
			return fmt.Sprint(n), true
		case 2:
			return fmt.Sprintf("%02d", n), true
		}
		return "", false
	}
	switch run[0] {
	case 'y':
		switch len(run) {
		case 1:
			return fmt.Sprint(c.year % 100), true
		case 2:
			return fmt.Sprintf("%02d", c.year%100), true
		case 4:
			return fmt.Sprintf("%04d", c.year), true
		}
	case 'M':
		return two(c.month)
	case 'd':
		return two(c.day)
	case 'H':
		return two(c.hour)
	case 'h':
		return two(hour12)
	case 'm':
		return two(c.min)
	case 's':
		return two(c.sec)
	case 'f', 'F':
		return fractionField(int64(c.frac), run)
	case 't':
		if len(run) == 2 {
			return [2]string{"AM", "PM"}[c.hour/12], true
		}
	}
	return "", false
}

// fractionField writes as many digits as there are letters; F leaves out
// zeros at the end.
func fractionField(frac int64, run string) (string, bool) {
	if len(run) > 7 {
		return "", false
	}
	text := fmt.Sprintf("%07d", frac)[:len(run)]
	if run[0] == 'F' {
		text = strings.TrimRight(text, "0")
	}
	return text, true
}

func formatTimespan(rt *runtime, a []Value) Value {
	t := int64(a[0].(Timespan))
	if t < 0 {
		t = -t
	}
	text, run, ok := formatRuns(str(a[1]), formatDelimiters, func(run string) (string, bool) {
		pad := func(n int64) (string, bool) { return fmt.Sprintf("%0*d", len(run), n), len(run) <= 2 }
		switch run[0] {
		case 'd':
			return fmt.Sprintf("%0*d", len(run), t/day), len(run) <= 8
		case 'H', 'h':
			return pad(t / hour % 24)
		case 'm':
			return pad(t / minute % 60)
		case 's':
			return pad(t / second % 60)
		case 'f', 'F':
			return fractionField(t%second, run)
		}
		return "", false
	})
	if !ok {
		rt.fail(span{}, "the format of a timespan has no %q", run)
		return nil
	}
	return String(text)
}

// makeDateTimeOf makes a datetime of its parts, or of one value.
func makeDateTimeOf(_ *runtime, a []Value) Value {
	if len(a) == 1 {
		return cast(a[0], TDateTime)
	}
	if len(a) < 3 {
		return nil
	}
	c := civil{year: int(num(a[0])), month: int(num(a[1])), day: int(num(a[2]))}
	c.hour, c.min = int(num(arg(a, 3, Long(0)))), int(num(arg(a, 4, Long(0))))
	sec, _ := asFloat(arg(a, 5, Long(0)))
	if sec < 0 || sec >= 60 {
		return nil
	}
	c.sec = int(sec)
	c.frac = int(math.Round((sec - float64(c.sec)) * second))
	if t, ok := c.datetime(); ok {
		return t
	}
	return nil
}

// makeTimespanOf takes (h, m), (h, m, s), (d, h, m, s), or one value.
func makeTimespanOf(_ *runtime, a []Value) Value {
	if len(a) == 1 {
		return cast(a[0], TTimespan)
	}
	units := []int64{hour, minute, second}
	if len(a) == 4 {
		units = []int64{day, hour, minute, second}
	}
	total := 0.0
	for i, v := range a {
		f, ok := asFloat(v)
		if !ok {
			return nil
		}
		total += f * float64(units[i])
	}
	if n, ok := realToInt(math.Round(total)); ok {
		return Timespan(n)
	}
	return nil
}

// unixTime reads a number of units since 1970; a unit of 0 is a nanosecond.
func unixTime(unit int64) function {
	return function{params: "n", ret: TDateTime, apply: func(_ *runtime, a []Value) Value {
		f, ok := asFloat(a[0])
		if !ok || math.Abs(f) > 1e19 {
			return nil
		}
		n, isInt := asInt(a[0])
		var ticks int64
		_, whole := a[0].(Long)
		switch {
		case unit == 0 && isInt:
			ticks = n / 100
		case whole && isInt && math.Abs(f)*float64(unit) < maxTicks:
			ticks = n * unit
		default:
			var fits bool
			if ticks, fits = realToInt(math.Round(f * float64(unit))); !fits {
				return nil
			}
		}
		return dateArith("+", unixEpoch, Timespan(ticks))
	}}
}
