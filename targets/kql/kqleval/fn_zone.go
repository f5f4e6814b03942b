package kqleval

import (
	"fmt"
	"time"
	_ "time/tzdata" // so that every machine gives the same answer
)

func zoneFunctions() map[string]function {
	return map[string]function{
		"datetime_utc_to_local": {params: "ds", ret: TDateTime, apply: inZone(func(_ *runtime, t DateTime, zone *time.Location) Value {
			return shifted(t, offsetAt(t, zone))
		})},
		"datetime_local_to_utc": {params: "ds", ret: TDateTime, apply: inZone(localToUTC)},
	}
}

func inZone(f func(*runtime, DateTime, *time.Location) Value) func(*runtime, []Value) Value {
	return func(rt *runtime, a []Value) Value {
		name := str(a[1])
		zone, err := time.LoadLocation(name)
		if err != nil || name == "" || name == "Local" {
			rt.fail(span{}, "no time zone is named %q", name)
			return nil
		}
		return f(rt, a[0].(DateTime), zone)
	}
}

// offsetAt gives what zone is ahead of UTC at the instant t, in ticks.
func offsetAt(t DateTime, zone *time.Location) int64 {
	_, offset := time.Unix((int64(t)-unixEpoch)/second, 0).In(zone).Zone()
	return int64(offset) * second
}

func shifted(t DateTime, by int64) Value {
	if out, ok := makeDateTime(int64(t) + by); ok {
		return out
	}
	return nil
}

// localToUTC finds the instant whose local time is t. As an example of the
// documentation has it, a time that the clocks leave out is read by the
// clock after the change. Which of two instants the service takes when the
// clocks go back is not documented, and refused.
func localToUTC(rt *runtime, t DateTime, zone *time.Location) Value {
	const day = 24 * 3600 * second
	before, after := offsetAt(t-DateTime(day), zone), offsetAt(t+DateTime(day), zone)
	first, last := t-DateTime(before), t-DateTime(after)
	isFirst, isLast := offsetAt(first, zone) == before, offsetAt(last, zone) == after
	if isFirst && isLast && first != last {
		rt.fail(span{}, "not supported: %s is twice in %s, for the clocks go back then", fmt.Sprint(t), zone)
		return nil
	}
	if isFirst {
		return shifted(t, -before)
	}
	return shifted(t, -after)
}
