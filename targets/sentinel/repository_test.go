package sentinel

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
	"github.com/sigproof/sigproof/targets/pack"
)

// TestRepository holds every rule against what the checks of the Azure-Sentinel
// repository ask, as they are known from there and not from this package.
func TestRepository(t *testing.T) {
	t.Parallel()
	t.Run("entra", func(t *testing.T) {
		t.Parallel()
		checkRepository(t, build(t, packtest.Entra(t, nil), nil))
	})
	t.Run("azure", func(t *testing.T) {
		t.Parallel()
		programs := packtest.AzureCorpus(t)
		p := build(t, programs, &Options{Name: "Azure"})
		if len(p.Manifest.Rules) != len(programs) || len(programs) < 100 {
			t.Errorf("of %d rules %d are packed", len(programs), len(p.Manifest.Rules))
		}
		checkRepository(t, p)
	})
	t.Run("corners", func(t *testing.T) {
		t.Parallel()
		checkRepository(t, build(t, packtest.Compile(t, cornerRules), nil))
	})
	t.Run("groups", func(t *testing.T) {
		t.Parallel()
		p := build(t, packtest.Compile(t, groupRule), nil)
		checkRepository(t, p)
		details := resources(t, p.File(everything))[0].Properties.CustomDetails
		if len(details) != 20 || details["InitiatedByAppServic"] != "InitiatedByAppServicePrincipalId" || details["InitiatedByAppServi2"] != "InitiatedByAppServicePrincipalName" {
			t.Errorf("got %v", details)
		}
	})
}

// groupRule groups by more than Sentinel takes of an entity and of details, and
// by names that begin alike.
const groupRule = `title: Base
name: base
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: Remove}, condition: sel}
---
title: Grouped
id: 55555555-5555-4555-8555-555555555555
correlation:
  type: event_count
  rules: [base]
  group-by:
    [actor.id, actor.name, initiatedBy.user.id, initiatedBy.user.userPrincipalName, initiatedBy.user.displayName, initiatedBy.app.servicePrincipalId,
    initiatedBy.app.servicePrincipalName, category, loggedByService, activityDisplayName, operationType, correlationId, result, resultReason, resultType,
    resultSignature, resultDescription, identity, level, location, tenantId, resourceId, operationVersion, id]
  timespan: 1h
  condition: {gte: 2}
`

// cornerRules are of every kind of window and log.
const cornerRules = `
title: '[Removed] {{a}} "quoted" ''single'' | bar]'
id: 11111111-1111-4111-8111-111111111111
level: critical
tags: [attack.t1685.002, attack.t1078.004, attack.stealth, attack.t9999, cve.2024-1]
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: Remove}, condition: sel}
---
title: Added
name: added
logsource: {product: m365, service: audit}
detection: {sel: {Operation: Add member to role.}, condition: sel}
---
title: Long window
id: 22222222-2222-4222-8222-222222222222
level: low
correlation: {type: event_count, rules: [added], group-by: [UserId, ClientIP, RecordType], timespan: 13d, condition: {gte: 2}}
---
title: Vault read
id: 33333333-3333-4333-8333-333333333333
level: high
logsource: {product: azure, service: keyvault}
detection: {sel: {operationName: SecretGet}, condition: sel}
---
title: Vault read
id: 44444444-4444-4444-8444-444444444444
logsource: {product: azure, service: keyvault}
detection: {sel: {operationName: KeyGet}, condition: sel}
`

func checkRepository(t *testing.T, p *pack.Pack) {
	t.Helper()
	ids, names, n := map[string]bool{}, map[string]bool{}, 0
	for _, f := range p.Files {
		folder, name, ok := strings.Cut(f.Path, "/")
		if !ok || folder != "Analytic Rules" && folder != "Hunting Queries" {
			continue
		}
		n++
		var r map[string]any
		if err := yaml.Unmarshal(f.Data, &r); err != nil {
			t.Errorf("%s: %v", f.Path, err)
			continue
		}
		id := fmt.Sprint(r["id"])
		if ids[id] || names[strings.ToLower(name)] || !strings.HasSuffix(name, ".yaml") {
			t.Errorf("%s: the id %s or the name is there twice, or ends otherwise", f.Path, id)
		}
		ids[id], names[strings.ToLower(name)] = true, true
		for _, wrong := range repositoryFaults(r, folder == "Hunting Queries") {
			t.Errorf("%s: %s", f.Path, wrong)
		}
	}
	if n == 0 || n != len(p.Manifest.Rules) {
		t.Errorf("%d rules in files, %d in the manifest", n, len(p.Manifest.Rules))
	}
	if wrong := append(Verify(p), p.Verify(nil)...); len(wrong) > 0 {
		t.Error(wrong)
	}
}

func repositoryFaults(r map[string]any, hunting bool) []string {
	var out []string
	want := func(ok bool, format string, args ...any) {
		if !ok {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	text := func(key string) string { s, _ := r[key].(string); return s }
	list := func(key string) (out []string) {
		for _, x := range r[key].([]any) {
			out = append(out, x.(string))
		}
		return out
	}
	want(regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(text("id")), "id %s", text("id"))
	want(length(text("name"), 1, 256), "name %q", text("name"))
	want(length(text("description"), 1, 5000), "description")
	want(length(text("query"), 1, 10_000), "query of %d", len(text("query")))
	want(regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(text("version")) && len(text("version")) <= 20, "version %q", text("version"))
	for _, c := range r["requiredDataConnectors"].([]any) {
		id := c.(map[string]any)["connectorId"].(string)
		want(slices.Contains([]string{"AzureActiveDirectory", "AzureActivity", "AzureKeyVault", "Office365"}, id), "connector %s", id)
	}
	out = append(out, attackFaults(list("tactics"), list("relevantTechniques"))...)
	if entities, ok := r["entityMappings"].([]any); ok {
		want(1 <= len(entities) && len(entities) <= 5, "%d entities", len(entities))
		for _, e := range entities {
			out = append(out, entityFaults(e.(map[string]any))...)
		}
	}
	if hunting {
		for _, key := range []string{"severity", "kind", "queryFrequency", "queryPeriod", "triggerOperator", "customDetails"} {
			want(r[key] == nil, "a hunting query has %s", key)
		}
		return out
	}
	want(slices.Contains([]string{"Informational", "Low", "Medium", "High"}, text("severity")), "severity %q", text("severity"))
	if text("kind") == "NRT" {
		for _, key := range []string{"queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"} {
			want(r[key] == nil, "an NRT rule has %s", key)
		}
	} else {
		frequency, period := repositoryDuration(text("queryFrequency")), repositoryDuration(text("queryPeriod"))
		want(text("kind") == "Scheduled", "kind %q", text("kind"))
		want(frequency >= 5*time.Minute && frequency <= 14*24*time.Hour, "frequency %s", text("queryFrequency"))
		want(period >= frequency && period <= 14*24*time.Hour, "period %s", text("queryPeriod"))
		want(period < 48*time.Hour || frequency >= time.Hour, "period %s each %s", text("queryPeriod"), text("queryFrequency"))
		threshold, ok := r["triggerThreshold"].(int)
		want(text("triggerOperator") == "gt" && ok && threshold == 0, "trigger %v %v", r["triggerOperator"], r["triggerThreshold"])
	}
	if details, ok := r["customDetails"].(map[string]any); ok {
		want(len(details) <= 20, "%d details", len(details))
		for key, column := range details {
			want(len(key) <= 20 && regexp.MustCompile(`^[a-zA-Z]+\w*$`).MatchString(key), "detail %q", key)
			want(regexp.MustCompile(`^[a-zA-Z_]+\w*$`).MatchString(column.(string)), "column %q", column)
		}
	}
	if o, ok := r["alertDetailsOverride"].(map[string]any); ok {
		format, _ := o["alertDisplayNameFormat"].(string)
		want(length(format, 1, 256) && strings.Count(format, "{{") <= 3, "format %q", format)
	}
	return out
}

func length(s string, least, most int) bool { n := len([]rune(s)); return least <= n && n <= most }

func repositoryDuration(s string) time.Duration {
	parts := regexp.MustCompile(`^(\d+)([mhd])$`).FindStringSubmatch(s)
	if parts == nil {
		return -1
	}
	n, _ := strconv.Atoi(parts[1])
	return time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[parts[2]]
}

// attackFaults checks names, and the pairs that these rules have: a second
// list, so that a slip in the first is seen.
func attackFaults(tactics, techniques []string) []string {
	of := map[string]string{
		"T1078": "InitialAccess Persistence PrivilegeEscalation DefenseEvasion", "T1098": "Persistence PrivilegeEscalation",
		"T1556": "CredentialAccess DefenseEvasion Persistence", "T1562": "DefenseEvasion", "T1531": "Impact", "T1548": "PrivilegeEscalation DefenseEvasion",
		"T1485": "Impact", "T1528": "CredentialAccess", "T1489": "Impact", "T1110": "CredentialAccess", "T1496": "Impact", "T1552": "CredentialAccess",
	}
	valid := strings.Fields("InitialAccess Execution Persistence PrivilegeEscalation DefenseEvasion CredentialAccess Discovery LateralMovement Collection " +
		"Exfiltration CommandAndControl Impact Reconnaissance ResourceDevelopment ImpairProcessControl InhibitResponseFunction")
	var out []string
	for _, name := range tactics {
		if !slices.Contains(valid, name) {
			out = append(out, "tactic "+name)
		}
	}
	for _, id := range techniques {
		if !regexp.MustCompile(`^T1\d{3}(\.\d{3})?$`).MatchString(id) || id >= "T1680" {
			out = append(out, "technique "+id)
		}
		known, listed := of[id[:5]]
		if listed && !slices.ContainsFunc(tactics, func(name string) bool { return slices.Contains(strings.Fields(known), name) }) {
			out = append(out, fmt.Sprintf("technique %s is of none of %v", id, tactics))
		}
	}
	return out
}

func entityFaults(e map[string]any) []string {
	identifiers := map[string]string{
		"Account": "Name FullName NTDomain DnsDomain UPNSuffix Sid AadTenantId AadUserId PUID IsDomainJoined DisplayName ObjectGuid",
		"IP":      "Address", "AzureResource": "ResourceId", "CloudApplication": "AppId Name InstanceName", "SecurityGroup": "DistinguishedName SID ObjectGuid",
	}
	valid := strings.Fields(identifiers[e["entityType"].(string)])
	fields := e["fieldMappings"].([]any)
	var out []string
	seen := map[string]bool{}
	for _, f := range fields {
		id := f.(map[string]any)["identifier"].(string)
		if !slices.Contains(valid, id) || seen[id] {
			out = append(out, fmt.Sprintf("identifier %s of %s", id, e["entityType"]))
		}
		seen[id] = true
	}
	if len(fields) < 1 || len(fields) > 3 {
		out = append(out, fmt.Sprintf("%d identifiers", len(fields)))
	}
	return out
}

// TestColumns wants every column that a rule names to be in the result of its
// query, which package kqleval tells.
func TestColumns(t *testing.T) {
	t.Parallel()
	tables := kqleval.Schema{}
	for _, log := range schema.Logs() {
		columns := []kqleval.Column{{Name: kqleval.IngestionColumn, Type: kqleval.TDateTime}}
		for _, c := range log.KQL.Columns {
			typ, _ := kqleval.ParseType(c.Type)
			columns = append(columns, kqleval.Column{Name: c.Name, Type: typ})
		}
		tables[log.KQL.Name] = columns
	}
	for _, programs := range [][]*ir.Program{packtest.Entra(t, nil), packtest.Compile(t, cornerRules)} {
		for _, r := range resources(t, build(t, programs, nil).File(everything)) {
			if r.Type == "Microsoft.OperationalInsights/workspaces/savedSearches" {
				continue
			}
			q, err := kqleval.Parse(arm.Unescape(r.Properties.Query))
			if err != nil {
				t.Fatal(err)
			}
			plan, err := q.Bind(tables)
			if err != nil {
				t.Fatal(err)
			}
			named := regexp.MustCompile(`"columnName": *"([^"]*)"|\{\{(\w+)\}\}`).FindAllStringSubmatch(string(pack.JSON(r.Properties)), -1)
			for _, column := range r.Properties.CustomDetails {
				named = append(named, []string{"", column, ""})
			}
			for _, m := range named {
				name := m[1] + m[2]
				if name == "a" {
					continue // of a title
				}
				if !slices.ContainsFunc(plan.Columns(), func(c kqleval.Column) bool { return c.Name == name }) {
					t.Errorf("%s: the result has no column %s", r.Properties.DisplayName, name)
				}
			}
		}
	}
}

func resources(t *testing.T, template []byte) []alertRule {
	t.Helper()
	var d struct{ Resources []alertRule }
	if err := json.Unmarshal(template, &d); err != nil {
		t.Fatal(err)
	}
	return d.Resources
}
