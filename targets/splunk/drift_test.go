package splunk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
)

// TestDrift plants changes in what a search head runs, and wants each to be
// told, whether the export is a file or JSON.
func TestDrift(t *testing.T) {
	t.Parallel()
	p := build(t, append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	const disabled, adding = "Entra PIM - PIM alert disabled - Rule", "Entra PIM - Four members added to Entra roles in an hour by one actor - Rule"
	change := func(name, key, value string) func([]stanza) []stanza {
		return func(list []stanza) []stanza {
			i := slices.IndexFunc(list, func(s stanza) bool { return s.name == name })
			j := slices.IndexFunc(list[i].settings, func(x setting) bool { return x.key == key })
			list[i].settings[j].value = value
			return list
		}
	}
	rename := func(list []stanza) []stanza {
		i := slices.IndexFunc(list, func(s stanza) bool { return s.name == disabled })
		list[i].name = "x"
		return list
	}
	for _, test := range []struct {
		name  string
		plant func([]stanza) []stanza
		want  string
	}{
		{"nothing", func(l []stanza) []stanza { return l }, ""},
		{"switched off", change(disabled, "disabled", "1"), "changed " + disabled + ": disabled: false -> true"},
		{"never run", change(disabled, "enableSched", "0"), "changed " + disabled + ": scheduled: true -> false"},
		{"search", change(disabled, "search", "index=x"), "changed " + disabled + ": search"},
		{"cron", change(disabled, "cron_schedule", "0 0 * * *"), "changed " + disabled + ": cron: */5 * * * * -> 0 0 * * *"},
		{"earliest", change(adding, "dispatch.earliest_time", "-1h"), "changed " + adding + ": earliest: -80m -> -1h"},
		{"indexed", change(disabled, "dispatch.index_earliest", "-1m@m"), "changed " + disabled + ": indexed since: -6m@m -> -1m@m"},
		{"trigger", change(disabled, "quantity", "5"), "changed " + disabled + ": trigger quantity: 0 -> 5"},
		{"suppression", change(adding, "alert.suppress.fields", "actor.id"), "changed " + adding + ": suppressed by: _time,id,actor.id -> actor.id"},
		{"severity", change(disabled, "alert.severity", "1"), "changed " + disabled + ": severity: 4 -> 1"},
		{"finding", change(disabled, "action.notable", "0"), "changed " + disabled + ": finding: true -> false"},
		{"annotations", change(disabled, "action.correlationsearch.annotations", `{}`), "changed " + disabled + ": annotations"},
		{"risk", change(disabled, "action.risk.param._risk", `[]`), "changed " + disabled + ": risk objects"},
		{"words", change(disabled, "disabled", "false"), ""},
		{"spaces", change(adding, "alert.suppress.fields", "_time, id, actor.id"), ""},
		{"renamed", rename, "changed " + disabled + ": name: " + disabled + " -> x"},
		{"missing", func(l []stanza) []stanza { return l[1:] }, "missing Entra PIM - Roles activated too frequently - Rule"},
		{"extra", func(l []stanza) []stanza {
			return append(l, stanza{"By hand", []setting{{"search", "index=x"}}})
		}, "extra By hand"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list := test.plant(searches(t, p))
			for form, data := range map[string][]byte{"file": conf(list...), "REST": rest(list), "rows": rows(list)} {
				have, err := Exported(data)
				if err != nil {
					t.Fatal(err)
				}
				if got := driftText(pack.Compare(want, have)); !strings.HasPrefix(got, test.want) || test.want == "" && got != "" || strings.Count(got, "\n") > 1 {
					t.Errorf("%s: got %q, want %q", form, got, test.want)
				}
			}
		})
	}
}

// rest writes what the REST API answers.
func rest(list []stanza) []byte {
	var entries []any
	for _, s := range list {
		entries = append(entries, map[string]any{"name": s.name, "content": content(s)})
	}
	return pack.JSON(map[string]any{"links": map[string]any{}, "entry": entries})
}

// rows writes what the search command rest gives, as an export has it.
func rows(list []stanza) []byte {
	var out []byte
	for _, s := range list {
		row := content(s)
		row["title"] = s.name
		out = append(out, compact(map[string]any{"preview": false, "result": row})...)
		out = append(out, '\n')
	}
	return out
}

func content(s stanza) map[string]any {
	out := map[string]any{"eai:acl": nil}
	for _, x := range s.settings {
		switch x.key {
		case "enableSched":
			out["is_scheduled"] = x.value == "1"
		case "disabled":
			out["disabled"] = x.value == "1"
		case "quantity":
			out["alert_threshold"] = x.value
		case "search":
			out["search"] = strings.ReplaceAll(x.value, "\n", "\r\n")
		default:
			out[x.key] = x.value
		}
	}
	return out
}

func driftText(d *pack.Drift) string {
	var b strings.Builder
	for _, c := range d.Changed {
		fmt.Fprintf(&b, "changed %s: %s: %s -> %s\n", c.Title, c.Field, strings.ReplaceAll(c.Want, "\n", " "), strings.ReplaceAll(c.Got, "\n", " "))
	}
	for _, o := range d.Missing {
		fmt.Fprintf(&b, "missing %s\n", o.Title)
	}
	for _, o := range d.Extra {
		fmt.Fprintf(&b, "extra %s\n", o.Title)
	}
	return b.String()
}

// TestMerge wants a setting of local/ to count over the one of default/.
func TestMerge(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	local, err := Exported([]byte("[Entra PIM - PIM alert disabled - Rule]\ndisabled = 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Objects(p)
	got := driftText(pack.Compare(want, Merge(append(again, local...))))
	if got != "changed Entra PIM - PIM alert disabled - Rule: disabled: false -> true\n" {
		t.Errorf("got %q", got)
	}
}

// TestNoExport wants what is no export to be told so, and not to be one of a
// search head that has nothing.
func TestNoExport(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	foreign := "; what is read is " + wants
	for name, test := range map[string]struct{ in, want string }{
		"no JSON":   {"{", "unexpected EOF"},
		"no file":   {"a", `line 1: "a" is neither a [stanza] nor key = value`},
		"types":     {`{"entry":[{"name":1}]}`, "entry.name is of the wrong type: number"},
		"a list":    {`["a"]`, "the JSON is of the wrong type: string"},
		"Azure":     {`{"value": []}`, `it is a JSON object with the keys "value"` + foreign},
		"apps":      {`{"entry": [{"name": "search", "content": {"label": "Search", "disabled": false}}]}`, `it is a JSON object with "entry" of objects with the keys "content", "name"` + foreign},
		"rows":      {`{"preview": false, "result": {"count": "5"}}`, `it is a JSON object with the keys "preview", "result"` + foreign},
		"refused":   {`{"messages": [{"type": "ERROR", "text": "Unauthorized"}]}`, `it is an answer that something failed: "Unauthorized"` + foreign},
		"XML":       {"<?xml version='1.0'?>", "it is XML" + foreign},
		"one page":  {`{"entry": [{"name": "a", "content": {"search": "x"}}], "paging": {"total": 31, "perPage": 1, "offset": 0}}`, "it has 1 of 31 searches, and drift wants all: ask with count=0"},
		"last page": {`{"entry": [{"name": "a", "content": {"search": "x"}}], "paging": {"total": 31, "perPage": 30, "offset": 30}}`, "it has 1 of 31 searches, and drift wants all: ask with count=0"},
		"macros":    {string(appFile(p, "default/macros.conf")), `it is a .conf file of other things: its stanzas set "definition", "description", "iseval"` + foreign},
		"props":     {string(appFile(p, "default/props.conf")), `it is a .conf file of other things: its stanzas set "description", "category", "KV_MODE", "SHOULD_LINEMERGE", "LINE_BREAKER"` + foreign},
		"app":       {string(appFile(p, "default/app.conf")), `it is a .conf file of other things: its stanzas set "is_configured"` + foreign},
		"manifest":  {string(appFile(p, "app.manifest")), `it is a JSON object with the keys "dependencies", "incompatibleApps", "info", "inputGroups", "platformRequirements", 4 more` + foreign},
	} {
		got, err := Exported([]byte(test.in))
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: got %v and %v, want %s", name, got, err, test.want)
		}
	}
	for name, in := range map[string]string{"nothing": "", "a comment": "# none\n", "defaults": "[default]\ndisabled = 0\n", "no entry": `{"entry": []}`, "no row": `{"results": []}`, "no item": "[]"} {
		if got, err := Exported([]byte(in)); err != nil || len(got) > 0 {
			t.Errorf("%s: got %v, %v of a search head that has none", name, got, err)
		}
	}
}
