package spleval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestErrorPlaces(t *testing.T) {
	t.Parallel()
	opts := &Options{Macros: []Macro{{Name: "bad", Args: []string{"x"}, Definition: "where $x$ >"}}}
	for _, test := range []struct {
		name, text string
		want       Error
	}{
		{"search", "a=1 ü\n| search OR b", Error{Offset: 16, End: 18, Line: 2, Column: 10, Msg: "OR has nothing before it: a term should stand before OR (in quotes it is a keyword)"}},
		{"eval", "a=1 | eval x=foo(1)", Error{Offset: 13, End: 16, Line: 1, Column: 14, Msg: `eval function "foo" is not known here`}},
		{"macro", "a=1 | `bad(b)` | head", Error{Offset: 6, End: 14, Line: 1, Column: 7, Macro: "bad", Msg: "expression ends where a value should stand"}},
		{"after a macro", "`none` x", Error{Offset: 0, End: 6, Line: 1, Column: 1, Msg: `no macro "none" with 0 arguments is known`}},
		{"subsearch", "a=1 [search b=\"]", Error{Offset: 4, End: 5, Line: 1, Column: 5, Msg: "subsearch is not closed: ] is missing"}},
		{"empty", " \n", Error{Offset: 2, End: 2, Line: 2, Column: 1, Msg: "search is empty"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(test.text, opts)
			all := List(err)
			if len(all) != 1 {
				t.Fatalf("%d errors: %v", len(all), err)
			}
			if diff := cmp.Diff(&test.want, all[0], cmp.AllowUnexported()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeveralErrors(t *testing.T) {
	t.Parallel()
	_, err := Parse("a= | bogus | eval x=", nil)
	var all Errors
	if !errors.As(err, &all) {
		t.Fatalf("want Errors, got %T", err)
	}
	want := "1:3: comparison lacks its value\n1:6: command \"bogus\" is not known here\n1:21: expression ends where a value should stand"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func run(t testing.TB, text string, in *Input) *Result {
	t.Helper()
	q, err := Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := q.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func numbered(n int) []Event {
	events := make([]Event, n)
	for i := range events {
		raw := fmt.Sprintf(`{"id":%d,"user":"u%d","action":"Add member to role","result":"success","v":["a","b"]}`, i, i%10)
		events[i] = EventFromJSON([]byte(raw), Meta{Time: float64(1000 + i), Sourcetype: "audit"})
	}
	return events
}

// TestOrigin: a harness can say which events a search kept, whatever their order.
func TestOrigin(t *testing.T) {
	t.Parallel()
	in := &Input{Events: numbered(4)}
	for _, test := range []struct {
		text string
		want []int
	}{
		{"id>1", []int{3, 2}},
		{"id>1 | eval x=1 | sort 0 _time | rename id as n", []int{2, 3}},
		{"id<2 | table id", []int{1, 0}},
		{"id=0 | mvexpand v{}", []int{0, 0}},
		{"* | stats count", []int{-1}},
		{"| multisearch [search id=2] [search id=0]", []int{2, 0}},
	} {
		var got []int
		for _, e := range run(t, test.text, in).Events {
			got = append(got, e.Origin())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", test.text, diff)
		}
	}
	if got := in.Events[0].Get("n"); got != nil {
		t.Errorf("the input was changed: n is %q", got)
	}
}

func TestEventFromJSON(t *testing.T) {
	t.Parallel()
	raw := `{"a":{"b":1,"c":null},"l":[1,"x",{"k":true}],"m":[{"n":"é"},{"n":"\u00e9\ud83d\ude00"}],"deep":[[1,2]],"e":[],"o":{},"s":"","a.b":"flat"}`
	got := EventFromJSON([]byte(raw), Meta{Time: 1.5, Index: "main"}).Fields()
	want := []Field{
		{"_time", []string{"1.5"}}, {"_raw", []string{raw}}, {"index", []string{"main"}},
		{"a.b", []string{"1", "flat"}}, {"a.c", []string{"null"}}, {"l{}", []string{"1", "x"}}, {"l{}.k", []string{"true"}},
		{"m{}.n", []string{"é", "é😀"}}, {"deep{}{}", []string{"1", "2"}}, {"s", []string{""}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := EventFromJSON([]byte("no json"), Meta{}).Fields(); len(got) != 1 {
		t.Errorf("plain text has the fields %v", got)
	}
	cut := EventFromJSON([]byte(`{"a":1,"b":2}`), Meta{MaxChars: 8})
	if cut.Get("a") == nil || cut.Get("b") != nil {
		t.Errorf("cut off at 8 characters: %v", cut.Fields())
	}
}

// TestSpathCutoff: "it finds and extracts all the fields from the first 5,000
// characters in the input field".
func TestSpathCutoff(t *testing.T) {
	t.Parallel()
	raw := `{"a":1,"pad":"` + strings.Repeat("x", 6000) + `","z":2}`
	in := &Input{Events: []Event{EventFromFields(raw, Meta{})}}
	if got := run(t, "* | spath", in).Events[0]; got.First("a") != "1" || got.Get("z") != nil {
		t.Errorf("a is %q, z is %q", got.Get("a"), got.Get("z"))
	}
	if got := run(t, "* | spath z", in).Events[0].First("z"); got != "2" {
		t.Errorf("by path z is %q", got)
	}
	in.SpathChars = -1
	if got := run(t, "* | spath", in).Events[0].First("z"); got != "2" {
		t.Errorf("without a cutoff z is %q", got)
	}
}

func TestResultJSON(t *testing.T) {
	t.Parallel()
	in := &Input{Events: []Event{
		NewEvent(Field{"n", []string{"5"}}, Field{"s", []string{"007"}}, Field{"m", []string{"a", "b"}}),
		NewEvent(Field{"n", []string{"-1.50"}}, Field{"s", []string{"<x>"}}),
	}}
	got, err := run(t, "* | table n s m none", in).JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"columns":[{"name":"n","type":"number"},{"name":"s","type":"string"},{"name":"m","type":"multivalue"},{"name":"none","type":"string"}],` +
		`"rows":[[5,"007",["a","b"],null],[-1.50,"<x>",null,null]]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"| where a=1": 1, "\n| rex \"(?<a>x)\"": 1, "| makeresults": 0, "| union [search a]": 0, "a=1 | where a=1": 0,
		"* | where properties.category=\"x\"": 1, "* | eval x='a'.b, y=a . b, z=a.\"b\"": 0,
	} {
		q, err := Parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(q.Notes()); got != want {
			t.Errorf("%q: %d notes, want %d", text, got, want)
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	e := NewEvent(Field{"a", []string{"1"}}, Field{"b", nil}, Field{"a", []string{"2"}})
	changed := e.WithField("a").WithField("c", "3")
	if diff := cmp.Diff([]Field{{"a", []string{"1", "2"}}}, e.Fields()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Field{{"c", []string{"3"}}}, changed.Fields()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var none Event
	if none.Get("a") != nil || none.First("a") != "" || none.Fields() != nil || none.Origin() != -1 {
		t.Error("the zero event has something")
	}
	if got := none.WithField("x", "1").First("x"); got != "1" {
		t.Errorf("x is %q", got)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	q, err := Parse("a=1 | eval b=2 | stats count", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"search", "eval", "stats"}, q.Commands()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConcurrentRuns(t *testing.T) {
	t.Parallel()
	in := &Input{Events: numbered(200)}
	q, err := Parse(`user=u1 OR user=u2 [search id=1 OR id=2 | fields user] | rename v{} as w | foreach w [eval <<FIELD>>=mvjoin('<<FIELD>>', "")] | stats count by user w`, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			res, err := q.Run(context.Background(), in)
			if err != nil || len(res.Events) != 2 || res.Events[0].First("count") != "20" {
				t.Errorf("%v, %v", res, err)
			}
		})
	}
	wg.Wait()
}

// TestLargeValue refuses one value that is too large, however much a search may
// write in all.
func TestLargeValue(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: large inputs are read without -short")
	}
	q, err := Parse("| makeresults | eval x=\"xxxxxxxxxx\""+strings.Repeat(" | eval x=replace(x, \"x\", \"xxxxxxxxxx\")", 9), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = q.Run(context.Background(), &Input{MaxBytes: 1 << 40})
	if err == nil || !strings.Contains(err.Error(), "a value or row takes more than 67108864 bytes") {
		t.Errorf("got %v", err)
	}
}

// TestHostile: what could take forever, or all memory, ends with an error instead.
func TestHostile(t *testing.T) {
	t.Parallel()
	long := strings.Repeat
	for _, test := range []struct {
		name, text, want string
	}{
		{"parentheses in search", long("(", 100_000) + "a" + long(")", 100_000), "parentheses are nested more than 400 deep"},
		{"parentheses in where", "* | where " + long("(", 100_000) + "1=1" + long(")", 100_000), "expression is nested more than 400 deep"},
		{"calls", "* | eval x=" + long("lower(", 100_000) + "a" + long(")", 100_000), "expression is nested more than 400 deep"},
		{"subsearches", long("[search ", 1000) + "a" + long("]", 1000), "subsearches are nested more than 20 deep"},
		{"terms", "a=1" + long(" OR a=1", 100_000), ""},
		{"nots", long("NOT ", 100_000) + "a", ""},
		{"conditions", "* | where a=1" + long(" OR a=1", 100_000), ""},
		{"signs", "* | eval x=" + long("-", 100_001) + "a", ""},
		{"sums", "* | eval x=1" + long("+1", 100_000), ""},
		{"doubling", "* | eval x=\"xxxxxxxx\"" + long(", x=x.x", 60), "limit reached"},
		{"ranges", "* | eval r=mvrange(0,100000), x=mvmap(r, mvjoin(mvrange(0,100000),\"\"))", "limit reached"},
		{"rows", "| makeresults count=99999999", "limit reached"},
		{"expanding", "* | eval a=mvrange(0,1000), b=a, c=a | mvexpand a | mvexpand b | mvexpand c", "limit reached"},
		{"groups", "* | regex id=\"" + strings.Repeat("(x*)*", 201) + "\"", "regular expression is refused: it has more than 200 groups that capture"},
		{"a long expression", "* | regex id=\"" + strings.Repeat("x", 1<<16+1) + "\"", "regular expression is refused: it has more than 65536 bytes"},
		{"repetition", "* | regex id=\"(((a{100}){100}){100}){100}\"", "regular expression is refused: invalid repeat count: \"{100}\""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			q, err := Parse(test.text, nil)
			if err == nil {
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
				defer cancel()
				_, err = q.Run(ctx, &Input{Events: numbered(2), MaxEvents: 100_000, MaxBytes: 64 << 20})
			}
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, test.want) || test.want == "" && got != "" {
				t.Errorf("want %q, got %q", test.want, got)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	q, err := Parse("* | eval x=1 | stats count", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := q.Run(ctx, &Input{Events: numbered(2000)}); !errors.Is(err, context.Canceled) {
		t.Errorf("want %v, got %v", context.Canceled, err)
	}
}

func BenchmarkSearch(b *testing.B) {
	in := &Input{Events: numbered(10_000)}
	for name, text := range map[string]string{
		"fields": `sourcetype=audit action="Add*role" user IN (u1, u2, u3) NOT result=failure`,
		"where":  `* | where like(action, "Add%") AND match(user, "^u[1-3]$") AND NOT coalesce(result="failure", false())`,
		"stats":  `action="Add member to role" | stats count dc(id) by user`,
	} {
		q, err := Parse(text, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := q.Run(context.Background(), in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(in.Events))/b.Elapsed().Seconds(), "events/s")
		})
	}
}
