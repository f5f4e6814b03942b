package eval

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

const record = `{"a.b": 1, "a": [{"b": 2}, {"b": [3, null]}], "list": [{"type": "Role", "name": "\"Owner\""}, {"type": 5, "name": "x"}, "odd"], "empty": [], "n": null}`

func TestLookup(t *testing.T) {
	t.Parallel()
	event, err := ParseJSON([]byte(record))
	if err != nil {
		t.Fatal(err)
	}
	role := schema.Path{{Key: "list", By: "type", Is: "Role"}, {Key: "name"}}
	for _, test := range []struct {
		name  string
		field *ir.Field
		want  string // the values as JSON; empty if the field is missing
	}{
		{"flat key, path and elements", &ir.Field{Name: "a.b"}, "[1,2,3,null]"},
		{"missing", &ir.Field{Name: "a.c"}, ""},
		{"empty array", &ir.Field{Name: "empty"}, "[]"},
		{"null", &ir.Field{Name: "n"}, "[null]"},
		{"declared path has no flat keys", &ir.Field{Path: schema.Keys("a.b")}, "[2,3,null]"},
		{"member by text", &ir.Field{Path: role}, `["\"Owner\""]`},
		{"unquoted", &ir.Field{Path: role, Unquote: true}, `["Owner"]`},
		{"member by number", &ir.Field{Path: schema.Path{{Key: "list", By: "type", Is: "5"}, {Key: "name"}}}, `["x"]`},
		{"every member", &ir.Field{Path: schema.Path{{Key: "list", By: "type", Every: true}, {Key: "name"}}}, `["\"Owner\"","x"]`},
		{"the first that says something", &ir.Field{First: []schema.Path{schema.Keys("n"), schema.Keys("empty"), role}}, `["Owner"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			values, found := Lookup(event, test.field)
			got := ""
			if found {
				got = JSON(append(Array{}, values...))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzMatch(f *testing.F) {
	f.Add(record, "a*?", "a.b")
	f.Add(`{"f": "ſK"}`, "*s*k", "f")
	f.Fuzz(func(t *testing.T, event, pattern, name string) {
		v, err := ParseJSON([]byte(event))
		if err != nil {
			return
		}
		var parts []ir.Part
		for _, r := range pattern {
			switch r {
			case '*':
				parts = append(parts, ir.Part{Kind: ir.AnyRun})
			case '?':
				parts = append(parts, ir.Part{Kind: ir.AnyOne})
			default:
				parts = append(parts, ir.Part{Kind: ir.Literal, Text: string(r)})
			}
		}
		for _, field := range []*ir.Field{nil, {Name: name}} {
			p := &ir.Test{Field: field, Any: []ir.Match{&ir.Text{Parts: parts}, &ir.Compare{Op: ir.Gt}}}
			if NewMatcher(p).Match(v) == NewMatcher(&ir.Not{X: p}).Match(v) {
				t.Error("a test and its negation agree")
			}
		}
		again, err := ParseJSON([]byte(JSON(v)))
		if err != nil || JSON(again) != JSON(v) {
			t.Errorf("written JSON does not read back: %v", err)
		}
	})
}
