package splunk_test

import (
	"context"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/sigproof/sigproof/compiler"
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/fixtures"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/sigma/entra"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/pack"
	"github.com/sigproof/sigproof/targets/spl"
	"github.com/sigproof/sigproof/targets/spl/spleval"
	"github.com/sigproof/sigproof/targets/splunk"
)

// A packed emitter gives the searches of an app, as a search head reads them.
type packed map[string]string // by the id of the rule

func (packed) Language() string { return "spl" }

// Emit gives what is packed, with the limits that the language forces. A rule
// that only a correlation counts is a part of its search, and none by itself.
func (p packed) Emit(of *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	q, diags := targets.Write(spl.Emitter{}, of)
	if text, ok := p[pack.DocumentID(of.Doc)]; ok {
		return &targets.Query{Language: "spl", Text: text, Limits: q.Limits}, diags
	}
	return q, diags
}

// TestPackedSearches runs the searches in savedsearches.conf with the macros in
// macros.conf, and wants the verdicts of all suites. A suite that gives
// placeholders other values has a pack of its own. The detections for contentctl
// must give the same verdicts, and find the events of their tests.
func TestPackedSearches(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("replays a thousand cases")
	}
	all := suites(t)
	plain := *all
	plain.Suites = slices.DeleteFunc(slices.Clone(all.Suites), func(s *fixtures.Suite) bool { return len(s.Define) > 0 })
	cases, found := replay(t, &plain)
	checkDetections(t, all, found)
	for _, s := range all.Suites {
		if len(s.Define) == 0 {
			continue
		}
		own := *all
		own.Suites = []*fixtures.Suite{s}
		own.Compile = &compiler.Options{Define: maps.Clone(all.Compile.Define)}
		maps.Copy(own.Compile.Define, s.Define)
		more, _ := replay(t, &own)
		cases += more
	}
	if cases < 500 {
		t.Errorf("%d cases replayed", cases)
	}
}

// replay packs the documents, and runs the suites over what is packed. It gives
// events that the searches find.
func replay(t *testing.T, in *fixtures.Input) (cases int, found map[string][]splunk.Event) {
	t.Helper()
	programs, _ := compiler.Compile(in.Documents, in.Compile)
	p, diags := splunk.Build(programs, &splunk.Options{Name: "Entra PIM"})
	for _, d := range diags {
		if d.Severity == sigma.Error {
			t.Fatal(d.Render())
		}
	}
	app := readApp(t, p)
	macros, err := spleval.ParseMacros(string(p.File("sigproof_entra_pim/default/macros.conf")))
	if err != nil || len(macros) == 0 {
		t.Fatal(len(macros), err)
	}
	detections, own := readDetections(t, p)
	engine := &fixtures.FindingSPL{SPL: fixtures.SPL{Emitter: app, Macros: macros}}
	in.Engines = []fixtures.Engine{
		engine,
		contentctl{fixtures.SPL{Emitter: detections, Macros: own}},
	}
	report, err := fixtures.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Diags {
		t.Error(d.Render())
	}
	for _, s := range report.Suites {
		for _, c := range s.Cases {
			for _, v := range c.Verdicts {
				if cases++; v.Status != fixtures.Pass {
					t.Errorf("%s: %s on %s: %s: %s", s.Suite.File.Name, c.Case.Name.Value, v.Engine, v.Status, v.Detail)
				}
			}
		}
	}
	return cases, engine.Found()
}

// readApp reads the searches of a pack.
func readApp(t *testing.T, p *pack.Pack) packed {
	t.Helper()
	objects, err := splunk.Objects(p)
	if err != nil {
		t.Fatal(err)
	}
	app := packed{}
	for _, o := range objects {
		for _, f := range o.Fields {
			if f.Name == "search" {
				app[o.ID] = f.Value
			}
		}
	}
	if len(app) != len(p.Manifest.Rules) || len(app) == 0 {
		t.Fatalf("%d searches of %d rules", len(app), len(p.Manifest.Rules))
	}
	return app
}

// contentctl is the engine for the searches of the repository.
type contentctl struct{ fixtures.SPL }

func (contentctl) Name() string { return "contentctl" }

// A content is what is read of the files for contentctl.
type content struct {
	Name, ID, Search, Definition, Status string
	RBA                                  *struct {
		Risk []struct{ Field string } `yaml:"risk_objects"`
	}
	Tests []struct {
		Data []struct{ Data, Sourcetype string } `yaml:"attack_data"`
	}
}

// contents reads the files of a folder of the repository.
func contents(t *testing.T, p *pack.Pack, folder string) []content {
	t.Helper()
	var out []content
	for _, f := range p.Files {
		if !strings.HasPrefix(f.Path, "contentctl/"+folder+"/") || !strings.HasSuffix(f.Path, ".yml") {
			continue
		}
		var c content
		if err := yaml.Unmarshal(f.Data, &c); err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		out = append(out, c)
	}
	return out
}

// readDetections reads the searches of the repository, with its macros and
// those that contentctl makes for filters.
func readDetections(t *testing.T, p *pack.Pack) (packed, []spleval.Macro) {
	t.Helper()
	searches := packed{}
	var macros []spleval.Macro
	for _, m := range contents(t, p, "macros") {
		macros = append(macros, spleval.Macro{Name: m.Name, Definition: m.Definition})
	}
	for _, d := range contents(t, p, "detections") {
		searches[d.ID] = d.Search
		macros = append(macros, spleval.Macro{Name: strings.ToLower(strings.ReplaceAll(d.Name, " ", "_")) + "_filter", Definition: "search *"})
	}
	if len(searches) != len(p.Manifest.Rules) {
		t.Fatalf("%d detections of %d rules", len(searches), len(p.Manifest.Rules))
	}
	return searches, macros
}

// checkDetections wants each detection to find the events of its test, and to
// say whom they are about: what contentctl test asks of a real Splunk.
func checkDetections(t *testing.T, in *fixtures.Input, found map[string][]splunk.Event) {
	t.Helper()
	programs, _ := compiler.Compile(in.Documents, in.Compile)
	p, _ := splunk.Build(programs, &splunk.Options{Name: "Entra PIM", Events: found})
	_, macros := readDetections(t, p)
	tested := 0
	for _, d := range contents(t, p, "detections") {
		if (d.Status == "production") != (len(d.Tests) > 0) {
			t.Errorf("%s is %s with %d tests", d.Name, d.Status, len(d.Tests))
		}
		for _, test := range d.Tests {
			tested++
			var events []spleval.Event
			for _, data := range test.Data {
				for line := range strings.Lines(string(p.File("contentctl/" + data.Data))) {
					events = append(events, spleval.EventFromJSON([]byte(line), spleval.Meta{Index: "main", Sourcetype: data.Sourcetype, Time: timeOf(line)}))
				}
			}
			search, err := spleval.Parse(d.Search, &spleval.Options{Macros: macros})
			if err != nil {
				t.Fatalf("%s: %v", d.Name, err)
			}
			result, err := search.Run(context.Background(), &spleval.Input{Events: events, AnyTime: true})
			if err != nil || len(result.Events) == 0 {
				t.Errorf("%s finds nothing in the events of its test: %v", d.Name, err)
				continue
			}
			if d.RBA == nil || strings.HasPrefix(d.Name, "PIM alert triggered") { // PIM raises it, and names nobody
				continue
			}
			if !slices.ContainsFunc(d.RBA.Risk, func(o struct{ Field string }) bool { return result.Events[0].First(o.Field) != "" }) {
				t.Errorf("%s does not say whom it is about", d.Name)
			}
		}
	}
	if tested < 45 {
		t.Errorf("%d detections have a test", tested)
	}
}

var timeForm = regexp.MustCompile(`"(?:activityDateTime|createdDateTime|time|eventTimestamp)":"([^"]+)"`)

// timeOf reads the time of an event, as a sourcetype does.
func timeOf(line string) float64 {
	m := timeForm.FindStringSubmatch(line)
	if m == nil {
		return 0
	}
	at, err := time.Parse(time.RFC3339, m[1])
	if err != nil {
		return 0
	}
	return float64(at.UnixMicro()) / 1e6
}

// suites reads the embedded pack with its suites.
func suites(t *testing.T) *fixtures.Input {
	t.Helper()
	in := &fixtures.Input{Compile: &compiler.Options{Define: map[string][]string{}}, ReadFile: func(name string) ([]byte, error) {
		return fs.ReadFile(entra.FS(), name)
	}}
	for _, p := range entra.Placeholders() {
		in.Compile.Define[p.Name] = p.Values
	}
	err := fs.WalkDir(entra.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(name, "/") {
			return err
		}
		src, err := fs.ReadFile(entra.FS(), name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".test.yml") {
			more, _ := fixtures.ParseSuites(name, src)
			in.Suites = append(in.Suites, more...)
			return nil
		}
		docs, _ := sigma.Parse(name, src)
		in.Documents = append(in.Documents, docs...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}
