package spleval

import (
	"slices"
	"strings"
)

func jsonFunctions() map[string]*function {
	return map[string]*function{
		"json": {min: 1, max: 1, apply: func(_ *scope, a []value) value {
			if n := document(a[0]); n != nil && (n.kind == jsonObject || n.kind == jsonArray) {
				return a[0]
			}
			return null
		}},
		"json_valid": {min: 1, max: 1, result: boolKind, apply: func(_ *scope, a []value) value {
			if a[0].isNull() {
				return null
			}
			return boolean(document(a[0]) != nil)
		}},
		"json_object":        {max: -1, check: checkPairs(0), apply: jsonObjectOf},
		"json_array":         {max: -1, apply: jsonArrayOf},
		"json_array_to_mv":   {min: 1, max: 2, apply: jsonArrayToMulti},
		"mv_to_json_array":   {min: 1, max: 2, apply: multiToJSONArray},
		"json_extract":       {min: 1, max: -1, apply: extractPaths(parsePath)},
		"json_extract_exact": {min: 1, max: -1, apply: extractPaths(exactPath)},
		"json_set":           {min: 3, max: -1, check: checkPairs(1), apply: editPaths(parsePath, setNode)},
		"json_set_exact":     {min: 3, max: -1, check: checkPairs(1), apply: editPaths(exactPath, setNode)},
		"json_append":        {min: 3, max: -1, check: checkPairs(1), apply: editPaths(parsePath, appendNode)},
		"json_extend":        {min: 3, max: -1, check: checkPairs(1), apply: editPaths(parsePath, extendNode)},
		"json_delete":        {min: 2, max: -1, apply: jsonDelete},
		"json_keys":          {min: 1, max: 1, apply: jsonKeys},
		"json_entries":       {min: 1, max: 1, apply: jsonEntries},
		"json_has_key_exact": {min: 2, max: 2, result: boolKind, apply: jsonHasKey},
		"spath":              {min: 2, max: 2, apply: spathOf},
	}
}

func checkPairs(before int) func(x *exprParser, c *call) *Error {
	return func(x *exprParser, c *call) *Error {
		if (len(c.args)-before)%2 != 0 {
			return x.errorf(c.lo, c.hi, "keys and values come in pairs, and the last has no value")
		}
		return nil
	}
}

// document reads a value as JSON, nil if it is none.
func document(v value) *jsonNode {
	if v.isNull() || v.isMulti() {
		return nil
	}
	s, _ := v.text()
	n, err := parseJSON(s)
	if err != nil {
		return nil
	}
	return n
}

// recentDocuments keeps what was read last: a search takes many values out of
// one text, one call of json_extract after the other. What it gives is not to
// be changed.
type recentDocuments struct {
	texts [4]string
	nodes [4]*jsonNode
	next  int
}

func (r *recentDocuments) read(v value) *jsonNode {
	if v.isNull() || v.isMulti() {
		return nil
	}
	s, _ := v.text()
	for i, text := range r.texts {
		if text == s && r.nodes[i] != nil {
			return r.nodes[i]
		}
	}
	n := document(v)
	r.texts[r.next], r.nodes[r.next] = s, n
	r.next = (r.next + 1) % len(r.texts)
	return n
}

// toNode makes JSON of a value that goes into a document. A text that is a JSON
// object or array goes in as one, as fields hold no types: gamelist, a field made
// by json_array(), nests in json_object("cooperative", gamelist).
func toNode(v value) *jsonNode {
	switch v.kind {
	case kindNull:
		return &jsonNode{kind: jsonNull}
	case kindBool:
		s, _ := v.text()
		return &jsonNode{kind: jsonBool, text: s}
	case kindNumber:
		s, _ := v.text()
		if n, err := parseJSON(s); err == nil && n.kind == jsonNumber {
			return n
		}
		return &jsonNode{kind: jsonString, text: s}
	case kindMulti:
		return stringArray(v.multi)
	}
	if strings.HasPrefix(v.s, "{") || strings.HasPrefix(v.s, "[") {
		if n, err := parseJSON(v.s); err == nil {
			return n
		}
	}
	return &jsonNode{kind: jsonString, text: v.s}
}

func stringArray(list []string) *jsonNode {
	n := &jsonNode{kind: jsonArray}
	for _, s := range list {
		n.kids = append(n.kids, &jsonNode{kind: jsonString, text: s})
	}
	return n
}

// native turns JSON into a value: "Converts a JSON string to a string, a JSON
// Boolean to a Boolean, a JSON null to a null".
func native(n *jsonNode) value {
	switch n.kind {
	case jsonNull:
		return null
	case jsonBool:
		return boolean(n.text == "true")
	case jsonNumber:
		return fromText(n.text)
	default:
		return str(n.scalar())
	}
}

func jsonObjectOf(_ *scope, a []value) value {
	n := &jsonNode{kind: jsonObject}
	for i := 0; i+1 < len(a); i += 2 {
		key, ok := a[i].text()
		if !ok {
			return null
		}
		n.put(key, toNode(a[i+1]))
	}
	return str(n.String())
}

// put gives a key a value, in the place that it had or at the end.
func (n *jsonNode) put(key string, kid *jsonNode) {
	if i := n.member(key); i >= 0 {
		n.kids[i] = kid
		return
	}
	n.keys, n.kids = append(n.keys, key), append(n.kids, kid)
}

func jsonArrayOf(_ *scope, a []value) value {
	n := &jsonNode{kind: jsonArray}
	for _, v := range a {
		n.kids = append(n.kids, toNode(v))
	}
	return str(n.String())
}

// jsonArrayToMulti: "By default [...] removes bracketing quotes from JSON string
// data types"; with true() it keeps them.
func jsonArrayToMulti(sc *scope, a []value) value {
	n := document(a[0])
	if n == nil || n.kind != jsonArray {
		return null
	}
	out := make([]string, len(n.kids))
	for i, kid := range n.kids {
		out[i] = kid.scalar()
		if len(a) == 2 && isTrue(a[1]) {
			out[i] = kid.String()
		}
	}
	if !sc.rt.room(16 * len(out)) {
		return null
	}
	return multi(out)
}

// multiToJSONArray: all values are strings; with true() each that is JSON is that
// value, and what is none "turns [...] into a null data type".
func multiToJSONArray(_ *scope, a []value) value {
	if a[0].isNull() {
		return null
	}
	n := stringArray(a[0].list())
	if len(a) == 2 && isTrue(a[1]) {
		for i, kid := range n.kids {
			typed, err := parseJSON(kid.text)
			if err != nil {
				typed = &jsonNode{kind: jsonNull}
			}
			n.kids[i] = typed
		}
	}
	return str(n.String())
}

func jsonKeys(_ *scope, a []value) value {
	n := document(a[0])
	if n == nil || n.kind != jsonObject {
		return null
	}
	return str(stringArray(n.keys).String())
}

// jsonEntries: "a JSON array of JSON objects with fields key and value".
func jsonEntries(_ *scope, a []value) value {
	n := document(a[0])
	if n == nil || n.kind != jsonObject {
		return null
	}
	all := &jsonNode{kind: jsonArray}
	for i, key := range n.keys {
		e := &jsonNode{kind: jsonObject}
		e.put("key", &jsonNode{kind: jsonString, text: key})
		e.put("value", n.kids[i])
		all.kids = append(all.kids, e)
	}
	return str(all.String())
}

func jsonHasKey(_ *scope, a []value) value {
	n := document(a[0])
	key, ok := a[1].text()
	if n == nil || !ok {
		return null
	}
	return boolean(n.kind == jsonObject && n.member(key) >= 0)
}

// jsonDelete: "Array indexing is not supported." Keys that are not there change
// nothing.
func jsonDelete(_ *scope, a []value) value {
	n := document(a[0])
	if n == nil || n.kind != jsonObject {
		return null
	}
	for _, v := range a[1:] {
		keys, _ := v.text()
		names := []string{keys}
		if list := document(v); list != nil && list.kind == jsonArray {
			names = nil
			for _, k := range list.kids {
				names = append(names, k.text)
			}
		}
		for _, name := range names {
			deleteKey(n, strings.Split(name, "."))
		}
	}
	return str(n.String())
}

func deleteKey(n *jsonNode, path []string) {
	i := n.member(path[0])
	switch {
	case i < 0:
	case len(path) == 1:
		n.keys, n.kids = slices.Delete(n.keys, i, i+1), slices.Delete(n.kids, i, i+1)
	default:
		deleteKey(n.kids[i], path[1:])
	}
}

// extractPaths is json_extract: no path gives the whole as a native value, one its
// value, several a JSON array of their values.
func extractPaths(read func(string) (jsonPath, bool)) func(*scope, []value) value {
	return func(sc *scope, a []value) value {
		n := sc.rt.documents.read(a[0])
		if n == nil {
			return null
		}
		if len(a) == 1 {
			return native(n)
		}
		all := &jsonNode{kind: jsonArray}
		for _, v := range a[1:] {
			text, _ := v.text()
			path, ok := read(text)
			found := &jsonNode{kind: jsonNull}
			if ok {
				found = path.extract(n)
			}
			if len(a) == 2 {
				return native(found)
			}
			all.kids = append(all.kids, found)
		}
		return str(all.String())
	}
}

// editPaths is json_set and its kin: "evaluates <path_value_pairs> from left to
// right", each on what the one before left.
func editPaths(read func(string) (jsonPath, bool), edit func(n *jsonNode, p jsonPath, v *jsonNode)) func(*scope, []value) value {
	return func(sc *scope, a []value) value {
		n := document(a[0])
		if n == nil || n.kind != jsonObject && n.kind != jsonArray {
			return null
		}
		for i := 1; i+1 < len(a); i += 2 {
			text, _ := a[i].text()
			path, ok := read(text)
			if !ok {
				continue
			}
			edit(n, path, toNode(a[i+1]))
			if !sc.rt.room(16 * n.count()) {
				return null
			}
		}
		out := n.String()
		if !sc.rt.room(len(out)) {
			return null
		}
		return str(out)
	}
}

// spathOf is the function spath(X, path): the values at the path.
func spathOf(_ *scope, a []value) value {
	n := document(a[0])
	text, _ := a[1].text()
	path, ok := parsePath(text)
	if n == nil || !ok {
		return null
	}
	return multi(path.texts(n))
}
