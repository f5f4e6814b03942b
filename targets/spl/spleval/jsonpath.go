package spleval

import (
	"slices"
	"strconv"
	"strings"
)

// A jsonPath is a location path of spath and the json_ functions: "one or more
// location steps, separated by periods. A location step is composed of a field
// name and an optional index surrounded by curly brackets."
type jsonPath []pathStep

// A pathStep goes to a member, to all elements of an array ({}), or to one ({2}).
type pathStep struct {
	key   string
	array bool
	index int // -1 is all
}

// parsePath reads a path. The empty one is the document itself, as in
// json_append(employees_array, "", <<ITEM>>).
func parsePath(text string) (jsonPath, bool) {
	var path jsonPath
	if text == "" {
		return path, true
	}
	for _, part := range strings.Split(text, ".") {
		key := part
		if i := strings.IndexByte(part, '{'); i >= 0 {
			key = part[:i]
		}
		if key != "" {
			path = append(path, pathStep{key: key})
		}
		for rest := part[len(key):]; rest != ""; {
			end := strings.IndexByte(rest, '}')
			if rest[0] != '{' || end < 0 {
				return nil, false
			}
			step := pathStep{array: true, index: -1}
			if end > 1 {
				n, err := strconv.Atoi(rest[1:end])
				if err != nil || n < 0 {
					return nil, false
				}
				step.index = n
			}
			path = append(path, step)
			rest = rest[end+1:]
		}
		if part == "" {
			return nil, false
		}
	}
	return path, len(path) > 0
}

// exactPath takes a text as one key, dots and braces included.
func exactPath(text string) (jsonPath, bool) { return jsonPath{{key: text}}, true }

// many says whether the path may lead to several values.
func (p jsonPath) many() bool {
	for _, s := range p {
		if s.array && s.index < 0 {
			return true
		}
	}
	return false
}

// nodes gives what the path leads to, in order.
func (p jsonPath) nodes(n *jsonNode) []*jsonNode {
	if len(p) == 0 {
		return []*jsonNode{n}
	}
	step, rest := p[0], p[1:]
	switch {
	case !step.array:
		if n.kind == jsonObject {
			if i := n.member(step.key); i >= 0 {
				return rest.nodes(n.kids[i])
			}
		}
	case n.kind != jsonArray:
	case step.index >= 0:
		if step.index < len(n.kids) {
			return rest.nodes(n.kids[step.index])
		}
	default:
		var all []*jsonNode
		for _, kid := range n.kids {
			all = append(all, rest.nodes(kid)...)
		}
		return all
	}
	return nil
}

// extract gives one value, or with {} an array of all: "{}.Bridges{}.name" gathers
// the names of all bridges in one flat array. "{}" of an object is the object.
func (p jsonPath) extract(n *jsonNode) *jsonNode {
	if len(p) == 1 && p[0].array && p[0].index < 0 && n.kind == jsonObject {
		return n
	}
	found := p.nodes(n)
	switch {
	case len(found) == 0:
		return &jsonNode{kind: jsonNull}
	case p.many():
		return &jsonNode{kind: jsonArray, kids: found}
	default:
		return found[0]
	}
}

// texts gives the values at the path as a field holds them.
func (p jsonPath) texts(n *jsonNode) []string {
	var out []string
	for _, found := range p.nodes(n) {
		if found.kind == jsonNull {
			out = append(out, "null")
			continue
		}
		out = append(out, found.scalar())
	}
	return out
}

// setNode: "If the path contains a list of keys, all of the keys in the chain are
// created if the keys don't exist. If there's a mismatch between the JSON object
// and the path, the update is skipped".
func setNode(n *jsonNode, p jsonPath, v *jsonNode) {
	if len(p) == 0 {
		return
	}
	step, rest := p[0], p[1:]
	if step.array {
		if n.kind != jsonArray {
			return
		}
		for i, kid := range n.kids {
			if step.index >= 0 && step.index != i {
				continue
			}
			if len(rest) == 0 {
				n.kids[i] = v.clone()
			} else {
				setNode(kid, rest, v)
			}
		}
		return
	}
	if n.kind != jsonObject {
		return
	}
	if len(rest) == 0 {
		n.put(step.key, v.clone())
		return
	}
	i := n.member(step.key)
	if i < 0 {
		if rest[0].array {
			return
		}
		n.put(step.key, &jsonNode{kind: jsonObject})
		i = len(n.kids) - 1
	}
	setNode(n.kids[i], rest, v)
}

// appendNode: "ignores path-value pairs for which the <path> does not identify any
// valid value", and "autowraps the scalar or object value within an array".
func appendNode(n *jsonNode, p jsonPath, v *jsonNode) {
	for _, found := range p.withoutTail().nodes(n) {
		wrap(found)
		found.kids = append(found.kids, v.clone())
	}
}

// extendNode "flattens arrays into their component values and appends those values".
func extendNode(n *jsonNode, p jsonPath, v *jsonNode) {
	for _, found := range p.withoutTail().nodes(n) {
		wrap(found)
		if v := v.clone(); v.kind == jsonArray {
			found.kids = append(found.kids, v.kids...)
		} else {
			found.kids = append(found.kids, v)
		}
	}
}

// withoutTail lets a{} name the array a itself.
func (p jsonPath) withoutTail() jsonPath {
	if len(p) > 1 && p[len(p)-1].array && p[len(p)-1].index < 0 {
		return p[:len(p)-1]
	}
	return p
}

func wrap(n *jsonNode) {
	if n.kind != jsonArray {
		old := *n
		*n = jsonNode{kind: jsonArray, kids: []*jsonNode{&old}}
	}
}

// clone copies a value, so that what goes to two places can be changed in one.
func (n *jsonNode) clone() *jsonNode {
	c := *n
	c.keys = slices.Clone(n.keys)
	c.kids = make([]*jsonNode, len(n.kids))
	for i, kid := range n.kids {
		c.kids[i] = kid.clone()
	}
	return &c
}

// count is the number of values in a document.
func (n *jsonNode) count() int {
	total := 1
	for _, kid := range n.kids {
		total += kid.count()
	}
	return total
}
