package sigma

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// timeUnits are the units of a timespan in seconds. Spec, Correlation rules,
// Time span; w, M and y are in use though the specification has s m h d only.
// A month and a year are means of the calendar.
var timeUnits = []struct {
	unit    string
	seconds int64
	word    string
}{
	{"s", 1, "second"},
	{"m", 60, "minute"},
	{"h", 3600, "hour"},
	{"d", 86400, "day"},
	{"w", 604800, "week"},
	{"M", 2629746, "month"},
	{"y", 31556952, "year"},
}

// ParseTimespan reads a duration such as 60m in seconds.
func ParseTimespan(text string) (seconds int64, ok bool) {
	for _, u := range timeUnits {
		digits, found := strings.CutSuffix(text, u.unit)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n <= 0 || digits[0] == '+' || n > math.MaxInt64/1_000_000_000/u.seconds {
			return 0, false
		}
		return n * u.seconds, true
	}
	return 0, false
}

// timespan reads an entry that holds a duration.
func (p *parser) timespan(e Entry) Timespan {
	before := p.errors()
	t := p.text(e)
	if p.errors() > before {
		return Timespan{}
	}
	seconds, ok := ParseTimespan(t.Value)
	if !ok {
		d := p.report(Error, "value/timespan", place(e.Key.At, e.Data),
			fmt.Sprintf("%s %q is no duration; it must be a number with s, m, h, d, w, M or y behind it, such as 15m", e.Key.Value, t.Value))
		if mended := mendTimespan(t.Value); mended != "" {
			d.label(fmt.Sprintf("did you mean %q?", mended)).fix("write "+mended, false, Edit{t.At, mended})
		}
		return Timespan{Text: t}
	}
	if unit := t.Value[len(t.Value)-1]; unit == 'M' || unit == 'y' {
		p.report(Info, "value/timespan", t.At, fmt.Sprintf("%s is taken for %d seconds, since months and years differ in length", t.Value, seconds)).
			label(minutesMeant(t.Value))
	}
	return Timespan{Text: t, Seconds: seconds}
}

func minutesMeant(s string) string {
	if digits, months := strings.CutSuffix(s, "M"); months {
		return fmt.Sprintf("minutes are written %q", digits+"m")
	}
	return ""
}

// mendTimespan reads "5 min", "1 hour" and "1h30m" as they were meant.
func mendTimespan(s string) string {
	if hours, minutes, ok := strings.Cut(strings.TrimSuffix(s, "m"), "h"); ok {
		h, err1 := strconv.Atoi(hours)
		m, err2 := strconv.Atoi(minutes)
		if err1 == nil && err2 == nil && 0 < h && h < 1000 && 0 < m && m < 60 {
			return fmt.Sprintf("%dm", 60*h+m)
		}
	}
	digits := strings.TrimRight(s, " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	word := strings.TrimSpace(strings.ToLower(s[len(digits):]))
	for _, u := range timeUnits {
		for _, form := range []string{strings.ToLower(u.unit), u.word, u.word + "s", u.word[:3], u.word[:3] + "s"} {
			if word == form && word != "" {
				if _, ok := ParseTimespan(digits + u.unit); ok {
					return digits + u.unit
				}
			}
		}
	}
	return ""
}
