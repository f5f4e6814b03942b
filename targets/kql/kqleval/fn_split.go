package kqleval

import (
	"strings"
)

func splitFunctions() map[string]function {
	return map[string]function{
		"split":       {params: "Ss?i", ret: TDynamic, naming: nameArg, apply: splitText},
		"extract":     {params: "ris", ret: TString, apply: extract},
		"extract_all": {params: "ra?s", ret: TDynamic, apply: extractAll},
		"extract_json": {params: "ks", ret: TString, apply: func(_ *runtime, a []Value) Value {
			v, ok := parseJSON([]byte(str(a[1])))
			if !ok {
				return nil
			}
			return String(FormatValue(atPath(v, str(a[0]))))
		}},
		"parse_csv": {params: "s", ret: TDynamic, naming: nameArg, apply: parseCSV},
	}
}

// splitText gives the parts, or an array of the one that is asked for.
func splitText(_ *runtime, a []Value) Value {
	parts := []string{str(a[0])}
	if delim := str(a[1]); delim != "" {
		parts = strings.Split(parts[0], delim)
	}
	out := make(Array, len(parts))
	for i, p := range parts {
		out[i] = String(p)
	}
	if len(a) == 3 {
		if i := num(a[2]); i >= 0 && i < int64(len(out)) {
			return out[i : i+1]
		}
		return Array{}
	}
	return out
}

func extract(rt *runtime, a []Value) Value {
	rx := rt.regex(str(a[0]))
	if rx == nil {
		return nil
	}
	m := rx.FindStringSubmatch(str(a[2]))
	if g := num(a[1]); m != nil && g >= 0 && g < int64(len(m)) {
		return String(m[g])
	}
	return String("")
}

// extractAll gives the matches: texts if one group is asked for, else arrays of
// the groups; null if nothing matches.
func extractAll(rt *runtime, a []Value) Value {
	rx := rt.regex(str(a[0]))
	if rx == nil {
		return nil
	}
	text := FormatValue(a[len(a)-1])
	var groups []int
	if len(a) == 3 {
		eachItem(a[1], func(v Value) {
			i := rx.SubexpIndex(FormatValue(v))
			if n, ok := asInt(v); ok {
				i = int(n)
			}
			if i >= 0 && i <= rx.NumSubexp() {
				groups = append(groups, i)
			}
		})
	} else {
		for i := 1; i <= rx.NumSubexp(); i++ {
			groups = append(groups, i)
		}
		if groups == nil {
			groups = []int{0}
		}
	}
	var out Array
	for _, m := range rx.FindAllStringSubmatch(text, -1) {
		row := make(Array, len(groups))
		for i, g := range groups {
			row[i] = String(m[g])
		}
		if len(groups) == 1 {
			out = append(out, row[0])
		} else {
			out = append(out, row)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// atPath follows a JSON path of the form $.a['b'][0].
func atPath(v Value, path string) Value {
	for _, step := range pathSteps(path) {
		v = item(v, step)
	}
	return v
}

// pathSteps cuts a JSON path into keys and numbers.
func pathSteps(path string) []Value {
	path = strings.TrimPrefix(strings.TrimSpace(path), "$")
	var steps []Value
	for path != "" {
		if path[0] == '[' {
			end := strings.IndexByte(path, ']')
			if end < 0 {
				return append(steps, String(path))
			}
			body := strings.TrimSpace(path[1:end])
			path = path[end+1:]
			if n, ok := parseLong(body); ok {
				steps = append(steps, Long(n))
			} else {
				steps = append(steps, String(strings.Trim(body, `"'`)))
			}
			continue
		}
		path = strings.TrimPrefix(path, ".")
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		if end == 0 {
			return append(steps, String(path))
		}
		steps = append(steps, String(path[:end]))
		path = path[end:]
	}
	return steps
}

// parseCSV reads the first record of a text.
func parseCSV(_ *runtime, a []Value) Value {
	text := str(a[0])
	out := Array{}
	var field strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '"' && strings.HasPrefix(text[i+1:], `"`):
			field.WriteByte('"')
			i++
		case c == '"' && (quoted || field.Len() == 0):
			quoted = !quoted
		case c == ',' && !quoted:
			out = append(out, String(field.String()))
			field.Reset()
		case (c == '\n' || c == '\r') && !quoted:
			return append(out, String(field.String()))
		default:
			field.WriteByte(c)
		}
	}
	return append(out, String(field.String()))
}
