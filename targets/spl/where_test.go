package spl

import (
	"fmt"
	"testing"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/schema"
)

func TestTimeParts(t *testing.T) {
	t.Parallel()
	times := []string{
		"2024-05-01T14:45:00Z", "2024-05-01T14:45:00", "2024-12-31 23:59:59.1234567+00:00", "2024-12-31T23:59:59-05:30",
		"2025-01-01T00:30:00+01:00", "2024-02-29T12:00:00Z", "2021-01-03T10:00:00Z", "2024-13-01T00:00:00Z", "noon", "20240501",
	}
	for _, part := range []string{"minute", "hour", "day", "week", "month", "year"} {
		for _, op := range []string{"gte", "lt"} {
			for _, limit := range []int{1, 14, 30, 53, 2025} {
				rule := fmt.Sprintf("title: t\nlogsource: {category: test}\ndetection:\n  s: {t|%s|%s: %d}\n  condition: s", part, op, limit)
				p := compile(t, schema.Generic, rule)[0]
				q, native := emit(t, p), eval.NewMatcher(p.Pred)
				for _, s := range times {
					event := parseJSON(t, fmt.Sprintf(`{"t": %q}`, s))
					if want, got := native.Match(event), matches(t, schema.Generic, q.Text, openEvent(event)); want != got {
						t.Errorf("%s %s %d of %s: SPL says %t\n%s", part, op, limit, s, got, q.Text)
					}
				}
			}
		}
	}
}
