package splunk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/targets/internal/drifttest"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
)

// defaults are some of the settings that the REST API tells of a search that
// does not set them.
var defaults = map[string]any{
	"action.email": false, "action.email.sendresults": nil, "action.email.to": "", "action.lookup": "0", "action.script": "0", "action.summary_index": false,
	"action.notable.param.default_owner": "", "action.risk.param.verbose": "false", "alert.expires": "24h", "alert.managedBy": "", "alert_condition": "",
	"allow_skew": "0", "auto_summarize": false, "auto_summarize.max_time": "3600", "defer_scheduled_searchable_idxc": "0", "dispatch.buckets": "0",
	"dispatch.lookups": true, "dispatch.max_count": "500000", "dispatch.ttl": "2p", "display.general.type": "statistics", "display.page.search.mode": "fast",
	"eai:acl": nil, "eai:attributes": map[string]any{"optionalFields": []string{"actions"}}, "embed.enabled": "0", "is_visible": true, "max_concurrent": "1",
	"next_scheduled_time": "2026-11-28 01:00:00 UTC", "qualifiedSearch": "search index=x", "request.ui_dispatch_app": "search", "restart_on_searchpeer_add": true,
	"run_on_startup": false, "schedule_priority": "default", "triggered_alert_count": 3, "updated": "2026-11-27T08:00:00+00:00", "vsid": "", "workload_pool": "",
}

// typed are settings that the API gives as booleans and numbers.
var typed = []string{"disabled", "enableSched", "realtime_schedule", "alert.digest_mode", "alert.severity", "alert.suppress", "alert.track", "action.notable", "action.risk"}

// answered is a search as the REST API writes it.
func answered(s stanza) map[string]any {
	content := maps.Clone(defaults)
	inREST := map[string]string{}
	for rest, file := range inFile {
		inREST[file] = rest
	}
	for _, x := range s.settings {
		key, value := x.key, any(strings.ReplaceAll(x.value, "\n", "\r\n"))
		if slices.Contains(typed, key) {
			switch value = x.value == "1"; {
			case key == "alert.severity":
				value = json.Number(x.value)
			case strings.HasPrefix(key, "action."):
				value = x.value
			}
		}
		if rest := inREST[key]; rest != "" {
			key = rest
		}
		content[key] = value
	}
	return content
}

// forms writes searches as a search head exports them: the file that Splunk Web
// saves, the answer of the REST API, and the rows of | rest.
func forms(list []stanza) map[string][]byte {
	var saved []stanza
	var entries []any
	var rows []byte
	for _, s := range list {
		file := stanza{name: s.name, settings: slices.Clone(s.settings)}
		file.set("action.email.useNSSubject", "1")
		file.set("display.general.type", "statistics")
		file.set("request.ui_dispatch_app", "search")
		slices.SortStableFunc(file.settings, func(a, b setting) int { return strings.Compare(a.key, b.key) })
		saved = append(saved, file)
		content := answered(s)
		entries = append(entries, map[string]any{
			"name": s.name, "id": "https://localhost:8089/servicesNS/nobody/sigproof_entra_pim/saved/searches/x", "updated": "2026-11-27T08:00:00+00:00", "author": "nobody",
			"acl": map[string]any{"app": "sigproof_entra_pim", "sharing": "global", "owner": "nobody"}, "links": map[string]any{}, "content": content,
		})
		row := map[string]any{"title": s.name, "eai:acl.app": "sigproof_entra_pim", "splunk_server": "sh1", "id": "https://127.0.0.1:8089/x"}
		for key, v := range content {
			switch v := v.(type) {
			case bool:
				row[key] = map[bool]string{true: "1", false: "0"}[v]
			case nil:
			default:
				row[key] = fmt.Sprint(v)
			}
		}
		rows = append(rows, compact(map[string]any{"preview": false, "offset": len(rows), "result": row})+"\n"...)
	}
	return map[string][]byte{
		"file": append([]byte("# saved by Splunk Web\n\n[default]\n\n"), strings.ReplaceAll(string(conf(saved...)), "\n", "\r\n")...),
		"REST": pack.JSON(map[string]any{
			"links": map[string]any{"_reload": "/servicesNS/-/-/saved/searches/_reload"}, "origin": "https://localhost:8089/servicesNS/-/-/saved/searches",
			"updated": "2026-11-28T00:00:00+00:00", "generator": map[string]any{"build": "x", "version": "9.3.1"}, "entry": entries,
			"paging": map[string]any{"total": len(entries), "perPage": 0, "offset": 0}, "messages": []any{},
		}),
		"rows": rows,
	}
}

// TestAsInstalled wants no drift from how a search head writes what it was given.
func TestAsInstalled(t *testing.T) {
	t.Parallel()
	p := build(t, append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	for form, data := range forms(searches(t, p)) {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			have, err := Exported(data)
			if err != nil {
				t.Fatal(err)
			}
			drifttest.Hold(t, pack.Compare(want, Merge(have)), drifttest.Told{})
		})
	}
}

// TestPlanted plants changes in a search head, all at once, and wants each to be
// told at its setting and nothing else.
func TestPlanted(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	title := func(s string) string { return "Entra PIM - " + s + " - Rule" }
	list := searches(t, p)
	told := drifttest.Told{Missing: []string{title("No license for PIM")}, Extra: []string{"By hand"}}
	plant := func(of, key, value, field, before, after string) {
		i := slices.IndexFunc(list, func(s stanza) bool { return s.name == title(of) })
		j := slices.IndexFunc(list[i].settings, func(x setting) bool { return x.key == key })
		if before == "" {
			before, after = list[i].settings[j].value, value
		}
		list[i].settings[j].value = value
		told.Changed = append(told.Changed, pack.Changed{Title: title(of), Field: field, Want: before, Got: after})
	}
	const disabled, weakened, adding = "PIM alert disabled", "PIM alert weakened", "Four members added to Entra roles in an hour by one actor"
	plant(disabled, "disabled", "1", "disabled", "false", "true")
	plant(disabled, "search", "`sigproof_entra_audit`\n| search x=1", "search", "", "")
	plant(disabled, "cron_schedule", "0 0 * * *", "cron", "", "")
	plant(disabled, "description", "Mine.\n\nSigma rule 5d0b9c67-3a0e-4a53-9c3e-0f6a1f2be714.", "description", "", "")
	plant(disabled, "alert.severity", "1", "severity", "", "")
	plant(disabled, "dispatch.index_earliest", "-1m@m", "indexed since", "", "")
	plant(weakened, "enableSched", "0", "scheduled", "true", "false")
	plant(weakened, "quantity", "5", "trigger quantity", "", "")
	plant(weakened, "relation", "less than", "trigger relation", "", "")
	plant(weakened, "action.notable", "0", "finding", "true", "false")
	plant(weakened, "action.notable.param.rule_description", "x", "finding description", "", "")
	plant(weakened, "action.correlationsearch.annotations", `{"mitre_attack":["T1078"]}`, "annotations", "", "")
	plant(adding, "dispatch.earliest_time", "-1h", "earliest", "", "")
	plant(adding, "alert.suppress", "0", "suppressed", "true", "false")
	plant(adding, "alert.suppress.period", "1h", "suppressed for", "", "")
	plant(adding, "alert.suppress.fields", "actor.id", "suppressed by", "", "")
	plant(adding, "action.risk.param._risk", "[]", "risk objects", "", "")
	renamed := slices.IndexFunc(list, func(s stanza) bool { return s.name == title("Request denied in Access Reviews") })
	list[renamed].name = "Mine"
	told.Changed = append(told.Changed, pack.Changed{Title: title("Request denied in Access Reviews"), Field: "name", Want: title("Request denied in Access Reviews"), Got: "Mine"})
	list = slices.DeleteFunc(list, func(s stanza) bool { return s.name == title("No license for PIM") })
	list = append(list, stanza{"By hand", []setting{{"search", "index=x"}}})
	for form, data := range forms(list) {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			have, err := Exported(data)
			if err != nil {
				t.Fatal(err)
			}
			drifttest.Hold(t, pack.Compare(want, Merge(have)), told)
		})
	}
}

// TestCompared wants drift to look at each setting that a search has.
func TestCompared(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, c := range compared {
		known[c.key] = true
	}
	for _, s := range searches(t, build(t, packtest.Entra(t, nil), nil)) {
		for _, x := range s.settings {
			if !known[x.key] {
				t.Errorf("drift does not look at %s", x.key)
				known[x.key] = true
			}
		}
	}
}

// TestNoDescriptions wants an export that leaves descriptions out, as a table of
// some columns does, to be held by the names of searches: it tells no id.
func TestNoDescriptions(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	var rows []any
	for _, s := range searches(t, p) {
		search, _ := s.get("search")
		rows = append(rows, map[string]any{"title": s.name, "search": search, "disabled": "0"})
	}
	have, err := Exported(pack.JSON(map[string]any{"results": rows}))
	if err != nil {
		t.Fatal(err)
	}
	drifttest.Hold(t, pack.Compare(want, Merge(have)), drifttest.Told{})
}
