package xdr

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/internal/packtest"
	"github.com/sigproof/sigproof/targets/kql"
	"github.com/sigproof/sigproof/targets/kql/kqleval"
	"github.com/sigproof/sigproof/targets/pack"
)

func compile(t *testing.T, log, src string) []*ir.Program {
	t.Helper()
	docs, diags := sigma.Parse("rule.yml", []byte(src))
	programs, more := compiler.Compile(docs, &compiler.Options{Log: schema.ByName(log)})
	if diags = append(diags, more...); sigma.HasErrors(diags) {
		t.Fatal(diags[0].Render())
	}
	return programs
}

const processes = `title: Dump
id: 1e7d7a2e-37c5-4d33-9e0d-7c9e52c2f5a1
name: dump
tags: [attack.credential-access, attack.t1003.001]
logsource: {product: windows, category: process_creation}
detection: {sel: {Image|endswith: \procdump.exe, Timestamp|hour|lt: 6}, condition: sel}
level: critical
---
title: Dumps
correlation: {type: event_count, rules: [dump], group-by: [DeviceId], timespan: 6h, condition: {gte: 3}}
`

// TestQueries shows that tables of Defender have a Timestamp, and those of
// Sentinel are as in Log Analytics.
func TestQueries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		log, src string
		which    int
		want     string
	}{
		{"xdr_process", processes, 0, `DeviceProcessEvents
| where ActionType =~ "ProcessCreated"
| where FolderPath endswith "\\procdump.exe"
| where datetime_part("hour", Timestamp) < 6`},
		{"xdr_process", processes, 1, `DeviceProcessEvents
| where ActionType =~ "ProcessCreated"
| where FolderPath endswith "\\procdump.exe"
| where datetime_part("hour", Timestamp) < 6
| where isnotempty(DeviceId)
| project DeviceId, TimeGenerated = Timestamp, ReportId
| sort by DeviceId asc, TimeGenerated asc, ReportId asc
| extend First = iff(DeviceId == prev(DeviceId, 2), prev(TimeGenerated, 2), datetime(null)),
    Last = DeviceId != next(DeviceId) or TimeGenerated != next(TimeGenerated)
| where TimeGenerated - First <= 6h and Last
| project DeviceId, TimeGenerated, ReportId
| project-rename Timestamp = TimeGenerated`},
		{"entra_signin", "title: S\nlogsource: {product: azure, service: signinlogs}\ndetection: {sel: {userId: a}, condition: sel}\n", 0, `SigninLogs
| where UserId =~ "a"`},
	} {
		p := compile(t, test.log, test.src)[test.which]
		q, diags := Emitter{}.Emit(p)
		if q == nil {
			t.Error(diags)
			continue
		}
		if diff := cmp.Diff(test.want, q.Text); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		binds(t, p, q)
	}
}

// binds wants a query to use only columns that the tables have.
func binds(t *testing.T, p *ir.Program, q *targets.Query) {
	t.Helper()
	tables := kqleval.Schema{}
	for _, log := range pack.Logs(p) {
		for _, c := range Table(log).KQL.Columns {
			typ, _ := kqleval.ParseType(c.Type)
			tables[log.KQL.Name] = append(tables[log.KQL.Name], kqleval.Column{Name: c.Name, Type: typ})
		}
	}
	parsed, err := kqleval.Parse(q.Text)
	if err != nil {
		t.Error(err)
		return
	}
	plan, err := parsed.Bind(tables)
	if err != nil {
		t.Errorf("%s: %v", p.Title, err)
		return
	}
	var columns []string
	for _, c := range plan.Columns() {
		columns = append(columns, c.Name)
	}
	e := mapped(p)
	named := []string{analyticsTime}
	if allNative(p) {
		named = []string{timeColumn, reportColumn, deviceColumn}
	}
	for _, a := range e.Accounts {
		named = append(named, a.ID, a.Name, a.SID, a.UPN)
	}
	for _, h := range e.Hosts {
		named = append(named, h.ID, h.Name)
	}
	for _, ip := range e.IPs {
		named = append(named, ip.Column)
	}
	for _, name := range named {
		if name != "" && !slices.Contains(columns, name) {
			t.Errorf("%s: the rows have no column %s, which a detection names: %v", p.Title, name, columns)
		}
	}
}

// TestPack wants a detection of each rule of the embedded pack, whose query binds
// and has the columns that name entities.
func TestPack(t *testing.T) {
	t.Parallel()
	programs := packtest.Entra(t, nil)
	for _, log := range schema.Logs() {
		if Native(log) {
			src := "title: " + log.Name + "\nlogsource: {category: other}\ndetection: {sel: {DeviceId: a}, condition: sel}\n"
			if len(log.Sources) > 0 {
				src = strings.Replace(src, "category: other", "product: "+log.Sources[0].Product+", category: "+log.Sources[0].Category, 1)
			}
			programs = append(programs, compile(t, log.Name, src)...)
		}
	}
	p, diags := Build(programs, &pack.Options{Name: "Entra PIM"})
	if len(diags) > 0 {
		t.Fatal(diags[0].Render())
	}
	for _, program := range programs {
		if !program.Silent {
			q, _ := Emitter{}.Emit(program)
			binds(t, program, q)
		}
	}
	if wrong := Verify(p); len(wrong) > 0 {
		t.Error(wrong)
	}
	kinds := map[string]int{}
	for _, r := range p.Manifest.Rules {
		kinds[r.Kind]++
	}
	if kinds[overDefender]+kinds[onEach] != len(native) || kinds[onEach] == 0 || kinds[overSentinel] < 40 {
		t.Errorf("got %v", kinds)
	}
}

// TestCorpus wants each public rule's rows to have the columns that its detection
// names.
func TestCorpus(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"cloud/azure", "cloud/m365"} {
		for _, p := range packtest.Corpus(t, folder) {
			q, diags := Emitter{}.Emit(p)
			if q == nil {
				t.Fatal(diags)
			}
			binds(t, p, q)
		}
	}
}

// TestContinuous says which queries Defender runs on each event.
func TestContinuous(t *testing.T) {
	t.Parallel()
	for detection, want := range map[string]string{
		`{Image|endswith: '\a.exe'}`:                        "PT0S",
		`{CommandLine|contains|all: ['in~ let (', 'mv-']}`:  "PT0S",
		`{CommandLine|re: 'a.*b', ProcessId: 5}`:            "PT0S",
		`{CommandLine: [a, b]}`:                             "PT1H", // in~
		`{CommandLine|fieldref: FileName, ProcessId|gt: 5}`: "PT0S",
		`{Hashes|contains: x}`:                              "PT1H", // iff, which transformations know as iif alone
	} {
		src := "title: T\nlogsource: {product: windows, category: process_creation}\ndetection: {sel: " + detection + ", condition: sel}\n"
		docs, _ := sigma.Parse("rule.yml", []byte(src))
		programs, diags := compiler.Compile(docs, &compiler.Options{Log: schema.ByName("xdr_process")})
		if sigma.HasErrors(diags) {
			t.Fatal(diags)
		}
		p, diags := Build(programs, &pack.Options{})
		if len(diags) > 0 {
			t.Fatal(diags[0].Render())
		}
		var r detectionRule
		if err := json.Unmarshal(p.File("rules/T.json"), &r); err != nil {
			t.Fatal(err)
		}
		if r.Schedule.Frequency != want || r.Schedule.Lookback != "" || (p.Manifest.Rules[0].Kind == onEach) != (want == "PT0S") {
			t.Errorf("%s: got %+v %s\n%s", detection, r.Schedule, p.Manifest.Rules[0].Kind, r.Condition.Text)
		}
	}
}

// TestTitles wants rules of one title to be told apart: Defender refuses a second
// detection of one name.
func TestTitles(t *testing.T) {
	t.Parallel()
	one := strings.Split(processes, "---")[0]
	two := strings.NewReplacer("1e7d7a2e", "2e7d7a2e", "name: dump", "name: other").Replace(one)
	p, _ := Build(append(compile(t, "xdr_process", one), compile(t, "xdr_process", two)...), &pack.Options{})
	objects, err := Objects(p)
	if err != nil || len(objects) != 2 || objects[0].Title == objects[1].Title || objects[0].Field("title") == objects[1].Field("title") {
		t.Errorf("got %+v, %v", objects, err)
	}
}

// TestCompleting wants the rows of a correlation to name the event that completes
// it, by machine and number together.
func TestCompleting(t *testing.T) {
	t.Parallel()
	p := compile(t, "xdr_process", strings.Split(processes, "---")[0]+`---
title: Files
correlation: {type: value_count, rules: [dump], group-by: [User], timespan: 1h, condition: {field: CommandLine, gte: 2}}
`)[1]
	q, diags := Emitter{}.Emit(p)
	if q == nil {
		t.Fatal(diags)
	}
	binds(t, p, q)
	parsed, err := kqleval.Parse(q.Text)
	if err != nil {
		t.Fatal(err)
	}
	var columns []kqleval.Column
	for _, c := range Table(schema.ByName("xdr_process")).KQL.Columns {
		typ, _ := kqleval.ParseType(c.Type)
		columns = append(columns, kqleval.Column{Name: c.Name, Type: typ})
	}
	row := `{"Timestamp":"2026-01-01T0%d:00:00Z","ActionType":"ProcessCreated","FolderPath":"C:\\procdump.exe","AccountName":"eve","ProcessCommandLine":"%s","DeviceId":"%s","ReportId":%d}` + "\n"
	read, err := kqleval.ReadTable(strings.NewReader(
		fmt.Sprintf(row, 1, "a", "m1", 7)+fmt.Sprintf(row, 2, "b", "m2", 3)+fmt.Sprintf(row, 2, "c", "m1", 2)+fmt.Sprintf(row, 4, "d", "m3", 9)), columns)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := parsed.Bind(kqleval.Schema{"DeviceProcessEvents": columns})
	if err != nil {
		t.Fatal(err)
	}
	result, err := plan.Run(context.Background(), &kqleval.Input{Tables: map[string]*kqleval.Table{"DeviceProcessEvents": read}})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(result.JSON()); !strings.Contains(got, `["eve","2026-01-01T02:00:00.0000000Z",3,"m2"]`) || len(result.Rows) != 1 {
		t.Errorf("got %s\n%s", got, q.Text)
	}
}

// TestRule shows the whole of one detection.
func TestRule(t *testing.T) {
	t.Parallel()
	programs := compile(t, "xdr_process", processes)
	p, _ := Build(programs[1:], &pack.Options{})
	want := `{
  "@odata.type": "#microsoft.graph.security.detectionRule",
  "id": "@ID@",
  "displayName": "Dumps",
  "description": "Dumps\n\nSigma rule dumps.\n\nVersion 1.0.0.",
  "status": "enabled",
  "queryCondition": {
    "queryText": "@QUERY@"
  },
  "schedule": {
    "frequency": "PT1H",
    "lookback": "PT7H15M"
  },
  "detectionAction": {
    "alertTemplate": {
      "title": "Dumps",
      "description": "Dumps\n\nSigma rule dumps.",
      "severity": "medium",
      "entityMappings": {
        "hosts": [
          {
            "deviceIdColumn": "DeviceId"
          }
        ]
      },
      "tactics": []
    }
  }
}
`
	q, _ := Emitter{}.Emit(programs[1])
	text, _ := json.Marshal(q.Text)
	unescaped := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(strings.Trim(string(text), `"`))
	want = strings.NewReplacer("@ID@", p.Manifest.Rules[0].Artifact, "@QUERY@", unescaped).Replace(want)
	if diff := cmp.Diff(want, string(p.File("rules/Dumps.json"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTactics puts each technique below the tactics that it belongs to.
func TestTactics(t *testing.T) {
	t.Parallel()
	p, _ := Build(compile(t, "xdr_process", strings.Split(processes, "---")[0]), &pack.Options{})
	var r detectionRule
	if err := json.Unmarshal(p.File("rules/Dump.json"), &r); err != nil {
		t.Fatal(err)
	}
	want := []tactic{{"CredentialAccess", []technique{{"T1003.001"}}}}
	if diff := cmp.Diff(want, r.Action.Alert.Tactics); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Action.Alert.Severity != "high" || r.Schedule.Lookback != "" {
		t.Errorf("got severity %s, lookback %s", r.Action.Alert.Severity, r.Schedule.Lookback)
	}
}

// TestRefused names what Defender does not take.
func TestRefused(t *testing.T) {
	t.Parallel()
	const rule = "title: T\nname: t\nlogsource: {product: azure, service: signinlogs}\ndetection: {sel: {userId: a}, condition: sel}\n"
	for _, test := range []struct{ log, src, want string }{
		{"generic", rule, "rule.yml:4:19: error: log generic has no table in advanced hunting; the rule must name a log that has one [xdr/no-table]"},
		{
			"entra_signin", rule + "---\ntitle: C\ncorrelation: {type: event_count, rules: [t], group-by: [userId], timespan: 14d, condition: {gte: 2}}\n",
			"rule.yml:6:1: error: a run would look back over 337h15m0s, and Defender takes 14 days: the timespan must be shorter [xdr/period]",
		},
	} {
		_, diags := Build(compile(t, test.log, test.src), &pack.Options{})
		if len(diags) != 1 || diags[0].String() != test.want {
			t.Errorf("got %v", diags)
		}
	}
}

// TestLanguage leaves the queries of Sentinel's tables to package kql.
func TestLanguage(t *testing.T) {
	t.Parallel()
	p := compile(t, "entra_signin", "title: S\nlogsource: {product: azure, service: signinlogs}\ndetection: {sel: {userId|re: 'a+'}, condition: sel}\n")[0]
	q, _ := Emitter{}.Emit(p)
	want, _ := kql.Emitter{}.Emit(p)
	if q.Text != want.Text || q.Language != (Emitter{}).Language() {
		t.Errorf("got %s in %s", q.Text, q.Language)
	}
}

// TestDrift reads what Graph gives.
func TestDrift(t *testing.T) {
	t.Parallel()
	p, _ := Build(compile(t, "xdr_process", strings.Split(processes, "---")[0]), &pack.Options{})
	want, err := Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	one := strings.Replace(string(p.File("rules/Dump.json")), `"enabled"`, `"disabled"`, 1)
	for name, export := range map[string]string{"list": `{"value": [` + one + `]}`, "array": "\ufeff[" + one + ", {}]", "one": one} {
		have, err := Exported([]byte(export))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		diff := pack.Compare(want, have)
		if len(diff.Missing)+len(diff.Extra) > 0 || len(diff.Changed) != 1 || diff.Changed[0].Field != "status" {
			t.Errorf("%s: got %+v", name, diff)
		}
	}
	for _, wrong := range []string{"", "{", "[1]"} {
		if _, err := Exported([]byte(wrong)); err == nil {
			t.Errorf("%q is read", wrong)
		}
	}
}
