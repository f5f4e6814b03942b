package aql

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/aql/aqleval"
	"github.com/sigproof/sigproof/targets/internal/flattest"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
)

// run runs a search over one event. Whether MATCHES wants all of a value must
// not matter.
func run(text string, p *ir.Program, event *eval.Object) (bool, error) {
	q, err := aqleval.Parse(text)
	if err != nil {
		return false, err
	}
	values := Emitter{}.Rows(p)(p.Log, event)
	row := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	part := q.Match(row)
	if q.Whole = true; q.Match(row) != part {
		return false, errors.New("MATCHES of all of a value gives another answer")
	}
	return part, nil
}

func TestAgree(t *testing.T) {
	t.Parallel()
	flattest.Agree(t, flattest.Language{Emitter: Emitter{}, Match: run}, map[string]string{
		"network 6": "rule.yml:5:5: error: AQL has no networks of IPv6 [aql/unsupported]",
		"hour":      "rule.yml:5:5: error: AQL has no part of a time in UTC: its clock is the console's [aql/unsupported]",
		"reference": "rule.yml:5:5: error: AQL has no comparison of two fields that is known to read both as text [aql/unsupported]",
	}, nil)
}

// TestPeer runs what pySigma's backend writes.
func TestPeer(t *testing.T) {
	t.Parallel()
	flattest.Peer(t, flattest.Language{Emitter: Emitter{}, Match: peer}, map[string]string{
		"equal": exact, "any": exact, "not all": exact, "dotted": exact, "not": absent, "not number": absent,
		"cased": refused, "cased ends": refused, "exists": refused, "missing": refused, "hour": refused, "reference": refused, "neq": refused,
		"mixed": broken, "not not": broken, "not any": broken,
		"like signs":  "it writes % and _ of the rule, which LIKE takes for wildcards",
		"hexadecimal": "it compares with the number, and a text that the rule writes is not it",
		"bool":        "it compares with the word true, which stands for a property",
		"keywords":    whole,
	})
}

// Why searches of the backend select otherwise, or are not there.
const (
	exact   = "it compares equal texts with =, which does not fold case"
	absent  = "a missing property is unknown, and so is its negation"
	refused = "it has no form for it"
	whole   = "it wants the payload to be the keyword, and not to hold it"
	broken  = "it breaks on an AND or OR of which a part is a NOT"
)

// peer runs a search that pySigma wrote: it may read more than ours.
func peer(text string, p *ir.Program, event *eval.Object) (bool, error) {
	q, err := aqleval.Parse(text)
	if err != nil {
		return false, err
	}
	values := map[string]string{}
	if rows := (Emitter{}).Rows(p); rows != nil {
		values = rows(p.Log, event)
	} else { // we refuse the rule
		for _, m := range event.Members {
			if v, ok := eval.Text(m.Value); ok {
				values[m.Key] = v
			}
		}
	}
	return q.Match(func(name string) (string, bool) { v, ok := values[name]; return v, ok }), nil
}

// TestPeerCorpus runs what pySigma's backend writes of public rules.
func TestPeerCorpus(t *testing.T) {
	t.Parallel()
	flattest.PeerCorpus(t, flattest.Language{Emitter: Emitter{}, Match: peer}, 40, map[string]string{
		"rules-emerging-threats/2021/Exploits/CVE-2021-44228/web_cve_2021_44228_log4j.yml":                                               broken,
		"rules-emerging-threats/2023/Exploits/CVE-2023-1389/proxy_exploit_cve_2023_1389_unauth_command_injection_tplink_archer_ax21.yml": whole,
		"rules/web/product/nginx/web_nginx_core_dump.yml":                                                                                whole,
		"rules/windows/builtin/security/win_security_scm_database_privileged_operation.yml":                                              broken,
		"rules/windows/file/file_event/file_event_win_gup_uncommon_file_creation.yml":                                                    broken,
		"rules/windows/network_connection/net_connection_win_adws_unusual_connection.yml":                                                broken,
		"rules/windows/process_creation/proc_creation_win_msdt_arbitrary_command_execution.yml":                                          broken,
		"rules/windows/process_creation/proc_creation_win_rundll32_uncommon_dll_extension.yml":                                           broken,
		"rules/windows/process_creation/proc_creation_win_susp_appx_execution.yml":                                                       broken,
		"rules/windows/registry/registry_delete/registry_delete_removal_amsi_registry_key.yml":                                           broken,
		"rules/windows/registry/registry_set/registry_set_persistence_ifilter.yml":                                                       broken,
	})
}

func TestTexts(t *testing.T) {
	t.Parallel()
	flattest.Texts(t, flattest.Language{Emitter: Emitter{}, Match: run})
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	flattest.Corpus(t, flattest.Language{Emitter: Emitter{}, Match: run}, 25, "aql/keyword-payload")
}

func TestMembers(t *testing.T) {
	t.Parallel()
	flattest.Members(t, flattest.Language{Emitter: Emitter{}, Match: run}, "aql/members")
}

// TestText shows what searches look like.
func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ log, detection, want string }{
		{"generic", "sel: {a: it's, b|contains: x}\n  condition: sel", `"a" ILIKE 'it''s' AND "b" ILIKE '%x%'`},
		{"generic", "sel: {a|cased: X, b|startswith: 50%}\n  condition: sel", `"a" LIKE 'X' AND "b" MATCHES '(?si)^50%.*\z'`},
		{"generic", "sel: {a: 5, b|gt: 6.5}\n  condition: sel", `"a" = '5' AND "b" > 6.5`},
		{"generic", "sel: {a: 0x10}\n  condition: sel", `"a" IN ('16', '0x10')`},
		{"generic", "sel: {a: null, b|cidr: 10.0.0.0/8}\n  condition: sel", `"a" IS NULL AND INCIDR('10.0.0.0/8', "b")`},
		{"generic", "sel: {a: x}\n  condition: not sel", `NOT ("a" IS NOT NULL AND "a" ILIKE 'x')`},
		{"generic", "sel: [x]\n  condition: sel", `UTF8(payload) ILIKE '%x%'`},
		{"entra_audit", "sel: {activityDisplayName: x, initiatedBy.user.id: y}\n  condition: sel", `devicetype = 445
    AND "activityDisplayName" ILIKE 'x'
    AND "initiatedBy.user.id" ILIKE 'y'`},
		{"entra_audit", "sel: {actor.name: x}\n  condition: not sel", `devicetype = 445
    AND NOT (("initiatedBy.user.userPrincipalName" IS NOT NULL AND "initiatedBy.user.userPrincipalName" ILIKE 'x')` +
			` OR (("initiatedBy.user.userPrincipalName" IS NULL OR "initiatedBy.user.userPrincipalName" = '')` +
			` AND (("initiatedBy.app.displayName" IS NOT NULL AND "initiatedBy.app.displayName" ILIKE 'x')` +
			` OR (("initiatedBy.app.displayName" IS NULL OR "initiatedBy.app.displayName" = '')` +
			` AND (("initiatedBy.user.id" IS NOT NULL AND "initiatedBy.user.id" ILIKE 'x')` +
			` OR (("initiatedBy.user.id" IS NULL OR "initiatedBy.user.id" = '')` +
			` AND ("initiatedBy.app.servicePrincipalId" IS NOT NULL AND "initiatedBy.app.servicePrincipalId" ILIKE 'x')))))))`},
	} {
		q, diags := Emitter{}.Emit(flattest.In(t, test.log, test.detection))
		if q == nil {
			t.Error(diags)
			continue
		}
		if diff := cmp.Diff("SELECT *\nFROM events\nWHERE "+test.want, q.Text); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestCounts shows what correlations look like, and which are refused.
func TestCounts(t *testing.T) {
	t.Parallel()
	for correlation, want := range map[string]string{
		"type: event_count, timespan: 1h, condition: {gt: 4}": `SELECT COUNT(*) AS counted
FROM events
WHERE devicetype = 445
    AND "result" ILIKE 'x'
HAVING counted > 4
LAST 60 MINUTES`,
		"type: value_count, group-by: [actor.id, category], timespan: 5m, condition: {gte: 4, field: resultReason}": `SELECT IF NOT ("initiatedBy.user.id" IS NULL OR "initiatedBy.user.id" = '') THEN "initiatedBy.user.id"` +
			` ELSE IF NOT ("initiatedBy.app.servicePrincipalId" IS NULL OR "initiatedBy.app.servicePrincipalId" = '') THEN "initiatedBy.app.servicePrincipalId"` +
			` ELSE "initiatedBy.app.appId" AS actor_id, "category", UNIQUECOUNT("resultReason") AS counted
FROM events
WHERE devicetype = 445
    AND "result" ILIKE 'x'
    AND NOT ("resultReason" IS NULL OR "resultReason" = '')
    AND (NOT ("initiatedBy.user.id" IS NULL OR "initiatedBy.user.id" = '') OR NOT ("initiatedBy.app.servicePrincipalId" IS NULL OR "initiatedBy.app.servicePrincipalId" = '')` +
			` OR NOT ("initiatedBy.app.appId" IS NULL OR "initiatedBy.app.appId" = ''))
    AND NOT ("category" IS NULL OR "category" = '')
GROUP BY actor_id, "category"
HAVING counted >= 4
LAST 5 MINUTES`,
	} {
		q, diags := Emitter{}.Emit(flattest.Correlation(t, "entra_audit", correlation))
		if q == nil {
			t.Error(diags)
			continue
		}
		if diff := cmp.Diff(want, q.Text); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	flattest.Counts(t, Emitter{}, "AQL", "aql/window-at-run")
	for correlation, want := range map[string]string{
		"type: event_count, timespan: 90s, condition: {gte: 4}":                   "AQL has no correlations over a timespan that is no whole number of minutes",
		"type: value_count, timespan: 5m, condition: {gte: 4, field: subject.id}": `AQL has no correlations that count values which stand in several properties, as those of "subject.id" do; --names may name one that has it`,
	} {
		if q, diags := (Emitter{}).Emit(flattest.Correlation(t, "entra_audit", correlation)); q != nil || diags[0].Message != want {
			t.Errorf("%s: got %v, want %s", correlation, diags, want)
		}
	}
}

// TestDerived holds a derived field against the reference matcher.
func TestDerived(t *testing.T) {
	t.Parallel()
	for _, detection := range []string{
		"sel: {actor.name: x}\n  condition: sel", "sel: {actor.name: x}\n  condition: not sel", "sel: {actor.name: null}\n  condition: sel",
		"sel: {actor.name: '*'}\n  condition: sel", "sel: {actor.name|exists: true}\n  condition: not sel",
	} {
		p := flattest.In(t, "entra_audit", detection)
		q, diags := Emitter{}.Emit(p)
		if q == nil {
			t.Error(diags)
			continue
		}
		for _, src := range []string{
			`{}`, `{"initiatedBy": {"user": {"userPrincipalName": "X"}}}`, `{"initiatedBy": {"user": {"userPrincipalName": ""}, "app": {"displayName": "x"}}}`,
			`{"initiatedBy": {"user": {"userPrincipalName": "y"}, "app": {"displayName": "x"}}}`, `{"initiatedBy": {"user": {"id": "x"}}}`,
		} {
			event, _ := eval.ParseJSON([]byte(src))
			got, err := run(q.Text, p, event.(*eval.Object))
			if want := eval.NewMatcher(p.Pred).Match(event); err != nil || got != want {
				t.Errorf("%s, %s: got %t, want %t, %v\n%s", detection, src, got, want, err, q.Text)
			}
		}
	}
}

// TestNames takes the names of a site.
func TestNames(t *testing.T) {
	t.Parallel()
	names, err := targets.ReadNames([]byte(`{"sources": {"entra_audit": "Azure AD"}, "fields": {"initiatedBy.user.id": "Username"}}`))
	if err != nil {
		t.Fatal(err)
	}
	q, _ := Emitter{Names: names}.Emit(flattest.In(t, "entra_audit", "sel: {initiatedBy.user.id: y}\n  condition: sel"))
	want := "SELECT *\nFROM events\nWHERE LOGSOURCETYPENAME(devicetype) = 'Azure AD'\n    AND \"Username\" ILIKE 'y'"
	if q.Text != want {
		t.Errorf("got %s", q.Text)
	}
	names.Fields["role.name"] = "Role Name"
	p := flattest.In(t, "entra_audit", "sel: {role.name: y}\n  condition: sel")
	q, _ = Emitter{Names: names}.Emit(p)
	if want := strings.Replace(want, `"Username"`, `"Role Name"`, 1); q.Text != want {
		t.Errorf("a field that AQL can't say: got %s", q.Text)
	}
	event, _ := eval.ParseJSON([]byte(`{"targetResources": [{"type": "Role", "displayName": "Y"}]}`))
	if got := (Emitter{Names: names}).Rows(p)(p.Log, event.(*eval.Object))["Role Name"]; got != "Y" {
		t.Errorf("got %q", got)
	}
}

// TestRefused names what AQL can't say, where it stands.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ log, detection, want string }{
		{"entra_audit", "sel: {'targetResources[].modifiedProperties[x].newValue': y}\n  condition: sel", `rule.yml:4:9: error: AQL has no lists inside of lists, in which "targetResources[].modifiedProperties[x].newValue" stands`},
		{"pim_alert", "sel: {alertName: x}\n  condition: sel", "rule.yml:4:9: error: no log source type of QRadar is known to have log pim_alert; --names may name one"},
		{"generic", "sel: {'a\"b': x}\n  condition: sel", `rule.yml:4:9: error: AQL has no way to write the name of the field "a\"b"`},
	} {
		q, diags := Emitter{}.Emit(flattest.In(t, test.log, test.detection))
		if q != nil || len(diags) == 0 || !strings.HasPrefix(diags[0].String(), test.want) {
			t.Errorf("got %v, want %s", diags, test.want)
		}
	}
}

// TestPack packs what AQL can say of the embedded rules; a reason is given for
// each of the others.
func TestPack(t *testing.T) {
	t.Parallel()
	programs := packtest.Entra(t, nil)
	p, diags := Build(programs, Emitter{}, &pack.Options{Name: "Entra PIM"})
	refused := map[string]bool{}
	for _, d := range diags {
		if d.Severity != sigma.Error || d.File == nil {
			t.Error(d)
		}
		refused[d.File.Name] = true
	}
	want := 0
	for _, program := range programs {
		if !program.Silent {
			want++
		}
	}
	if got := len(p.Manifest.Rules); got+len(refused) != want || got < 28 {
		t.Errorf("%d packed, %d refused of %d", got, len(refused), want)
	}
	guide := string(p.File("README.md"))
	for _, want := range []string{
		"# Entra PIM\n\n1. Make a custom event property",
		"| `targetResources[7].displayName` | `targetResources[7].displayName` | `/\"properties\"/\"targetResources\"[7]/\"displayName\"` |\n",
		"| `authorization.scope` | `authorization.scope` | `/\"identity\"/\"authorization\"/\"scope\"` |\n",
		"| `resourceProviderName` | `resourceProviderName` | `/\"properties\"/\"ResourceProviderName\"` |\n",
		"| PIM alert disabled | `searches/PIMAlertDisabled.json` | 8 |  |\n",
	} {
		if !strings.Contains(guide, want) {
			t.Errorf("the guide has no %s\n%s", want, guide)
		}
	}
	if wrong := Verify(p); len(wrong) > 0 {
		t.Error(wrong)
	}
	have, err := Exported([]byte(strings.ReplaceAll(string(p.File("searches.json")), "ILIKE 'PIM'", "ILIKE 'pim'")))
	if err != nil {
		t.Fatal(err)
	}
	objects, _ := Objects(p)
	if d := pack.Compare(objects, have); len(d.Changed) == 0 || d.Changed[0].Field != "query" || len(d.Missing)+len(d.Extra) > 0 {
		t.Errorf("got %+v", d)
	}
	for _, place := range []string{`"place": "/\"properties\"/\"initiatedBy\"/\"app\"/\"appId\""`, `"name": "initiatedBy.app.appId"`} {
		if !strings.Contains(string(p.File("fields.json")), place) {
			t.Errorf("fields.json has no %s", place)
		}
	}
}
