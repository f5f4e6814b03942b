package kqleval

import (
	"os"
	"strings"
	"testing"
)

// TestNames holds every function, aggregate, plugin, operator and statement of
// the language, as Microsoft's own library and manual name them, against what
// runs and what is refused: each is one of them, and none is both.
func TestNames(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		listed[line] = true
		kind, name, _ := strings.Cut(line, " ")
		why := refused(kind, name)
		message := tryName(kind, name)
		says := strings.Contains(message, "not supported: ") && strings.Contains(message, why)
		switch {
		case strings.Contains(message, "is named") || strings.Contains(message, "should"):
			t.Errorf("%s is not known: %s", line, message)
		case why != "" && !says:
			t.Errorf("%s is listed as refused, and runs: %s", line, message)
		case why == "" && strings.Contains(message, "not supported: "):
			t.Errorf("%s is refused, and not listed: %s", line, message)
		}
	}
	for _, r := range Refusals() {
		for _, name := range r.Names {
			if !listed[r.Kind+" "+name] {
				t.Errorf("%s %s is refused, and the language has none", r.Kind, name)
			}
		}
	}
}

// tryName gives what is said of a use of a name.
func tryName(kind, name string) string {
	const table = "datatable(a:string, b:string)[] "
	q := map[string]string{
		"function":  "print " + name + "()",
		"aggregate": table + "| summarize " + name + "()",
		"plugin":    table + "| evaluate " + name + "()",
		"operator":  operatorUse[name],
		"statement": statementUse[name],
	}[kind]
	switch {
	case name == "labels":
		q = table + "| make-graph a --> b | graph-match (x)-->(y) where labels(x) == '' project y.a"
	case name == "materialize" || name == "table":
		q = name + "()"
	case kind == "operator" && q == "":
		q = table + "| " + name + " "
	}
	parsed, err := Parse(q)
	if err == nil {
		_, err = parsed.Bind(Schema{"T": {{"a", TBool}}})
	}
	if err == nil {
		return ""
	}
	// An operator that lacks its arguments is known.
	return strings.ReplaceAll(err.Error(), "should follow", "")
}

// operatorUse are the uses of operators that stand first, or for which nothing
// more need be said.
var operatorUse = map[string]string{
	"datatable": "datatable(a:long)[]", "externaldata": "externaldata(a:long)['h']", "macro-expand": "macro-expand G as g (g.T)",
	"print": "print 1", "range": "range a from 1 to 2 step 1", "union": "union (print 1)", "search": "print 'a' | search 'a'",
	"find": "find in (T) where true", "evaluate": "print 1 | evaluate narrow()",
	"render": "print 1 | render table", "graph-match": "", "scan": "print 1 | scan with (step s: true;)",
}

var statementUse = map[string]string{
	"alias": "alias database d = cluster('a'); print 1", "declare": "declare query_parameters(a:long = 1); print a", "let": "let a = 1; print a",
	"restrict": "restrict access to (T); print 1", "set": "set notruncation; print 1",
}
