package kql_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/kql"
)

// TestLinks wants each test to be linked to what the rule says.
func TestLinks(t *testing.T) {
	t.Parallel()
	const src = `title: Links
logsource: {product: azure, service: auditlogs}
detection:
  plain: {category: [RoleManagement, Other]}
  member:
    targetResources[Role].displayName|startswith: Global
    targetResources[Role].id: '62e9'
  filter: {result: failure}
  condition: plain and member and not filter
`
	p := compile(t, src, nil)[0]
	q := emit(t, p)
	got := map[string]string{}
	for _, l := range q.Links {
		if l.File != p.File() {
			t.Errorf("link to another file: %v", l)
		}
		got[q.Text[l.Start:l.End]] = src[l.At.Start:l.At.End]
	}
	want := map[string]string{
		`Category in~ ("RoleManagement", "Other")`:         "category: [RoleManagement, Other]",
		`tostring(target.displayName) startswith "Global"`: "targetResources[Role].displayName|startswith: Global",
		`tostring(target.id) =~ "62e9"`:                    "targetResources[Role].id: '62e9'",
		`Result !~ "failure"`:                              "result: failure",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, detection, want string }{
		{"no column", "sel: {userAgent: x}", `rule.yml:4:9: error: table AuditLogs has no column for "userAgent" [kql/no-column]`},
	} {
		p := compile(t, "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection:\n  "+test.detection+"\n  condition: sel\n", nil)[0]
		q, diags := kql.Emitter{}.Emit(p)
		if q != nil || len(diags) != 1 || diags[0].String() != test.want {
			t.Errorf("%s: %v %v", test.name, q, diags)
		}
	}
}

// TestLong wants long lists to stay flat enough for Microsoft's analyser, and
// a word about queries that are too long for a product.
func TestLong(t *testing.T) {
	t.Parallel()
	var values strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&values, "\n    - value%d", i)
	}
	p := compile(t, "title: T\nlogsource: {category: x}\ndetection:\n  sel:\n   f|contains:"+values.String()+"\n  condition: sel\n", schema.Generic)[0]
	q, diags := kql.Emitter{}.Emit(p)
	if len(diags) != 1 || diags[0].Code != "kql/too-long" || diags[0].Severity != sigma.Warning {
		t.Errorf("%v", diags)
	}
	for _, part := range regexp.MustCompile(`[()]`).Split(q.Text, -1) {
		if n := strings.Count(part, " or "); n > 300 {
			t.Errorf("a chain of %d", n)
		}
	}
	rows := [][]byte{[]byte(`{"f":"a value1999 b"}`), []byte(`{"f":"value"}`)}
	if diff := cmp.Diff([]bool{true, false}, verdicts(t, q.Text, schema.Generic, rows)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	src := windowRules + "  type: temporal\n  rules: [added, removed]\n  group-by: [actor.id]\n" +
		"---\ntitle: Outer\ncorrelation:\n  type: event_count\n  rules: [correlation]\n  group-by: [actor.id]\n  timespan: 1h\n  condition: {gte: 2}\n"
	programs := compile(t, src, nil)
	outer := programs[len(programs)-1]
	q := emit(t, outer)
	want := time.Hour + 10*time.Second + q.Schedule.Frequency + kql.Lateness
	if q.Schedule.Period != want {
		t.Errorf("period %s, want %s", q.Schedule.Period, want)
	}
	if strings.Contains(q.Text, "ingestion_time") {
		t.Errorf("a query that is not scheduled knows of ingestion:\n%s", q.Text)
	}
	scheduled, _ := kql.Emitter{Scheduled: true}.Emit(outer)
	if !strings.HasSuffix(scheduled.Text, "\n| where Ingested > ago(5m) and Ingested <= now()\n| project-away Ingested") {
		t.Errorf("nothing tells new alerts from old ones:\n%s", scheduled.Text)
	}
	undone := compile(t, strings.Replace(src, "timespan: 1h\n  condition: {gte: 2}", "timespan: 1d\n  condition: {lt: 2}", 1), nil)
	scheduled, _ = kql.Emitter{Scheduled: true}.Emit(undone[len(undone)-1])
	if !strings.HasSuffix(scheduled.Text, "\n| where TimeGenerated > ago(75m) and TimeGenerated <= ago(15m)") || strings.Contains(scheduled.Text, "ingestion_time") {
		t.Errorf("a window is told of before all its events are there:\n%s", scheduled.Text)
	}
	if q := emit(t, programs[0]); q.Schedule.Period != 0 {
		t.Errorf("a rule has a schedule: %v", q.Schedule)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for _, l := range kql.Limits() {
		if !strings.HasPrefix(l.Code, "kql/") || !strings.HasSuffix(l.Doc, ".") {
			t.Errorf("%s: %s", l.Code, l.Doc)
		}
	}
}

// TestCIDR asks for networks at the border between IPv4 and IPv6.
func TestCIDR(t *testing.T) {
	t.Parallel()
	addresses := []string{"10.1.2.3", "::ffff:10.1.2.3", "11.1.2.3", "2001:db8::1", "::1", "::ffff:0:0", "::fffe:1:1", "x", ""}
	for _, network := range []string{"10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "::/0", "::/80", "2001:db8::/32", "::1/128", "::/97"} {
		prefix := netip.MustParsePrefix(network)
		test := &ir.Test{Field: &ir.Field{Name: "f", Type: schema.Any}, Any: []ir.Match{&ir.CIDR{Prefix: prefix}}}
		p := *compile(t, "title: T\nlogsource: {category: x}\ndetection: {sel: {f: x}, condition: sel}\n", schema.Generic)[0]
		var want, wantNot []bool
		var rows [][]byte
		for _, a := range addresses {
			addr, err := netip.ParseAddr(a)
			in := err == nil && prefix.Contains(addr.Unmap())
			want, wantNot = append(want, in), append(wantNot, !in)
			rows = append(rows, fmt.Appendf(nil, `{"f":%q}`, a))
		}
		p.Pred = test
		if diff := cmp.Diff(want, verdicts(t, emit(t, &p).Text, schema.Generic, rows)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", network, diff)
		}
		p.Pred = &ir.Not{X: test}
		if diff := cmp.Diff(wantNot, verdicts(t, emit(t, &p).Text, schema.Generic, rows)); diff != "" {
			t.Errorf("not %s (-want +got):\n%s", network, diff)
		}
	}
}

// BenchmarkEmit writes the corpus again and again.
func BenchmarkEmit(b *testing.B) {
	var all []*ir.Program
	for _, p := range corpus(b) {
		all = append(all, p)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range all {
			kql.Emitter{}.Emit(p)
		}
	}
	b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "rules/s")
}
