package sentinel

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/internal/drifttest"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
)

// A resource as the REST API gives it.
type answered map[string]any

func (r answered) properties() map[string]any { return r["properties"].(map[string]any) }

// workspace gives the rules of a pack as a workspace lists them that has them
// all: with its own ids, etags and times, what the template escaped as it is,
// lists in another order, durations in another spelling, and null where nothing
// was said.
func workspace(t *testing.T, p *pack.Pack) []answered {
	t.Helper()
	var template struct{ Resources []answered }
	if err := json.Unmarshal(p.File(everything), &template); err != nil {
		t.Fatal(err)
	}
	const subscription = "/subscriptions/d0cfe6b2-9ac0-4464-9919-dccaee2e48c0/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/w"
	var out []answered
	for _, r := range template.Resources {
		name := guidForm.FindString(r["name"].(string))
		if name == "" {
			continue // a watchlist
		}
		delete(r, "apiVersion")
		unescape(r)
		r["name"], r["etag"] = name, `"0300bf09-0000-0000-0000-5c37296e0000"`
		r["systemData"] = map[string]any{"lastModifiedBy": "admin@contoso.example", "lastModifiedAt": "2026-11-27T08:00:00Z"}
		if r["kind"] == nil {
			r["type"], r["id"] = "Microsoft.OperationalInsights/savedSearches", subscription+"/savedSearches/"+name
			tags := r.properties()["tags"].([]any)
			r.properties()["tags"] = append([]any{map[string]any{"name": "createdBy", "value": "admin@contoso.example"}}, tags...)
		} else {
			r["type"], r["id"] = "Microsoft.SecurityInsights/alertRules", subscription+"/providers/Microsoft.SecurityInsights/alertRules/"+name
			asStored(r.properties())
		}
		out = append(out, r)
	}
	return out
}

// unescape takes texts as they were before they were put into a template.
func unescape(v map[string]any) {
	for key, x := range v {
		switch x := x.(type) {
		case string:
			v[key] = arm.Unescape(x)
		case map[string]any:
			unescape(x)
		}
	}
}

// asStored writes the properties of an analytics rule as the service does.
func asStored(p map[string]any) {
	p["lastModifiedUtc"], p["templateVersion"], p["sentinelEntitiesMappings"] = "2026-11-27T08:00:00.1234567Z", nil, nil
	p["query"] = strings.ReplaceAll(p["query"].(string), "\n", "\r\n")
	for _, key := range []string{"tactics", "techniques", "entityMappings"} {
		if list, ok := p[key].([]any); ok {
			slices.Reverse(list)
		}
	}
	if p["queryFrequency"] == "PT1H" {
		p["queryFrequency"] = "PT60M"
	}
	if g, ok := p["incidentConfiguration"].(map[string]any)["groupingConfiguration"].(map[string]any); ok {
		g["lookbackDuration"] = strings.Replace(g["lookbackDuration"].(string), "P1D", "PT24H", 1)
		for key, list := range g {
			if list, ok := list.([]any); ok && len(list) == 0 {
				g[key] = nil
			}
		}
	}
	if o, ok := p["alertDetailsOverride"].(map[string]any); ok {
		maps.Copy(o, map[string]any{"alertDescriptionFormat": nil, "alertTacticsColumnName": nil, "alertSeverityColumnName": nil, "alertDynamicProperties": []any{}})
	}
}

// answer reads what a workspace answers.
func answer(t *testing.T, list []answered) []pack.Object {
	t.Helper()
	have, err := Exported(pack.JSON(map[string]any{"value": list}))
	if err != nil {
		t.Fatal(err)
	}
	return have
}

// TestAsDeployed wants no drift from how the service writes what it was given:
// as previews of its API do, and as its stable versions, which know no
// sub-techniques; and as the portal exports it.
func TestAsDeployed(t *testing.T) {
	t.Parallel()
	p := build(t, append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	list := workspace(t, p)
	drifttest.Hold(t, pack.Compare(want, answer(t, list)), drifttest.Told{})
	for _, r := range list {
		delete(r.properties(), "subTechniques")
		if r["kind"] == NRT {
			r.properties()["eventGroupingSettings"] = nil
		}
	}
	drifttest.Hold(t, pack.Compare(want, answer(t, list)), drifttest.Told{})
	for i, r := range list {
		list[i] = answered{
			"id":   "[concat(resourceId('Microsoft.OperationalInsights/workspaces/providers', parameters('workspace'), 'Microsoft.SecurityInsights'),'/alertRules/" + r["name"].(string) + "')]",
			"name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/" + r["name"].(string) + "')]", "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
			"kind": r["kind"], "apiVersion": "2023-12-01-preview", "properties": r.properties(),
		}
	}
	have, err := Exported(pack.JSON(map[string]any{
		"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
		"parameters": map[string]any{"workspace": map[string]any{"type": "String"}}, "resources": list,
	}))
	if err != nil {
		t.Fatal(err)
	}
	drifttest.Hold(t, pack.Compare(want, have), drifttest.Told{})
}

// TestPlanted plants changes in a workspace, all at once, and wants each to be
// told at its property and nothing else.
func TestPlanted(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	list := workspace(t, p)
	find := func(title string) map[string]any {
		for _, r := range list {
			if r.properties()["displayName"] == title {
				return r.properties()
			}
		}
		t.Fatalf("no rule is called %q", title)
		return nil
	}
	const adding, hunted = "Four members added to Entra roles in an hour by one actor", "Activation of a role"
	disabled, weakened, bulk := find("PIM alert disabled"), find("PIM alert weakened"), find(adding)
	query := weakened["query"].(string)
	told := drifttest.Told{Missing: []string{"No license for PIM"}, Extra: []string{"By hand"}}
	plant := func(of map[string]any, key string, value any, field, before, after string) {
		title := of["displayName"].(string)
		if key == "displayName" {
			title = before
		}
		of[key] = value
		told.Changed = append(told.Changed, pack.Changed{Title: title, Field: field, Want: before, Got: after})
	}
	plant(disabled, "enabled", false, "enabled", "true", "false")
	plant(disabled, "severity", "Informational", "severity", "High", "Informational")
	plant(disabled, "tactics", []string{"Impact"}, "tactics", "DefenseEvasion", "Impact")
	plant(disabled, "techniques", []string{"T1078"}, "techniques", "T1562", "T1078")
	plant(disabled, "description", "Mine.", "description", fieldOf(want, "PIM alert disabled", "description"), "Mine.")
	plant(weakened, "query", query+"\r\n| where false", "query", strings.ReplaceAll(query, "\r\n", "\n"), strings.ReplaceAll(query, "\r\n", "\n")+"\n| where false")
	plant(weakened, "suppressionEnabled", true, "suppression", "none", "5h")
	plant(bulk, "queryFrequency", "P1D", "frequency", "5m", "1d")
	plant(bulk, "queryPeriod", "PT1H", "period", "80m", "1h")
	plant(bulk, "triggerThreshold", 5, "trigger", "more than 0", "more than 5")
	plant(bulk, "entityMappings", []any{}, "entities", "Account AadUserId=ActorId", "")
	plant(bulk, "customDetails", map[string]string{"LastEvent": "TimeGenerated"}, "details", "LastEvent=Id", "LastEvent=TimeGenerated")
	plant(bulk, "eventGroupingSettings", nil, "alerts", "AlertPerResult", "SingleAlert")
	plant(bulk, "incidentConfiguration", map[string]any{"createIncident": false}, "incidents", fieldOf(want, adding, "incidents"), "none")
	plant(find(hunted), "query", "AuditLogs", "query", fieldOf(want, hunted, "query"), "AuditLogs")
	plant(find("Request denied in Access Reviews"), "displayName", "Mine", "name", "Request denied in Access Reviews", "Mine")
	list = slices.DeleteFunc(list, func(r answered) bool { return r.properties()["displayName"] == "No license for PIM" })
	list = append(list,
		answered{"name": "aaaaaaaa-0000-4000-8000-000000000000", "kind": Scheduled, "type": "Microsoft.SecurityInsights/alertRules", "properties": map[string]any{"displayName": "By hand"}},
		answered{"name": "BuiltInFusion", "kind": "Fusion", "type": "Microsoft.SecurityInsights/alertRules", "properties": map[string]any{"displayName": "Advanced Multistage Attack Detection", "enabled": true}})
	drifttest.Hold(t, pack.Compare(want, answer(t, list)), told)
}

// fieldOf gives a field of the object of a title.
func fieldOf(list []pack.Object, title, field string) string {
	for _, o := range list {
		if o.Title == title {
			return o.Field(field)
		}
	}
	return ""
}
