package spl

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets"
)

// TestUnsupported checks what SPL can't say: the message, and the part of the
// rule that it points to.
func TestUnsupported(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, src, at, want string }{
		{
			"a quote in a name", "title: t\nlogsource: {category: test}\ndetection:\n  s: {\"it's|re\": x}\n  condition: s",
			`it's`, `SPL has no way to write the field name "it's"`,
		},
		{
			"a regular expression as keyword", "title: t\nlogsource: {product: azure, service: auditlogs}\ndetection:\n  s: {'|re': 'a.c'}\n  condition: s",
			"", "SPL has no way to look for a regular expression in each value of an event of log entra_audit; name a field",
		},
		{
			"a name with too many keys", "title: t\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s: {requestParameters.a.b.c.d.e.f.g: x}\n  condition: s",
			"requestParameters", `SPL has no way to follow "requestParameters.a.b.c.d.e.f.g": an array may stand under each of its keys, which are too many`,
		},
		{
			"two values below objects", "title: t\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s: {requestParameters.a|fieldref: responseElements.a}\n  condition: s",
			"responseElements", "SPL has no way to compare each value below an object with each below another",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var log *schema.Log
			if strings.Contains(test.src, "category: test") {
				log = schema.Generic
			}
			q, diags := Emitter{}.Emit(compile(t, log, test.src)[0])
			if q != nil || len(diags) != 1 {
				t.Fatalf("got query %v and %v", q, diags)
			}
			d := diags[0]
			if d.Code != "spl/unsupported" || d.Message != test.want || !strings.HasPrefix(test.src[d.At.Start:], test.at) {
				t.Errorf("got %s", d.Render())
			}
		})
	}
}

// TestLinks checks that each test of a query leads to its item.
func TestLinks(t *testing.T) {
	t.Parallel()
	src := "title: t\nlogsource: {category: test}\ndetection:\n  s:\n    a: x\n    b|re: y\n  n: {c: z}\n  condition: s and not n"
	q := emit(t, compile(t, schema.Generic, src)[0])
	got := map[string]string{}
	for _, l := range q.Links {
		got[q.Text[l.Start:l.End]] = l.File.Text(l.At)
	}
	want := map[string]string{`a="x"`: "a: x", `isnotnull(mvfind(b, "y"))`: "b|re: y", `c="z"`: "c: z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	for timespan, want := range map[string]targets.Schedule{
		"1h": {Frequency: 5 * time.Minute, Period: 80 * time.Minute},
		"1d": {Frequency: time.Hour, Period: 25*time.Hour + 15*time.Minute},
	} {
		programs := compile(t, schema.Generic, correlation("type: event_count\nrules: [login]\ntimespan: "+timespan+"\ncondition: {gte: 2}"))
		i := slices.IndexFunc(programs, func(p *ir.Program) bool { return p.Correlation != nil })
		if diff := cmp.Diff(want, emit(t, programs[i]).Schedule); diff != "" {
			t.Errorf("%s (-want +got):\n%s", timespan, diff)
		}
	}
}
