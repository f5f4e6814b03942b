package schema

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNamesResolveToThemselves(t *testing.T) {
	t.Parallel()
	for _, l := range Logs() {
		for _, n := range l.Names() {
			if r := l.Resolve(n); r == nil || r.Name != n || r.Alias != nil {
				t.Errorf("%s: %q resolves to %+v", l.Name, n, r)
			}
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		log, name string
		want      string // canonical name; empty if there is none
		origin    string
		warn      string
		member    int
	}{
		{log: "entra_audit", name: "activityDisplayName", want: "activityDisplayName"},
		{log: "entra_audit", name: "OperationName", want: "activityDisplayName", origin: "Log Analytics"},
		{log: "entra_audit", name: "operationName", want: "activityDisplayName", origin: "Event Hub"},
		{log: "entra_audit", name: "properties.activityDisplayName", want: "activityDisplayName", origin: "Event Hub"},
		{log: "entra_audit", name: "body.properties.result", want: "result", origin: "Splunk, mscs:azure:eventhub"},
		{log: "entra_audit", name: "Date (UTC)", want: "activityDateTime", origin: "portal download, CSV"},
		{log: "entra_audit", name: "Service", want: "loggedByService", origin: "portal"},
		{log: "entra_audit", name: "Status", want: "result", origin: "portal"},
		{log: "entra_audit", name: "Category", want: "category", origin: "Log Analytics"},
		{log: "entra_audit", name: "ActivityType", want: "activityDisplayName", origin: "SigmaHQ"},
		{log: "entra_audit", name: "Initiatedby", want: "actor.name", origin: "SigmaHQ"},
		{log: "entra_audit", name: "InitiatedBy.user.id", want: "initiatedBy.user.id", origin: "Log Analytics"},
		{
			log: "entra_audit", name: "properties.message", want: "activityDisplayName", origin: "SigmaHQ",
			warn: "no product writes properties.message in this log; activityDisplayName is meant",
		},
		{
			log: "entra_audit", name: "initiatedBy.user.userprincipalname", want: "initiatedBy.user.userPrincipalName",
			warn: `this log has "initiatedBy.user.userPrincipalName", and not "initiatedBy.user.userprincipalname": field names are case-sensitive`,
		},
		{log: "entra_audit", name: "targetResources[Role].displayName", want: "targetResources[Role].displayName", member: 1},
		{log: "entra_audit", name: "targetResources.type", want: "targetResources[].type", member: 1},
		{log: "entra_audit", name: "additionalDetails[ipaddr]", want: "additionalDetails[ipaddr].value"},
		{log: "entra_audit", name: "AdditionalDetails[User-Agent]", want: "additionalDetails[User-Agent].value", origin: "Log Analytics"},
		{
			log: "entra_audit", name: "targetResources[User].modifiedProperties[Role.DisplayName]",
			want: "targetResources[User].modifiedProperties[Role.DisplayName].newValue", member: 1,
		},
		{
			log: "entra_audit", name: "modifiedProperties[Role.DisplayName].oldValue",
			want: "targetResources[].modifiedProperties[Role.DisplayName].oldValue", origin: "short", member: 1,
		},
		{
			log: "entra_audit", name: "properties.targetResources{}.modifiedProperties{}.newValue",
			want: "targetResources[].modifiedProperties[].newValue", origin: "Event Hub", member: 1,
		},
		{
			log: "entra_audit", name: "TargetResources.ModifiedProperties.DisplayName",
			want: "targetResources[].modifiedProperties[].displayName", member: 1,
			warn: `this log has "targetResources[].modifiedProperties[].displayName", and not "TargetResources.ModifiedProperties.DisplayName": field names are case-sensitive`,
		},
		{log: "entra_audit", name: "targetResources{}.displayName", want: "targetResources[].displayName", origin: "Splunk", member: 1},
		{log: "entra_audit", name: "role.name", want: "role.name"},
		{log: "entra_audit", name: "targetResources[Role", want: ""},
		{log: "entra_audit", name: "targetResources[Role]x", want: ""},
		{log: "entra_audit", name: "EventID", want: ""},
		{log: "entra_signin", name: "Location", want: "location.countryOrRegion", origin: "Log Analytics"},
		{log: "entra_signin", name: "location.city", want: "location.city"},
		{log: "entra_signin", name: "ResultType", want: "status.errorCode", origin: "Log Analytics"},
		{log: "entra_signin", name: "resourceId", want: "resourceId"},
		{log: "entra_signin", name: "ResourceId", want: "exportResourceId", origin: "Log Analytics"},
		{log: "activity", name: "OperationNameValue", want: "operationName", origin: "Log Analytics"},
		{log: "activity", name: "resultType", want: "status", origin: "Event Hub"},
		{log: "activity", name: "properties.ResourceProviderName", want: "resourceProviderName", origin: "azurerbac"},
		{log: "activity", name: "Authorization_d.scope", want: "authorization.scope", origin: "Log Analytics"},
		{log: "tenant_activity", name: "callerId", want: "callerId"},
		{log: "pim_policy", name: "rules[Expiration_EndUser_Assignment].maximumDuration", want: "rules[Expiration_EndUser_Assignment].maximumDuration"},
		{log: "aws_cloudtrail", name: "userIdentity.arn", want: "userIdentity.arn"},
		{log: "aws_cloudtrail", name: "requestParameters", want: "requestParameters"},
		{log: "aws_cloudtrail", name: "requestParameters.a.b", want: "requestParameters.a.b"},
		{log: "aws_cloudtrail", name: "RequestParameters.a.b", want: "requestParameters.a.b", origin: "Log Analytics"},
		{log: "aws_cloudtrail", name: "requestParameters.a{}.b{}", want: "requestParameters.a.b", origin: "Splunk"},
		{log: "aws_cloudtrail", name: "requestParameters.", want: ""},
		{log: "aws_cloudtrail", name: "requestParameters..a", want: ""},
		{log: "aws_cloudtrail", name: "userIdentity.x", want: ""},
		{log: "generic", name: "a.b[c]", want: "a.b[c]"},
	} {
		t.Run(test.log+" "+test.name, func(t *testing.T) {
			t.Parallel()
			r := ByName(test.log).Resolve(test.name)
			if r == nil {
				if test.want != "" {
					t.Fatalf("%q does not resolve", test.name)
				}
				return
			}
			var a Alias
			if r.Alias != nil {
				a = *r.Alias
			}
			got := []any{r.Name, a.Origin, a.Warn, r.Member}
			want := []any{test.want, test.origin, test.warn, test.member}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	want := []string{"loggedByService"}
	if diff := cmp.Diff(want, ByName("entra_audit").Near("logedByService")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		source Source
		want   string
	}{
		{Source{Product: "azure", Service: "auditlogs"}, "entra_audit"},
		{Source{Product: "Azure", Service: "SigninLogs"}, "entra_signin"},
		{Source{Product: "azure", Service: "activitylogs"}, "activity"},
		{Source{Product: "azure", Service: "activitylogs", Category: "tenant"}, "tenant_activity"},
		{Source{Product: "azure", Service: "pim"}, "pim_alert"},
		{Source{Product: "azure", Service: "pim_policy"}, "pim_policy"},
		{Source{Product: "azure", Service: "riskdetection"}, "risk_detection"},
		{Source{Product: "azure", Service: "riskdetection", Category: "workload"}, "workload_risk"},
		{Source{Product: "azure", Service: "keyvault"}, "keyvault_audit"},
		{Source{Product: "m365", Service: "audit"}, "m365_audit"},
		{Source{Product: "m365", Service: "threat_management"}, "m365_audit"},
		{Source{Product: "aws", Service: "cloudtrail"}, "aws_cloudtrail"},
		{Source{Product: "azure"}, ""},
		{Source{Product: "windows", Category: "process_creation"}, "windows_sysmon"},
		{Source{Product: "windows", Category: "file_access"}, ""},
		{Source{}, ""},
	} {
		got := ""
		if l := For(test.source); l != nil {
			got = l.Name
		}
		if got != test.want {
			t.Errorf("%+v: log %q, want %q", test.source, got, test.want)
		}
	}
}

// A record of the Activity Log is of log activity, and a rule about what is
// above subscriptions is of tenant_activity; both must meet.
func TestServes(t *testing.T) {
	t.Parallel()
	tenant := Source{Product: "azure", Service: "activitylogs", Category: "tenant"}
	if ByName("activity").Serves(tenant) == 0 {
		t.Error("log activity does not serve category tenant")
	}
	if ByName("entra_audit").Serves(tenant) != 0 {
		t.Error("log entra_audit serves the Activity Log")
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   string
		want []string
	}{
		{"a", []string{"a"}},
		{"a.b.c", []string{"a", "b", "c"}},
		{"claims.[http://schemas.example/name].x", []string{"claims", "http://schemas.example/name", "x"}},
		{"[@odata.type]", []string{"@odata.type"}},
		{"a.[b", []string{"a", "[b"}},
		{"", nil},
	} {
		if diff := cmp.Diff(test.want, Steps(test.in)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.in, diff)
		}
	}
}

// Queries use the first column that holds a path, and it has to be the one
// that a search over time is bound to. A macro gives the fields of one log.
func TestTablesAndFeeds(t *testing.T) {
	t.Parallel()
	macros := map[string]string{}
	for _, l := range Logs() {
		if l.Title == "" || l.Doc == "" || l.KQL.Name == "" && l.SPL.Macro == "" {
			t.Errorf("%s: no title or doc, or neither table nor macro", l.Name)
		}
		if l.KQL.Name != "" {
			first := l.KQL.Columns[0]
			if first.Name != "TimeGenerated" || first.Type != "datetime" || first.From != l.Time {
				t.Errorf("%s: first column %+v, want TimeGenerated of %s", l.Name, first, l.Time)
			}
			if l.Row() == nil {
				t.Errorf("%s: no shape is a row of the table", l.Name)
			}
		}
		if l.SPL.Macro == "" {
			continue
		}
		if other := macros[l.SPL.Macro]; other != "" {
			t.Errorf("%s: macro %s is that of %s", l.Name, l.SPL.Macro, other)
		}
		macros[l.SPL.Macro] = l.Name
		if len(l.SPL.Sourcetypes) == 0 && l.Name != "keyvault_audit" {
			t.Errorf("%s: no sourcetype", l.Name)
		}
	}
}

// connectors have tables of their own making.
var connectors = []string{"OktaV2_CL", "GitHubAuditLogsV3_CL", "OneLoginEventsV2_CL"}

// A custom table of ours may not use names that Log Analytics gives itself.
func TestCustomTables(t *testing.T) {
	t.Parallel()
	for _, l := range Logs() {
		if !strings.HasSuffix(l.KQL.Name, "_CL") || strings.HasPrefix(l.KQL.Name, "Corelight_") || slices.Contains(connectors, l.KQL.Name) {
			continue
		}
		seen := map[string]bool{}
		for _, c := range l.KQL.Columns {
			switch c.Name {
			case "TenantId", "Type", "SourceSystem", "MG", "ManagementGroupName", "Computer", "RawData", "Id", "Name":
				t.Errorf("%s: column %s is reserved", l.KQL.Name, c.Name)
			}
			if seen[c.Name] || c.From == "" {
				t.Errorf("%s: column %s stands twice, or holds nothing", l.KQL.Name, c.Name)
			}
			seen[c.Name] = true
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		declared()
	}
}
