package spleval

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A directive of a time format is % with an optional width, : or letter.
type timeDirective struct {
	verb   byte // 0 for a literal
	width  int  // of %3N, %6Q
	colons int  // of %:z
	text   string
}

// timeDirectives cuts a format. Those it does not know have verb '?'.
func timeDirectives(format string) []timeDirective {
	var out []timeDirective
	for i := 0; i < len(format); {
		if format[i] != '%' || i+1 >= len(format) {
			n := strings.IndexByte(format[i+1:], '%')
			if n < 0 {
				n = len(format) - i - 1
			}
			out = append(out, timeDirective{text: format[i : i+1+n]})
			i += 1 + n
			continue
		}
		start := i
		d := timeDirective{}
		i++
		for i < len(format)-1 && (isDigit(format[i]) || format[i] == ':') {
			if format[i] == ':' {
				d.colons++
			} else {
				d.width = int(format[i] - '0')
			}
			i++
		}
		d.verb = format[i]
		i++
		d.text = format[start:i]
		switch {
		case d.verb == '%':
			d = timeDirective{text: "%"}
		case strings.IndexByte("YymdeHIklMSpaAbBhjsNQfzZTFDRwunt", d.verb) < 0:
			d.verb = '?'
		}
		out = append(out, d)
	}
	return out
}

// badTimeFormat names the first directive that is not known.
func badTimeFormat(format string) string {
	for _, d := range timeDirectives(format) {
		if d.verb == '?' {
			return d.text
		}
	}
	return ""
}

func formatTime(format string, at float64) (string, bool) {
	t, ok := utc(at)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for _, d := range timeDirectives(format) {
		s, ok := d.format(t)
		if !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}

var timeLayouts = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM",
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'e': "_2", 'j': "002",
	'T': "15:04:05", 'F': "2006-01-02", 'D': "01/02/06", 'R': "15:04", 'Z': "MST",
}

func (d timeDirective) format(t time.Time) (string, bool) {
	if layout, ok := timeLayouts[d.verb]; ok {
		return t.Format(layout), true
	}
	switch d.verb {
	case 0:
		return d.text, true
	case 'k':
		return fmt.Sprintf("%2d", t.Hour()), true
	case 'l':
		return fmt.Sprintf("%2d", (t.Hour()+11)%12+1), true
	case 's':
		return strconv.FormatInt(t.Unix(), 10), true
	case 'N', 'Q', 'f':
		return fraction(t, d), true
	case 'z':
		if d.colons > 0 {
			return t.Format("-07:00"), true
		}
		return t.Format("-0700"), true
	case 'w':
		return strconv.Itoa(int(t.Weekday())), true
	case 'u':
		return strconv.Itoa((int(t.Weekday())+6)%7 + 1), true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	}
	return "", false
}

// fraction: "%3N = milliseconds, %6N = microseconds, %9N = nanoseconds. The default
// is %9N"; of %Q the default is %3Q. %f is microseconds.
func fraction(t time.Time, d timeDirective) string {
	width := d.width
	switch {
	case d.verb == 'f':
		width = 6
	case width == 0 && d.verb == 'Q':
		width = 3
	case width == 0:
		width = 9
	}
	return fmt.Sprintf("%09d", t.Nanosecond())[:min(width, 9)]
}

// parsedTime gathers what a format found in a text.
type parsedTime struct {
	year, month, day, hour, min, sec int
	nano                             int
	pm, twelve                       bool
	offset                           int
	epoch                            float64
	isEpoch, hasDate                 bool
	yearDay                          int
}

// parseTime reads a text by a format, which must fit its beginning; text after it
// does not matter. Without a date the text has no time.
func parseTime(format, text string) (float64, bool) {
	p := parsedTime{year: 1970, month: 1, day: 1}
	rest := text
	for _, d := range timeDirectives(format) {
		var ok bool
		if rest, ok = p.read(d, rest); !ok {
			return 0, false
		}
	}
	if p.isEpoch {
		return p.epoch + float64(p.nano)/1e9, true
	}
	if p.twelve {
		p.hour %= 12
		if p.pm {
			p.hour += 12
		}
	}
	if !p.hasDate || p.month < 1 || p.month > 12 || p.day < 1 || p.day > 31 || p.hour > 23 || p.min > 59 || p.sec > 60 {
		return 0, false
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.min, p.sec, p.nano, time.UTC)
	if p.yearDay > 0 {
		t = t.AddDate(0, 0, p.yearDay-t.YearDay())
	}
	return seconds(t) - float64(p.offset), true
}

// read takes one directive off the text.
func (p *parsedTime) read(d timeDirective, s string) (string, bool) {
	switch d.verb {
	case 0:
		return readLiteral(d.text, s)
	case 'T', 'F', 'D', 'R':
		return p.readAll(map[byte]string{'T': "%H:%M:%S", 'F': "%Y-%m-%d", 'D': "%m/%d/%y", 'R': "%H:%M"}[d.verb], s)
	case 'Y':
		p.hasDate = true
		return readInt(s, 4, &p.year)
	case 'y':
		p.hasDate = true
		rest, ok := readInt(s, 2, &p.year)
		p.year += 1900
		if p.year < 1969 {
			p.year += 100
		}
		return rest, ok
	case 'm':
		p.hasDate = true
		return readInt(s, 2, &p.month)
	case 'd', 'e':
		p.hasDate = true
		return readInt(strings.TrimLeft(s, " "), 2, &p.day)
	case 'j':
		return readInt(s, 3, &p.yearDay)
	case 'H', 'k':
		return readInt(strings.TrimLeft(s, " "), 2, &p.hour)
	case 'I', 'l':
		p.twelve = true
		return readInt(strings.TrimLeft(s, " "), 2, &p.hour)
	case 'M':
		return readInt(s, 2, &p.min)
	case 'S':
		return readInt(s, 2, &p.sec)
	case 'p':
		return p.readHalf(s)
	case 'b', 'B', 'h':
		p.hasDate = true
		return readName(s, monthNames, &p.month)
	case 'a', 'A':
		var ignored int
		return readName(s, dayNames, &ignored)
	case 's':
		return p.readEpoch(s)
	case 'N', 'Q', 'f':
		return p.readFraction(s)
	case 'z', 'Z':
		return p.readZone(s)
	}
	return s, false
}

var (
	monthNames = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	dayNames   = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
)

func (p *parsedTime) readAll(format, s string) (string, bool) {
	for _, d := range timeDirectives(format) {
		var ok bool
		if s, ok = p.read(d, s); !ok {
			return s, false
		}
	}
	return s, true
}

// readLiteral lets a space of the format stand for any white space.
func readLiteral(literal, s string) (string, bool) {
	for i := 0; i < len(literal); i++ {
		if isSpace(literal[i]) {
			s = strings.TrimLeft(s, " \t\r\n")
			continue
		}
		if s == "" || s[0] != literal[i] {
			return s, false
		}
		s = s[1:]
	}
	return s, true
}

func readInt(s string, digits int, n *int) (string, bool) {
	i := 0
	for i < len(s) && i < digits && isDigit(s[i]) {
		i++
	}
	if i == 0 {
		return s, false
	}
	*n, _ = strconv.Atoi(s[:i])
	return s[i:], true
}

func readName(s string, names []string, n *int) (string, bool) {
	for i, name := range names {
		for _, form := range [...]string{name, name[:3]} {
			if len(s) >= len(form) && strings.EqualFold(s[:len(form)], form) {
				*n = i + 1
				return s[len(form):], true
			}
		}
	}
	return s, false
}

func (p *parsedTime) readHalf(s string) (string, bool) {
	if len(s) < 2 || !strings.EqualFold(s[:2], "AM") && !strings.EqualFold(s[:2], "PM") {
		return s, false
	}
	p.twelve = true
	p.pm = s[0] == 'P' || s[0] == 'p'
	return s[2:], true
}

func (p *parsedTime) readEpoch(s string) (string, bool) {
	n, rest, ok := int64(0), s, false
	if i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }); i != 0 && s != "" {
		if i < 0 {
			i = len(s)
		}
		v, err := strconv.ParseInt(s[:i], 10, 64)
		n, rest, ok = v, s[i:], err == nil
	}
	p.epoch, p.isEpoch = float64(n), true
	return rest, ok
}

func (p *parsedTime) readFraction(s string) (string, bool) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == 0 {
		return s, false
	}
	digits := (s[:i] + "000000000")[:9]
	p.nano, _ = strconv.Atoi(digits)
	return s[i:], true
}

// readZone knows Z, UTC, GMT and offsets: other names of zones are ambiguous.
func (p *parsedTime) readZone(s string) (string, bool) {
	for _, name := range [...]string{"UTC", "GMT", "Z"} {
		if strings.HasPrefix(s, name) {
			return s[len(name):], true
		}
	}
	if len(s) < 3 || s[0] != '+' && s[0] != '-' {
		return s, false
	}
	var hours, minutes int
	rest, ok := readInt(s[1:], 2, &hours)
	if !ok {
		return s, false
	}
	rest, _ = readInt(strings.TrimPrefix(rest, ":"), 2, &minutes)
	p.offset = hours*3600 + minutes*60
	if s[0] == '-' {
		p.offset = -p.offset
	}
	return rest, true
}
