package kql_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigproof/sigproof/compiler/eval"
)

// searches ask what KQL makes hard: nulls under not, members, maps, derived
// fields, numbers, addresses.
var searches = []string{
	"{category: [RoleManagement, x*y]}",
	"{category|neq: RoleManagement}",
	"{category|cased: RoleManagement}",
	"{durationMs: 5}",
	"{durationMs|gt: 5}",
	"{durationMs|lte: 5}",
	"{durationMs|neq: 5}",
	"{durationMs: null}",
	"{initiatedBy.user.id: null}",
	"{initiatedBy.user.id: ''}",
	"{initiatedBy.user.id|exists: true}",
	"{initiatedBy.user.id: '*'}",
	"{initiatedBy.user.id|re: '^e?'}",
	"{initiatedBy.user.id|fieldref: initiatedBy.app.appId}",
	"{initiatedBy.user.ipAddress|cidr: 10.0.0.0/8}",
	"{activityDateTime|hour|gte: 12}",
	"{'targetResources[Role].displayName': Reader, 'targetResources[Role].id': a}",
	"{'targetResources[Role].displayName|neq': Reader}",
	"{'targetResources[].id': null}",
	"{'targetResources[].id|neq': a, 'targetResources[].displayName': Reader}",
	"{'targetResources[User].modifiedProperties[P.Q].newValue|contains': ead}",
	"{'targetResources[User].modifiedProperties[P.Q].newValue': null}",
	"{'additionalDetails[ipaddr]|cidr': ['10.0.0.0/8', '2001:db8::/32']}",
	"{'additionalDetails[ipaddr]': null}",
	"{'additionalDetails[ipaddr]|exists': true}",
	"{'additionalDetails[n]|gt': 9}",
	"{'additionalDetails[n]': 10}",
	"{actor.name: [eve, bot]}",
	"{actor.id: null}",
	"{role.name|startswith: read}",
	"{actor.ip|cidr: 10.0.0.0/8}",
	"{'additionalDetails[ipaddr]|fieldref': initiatedBy.user.ipAddress}",
	"{initiatedBy.user.ipAddress|fieldref: 'additionalDetails[ipaddr]'}",
}

// TestAgreement holds the queries of random conditions against the reference
// matcher, over random events that are a row as well.
func TestAgreement(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		src, n := "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection:\n", 3
		for i := range n {
			src += fmt.Sprintf("  s%d: %s\n", i, rapid.SampledFrom(searches).Draw(rt, "search"))
		}
		src += "  condition: " + drawCondition(rt, n, 3) + "\n"
		p := compile(t, src, nil)[0]
		m := eval.NewMatcher(p.Pred)
		var want []bool
		var rows [][]byte
		for range rapid.IntRange(1, 8).Draw(rt, "events") {
			r := drawRecord(rt)
			want = append(want, m.Match(r.event(t)))
			rows = append(rows, r.row())
		}
		query := emit(t, p).Text
		if diff := cmp.Diff(want, verdicts(t, query, p.Log, rows)); diff != "" {
			rt.Fatalf("(-native +kql):\n%s\n%s\n%s\n%s", diff, src, query, strings.Join(texts(rows), "\n"))
		}
	})
}

func texts(rows [][]byte) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = string(r)
	}
	return out
}

func drawCondition(t *rapid.T, searches, depth int) string {
	kind := rapid.IntRange(0, 3).Draw(t, "kind")
	if depth == 0 || kind == 0 {
		return fmt.Sprintf("s%d", rapid.IntRange(0, searches-1).Draw(t, "of"))
	}
	x := drawCondition(t, searches, depth-1)
	if kind == 1 {
		return "not (" + x + ")"
	}
	return "(" + x + map[int]string{2: " and ", 3: " or "}[kind] + drawCondition(t, searches, depth-1) + ")"
}

// A record is an audit event. Columns that hold text lack nothing that a test
// could tell from the empty text.
type record map[string]any

func drawRecord(t *rapid.T) record {
	r := record{}
	text := func(values ...any) any { return rapid.SampledFrom(values).Draw(t, "value") }
	put := func(o map[string]any, key string, values ...any) {
		if v := text(append(values, "-")...); v != "-" {
			o[key] = v
		}
	}
	put(r, "category", "RoleManagement", "rolemanagement", "xAy", "other")
	put(r, "durationMs", 5, 6, 4)
	put(r, "activityDateTime", "2026-01-01T11:59:59Z", "2026-01-01T12:00:00Z")
	user, app := map[string]any{}, map[string]any{}
	put(user, "id", "eve", "EVE", "", nil)
	put(user, "ipAddress", "10.1.2.3", "::ffff:10.1.2.3", "11.1.1.1", nil, "x")
	put(user, "userPrincipalName", "Eve", "bob", "", nil)
	put(app, "appId", "eve", "", nil)
	put(app, "displayName", "bot", nil)
	put(r, "initiatedBy", map[string]any{"user": user}, map[string]any{"user": user, "app": app}, map[string]any{"app": app, "user": nil})
	var targets, details []any
	for range rapid.IntRange(0, 3).Draw(t, "targets") {
		target := map[string]any{}
		put(target, "type", "Role", "User", "role")
		put(target, "id", "a", "eve", nil, "")
		put(target, "displayName", "Reader", "x", nil)
		property := map[string]any{"displayName": text("P.Q", "Role.DisplayName", "other")}
		put(property, "newValue", `"Reader"`, "Reader", nil, `""`)
		put(property, "oldValue", `"Reader"`, nil)
		put(target, "modifiedProperties", []any{}, []any{property}, nil)
		targets = append(targets, target)
	}
	if len(targets) > 0 {
		put(r, "targetResources", targets)
	} else {
		put(r, "targetResources", []any{}, nil)
	}
	for _, key := range []string{"ipaddr", "n"} {
		detail := map[string]any{"key": key}
		put(detail, "value", "10.1.2.3", "2001:db8::1", "10", "9", "010", "x", nil)
		if text("in", "out") == "in" {
			details = append(details, detail)
		}
	}
	if details != nil {
		r["additionalDetails"] = details
	}
	return r
}

func (r record) event(t *testing.T) eval.Value {
	data, _ := json.Marshal(r)
	v, err := eval.ParseJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// row gives the record in the columns of AuditLogs.
func (r record) row() []byte {
	out := map[string]any{}
	for key, v := range r {
		out[strings.ToUpper(key[:1])+key[1:]] = v
	}
	if at, ok := r["activityDateTime"]; ok {
		out["TimeGenerated"] = at
	}
	data, _ := json.Marshal(out)
	return data
}
