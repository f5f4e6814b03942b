package spl

import (
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// A value is an expression that gives what a field holds.
type value struct {
	text string
	typ  schema.Type

	// many tells that text is a field which may have several values.
	many bool

	// list is the expression of a list below a member, and text then reads one
	// of its elements. A mvmap goes through the elements under the name of the
	// member's field: manual, mvmap: "iterates over the values of a multivalue
	// field, performs an operation using the <expression> on each value".
	list string
}

// column gives the field of Splunk that holds a field of the event, or "" if
// it takes an expression to get there. In an open log every field is one, under
// the name that the rule writes.
func (s *scope) column(f *ir.Field) string {
	switch {
	case s.member != "":
		return ""
	case f.Path == nil:
		return f.Name
	case s.log.Under(f.Name) != nil:
		return ""
	}
	if _, ok := plainKeys(f.Path); ok {
		return f.Name
	}
	return ""
}

// plainKeys gives the keys of a path that selects no members.
func plainKeys(p schema.Path) ([]string, bool) {
	keys := make([]string, len(p))
	for i, step := range p {
		if step.By != "" || step.Every {
			return nil, false
		}
		keys[i] = step.Key
	}
	return keys, true
}

// value gives the expression for a field. A name that can't be written is
// reported.
func (s *scope) value(f *ir.Field) value {
	if column := s.column(f); column != "" {
		if !nameable(column) {
			s.unsupported(f.At, "SPL has no way to write the field name "+text(column))
		}
		return value{text: field(column), typ: f.Type, many: s.log.Open || f.Type == schema.Any}
	}
	if v, ok := s.below(f); ok {
		return v
	}
	if s.member != "" {
		return memberValue(field(s.member), field(s.member), f)
	}
	return listValue(f)
}

// listValue gives the value of a property of a list of names and values, which
// the macro has turned into a map; or the list or member itself.
func listValue(f *ir.Field) value {
	step := f.Path[0]
	if len(f.Path) == 1 {
		return value{text: "mvfilter(" + selects(field(step.Key), step) + ")"}
	}
	root := field(mapName(step.Key))
	below := *f
	below.Path, below.Unquote = f.Path[1:], false
	return memberValue(root, jsonExact(root, step.Is), &below)
}

// mapName names the map that the macro makes of a list of names and values.
func mapName(list string) string { return list + "Map" }

// memberValue follows the path of a field from an expression over the field
// root that gives a JSON object. Below a list of names and values it goes
// through the map, whose values the macro has unquoted, or through every
// element; the elements then have the name of root.
func memberValue(root, object string, f *ir.Field) value {
	v := value{text: object, typ: f.Type}
	mapped := false
	for _, step := range f.Path {
		switch {
		case step.Every:
			v.list = "json_array_to_mv(" + jsonGet(v.text, step.Key) + ")"
			v.text, mapped = root, false
		case step.By != "":
			v.text = jsonExact(jsonGet(v.text, mapName(step.Key)), step.Is)
			mapped = true
		default:
			v.text = jsonGet(v.text, step.Key)
		}
	}
	if f.Type == schema.Any && v.list == "" {
		v.list, v.text = elements(v.text), root
	}
	if f.Unquote && !mapped {
		v.text = unquoted(v.text)
	}
	return v
}

// elements gives the elements of a list, or the value that is none.
func elements(v string) string { return "coalesce(json_array_to_mv(" + v + "), " + v + ")" }

// whole is what is absent if the field is.
func (v value) whole() string {
	if v.list == "" {
		return v.text
	}
	return "mvmap(" + v.list + ", " + v.text + ")"
}

// selects is the condition by which a step picks members of a list.
func selects(member string, step schema.Step) string {
	if step.Every || step.By == "" {
		return "isnotnull(" + member + ")"
	}
	return jsonGet(member, step.By) + "=" + text(step.Is)
}

// jsonGet reads a key of a JSON object. Manual, json_extract_exact: it takes
// "literal strings" for keys, where json_extract reads dots and braces as a
// path.
func jsonGet(object, key string) string {
	if strings.ContainsAny(key, ".{}") {
		return jsonExact(object, key)
	}
	return "json_extract(" + object + ", " + text(key) + ")"
}

func jsonExact(object, key string) string {
	return "json_extract_exact(" + object + ", " + text(key) + ")"
}

// unquoted reads a JSON string inside a string; other text stays as it is.
func unquoted(v string) string {
	return "if(match(" + v + `, "^\".*\"$"), coalesce(json_extract("[" . ` + v + ` . "]", "{0}"), ` + v + "), " + v + ")"
}

// ask is the condition that one of the values satisfies one of the matches.
// mvfilter and mvfind go through the values of a field, and give null if none
// does; so these conditions are never null.
func (v value) ask(m []ir.Match, negated bool) cond {
	c := onValue(v.text, v.typ, m)
	switch {
	case v.list != "":
		return call("isnotnull", "mvmap("+v.list+", if("+c.text+", 1, null()))")
	case v.many:
		if pattern, ok := onePattern(m); ok {
			return call("isnotnull", "mvfind("+v.text+", "+text(pattern)+")")
		}
		return call("isnotnull", "mvfilter("+c.text+")")
	case negated:
		return allOf(call("isnotnull", v.text), c)
	}
	return c
}
