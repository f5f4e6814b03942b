package sentinel

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/internal/armtest"
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
	for folder, least := range map[string]int{"cloud/azure": 123, "cloud/m365": 19, "cloud/aws": 50} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			if testing.Short() {
				t.Skip("packs many rules of others")
			}
			programs := packtest.Corpus(t, folder)
			p := build(t, programs, nil)
			if len(p.Manifest.Rules) != len(programs) || len(programs) < least {
				t.Errorf("of %d rules %d are packed", len(programs), len(p.Manifest.Rules))
			}
			checkRepository(t, p)
		})
	}
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

// checkRepository writes a pack and reads what is on the disk then.
func checkRepository(t *testing.T, p *pack.Pack) {
	t.Helper()
	dir := t.TempDir()
	if err := p.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	ids, names, n := map[string]bool{}, map[string]bool{}, 0
	for _, folder := range []string{"Analytic Rules", "Hunting Queries"} {
		entries, _ := os.ReadDir(filepath.Join(dir, folder))
		for _, entry := range entries {
			n++
			name := entry.Name()
			r := readRule(t, filepath.Join(dir, folder, name))
			id := fmt.Sprint(r["id"])
			if ids[id] || names[strings.ToLower(name)] || !strings.HasSuffix(name, ".yaml") {
				t.Errorf("%s: the id %s or the name is there twice, or ends otherwise", name, id)
			}
			ids[id], names[strings.ToLower(name)] = true, true
			for _, wrong := range append(repositoryFaults(r, folder == "Hunting Queries"), columnFaults(r)...) {
				t.Errorf("%s: %s", name, wrong)
			}
		}
	}
	for _, f := range p.Files {
		if strings.HasPrefix(f.Path, "ARM/") {
			armtest.Check(t, f.Path, f.Data)
		}
	}
	if n == 0 || n != len(p.Manifest.Rules) {
		t.Errorf("%d rules in files, %d in the manifest", n, len(p.Manifest.Rules))
	}
	if wrong := append(Verify(p), p.Verify(nil)...); len(wrong) > 0 {
		t.Error(wrong)
	}
}

func readRule(t *testing.T, path string) (r map[string]any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &r); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return r
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
	want(length(text("name"), 1, 256) && !strings.Contains(text("name"), "\n"), "name %q", text("name"))
	want(length(text("description"), 1, 5000), "description")
	for _, old := range []string{"AccountCustomEntity", "HostCustomEntity", "IPCustomEntity", "URLCustomEntity", "ProcessCustomEntity", "FileHashCustomEntity"} {
		want(!strings.Contains(text("query"), old), "the query has %s, which maps an entity in the old way", old)
	}
	want(length(text("query"), 1, 10_000), "query of %d", len(text("query")))
	want(regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(text("version")) && len(text("version")) <= 20, "version %q", text("version"))
	for _, c := range r["requiredDataConnectors"].([]any) {
		id := c.(map[string]any)["connectorId"].(string)
		want(slices.Contains(connectorIDs, id), "connector %s", id)
		want(len(c.(map[string]any)["dataTypes"].([]any)) > 0, "connector %s of nothing", id)
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
		want(length(format, 1, 256) && len(placeholders.FindAllString(format, -1)) <= 3, "format %q", format)
		want(o["alertDescriptionFormat"] == nil, "a format of the description, which nothing checks here")
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

// connectorIDs are those of the repository's list that packs name.
var connectorIDs = []string{"AWS", "AzureActiveDirectory", "AzureActivity", "AzureKeyVault", "MicrosoftThreatProtection", "Office365", "SecurityEvents"}

var placeholders = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

// matrix says of which tactics the repository's check takes a technique to be.
// T1619 and T1621 are younger than the copy of it that was at hand.
const matrix = `
InitialAccess 1078 1091 1133 1189 1190 1195 1199 1200 1566
Execution 1047 1053 1059 1072 1106 1129 1203 1204 1559 1569
Persistence 1037 1053 1078 1098 1133 1136 1137 1176 1197 1205 1505 1525 1542 1543 1546 1547 1554 1556 1574
PrivilegeEscalation 1037 1053 1055 1068 1078 1134 1484 1543 1546 1547 1548 1574 1611
DefenseEvasion 1006 1014 1027 1036 1055 1070 1078 1112 1127 1134 1140 1197 1202 1205 1207 1211 1216 1218 1220 1221 1222 1480 1484 1497 1535 1542 1548 1550 1553 1556 1562 1564 1574 1578 1599 1600 1601 1610 1612
CredentialAccess 1003 1040 1056 1110 1111 1187 1212 1528 1539 1552 1555 1556 1557 1558 1606 1613 1614 1621
Discovery 1007 1010 1012 1016 1018 1033 1040 1046 1049 1057 1069 1082 1083 1087 1120 1124 1135 1201 1217 1482 1497 1518 1526 1538 1580 1619
LateralMovement 1021 1072 1080 1091 1210 1534 1550 1563 1570
Collection 1005 1025 1039 1056 1074 1113 1114 1115 1119 1123 1125 1185 1213 1530 1557 1560 1602 1609 1610
Exfiltration 1011 1020 1029 1030 1041 1048 1052 1537 1567
CommandAndControl 1001 1008 1071 1090 1092 1095 1102 1104 1105 1132 1205 1219 1568 1571 1572 1573
Impact 1485 1486 1489 1490 1491 1495 1496 1498 1499 1529 1531 1561 1565
Reconnaissance 1589 1590 1591 1592 1593 1594 1595 1596 1597 1598
ResourceDevelopment 1583 1584 1585 1586 1587 1588 1608
ImpairProcessControl
InhibitResponseFunction`

// attackFaults wants names that are known, and each technique below one of the
// tactics.
func attackFaults(tactics, techniques []string) []string {
	of := map[string][]string{} // tactics by technique
	valid := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(matrix), "\n") {
		words := strings.Fields(line)
		valid[words[0]] = true
		for _, number := range words[1:] {
			of["T"+number] = append(of["T"+number], words[0])
		}
	}
	var out []string
	for _, name := range tactics {
		if !valid[name] {
			out = append(out, "tactic "+name)
		}
	}
	for _, id := range techniques {
		parent, _, _ := strings.Cut(id, ".")
		known := of[parent]
		if !regexp.MustCompile(`^T\d{4}(\.\d{3})?$`).MatchString(id) || known == nil {
			out = append(out, "technique "+id)
		} else if !slices.ContainsFunc(tactics, func(name string) bool { return slices.Contains(known, name) }) {
			out = append(out, fmt.Sprintf("technique %s is of none of %v", id, tactics))
		}
	}
	return out
}

// identifiers are those that an entity may have, the ones first of which it
// must have one.
var identifiers = map[string]string{
	"Account": "FullName Sid Name AadUserId PUID ObjectGuid | NTDomain DnsDomain UPNSuffix AadTenantId IsDomainJoined DisplayName",
	"IP":      "Address |", "AzureResource": "ResourceId |", "CloudApplication": "AppId Name | InstanceName",
	"SecurityGroup": "DistinguishedName SID ObjectGuid |",
	"Host":          "FullName HostName NetBiosName AzureID OMSAgentID | DnsDomain NTDomain OSFamily OSVersion IsDomainJoined",
	"Process":       "CommandLine ProcessId | ElevationToken CreationTimeUtc",
}

func entityFaults(e map[string]any) []string {
	required, others, known := strings.Cut(identifiers[e["entityType"].(string)], "|")
	valid := strings.Fields(required + others)
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
	if !known || !slices.ContainsFunc(strings.Fields(required), func(id string) bool { return seen[id] }) {
		out = append(out, fmt.Sprintf("%s by %v alone", e["entityType"], seen))
	}
	if len(fields) < 1 || len(fields) > 3 {
		out = append(out, fmt.Sprintf("%d identifiers", len(fields)))
	}
	return out
}

// tables are those of all logs, with the time of ingestion.
var tables = sync.OnceValue(func() kqleval.Schema {
	out := kqleval.Schema{}
	for _, log := range schema.Logs() {
		columns := []kqleval.Column{{Name: kqleval.IngestionColumn, Type: kqleval.TDateTime}}
		for _, c := range log.KQL.Columns {
			typ, _ := kqleval.ParseType(c.Type)
			columns = append(columns, kqleval.Column{Name: c.Name, Type: typ})
		}
		out[log.KQL.Name] = columns
	}
	return out
})

// columnFaults wants every column that a rule names to be in the result of its
// query, with a type that fits: entities and names of alerts are texts, details
// are single values. NRT queries have no summary that reads the clock.
func columnFaults(r map[string]any) []string {
	q, err := kqleval.Parse(r["query"].(string))
	if err != nil {
		return []string{err.Error()}
	}
	plan, err := q.Bind(tables())
	if err != nil {
		return []string{err.Error()}
	}
	types := map[string]kqleval.Type{}
	for _, c := range plan.Columns() {
		types[c.Name] = c.Type
	}
	var out []string
	want := func(column string, fits ...kqleval.Type) {
		if typ, ok := types[column]; !ok || !slices.Contains(fits, typ) {
			out = append(out, fmt.Sprintf("the result has no column %s of %v: %v %s", column, fits, ok, typ))
		}
	}
	entities, _ := r["entityMappings"].([]any)
	for _, e := range entities {
		for _, f := range e.(map[string]any)["fieldMappings"].([]any) {
			want(f.(map[string]any)["columnName"].(string), kqleval.TString)
		}
	}
	details, _ := r["customDetails"].(map[string]any)
	for _, column := range details {
		want(column.(string), kqleval.TString, kqleval.TBool, kqleval.TInt, kqleval.TLong, kqleval.TDateTime)
	}
	override, _ := r["alertDetailsOverride"].(map[string]any)
	format, _ := override["alertDisplayNameFormat"].(string)
	for _, m := range placeholders.FindAllStringSubmatch(format, -1) {
		want(m[1], kqleval.TString)
	}
	if r["kind"] == "NRT" && strings.Contains(r["query"].(string), "ingestion_time()") {
		out = append(out, "an NRT query looks at the clock: the service does")
	}
	return out
}

// TestViews wants each view to name columns that its table has, or that it makes.
func TestViews(t *testing.T) {
	t.Parallel()
	for _, v := range views {
		log := schema.ByName(v.log)
		types := map[string]kqleval.Type{}
		for _, c := range v.columns {
			types[c.Name] = kqleval.TString
		}
		for _, c := range tables()[log.KQL.Name] {
			types[c.Name] = c.Type
		}
		columns := []string{}
		for _, e := range v.entities {
			if wrong := entityFaults(map[string]any{"entityType": e.Type, "fieldMappings": fieldsOf(e)}); len(wrong) > 0 {
				t.Errorf("%s: %v", v.log, wrong)
			}
			for _, f := range e.Fields {
				columns = append(columns, f.Column)
				if types[f.Column] != kqleval.TString {
					t.Errorf("%s: %s of an %s is %s", v.log, f.Column, e.Type, types[f.Column])
				}
			}
		}
		for _, d := range v.details {
			columns = append(columns, d.column)
		}
		for _, name := range append(columns, v.who) {
			if _, ok := types[name]; !ok && name != "" {
				t.Errorf("%s has no column %s", v.log, name)
			}
		}
		if v.connector.ID != "" && !slices.Contains(connectorIDs, v.connector.ID) {
			t.Errorf("%s: connector %s", v.log, v.connector.ID)
		}
	}
}

func fieldsOf(e entity) (out []any) {
	for _, f := range e.Fields {
		out = append(out, map[string]any{"identifier": f.Identifier, "columnName": f.Column})
	}
	return out
}

func resources(t *testing.T, template []byte) []alertRule {
	t.Helper()
	var d struct{ Resources []alertRule }
	if err := json.Unmarshal(template, &d); err != nil {
		t.Fatal(err)
	}
	return d.Resources
}
