package template

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A function is a filter, a method or a function: what it is called and takes.
// do gets what it works on and its arguments by their order; those that are
// not given are Undefined. It gives false if it can't work on them.
type function struct {
	name string
	args []string
	do   func(x any, args []any) (any, bool)
}

func (c call) eval(r *rendering) any {
	var x any
	if c.x != nil {
		x = r.eval(c.x)
	}
	args := make([]any, len(c.f.args))
	for i, name := range c.f.args {
		args[i] = Undefined{}
		if i < len(c.args) {
			args[i] = r.eval(c.args[i])
		}
		for _, n := range c.named {
			if n.name == name {
				args[i] = r.eval(n.x)
			}
		}
	}
	if r.err != nil {
		return Undefined{}
	}
	v, ok := c.f.do(x, args)
	if !ok {
		return r.fail(c.span, fmt.Sprintf("%q can't work on %s", c.f.name, shown(append([]any{x}, args...))))
	}
	return v
}

// onText makes a function of one that works on the text of any value.
func onText(do func(s string, args []any) any) func(any, []any) (any, bool) {
	return func(x any, args []any) (any, bool) {
		if _, ok := x.(Undefined); ok {
			return "", true
		}
		v := do(Text(x), args)
		return v, v != tooLarge{}
	}
}

// tooLarge is what a function gives for a text that would be over mostOutput.
type tooLarge struct{}

// onList makes a function of one that works on the elements of a value.
func onList(do func(list []any, args []any) (any, bool)) func(any, []any) (any, bool) {
	return func(x any, args []any) (any, bool) {
		list, ok := elements(x)
		if !ok {
			return nil, false
		}
		return do(list, args)
	}
}

// given gives an argument, or what stands for an absent one.
func given[T any](v any, absent T) T {
	if v, ok := plain(v).(T); ok {
		return v
	}
	return absent
}

var functions = []function{
	{"range", []string{"start", "stop", "step"}, rangeOf},
	{"dict", nil, func(any, []any) (any, bool) { return &Dict{}, true }},
}

func rangeOf(_ any, args []any) (any, bool) {
	from, to, step := 0, given(args[0], 0), given(args[2], 1)
	if stop, ok := args[1].(int); ok {
		from, to = to, stop
	}
	if step == 0 || (to-from)/step > mostSteps {
		return nil, false
	}
	var out []any
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		out = append(out, i)
	}
	return out, true
}

// textFunctions are those that are filters and methods alike.
var textFunctions = []function{
	{"upper", nil, onText(func(s string, _ []any) any { return strings.ToUpper(s) })},
	{"lower", nil, onText(func(s string, _ []any) any { return strings.ToLower(s) })},
	{"title", nil, onText(func(s string, _ []any) any { return title(s) })},
	{"capitalize", nil, onText(func(s string, _ []any) any { return capitalized(s) })},
	{"replace", []string{"old", "new", "count"}, onText(func(s string, args []any) any {
		old, with := Text(args[0]), Text(args[1])
		if count := strings.Count(s, old); count > 0 && len(with) > mostOutput/count {
			return tooLarge{}
		}
		return strings.Replace(s, old, with, given(args[2], -1))
	})},
}

var methods = append([]function{
	{"strip", []string{"chars"}, onText(func(s string, args []any) any { return strings.Trim(s, given(args[0], space)) })},
	{"lstrip", []string{"chars"}, onText(func(s string, args []any) any { return strings.TrimLeft(s, given(args[0], space)) })},
	{"rstrip", []string{"chars"}, onText(func(s string, args []any) any { return strings.TrimRight(s, given(args[0], space)) })},
	{"startswith", []string{"prefix"}, onText(func(s string, args []any) any { return strings.HasPrefix(s, Text(args[0])) })},
	{"endswith", []string{"suffix"}, onText(func(s string, args []any) any { return strings.HasSuffix(s, Text(args[0])) })},
	{"split", []string{"sep", "maxsplit"}, onText(split)},
	{"splitlines", nil, onText(func(s string, _ []any) any {
		return texts(strings.Split(strings.TrimSuffix(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n"))
	})},
	{"join", []string{"list"}, func(x any, args []any) (any, bool) {
		list, ok := elements(args[0])
		if !ok {
			return nil, false
		}
		return join(list, Text(x))
	}},
	{"get", []string{"key", "default"}, func(x any, args []any) (any, bool) {
		if v, ok := Get(x, args[0]); ok {
			return v, true
		}
		if _, none := args[1].(Undefined); none {
			return nil, true
		}
		return args[1], true
	}},
	{"items", nil, items},
	{"keys", nil, onList(func(list, _ []any) (any, bool) { return list, true })},
	{"values", nil, func(x any, _ []any) (any, bool) {
		d, ok := x.(*Dict)
		if !ok {
			return nil, false
		}
		var out []any
		for _, k := range d.Keys {
			out = append(out, d.Values[k])
		}
		return out, true
	}},
}, textFunctions...)

// join joins the texts of elements; false if that is too large.
func join(list []any, sep string) (any, bool) {
	size := len(sep) * len(list)
	for _, x := range list {
		size += len(Text(x))
	}
	if size > mostOutput {
		return nil, false
	}
	return joined(list, sep, Text), true
}

const space = " \t\r\n\v\f"

// filters is the table of filters; a function, since map looks into it too.
func filters() []function {
	return append([]function{
		{"trim", []string{"chars"}, onText(func(s string, args []any) any { return strings.Trim(s, given(args[0], space)) })},
		{"default", []string{"default_value", "boolean"}, defaultOf},
		{"d", []string{"default_value", "boolean"}, defaultOf},
		{"join", []string{"d", "attribute"}, onList(func(list, args []any) (any, bool) {
			list, ok := attributes(list, args[1])
			return joined(list, given(args[0], ""), Text), ok
		})},
		{"length", nil, onList(func(list, _ []any) (any, bool) { return len(list), true })},
		{"count", nil, onList(func(list, _ []any) (any, bool) { return len(list), true })},
		{"first", nil, onList(func(list, _ []any) (any, bool) { return elementAt(list, 0), true })},
		{"last", nil, onList(func(list, _ []any) (any, bool) { return elementAt(list, len(list)-1), true })},
		{"list", nil, onList(func(list, _ []any) (any, bool) { return list, true })},
		{"reverse", nil, onList(func(list, _ []any) (any, bool) { list = slices.Clone(list); slices.Reverse(list); return list, true })},
		{"sort", []string{"reverse", "case_sensitive", "attribute"}, onList(sorted)},
		{"unique", nil, onList(unique)},
		{"map", []string{"filter", "attribute"}, onList(mapped)},
		{"items", nil, items},
		{"string", nil, onText(func(s string, _ []any) any { return s })},
		{"safe", nil, onText(func(s string, _ []any) any { return markup(s) })},
		{"escape", nil, onText(func(s string, _ []any) any { return markup(escape(s)) })},
		{"e", nil, onText(func(s string, _ []any) any { return markup(escape(s)) })},
		{"int", []string{"default"}, func(x any, args []any) (any, bool) { return integer(x, given(args[0], 0)), true }},
		{"float", []string{"default"}, func(x any, args []any) (any, bool) {
			f, err := strconv.ParseFloat(strings.TrimSpace(Text(x)), 64)
			if err != nil {
				f = given(args[0], 0.0)
			}
			return f, true
		}},
		{"indent", []string{"width", "first", "blank"}, onText(indent)},
		{"tojson", []string{"indent"}, toJSON},
		{"truncate", []string{"length", "killwords", "end"}, onText(truncate)},
	}, textFunctions...)
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func elementAt(list []any, i int) any {
	if i < 0 || i >= len(list) {
		return Undefined{}
	}
	return list[i]
}

func title(s string) string {
	start := true
	return strings.Map(func(c rune) rune {
		letter := unicode.IsLetter(c) || unicode.IsDigit(c) || c == '\''
		defer func() { start = !letter }()
		if start {
			return unicode.ToUpper(c)
		}
		return unicode.ToLower(c)
	}, s)
}

func capitalized(s string) string {
	runes := []rune(strings.ToLower(s))
	if len(runes) > 0 {
		runes[0] = unicode.ToUpper(runes[0])
	}
	return string(runes)
}

func split(s string, args []any) any {
	sep, most := given(args[0], ""), given(args[1], -1)
	switch {
	case sep == "":
		return texts(strings.Fields(s))
	case most >= 0:
		return texts(strings.SplitN(s, sep, most+1))
	}
	return texts(strings.Split(s, sep))
}

func items(x any, _ []any) (any, bool) {
	d, ok := x.(*Dict)
	if !ok {
		return nil, false
	}
	out := []any{}
	for _, k := range d.Keys {
		out = append(out, []any{k, d.Values[k]})
	}
	return out, true
}

// defaultOf gives a value for one that is not there, or with boolean for one
// that is empty.
func defaultOf(x any, args []any) (any, bool) {
	if _, undefined := x.(Undefined); undefined || truth(args[1]) && !truth(x) {
		if _, none := args[0].(Undefined); none {
			return "", true
		}
		return args[0], true
	}
	return x, true
}

// attributes gives an attribute of each element, if one is named.
func attributes(list []any, path any) ([]any, bool) {
	name, ok := path.(string)
	if !ok {
		return list, true
	}
	out := make([]any, len(list))
	for i, x := range list {
		for part := range strings.SplitSeq(name, ".") {
			if x, ok = Get(x, part); !ok {
				x = Undefined{part}
			}
		}
		out[i] = x
	}
	return out, true
}

// mapped gives an attribute, or what a filter makes, of each element.
func mapped(list, args []any) (any, bool) {
	name, ok := args[0].(string)
	if !ok {
		return attributes(list, args[1])
	}
	table := filters()
	i := slices.IndexFunc(table, func(f function) bool { return f.name == name })
	if i < 0 {
		return nil, false
	}
	none := make([]any, len(table[i].args))
	for k := range none {
		none[k] = Undefined{}
	}
	out := make([]any, len(list))
	for k, x := range list {
		if out[k], ok = table[i].do(x, none); !ok {
			return nil, false
		}
	}
	return out, true
}

func sorted(list, args []any) (any, bool) {
	keys, _ := attributes(list, args[2])
	type pair struct{ key, x any }
	pairs := make([]pair, len(list))
	for i := range list {
		key := plain(keys[i])
		if s, ok := key.(string); ok && !truth(args[1]) {
			key = strings.ToLower(s)
		}
		pairs[i] = pair{key, list[i]}
	}
	ok := true
	slices.SortStableFunc(pairs, func(a, b pair) int {
		c, ordered := order(a.key, b.key)
		ok = ok && ordered
		if truth(args[0]) {
			return -c
		}
		return c
	})
	out := make([]any, len(pairs))
	for i, p := range pairs {
		out[i] = p.x
	}
	return out, ok
}

func unique(list, _ []any) (any, bool) {
	seen := map[string]bool{}
	var out []any
	for _, x := range list {
		key := strings.ToLower(represent(x))
		if !seen[key] {
			seen[key] = true
			out = append(out, x)
		}
	}
	return out, true
}

func integer(x any, absent int) int {
	if f, ok := x.(float64); ok {
		return int(f)
	}
	if n, ok := number(x); ok {
		return int(n)
	}
	if n, err := strconv.Atoi(strings.TrimSpace(Text(x))); err == nil {
		return n
	}
	if f, err := strconv.ParseFloat(strings.TrimSpace(Text(x)), 64); err == nil {
		return int(f)
	}
	return absent
}

// indent indents all lines but the first, and those that are empty.
func indent(s string, args []any) any {
	by := given(args[0], strings.Repeat(" ", max(0, min(given(args[0], 4), 1000))))
	lines := strings.Split(s, "\n")
	if len(by) > mostOutput/len(lines) {
		return tooLarge{}
	}
	for i, line := range lines {
		if (i > 0 || truth(args[1])) && (line != "" || truth(args[2])) {
			lines[i] = by + line
		}
	}
	return strings.Join(lines, "\n")
}

func truncate(s string, args []any) any {
	runes := []rune(s)
	length, end := given(args[0], 255), given(args[2], "...")
	const leeway = 5
	if len(runes) <= length+leeway {
		return s
	}
	cut := string(runes[:max(0, length-len([]rune(end)))])
	if !truth(args[1]) {
		if i := strings.LastIndexByte(cut, ' '); i >= 0 {
			cut = cut[:i]
		}
	}
	return cut + end
}

// toJSON writes a value as JSON that may stand in HTML, as Jinja does.
func toJSON(x any, args []any) (any, bool) {
	v, ok := jsonValue(x)
	if !ok {
		return nil, false
	}
	var out []byte
	var err error
	if width, indented := args[0].(int); indented {
		out, err = json.MarshalIndent(v, "", strings.Repeat(" ", max(0, min(width, 100))))
	} else {
		out, err = json.Marshal(v)
	}
	text := string(out)
	if !strings.Contains(text, "\n") {
		text = spaced(text)
	}
	return markup(strings.ReplaceAll(text, "'", `\u0027`)), err == nil
}

// jsonValue turns a value into one that encoding/json writes, the keys of
// mappings in their order by name.
func jsonValue(x any) (any, bool) {
	switch x := plain(x).(type) {
	case nil, bool, int, float64, string:
		return x, true
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			v, ok := jsonValue(e)
			if !ok {
				return nil, false
			}
			out[i] = v
		}
		return out, true
	case *Dict:
		out := map[string]any{}
		for k, e := range x.Values {
			v, ok := jsonValue(e)
			if !ok {
				return nil, false
			}
			out[k] = v
		}
		return out, true
	}
	return nil, false
}

// spaced puts a space behind each comma and colon outside of texts, as Python
// writes JSON.
func spaced(s string) string {
	var b strings.Builder
	inText := false
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		switch {
		case inText && s[i] == '\\':
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			inText = !inText
		case !inText && (s[i] == ',' || s[i] == ':'):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// A testKind is what may stand behind "is".
type testKind struct {
	name  string
	takes int // arguments
	holds func(x any, args []any) bool
}

var tests = []testKind{
	{"defined", 0, func(x any, _ []any) bool { _, undefined := x.(Undefined); return !undefined }},
	{"undefined", 0, func(x any, _ []any) bool { _, undefined := x.(Undefined); return undefined }},
	{"none", 0, func(x any, _ []any) bool { return x == nil }},
	{"true", 0, func(x any, _ []any) bool { return x == true }},
	{"false", 0, func(x any, _ []any) bool { return x == false }},
	{"boolean", 0, func(x any, _ []any) bool { _, ok := x.(bool); return ok }},
	{"string", 0, func(x any, _ []any) bool { _, ok := plain(x).(string); return ok }},
	{"number", 0, func(x any, _ []any) bool { _, ok := number(x); return ok }},
	{"integer", 0, func(x any, _ []any) bool { _, ok := x.(int); return ok }},
	{"float", 0, func(x any, _ []any) bool { _, ok := x.(float64); return ok }},
	{"mapping", 0, func(x any, _ []any) bool { _, ok := x.(*Dict); return ok }},
	{"iterable", 0, func(x any, _ []any) bool { _, ok := elements(x); return ok }},
	{"sequence", 0, func(x any, _ []any) bool { _, ok := elements(x); return ok }},
	{"odd", 0, func(x any, _ []any) bool { n, ok := x.(int); return ok && n%2 != 0 }},
	{"even", 0, func(x any, _ []any) bool { n, ok := x.(int); return ok && n%2 == 0 }},
	{"in", 1, func(x any, args []any) bool { in, _ := contains(args[0], x); return in }},
	{"eq", 1, func(x any, args []any) bool { return equal(x, args[0]) }},
	{"equalto", 1, func(x any, args []any) bool { return equal(x, args[0]) }},
	{"ne", 1, func(x any, args []any) bool { return !equal(x, args[0]) }},
}
