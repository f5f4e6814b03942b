package spl

import (
	"strings"
	"testing"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/spl/spleval"
)

// audits are records of the Entra audit log as Graph writes them.
var audits = []string{
	`{"id":"Directory_1","category":"RoleManagement","result":"success","resultReason":"","activityDisplayName":"Add member to role",
	"activityDateTime":"2026-11-24T09:00:00Z","loggedByService":"Core Directory","operationType":"Assign",
	"initiatedBy":{"app":null,"user":{"id":"u-eve","displayName":null,"userPrincipalName":"Eve@contoso.example","ipAddress":"203.0.113.10"}},
	"targetResources":[{"id":"u-bob","displayName":null,"type":"User","userPrincipalName":"bob@contoso.example","modifiedProperties":[
	{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"Global Administrator\""},
	{"displayName":"Role.TemplateId","oldValue":null,"newValue":"\"62e90394-69f5-4237-9190-012177145e10\""},
	{"displayName":"Odd","oldValue":"[{\"a\": 1}]","newValue":"\"Tom \\u0026 \\\"Jerry\\\"\""}]},
	{"id":"r-1","displayName":null,"type":"Role","modifiedProperties":[]}],"additionalDetails":[]}`,
	`{"id":"PIM_2","category":"RoleManagement","result":"failure","resultReason":null,"activityDisplayName":"Add member to role in PIM requested (timebound)",
	"activityDateTime":"2026-11-24T10:00:00Z","loggedByService":"PIM","initiatedBy":{"user":{"id":"","userPrincipalName":null},"app":{"displayName":"MS-PIM","servicePrincipalId":"sp-1"}},
	"targetResources":[{"id":"role-1","displayName":"Security Administrator","type":"Role","modifiedProperties":[{"displayName":"TemplateId","newValue":"\"tpl\"","oldValue":"\"\""}]},
	{"id":"u-ann","displayName":"Ann [Ops]","type":"User","userPrincipalName":"ann@contoso.example"},{"displayName":"Request","type":"Request"}],
	"additionalDetails":[{"key":"ipaddr","value":"2001:db8::7"},{"key":"Justification","value":"break; \"glass\" \\ now"},{"key":"x.y","value":""}]}`,
	`{"id":"3","activityDateTime":"2026-11-24T09:30:00Z","category":"ResourceManagement","activityDisplayName":"Disable PIM alert","targetResources":[],"additionalDetails":null}`,
	`{"id":"4","activityDateTime":"2026-11-24T08:00:00Z","targetResources":[{}],"initiatedBy":{"user":{"id":"u-eve"}}}`,
	`{"activityDateTime":"2026-11-24T08:00:00Z"}`,
}

// nullIsAbsent are the searches of TestEntraFields that the limit of that name
// shows in.
var nullIsAbsent = map[string]bool{
	"resultReason|exists: true":                      true,
	"targetResources[User].displayName|exists: true": true,
	"targetResources|exists: true":                   true,
}

// inSplunk writes a record in each way in which add-ons bring it in: by Graph,
// and by an Event Hub in three envelopes.
func inSplunk(t testing.TB, record string) []spleval.Event {
	t.Helper()
	activity := "null"
	if o, ok := parseJSON(t, record).(*eval.Object); ok {
		activity = eval.JSON(o.Get("activityDisplayName"))
	}
	hub := `{"time":"2026-11-24T09:00:00Z","operationName":` + activity + `,"category":"AuditLogs","resultType":"","properties":` + record + `}`
	event := func(sourcetype, raw string) spleval.Event {
		return spleval.EventFromJSON([]byte(raw), spleval.Meta{Index: "main", Sourcetype: sourcetype, Time: 1})
	}
	return []spleval.Event{
		event("ms:aad:audit", record),
		event("azure:monitor:aad", hub),
		event("mscs:azure:eventhub", `{"body":`+hub+`,"x-opt-offset":"1"}`),
		event("mscs:azure:eventhub", `{"body":{"records":`+hub+`}}`),
	}
}

// TestEntraFields asks each form of field through the macro, of each record in
// each shape, and natively.
func TestEntraFields(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs each macro over all samples")
	}
	log := schema.ByName("entra_audit")
	var events []spleval.Event
	for _, record := range audits {
		events = append(events, inSplunk(t, record)...)
	}
	for _, search := range []string{
		"category: rolemanagement",
		"role.name: Global Administrator",
		"role.name: [Security Administrator, 'x*']",
		"role.id|startswith: 62E9",
		"role.id: tpl",
		"subject.id: [u-bob, u-ann]",
		"subject.upn|endswith: '@CONTOSO.example'",
		"subject.name|contains: '[ops]'",
		"actor.id: [u-eve, sp-1]",
		"actor.name|cased: Eve@contoso.example",
		"actor.name|cased: eve@contoso.example",
		"actor.ip|cidr: 203.0.113.0/24",
		"actor.ip|cidr: '2001:db8::/32'",
		"actor.ip|neq: 203.0.113.10",
		"actor.id: null",
		"actor.id: '*'",
		"resultReason: ''",
		"resultReason: null",
		"resultReason|exists: true",
		"result|neq: success",
		"result|re: '^s.*s$'",
		"activityDateTime|hour|gte: 10",
		"activityDateTime|contains: T09",
		"initiatedBy.user.userPrincipalName|re|i: '^eve@'",
		"initiatedBy.app.displayName: MS-*",
		"targetResources[Role].displayName: security administrator",
		"targetResources[Role].displayName|neq: security administrator",
		"targetResources[Role].displayName: null",
		"targetResources[User].displayName: null",
		"targetResources[User].displayName|exists: true",
		"targetResources[].displayName|contains: '[Ops]'",
		"targetResources[].type|contains|all: [o, u]",
		"targetResources[].modifiedProperties[Role.DisplayName].newValue: Global Administrator",
		"targetResources[User].modifiedProperties[Odd].newValue|contains: 'tom & \"'",
		"targetResources[User].modifiedProperties[Odd].oldValue: '[{\"a\": 1}]'",
		"targetResources[].modifiedProperties[].newValue|startswith: global",
		"targetResources[].modifiedProperties[].newValue|neq: tpl",
		"targetResources[].modifiedProperties[Role.DisplayName].oldValue: null",
		"targetResources|exists: true",
		"additionalDetails[ipaddr]: 2001:DB8::7",
		"additionalDetails[Justification].value|contains: '\"glass\" \\'",
		"additionalDetails[x.y].value: ''",
		"additionalDetails[ipaddr].value|neq: 2001:db8::7",
		"additionalDetails[].key: Justification",
		"targetResources[User].userPrincipalName|startswith: bob\n    targetResources[User].displayName: null\n    targetResources[User].id: u-bob",
		"targetResources[].type: User\n    targetResources[].displayName: Request",
		"targetResources[].type: Role\n    targetResources[].displayName|neq: Request",
		"['administrator']",
		"['glass']",
		"['roleManagement, ']",
		"['displayName']",
		"['j*rry']",
	} {
		src := "title: t\nlogsource: {product: azure, service: auditlogs}\ndetection:\n  s:\n    " + search + "\n  condition: s"
		if strings.HasPrefix(search, "[") {
			src = strings.Replace(src, "s:\n    ", "s: ", 1)
		}
		for _, condition := range []string{"condition: s", "condition: not s"} {
			p := compile(t, nil, strings.Replace(src, "condition: s", condition, 1))[0]
			q, native := emit(t, p), eval.NewMatcher(p.Pred)
			differ := 0
			for i, got := range found(t, log, q.Text, events...) {
				record := audits[i/4]
				if want := native.Match(parseJSON(t, record)); got == want {
					continue
				}
				differ++
				if !nullIsAbsent[search] {
					t.Errorf("%s, %s: SPL says %t of %s\n%s", search, condition, got, events[i].First("_raw"), q.Text)
				}
			}
			if nullIsAbsent[search] && (differ == 0 || !hasLimit(q.Limits, "spl/null-is-absent")) {
				t.Errorf("%s: the limit does not show, or is not declared", search)
			}
		}
	}
}

// TestEveryMacro reads the macros of all logs, and asks each for its fields.
func TestEveryMacro(t *testing.T) {
	t.Parallel()
	for _, log := range schema.Logs() {
		if len(Macros(log)) == 0 {
			if log.SPL.Macro != "" {
				t.Errorf("%s has no macro", log.Name)
			}
			continue
		}
		event := spleval.EventFromJSON([]byte("{}"), spleval.Meta{Index: "main", Sourcetype: log.SPL.Sourcetypes[0]})
		for _, s := range log.Shapes {
			for _, f := range s.Fixed {
				if s.Sourcetype == log.SPL.Sourcetypes[0] {
					event = event.WithField(f.At, f.Value)
				}
			}
		}
		if !matches(t, log, "`"+log.SPL.Macro+"`", event) {
			t.Errorf("%s: the macro drops events of its own sourcetype", log.Name)
		}
		t.Log(Macros(log)[0].Definition)
	}
}
