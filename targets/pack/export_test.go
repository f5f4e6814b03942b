package pack

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// things are exported as {"value": []} of {"thing": name}.
var things = &Export{
	Wants: "things", Lists: []string{"value"},
	Object: func(data json.RawMessage) ([]Object, bool, error) {
		name := Text(Keys(data)["thing"])
		if name == "" {
			return nil, Keys(data)["thing"] != nil, nil
		}
		return []Object{{ID: name}}, true, nil
	},
}

// TestExport wants each form to be read, and what is none of them to be named.
func TestExport(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, want string }{
		{`{"value": [{"thing": "a"}, {"other": 1}]}`, "[a]"},
		{`[{"thing": "a"}]`, "[a]"},
		{`{"thing": "a"}`, "[a]"},
		{"\ufeff {\"value\": []} ", "[]"},
		{`[]`, "[]"},
		{`{"thing": ""}`, "[]"}, // it is one, though packs have none such
		{" ", "it is empty"},
		{`{"value": [`, "unexpected end of JSON input"},
		{`1`, "the JSON is of the wrong type: number"},
		{`{"value": [{"b": 1, "a": 2}]}`, `it is a JSON object with "value" of objects with the keys "a", "b"; what is read is things`},
		{`{"f": 1, "e": 1, "d": 1, "c": 1, "b": 1, "a": 1}`, `it is a JSON object with the keys "a", "b", "c", "d", "e", 1 more; what is read is things`},
		{`{"value": [{"thing": "a"}], "nextLink": ""}`, "[a]"},
		{`{"value": [{"thing": "a"}], "nextLink": "https://management.azure.com/x"}`, `it is one page of several: "nextLink" names the next one, and drift wants all in one list`},
		{`{"value": [], "@odata.nextLink": "https://graph.microsoft.com/x"}`, `it is one page of several: "@odata.nextLink" names the next one, and drift wants all in one list`},
		{`["a"]`, "it is an array of JSON; what is read is things"},
		{`{}`, "it is a JSON object; what is read is things"},
		{`{"error": {"code": "Forbidden", "message": "not\nyou"}}`, `it is an answer that something failed: "Forbidden: not you"; what is read is things`},
		{`{"messages": [{"type": "ERROR", "text": "not you"}]}`, `it is an answer that something failed: "not you"; what is read is things`},
	} {
		found, err := things.Read([]byte(test.in))
		ids := []string{}
		for _, o := range found {
			ids = append(ids, o.ID)
		}
		got := fmt.Sprint(ids)
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.in, diff)
		}
	}
}

// TestCopies wants an object that several files tell of to be one, and a copy
// that kept the id to be extra.
func TestCopies(t *testing.T) {
	t.Parallel()
	object := func(id, title, query string) Object { return Object{id, title, []Field{{"query", query}}} }
	d := Compare([]Object{object("1", "One", "a")}, []Object{object("1", "Clone of One", "a"), object("1", "One", "a"), object("1", "One", "b")})
	want := &Drift{Changed: []Changed{{"1", "One", "query", "a", "b"}}, Extra: []Object{object("1", "Clone of One", "a")}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
