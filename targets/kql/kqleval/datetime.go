package kqleval

import (
	"fmt"
	"strconv"
	"strings"
)

// maxTicks is 9999-12-31 23:59:59.9999999, the last datetime.
const maxTicks = 3155378975999999999

// unixEpoch is 1970-01-01 in ticks.
const unixEpoch = 621355968000000000

// A civil is a datetime taken apart.
type civil struct {
	year, month, day     int
	hour, min, sec, frac int // frac in ticks
}

// daysOf counts the days from 0001-01-01 to a date of the proleptic Gregorian
// calendar.
func daysOf(y, m, d int) int64 {
	if m <= 2 {
		y--
	}
	era := floorDiv(int64(y), 400)
	yoe := int64(y) - era*400
	mp := int64((m + 9) % 12)
	doy := (153*mp+2)/5 + int64(d) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 306
}

// dateOf is the inverse of daysOf.
func dateOf(days int64) (y, m, d int) {
	z := days + 306
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int(doy - (153*mp+2)/5 + 1)
	m = int(mp + 3)
	if m > 12 {
		m -= 12
	}
	y = int(yoe + era*400)
	if m <= 2 {
		y++
	}
	return y, m, d
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func (t DateTime) civil() civil {
	days, rest := int64(t)/day, int64(t)%day
	var c civil
	c.year, c.month, c.day = dateOf(days)
	c.hour = int(rest / hour)
	c.min = int(rest / minute % 60)
	c.sec = int(rest / second % 60)
	c.frac = int(rest % second)
	return c
}

// datetime puts the parts together; false if there is no such instant.
func (c civil) datetime() (DateTime, bool) {
	if c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > daysIn(c.year, c.month) {
		return 0, false
	}
	if c.hour < 0 || c.hour > 23 || c.min < 0 || c.min > 59 || c.sec < 0 || c.sec > 59 {
		return 0, false
	}
	t := daysOf(c.year, c.month, c.day)*day + int64(c.hour)*hour + int64(c.min)*minute + int64(c.sec)*second + int64(c.frac)
	return makeDateTime(t)
}

func makeDateTime(ticks int64) (DateTime, bool) {
	return DateTime(ticks), ticks >= 0 && ticks <= maxTicks
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// String writes ISO 8601 with seven digits, as tostring() does.
func (t DateTime) String() string {
	c := t.civil()
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d.%07dZ", c.year, c.month, c.day, c.hour, c.min, c.sec, c.frac)
}

// String writes [-][d.]hh:mm:ss[.fffffff], as tostring() does.
func (t Timespan) String() string {
	sign, n := "", uint64(t)
	if t < 0 {
		sign, n = "-", -uint64(t)
	}
	var b strings.Builder
	b.WriteString(sign)
	if d := n / day; d > 0 {
		fmt.Fprintf(&b, "%d.", d)
	}
	fmt.Fprintf(&b, "%02d:%02d:%02d", n/hour%24, n/minute%60, n/second%60)
	if f := n % second; f > 0 {
		fmt.Fprintf(&b, ".%07d", f)
	}
	return b.String()
}

// parseTimespan reads 1.5h, [-][d.]hh:mm[:ss[.fffffff]] or a number of days.
func parseTimespan(s string) (Timespan, bool) {
	s = strings.TrimSpace(s)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	ticks, ok := parseClock(s)
	if !ok {
		ticks, ok = parseUnits(s)
	}
	if neg {
		ticks = -ticks
	}
	return Timespan(ticks), ok
}

func parseUnits(s string) (int64, bool) {
	n := 0
	for n < len(s) && (isDigit(s[n]) || s[n] == '.') {
		n++
	}
	if n == 0 || n > 30 {
		return 0, false
	}
	unit := int64(day)
	if name := strings.TrimSpace(s[n:]); name != "" {
		if unit = unitTicks(name); unit == 0 {
			return 0, false
		}
	}
	if whole, err := strconv.ParseInt(s[:n], 10, 64); err == nil {
		ticks := whole * unit
		return ticks, ticks/unit == whole
	}
	f, err := strconv.ParseFloat(s[:n], 64)
	if err != nil {
		return 0, false
	}
	return realToInt(f * float64(unit))
}

// parseClock reads [d.]hh:mm[:ss[.fffffff]].
func parseClock(s string) (int64, bool) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 4 {
		return 0, false
	}
	days := "0"
	if len(parts) == 4 {
		days, parts = parts[0], parts[1:]
	} else if d, h, ok := strings.Cut(parts[0], "."); ok {
		days, parts[0] = d, h
	}
	sec, frac := "0", ""
	if len(parts) == 3 {
		sec, frac, _ = strings.Cut(parts[2], ".")
	}
	d, ok1 := smallInt(days, 10675198)
	h, ok2 := smallInt(parts[0], 23)
	m, ok3 := smallInt(parts[1], 59)
	x, ok4 := smallInt(sec, 59)
	f, ok5 := fraction(frac)
	return int64(d)*day + int64(h)*hour + int64(m)*minute + int64(x)*second + int64(f), ok1 && ok2 && ok3 && ok4 && ok5
}

// smallInt reads up to eight digits that give at most limit.
func smallInt(s string, limit int) (int, bool) {
	if s == "" || len(s) > 8 || digits(s) != len(s) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n <= limit
}

// fraction reads the digits after the point of a second, in ticks.
func fraction(s string) (int, bool) {
	if digits(s) != len(s) || len(s) > 20 {
		return 0, false
	}
	n, err := strconv.Atoi((s + "0000000")[:7])
	return n, err == nil
}

// parseDateTime reads ISO 8601 in whole or in part, month/day/year, and the
// forms of RFC 822. Without an offset the time is UTC.
func parseDateTime(s string) (DateTime, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), " - ", "-")
	if s == "" || len(s) > 60 {
		return 0, false
	}
	if t, ok := parseISO(s); ok {
		return t, true
	}
	if t, ok := parseSlashed(s); ok {
		return t, true
	}
	return parseRFC822(s)
}

func parseISO(s string) (DateTime, bool) {
	date, clock := s, ""
	if i := strings.IndexAny(s, "T "); i >= 0 {
		date, clock = s[:i], strings.TrimSpace(s[i+1:])
		if clock == "" {
			return 0, false
		}
	}
	date = strings.TrimSuffix(date, "Z")
	parts := strings.Split(date, "-")
	c := civil{month: 1, day: 1}
	ok := true
	if len(parts) == 1 && len(date) == 8 && digits(date) == 8 {
		parts = []string{date[:4], date[4:6], date[6:]}
	}
	if len(parts) > 3 || len(parts[0]) != 4 {
		return 0, false
	}
	for i, into := range []*int{&c.year, &c.month, &c.day}[:len(parts)] {
		*into, ok = smallInt(parts[i], 9999)
		if !ok {
			return 0, false
		}
	}
	return withClock(c, clock)
}

// parseSlashed reads month/day/year and a time, with slashes or dashes, and
// year, month, day with commas.
func parseSlashed(s string) (DateTime, bool) {
	if y, rest, ok := strings.Cut(s, ","); ok {
		s = y + "/" + strings.ReplaceAll(strings.ReplaceAll(rest, " ", ""), ",", "/")
	}
	date, clock, _ := strings.Cut(s, " ")
	parts := strings.Split(strings.ReplaceAll(date, "-", "/"), "/")
	if len(parts) != 3 {
		return 0, false
	}
	if len(parts[0]) == 4 {
		parts = []string{parts[1], parts[2], parts[0]}
	}
	m, ok1 := smallInt(parts[0], 12)
	d, ok2 := smallInt(parts[1], 31)
	y, ok3 := smallInt(parts[2], 9999)
	if !ok1 || !ok2 || !ok3 {
		return 0, false
	}
	return withClock(civil{year: y, month: m, day: d}, strings.TrimSpace(clock))
}

// parseRFC822 reads [Sat, ]8 Nov 14 15:05:02 GMT.
func parseRFC822(s string) (DateTime, bool) {
	if _, rest, ok := strings.Cut(s, ","); ok {
		s = rest
	}
	f := strings.Fields(s)
	if len(f) < 3 {
		return 0, false
	}
	d, ok1 := smallInt(f[0], 31)
	m := monthNumber(f[1])
	y, ok2 := smallInt(f[2], 9999)
	if !ok1 || !ok2 || m == 0 {
		return 0, false
	}
	switch {
	case len(f[2]) == 2 && y < 50:
		y += 2000
	case len(f[2]) == 2:
		y += 1900
	}
	return withClock(civil{year: y, month: m, day: d}, strings.Join(f[3:], " "))
}

var monthNames = []string{
	"January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December",
}

func monthNumber(s string) int {
	for i, m := range monthNames {
		if len(s) >= 3 && len(s) <= len(m) && strings.EqualFold(s, m[:len(s)]) {
			return i + 1
		}
	}
	return 0
}

// withClock adds hh:mm[:ss[.fffffff]] [AM|PM] [Z|GMT|UTC|±hh:mm] to a date.
func withClock(c civil, clock string) (DateTime, bool) {
	if clock == "" {
		return c.datetime()
	}
	clock, offset, ok := cutOffset(clock)
	if !ok {
		return 0, false
	}
	clock, half := cutHalf(clock)
	parts := strings.Split(clock, ":")
	if len(parts) > 3 || len(parts) < 2 {
		return 0, false
	}
	sec, frac := "0", ""
	if len(parts) == 3 {
		sec, frac, _ = strings.Cut(parts[2], ".")
	}
	var ok1, ok2, ok3, ok4 bool
	c.hour, ok1 = smallInt(parts[0], 23)
	c.min, ok2 = smallInt(parts[1], 59)
	c.sec, ok3 = smallInt(sec, 59)
	c.frac, ok4 = fraction(frac)
	if half != "" {
		ok1 = ok1 && c.hour >= 1 && c.hour <= 12
		c.hour %= 12
		if half == "PM" {
			c.hour += 12
		}
	}
	t, ok := c.datetime()
	if !ok || !ok1 || !ok2 || !ok3 || !ok4 {
		return 0, false
	}
	return makeDateTime(int64(t) - offset)
}

func cutHalf(clock string) (rest, half string) {
	upper := strings.ToUpper(clock)
	for _, h := range []string{"AM", "PM"} {
		if strings.HasSuffix(upper, h) {
			return strings.TrimSpace(clock[:len(clock)-2]), h
		}
	}
	return clock, ""
}

// cutOffset takes the offset from UTC off the end of a time.
func cutOffset(clock string) (rest string, offset int64, ok bool) {
	for _, zone := range []string{"Z", "GMT", "UTC"} {
		if strings.HasSuffix(strings.ToUpper(clock), zone) {
			return strings.TrimSpace(clock[:len(clock)-len(zone)]), 0, true
		}
	}
	i := strings.LastIndexAny(clock, "+-")
	if i <= 0 {
		return clock, 0, true
	}
	zone := strings.ReplaceAll(clock[i+1:], ":", "")
	if len(zone) == 2 {
		zone += "00"
	}
	n, ok := smallInt(zone, 1400)
	if !ok || len(zone) != 4 || n%100 > 59 {
		return "", 0, false
	}
	offset = int64(n/100)*hour + int64(n%100)*minute
	if clock[i] == '-' {
		offset = -offset
	}
	return strings.TrimSpace(clock[:i]), offset, true
}
