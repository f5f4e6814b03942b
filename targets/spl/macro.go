package spl

import (
	"slices"
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// A Macro is a search macro that queries call by its name in backquotes. It
// must be there before a query runs.
type Macro struct {
	Name       string
	Args       []string
	Definition string
	Doc        string
}

// Macros gives the macros that the queries of a log call: one that finds the
// log's events, whichever add-on brought them in, and gives each field its
// canonical name. The index and the sourcetypes stand there and nowhere else.
// An open log has none.
func Macros(log *schema.Log) []Macro {
	if log.Open || log.SPL.Macro == "" {
		return nil
	}
	m := newMacro(log)
	var lines []string
	if log.SPL.Fields {
		lines = append(append([]string{m.find()}, m.renames()...), m.unnamed()...)
	} else {
		lines = append([]string{m.base(), m.evals()}, m.callers()...)
	}
	for _, list := range log.Lists {
		lines = append(lines, m.list(list))
	}
	lines = append(lines, m.made()...)
	lines = append(lines, m.derived()...)
	return []Macro{{
		Name:       log.SPL.Macro,
		Definition: strings.Join(lines, "\n"),
		Doc:        "Finds the events of " + log.Title + " and gives their fields the names that rules use. Narrow the index here.",
	}}
}

// A macro is the definition for one log that is being written.
type macro struct {
	log    *schema.Log
	shapes []*schema.Shape // those of Splunk
}

func newMacro(log *schema.Log) *macro {
	m := &macro{log: log}
	for _, s := range log.Shapes {
		if s.Sourcetype != "" {
			m.shapes = append(m.shapes, s)
		}
	}
	return m
}

// find finds the events.
func (m *macro) find() string {
	quoted := make([]string, len(m.log.SPL.Sourcetypes))
	for i, s := range m.log.SPL.Sourcetypes {
		quoted[i] = text(s)
	}
	of := "sourcetype=" + quoted[0]
	switch {
	case m.log.SPL.Tagged():
		of = ""
	case len(quoted) > 1:
		of = "sourcetype IN (" + strings.Join(quoted, ", ") + ")"
	}
	return "(" + strings.Join(strings.Fields("index=* "+of+" "+m.log.SPL.Find), " ") + ")"
}

// base finds the events, and in each the record that the product wrote and the
// canonical event within it.
func (m *macro) base() string {
	event := func(s *schema.Shape) string { return jsonPath("_raw", schema.Steps(s.Base)) }
	record := func(s *schema.Shape) string { return jsonPath("_raw", root(s)) }
	return m.find() + "\n| eval record=" + m.bySourcetype(record) + ",\n    event=" + m.bySourcetype(event)
}

// root is where the record stands that a shape moves fields about in: what is
// above the canonical event, if all addresses are there.
func root(s *schema.Shape) []string {
	base := schema.Steps(s.Base)
	if len(base) == 0 {
		return nil
	}
	above := base[:len(base)-1]
	for _, a := range s.Moved {
		for _, at := range slices.Concat(a.At, a.Copies) {
			if keys := schema.Steps(at); len(keys) <= len(above) || !slices.Equal(keys[:len(above)], above) {
				return nil
			}
		}
	}
	return above
}

// jsonPath reads a place of a JSON text; no keys are the text itself.
func jsonPath(object string, keys []string) string {
	var plain []string
	for i, k := range keys {
		if strings.ContainsAny(k, ".{}") {
			if i > 0 {
				object = jsonPath(object, keys[:i])
			}
			return jsonPath(jsonExact(object, k), keys[i+1:])
		}
		plain = append(plain, k)
	}
	if len(plain) == 0 {
		return object
	}
	return "json_extract(" + object + ", " + text(strings.Join(plain, ".")) + ")"
}

// bySourcetype writes what differs from sourcetype to sourcetype. Several
// shapes of one sourcetype are tried one after the other, the deeper first.
func (m *macro) bySourcetype(of func(*schema.Shape) string) string {
	var names []string
	each := map[string][]string{}
	for _, s := range m.shapes {
		if each[s.Sourcetype] == nil {
			names = append(names, s.Sourcetype)
		}
		if x := of(s); !slices.Contains(each[s.Sourcetype], x) {
			each[s.Sourcetype] = append(each[s.Sourcetype], x)
		}
	}
	var groups []string // what the sourcetypes say, each once
	in := map[string][]string{}
	for _, name := range names {
		x := coalesce(deeperFirst(each[name]))
		if in[x] == nil {
			groups = append(groups, x)
		}
		in[x] = append(in[x], name)
	}
	if len(groups) == 1 {
		return groups[0]
	}
	last := groups[len(groups)-1]
	var cases []string
	for _, x := range groups[:len(groups)-1] {
		cases = append(cases, sourcetypeIs(in[x])+", "+x)
	}
	return "case(" + strings.Join(append(cases, "true(), "+last), ", ") + ")"
}

// deeperFirst puts body.records before body: what stands in the one is also an
// answer for the other.
func deeperFirst(x []string) []string {
	slices.SortStableFunc(x, func(a, b string) int { return strings.Count(b, ".") - strings.Count(a, ".") })
	return x
}

func sourcetypeIs(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = text(n)
	}
	return oneOf("sourcetype", quoted)[0].text
}

// coalesce gives the first of some expressions that is not null.
func coalesce(x []string) string {
	if len(x) == 1 {
		return x[0]
	}
	return "coalesce(" + strings.Join(x, ", ") + ")"
}

// evals gives each declared field its value. Manual, json_extract: it gives a
// string for a JSON string, and null for JSON's null and for what is not there.
func (m *macro) evals() string {
	var lines []string
	for _, f := range m.log.Fields {
		if f.First != nil || f.Made != nil {
			continue
		}
		path := f.Path
		if path == nil {
			path = schema.Path{{Key: f.Name}}
		}
		keys, ok := plainKeys(path)
		if !ok {
			continue
		}
		v := m.read(keys)
		switch f.Type {
		case schema.Any:
			v = elements(v)
		case schema.Time:
			v = m.utc(v)
		}
		if f.Unquote {
			v = unquoted(v)
		}
		lines = append(lines, searchField(f.Name)+"="+v)
	}
	return "| eval " + strings.Join(lines, ",\n    ")
}

// utc writes a time as rules see it: with a Z, which products write as an
// offset of zero or leave out.
func (m *macro) utc(v string) string {
	v = "replace(" + v + `, "\\+00:00$", "Z")`
	if slices.ContainsFunc(m.shapes, func(s *schema.Shape) bool { return s.Times == "bare" }) {
		v = "replace(" + v + `, "(T[\\d:.]+)$", "\\1Z")`
	}
	return v
}

// callers finds who did it in records of PIM, which write it as a list of
// identities in JSON text.
func (m *macro) callers() []string {
	const info = "'properties.CallerInfo'"
	identity := func(kind string) string {
		return "mvindex(mvmap(json_array_to_mv(" + info + "), if(" + jsonGet(info, "CallerIdentityType") + "=" + text(kind) +
			", nullif(" + jsonGet(info, "CallerIdentityValue") + `, ""), null())), 0)`
	}
	if !m.declares("caller") || !m.declares("properties.CallerInfo") {
		return nil
	}
	line := `| eval caller=coalesce(nullif(caller, ""), ` + identity("UPN") + ", " + identity("ObjectID") + ")"
	if m.declares("callerId") {
		line += ",\n    callerId=coalesce(nullif('claims.objectidentifier', \"\"), " + identity("ObjectID") + ")"
	}
	return []string{line}
}

func (m *macro) declares(name string) bool {
	return slices.ContainsFunc(m.log.Fields, func(f *schema.Field) bool { return f.Name == name })
}

// read gives the expression that reads a canonical path, wherever the shapes
// keep it.
func (m *macro) read(keys []string) string {
	lists := make(map[*schema.Shape][]string, len(m.shapes))
	var longest []string
	for _, s := range m.shapes {
		lists[s] = addresses(s, keys)
		if len(lists[s]) > len(longest) {
			longest = lists[s]
		}
	}
	for _, s := range m.shapes {
		// Without a base event and record are one, and what the record of other
		// shapes is asked for may be asked of it.
		whole := s.Base == "" && within(asked(lists[s], "record"), longest)
		if !whole && !within(lists[s], longest) {
			return m.bySourcetype(func(s *schema.Shape) string { return coalesce(lists[s]) })
		}
	}
	return coalesce(longest)
}

// asked lets expressions that read the event read another field.
func asked(x []string, of string) []string {
	out := make([]string, len(x))
	for i, s := range x {
		out[i] = strings.Replace(s, "(event,", "("+of+",", 1)
	}
	return out
}

// within tells whether the one list is a part of the other, in its order: then
// the longer one reads both shapes, for what it tries besides is not there.
func within(part, whole []string) bool {
	for _, x := range whole {
		if len(part) > 0 && part[0] == x {
			part = part[1:]
		}
	}
	return len(part) == 0
}

// addresses gives the expressions that read a path in a shape, in the order in
// which they are tried.
func addresses(s *schema.Shape, keys []string) []string {
	for n := len(keys); n > 0; n-- {
		i := slices.IndexFunc(s.Moved, func(a schema.Address) bool { return slices.Equal(schema.Steps(a.Path), keys[:n]) })
		if i < 0 {
			continue
		}
		var out []string
		for _, at := range slices.Concat(s.Moved[i].At, s.Moved[i].Copies) {
			out = append(out, place(s, append(schema.Steps(at), keys[n:]...)))
		}
		return slices.Compact(out)
	}
	return []string{place(s, append(schema.Steps(s.Base), keys...))}
}

// place reads an address from the event if it is within it, else from the
// record. Of a shape without a base both are the same.
func place(s *schema.Shape, keys []string) string {
	base := schema.Steps(s.Base)
	if s.Base == "" || len(keys) > len(base) && slices.Equal(keys[:len(base)], base) {
		return jsonPath("event", keys[len(base):])
	}
	return jsonPath("record", keys[len(root(s)):])
}

// list gives a list as a multivalue field of JSON objects. A list of names and
// values within each of them is added to it as a map, so that a name is found
// together with its own value; one of the event itself becomes a field.
func (m *macro) list(l *schema.List) string {
	name := field(l.Name)
	line := "| eval " + searchField(l.Name) + "=json_array_to_mv(" + m.read([]string{l.Name}) + ")"
	for _, inner := range l.Lists {
		if inner.Map {
			line += ",\n    " + searchField(l.Name) + "=" + withMap(name, inner)
		}
	}
	if l.Map {
		line += ",\n    " + searchField(mapName(l.Name)) + "=" + mapOf(name, name, l)
	}
	return line
}

// withMap adds the map of an inner list to each member of a list. The member's
// own text follows after its opening brace.
func withMap(member string, inner *schema.List) string {
	elements := "json_array_to_mv(" + jsonGet(member, inner.Name) + ")"
	return "mvmap(" + member + ", " + text(`{"`+mapName(inner.Name)+`":`) + " . " + mapOf(elements, member, inner) +
		" . if(like(" + member + `, "%:%"), ",", "") . substr(` + member + ", 2))"
}

// mapOf makes a JSON object of a list of names and values: each element stands
// under its name. A mvmap goes through the elements under the name of a field.
func mapOf(elements, element string, l *schema.List) string {
	for _, f := range l.Fields {
		if f.Unquote {
			elements = "mvmap(" + elements + ", " + unquoteKey(element, f.Name) + ")"
		}
	}
	key := jsonGet(element, l.By)
	named := "if(isnotnull(" + key + "), trim(json_array(" + key + `), "[]") . ":" . ` + element + ", null())"
	return `"{" . coalesce(mvjoin(mvmap(` + elements + ", " + named + `), ","), "") . "}"`
}

// unquoteKey replaces the value of a key, which is JSON inside JSON, by the
// text that it holds.
func unquoteKey(element, key string) string {
	v := jsonGet(element, key)
	return "if(match(" + v + `, "^\".*\"$"), json_set(` + element + ", " + text(key) +
		`, coalesce(json_extract("[" . ` + v + ` . "]", "{0}"), ` + v + ")), " + element + ")"
}

// derived gives the derived fields: of each the first of its paths that leads
// to something.
func (m *macro) derived() []string {
	var lines []string
	for _, f := range m.log.Fields {
		if f.First == nil {
			continue
		}
		var tries []string
		for _, path := range f.First {
			tries = append(tries, m.first(path))
		}
		v := coalesce(tries)
		if len(tries) > 1 {
			v = "coalesce(\n        " + strings.Join(tries, ",\n        ") + ")"
		}
		lines = append(lines, searchField(f.Name)+"="+v)
	}
	if len(lines) == 0 {
		return nil
	}
	return []string{"| eval " + strings.Join(lines, ",\n    ")}
}

// first gives the first value at a path that is not empty.
func (m *macro) first(path schema.Path) string {
	filled := func(v string) string { return "nullif(" + v + `, "")` }
	keys, ok := plainKeys(path)
	if !ok {
		return firstValue(m.log, path, filled)
	}
	for _, f := range m.log.Fields {
		if slices.Equal(f.Path, path) {
			return filled(field(f.Name))
		}
	}
	return filled(m.read(keys))
}

// firstValue gives the first value at a path into a list, of those that each
// leaves there.
func firstValue(log *schema.Log, path schema.Path, each func(string) string) string {
	step := path[0]
	below := &ir.Field{Path: path[1:]}
	if len(path) > 1 && step.By != "" && !step.Every && isMap(log, step.Key) {
		root := field(mapName(step.Key))
		return each(memberValue(root, jsonExact(root, step.Is), below).text)
	}
	name := field(step.Key)
	v := each(memberValue(name, name, below).text)
	if !step.Every {
		v = "if(" + selects(name, step) + ", " + v + ", null())"
	}
	return "mvindex(mvmap(" + name + ", " + v + "), 0)"
}

// isMap tells whether a list of the event is one of names and values.
func isMap(log *schema.Log, list string) bool {
	return slices.ContainsFunc(log.Lists, func(l *schema.List) bool { return l.Name == list && l.Map })
}
