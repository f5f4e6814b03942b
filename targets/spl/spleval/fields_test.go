package spleval

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// audit is what these tests say of events of the sourcetype audit.
func audit(sourcetypes []string) *Events {
	if !slices.Equal(sourcetypes, []string{"audit"}) {
		return nil
	}
	return &Events{Of: "audit", Fields: []KnownField{
		{Name: "_*"}, {Name: "sourcetype"}, {Name: "index"}, {Name: "user"}, {Name: "properties.operation"}, {Name: "properties.target{}.name"},
		{Name: "durationMs", Kind: NumberKind}, {Name: "managed", Kind: BoolKind}, {Name: "tag::*"},
	}}
}

func TestCheckFields(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		search string
		want   string // lines of "place: message"
	}{
		{`sourcetype=audit user=eve tag::user=x _indextime>5`, ""},
		{`sourcetype=audit usr=eve`, `1:18: events of audit have no field "usr": did you mean user?`},
		{`sourcetype=audit properties.operatoin=x`, `1:18: events of audit have no field "properties.operatoin": did you mean properties.operation?`},
		{`sourcetype=audit Properties.Operation=x`, `1:18: events of audit have no field "Properties.Operation": did you mean properties.operation?`},
		{`sourcetype=audit operation IN (x)`, `1:18: events of audit have no field "operation": did you mean properties.operation?`},
		{`(sourcetype=audit OR sourcetype=other) usr=x`, ""},
		{`NOT sourcetype=audit usr=x`, ""},
		{`index=main usr=x`, ""},

		// Commands that make fields.
		{`sourcetype=audit | eval who=user, n=who.1 | where n="x"`, ""},
		{`sourcetype=audit | eval who=usr`, `1:29: events of audit have no field "usr": did you mean user?`},
		{`sourcetype=audit | rex field=user "(?<name>.+)@" | search name=eve`, ""},
		{`sourcetype=audit | rex field=usr "(?<name>.+)@"`, `1:30: events of audit have no field "usr": did you mean user?`},
		{`sourcetype=audit | spath output=a path=b.c | search a=1 | search b=1`, `1:66: events of audit have no field "b"`},
		{`sourcetype=audit | spath | search b=1`, ""},
		{`sourcetype=audit | lookup t usr OUTPUT good AS better | search better=1 good=1`,
			`1:29: events of audit have no field "usr": did you mean user?` + "\n" + `1:73: events of audit have no field "good"`},
		{`sourcetype=audit | lookup t user | search good=1`, ""},
		{`sourcetype=audit | fillnull value=- extra | search extra=x`, ""},
		{`sourcetype=audit | bin durationMs span=5 AS slot | search slot=x`, ""},
		{`sourcetype=audit | convert ctime(durationMs) AS t | search t=x`, ""},
		{`sourcetype=audit | rangemap field=durationMs low=0-5 | search range=low`, ""},
		{`sourcetype=audit | addtotals fieldname=sum durationMs | search sum=1`, ""},
		{`sourcetype=audit | eventstats count AS n BY user | where n>2`, ""},
		{`sourcetype=audit | streamstats count AS n BY usr`, `1:46: events of audit have no field "usr": did you mean user?`},
		{`sourcetype=audit | transaction user maxspan=1h | where eventcount>2 AND duration>1`, ""},
		{`sourcetype=audit | strcat user "/" usr who | search who=x`, `1:36: events of audit have no field "usr": did you mean user?`},
		{`sourcetype=audit | replace "a" WITH "b" IN usr`, `1:44: events of audit have no field "usr": did you mean user?`},
		{`sourcetype=audit | delta durationMs AS d | autoregress d | search d=1 d_p1=2`, ""},
		{`sourcetype=audit | untable user name value | search durationMs=1`, `1:53: untable leaves no field "durationMs": name, user, value`},
		{`sourcetype=audit | xyseries user managed durationMs | search eve=1`, ""},
		{`index=main | table a | appendcols [search sourcetype=audit | table user] | search user=1`, ""},
		{`sourcetype=audit | foreach a* [eval <<FIELD>>=1] | search b=1`, ""},
		{`sourcetype=audit | eval {user}=1 | search b=1`, ""},

		// Commands that leave only what they name.
		{`sourcetype=audit | stats dc(user) BY durationMs | where dc_user>2`, `1:57: stats leaves no field "dc_user": did you mean dc(user)?`},
		{`sourcetype=audit | stats dc(user) AS users BY durationMs | where users>2 AND user="x"`, `1:78: stats leaves no field "user": did you mean users?`},
		{`index=main | stats count BY usr | table user, count`, `1:41: stats leaves no field "user": did you mean usr?`},
		{`sourcetype=audit | stats values(*) AS * BY user | search any=1`, ""},
		{`sourcetype=audit | top limit=3 user BY durationMs | where percent>5 AND share>1`, `1:73: top leaves no field "share": count, durationMs, percent, user`},
		{`index=main | table a, b | sort - c`, `1:34: table leaves no field "c": a, b`},
		{`index=main | fields a | eval t=_time, x=b`, `1:41: fields leaves no field "b": a, t`},
		{`index=main | fields a* | search alpha=1 beta=1`, `1:41: fields leaves no field "beta"`},
		{`sourcetype=audit | table properties.* | search properties.operation=x user=y`, `1:71: table leaves no field "user": properties.operation, properties.target{}.name`},
		{`| makeresults | eval a=b`, `1:24: makeresults leaves no field "b": _time`},

		// Names that are no more.
		{`index=main | rename a AS b | search a=1 b=1`, `1:37: field "a" is called "b" since it was renamed`},
		{`index=main | fields - a | dedup a`, `1:33: field "a" is taken out before`},
		{`index=main | fields - a | eval a=1 | dedup a`, ""},
		{`sourcetype=audit | rename properties.* AS * | search whatever=1`, ""},
		{`sourcetype=audit | rename usr AS who | search who=1`, `1:27: events of audit have no field "usr": did you mean user?`},

		// Whoever asks whether a field is there may be told that it is not.
		{`sourcetype=audit | eval who=coalesce(usr, user) | where isnotnull(other)`, ""},

		// Subsearches have events of their own, and give fields to those around.
		{`index=main | join a [search sourcetype=audit | fields usr]`, `1:55: events of audit have no field "usr": did you mean user?`},
		{`index=main | table a | append [search sourcetype=audit | table user] | search a=1 user=2 b=3`, `1:90: table leaves no field "b": a, user`},
		{`index=main | table a | appendpipe [stats count BY b | eval c=1] | search c=1`, `1:51: table leaves no field "b": a`},
		{`| multisearch [search sourcetype=audit | eval a=1] [search sourcetype=audit | eval b=usr] | search a=1`, `1:86: events of audit have no field "usr": did you mean user?`},
		{`sourcetype=audit [search sourcetype=audit | fields usr]`, `1:52: events of audit have no field "usr": did you mean user?`},

		// What is never equal.
		{`sourcetype=audit durationMs=long`, `1:29: durationMs is a number, and never "long"`},
		{`sourcetype=audit durationMs=5* durationMs=7 durationMs!=long`, ""},
		{`sourcetype=audit managed IN (true, yes)`, `1:36: managed is true or false, and never "yes"`},
		{`sourcetype=audit | rename durationMs AS d | search d=long`, `1:54: d is a number, and never "long"`},
		{`sourcetype=audit | eval durationMs="long" | search durationMs=long`, ""},

		{`sourcetype=audit | where durationMs="long" OR durationMs="5" OR durationMs!="long"`, `1:37: durationMs is a number, and never "long"`},
		{`sourcetype=audit | where "True"=managed OR managed="true"`, `1:26: managed is true or false, and never "True"`},
		{`sourcetype=audit | eval x=if(durationMs="5*", 1, 0), y=if(user="long", 1, 0)`, `1:41: durationMs is a number, and never "5*"`},

		// What can't be read may make any field.
		{`sourcetype=audit | frob | search b=1`, ""},
	} {
		var got []string
		for _, e := range Check(test.search, nil, audit).Fields {
			got = append(got, e.Error())
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.search, diff)
		}
	}
}

// A search whose macros are not given is checked as far as it can be.
func TestCheckMacros(t *testing.T) {
	t.Parallel()
	r := Check("`events` usr=x | `tidy(user, \"a|b\")` | stats count BY user | where usr=1 | statz | `filter`", nil,
		func([]string) *Events { return audit([]string{"audit"}) })
	want := []string{
		`1:1: no macro "events" with 0 arguments is known`,
		`1:18: no macro "tidy" with 2 arguments is known`,
		`1:76: command "statz" is not known here: did you mean stats?`,
		`1:84: no macro "filter" with 0 arguments is known`,
		`1:10: events of audit have no field "usr": did you mean user?`,
		`1:68: stats leaves no field "usr": did you mean user?`,
	}
	var got []string
	for _, e := range slices.Concat(r.Errors, r.Fields) {
		got = append(got, e.Error())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := Parse("`events`", nil); err == nil {
		t.Error("a search with a macro that is not given runs")
	}
}
