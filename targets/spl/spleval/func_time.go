package spleval

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// timeFunctions speak of UTC: searches here have no user whose time zone counts.
func timeFunctions() map[string]*function {
	now := &function{result: numberKind, apply: func(sc *scope, _ []value) value { return number(math.Floor(sc.rt.now)) }}
	return map[string]*function{
		"now":           now,
		"time":          {result: numberKind, apply: func(sc *scope, _ []value) value { return number(sc.rt.now) }},
		"relative_time": {min: 2, max: 2, result: numberKind, apply: relativeTime},
		"strftime":      {min: 2, max: 2, check: checkFormat, apply: strftimeOf},
		"strptime":      {min: 2, max: 2, result: numberKind, check: checkFormat, apply: strptimeOf},
	}
}

func checkFormat(x *exprParser, c *call) *Error {
	if text, ok := constant(c.args[1]); ok {
		if bad := badTimeFormat(text); bad != "" {
			lo, hi := c.args[1].span()
			err := x.errorf(lo, hi, "time format has %s, which is not known here", bad)
			err.Refused = true
			return err
		}
	}
	return nil
}

func relativeTime(_ *scope, a []value) value {
	t, ok := a[0].num()
	spec, okSpec := a[1].text()
	if !ok || !okSpec {
		return null
	}
	if r, ok := parseRelative(spec, t); ok {
		return number(r)
	}
	return null
}

func strftimeOf(_ *scope, a []value) value {
	t, ok := a[0].num()
	format, okFormat := a[1].text()
	if !ok || !okFormat {
		return null
	}
	if s, ok := formatTime(format, t); ok {
		return str(s)
	}
	return null
}

func strptimeOf(_ *scope, a []value) value {
	format, ok := a[1].text()
	if !ok {
		return null
	}
	return a[0].each(func(s string) value {
		if t, ok := parseTime(format, s); ok {
			return number(t)
		}
		return null
	})
}

// utc gives the instant of seconds since 1970, false if it is out of all reason.
func utc(seconds float64) (time.Time, bool) {
	if math.IsNaN(seconds) || math.Abs(seconds) > 1e11 {
		return time.Time{}, false
	}
	whole := math.Floor(seconds)
	return time.Unix(int64(whole), int64(math.Round((seconds-whole)*1e6))*1000).UTC(), true
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// A span is a length of time: so many seconds, or months.
type span struct {
	seconds float64
	months  int
	unit    byte // s m h d w M q y
	count   int
}

// unitOf reads a unit of time in any of its spellings.
func unitOf(word string) (byte, bool) {
	switch strings.ToLower(word) {
	case "s", "sec", "secs", "second", "seconds":
		return 's', true
	case "m", "min", "mins", "minute", "minutes":
		return 'm', true
	case "h", "hr", "hrs", "hour", "hours":
		return 'h', true
	case "d", "day", "days":
		return 'd', true
	case "w", "week", "weeks":
		return 'w', true
	case "mon", "month", "months":
		return 'M', true
	case "q", "qtr", "qtrs", "quarter", "quarters":
		return 'q', true
	case "y", "yr", "yrs", "year", "years":
		return 'y', true
	}
	return 0, false
}

func makeSpan(n int, unit byte) span {
	s := span{unit: unit, count: n}
	switch unit {
	case 's':
		s.seconds = float64(n)
	case 'm':
		s.seconds = float64(n) * 60
	case 'h':
		s.seconds = float64(n) * 3600
	case 'd':
		s.seconds = float64(n) * 86400
	case 'w':
		s.seconds = float64(n) * 7 * 86400
	case 'M':
		s.months = n
	case 'q':
		s.months = 3 * n
	case 'y':
		s.months = 12 * n
	}
	return s
}

// parseSpan reads a span such as 1h, 30s or 2mon. A unit alone is one of it; a
// number alone is seconds.
func parseSpan(text string) (span, bool) {
	n, rest, ok := leadingInt(text)
	if !ok {
		n = 1
	}
	if rest == "" && ok {
		rest = "s"
	}
	unit, known := unitOf(rest)
	if !known || n <= 0 || n > 1e9 {
		return span{}, false
	}
	return makeSpan(n, unit), true
}

func leadingInt(s string) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == 0 || i > 9 {
		return 0, s, false
	}
	n, _ = strconv.Atoi(s[:i])
	return n, s[i:], true
}

// parseRelative moves an instant by a specifier such as -1d@d, @w1 or -2h@h+30m.
func parseRelative(spec string, at float64) (float64, bool) {
	t, ok := utc(at)
	spec = strings.TrimSpace(spec)
	if !ok || spec == "" {
		return 0, false
	}
	if spec == "now" || spec == "now()" {
		return at, true
	}
	for spec != "" {
		sign := spec[0]
		rest := spec[1:]
		end := strings.IndexAny(rest, "+-@")
		if end < 0 {
			end = len(rest)
		}
		word := rest[:end]
		spec = rest[end:]
		if sign == '@' {
			if t, ok = snap(t, word); !ok {
				return 0, false
			}
			continue
		}
		s, ok := parseSpan(word)
		if !ok || sign != '+' && sign != '-' {
			return 0, false
		}
		n := 1
		if sign == '-' {
			n = -1
		}
		if s.months != 0 {
			t = t.AddDate(0, n*s.months, 0)
		} else {
			t = t.Add(time.Duration(float64(n) * s.seconds * float64(time.Second)))
		}
	}
	return seconds(t), true
}

// snap goes down to the start of a unit. Weeks start on Sunday; @w1 is Monday, and
// @w0 as @w7 Sunday.
func snap(t time.Time, word string) (time.Time, bool) {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	if len(word) == 2 && word[0] == 'w' && word[1] >= '0' && word[1] <= '7' {
		back := (int(day.Weekday()) - int(word[1]-'0') + 14) % 7
		return day.AddDate(0, 0, -back), true
	}
	unit, ok := unitOf(word)
	if !ok {
		return t, false
	}
	switch unit {
	case 's':
		return t.Truncate(time.Second), true
	case 'm':
		return t.Truncate(time.Minute), true
	case 'h':
		return t.Truncate(time.Hour), true
	case 'd':
		return day, true
	case 'w':
		return day.AddDate(0, 0, -int(day.Weekday())), true
	case 'M':
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC), true
	case 'q':
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC), true
	default:
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC), true
	}
}

// parseTimeModifier reads the time of earliest= and latest=: relative to now,
// seconds, or %m/%d/%Y:%H:%M:%S.
func parseTimeModifier(text string, now float64) (float64, bool) {
	if f, ok := parseNumber(text); ok && text[0] != '-' && text[0] != '+' {
		return f, true
	}
	if t, ok := parseTime("%m/%d/%Y:%H:%M:%S", text); ok {
		return t, true
	}
	return parseRelative(text, now)
}
