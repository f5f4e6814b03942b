package arcsight

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/eval"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/arcsight/arcsighteval"
	"github.com/sigproof/sigproof/targets/internal/flattest"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/pack"
)

// run runs a filter over one event.
func run(text string, p *ir.Program, event *eval.Object) (bool, error) {
	q, err := arcsighteval.Parse(text)
	if err != nil {
		return false, err
	}
	row := Emitter{}.Rows(p)(p.Log, event)
	return q.Match(func(name string) (string, bool) { v, ok := row[name]; return v, ok }), nil
}

func TestAgree(t *testing.T) {
	t.Parallel()
	refused := map[string]string{}
	for what, cases := range map[string]string{
		"case that counts in one test and not in another":         "cased|cased ends",
		"wildcards inside of a text":                              "wildcards|slash|windash",
		"regular expressions that may stand below an OR or a NOT": "regex|regex flags|regex groups|regex lines",
		"networks with a prefix":                                  "network|network 6",
		"part of a time in UTC":                                   "hour",
		"comparison of two fields":                                "reference",
		"empty values":                                            "empty",
		`one way to write the text "C:\\Win"`:                     "starts",
		`one way to write the text "\\x.exe"`:                     "ends",
		`one way to write the text "x*y"`:                         "stars",
		`one way to write the text "it's \"it\""`:                 "quotes",
		`one way to write the text "x\ny"`:                        "lines",
		`way to write the name of the field "a.b.c"`:              "dotted",
		`way to write the name of the field "Event ID"`:           "spaced",
	} {
		for _, name := range strings.Split(cases, "|") {
			refused[name] = "rule.yml:5:5: error: ArcSight has no " + what + " [arcsight/unsupported]"
		}
	}
	refused["keywords"] = "rule.yml:4:8: error: ArcSight has no keywords that may be part of a word [arcsight/unsupported]"
	flattest.Agree(t, flattest.Language{Emitter: Emitter{}, Match: run}, refused, map[string]string{
		`hexadecimal {"a": "0x10"}`: "arcsight/number",
	})
}

func TestTexts(t *testing.T) {
	t.Parallel()
	flattest.Texts(t, flattest.Language{Emitter: Emitter{}, Match: run})
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	flattest.Corpus(t, flattest.Language{Emitter: Emitter{}, Match: run}, 25)
}

// TestText shows what filters look like.
func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ log, detection, want string }{
		{"generic", "sel: {name: it's, suser|contains: x, cs1: null}\n  condition: sel", `name = "it's"` + "\nAND sourceUserName CONTAINS \"x\"\nAND deviceCustomString1 IS NULL"},
		{"generic", "sel: {a|startswith: x, b|gt: 6.5}\n  condition: not sel", `(NOT (a IS NOT NULL AND a STARTSWITH "x") OR NOT (b IS NOT NULL AND b > 6.5))`},
		{"entra_audit", "sel: {activityDisplayName: [x, y]}\n  condition: sel", `(deviceVendor = "Microsoft" AND deviceProduct = "Entra ID" AND deviceEventClassId = "AuditLogs")
AND (name = "x" OR name = "y")`},
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

// TestNames takes the names of a site, and refuses what nothing names.
func TestNames(t *testing.T) {
	t.Parallel()
	names := &targets.Names{Sources: map[string]string{"pim_alert": `deviceProduct = "PIM"`}, Fields: map[string]string{"alertName": "cs6"}}
	p := flattest.In(t, "pim_alert", "sel: {alertName: y}\n  condition: sel")
	q, _ := Emitter{Names: names}.Emit(p)
	if want := "(deviceProduct = \"PIM\")\nAND deviceCustomString6 = \"y\""; q == nil || q.Text != want {
		t.Errorf("got %v", q)
	}
	for _, test := range []struct{ log, detection, want string }{
		{"pim_alert", "sel: {alertName: y}\n  condition: sel", "rule.yml:4:9: error: no filter is known that finds the events of log pim_alert in ArcSight; --names may name one [arcsight/no-source]"},
		{"entra_audit", "sel: {durationMs: 5}\n  condition: sel", `rule.yml:4:9: error: no key of the Common Event Format is known that holds "durationMs"; --names may name one [arcsight/no-key]`},
	} {
		_, diags := Emitter{}.Emit(flattest.In(t, test.log, test.detection))
		if len(diags) != 1 || diags[0].String() != test.want {
			t.Errorf("got %v, want %s", diags, test.want)
		}
	}
}

// TestKeys wants each key to be of a field that the log has, and no two fields to
// share one.
func TestKeys(t *testing.T) {
	t.Parallel()
	for name, fields := range keys {
		log := schema.ByName(name)
		taken := map[string]string{}
		for field, key := range fields {
			if log.Resolve(field) == nil {
				t.Errorf("log %s has no field %s", name, field)
			}
			if other := taken[key]; other != "" {
				t.Errorf("log %s has %s and %s under %s", name, field, other, key)
			}
			taken[key] = field
		}
		if sources[name] == "" {
			t.Errorf("log %s has keys and no source", name)
		}
	}
}

// TestConnector runs the parser of a pack over a record of an event hub: it must
// give what the filters are replayed on.
func TestConnector(t *testing.T) {
	t.Parallel()
	p, _ := Build(packtest.Entra(t, nil), Emitter{}, &pack.Options{Name: "Entra PIM"})
	text := string(p.File("flexconnector/entra_audit.jsonparser.properties"))
	record, _ := eval.ParseJSON([]byte(`{"category": "AuditLogs", "callerIpAddress": "10.1.2.3", "properties": {"activityDisplayName": "Add user", "category": "RoleManagement",
		"result": "success", "loggedByService": "PIM", "initiatedBy": {"app": {"displayName": "x", "appId": "1"}}}}`))
	event, _ := eval.ParseJSON([]byte(`{"callerIpAddress": "10.1.2.3", "activityDisplayName": "Add user", "category": "RoleManagement",
		"result": "success", "loggedByService": "PIM", "initiatedBy": {"app": {"displayName": "x", "appId": "1"}}}`))
	got := connected(t, text, record)
	rule := flattest.In(t, "entra_audit", "sel: {activityDisplayName: a, category: b, result: c, loggedByService: d, initiatedBy.app.displayName: e, initiatedBy.app.appId: f}\n  condition: sel")
	for name, want := range (Emitter{}).Rows(rule)(rule.Log, event.(*eval.Object)) {
		if got[name] != want {
			t.Errorf("%s: the parser gives %q, want %q\n%s", name, got[name], want, text)
		}
	}
}

// connected gives the fields that a parser makes of a record.
func connected(t *testing.T, text string, record eval.Value) map[string]string {
	t.Helper()
	lines := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && line[0] != '#' {
			lines[key] = value
		}
	}
	if lines["trigger.node.location"] != "/records" {
		t.Errorf("the parser looks at %s", lines["trigger.node.location"])
	}
	tokens := map[string]string{}
	count, _ := strconv.Atoi(lines["token.count"])
	for i := range count {
		of := func(key string) string { return lines[fmt.Sprintf("token[%d].%s", i, key)] }
		var path schema.Path
		for _, key := range strings.Split(of("location"), "/") {
			path = append(path, schema.Step{Key: key})
		}
		if values, _ := eval.Lookup(record, &ir.Field{Path: path}); len(values) == 1 {
			tokens[of("name")], _ = eval.Text(values[0])
		}
	}
	out := map[string]string{}
	for key, value := range lines {
		if name, ok := strings.CutPrefix(key, "event."); ok {
			out[name] = tokens[value]
			if constant, ok := strings.CutPrefix(value, `__stringConstant("`); ok {
				out[name] = strings.TrimSuffix(constant, `")`)
			}
		}
	}
	return out
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
	if got := len(p.Manifest.Rules); got+len(refused) != want || got < 15 {
		t.Errorf("%d packed, %d refused of %d", got, len(refused), want)
	}
	if wrong := Verify(p); len(wrong) > 0 {
		t.Error(wrong)
	}
	objects, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	have, err := Exported([]byte(strings.ReplaceAll(string(p.File("searches.json")), `\"PIM\"`, `\"pim\"`)))
	if err != nil {
		t.Fatal(err)
	}
	if d := pack.Compare(objects, have); len(d.Changed) == 0 || d.Changed[0].Field != "query" || len(d.Missing)+len(d.Extra) > 0 {
		t.Errorf("got %+v", d)
	}
}
