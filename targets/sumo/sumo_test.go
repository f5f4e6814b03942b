package sumo

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/flattest"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/sumo/sumoeval"
)

// run runs a search over one event. Whether matches wants all of a value must not
// matter.
func run(text string, p *ir.Program, event *eval.Object) (bool, error) {
	q, err := sumoeval.Parse(text)
	if err != nil {
		return false, err
	}
	values := Emitter{}.Rows(p)(p.Log, event)
	row := func(name string) string { return values[name] }
	part := q.Match(row)
	if q.Whole = true; q.Match(row) != part {
		return false, errors.New("matches of all of a value gives another answer")
	}
	return part, nil
}

func TestAgree(t *testing.T) {
	t.Parallel()
	flattest.Agree(t, flattest.Language{Emitter: Emitter{}, Match: run}, map[string]string{
		"network 6": "rule.yml:5:5: error: Sumo Logic has no networks of IPv6 [sumo/unsupported]",
		"hour":      "rule.yml:5:5: error: Sumo Logic has no part of a time in UTC: its clock is the reader's [sumo/unsupported]",
		"reference": "rule.yml:5:5: error: Sumo Logic has no comparison of two fields that is known to read both as text [sumo/unsupported]",
	}, map[string]string{
		`dotted {"a.b.c": "Foo"}`: "sumo/open-path",
	})
}

// TestPeer runs what pySigma's backend writes, which is for Cloud SIEM.
func TestPeer(t *testing.T) {
	t.Parallel()
	flattest.Peer(t, flattest.Language{Emitter: Emitter{}, Match: peer}, map[string]string{
		"equal": exact, "any": exact, "contains": exact, "starts": exact, "ends": exact, "not all": exact, "dotted": exact,
		"wildcards": literal, "slash": literal, "regex": literal, "regex flags": literal, "regex groups": literal,
		"cased": refused, "cased ends": refused, "regex lines": refused, "hour": refused, "reference": refused, "keywords": refused,
		"stars":       "it escapes a star in a text that = compares",
		"hexadecimal": "it compares with the number, and a text that the rule writes is not it",
		"bool":        word,
		"present":     "it wants a text that begins with two quotes",
		"mixed":       "it wants a text that begins with two quotes",
		"spaced":      "it writes a name with a space as it is",
	})
}

// Why conditions of the backend select otherwise, or are not there.
const (
	exact   = "it compares texts as they are written, and case counts"
	literal = "it takes a star for a repetition, and dots and flags of a regular expression for characters or nothing"
	refused = "it has no form for it"
	word    = "it compares with the word true, which stands for a field"
)

// peer runs a condition of Cloud SIEM.
func peer(text string, _ *ir.Program, event *eval.Object) (bool, error) {
	q, err := sumoeval.ParseCondition(text)
	if err != nil {
		return false, err
	}
	q.Whole = true
	return q.Match(func(name string) string {
		values, _ := eval.Lookup(event, &ir.Field{Name: name})
		if len(values) != 1 {
			return ""
		}
		text, _ := eval.Text(values[0])
		return text
	}), nil
}

// TestPeerCorpus runs what pySigma's backend writes of public rules.
func TestPeerCorpus(t *testing.T) {
	t.Parallel()
	flattest.PeerCorpus(t, flattest.Language{Emitter: Emitter{}, Match: peer}, 40, map[string]string{
		"rules-emerging-threats/2019/TA/Operation-Wocao/proc_creation_win_apt_wocao.yml":                                                 literal,
		"rules-emerging-threats/2021/Exploits/CVE-2021-44228/web_cve_2021_44228_log4j.yml":                                               refused,
		"rules-emerging-threats/2023/Exploits/CVE-2023-1389/proxy_exploit_cve_2023_1389_unauth_command_injection_tplink_archer_ax21.yml": refused,
		"rules/web/product/nginx/web_nginx_core_dump.yml":                                                                                refused,
		"rules/windows/builtin/security/win_security_scm_database_privileged_operation.yml":                                              exact,
		"rules/windows/builtin/system/service_control_manager/win_system_invoke_obfuscation_via_stdin_services.yml":                      "it calls the field Provider_Name Provider.Name",
		"rules/windows/image_load/image_load_office_dotnet_assembly_dll_load.yml":                                                        exact,
		"rules/windows/network_connection/net_connection_win_adws_unusual_connection.yml":                                                word,
		"rules/windows/process_creation/proc_creation_win_hktl_impacket_lateral_movement.yml":                                            exact,
		"rules/windows/process_creation/proc_creation_win_rundll32_uncommon_dll_extension.yml":                                           literal,
		"rules/windows/process_creation/proc_creation_win_susp_appx_execution.yml":                                                       exact,
		"rules/windows/registry/registry_set/registry_set_persistence_ifilter.yml":                                                       exact,
	})
}

func TestTexts(t *testing.T) {
	t.Parallel()
	flattest.Texts(t, flattest.Language{Emitter: Emitter{}, Match: run})
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	flattest.Corpus(t, flattest.Language{Emitter: Emitter{}, Match: run}, 25, "sumo/keyword-raw", "sumo/null-is-empty")
}

func TestMembers(t *testing.T) {
	t.Parallel()
	flattest.Members(t, flattest.Language{Emitter: Emitter{}, Match: run}, "sumo/members")
}

// TestText shows what searches look like.
func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ log, detection, want string }{
		{"generic", "sel: {a: Foo, b.c|contains: x/y}\n  condition: sel", `*
| json "a" as a nodrop
| json "b.c" as b_c nodrop
| where toLowerCase(a) = "foo"
| where b_c matches /(?si)^.*x\/y.*\z/`},
		{"generic", "sel: {a|cased: say \"X\", 'Event ID': 5, count|gt: 6.5}\n  condition: sel", `*
| json "a" as a nodrop
| json "['Event ID']" as Event_ID nodrop
| json "count" as field_count nodrop
| where a = "say \"X\""
| where Event_ID = "5"
| where field_count > 6.5`},
		{"generic", "sel: {a: null, b|cidr: 10.0.0.0/8}\n  two: {c: x}\n  condition: sel or not two", `*
| json "a" as a nodrop
| json "b" as b nodrop
| json "c" as c nodrop
| where ((isEmpty(a) and (isValidIPv4(b) and compareCIDRPrefix("10.0.0.0", b, "8"))) or !(!isEmpty(c) and toLowerCase(c) = "x"))`},
		{"generic", "sel: [x]\n  condition: sel", `*
| where _raw matches /(?si)^.*x.*\z/`},
		{"entra_audit", "sel: {activityDisplayName: x, callerIpAddress: y}\n  condition: sel", `_sourceCategory=sigproof/entra_audit
| json "properties.activityDisplayName" as activityDisplayName nodrop
| json "callerIpAddress" as callerIpAddress nodrop
| where toLowerCase(activityDisplayName) = "x"
| where toLowerCase(callerIpAddress) = "y"`},
	} {
		q, diags := Emitter{}.Emit(flattest.In(t, test.log, test.detection))
		if q == nil {
			t.Error(diags)
			continue
		}
		if diff := cmp.Diff(test.want, q.Text); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestCounts shows what correlations look like, and which are refused.
func TestCounts(t *testing.T) {
	t.Parallel()
	q, diags := Emitter{}.Emit(flattest.Correlation(t, "entra_audit", "type: value_count, group-by: [actor.id, category], timespan: 2d, condition: {gte: 4, field: resultReason}"))
	want := `_sourceCategory=sigproof/entra_audit
| json "properties.initiatedBy.user.id" as initiatedBy_user_id nodrop
| json "properties.initiatedBy.app.servicePrincipalId" as initiatedBy_app_servicePrincipalId nodrop
| json "properties.initiatedBy.app.appId" as initiatedBy_app_appId nodrop
| json "properties.category" as category nodrop
| json "properties.resultReason" as resultReason nodrop
| json "properties.result" as result nodrop
| where toLowerCase(result) = "x"
| if(!isEmpty(initiatedBy_user_id), initiatedBy_user_id, if(!isEmpty(initiatedBy_app_servicePrincipalId), initiatedBy_app_servicePrincipalId, if(!isEmpty(initiatedBy_app_appId), initiatedBy_app_appId, ""))) as actor_id
| where !isEmpty(actor_id)
| where !isEmpty(category)
| where !isEmpty(resultReason)
| count_distinct(resultReason) as counted by actor_id, category
| where counted >= 4`
	if q == nil {
		t.Fatal(diags)
	}
	if diff := cmp.Diff(want, q.Text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := (targets.Schedule{Frequency: time.Hour, Period: 48 * time.Hour}); q.Schedule != want {
		t.Errorf("got %v", q.Schedule)
	}
	flattest.Counts(t, Emitter{}, "Sumo Logic", "sumo/window-at-run")
}

// TestNames takes the names of a site.
func TestNames(t *testing.T) {
	t.Parallel()
	names := &targets.Names{
		Sources: map[string]string{"entra_audit": "_sourceCategory=azure/*"}, Fields: map[string]string{"activityDisplayName": "properties.operation"},
	}
	q, _ := Emitter{Names: names}.Emit(flattest.In(t, "entra_audit", "sel: {activityDisplayName: y}\n  condition: sel"))
	want := "_sourceCategory=azure/*\n| json \"properties.operation\" as activityDisplayName nodrop\n| where toLowerCase(activityDisplayName) = \"y\""
	if q.Text != want {
		t.Errorf("got %s", q.Text)
	}
	names.Fields["role.name"] = "enriched.role"
	p := flattest.In(t, "entra_audit", "sel: {role.name: y}\n  condition: sel")
	q, _ = Emitter{Names: names}.Emit(p)
	want = "_sourceCategory=azure/*\n| json \"enriched.role\" as role_name nodrop\n| where toLowerCase(role_name) = \"y\""
	if q.Text != want {
		t.Errorf("a field that a search can't say: got %s", q.Text)
	}
	event, _ := eval.ParseJSON([]byte(`{"targetResources": [{"type": "Role", "displayName": "Y"}]}`))
	if raw := (Emitter{Names: names}).Rows(p)(p.Log, event.(*eval.Object))["_raw"]; !strings.Contains(raw, `"enriched":{"role":"Y"}`) {
		t.Errorf("got %s", raw)
	}
}

// TestRefused names what the language can't say, where it stands.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ log, detection, want string }{
		{"entra_audit", "sel: {'targetResources[].modifiedProperties[x].newValue': y}\n  condition: sel", `rule.yml:4:9: error: Sumo Logic has no lists inside of lists, in which "targetResources[].modifiedProperties[x].newValue" stands`},
		{"generic", "sel: {\"a'b\": x}\n  condition: sel", `rule.yml:4:10: error: Sumo Logic has no way to write the name of the field "a'b"`},
		{"generic", "sel: {a.b: x, a_b: y}\n  condition: sel", `rule.yml:4:17: error: Sumo Logic has no way to write the name of the field "a_b"`},
	} {
		q, diags := Emitter{}.Emit(flattest.In(t, test.log, test.detection))
		if q != nil || len(diags) == 0 || !strings.HasPrefix(diags[0].String(), test.want) {
			t.Errorf("got %v, want %s", diags, test.want)
		}
	}
}

// TestPack packs what can be said of the embedded rules; a reason is given for
// each of the others.
func TestPack(t *testing.T) {
	t.Parallel()
	programs := packtest.Entra(t, nil)
	p, diags := Build(programs, Emitter{}, &pack.Options{Name: "Entra PIM"})
	refused := map[string]bool{}
	for _, d := range diags {
		refused[d.File.Name] = true
	}
	want := 0
	for _, program := range programs {
		if !program.Silent {
			want++
		}
	}
	if got := len(p.Manifest.Rules); got+len(refused) != want || got < 45 {
		t.Errorf("%d packed, %d refused of %d", got, len(refused), want)
	}
	if wrong := Verify(p); len(wrong) > 0 {
		t.Error(wrong)
	}
	for _, want := range []string{`"scheduleType": "15Minutes"`, `"relativeTime": "-15m"`, `"relativeTime": "-60m"`, `"byReceiptTime": false`, `"operator": "gt"`, `"viewName": "sigproof_alerts"`, `"searchSchedule": null`} {
		if !strings.Contains(string(p.File(everything)), want) {
			t.Errorf("%s has no %s", everything, want)
		}
	}
	have, err := Exported([]byte(strings.ReplaceAll(string(p.File(everything)), `= \"pim\"`, `= \"PIM\"`)))
	if err != nil {
		t.Fatal(err)
	}
	objects, _ := Objects(p)
	if d := pack.Compare(objects, have); len(d.Changed) == 0 || d.Changed[0].Field != "query" || len(d.Missing)+len(d.Extra) > 0 {
		t.Errorf("got %+v", d)
	}
	have, _ = Exported([]byte(strings.Replace(string(p.File(everything)), `"relativeTime": "-15m"`, `"relativeTime": "-5m"`, 1)))
	want15 := pack.Changed{ID: objects[0].ID, Title: objects[0].Title, Field: "schedule", Want: "15Minutes over -15m", Got: "15Minutes over -5m"}
	if diff := cmp.Diff([]pack.Changed{want15}, pack.Compare(objects, have).Changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, wrong := range []string{"", "{", "[{}]"} {
		if _, err := Exported([]byte(wrong)); err == nil {
			t.Errorf("%q is read", wrong)
		}
	}
}
