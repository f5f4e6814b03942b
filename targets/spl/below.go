package spl

import (
	"strings"

	"github.com/sigproof/sigproof/compiler/ir"
)

// mostKeys is how many keys below an open object a field may have: each but the
// last may hold an array or not, and every way to the value is tried.
const mostKeys = 6

// below gives the values of a field below an open object, of which the macro
// gives the JSON text. Their list is an expression over the object's field.
func (s *scope) below(f *ir.Field) (v value, ok bool) {
	if s.member != "" || f.Path == nil {
		return value{}, false
	}
	open := s.log.Under(f.Name)
	if open == nil {
		return value{}, false
	}
	keys, _ := plainKeys(f.Path[len(open.Path):])
	if len(keys) > mostKeys {
		s.unsupported(f.At, "SPL has no way to follow "+text(f.Name)+": an array may stand under each of its keys, which are too many")
		keys = keys[:mostKeys]
	}
	root := field(open.Name)
	return value{text: root, typ: f.Type, list: anywhere(root, keys)}, true
}

// anywhere gives the values to which keys lead from a JSON object, through
// arrays where there are any. Manual, json_extract: {} in a path stands for all
// elements of an array, and what is found is then an array as well.
func anywhere(object string, keys []string) string {
	plain := jsonPath(object, keys)
	values := "json_array_to_mv(" + plain + "), " + plain
	if strings.ContainsAny(strings.Join(keys, ""), ".{}") {
		return "coalesce(" + values + ")"
	}
	last := len(keys) - 1
	var ways []string
	for arrays := 1<<last - 1; arrays > 0; arrays-- {
		var path strings.Builder
		for i, k := range keys[:last] {
			path.WriteString(k)
			if arrays&(1<<i) != 0 {
				path.WriteString("{}")
			}
			path.WriteByte('.')
		}
		for _, end := range []string{"{}", ""} {
			ways = append(ways, "json_array_to_mv(json_extract("+object+", "+text(path.String()+keys[last]+end)+"))")
		}
	}
	return "coalesce(" + strings.Join(append(ways, values), ", ") + ")"
}
