package kql_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/kql"
)

const disabled = "title: T\nlogsource: {product: azure, service: auditlogs}\n" +
	"detection: {sel: {activityDisplayName: Disable PIM alert, 'targetResources[Role].displayName': x}, condition: sel}\n"

// TestScheduledRule wants the rows that were ingested since the last run, and
// columns for whoever reads them: some that the table has under another name,
// some that are made.
func TestScheduledRule(t *testing.T) {
	t.Parallel()
	e := kql.Emitter{Scheduled: true, Columns: []kql.Added{
		{"Activity", "activityDisplayName"}, {"ActorIp", "actor.ip"}, {"Subject", "targetResources[User].userPrincipalName"}, {"OperationName", "activityDisplayName"},
	}}
	q, diags := e.Emit(compile(t, disabled, nil)[0])
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want := `AuditLogs
| where ingestion_time() > ago(5m) and ingestion_time() <= now()
| where OperationName =~ "Disable PIM alert"
| mv-apply detail = iff(array_length(AdditionalDetails) > 0, AdditionalDetails, dynamic([null])) on (
    summarize IpaddrValue = take_anyif(tostring(detail.value), tostring(detail.key) == "ipaddr")
)
| mv-apply target = iff(array_length(TargetResources) > 0, TargetResources, dynamic([null])) on (
    summarize UserUserPrincipalNames = make_list_if(tostring(target.userPrincipalName), tostring(target.type) == "User" and isnotempty(target.userPrincipalName)),
        RoleTargets = countif(tostring(target.type) == "Role" and tostring(target.displayName) =~ "x")
)
| extend ActorIp = coalesce(tostring(InitiatedBy.user.ipAddress), IpaddrValue),
    Subject = tostring(UserUserPrincipalNames[0])
| where RoleTargets > 0
| extend Activity = OperationName`
	if diff := cmp.Diff(want, q.Text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := (targets.Schedule{Frequency: 5 * time.Minute, Period: 20 * time.Minute}); q.Schedule != want {
		t.Errorf("got %v, want %v", q.Schedule, want)
	}
	if len(q.Limits) > 0 {
		t.Errorf("a column that nobody asked the rule for limits it: %v", q.Limits)
	}
}
