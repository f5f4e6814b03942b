package sentinel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets/internal/arm"
	"github.com/sigproof/sigproof/targets/internal/armtest"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
)

func TestSameBytes(t *testing.T) {
	t.Parallel()
	var one, two bytes.Buffer
	for _, b := range []*bytes.Buffer{&one, &two} {
		if err := build(t, packtest.Entra(t, nil), nil).WriteZip(b); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two packs of the same rules differ")
	}
}

// TestOneChange wants a changed rule to change its own entries and no others.
func TestOneChange(t *testing.T) {
	t.Parallel()
	before := build(t, packtest.Entra(t, nil), nil)
	after := build(t, packtest.Entra(t, func(name string, src []byte) []byte {
		if name == "roles/pim_alert_disabled.yml" {
			return bytes.Replace(src, []byte("activityDisplayName: Disable PIM alert"), []byte("activityDisplayName: Disable PIM Alert!"), 1)
		}
		return src
	}), &Options{Since: before})
	var changed []string
	for _, f := range after.Files {
		if !bytes.Equal(f.Data, before.File(f.Path)) {
			changed = append(changed, f.Path)
		}
	}
	want := []string{
		"ARM/Analytic Rules/PIMAlertDisabled.json", "ARM/all.json", "Analytic Rules/PIMAlertDisabled.yaml",
		"CHANGELOG.md", "Data/Solution_EntraPIM.json", "ReleaseNotes.md",
	}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var titles []string
	old := resources(t, before.File(everything))
	for i, r := range resources(t, after.File(everything)) {
		if !cmp.Equal(old[i], r) {
			titles = append(titles, r.Properties.DisplayName)
		}
	}
	if diff := cmp.Diff([]string{"PIM alert disabled"}, titles); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	titles = nil
	for _, r := range after.Manifest.Rules {
		if r.Version != "1.0.0" {
			titles = append(titles, r.Title+" "+r.Version)
		}
	}
	if diff := cmp.Diff([]string{"PIM alert disabled 1.1.0"}, titles); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	top, _, _ := strings.Cut(string(after.File(pack.ChangelogName)), "\n## 1.0.0")
	wantTop := "# Changelog\n\n## 1.1.0\n\n- changed 5d0b9c67-3a0e-4a53-9c3e-0f6a1f2be714: PIM alert disabled 1.0.0 -> 1.1.0, its query\n"
	if diff := cmp.Diff(wantTop, top); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	notes := string(after.File("ReleaseNotes.md"))
	wantNotes := "| **Version** | **Date Modified (DD-MM-YYYY)** | **Change History** |\n|---|---|---|\n| 3.1.0 | "
	if !strings.HasPrefix(notes, wantNotes) || strings.Count(notes, "\n") != 4 || !strings.Contains(notes, "\n| 3.0.0 | ") {
		t.Errorf("got %s", notes)
	}
	same := build(t, packtest.Entra(t, nil), &Options{Since: before})
	if !bytes.Equal(same.File("ReleaseNotes.md"), before.File("ReleaseNotes.md")) {
		t.Error("nothing changed but the notes")
	}
	if same.Manifest.Version != "1.0.0" {
		t.Errorf("nothing changed, and the version is %s", same.Manifest.Version)
	}
}

// TestTemplates wants each template to be what the service deploys.
func TestTemplates(t *testing.T) {
	t.Parallel()
	p := build(t, append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...), &Options{
		Watchlists: []Watchlist{{Name: "privileged_accounts", Values: []string{"b@contoso.example", `a,"x"`, "b@contoso.example"}}, {Name: "unused"}},
	})
	seen := map[string]int{}
	for _, f := range p.Files {
		if !strings.HasPrefix(f.Path, "ARM/") && !strings.HasPrefix(f.Path, "Watchlists/") {
			continue
		}
		for kind, n := range armtest.Check(t, f.Path, f.Data) {
			seen[kind] += n
		}
	}
	want := map[string]int{
		"Microsoft.OperationalInsights/workspaces/providers/alertRules": 2 * 49, "Microsoft.OperationalInsights/workspaces/savedSearches": 2 * 4,
		"Microsoft.OperationalInsights/workspaces/providers/Watchlists": 2, "Microsoft.OperationalInsights/workspaces/tables": 4,
		"Microsoft.Insights/dataCollectionRules": 4,
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWatchlistNames wants each list in a file of its own in the pack, whatever
// people call them.
func TestWatchlistNames(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Compile(t, pathRule), &Options{Watchlists: []Watchlist{{Name: "a_b"}, {Name: "A_b"}, {Name: "c.d"}, {Name: "../../evil"}, {Name: "privileged_accounts"}}})
	var got []string
	for _, f := range p.Files {
		if name, ok := strings.CutPrefix(f.Path, "Watchlists/"); ok {
			got = append(got, name)
		}
	}
	if diff := cmp.Diff([]string{"A_b_08eb65ad.json", "a_b_648fa9b3.json", "c_d.json"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// pathRule says names of placeholders, also such as no placeholder has.
const pathRule = `title: T
logsource: {product: azure, service: auditlogs}
detection: {sel: {activityDisplayName: ["%a_b%", "%A_b%", "%c.d%", "%../../evil%"]}, condition: sel}
`

// TestRefused wants what Sentinel does not take to be left out, with a reason
// at the place that must change.
func TestRefused(t *testing.T) {
	t.Parallel()
	const tail = "\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n"
	for _, test := range []struct{ name, src, want string }{
		{"title", "title: " + strings.Repeat("a", 257) + tail, "rule.yml:1:8: error: the title has 257 characters, and a rule of Sentinel takes 256 [sentinel/title]"},
		{"description", "title: T\ndescription: " + strings.Repeat("ab ", 1700) + tail,
			"rule.yml:2:14: error: what is said of the rule has 5114 characters, and Sentinel takes 5000: the description with the false positives must be shorter [sentinel/description]"},
		{"query", "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: [" + strings.Repeat("aaaaaaaaaaaa, ", 600) + "b]}, condition: sel}\n",
			"rule.yml:1:1: error: the query has"},
		{"period", "title: T\nname: t" + tail + "---\ntitle: C\nlevel: high\ncorrelation: {type: event_count, rules: [t], group-by: [actor.id], timespan: 14d, condition: {gte: 2}}\n",
			"rule.yml:6:1: error: a run would look back over 337h15m0s, and Sentinel takes 14 days: the timespan must be shorter [sentinel/period]"},
	} {
		p, diags := Build(packtest.Compile(t, test.src), &Options{Name: "x"})
		if len(p.Manifest.Rules) != 0 || len(diags) != 1 || !strings.HasPrefix(diags[0].String(), test.want) {
			t.Errorf("%s: %d rules, %v", test.name, len(p.Manifest.Rules), diags)
		}
	}
}

func TestSuites(t *testing.T) {
	t.Parallel()
	programs := packtest.Compile(t, "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n")
	failed := &pack.Suite{Cases: 3, Engines: []pack.Engine{{Name: "native", Status: "pass"}, {Name: "kql", Status: "fail"}}}
	opts := &Options{Name: "x", Suites: map[sigma.Document]*pack.Suite{programs[0].Doc: failed}}
	p, diags := Build(programs, opts)
	if len(p.Manifest.Rules) != 0 || len(diags) != 1 || diags[0].Code != "sentinel/suite" {
		t.Errorf("%d rules, %v", len(p.Manifest.Rules), diags)
	}
	opts.Force = true
	p = build(t, programs, opts)
	if r := p.Manifest.Rules[0]; !r.Forced || !cmp.Equal(r.Suite, failed) || !strings.Contains(string(p.File(r.Files[0])), "Packed although its suite fails") {
		t.Errorf("a forced rule is not marked: %+v", r)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	got := map[string]int{}
	for _, r := range build(t, packtest.Entra(t, nil), nil).Manifest.Rules {
		got[r.Kind]++
	}
	without := map[string]int{}
	for _, r := range build(t, packtest.Entra(t, nil), &Options{Emitter: Emitter{NoNRT: true}}).Manifest.Rules {
		without[r.Kind]++
	}
	if got[NRT] == 0 || got[Scheduled] == 0 || got[Hunting] == 0 || without[NRT] != 0 || without[Scheduled] != got[NRT]+got[Scheduled] {
		t.Errorf("got %v, and %v without NRT", got, without)
	}
	many := ""
	for i := range maxNRT + 1 {
		many += fmt.Sprintf("title: T%d\nlevel: high\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n---\n", i)
	}
	_, diags := Build(packtest.Compile(t, strings.TrimSuffix(many, "---\n")), &Options{Name: "x"})
	if len(diags) != 1 || diags[0].Code != "sentinel/nrt" || diags[0].Severity != sigma.Warning {
		t.Errorf("got %v", diags)
	}
}

// TestKusto asks Microsoft's analyser about every packed query.
// $SIGPROOF_KUSTO names the folder in which npm has installed
// @kusto/language-service-next.
func TestKusto(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("SIGPROOF_KUSTO")
	if dir == "" {
		t.Skip("Microsoft's analyser is not here: $SIGPROOF_KUSTO names no folder")
	}
	tables := map[string]map[string]string{}
	for _, log := range schema.Logs() {
		tables[log.KQL.Name] = map[string]string{}
		for _, c := range log.KQL.Columns {
			tables[log.KQL.Name][c.Name] = c.Type
		}
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	if err := enc.Encode(tables); err != nil {
		t.Fatal(err)
	}
	asked := 0
	programs := append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...)
	p, _ := Build(append(programs, packtest.AzureCorpus(t)...), &Options{Name: "all"})
	for _, r := range resources(t, p.File(everything)) {
		asked++
		if err := enc.Encode(map[string]string{"name": r.Properties.DisplayName, "query": arm.Unescape(r.Properties.Query)}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", "../kql/testdata/kustocheck.mjs", dir)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, line := range answers {
		var answer struct {
			Name        string
			Diagnostics []string
		}
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatal(err)
		}
		for _, d := range answer.Diagnostics {
			t.Errorf("%s: %s", answer.Name, d)
		}
	}
	if len(answers) != asked || asked < 150 {
		t.Errorf("%d answers to %d queries", len(answers), asked)
	}
}

// TestDrift plants changes in an export, and wants each to be told.
func TestDrift(t *testing.T) {
	t.Parallel()
	p := build(t, append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	rule := func(title string, edit func(r *alertRule)) func([]alertRule) []alertRule {
		return func(list []alertRule) []alertRule {
			i := slices.IndexFunc(list, func(r alertRule) bool { return r.Properties.DisplayName == title })
			edit(&list[i])
			return list
		}
	}
	const disabled, adding, low = "PIM alert disabled", "Four members added to Entra roles in an hour by one actor", "PIM alert weakened"
	for _, test := range []struct {
		name  string
		plant func([]alertRule) []alertRule
		want  string
	}{
		{"nothing", func(l []alertRule) []alertRule { return l }, ""},
		{"switched off", rule(disabled, func(r *alertRule) { r.Properties.Enabled = false }), "changed PIM alert disabled: enabled: true -> false"},
		{"query", rule(disabled, func(r *alertRule) { r.Properties.Query += "\n| where false" }), "changed PIM alert disabled: query"},
		{"severity", rule(disabled, func(r *alertRule) { r.Properties.Severity = "Low" }), "changed PIM alert disabled: severity: High -> Low"},
		{"frequency", rule(adding, func(r *alertRule) { r.Properties.QueryFrequency = "P1D" }), "changed " + adding + ": frequency: 5m -> 1d"},
		{"period", rule(adding, func(r *alertRule) { r.Properties.QueryPeriod = "PT1H" }), "changed " + adding + ": period: 80m -> 1h"},
		{"threshold", rule(adding, func(r *alertRule) { n := 5; r.Properties.TriggerThreshold = &n }), "changed " + adding + ": trigger: more than 0 -> more than 5"},
		{"tactic", rule(disabled, func(r *alertRule) { r.Properties.Tactics = nil }), "changed PIM alert disabled: tactics: DefenseEvasion -> "},
		{"entity", rule(adding, func(r *alertRule) { r.Properties.EntityMappings = nil }), "changed " + adding + ": entities: Account AadUserId=ActorId -> "},
		{"detail", rule(adding, func(r *alertRule) { r.Properties.CustomDetails["LastEvent"] = "TimeGenerated" }), "changed " + adding + ": details: LastEvent=Id -> LastEvent=TimeGenerated"},
		{"suppression", rule(low, func(r *alertRule) { r.Properties.SuppressionEnabled = true }), "changed PIM alert weakened: suppression: none -> 5h"},
		{"no incidents", rule(disabled, func(r *alertRule) { r.Properties.IncidentConfiguration.Create = false }), "changed PIM alert disabled: incidents"},
		{"renamed", rule(disabled, func(r *alertRule) { r.Properties.DisplayName = "x" }), "changed PIM alert disabled: name: PIM alert disabled -> x"},
		{"missing", func(l []alertRule) []alertRule { return l[1:] }, "missing Roles activated too frequently"},
		{"extra", func(l []alertRule) []alertRule {
			more := l[0]
			more.Name, more.Properties.DisplayName = "aaaaaaaa-0000-4000-8000-000000000000", "By hand"
			return append(l, more)
		}, "extra By hand"},
		{"made anew", rule(disabled, func(r *alertRule) { r.Name = "aaaaaaaa-0000-4000-8000-000000000000" }),
			"changed PIM alert disabled: id: 5d71e9ae-e7a6-55f1-999a-a7ba487e65ad -> aaaaaaaa-0000-4000-8000-000000000000"},
		{"from a template", rule(disabled, func(r *alertRule) {
			id := "5d71e9ae-e7a6-55f1-999a-a7ba487e65ad"
			r.Name, r.Properties.AlertRuleTemplateName = "aaaaaaaa-0000-4000-8000-000000000000", &id
		}), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var list []alertRule
			var rest []json.RawMessage
			var d struct{ Resources []json.RawMessage }
			if err := json.Unmarshal(p.File(everything), &d); err != nil {
				t.Fatal(err)
			}
			for i, r := range resources(t, p.File(everything)) {
				if r.Kind == "" {
					rest = append(rest, d.Resources[i])
				} else {
					list = append(list, r)
				}
			}
			out := []any{}
			for _, r := range test.plant(list) {
				out = append(out, r)
			}
			for _, r := range rest {
				out = append(out, r)
			}
			have, err := Exported(pack.JSON(map[string]any{"value": out}))
			if err != nil {
				t.Fatal(err)
			}
			if got := driftText(pack.Compare(want, have)); !strings.HasPrefix(got, test.want) || test.want == "" && got != "" || strings.Count(got, "\n") > 1 {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
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

// TestForms wants no drift between the forms of an export: the YAML of the
// repository, single resources, arrays.
func TestForms(t *testing.T) {
	t.Parallel()
	p := build(t, append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...), nil)
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	var yamls, single []pack.Object
	for _, f := range p.Files {
		isRule := strings.Contains(f.Path, "Analytic Rules/") || strings.Contains(f.Path, "Hunting Queries/")
		if !isRule {
			continue
		}
		objects, err := Exported(f.Data)
		if err != nil || len(objects) != 1 {
			t.Fatalf("%s: %v %v", f.Path, objects, err)
		}
		if strings.HasSuffix(f.Path, ".yaml") {
			yamls = append(yamls, objects...)
		} else {
			single = append(single, objects...)
		}
	}
	for name, have := range map[string][]pack.Object{"yaml": yamls, "single": single} {
		if got := driftText(pack.Compare(want, have)); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, in := range map[string]string{"empty": " ", "no JSON": "{", "no YAML": "a: [", "types": `{"value":[{"properties":{"query":1}}]}`} {
		if _, err := Exported([]byte(in)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	other := `[{"kind":"Fusion","name":"x","properties":{}},{"type":"Watchlists"}]`
	if got, err := Exported([]byte(other)); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v of resources that are no rules", got, err)
	}
	for name, in := range map[string]string{"list": `{"value": []}`, "template": `{"resources": []}`, "array": "[]"} {
		if got, err := Exported([]byte(in)); err != nil || len(got) != 0 {
			t.Errorf("%s: got %v, %v of a workspace that has none", name, got, err)
		}
	}
}

// TestForeign wants what is no export to be told so, and not to be one of a
// workspace that has nothing.
func TestForeign(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ in, want string }{
		"Graph":     {`{"value": [{"id": "1", "queryCondition": {}}]}`, `it is a JSON object with "value" of objects with the keys "id", "queryCondition"`},
		"Splunk":    {`{"entry": []}`, `it is a JSON object with the keys "entry"`},
		"resources": {`{"resources": [{"type": "Microsoft.Insights/scheduledQueryRules", "properties": {"severity": 1}}]}`, `it is a JSON object with "resources" of objects with the keys "properties", "type"`},
		"table":     {`{"type": "Microsoft.OperationalInsights/workspaces/tables", "properties": []}`, `it is a JSON object with the keys "properties", "type"`},
		"refused":   {`{"error": {"code": "AuthorizationFailed", "message": "no"}}`, `it is an answer that something failed: "AuthorizationFailed: no"`},
		"Sigma":     {"title: T\ndetection: {}\n", "it is text without a rule that has a query"},
		"text":      {"hello\n", "it is text without a rule that has a query"},
	} {
		got, err := Exported([]byte(test.in))
		if err == nil || err.Error() != test.want+"; what is read is "+exports.Wants {
			t.Errorf("%s: got %v and %v, want %s", name, got, err, test.want)
		}
	}
}

// TestTampered wants a query that was changed with its file's hash to be seen:
// the manifest has the hash of what was replayed.
func TestTampered(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	for i, f := range p.Files {
		if f.Path == "ARM/all.json" {
			p.Files[i].Data = bytes.Replace(f.Data, []byte(`\"RoleManagement\"\n| where OperationName =~ \"Disable PIM alert\"`), []byte(`\"RoleManagement\"\n| where OperationName == \"Disable PIM alert\"`), 1)
		}
	}
	p.Seal()
	if wrong := p.Verify(nil); len(wrong) > 0 {
		t.Error(wrong)
	}
	wrong := Verify(p)
	want := "rule 5d0b9c67-3a0e-4a53-9c3e-0f6a1f2be714 has another query in ARM/all.json than the one that was replayed"
	if len(wrong) != 1 || wrong[0].Error() != want {
		t.Errorf("got %v", wrong)
	}
}

func TestSameID(t *testing.T) {
	t.Parallel()
	const rule = "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n"
	p, diags := Build(packtest.Compile(t, rule+"---\n"+rule), &Options{Name: "x"})
	if len(p.Manifest.Rules) != 1 || len(diags) != 1 || diags[0].Code != "sentinel/id" {
		t.Errorf("%d rules, %v", len(p.Manifest.Rules), diags)
	}
}
