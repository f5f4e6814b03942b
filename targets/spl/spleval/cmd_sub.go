package spleval

import (
	"fmt"
	"strings"
)

// match tests a row against what a subsearch gave: the search that its field
// search or query holds, or the search that format would write.
func (t *subTest) match(rt *runtime, r *record) bool {
	m, err := rt.subMatcher(t)
	if err != nil {
		rt.fail(err)
		return false
	}
	return m(rt, r)
}

const maxSubsearch = 10_000 // rows of a subsearch that count (limits.conf, maxout)

func (rt *runtime) subMatcher(t *subTest) (matcher, error) {
	if m, ok := rt.subs[t]; ok {
		return m, nil
	}
	res, err := t.plan.run(rt, nil)
	if err != nil {
		return nil, err
	}
	if len(res.rows) > maxSubsearch {
		res.rows = res.rows[:maxSubsearch]
	}
	text := formatRows(res, defaultFormat)
	if len(res.rows) > 0 {
		for _, name := range [...]string{"search", "query"} {
			if v, ok := res.rows[0].first(name); ok {
				text = literalRows(res.rows, name, v)
				break
			}
		}
	}
	if !rt.room(len(text)) {
		return nil, rt.err
	}
	src := plainSource(text)
	n, perr := newParser(src).searchExpr(0, len(text))
	if perr != nil {
		return nil, fmt.Errorf("subsearch gives %q, which is no search: %s", text, perr.Msg)
	}
	m := compileSearch(n)
	rt.subs[t] = m
	return m, nil
}

// literalRows: a field named search or query "drops the field name and returns just
// the values".
func literalRows(rows []*record, name, first string) string {
	if len(rows) == 1 {
		return first
	}
	var parts []string
	for _, r := range rows {
		for _, v := range r.get(name) {
			parts = append(parts, "("+v+")")
		}
	}
	return strings.Join(parts, " OR ")
}

// defaultFormat is how format joins fields, values and rows to a search.
var defaultFormat = [6]string{"(", "(", "AND", ")", "OR", ")"}

// formatRows writes rows as a search: ( ( a="1" AND b="2" ) OR ( a="3" ) ). Fields
// whose names begin with an underscore are left out. No rows are NOT ( ).
func formatRows(t table, words [6]string) string {
	var rows []string
	names := t.names()
	for _, r := range t.rows {
		var tests []string
		for _, name := range names {
			if strings.HasPrefix(name, "_") {
				continue
			}
			var values []string
			for _, v := range r.get(name) {
				values = append(values, formatName(name)+"="+quoteSearch(v))
			}
			switch len(values) {
			case 0:
			case 1:
				tests = append(tests, values[0])
			default:
				tests = append(tests, "( "+strings.Join(values, " OR ")+" )")
			}
		}
		if len(tests) > 0 {
			rows = append(rows, words[1]+" "+strings.Join(tests, " "+words[2]+" ")+" "+words[3])
		}
	}
	if len(rows) == 0 {
		return "NOT *"
	}
	return words[0] + " " + strings.Join(rows, " "+words[4]+" ") + " " + words[5]
}

func formatName(name string) string {
	if strings.ContainsAny(name, " \t\"'()=<>!,|[]") {
		return quoteSearch(name)
	}
	return name
}

func quoteSearch(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
