package eval

import (
	"time"

	"github.com/sigproof/sigproof/compiler/ir"
)

// timeLayouts are RFC 3339 with its variants (section 5.6: T or a blank) and
// without an offset, which means UTC. Go reads a fraction of any length.
var timeLayouts = []string{
	time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
}

// ParseTime reads a time as SEMANTICS takes it.
func ParseTime(s string) (time.Time, bool) {
	if len(s) < len("2006-01-02T15:04:05") || s[4] != '-' {
		return time.Time{}, false
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func timeMatcher(m *ir.TimePart) func(Value) bool {
	return func(v Value) bool {
		s, ok := v.(String)
		if !ok {
			return false
		}
		t, ok := ParseTime(string(s))
		return ok && m.Op.Holds(ir.DecimalOf(int64(timePart(t, m.Part))).Compare(m.Value))
	}
}

func timePart(t time.Time, part string) int {
	switch part {
	case "minute":
		return t.Minute()
	case "hour":
		return t.Hour()
	case "day":
		return t.Day()
	case "week":
		_, week := t.ISOWeek()
		return week
	case "month":
		return int(t.Month())
	case "year":
		return t.Year()
	}
	panic("eval: unknown part of a time " + part)
}
