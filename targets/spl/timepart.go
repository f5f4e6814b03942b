package spl

import (
	"github.com/sigproof/sigproof/compiler/ir"
)

// instant is a time as RFC 3339 writes it, without an offset in UTC.
const instant = `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?(Z|[+-]\d\d:\d\d)?\z`

// timeCond compares a part of a time in UTC. strftime would write it in the
// time zone of whoever runs the search, so that hour and minute are computed
// from the text; a date is moved by whole days from its own noon, which no time
// zone and no summer time moves to another day.
func timeCond(v string, m *ir.TimePart) cond {
	part := ""
	switch m.Part {
	case "minute":
		part = "(" + minutes(v) + "+1440)%60"
	case "hour":
		part = "floor((" + minutes(v) + "+1440)/60)%24"
	case "day":
		part = datePart(v, "%d")
	case "week":
		part = week(v)
	case "month":
		part = datePart(v, "%m")
	case "year":
		part = datePart(v, "%Y")
	default:
		panic("spl: unknown part of a time " + m.Part)
	}
	return allOf(match(v, instant), compare(part+operators[m.Op]+m.Value.String()))
}

// minutes counts from midnight of the date that is written, in UTC: it may be
// negative, or beyond the day.
func minutes(v string) string {
	offset := "60*tonumber(substr(" + v + ", -6, 3))+tonumber(substr(" + v + ", -6, 1) . substr(" + v + ", -2))"
	return "(60*tonumber(substr(" + v + ", 12, 2))+tonumber(substr(" + v + ", 15, 2))-if(match(" + v + `, "[+-]\\d\\d:\\d\\d\\z"), ` + offset + ", 0))"
}

func datePart(v, format string) string { return written(noon(v), format) }

func written(at, format string) string { return "tonumber(strftime(" + at + ", " + text(format) + "))" }

// noon is the middle of the date in UTC, as the time zone of the search has it.
func noon(v string) string {
	return "strptime(substr(" + v + `, 1, 10) . " 12", "%Y-%m-%d %H")+86400*floor(` + minutes(v) + "/1440)"
}

// week is that of ISO 8601, which is the week that the year's day of its
// Thursday is in. Manual, strftime: %V "starts the count at 1", but it does not
// say which week that is.
func week(v string) string {
	thursday := noon(v) + "+86400*(3-(" + datePart(v, "%w") + "+6)%7)"
	return "floor((" + written(thursday, "%j") + "-1)/7)+1"
}
