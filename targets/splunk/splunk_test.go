package splunk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/spl"
	"github.com/sigproof/sigproof/targets/spl/spleval"
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

// TestQueries wants each search, as a search head reads it, to be what the
// emitter writes.
func TestQueries(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("packs the whole pack and the corpus")
	}
	programs := append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...)
	p := build(t, append(programs, packtest.AzureCorpus(t)...), nil)
	packed := map[string]bool{}
	for _, s := range searches(t, p) {
		text, _ := s.get("search")
		packed[text] = true
	}
	macros, err := spleval.ParseMacros(string(appFile(p, "default/macros.conf")))
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, program := range programs {
		if program.Silent {
			continue
		}
		q, _ := targets.Write(spl.Emitter{}, program)
		if want++; !packed[q.Text] {
			t.Errorf("%s is not packed as it is written:\n%s", program.Doc.Info().Label(), q.Text)
		}
	}
	for text := range packed {
		if _, err := spleval.Parse(text, &spleval.Options{Macros: macros}); err != nil {
			t.Errorf("%v:\n%s", err, text)
		}
	}
	if len(packed) < 150 || want < 50 {
		t.Errorf("%d searches are packed, of %d that were compared", len(packed), want)
	}
}

// TestOneChange wants a changed rule to change its own search and no other.
func TestOneChange(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("packs the whole pack several times")
	}
	before := build(t, packtest.Entra(t, nil), nil)
	after := build(t, packtest.Entra(t, func(name string, src []byte) []byte {
		if name == "roles/pim_alert_disabled.yml" {
			return bytes.Replace(src, []byte("activityDisplayName: Disable PIM alert"), []byte("activityDisplayName: Disable PIM Alert!"), 1)
		}
		return src
	}), &Options{Since: before})
	var files, changed []string
	for _, f := range after.Files {
		if !bytes.Equal(f.Data, before.File(f.Path)) {
			files = append(files, f.Path)
		}
	}
	const app = "sigproof_entra_pim/"
	want := []string{
		"CHANGELOG.md", "contentctl/contentctl.yml", "contentctl/detections/cloud/pim_alert_disabled.yml",
		app + "app.manifest", app + "default/app.conf", app + "default/savedsearches.conf",
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	old := searches(t, before)
	for i, s := range searches(t, after) {
		if !bytes.Equal(conf(s), conf(old[i])) {
			changed = append(changed, s.name)
		}
	}
	if diff := cmp.Diff([]string{"Entra PIM - PIM alert disabled - Rule"}, changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if after.Manifest.Version != "1.1.0" {
		t.Errorf("another query, and the version is %s", after.Manifest.Version)
	}
	if same := build(t, packtest.Entra(t, nil), &Options{Since: before}); same.Manifest.Version != "1.0.0" {
		t.Errorf("nothing changed, and the version is %s", same.Manifest.Version)
	}
}

// TestSchedule holds the settings by which nothing is missed and nothing told
// twice.
func TestSchedule(t *testing.T) {
	t.Parallel()
	p := build(t, append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...), nil)
	keys := strings.Fields("enableSched cron_schedule realtime_schedule dispatch.earliest_time dispatch.latest_time dispatch.index_earliest dispatch.index_latest alert.digest_mode alert.suppress alert.suppress.period alert.suppress.fields")
	for title, want := range map[string]string{
		"PIM alert disabled": "1 | */5 * * * * | 0 | -1d | +1h | -6m@m | -1m@m | 0 | 0",
		"No license for PIM": "1 | */5 * * * * | 0 | -1d | +1h | -6m@m | -1m@m | 0 | 1 | 24h | id",
		"Four members added to Entra roles in an hour by one actor": "1 | */5 * * * * | 0 | -80m | now | 0 | 1 | 80m | _time,id,actor.id",
		"Over days":            "1 | 0 * * * * | 0 | -2955m | now | 0 | 1 | 2955m | _time,id,userPrincipalName",
		"Activation of a role": "-1d | +1h",
	} {
		s := search(t, p, title)
		var got []string
		for _, key := range keys {
			if v, ok := s.get(key); ok {
				got = append(got, v)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " | ")); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", s.name, diff)
		}
	}
}

// TestCorrelationSearch holds what Enterprise Security gets.
func TestCorrelationSearch(t *testing.T) {
	t.Parallel()
	programs := append(packtest.Entra(t, nil), packtest.Compile(t, cornerRules)...)
	p := build(t, programs, nil)
	got := map[string]string{}
	s := search(t, p, "PIM alert disabled")
	for _, x := range s.settings {
		if strings.HasPrefix(x.key, "action.") && !strings.HasSuffix(x.key, "description") && !strings.HasSuffix(x.key, "searches") {
			got[strings.TrimPrefix(x.key, "action.")] = x.value
		}
	}
	want := map[string]string{
		"correlationsearch.enabled": "1", "correlationsearch.label": s.name,
		"correlationsearch.annotations": `{"mitre_attack":["T1685"],"sigma":["5d0b9c67-3a0e-4a53-9c3e-0f6a1f2be714"]}`,
		"notable":                       "1", "notable.param.rule_title": "PIM alert disabled", "notable.param.security_domain": "identity",
		"notable.param.severity": "high", "notable.param.nes_fields": "actor.name,subject.upn,actor.ip",
		"risk": "1", "risk.param._risk_message": "PIM alert disabled", "risk.param._risk_score": "0",
		"risk.param._risk": `[{"risk_object_field":"actor.name","risk_object_type":"user","risk_score":80},{"risk_object_field":"subject.upn","risk_object_type":"user","risk_score":80},{"threat_object_field":"actor.ip","threat_object_type":"ip_address"}]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, s := range searches(t, p) {
		_, finding := s.get("action.notable")
		risk, _ := s.get("action.risk.param._risk")
		severity, scheduled := s.get("alert.severity")
		if finding != (severity > "2") || scheduled != json.Valid([]byte(risk)) {
			t.Errorf("%s of severity %q: a finding %t, risk %s", s.name, severity, finding, risk)
		}
		if title, _ := s.get("action.notable.param.rule_title"); strings.Count(title, "$") > 1 {
			t.Errorf("%s: its title has tokens: %s", s.name, title)
		}
	}
	for _, s := range searches(t, build(t, programs, &Options{NoES: true})) {
		for _, x := range s.settings {
			if strings.HasPrefix(x.key, "action.") {
				t.Errorf("%s has %s without Enterprise Security", s.name, x.key)
			}
		}
	}
}

// TestConf wants every value that can be written to be read as it was.
func TestConf(t *testing.T) {
	t.Parallel()
	for value, why := range map[string]string{
		"a":                         "",
		"a = b; # c\n\n[d]\n  e\\f": "",
		"`m`\n| eval a=\"\\\\\"":    "",
		"a\\":                       `a line of it ends with a backslash: a\`,
		"a\\\nb":                    `a line of it ends with a backslash: a\`,
		" a":                        "it begins or ends with white space",
		"a\rb":                      `a line of it has a control character: "a\rb"`,
	} {
		if got := unwritable(value); got != why {
			t.Errorf("%q: got %q, want %q", value, got, why)
		}
		if why != "" {
			continue
		}
		s := stanza{name: "n"}
		s.set("k", value)
		s.set("l", "1")
		back, err := readConf(conf(s, stanza{name: "m"}))
		if err != nil || len(back) != 2 || !cmp.Equal(back[0], s, cmp.AllowUnexported(stanza{}, setting{})) {
			t.Errorf("%q: got %v, %v", value, back, err)
		}
	}
	for in, want := range map[string]string{
		"[a":      `line 1: stanza "[a" lacks its ]`,
		"[a]\nb":  `line 2: "b" is neither a [stanza] nor key = value`,
		"k = v\\": "",

		strings.Repeat("[", 100): `line 1: stanza "` + strings.Repeat("[", 60) + `" lacks its ]`,
		strings.Repeat("b", 100): `line 1: "` + strings.Repeat("b", 60) + `" is neither a [stanza] nor key = value`,
		"# c\nk=v":               "",
		"\ufeff[a]":              "",
	} {
		_, err := readConf([]byte(in))
		if got := fmt.Sprint(err); got != want && (want != "" || err != nil) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
}

// TestCorners wants texts of people to break no file.
func TestCorners(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Compile(t, cornerRules), &Options{Name: "[x] 1"})
	var names []string
	for _, s := range searches(t, p) {
		names = append(names, s.name)
		if d, _ := s.get("description"); !strings.Contains(d, "\n\nSigma rule ") {
			t.Errorf("%s: description %q", s.name, d)
		}
	}
	want := []string{
		"(x) 1 - (Corner) $a$ = - ; # - Rule", "(x) 1 - Twice (11111111) - Rule", "(x) 1 - twice (22222222) - Rule", "(x) 1 - Over days - Rule",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, id := range map[string]string{"": "sigproof", "Entra PIM": "sigproof_entra_pim", "../..": "sigproof", "sigproof x": "sigproof_x"} {
		if got := appID(name); got != id {
			t.Errorf("app of %q is %s, want %s", name, got, id)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	docs, _ := sigma.Parse("rule.yml", []byte("title: T\nlogsource: {category: other}\ndetection: {sel: {a: b}, condition: sel}\n"))
	programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.ByName("generic")})
	p, diags := Build(programs, &Options{Name: "x"})
	want := "rule.yml:1:1: error: log generic has no sourcetypes to search in; the rule must name a log that has [splunk/log]"
	if len(p.Manifest.Rules) != 0 || len(diags) != 1 || diags[0].String() != want {
		t.Errorf("%d rules, %v", len(p.Manifest.Rules), diags)
	}
	r := &rule{doc: packtest.Compile(t, cornerRules)[0].Doc, query: "a\\\nb"}
	if diags := r.check(); len(diags) != 1 || diags[0].Code != "splunk/query" {
		t.Errorf("got %v", diags)
	}
}

func TestSuites(t *testing.T) {
	t.Parallel()
	programs := packtest.Compile(t, "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n")
	failed := &pack.Suite{Cases: 3, Engines: []pack.Engine{{Name: "native", Status: "pass"}, {Name: "spl", Status: "fail"}}}
	opts := &Options{Name: "x", Suites: map[sigma.Document]*pack.Suite{programs[0].Doc: failed}}
	p, diags := Build(programs, opts)
	if len(p.Manifest.Rules) != 0 || len(diags) != 1 || diags[0].Code != "splunk/suite" {
		t.Errorf("%d rules, %v", len(p.Manifest.Rules), diags)
	}
	opts.Force = true
	p = build(t, programs, opts)
	if d, _ := searches(t, p)[0].get("description"); !p.Manifest.Rules[0].Forced || !strings.HasPrefix(d, "Packed although its suite fails") {
		t.Errorf("a forced rule is not marked: %+v, %s", p.Manifest.Rules[0], d)
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), &Options{Roles: testRoles, Lookups: []Lookup{
		{"privileged_accounts", []string{"b@contoso.example", `a,"x"`, "b@contoso.example"}}, {"unused", nil},
	}})
	if got, want := string(appFile(p, "lookups/sigproof_privileged_accounts.csv")), "value,list\nb@contoso.example,privileged_accounts\n\"a,\"\"x\"\"\",privileged_accounts\n"; got != want {
		t.Errorf("got %q", got)
	}
	if appFile(p, "lookups/sigproof_unused.csv") != nil {
		t.Error("a lookup that no rule names is packed")
	}
	const want = "role_id,role_name,scope\n62e90394-69f5-4237-9190-012177145e10,Global Administrator,directory\n"
	if got := string(appFile(p, "lookups/sigproof_privileged_roles.csv")); got != want {
		t.Errorf("got %q", got)
	}
	if text := string(appFile(p, "default/transforms.conf")); !strings.Contains(text, "\n[sigproof_privileged_roles]\nfilename = sigproof_privileged_roles.csv\n") {
		t.Errorf("got %s", text)
	}
}

var testRoles = []Role{{"62e90394-69f5-4237-9190-012177145e10", "Global Administrator", "directory"}}

// TestLookupNames wants each table in a file of its own in the app, whatever
// people call them. The roles come where a rule names one, and where a site has
// no list of that name.
func TestLookupNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		lists  []string
		values string
		want   []string
	}{
		{[]string{"a-b", "a_b", "../evil"}, "%a-b%, %a_b%, %../evil%, Global Administrator", []string{"sigproof_a_b_648fa9b3.csv", "sigproof_a_b_d44362d6.csv", "sigproof_privileged_roles.csv"}},
		{[]string{"Privileged-Roles"}, "%Privileged-Roles%, Global Administrator", []string{"sigproof_Privileged_Roles.csv"}},
		{nil, "Reader", nil},
	} {
		opts := &Options{Roles: testRoles}
		for _, name := range test.lists {
			opts.Lookups = append(opts.Lookups, Lookup{Name: name, Values: []string{"x"}})
		}
		rule := "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {role.name: '" + test.values + "'}, condition: sel}\n"
		var got []string
		for _, f := range build(t, packtest.Compile(t, rule), opts).Files {
			if name, ok := strings.CutPrefix(f.Path, "sigproof_entra_pim/lookups/"); ok {
				got = append(got, name)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestTampered wants a search that was changed with its file's hash to be seen:
// the manifest has the hash of what was replayed.
func TestTampered(t *testing.T) {
	t.Parallel()
	p := build(t, packtest.Entra(t, nil), nil)
	if wrong := Verify(p); len(wrong) > 0 {
		t.Error(wrong)
	}
	for i, f := range p.Files {
		if strings.HasSuffix(f.Path, SavedSearchesName) {
			p.Files[i].Data = bytes.Replace(f.Data, []byte(`category="RoleManagement" activityDisplayName="Disable PIM alert"`), []byte(`category="x"`), 1)
		}
	}
	const detection = "contentctl/detections/cloud/pim_alert_weakened.yml"
	for i, f := range p.Files {
		if f.Path == detection {
			p.Files[i].Data = bytes.Replace(f.Data, []byte("  | eval event_id="), []byte("  | head 0\n  | eval event_id="), 1)
		}
	}
	p.Seal()
	if wrong := p.Verify(nil); len(wrong) > 0 {
		t.Error(wrong)
	}
	var got []string
	for _, err := range Verify(p) {
		got = append(got, err.Error())
	}
	want := []string{
		"rule 5d0b9c67-3a0e-4a53-9c3e-0f6a1f2be714 has another search in savedsearches.conf than the one that was replayed",
		detection + " has another search than the one that was replayed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Tags are given to event types, so that no event type may ask for one.
func TestTagged(t *testing.T) {
	t.Parallel()
	docs, _ := sigma.Parse("rule.yml", []byte("title: T\nlogsource: {category: proxy}\ndetection: {sel: {cs-method: GET}, condition: sel}\nlevel: low\n"))
	for log, want := range map[string][]bool{"cim_web": {false, false}, "proxy": {true, true}} {
		programs, _ := compiler.Compile(docs, &compiler.Options{Log: schema.ByName(log)})
		p := build(t, programs, nil)
		macros := string(appFile(p, "default/macros.conf"))
		got := []bool{appFile(p, "default/eventtypes.conf") != nil, strings.Contains(macros, "sourcetype")}
		if !slices.Equal(got, want) || !strings.Contains(macros, schema.ByName(log).SPL.Find) {
			t.Errorf("%s: event types and sourcetypes: %v, want %v\n%s", log, got, want, macros)
		}
	}
}

func TestSameID(t *testing.T) {
	t.Parallel()
	const rule = "title: T\nlogsource: {product: azure, service: auditlogs}\ndetection: {sel: {activityDisplayName: a}, condition: sel}\n"
	p, diags := Build(packtest.Compile(t, rule+"---\n"+rule), &Options{Name: "x"})
	if len(p.Manifest.Rules) != 1 || len(diags) != 1 || diags[0].Code != "splunk/id" {
		t.Errorf("%d rules, %v", len(p.Manifest.Rules), diags)
	}
}

// TestChosenNames has titles and ids that were chosen so that one search would
// take the place of another.
func TestChosenNames(t *testing.T) {
	t.Parallel()
	const rest = "logsource: {product: azure, service: auditlogs}\ndetection: {s: {activityDisplayName: a}, condition: s}\n"
	const first, second, third = "11111111-1111-4111-8111-000000000001", "11111111-1111-4111-8111-000000000002", "11111111-1111-4111-8111-000000000003"
	mark := artifactID("name", first)[:8]
	p := build(t, packtest.Compile(t, "title: T\nid: "+first+"\n"+rest+"---\ntitle: t\nid: "+second+"\n"+rest+
		"---\ntitle: T "+mark+"\nid: "+third+"\n"+rest+"---\ntitle: T (11111111)\n"+rest), nil)
	if wrong := Verify(p); len(wrong) > 0 {
		t.Error(wrong)
	}
	stanzas, err := readConf(appFile(p, "default/savedsearches.conf"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range stanzas {
		if seen[strings.ToLower(s.name)] {
			t.Errorf("two searches are called %s", s.name)
		}
		seen[strings.ToLower(s.name)] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d searches", len(seen))
	}
}
